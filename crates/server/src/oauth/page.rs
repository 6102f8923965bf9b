//! The page that a refusal is shown on when no application can be told.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::Cx;
use cenote_idp::oauth::{OAuthCode, Params, Refusal};
use hyper::{Response, StatusCode};

use super::reply::{log, redirect};
use crate::hosts::At;
use crate::pages::{self, Said};

/// Shows a refusal. A redirect address that is not registered is told at an address of its own.
pub(crate) fn refusal_page(at: &At, params: &Params, refusal: &Refusal) -> Response<Body> {
    log(&at.cx, refusal);
    match refusal.code {
        OAuthCode::RedirectMismatch => {
            // The client is known: its id has nothing to escape.
            let client_id = params.get("client_id").unwrap_or_default();
            let prefix = &at.domain.path_prefix;
            redirect(&format!(
                "{prefix}/error?error={}&client_id={client_id}",
                refusal.code.as_str()
            ))
        }
        OAuthCode::ServerError => pages::plain(StatusCode::INTERNAL_SERVER_ERROR, Said::Failed),
        _ => {
            let said = refusal.description.as_deref();
            pages::plain(
                StatusCode::BAD_REQUEST,
                said.map_or(Said::Failed, Said::Refused),
            )
        }
    }
}

/// Shows that something broke on our side, and logs what; or that there is too much to do.
pub(crate) fn failure_page(cx: &Cx, failure: impl Into<Refusal>) -> Response<Body> {
    let refusal = failure.into();
    log(cx, &refusal);
    match refusal.description.as_deref() {
        Some(said) if refusal.code == OAuthCode::TemporarilyUnavailable => {
            pages::plain(StatusCode::TOO_MANY_REQUESTS, Said::Refused(said))
        }
        _ => pages::plain(StatusCode::INTERNAL_SERVER_ERROR, Said::Failed),
    }
}

/// `/error`: what the query says is not repeated, since anybody can write one.
pub(super) async fn error(_: At, RawQuery(_): RawQuery) -> Response<Body> {
    pages::plain(StatusCode::BAD_REQUEST, Said::Failed)
}
