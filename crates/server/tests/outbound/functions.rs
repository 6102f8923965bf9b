//! Messages that a function of the pool takes, with the code encrypted for it.

use std::sync::Arc;
use std::time::Duration;

use cenote_idp::crypto::Purpose;
use cenote_idp::ports::{Change, Message, SystemEntropy, Write};
use cenote_server::config::{KmsKey, KmsSource, Settings, Trigger, TriggerTarget};
use cenote_server::outbound::{Http, Senders, Targets, deliver};
use data_encoding::BASE64;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::fake::{ARN, Fake, Say, clock, metrics, settings};
use crate::support::{Reply, Server, plain};

const KEY: &str = "arn:aws:kms:eu-west-3:111122223333:key/1";
const POOL: &str = "eu-west-3_ABCdef123";

/// Settings with a webhook for every function.
fn with_webhook(fake: &Fake, keys: Vec<KmsKey>) -> Settings {
    let mut settings = settings();
    settings.kms_keys = keys;
    settings.triggers = vec![Trigger {
        arn: "*".to_owned(),
        target: TriggerTarget::Webhook {
            url: fake.url.clone(),
            secret: vec![7; 32],
        },
        timeout: Duration::from_secs(5),
        concurrency: 1,
    }];
    settings
}

fn local() -> Vec<KmsKey> {
    vec![KmsKey {
        arn: KEY.to_owned(),
        source: KmsSource::Local([9; 32]),
    }]
}

/// A server with one message for a function of a pool, and a worker for it.
async fn server(settings: &Settings) -> Server {
    let targets = Targets::new(settings, &Http::default(), &clock(), &metrics());
    let server = Server::with(settings, Arc::new(targets));
    let event = json!({"triggerSource": "CustomEmailSender_SignUp", "request": {"code": null}});
    let content = json!({
        "purpose": "sign_up", "username": "ann", "medium": "EMAIL", "to": "ann@example.com",
        "subject": null, "body": "", "code": "123456", "link": null,
        "function": {"arn": ARN, "kms_key": KEY, "event": event, "secret": "123456"},
    });
    let id = uuid::Uuid::new_v4().to_string();
    let service = &server.service;
    let content = content.to_string();
    let (id_bytes, content) = (id.as_bytes(), content.as_bytes());
    let sealed = service
        .sealer
        .seal(Purpose::Message, id_bytes, content, &SystemEntropy);
    let now = service.clock.now_ms();
    let message = Message {
        id: id.clone(),
        pool: POOL.to_owned(),
        sub: "s".to_owned(),
        at: now,
        doc: BASE64.encode(&sealed),
        tries: 0,
        due_at: Some(now),
        expires_at: now + 86_400_000,
    };
    let change = Change::new().with(Write::Queue(message));
    service.store.commit(change).await.expect("it is queued");
    let senders = Senders::new(settings, &Http::default(), &clock(), &metrics()).expect("senders");
    assert!(!senders.is_empty());
    tokio::spawn(deliver(Arc::clone(service), Arc::new(senders)));
    server
}

/// The code that the function got, as the bytes of a message.
async fn code(fake: &Fake) -> Vec<u8> {
    let told = async {
        while fake.seen().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), told)
        .await
        .expect("the function is told");
    let event: Value = serde_json::from_str(&fake.seen()[0].body).expect("JSON");
    assert_eq!(event["triggerSource"], "CustomEmailSender_SignUp");
    let code = event["request"]["code"].as_str().expect("a code");
    assert!(code.starts_with("AYABe"), "{code}");
    BASE64.decode(code.as_bytes()).expect("base64")
}

/// The wrapped data key of a message: what follows the key's ARN.
fn wrapped(message: &[u8]) -> &[u8] {
    let mut windows = message.windows(KEY.len());
    let at = windows
        .position(|window| window == KEY.as_bytes())
        .expect("the ARN");
    let rest = &message[at + KEY.len()..];
    let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
    &rest[2..2 + length]
}

