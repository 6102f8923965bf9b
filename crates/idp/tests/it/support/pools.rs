//! Trying settings of user pools, and looking at them.

use serde_json::{Value, json};

use super::{Harness, refusal, text, with};

/// A Lambda function of the default region.
pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:one";

/// The standard attributes in the order in which every pool shows them.
pub(crate) const STANDARD: &str = "sub name given_name family_name middle_name nickname preferred_username profile \
    picture website email email_verified gender birthdate zoneinfo locale phone_number \
    phone_number_verified address updated_at identities";

/// What DescribeUserPool shows of a pool.
pub(crate) async fn described(h: &Harness, pool: &str) -> Value {
    h.ok("DescribeUserPool", json!({"UserPoolId": pool})).await["UserPool"].clone()
}

/// The names of a pool's schema.
pub(crate) fn names_of(pool: &Value) -> Vec<String> {
    let schema = pool["SchemaAttributes"].as_array().expect("a schema");
    schema
        .iter()
        .map(|attribute| text(&attribute["Name"]))
        .collect()
}

/// A pool to update, and a service to create others in.
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

    pub(crate) async fn try_create(&self, settings: Value) -> Result<Value, (String, String)> {
        let made = self
            .h
            .call("CreateUserPool", with(json!({"PoolName": "p"}), settings))
            .await?;
        Ok(made["UserPool"].clone())
    }

    pub(crate) async fn create(&self, settings: Value) -> Value {
        self.try_create(settings).await.expect("a pool")
    }

    pub(crate) async fn assert_shown(&self, settings: Value, member: &str, expected: Value) {
        assert_eq!(
            self.create(settings.clone()).await[member],
            expected,
            "{settings}"
        );
    }

    /// The same settings are refused at creation and at an update, and change nothing.
    pub(crate) async fn assert_refused(&self, settings: Value, name: &str, message: &str) {
        assert_eq!(
            self.try_create(settings.clone()).await,
            refusal(name, message),
            "{settings}"
        );
        let id = json!({"UserPoolId": self.pool});
        let before = self.h.ok("DescribeUserPool", id.clone()).await;
        let refused = self
            .h
            .call("UpdateUserPool", with(id.clone(), settings.clone()))
            .await;
        assert_eq!(refused, refusal(name, message), "{settings}");
        assert_eq!(self.h.ok("DescribeUserPool", id).await, before);
    }

    pub(crate) async fn assert_invalid(&self, settings: Value, message: &str) {
        self.assert_refused(settings, "InvalidParameterException", message)
            .await;
    }
}
