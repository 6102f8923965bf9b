//! Reads the form in a request's body, within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use cenote_idp::oauth::{Params, Refusal};
use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

/// The longest form: tokens, and what a trigger is told.
const LONGEST: usize = 64 * 1024;

/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The bytes of a form.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    read_within(headers, body, LONGEST).await
}

async fn read_within(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Refusal> {
    if !is_form(headers) {
        return Err(Refusal::not_a_form());
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        _ => Err(Refusal::not_a_form()),
    }
}

/// The parameters of a form.
pub(crate) async fn params(headers: &HeaderMap, body: Body) -> Result<Params, Refusal> {
    Params::parse(&read(headers, body).await?)
}

/// The parameters of a form of this many bytes at most.
pub(super) async fn long_params(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Params, Refusal> {
    Params::parse(&read_within(headers, body, most).await?)
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next();
    essence.is_some_and(|essence| {
        essence
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}
