//! `/oauth2/revoke`.

use axum::body::Body;
use cenote_idp::oauth::{OAuthCode, revoke as end};
use hyper::{HeaderMap, Response};

use super::token::authorization;
use super::{form, reply};
use crate::hosts::At;

/// Revokes a refresh token.
pub(super) async fn revoke(
    At { domain, cx, .. }: At,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let answer = async {
        let params = form::params(&headers, body).await?;
        end(&cx, &domain, authorization(&headers)?, &params).await
    };
    match answer.await {
        Ok(()) => reply::empty(&cx, &domain),
        Err(refusal) if refusal.code == OAuthCode::InvalidClient => {
            reply::unproved(&cx, &domain, &refusal)
        }
        Err(refusal) => reply::refused(&cx, &domain, &refusal),
    }
}
