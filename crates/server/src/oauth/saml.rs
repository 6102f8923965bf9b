//! Back from a SAML provider: `/saml2/idpresponse` and `/saml2/logout`.

use axum::body::Body;
use cenote_idp::federation::saml::{respond, signed_out};
use cenote_idp::oauth::Params;
use hyper::{HeaderMap, Response};

use super::page::{failure_page, refusal_page};
use super::{form, provider};
use crate::cookies;
use crate::hosts::At;

/// The longest form: a message of the longest, of which every character may be escaped, and what came along.
const LONGEST: usize = 3 * cenote_idp::federation::saml::LONGEST + 64 * 1024;

/// A browser is back from signing in.
pub(super) async fn idp_response(at: At, headers: HeaderMap, body: Body) -> Response<Body> {
    let params = match form::long_params(&headers, body, LONGEST).await {
        Ok(params) => params,
        Err(refusal) => return refusal_page(&at, &Params::default(), &refusal).await,
    };
    let browser = cookies::returned(&headers);
    match respond(&at.cx, &at.domain, &params, browser).await {
        Ok(arrival) => provider::arrived(&at, &Params::default(), &arrival).await,
        Err(error) => failure_page(&at, &Params::default(), error).await,
    }
}

/// A browser is back from signing out.
pub(super) async fn logout(at: At, headers: HeaderMap, body: Body) -> Response<Body> {
    let params = match form::long_params(&headers, body, LONGEST).await {
        Ok(params) => params,
        Err(refusal) => return refusal_page(&at, &Params::default(), &refusal).await,
    };
    match signed_out(&at.cx, &at.domain, &params).await {
        Ok(Ok(location)) => at.redirect(&location),
        Ok(Err(refusal)) => refusal_page(&at, &Params::default(), &refusal).await,
        Err(error) => failure_page(&at, &Params::default(), error).await,
    }
}
