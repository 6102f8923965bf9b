//! `/_cenote/clock`: the server's clock, read and moved.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Json};
use cenote_idp::ports::{Clock, SystemClock};
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::refuse;

/// The clock never gets further from the machine's than this: a thousand years, which every format of
/// a time can still hold.
const FURTHEST_SECONDS: i64 = 1_000 * 365 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shift {
    advance_seconds: Option<i64>,
    reset: Option<bool>,
}

pub(super) async fn show(State(clock): State<Arc<SystemClock>>) -> Response<Body> {
    let now = clock.now_ms();
    Json(json!({"now": now, "offset_seconds": clock.offset_ms() / 1000})).into_response()
}

pub(super) async fn shift(State(clock): State<Arc<SystemClock>>, body: Bytes) -> Response<Body> {
    const USAGE: &str = "send {\"advance_seconds\": 3600} or {\"reset\": true}";
    match serde_json::from_slice(&body) {
        Ok(Shift {
            advance_seconds: None,
            reset: Some(true),
        }) => clock.reset(),
        Ok(Shift {
            advance_seconds: Some(seconds),
            reset: None | Some(false),
        }) => {
            let far = (clock.offset_ms() / 1000).saturating_add(seconds);
            if !(-FURTHEST_SECONDS..=FURTHEST_SECONDS).contains(&far) {
                return refuse(
                    StatusCode::BAD_REQUEST,
                    "that is more than a thousand years away",
                );
            }
            clock.advance(seconds * 1000);
        }
        _ => return refuse(StatusCode::BAD_REQUEST, USAGE),
    }
    show(State(clock)).await
}
