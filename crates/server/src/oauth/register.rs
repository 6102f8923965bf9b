//! `/oauth2/register`.

use axum::body::Body;
use cenote_idp::oauth::{OAuthCode, Refusal, register as add};
use hyper::{HeaderMap, Response, StatusCode};

use super::{form, reply, user_info};
use crate::hosts::At;

/// Registers a client.
pub(super) async fn register(
    At { domain, cx, .. }: At,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let answer = async {
        let token = user_info::bearer(&headers).map_err(|_| Refusal::registration_token())?;
        let body = form::read(&headers, "application/json", body, form::LONGEST).await;
        // Nothing is no description of an application.
        add(&cx, &domain, token, &body.unwrap_or_default()).await
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
