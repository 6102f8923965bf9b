//! `/logout`: ends the session of the browser.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::oauth::{Logout, Params, end_session, logout as decide};
use hyper::header::SET_COOKIE;
use hyper::{HeaderMap, Response, StatusCode};

use super::page::{failure_page, refusal_page};
use crate::cookies;
use crate::hosts::At;
use crate::pages::{Said, plain};

/// Signs out, and goes to the application or to the sign-in page, or says that it is done.
pub(super) async fn logout(
    at: At,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let query = query.unwrap_or_default();
    let params = match Params::parse(query.as_bytes()) {
        Ok(params) => params,
        Err(refusal) => return refusal_page(&at, &Params::default(), &refusal).await,
    };
    let prefix = &at.domain.path_prefix;
    let cookie = cookies::get(&headers, cookies::SESSION);
    let target = match decide(&at.cx, &at.domain, &params, cookie).await {
        Ok(Logout::Application(location)) => Some(location),
        Ok(Logout::SignIn(query)) => Some(format!("{prefix}/login?{query}")),
        Ok(Logout::Nowhere) => None,
        Ok(Logout::Page(refusal)) => return refusal_page(&at, &params, &refusal).await,
        Err(error) => return failure_page(&at, &params, error).await,
    };
    // Whoever comes back from signing out at a provider asks for the same once more.
    let here = format!("{prefix}/logout?{query}");
    let location = target.unwrap_or_else(|| here.clone());
    let location = match cookie {
        Some(cookie) => match end_session(&at.cx, &at.domain, cookie, location).await {
            Ok(location) => location,
            Err(error) => return failure_page(&at, &params, error).await,
        },
        None => location,
    };
    let mut response = if location == here {
        plain(&at, &params, StatusCode::OK, Said::SignedOut).await
    } else {
        at.redirect(&location)
    };
    if let Some(cookie) = cookies::no_session(&at.domain) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
