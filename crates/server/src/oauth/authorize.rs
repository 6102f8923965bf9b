//! `/oauth2/authorize`: sends the browser to the sign-in page, or straight back where somebody has signed in.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::oauth::{
    Authorization, Cookie, Outcome, Params, Prompt, Refusal, Through, complete_silently,
};
use hyper::{HeaderMap, Response};

use super::page::{failure_page, refusal_page};
use super::{form, provider};
use crate::cookies;
use crate::hosts::At;

/// The request in a query.
pub(super) async fn get(at: At, headers: HeaderMap, RawQuery(query): RawQuery) -> Response<Body> {
    let query = query.unwrap_or_default();
    match Params::parse(query.as_bytes()) {
        Ok(params) => answer(&at, &headers, &params, &query).await,
        Err(refusal) => refusal_page(&at, &Params::default(), &refusal).await,
    }
}

/// The request in a form (OpenID Connect Core 1.0, 3.1.2.1).
pub(super) async fn post(at: At, headers: HeaderMap, body: Body) -> Response<Body> {
    match form::params(&headers, body).await {
        // A body may hold what an address may not.
        Ok(params) => answer(&at, &headers, &params, &params.query()).await,
        Err(refusal) => refusal_page(&at, &Params::default(), &refusal).await,
    }
}

async fn answer(at: &At, headers: &HeaderMap, params: &Params, query: &str) -> Response<Body> {
    let At { domain, cx, .. } = at;
    let authorization = match Authorization::read(cx, domain, params).await {
        Ok(Outcome::Go(authorization)) => authorization,
        Ok(Outcome::Redirect(location)) => return at.redirect(&location),
        Ok(Outcome::Page(refusal)) => return refusal_page(at, params, &refusal).await,
        Err(error) => return failure_page(at, params, error).await,
    };
    let signed_in = match cookies::get(headers, cookies::SESSION) {
        Some(cookie) => Cookie::reuse(cx, &authorization, cookie).await,
        None => Ok(None),
    };
    let is_silent = authorization.prompt == Prompt::None;
    let location = match signed_in {
        Ok(Some(signed_in)) if !authorization.asks_consent => {
            complete_silently(cx, &authorization, &signed_in).await
        }
        Ok(Some(_)) if is_silent => Ok(authorization.refused(cx, &Refusal::consent_required())),
        Ok(None) if is_silent => Ok(authorization.refused(cx, &Refusal::login_required())),
        Ok(None) if matches!(authorization.through, Through::Provider(_)) => {
            return provider::depart(at, headers, &authorization, (params, query)).await;
        }
        // The query goes on as it came, and is read again there.
        Ok(_) => Ok(format!("{}/login?{query}", domain.path_prefix)),
        Err(error) => Err(error),
    };
    match location {
        Ok(location) => at.redirect(&location),
        Err(error) => {
            let refusal = Refusal::from(error);
            super::reply::log(cx, &refusal);
            at.redirect(&authorization.refused(cx, &refusal))
        }
    }
}
