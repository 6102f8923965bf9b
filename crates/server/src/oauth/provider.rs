//! To an identity provider and back: `/oauth2/idpresponse`.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::federation::{Arrival, leave, respond};
use cenote_idp::oauth::{Authorization, Params};
use hyper::header::{HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Response};

use super::form;
use super::page::{failure_page, refusal_page};
use crate::cookies;
use crate::hosts::At;

/// Sends a browser to the provider of its request.
pub(super) async fn depart(
    at: &At,
    headers: &HeaderMap,
    authorization: &Authorization,
    (params, query): (&Params, &str),
) -> Response<Body> {
    let browser = cookies::returned(headers);
    match leave(&at.cx, &at.domain, authorization, query, browser).await {
        Ok(departure) => with_cookies(
            at.redirect(&departure.location),
            cookies::departed(&at.domain, &departure.browser, departure.max_age),
        ),
        Err(arrival) => arrived(at, params, &arrival).await,
    }
}

/// A browser is back with the provider's answer in its query.
pub(super) async fn get(at: At, headers: HeaderMap, RawQuery(query): RawQuery) -> Response<Body> {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    answer(&at, &headers, params.unwrap_or_default()).await
}

/// A browser is back with the provider's answer in a form.
pub(super) async fn post(at: At, headers: HeaderMap, body: Body) -> Response<Body> {
    let params = form::params(&headers, body).await;
    answer(&at, &headers, params.unwrap_or_default()).await
}

async fn answer(at: &At, headers: &HeaderMap, params: Params) -> Response<Body> {
    let browser = cookies::returned(headers);
    match respond(&at.cx, &at.domain, &params, browser).await {
        Ok(arrival) => arrived(at, &Params::default(), &arrival).await,
        Err(error) => failure_page(at, &Params::default(), error).await,
    }
}

/// Sends a browser on that has come back from a provider. `params` is the request, if it is known.
pub(super) async fn arrived(at: &At, params: &Params, arrival: &Arrival) -> Response<Body> {
    match arrival {
        Arrival::Page(refusal) => refusal_page(at, params, refusal).await,
        Arrival::Redirect { location, cookie } => {
            let cookie = cookie.as_ref();
            let cookie = cookie.and_then(|cookie| cookies::session(&at.domain, cookie));
            with_cookies(at.redirect(location), cookie)
        }
    }
}

fn with_cookies(
    mut response: Response<Body>,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response<Body> {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
