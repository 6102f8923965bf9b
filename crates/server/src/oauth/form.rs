//! Reads the form, or other text, in a request's body, within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use cenote_idp::oauth::{Params, Refusal};
use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

/// The longest body: tokens, what a trigger is told, the description of an application.
pub(super) const LONGEST: usize = 64 * 1024;

/// How long it may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The parameters of a form.
pub(crate) async fn params(headers: &HeaderMap, body: Body) -> Result<Params, Refusal> {
    long_params(headers, body, LONGEST).await
}

/// The parameters of a form of this many bytes at most.
pub(super) async fn long_params(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Params, Refusal> {
    let body = read(headers, "application/x-www-form-urlencoded", body, most).await;
    Params::parse(&body.ok_or_else(Refusal::not_a_form)?)
}

/// The bytes of a body of this type; `None` if it is of another, too long, or does not arrive.
pub(super) async fn read(
    headers: &HeaderMap,
    media_type: &str,
    body: Body,
    most: usize,
) -> Option<Bytes> {
    if !is(headers, media_type) {
        return None;
    }
    let read = tokio::time::timeout(PATIENCE, to_bytes(body, most)).await;
    read.ok()?.ok()
}

fn is(headers: &HeaderMap, media_type: &str) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next();
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}
