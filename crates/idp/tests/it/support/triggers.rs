//! Triggers that a test scripts, and a pool that has them.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cenote_idp::ports::{TriggerError, Triggers};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::World;
use super::{Harness, with};

type Outcome = Result<Vec<u8>, TriggerError>;
type Act = Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// The function of a trigger, by the trigger's name.
pub(crate) fn function(trigger: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{trigger}")
}

/// The KMS key of pools with custom senders.
pub(crate) const KMS_KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/one";

/// A LambdaConfig with these triggers, each of which leads to the function of its name.
pub(crate) fn lambda_config(triggers: &[&str]) -> Value {
    let mut config = json!({});
    for trigger in triggers {
        if matches!(*trigger, "CustomEmailSender" | "CustomSMSSender") {
            config[trigger] = json!({"LambdaVersion": "V1_0", "LambdaArn": function(trigger)});
            config["KMSKeyID"] = KMS_KEY.into();
        } else {
            config[trigger] = function(trigger).into();
        }
    }
    config
}

/// Functions that do what the test says, and remember what they were asked. One that the test says
/// nothing of answers the event as it came.
#[derive(Default)]
pub(crate) struct Script {
    acts: Mutex<HashMap<String, Act>>,
    events: Mutex<Vec<Value>>,
}

impl Script {
    /// From now on this function does this.
    pub(crate) fn acts<F, T>(&self, trigger: &str, act: F)
    where
        F: Fn(Value) -> T + Send + Sync + 'static,
        T: Future<Output = Outcome> + Send + 'static,
    {
        let act: Act = Arc::new(move |event| Box::pin(act(event)));
        let mut acts = self.acts.lock().expect("the acts");
        acts.insert(function(trigger), act);
    }

    /// From now on this function gives this response.
    pub(crate) fn responds(&self, trigger: &str, response: Value) {
        self.acts(trigger, move |mut event| {
            event["response"] = response.clone();
            async move { Ok(event.to_string().into_bytes()) }
        });
    }

    /// From now on this function answers this text, whatever it means.
    pub(crate) fn answers(&self, trigger: &str, text: &'static str) {
        self.acts(trigger, move |_| async move { Ok(text.into()) });
    }

    /// From now on calling this function ends like this.
    pub(crate) fn fails(&self, trigger: &str, error: TriggerError) {
        self.acts(trigger, move |_| {
            let error = error.clone();
            async move { Err(error) }
        });
    }

    /// From now on this function throws this.
    pub(crate) fn throws(&self, trigger: &str, message: &str) {
        self.fails(trigger, TriggerError::Failed(message.to_owned()));
    }

    /// The events since the last time this was asked, in order.
    pub(crate) fn events(&self) -> Vec<Value> {
        std::mem::take(&mut self.events.lock().expect("the events"))
    }

    /// The `triggerSource`s since the last time events were asked for.
    pub(crate) fn sources(&self) -> Vec<String> {
        let source = |event: Value| super::text(&event["triggerSource"]);
        self.events().into_iter().map(source).collect()
    }

    /// The only event since the last time.
    #[track_caller]
    pub(crate) fn event(&self) -> Value {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "events: {events:?}");
        events.remove(0)
    }
}

#[async_trait]
impl Triggers for Script {
    async fn call(&self, _: &'static str, arn: &str, event: &[u8], _: Uuid) -> Outcome {
        let event: Value = serde_json::from_slice(event).expect("an event is JSON");
        self.events.lock().expect("the events").push(event.clone());
        let act = self.acts.lock().expect("the acts").get(arn).cloned();
        match act {
            Some(act) => act(event).await,
            None => Ok(event.to_string().into_bytes()),
        }
    }

    async fn tell(
        &self,
        _: &'static str,
        arn: &str,
        event: &[u8],
        _: Uuid,
    ) -> Result<(), TriggerError> {
        let event: Value = serde_json::from_slice(event).expect("an event is JSON");
        self.events.lock().expect("the events").push(event.clone());
        let act = self.acts.lock().expect("the acts").get(arn).cloned();
        match act {
            Some(act) => act(event).await.map(|_| ()),
            None => Ok(()),
        }
    }
}

/// A pool with triggers, a client, and the script of the triggers.
pub(crate) struct Stage {
    pub(crate) w: World,
    pub(crate) script: Arc<Script>,
}

impl Stage {
    /// A pool with these triggers and settings, and a client with these.
    pub(crate) async fn new(triggers: &[&str], pool: Value, client: Value) -> Self {
        let script = Arc::new(Script::default());
        let h = Harness::with_triggers(Arc::clone(&script) as Arc<dyn Triggers>);
        let pool = h
            .pool(with(json!({"LambdaConfig": lambda_config(triggers)}), pool))
            .await;
        let flows = json!({"ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ]});
        let client = h.client(&pool, with(flows, client)).await;
        Self {
            w: World { h, pool, client },
            script,
        }
    }

    /// An event of this pool and client, but for its source, user name and content.
    pub(crate) fn event(&self, source: &str, user_name: &str, request: &Value) -> Value {
        json!({
            "version": "1", "triggerSource": source, "region": "us-east-1",
            "userPoolId": self.w.pool, "userName": user_name,
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.w.client,
            },
            "request": request, "response": {},
        })
    }

    /// The same of an IAM operation.
    pub(crate) fn admin_event(&self, source: &str, user_name: &str, request: &Value) -> Value {
        let mut event = self.event(source, user_name, request);
        event["callerContext"]["clientId"] = "CLIENT_ID_NOT_APPLICABLE".into();
        event
    }

    /// A user's attributes as triggers see them.
    pub(crate) async fn attributes_of(&self, name: &str) -> Value {
        let user = self
            .w
            .admin("AdminGetUser", json!({"Username": name}))
            .await
            .expect("a user");
        let mut attributes = json!({"cognito:user_status": user["UserStatus"]});
        for attribute in user["UserAttributes"].as_array().expect("attributes") {
            let name = attribute["Name"].as_str().expect("a name");
            attributes[name] = attribute["Value"].clone();
        }
        attributes
    }
}

/// An event with the response that it is sent with.
pub(crate) fn with_response(mut event: Value, response: Value) -> Value {
    event["response"] = response;
    event
}
