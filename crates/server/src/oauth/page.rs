//! The page that a refusal is shown on when no application can be told.

use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::{Html, IntoResponse};
use cenote_idp::oauth::{OAuthCode, Params, Refusal};
use cenote_idp::{Cx, Error};
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS};
use hyper::{Response, StatusCode};

use super::reply::{log, redirect};
use crate::hosts::At;
use crate::html::escape;

/// What people read who should not read more.
const GENERAL: &str = "An error was encountered with the requested page.";

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
        OAuthCode::ServerError => page(StatusCode::INTERNAL_SERVER_ERROR, GENERAL),
        _ => page(
            StatusCode::BAD_REQUEST,
            refusal.description.as_deref().unwrap_or(GENERAL),
        ),
    }
}

/// Shows that something broke on our side, and logs what.
pub(crate) fn failure_page(cx: &Cx, error: Error) -> Response<Body> {
    let refusal = Refusal::from(error);
    log(cx, &refusal);
    page(StatusCode::INTERNAL_SERVER_ERROR, GENERAL)
}

/// `/error`: what the query says is not repeated, since anybody can write one.
pub(super) async fn error(_: At, RawQuery(_): RawQuery) -> Response<Body> {
    page(StatusCode::BAD_REQUEST, GENERAL)
}

fn page(status: StatusCode, text: &str) -> Response<Body> {
    let headers = [
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (X_FRAME_OPTIONS, "DENY"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Error</title><p>{}</p></html>",
        escape(text)
    );
    (status, headers, Html(html)).into_response()
}