async fn decrypt(server: &Server, target: &str, body: &Value) -> Reply {
    let target = format!("TrentService.{target}");
    let headers = [("x-amz-target", target.as_str())];
    let request = plain(Method::POST, "/_cenote/kms/", &headers, "");
    let (head, _) = request.into_parts();
    let request = hyper::Request::from_parts(head, body.to_string().into());
    server.send(request).await
}

#[tokio::test]
async fn a_function_gets_a_code_whose_data_key_the_server_opens_for_it() {
    let fake = Fake::new([Say::ok("")]).await;
    let server = server(&with_webhook(&fake, local())).await;
    let message = code(&fake).await;
    let input = json!({
        "CiphertextBlob": BASE64.encode(wrapped(&message)),
        "EncryptionContext": {"userpool-id": POOL},
        "KeyId": KEY,
    });
    let answer = decrypt(&server, "Decrypt", &input).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("application/x-amz-json-1.1")
    );
    let answer = answer.json();
    assert_eq!(answer["KeyId"], KEY);
    let data_key = BASE64.decode(answer["Plaintext"].as_str().expect("a key").as_bytes());
    assert_eq!(data_key.expect("base64").len(), 32);

    let with = |name: &str, value: Value| {
        let mut input = input.clone();
        input[name] = value;
        input
    };
    for (target, input, expected) in [
        ("Encrypt", input.clone(), "UnknownOperationException"),
        ("Decrypt", json!([]), "SerializationException"),
        (
            "Decrypt",
            with("EncryptionContext", json!({"userpool-id": "another"})),
            "InvalidCiphertextException",
        ),
        (
            "Decrypt",
            with("CiphertextBlob", "AAAA".into()),
            "InvalidCiphertextException",
        ),
        (
            "Decrypt",
            with("KeyId", "arn:aws:kms:eu-west-3:1:key/2".into()),
            "IncorrectKeyException",
        ),
        (
            "Decrypt",
            with("EncryptionAlgorithm", "RSAES_OAEP_SHA_1".into()),
            "InvalidKeyUsageException",
        ),
    ] {
        let answer = decrypt(&server, target, &input).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{expected}");
        assert_eq!(answer.json()["__type"], expected);
    }
}

#[tokio::test]
async fn a_data_key_may_come_from_kms() {
    let generated = json!({
        "KeyId": KEY,
        "Plaintext": BASE64.encode(&[5; 32]),
        "CiphertextBlob": BASE64.encode(b"wrapped by KMS"),
    });
    let kms = Fake::new([Say::ok(&generated.to_string())]).await;
    let fake = Fake::new([Say::ok("")]).await;
    let keys = vec![KmsKey {
        arn: KEY.to_owned(),
        source: KmsSource::Endpoint(kms.url.clone()),
    }];
    let server = server(&with_webhook(&fake, keys)).await;
    assert_eq!(wrapped(&code(&fake).await), b"wrapped by KMS");
    let asked = &kms.seen()[0];
    assert_eq!(asked.header("x-amz-target"), "TrentService.GenerateDataKey");
    assert!(
        asked
            .header("authorization")
            .contains("/eu-west-3/kms/aws4_request")
    );
    let body: Value = serde_json::from_str(&asked.body).expect("JSON");
    let expected = json!({
        "KeyId": KEY, "KeySpec": "AES_256", "EncryptionContext": {"userpool-id": POOL},
    });
    assert_eq!(body, expected);
    // A server without keys of its own does not stand in for KMS.
    let answer = decrypt(&server, "Decrypt", &json!({})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn where_callers_sign_they_sign_for_kms_too() {
    let mut settings = settings();
    settings.kms_keys = local();
    settings.access_keys = vec![cenote_server::config::AccessKey {
        id: "AKIDEXAMPLE".to_owned(),
        secret: "throw-away".to_owned(),
        session_token: None,
        expires_at: None,
    }];
    let server = Server::new(&settings);
    let answer = decrypt(&server, "Decrypt", &json!({})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        answer.json()["__type"],
        "MissingAuthenticationTokenException"
    );
}
