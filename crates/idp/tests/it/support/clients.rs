//! Making app clients and looking at them.

use serde_json::{Value, json};

use super::{Harness, refusal, with};

/// A pool in which clients are made.
pub(crate) struct World {
    pub(crate) h: Harness,
    pub(crate) pool: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(json!({})).await
    }

    pub(crate) async fn of(settings: Value) -> Self {
        let h = Harness::new().await;
        let pool = h.pool(settings).await;
        Self { h, pool }
    }

    pub(crate) async fn try_create(&self, settings: Value) -> Result<Value, (String, String)> {
        let input = with(
            json!({"UserPoolId": self.pool, "ClientName": "app"}),
            settings,
        );
        Ok(self.h.call("CreateUserPoolClient", input).await?["UserPoolClient"].clone())
    }

    pub(crate) async fn create(&self, settings: Value) -> Value {
        self.try_create(settings).await.expect("a client")
    }

    pub(crate) async fn about(
        &self,
        operation: &str,
        client: &Value,
        more: Value,
    ) -> Result<Value, (String, String)> {
        let input = with(
            json!({"UserPoolId": self.pool, "ClientId": client["ClientId"]}),
            more,
        );
        self.h.call(operation, input).await
    }

    pub(crate) async fn describe(&self, client: &Value) -> Value {
        let found = self
            .about("DescribeUserPoolClient", client, json!({}))
            .await
            .expect("the client");
        found["UserPoolClient"].clone()
    }

    pub(crate) async fn assert_refused(&self, settings: Value, name: &str, message: &str) {
        assert_eq!(
            self.try_create(settings.clone()).await,
            refusal(name, message),
            "{settings}"
        );
    }

    pub(crate) async fn assert_invalid(&self, settings: Value, message: &str) {
        self.assert_refused(settings, "InvalidParameterException", message)
            .await;
    }
}
