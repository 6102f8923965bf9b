//! The page that a refusal is shown on when no application can be told.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::Error;
use cenote_idp::oauth::{OAuthCode, Params, Refusal};
use hyper::{Response, StatusCode};

use super::reply::log;
use crate::hosts::At;
use crate::pages::{Said, plain, with_language};

/// Shows a refusal. A redirect address that is not registered is told at an address of its own.
pub(crate) async fn refusal_page(at: &At, params: &Params, refusal: &Refusal) -> Response<Body> {
    log(&at.cx, refusal);
    match refusal.code {
        OAuthCode::RedirectMismatch => {
            // The client is known: its id has nothing to escape.
            let client_id = params.get("client_id").unwrap_or_default();
            let prefix = &at.domain.path_prefix;
            let location = format!(
                "{prefix}/error?error={}&client_id={client_id}",
                refusal.code.as_str()
            );
            with_language(at, params, at.redirect(&location))
        }
        OAuthCode::ServerError => {
            plain(at, params, StatusCode::INTERNAL_SERVER_ERROR, Said::Failed).await
        }
        _ => plain(at, params, StatusCode::BAD_REQUEST, Said::Refused(refusal)).await,
    }
}

/// Shows that something broke on our side, and logs what; or that there is too much to do.
pub(crate) async fn failure_page(at: &At, params: &Params, error: Error) -> Response<Body> {
    let refusal = Refusal::from(error);
    if refusal.code == OAuthCode::TemporarilyUnavailable {
        return busy_page(at, params, &refusal).await;
    }
    log(&at.cx, &refusal);
    plain(at, params, StatusCode::INTERNAL_SERVER_ERROR, Said::Failed).await
}

/// Shows that there is too much to do.
pub(super) async fn busy_page(at: &At, params: &Params, refusal: &Refusal) -> Response<Body> {
    log(&at.cx, refusal);
    plain(
        at,
        params,
        StatusCode::TOO_MANY_REQUESTS,
        Said::Refused(refusal),
    )
    .await
}

/// `/error`: what the query says is not repeated, since anybody can write one.
pub(super) async fn error(at: At, RawQuery(query): RawQuery) -> Response<Body> {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    plain(&at, &params, StatusCode::BAD_REQUEST, Said::Failed).await
}
