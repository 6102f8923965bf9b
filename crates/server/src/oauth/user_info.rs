//! `/oauth2/userInfo`.

use axum::body::Body;
use cenote_idp::oauth::{Params, Refusal, user_info};
use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, Response};

use super::token::authorization;
use super::{form, reply};
use crate::hosts::At;

/// With the access token in the header.
pub(super) async fn get(at: At, headers: HeaderMap) -> Response<Body> {
    match bearer(&headers) {
        Ok(token) => answer(&at, token).await,
        Err(refusal) => reply::challenged(&at.cx, &at.domain, &refusal),
    }
}

/// With the access token in the header or the form (RFC 6750, 2.2), but not in both.
pub(super) async fn post(at: At, headers: HeaderMap, body: Body) -> Response<Body> {
    let params = if headers.contains_key(CONTENT_TYPE) {
        form::params(&headers, body).await.unwrap_or_default()
    } else {
        Params::default()
    };
    let is_once = params.check_once().is_ok();
    match (bearer(&headers), params.get("access_token")) {
        (Ok(None), Some(token)) if is_once => answer(&at, Some(token)).await,
        (Ok(token), None) => answer(&at, token).await,
        _ => reply::challenged(&at.cx, &at.domain, &Refusal::user_info_request()),
    }
}

async fn answer(At { domain, cx, .. }: &At, token: Option<&str>) -> Response<Body> {
    match user_info(cx, domain, token).await {
        Ok(members) => reply::json(cx, domain, members),
        Err(refusal) => reply::challenged(cx, domain, &refusal),
    }
}

/// The token in the header.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(value) = authorization(headers).map_err(|_| Refusal::user_info_request())? else {
        return Ok(None);
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Refusal::user_info_request()),
    }
}
