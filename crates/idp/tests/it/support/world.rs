//! A pool with a client that signs in by password, and shorthands for what its users do.
use serde_json::{Value, json};

use super::{Harness, refusal, with};

/// What a call answers: its output, or the name and text of the refusal.
pub(crate) type Answer = Result<Value, (String, String)>;

/// Meets the default policy.
pub(crate) const PASSWORD: &str = "Passw0rd!";

pub(crate) const HOUR_MS: i64 = 60 * 60 * 1000;

pub(crate) struct World {
    pub(crate) h: Harness,
    pub(crate) pool: String,
    pub(crate) client: String,
}

/// The form in which operations take and give attributes.
pub(crate) fn attributes(list: &[(&str, &str)]) -> Value {
    list.iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect()
}

impl World {
    /// A pool made with `pool` and a client made with `client`, whose flows are set here.
    pub(crate) async fn new(pool: Value, client: Value) -> Self {
        Self::on(Harness::new().await, pool, client).await
    }

    /// The same on this service.
    pub(crate) async fn on(h: Harness, pool: Value, client: Value) -> Self {
        let pool = h.pool(pool).await;
        let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
        let client = h.client(&pool, with(flows, client)).await;
        Self { h, pool, client }
    }

    /// A pool that verifies e-mail addresses by itself.
    pub(crate) async fn verifying_email() -> Self {
        Self::new(json!({"AutoVerifiedAttributes": ["email"]}), json!({})).await
    }

    /// The same pool and client, seen through another node.
    pub(crate) fn through(&self, h: Harness) -> Self {
        Self {
            h,
            pool: self.pool.clone(),
            client: self.client.clone(),
        }
    }

    /// The same world, where an administrator relays what users send in a sign-in.
    pub(crate) fn relayed(&self) -> Self {
        self.through(self.h.relayed(&self.pool))
    }

    /// The same world, called from elsewhere.
    pub(crate) fn from(&self, ip: &str, user_agent: &str) -> Self {
        self.through(self.h.from(ip, user_agent))
    }

    /// The events of a user, newest first.
    pub(crate) async fn events(&self, name: &str) -> Vec<Value> {
        let listed = self
            .admin("AdminListUserAuthEvents", json!({"Username": name}))
            .await
            .expect("events");
        listed["AuthEvents"].as_array().expect("a list").clone()
    }

    /// Calls a public operation as the client.
    pub(crate) async fn public(&self, operation: &str, input: Value) -> Answer {
        self.h
            .call(operation, with(json!({"ClientId": self.client}), input))
            .await
    }

    /// Calls an IAM operation on the pool.
    pub(crate) async fn admin(&self, operation: &str, input: Value) -> Answer {
        self.h
            .call(operation, with(json!({"UserPoolId": self.pool}), input))
            .await
    }

    pub(crate) async fn sign_up(&self, name: &str, list: &[(&str, &str)]) -> Answer {
        let input =
            json!({"Username": name, "Password": PASSWORD, "UserAttributes": attributes(list)});
        self.public("SignUp", input).await
    }

    pub(crate) async fn confirm(&self, name: &str, code: &str) -> Answer {
        self.public(
            "ConfirmSignUp",
            json!({"Username": name, "ConfirmationCode": code}),
        )
        .await
    }

    /// A user who signed up and confirmed himself with the code that he got.
    pub(crate) async fn member(&self, name: &str, list: &[(&str, &str)]) {
        self.sign_up(name, list).await.expect("a sign-up");
        let code = self.h.code(&self.pool, name).await;
        self.confirm(name, &code).await.expect("a confirmation");
    }

    /// A confirmed user whom an administrator made, with a permanent password.
    pub(crate) async fn made(&self, name: &str, list: &[(&str, &str)]) {
        let input = json!({"Username": name, "UserAttributes": attributes(list), "MessageAction": "SUPPRESS"});
        self.admin("AdminCreateUser", input)
            .await
            .expect("a new user");
        let input = json!({"Username": name, "Password": PASSWORD, "Permanent": true});
        self.admin("AdminSetUserPassword", input)
            .await
            .expect("a password");
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let parameters = json!({"USERNAME": name, "PASSWORD": password});
        let input = json!({"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters});
        self.public("InitiateAuth", input).await
    }

    /// The access token of a user with [`PASSWORD`].
    pub(crate) async fn token(&self, name: &str) -> String {
        let answer = self.sign_in(name, PASSWORD).await.expect("a sign-in");
        answer["AuthenticationResult"]["AccessToken"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    /// Calls an operation with an access token.
    pub(crate) async fn with(&self, token: &str, operation: &str, input: Value) -> Answer {
        self.h
            .call(operation, with(json!({"AccessToken": token}), input))
            .await
    }

    pub(crate) async fn status(&self, name: &str) -> String {
        let user = self
            .admin("AdminGetUser", json!({"Username": name}))
            .await
            .expect("a user");
        user["UserStatus"].as_str().expect("a status").to_owned()
    }

    /// One attribute as an administrator sees it.
    pub(crate) async fn attribute(&self, name: &str, attribute: &str) -> Option<String> {
        let user = self
            .admin("AdminGetUser", json!({"Username": name}))
            .await
            .expect("a user");
        let list = user["UserAttributes"].as_array().expect("attributes");
        let found = list.iter().find(|entry| entry["Name"] == attribute)?;
        Some(found["Value"].as_str().expect("a text").to_owned())
    }

    /// How many messages went to a user or address.
    pub(crate) async fn sent(&self, to: &str) -> usize {
        self.h.inbox(&self.pool, to).await.len()
    }
}

/// A code that is not this one.
pub(crate) fn wrong(code: &str) -> String {
    code.chars()
        .map(|digit| if digit == '0' { '1' } else { '0' })
        .collect()
}

pub(crate) fn code_mismatch() -> Answer {
    refusal(
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    )
}

pub(crate) fn code_expired() -> Answer {
    refusal(
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    )
}

pub(crate) fn attempt_limit() -> Answer {
    refusal(
        "LimitExceededException",
        "Attempt limit exceeded, please try after some time.",
    )
}
