//! Messages to gateways: SES, SNS, and one that takes JSON.

use std::sync::Arc;

use cenote_idp::ports::{Clock, SystemClock};
use cenote_server::config::{Posture, Ses, Settings, SmsGateway, Sns};
use cenote_server::outbound::{Http, Senders, deliver};
use hyper::Method;
use serde_json::{Value, json};

use crate::fake::{Fake, Say, metrics, settings};
use crate::support::{Server, plain};

/// A server whose messages go out, and the pool and client of one user who signed up there.
struct Scene {
    server: Server,
    pool: String,
    code: String,
}

impl Scene {
    async fn new(change: impl FnOnce(&mut Settings), pool: Value) -> Self {
        let server = Server::new(&settings());
        let mut body = json!({"PoolName": "p"});
        body.as_object_mut()
            .unwrap()
            .extend(pool.as_object().unwrap().clone());
        let made = server.call("CreateUserPool", body.to_string()).await.json();
        let pool = made["UserPool"]["Id"].as_str().expect("a pool").to_owned();
        let body = json!({"UserPoolId": pool, "ClientName": "app"});
        let app = server.call("CreateUserPoolClient", body.to_string()).await;
        let body = json!({
            "ClientId": app.json()["UserPoolClient"]["ClientId"],
            "Username": "ann",
            "Password": "Correct-Horse-9",
            "UserAttributes": [
                {"Name": "email", "Value": "ann@example.com"},
                {"Name": "phone_number", "Value": "+15550101234"},
            ],
        });
        let reply = server.call("SignUp", body.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let scene = Self {
            code: String::new(),
            server,
            pool,
        };
        let message = scene.message().await;
        let mut settings = settings();
        change(&mut settings);
        let senders =
            Senders::new(&settings, &Http::default(), &clock(), &metrics()).expect("senders");
        tokio::spawn(deliver(
            Arc::clone(&scene.server.service),
            Arc::new(senders),
        ));
        Self {
            code: message["code"].as_str().expect("a code").to_owned(),
            ..scene
        }
    }

    /// The newest message as the inbox has it.
    async fn message(&self) -> Value {
        let inbox = self.server.get("/_cenote/inbox", &[]).await;
        inbox.json()["messages"][0].clone()
    }

    /// The message, once it has come so far.
    async fn until(&self, state: &str, tries: i64) -> Value {
        let there = async {
            loop {
                let message = self.message().await;
                if message["state"] == state && message["tries"] == tries {
                    return message;
                }
                tokio::task::yield_now().await;
            }
        };
        let patience = std::time::Duration::from_secs(10);
        tokio::time::timeout(patience, there)
            .await
            .expect("the worker gets there")
    }

    /// An hour later, once the first try was put off. While the worker has the message, it is out of reach
    /// for longer than the pause before the second try.
    async fn an_hour_later(&self, fake: &Fake) {
        let put_off = async {
            let due = || {
                let soon = self.server.service.clock.now_ms() + 60_000;
                self.server.service.store.due_messages(soon, 1)
            };
            while fake.seen().is_empty() || due().await.expect("rows").is_empty() {
                tokio::task::yield_now().await;
            }
        };
        let patience = std::time::Duration::from_secs(10);
        tokio::time::timeout(patience, put_off)
            .await
            .expect("the first try fails");
        let body = "{\"advance_seconds\":3600}";
        let hour = plain(Method::POST, "/_cenote/clock", &[], body);
        self.server.send(hour).await;
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::default())
}

/// A pool that verifies phone numbers.
fn by_sms(configuration: &Value) -> Value {
    json!({"AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": configuration})
}

fn sns_caller() -> Value {
    json!({"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x"})
}

#[tokio::test]
async fn ses_gets_what_the_pool_says_of_its_mail() {
    let fake = Fake::new([Say::ok(r#"{"MessageId":"1"}"#)]).await;
    let arn = "arn:aws:ses:eu-west-1:123456789012:identity/pool@example.com";
    let scene = Scene::new(
        |settings| {
            settings.ses = Some(Ses {
                endpoint: format!("{}/{{region}}", fake.url),
                region: "us-east-1".to_owned(),
                from: "no-reply@example.com".to_owned(),
            });
        },
        json!({
            "AutoVerifiedAttributes": ["email"],
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": arn,
                "ReplyToEmailAddress": "help@example.com",
                "ConfigurationSet": "set",
            },
        }),
    )
    .await;
    let id = scene.until("sent", 1).await["id"].clone();
    let seen = &fake.seen()[0];
    assert_eq!(seen.path, "/eu-west-1/v2/email/outbound-emails");
    assert!(
        seen.header("authorization")
            .contains("/eu-west-1/ses/aws4_request")
    );
    let body: Value = serde_json::from_str(&seen.body).expect("JSON");
    let text = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
    let expected = json!({
        "FromEmailAddress": "pool@example.com",
        "FromEmailAddressIdentityArn": arn,
        "Destination": {"ToAddresses": ["ann@example.com"]},
        "ReplyToAddresses": ["help@example.com"],
        "ConfigurationSetName": "set",
        "Content": {"Simple": {
            "Subject": text("Your verification code"),
            "Body": {"Html": text(&format!("Your confirmation code is {}", scene.code))},
        }},
        "EmailTags": [{"Name": "cenote-message-id", "Value": id}],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn ses_is_asked_again_unless_it_says_that_the_message_is_wrong() {
    const BAD: &[(&str, &str)] = &[("x-amzn-errortype", "BadRequestException")];
    let fake = Fake::new([Say::status(403), Say(400, BAD, String::new())]).await;
    let scene = Scene::new(
        |settings| {
            settings.ses = Some(Ses {
                endpoint: fake.url.clone(),
                region: "us-east-1".to_owned(),
                from: "no-reply@example.com".to_owned(),
            });
        },
        json!({"AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    scene.an_hour_later(&fake).await;
    scene.until("given_up", 2).await;
    let body: Value = serde_json::from_str(&fake.seen()[0].body).expect("JSON");
    assert_eq!(body["FromEmailAddress"], "no-reply@example.com");
}

#[tokio::test]
async fn sns_publishes_text_messages() {
    let fake = Fake::new([Say::ok("<PublishResponse/>")]).await;
    let mut caller = sns_caller();
    caller["SnsRegion"] = "us-east-1".into();
    let scene = Scene::new(
        |settings| {
            settings.sns = Some(Sns {
                endpoint: fake.url.clone(),
                region: "eu-west-3".to_owned(),
                sender_id: Some("Cenote".to_owned()),
            });
        },
        by_sms(&caller),
    )
    .await;
    scene.until("sent", 1).await;
    let seen = &fake.seen()[0];
    assert!(
        seen.header("authorization")
            .contains("/us-east-1/sns/aws4_request")
    );
    let expected = format!(
        "Action=Publish&Version=2010-03-31&PhoneNumber=%2B15550101234\
         &Message=Your%20confirmation%20code%20is%20{}\
         &MessageAttributes.entry.1.Name=AWS.SNS.SMS.SMSType\
         &MessageAttributes.entry.1.Value.DataType=String\
         &MessageAttributes.entry.1.Value.StringValue=Transactional\
         &MessageAttributes.entry.2.Name=AWS.SNS.SMS.SenderID\
         &MessageAttributes.entry.2.Value.DataType=String\
         &MessageAttributes.entry.2.Value.StringValue=Cenote",
        scene.code
    );
    assert_eq!(seen.body, expected);
}

#[tokio::test]
async fn a_number_that_sns_refuses_is_given_up() {
    let refusal = "<ErrorResponse><Error><Code>InvalidParameter</Code></Error></ErrorResponse>";
    let fake = Fake::new([Say(400, &[], refusal.to_owned())]).await;
    let scene = Scene::new(
        |settings| {
            settings.sns = Some(Sns {
                endpoint: fake.url.clone(),
                region: "us-east-1".to_owned(),
                sender_id: None,
            });
        },
        by_sms(&sns_caller()),
    )
    .await;
    scene.until("given_up", 1).await;
}

#[tokio::test]
async fn a_gateway_gets_the_same_key_with_every_try() {
    let fake = Fake::new([Say::status(503), Say::status(202)]).await;
    let scene = Scene::new(
        |settings| {
            settings.sms = Some(SmsGateway {
                url: format!("{}/sms", fake.url),
                token: Some("throw-away".to_owned()),
            });
        },
        by_sms(&sns_caller()),
    )
    .await;
    scene.an_hour_later(&fake).await;
    let message = scene.until("sent", 2).await;
    let seen = fake.seen();
    for seen in &seen {
        assert_eq!(seen.path, "/sms");
        assert_eq!(seen.header("authorization"), "Bearer throw-away");
        assert_eq!(seen.header("idempotency-key"), message["id"]);
        let body: Value = serde_json::from_str(&seen.body).expect("JSON");
        let expected = json!({
            "id": message["id"],
            "to": "+15550101234",
            "from": null,
            "message": format!("Your confirmation code is {}", scene.code),
            "purpose": "sign_up",
            "user_pool_id": scene.pool,
        });
        assert_eq!(body, expected);
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn without_a_sender_development_has_its_inbox_and_serving_gives_up() {
    for (posture, state) in [(Posture::Dev, "sent"), (Posture::Serve, "given_up")] {
        let pool = json!({"AutoVerifiedAttributes": ["email"]});
        let scene = Scene::new(|settings| settings.posture = posture, pool).await;
        scene.until(state, 1).await;
    }
    let senders =
        Senders::new(&settings(), &Http::default(), &clock(), &metrics()).expect("senders");
    assert!(senders.is_empty());
    assert_eq!(senders.missing().count(), 2);
}
