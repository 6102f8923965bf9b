//! `/_cenote/kms`: stands in for KMS where the configuration holds the keys of custom senders, so that an
//! unmodified Encryption SDK decrypts what they get. It knows `Decrypt` alone.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Json};
use axum::routing::post;
use cenote_idp::ports::Clock;
use data_encoding::BASE64;
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::config::Settings;
use crate::outbound::{Context, LocalKeys};
use crate::rpc::Verifier;

const DECRYPT: &str = "TrentService.Decrypt";
const ALGORITHM: &str = "SYMMETRIC_DEFAULT";

struct Door {
    keys: LocalKeys,
    verifier: Option<Verifier>,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Decrypt {
    ciphertext_blob: String,
    #[serde(default)]
    encryption_context: Context,
    key_id: Option<String>,
    encryption_algorithm: Option<String>,
}

/// The door, when there are keys for it. Who calls signs, where the server has access keys.
pub(crate) fn kms<S>(settings: &Settings, clock: Arc<dyn Clock>) -> Option<Router<S>> {
    let keys = LocalKeys::new(&settings.kms_keys);
    if keys.is_empty() {
        return None;
    }
    let callers = settings.access_keys.clone();
    let verifier = (!callers.is_empty()).then(|| Verifier::new(callers, Vec::new()).of("kms"));
    let door = Arc::new(Door {
        keys,
        verifier,
        clock,
    });
    let router = Router::new()
        .route("/_cenote/kms", post(answer))
        .route("/_cenote/kms/", post(answer));
    Some(router.with_state(door))
}

async fn answer(State(door): State<Arc<Door>>, head: Parts, body: Bytes) -> Response<Body> {
    if let Some(verifier) = &door.verifier {
        let now = door.clock.client_ms().div_euclid(1000);
        if let Err(refusal) = verifier.check(&head, &body, now) {
            let message = refusal.message().unwrap_or_default();
            return refuse(refusal.status(), refusal.name(), message);
        }
    }
    let bad = |name: &str, message: &str| refuse(StatusCode::BAD_REQUEST, name, message);
    let target = head.headers.get("x-amz-target");
    if target.is_none_or(|target| target != DECRYPT) {
        return bad("UnknownOperationException", "Only Decrypt is known here.");
    }
    let Ok(input) = serde_json::from_slice::<Decrypt>(&body) else {
        return bad(
            "SerializationException",
            "The body is not an input of Decrypt.",
        );
    };
    if input
        .encryption_algorithm
        .is_some_and(|algorithm| algorithm != ALGORITHM)
    {
        return bad("InvalidKeyUsageException", "The keys here are symmetric.");
    }
    let wrapped = BASE64.decode(input.ciphertext_blob.as_bytes());
    let opened = door
        .keys
        .unwrap(&wrapped.unwrap_or_default(), &input.encryption_context);
    let Some((arn, plaintext)) = opened else {
        return bad("InvalidCiphertextException", "");
    };
    if input.key_id.is_some_and(|key_id| key_id != arn) {
        return bad(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        );
    }
    let answer = json!({
        "KeyId": arn,
        "Plaintext": BASE64.encode(&plaintext),
        "EncryptionAlgorithm": ALGORITHM,
    });
    with_type(Json(answer).into_response())
}

fn refuse(status: StatusCode, name: &str, message: &str) -> Response<Body> {
    let body = json!({"__type": name, "message": message});
    with_type((status, Json(body)).into_response())
}

fn with_type(mut answer: Response<Body>) -> Response<Body> {
    let json = hyper::header::HeaderValue::from_static("application/x-amz-json-1.1");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}
