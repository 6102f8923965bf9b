//! What functions do wrong shows in the log and in the metrics.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cenote_server::config::{Trigger, TriggerTarget};
use cenote_server::outbound::{Http, Targets};
use hyper::StatusCode;
use serde_json::{Value, json};
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use crate::fake::{Fake, Say, clock, metrics, settings};
use crate::support::Server;

/// The lines of a log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// What the log says of triggers, but for when and how long.
    fn of_triggers(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        let mut lines: Vec<Value> = self.text().lines().map(parse).collect();
        lines.retain(|line| line.get("trigger.ms").is_some());
        for line in &mut lines {
            for member in ["timestamp", "target", "trigger.ms"] {
                line.as_object_mut().unwrap().remove(member);
            }
        }
        lines
    }
}

/// Signs a user up in a pool whose PreSignUp is this function.
async fn sign_up(server: &Server, function: &str) -> StatusCode {
    let made = |reply: crate::support::Reply, of: &str, id: &str| {
        reply.json()[of][id].as_str().expect("an id").to_owned()
    };
    let pool = json!({"PoolName": "p", "LambdaConfig": {"PreSignUp": function}});
    let pool = server.call("CreateUserPool", pool.to_string()).await;
    let pool = made(pool, "UserPool", "Id");
    let client = json!({"UserPoolId": pool, "ClientName": "c"});
    let client = server.call("CreateUserPoolClient", client.to_string());
    let client = made(client.await, "UserPoolClient", "ClientId");
    let input = json!({
        "ClientId": client, "Username": "ada", "Password": "Correct-Horse-9",
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
    });
    server.call("SignUp", input.to_string()).await.status
}

#[tokio::test]
async fn a_dead_and_a_slow_function_show_in_the_log_and_in_the_metrics() {
    const DEAD: &str = "arn:aws:lambda:us-east-1:000000000000:function:dead";
    const SLOW: &str = "arn:aws:lambda:us-east-1:000000000000:function:slow";
    const NOWHERE: &str = "arn:aws:lambda:us-east-1:000000000000:function:nowhere";
    let lines = Lines::default();
    let log = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(Level::WARN)
        .with_writer(lines.clone());
    let _log = tracing::subscriber::set_default(log.finish());
    // With a second one alive, what other tests' threads do not log is not taken for what nobody logs.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let answer = json!({
        "response": {"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false},
    });
    let dead = Fake::new([]).await;
    let slow = Fake::new([Say::status(429), Say::ok(&answer.to_string())]).await;
    let mut settings = settings();
    settings.triggers = [(DEAD, &dead, 50), (SLOW, &slow, 5_000)]
        .map(|(arn, fake, timeout_ms)| Trigger {
            arn: arn.to_owned(),
            target: TriggerTarget::Webhook {
                url: fake.url.clone(),
                secret: b"0123456789abcdef0123456789abcdef".to_vec(),
            },
            timeout: Duration::from_millis(timeout_ms),
            concurrency: 1,
        })
        .into();
    let metrics = metrics();
    let targets = Targets::new(&settings, &Http::default(), &clock(), &metrics);
    let server = Server::counting(&settings, Arc::new(targets), metrics);
    assert_eq!(sign_up(&server, DEAD).await, StatusCode::BAD_REQUEST);
    assert_eq!(sign_up(&server, SLOW).await, StatusCode::OK);
    assert_eq!(sign_up(&server, NOWHERE).await, StatusCode::BAD_REQUEST);

    let line = |arn: &str, attempts: u32, outcome: &str, message: &str| {
        json!({
            "level": "WARN", "message": message, "trigger.name": "PreSignUp", "trigger.arn": arn,
            "trigger.target": "webhook", "trigger.attempts": attempts, "trigger.outcome": outcome,
        })
    };
    assert_eq!(
        lines.of_triggers(),
        [
            line(DEAD, 3, "timed out", "A trigger failed"),
            line(SLOW, 2, "answered late", "A trigger was slow"),
        ]
    );
    let log = lines.text();
    assert!(!log.contains("ada"), "{log}");

    let counted = server.counted().await;
    for (outcome, attempts) in [("timed_out", 3), ("answered", 2), ("not_configured", 0)] {
        let labels = format!("{{trigger=\"PreSignUp\",outcome=\"{outcome}\"}}");
        for line in [
            format!("cenote_trigger_call_duration_seconds_count{labels} 1\n"),
            format!("cenote_trigger_attempts_total{labels} {attempts}\n"),
        ] {
            assert!(counted.contains(&line), "{line} in {counted}");
        }
    }
    for line in [
        "cenote_requests_total{operation=\"SignUp\",outcome=\"success\"} 1\n",
        "cenote_requests_total{operation=\"SignUp\",outcome=\"UnexpectedLambdaException\"} 2\n",
        "cenote_request_duration_seconds_count{operation=\"SignUp\"} 3\n",
    ] {
        assert!(counted.contains(line), "{line} in {counted}");
    }
    assert!(counted.ends_with("# EOF\n"));
}
