//! `/_cenote/seed/`: what `cenote apply` cannot do through the API: ids that a seed chose, and the question
//! whether a user has a password already.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Json};
use cenote_idp::{Error, Service, seed};
use cenote_model::Operation;
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refuse;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    region: String,
    operation: String,
    id: String,
    input: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OfUser {
    user_pool_id: String,
    username: String,
    password: String,
}

/// Creates a pool or a client under a chosen id.
pub(super) async fn create(State(service): State<Arc<Service>>, body: Bytes) -> Response<Body> {
    let asked: Create = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let Some(operation) = Operation::from_name(&asked.operation) else {
        return refuse(StatusCode::BAD_REQUEST, "there is no such operation");
    };
    let input = asked.input.to_string();
    let made = seed::create(
        &service,
        &asked.region,
        operation,
        &asked.id,
        input.as_bytes(),
    );
    match made.await {
        Ok(output) => Body::from(output.unwrap_or_default()).into_response(),
        Err(error) => refused(&error),
    }
}

/// Whether a user has this password.
pub(super) async fn password(State(service): State<Arc<Service>>, body: Bytes) -> Response<Body> {
    let asked: OfUser = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let known = seed::password_is(
        &service,
        &asked.user_pool_id,
        &asked.username,
        &asked.password,
    );
    match known.await {
        Ok(matches) => Json(json!({"Matches": matches == Some(true)})).into_response(),
        Err(error) => refused(&error),
    }
}

/// A refusal in the form of the API.
fn refused(error: &Error) -> Response<Body> {
    let body = json!({
        "__type": error.code.name(),
        "message": error.message.as_deref().unwrap_or_default(),
    });
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    (status, Json(body)).into_response()
}
