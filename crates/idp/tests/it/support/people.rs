//! A pool whose users are in the hands of an administrator, with a client for admin sign-in.
use serde_json::{Value, json};

use super::{Harness, with};

/// What a call answers: its output, or the name and text of the refusal.
pub(crate) type Answer = Result<Value, (String, String)>;

/// The form in which operations take and give attributes.
pub(crate) fn list(attributes: &[(&str, &str)]) -> Value {
    attributes
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect()
}

/// A pool with a client for admin sign-in, and the calls that these tests repeat.
pub(crate) struct People {
    pub(crate) h: Harness,
    pub(crate) pool: String,
    pub(crate) client: String,
}

impl People {
    pub(crate) async fn new(pool: Value) -> Self {
        let h = Harness::new().await;
        let pool = h.pool(pool).await;
        let flows = json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
        let client = h.client(&pool, flows).await;
        Self { h, pool, client }
    }

    /// Calls an operation about one user, with these members beside pool and name.
    pub(crate) async fn about(&self, operation: &str, name: &str, more: Value) -> Answer {
        let input = with(json!({"UserPoolId": self.pool, "Username": name}), more);
        self.h.call(operation, input).await
    }

    pub(crate) async fn create(&self, name: &str, attributes: &[(&str, &str)]) {
        let more = json!({"UserAttributes": list(attributes), "MessageAction": "SUPPRESS"});
        self.about("AdminCreateUser", name, more)
            .await
            .expect("a new user");
    }

    pub(crate) async fn set_password(&self, name: &str, password: &str, permanent: bool) -> Answer {
        self.about(
            "AdminSetUserPassword",
            name,
            json!({"Password": password, "Permanent": permanent}),
        )
        .await
    }

    pub(crate) async fn get(&self, name: &str) -> Value {
        self.about("AdminGetUser", name, json!({}))
            .await
            .expect("the user")
    }

    pub(crate) async fn status(&self, name: &str) -> Value {
        self.get(name).await["UserStatus"].clone()
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let input = json!({
            "UserPoolId": self.pool, "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": password},
        });
        self.h.call("AdminInitiateAuth", input).await
    }

    /// Signs in and answers access and refresh token.
    pub(crate) async fn tokens(&self, name: &str, password: &str) -> (String, String) {
        let answer = self.sign_in(name, password).await.expect("a sign-in");
        let token = |member: &str| {
            answer["AuthenticationResult"][member]
                .as_str()
                .expect("a token")
                .to_owned()
        };
        (token("AccessToken"), token("RefreshToken"))
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        let input = json!({
            "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": token},
        });
        self.h.call("InitiateAuth", input).await
    }
}
