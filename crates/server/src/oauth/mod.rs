//! The OAuth 2.0 and OpenID Connect endpoints of a domain.

mod authorize;
pub(crate) mod form;
mod logout;
mod page;
mod provider;
mod register;
mod reply;
mod revoke;
mod saml;
mod token;
mod user_info;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use cenote_idp::Service;
use cenote_idp::oauth::{Params, Refusal};
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Response, StatusCode};

use crate::hosts::At;
use crate::rpc;

pub(crate) use page::{failure_page, refusal_page};
pub(crate) use reply::redirect;

/// The endpoints; each answers for the domain that its request was sent to. A HEAD changes nothing, so that
/// those which do have none.
pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route(
            "/oauth2/authorize",
            get(authorize::get)
                .head(wrong_method)
                .post(authorize::post)
                .fallback(wrong_method),
        )
        .route(
            "/oauth2/idpresponse",
            get(provider::get)
                .head(wrong_method)
                .post(provider::post)
                .fallback(wrong_method),
        )
        .route(
            "/oauth2/token",
            post(token::token).options(preflight).fallback(wrong_method),
        )
        .route(
            "/oauth2/userInfo",
            get(user_info::get)
                .post(user_info::post)
                .options(preflight)
                .fallback(wrong_method),
        )
        .route(
            "/oauth2/revoke",
            post(revoke::revoke)
                .options(preflight)
                .fallback(wrong_method),
        )
        .route(
            "/oauth2/register",
            post(register::register)
                .options(preflight)
                .fallback(wrong_method),
        )
        .route(
            "/logout",
            get(logout::logout)
                .head(wrong_method)
                .fallback(wrong_method),
        )
        .route(
            "/saml2/idpresponse",
            post(saml::idp_response).fallback(wrong_method),
        )
        .route("/saml2/logout", post(saml::logout).fallback(wrong_method))
        .route("/error", get(page::error).fallback(wrong_method))
}

/// Turns a request away that is one too many: applications read why, people see it on a page.
pub(crate) async fn turned_away(at: &At, path: &str, refusal: &Refusal) -> Response<Body> {
    const OF_APPLICATIONS: [&str; 4] = ["/token", "/userInfo", "/revoke", "/register"];
    let inner = path.strip_prefix(&at.domain.path_prefix).unwrap_or(path);
    let endpoint = inner.strip_prefix("/oauth2");
    if endpoint.is_some_and(|endpoint| OF_APPLICATIONS.contains(&endpoint)) {
        reply::refused(&at.cx, &at.domain, refusal)
    } else {
        page::busy_page(at, &Params::default(), refusal).await
    }
}

/// Applications in browsers of any origin may call.
async fn preflight(headers: HeaderMap) -> Response<Body> {
    rpc::preflight(&headers, HeaderValue::from_static("GET,POST"))
}

async fn wrong_method() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}
