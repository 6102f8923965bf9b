//! `/oauth2/authorize`: sends the browser to the sign-in page, or straight back where somebody has signed in.

use axum::body::Body;
use axum::extract::RawQuery;
use cenote_idp::oauth::{
    Authorization, Cookie, Outcome, Params, Prompt, Refusal, Through, complete,
};
use hyper::{HeaderMap, Response};

use super::page::{failure_page, refusal_page};
use super::{form, provider, redirect};
use crate::cookies;
use crate::hosts::At;

/// The request in a query.
pub(super) async fn get(at: At, headers: HeaderMap, RawQuery(query): RawQuery) -> Response<Body> {
    answer(&at, &headers, &query.unwrap_or_default()).await
}

/// The request in a form (OpenID Connect Core 1.0, 3.1.2.1).
pub(super) async fn post(at: At, headers: HeaderMap, body: Body) -> Response<Body> {
    let form = form::read(&headers, body).await;
    let form =
        form.and_then(|form| String::from_utf8(form.to_vec()).map_err(|_| Refusal::not_a_form()));
    match form {
        Ok(form) => answer(&at, &headers, &form).await,
        Err(refusal) => refusal_page(&at, &Params::default(), &refusal),
    }
}

async fn answer(at: &At, headers: &HeaderMap, query: &str) -> Response<Body> {
    let At { domain, cx } = at;
    let params = match Params::parse(query.as_bytes()) {
        Ok(params) => params,
        Err(refusal) => return refusal_page(at, &Params::default(), &refusal),
    };
    let authorization = match Authorization::read(cx, domain, &params).await {
        Ok(Outcome::Go(authorization)) => authorization,
        Ok(Outcome::Redirect(location)) => return redirect(&location),
        Ok(Outcome::Page(refusal)) => return refusal_page(at, &params, &refusal),
        Err(error) => return failure_page(cx, error),
    };
    match reuse(at, headers, &authorization).await {
        Ok(Some(location)) => redirect(&location),
        Ok(None) if authorization.prompt == Prompt::None => {
            redirect(&authorization.refused(cx, &Refusal::login_required()))
        }
        Ok(None) if matches!(authorization.through, Through::Provider(_)) => {
            provider::depart(at, headers, &authorization, query).await
        }
        // The query goes on as it came, and is read again there.
        Ok(None) => redirect(&format!("{}/login?{query}", domain.path_prefix)),
        Err(error) => {
            let refusal = Refusal::from(error);
            super::reply::log(cx, &refusal);
            redirect(&authorization.refused(cx, &refusal))
        }
    }
}

/// Where to go when somebody has signed in and need not be asked.
async fn reuse(
    at: &At,
    headers: &HeaderMap,
    authorization: &Authorization,
) -> Result<Option<String>, cenote_idp::Error> {
    let Some(cookie) = cookies::get(headers, cookies::SESSION) else {
        return Ok(None);
    };
    match Cookie::reuse(&at.cx, authorization, cookie).await? {
        Some(signed_in) => complete(&at.cx, authorization, &signed_in).await.map(Some),
        None => Ok(None),
    }
}
