//! Groups with members.

use serde_json::{Value, json};

use super::{Harness, refusal, text, with};

/// A pool with groups and users.
pub(crate) struct World {
    pub(crate) h: Harness,
    pub(crate) pool: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let h = Harness::new().await;
        let pool = h.pool(json!({})).await;
        Self { h, pool }
    }

    pub(crate) async fn call(
        &self,
        operation: &str,
        input: Value,
    ) -> Result<Value, (String, String)> {
        self.h
            .call(operation, with(json!({"UserPoolId": self.pool}), input))
            .await
    }

    pub(crate) async fn ok(&self, operation: &str, input: Value) -> Value {
        self.h
            .ok(operation, with(json!({"UserPoolId": self.pool}), input))
            .await
    }

    pub(crate) async fn group(&self, name: &str) -> Value {
        self.ok("CreateGroup", json!({"GroupName": name})).await["Group"].clone()
    }

    pub(crate) async fn user(&self, name: &str) {
        self.ok(
            "AdminCreateUser",
            json!({"Username": name, "MessageAction": "SUPPRESS"}),
        )
        .await;
    }

    pub(crate) async fn add(&self, user: &str, group: &str) {
        let answer = self
            .ok(
                "AdminAddUserToGroup",
                json!({"Username": user, "GroupName": group}),
            )
            .await;
        assert_eq!(answer, Value::Null);
    }

    pub(crate) async fn groups_of(&self, user: &str) -> Vec<String> {
        names(
            &self
                .ok("AdminListGroupsForUser", json!({"Username": user}))
                .await["Groups"],
            "GroupName",
        )
    }

    pub(crate) async fn members(&self, group: &str) -> Vec<String> {
        let mut members = names(
            &self
                .ok("ListUsersInGroup", json!({"GroupName": group}))
                .await["Users"],
            "Username",
        );
        members.sort_unstable();
        members
    }
}

pub(crate) fn names(list: &Value, member: &str) -> Vec<String> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|item| text(&item[member]))
        .collect()
}

pub(crate) fn not_found() -> Result<Value, (String, String)> {
    refusal("ResourceNotFoundException", "Group not found.")
}
