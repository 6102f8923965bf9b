//! Records of pools on their way to files, addresses, and the APIs of AWS.

use std::fs;
use std::sync::Arc;

use cenote_server::config::{LogDestinations, LogTarget};
use cenote_server::outbound::{Http, LogWriter, deliver_some};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::fake::{Fake, Say, settings};
use crate::support::Server;

const GROUP: &str = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/cognito";
const STREAM: &str = "arn:aws:firehose:us-east-1:000000000000:deliverystream/events";
const BUCKET: &str = "arn:aws:s3:::events";

/// A server with one target for every destination, and a pool that delivers to `destination`.
struct Scene {
    server: Server,
    writer: Arc<LogWriter>,
    pool: String,
    client: String,
}

impl Scene {
    async fn new(destination: Value, target: LogTarget) -> Self {
        let mut settings = settings();
        settings.log_destinations = vec![LogDestinations {
            arn: "*".to_owned(),
            target,
        }];
        let writer = LogWriter::new(&settings, &Http::default()).expect("a target");
        let server = Server::new(&settings);
        let call = async |operation: &str, input: Value| {
            let reply = server.call(operation, input.to_string()).await;
            assert!(reply.status.is_success(), "{}", reply.text());
            serde_json::from_slice::<Value>(&reply.body).unwrap_or_default()
        };
        let threats = json!({"AdvancedSecurityMode": "AUDIT"});
        let made = json!({"PoolName": "p", "UserPoolTier": "PLUS", "UserPoolAddOns": threats});
        let made = call("CreateUserPool", made).await;
        let pool = made["UserPool"]["Id"].as_str().expect("an id").to_owned();
        let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"];
        let made = json!({"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows});
        let made = call("CreateUserPoolClient", made).await;
        let client = made["UserPoolClient"]["ClientId"]
            .as_str()
            .expect("an id")
            .to_owned();
        let name = json!({"UserPoolId": pool, "Username": "ann", "MessageAction": "SUPPRESS"});
        call("AdminCreateUser", name).await;
        let password = json!({"UserPoolId": pool, "Username": "ann", "Password": "Correct-Horse-9", "Permanent": true});
        call("AdminSetUserPassword", password).await;
        let mut source = destination;
        source["LogLevel"] = "INFO".into();
        source["EventSource"] = "userAuthEvents".into();
        let logs = json!({"UserPoolId": pool, "LogConfigurations": [source]});
        call("SetLogDeliveryConfiguration", logs).await;
        let scene = Self {
            writer: Arc::new(writer),
            pool,
            client,
            server,
        };
        scene.sign_in().await;
        scene
    }

    /// Leaves a record.
    async fn sign_in(&self) {
        let input = json!({
            "UserPoolId": self.pool, "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "ann", "PASSWORD": "Correct-Horse-9"},
        });
        let reply = self
            .server
            .call("AdminInitiateAuth", input.to_string())
            .await;
        assert!(reply.status.is_success(), "{}", reply.text());
    }

    async fn deliver(&self) -> bool {
        deliver_some(&self.server.service, &self.writer).await
    }
}

/// Whether a text is the record of a sign-in.
#[track_caller]
fn assert_record(scene: &Scene, text: &str) {
    let record: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(record["eventSource"], "USER_ACTIVITY");
    assert_eq!(record["logSourceId"], json!({"userPoolId": scene.pool}));
    assert_eq!(record["message"]["eventType"], "SIGN_IN");
    assert_eq!(record["message"]["userName"], "ann");
}

fn to_group() -> Value {
    json!({"CloudWatchLogsConfiguration": {"LogGroupArn": GROUP}})
}

#[tokio::test]
async fn a_file_grows_by_a_line_a_record() {
    let name = format!("cenote-log-{}.jsonl", std::process::id());
    let path = std::env::temp_dir().join(name);
    let scene = Scene::new(to_group(), LogTarget::File(path.clone())).await;
    assert!(scene.deliver().await);
    scene.sign_in().await;
    scene.sign_in().await;
    assert!(scene.deliver().await);
    assert!(!scene.deliver().await);
    let text = fs::read_to_string(&path).expect("the file");
    assert_eq!(text.lines().count(), 3);
    for line in text.lines() {
        assert_record(&scene, line);
    }
    fs::remove_file(path).expect("the file goes");
}

#[tokio::test]
async fn an_address_is_sent_lines_of_json() {
    let fake = Fake::new([Say::status(204), Say::status(503)]).await;
    let target = LogTarget::Url {
        url: format!("{}/logs", fake.url),
        bearer_token: Some("known".to_owned()),
    };
    let scene = Scene::new(to_group(), target).await;
    assert!(scene.deliver().await);
    scene.sign_in().await;
    assert!(scene.deliver().await);
    // What it did not take waits.
    assert!(!scene.deliver().await);
    let seen = fake.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].path, "/logs");
    assert_eq!(seen[0].header("content-type"), "application/x-ndjson");
    assert_eq!(seen[0].header("authorization"), "Bearer known");
    assert_record(&scene, seen[0].body.strip_suffix('\n').expect("a line"));
}

