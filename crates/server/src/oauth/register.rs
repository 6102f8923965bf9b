//! `/oauth2/register`.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use cenote_idp::oauth::{OAuthCode, Refusal, register as add};
use hyper::{HeaderMap, Response, StatusCode};

use super::{reply, user_info};
use crate::hosts::At;

/// The longest description of an application.
const LONGEST: usize = 64 * 1024;

/// How long one may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Registers a client.
pub(super) async fn register(
    At { domain, cx }: At,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let answer = async {
        let token = user_info::bearer(&headers).map_err(|_| Refusal::registration_token())?;
        let body = tokio::time::timeout(PATIENCE, to_bytes(body, LONGEST)).await;
        let body = body.ok().and_then(Result::ok).unwrap_or_default();
        add(&cx, &domain, token, &body).await
    };
    match answer.await {
        Ok(members) => {
            let mut response = reply::json(&cx, &domain, members);
            *response.status_mut() = StatusCode::CREATED;
            response
        }
        Err(refusal) if refusal.code == OAuthCode::InvalidToken => {
            reply::challenged(&cx, &domain, &refusal)
        }
        Err(refusal) => reply::refused(&cx, &domain, &refusal),
    }
}
