//! `/logout`: ends the session of the browser.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::oauth::{Logout, Params, end_session, logout as decide};
use hyper::header::SET_COOKIE;
use hyper::{HeaderMap, Response};

use super::page::{failure_page, refusal_page};
use super::redirect;
use crate::cookies;
use crate::hosts::At;

/// Signs out, and goes to the application or to the sign-in page.
pub(super) async fn logout(
    at: At,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let params = match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => params,
        Err(refusal) => return refusal_page(&at, &Params::default(), &refusal),
    };
    let location = match decide(&at.cx, &at.domain, &params).await {
        Ok(Logout::Application(location)) => location,
        Ok(Logout::SignIn(query)) => format!("{}/login?{query}", at.domain.path_prefix),
        Ok(Logout::Page(refusal)) => return refusal_page(&at, &params, &refusal),
        Err(error) => return failure_page(&at.cx, error),
    };
    let location = match cookies::get(&headers, cookies::SESSION) {
        Some(cookie) => match end_session(&at.cx, &at.domain, cookie, location).await {
            Ok(location) => location,
            Err(error) => return failure_page(&at.cx, error),
        },
        None => location,
    };
    let mut response = redirect(&location);
    if let Some(cookie) = cookies::no_session(&at.domain) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