#[tokio::test]
async fn a_log_stream_is_made_when_it_is_not_there() {
    let missing = r#"{"__type":"ResourceNotFoundException","message":"no such stream"}"#;
    let script = [
        Say(400, &[], missing.to_owned()),
        Say::ok("{}"),
        Say::ok("{}"),
    ];
    let fake = Fake::new(script).await;
    let scene = Scene::new(to_group(), LogTarget::Service(fake.url.clone())).await;
    assert!(scene.deliver().await);
    assert!(!scene.deliver().await);
    let seen = fake.seen();
    let targets: Vec<_> = seen.iter().map(|it| it.header("x-amz-target")).collect();
    assert_eq!(
        targets,
        [
            "Logs_20140328.PutLogEvents",
            "Logs_20140328.CreateLogStream",
            "Logs_20140328.PutLogEvents"
        ]
    );
    assert!(
        seen[2]
            .header("authorization")
            .contains("/us-east-1/logs/aws4_request"),
        "{}",
        seen[2].header("authorization")
    );
    let body: Value = serde_json::from_str(&seen[2].body).expect("JSON");
    assert_eq!(body["logGroupName"], "/aws/vendedlogs/cognito");
    assert_eq!(body["logStreamName"], scene.pool);
    assert!(body["logEvents"][0]["timestamp"].is_i64());
    assert_record(
        &scene,
        body["logEvents"][0]["message"].as_str().expect("a text"),
    );
    assert_eq!(seen[0].body, seen[2].body);
}

#[tokio::test]
async fn a_stream_takes_records_and_may_refuse_some() {
    let fake = Fake::new([
        Say::ok(r#"{"FailedPutCount":0}"#),
        Say::ok(r#"{"FailedPutCount":1}"#),
    ])
    .await;
    let destination = json!({"FirehoseConfiguration": {"StreamArn": STREAM}});
    let scene = Scene::new(destination, LogTarget::Service(fake.url.clone())).await;
    assert!(scene.deliver().await);
    scene.sign_in().await;
    assert!(scene.deliver().await);
    assert!(!scene.deliver().await);
    let seen = fake.seen();
    assert_eq!(
        seen[0].header("x-amz-target"),
        "Firehose_20150804.PutRecordBatch"
    );
    let body: Value = serde_json::from_str(&seen[0].body).expect("JSON");
    assert_eq!(body["DeliveryStreamName"], "events");
    let data = body["Records"][0]["Data"].as_str().expect("a text");
    let line = String::from_utf8(BASE64.decode(data.as_bytes()).expect("base64")).expect("a text");
    assert_record(&scene, line.strip_suffix('\n').expect("a line"));
}

#[tokio::test]
async fn a_bucket_gets_an_object_a_round() {
    let fake = Fake::new([Say::ok("")]).await;
    let destination = json!({"S3Configuration": {"BucketArn": BUCKET}});
    let scene = Scene::new(destination, LogTarget::Service(format!("{}/", fake.url))).await;
    assert!(scene.deliver().await);
    let seen = fake.seen();
    let path = seen[0].path.strip_prefix("/events/").expect("the bucket");
    let path = path.strip_prefix(&scene.pool).expect("the pool");
    assert_eq!(path.split('/').count(), 5, "{path}");
    assert!(path.strip_suffix(".jsonl").is_some());
    assert_eq!(seen[0].header("x-amz-content-sha256").len(), 64);
    assert!(
        seen[0]
            .header("authorization")
            .contains("x-amz-content-sha256")
    );
    assert_record(&scene, seen[0].body.strip_suffix('\n').expect("a line"));
}
