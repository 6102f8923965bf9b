//! `/oauth2/token`.

use std::sync::Arc;

use axum::body::Body;
use cenote_idp::Error;
use cenote_idp::oauth::{Refusal, token as tokens};
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, Response};

use super::{form, reply};
use crate::hosts::At;

/// Answers with tokens.
pub(super) async fn token(
    At { domain, cx, .. }: At,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let answer = async {
        let params = form::params(&headers, body).await?;
        let header = authorization(&headers)?.map(str::to_owned);
        let (cx, domain) = (cx.clone(), domain.clone());
        let service = Arc::clone(&cx.service);
        // The signatures, and what is read for them, on one of the CPU threads.
        let request = async move { tokens(&cx, &domain, header.as_deref(), &params).await };
        service.cpu.carry(request).await.map_err(Error::from)?
    };
    match answer.await {
        Ok(members) => reply::json(&cx, &domain, members),
        Err(refusal) if refusal.is_challenged => reply::unproved(&cx, &domain, &refusal),
        Err(refusal) => reply::refused(&cx, &domain, &refusal),
    }
}

/// The header of this name, of which there is at most one.
pub(super) fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Refusal::authorization_twice());
    }
    first
        .map(|value| value.to_str().map_err(|_| Refusal::authorization_twice()))
        .transpose()
}
