//! Answers of the endpoints: JSON that nobody keeps, and redirects.

use axum::body::Body;
use cenote_idp::oauth::{Domain, OAuthCode, Refusal};
use cenote_idp::{Cx, crypto};
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderName, HeaderValue, LOCATION, PRAGMA,
    REFERRER_POLICY, SET_COOKIE, STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::{cookies, rpc};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-cognito-request-id");

/// An answer that went well.
pub(super) fn json(cx: &Cx, domain: &Domain, members: Map<String, Value>) -> Response<Body> {
    let body = Value::Object(members).to_string();
    dressed(cx, domain, StatusCode::OK, Body::from(body))
}

/// An answer without content.
pub(super) fn empty(cx: &Cx, domain: &Domain) -> Response<Body> {
    dressed(cx, domain, StatusCode::OK, Body::empty())
}

/// A refusal at the token endpoint.
pub(super) fn refused(cx: &Cx, domain: &Domain, refusal: &Refusal) -> Response<Body> {
    refused_with(cx, domain, status(refusal.code), refusal)
}

/// A refusal of a client that did not prove who it is, which is told how to (RFC 6749, 5.2).
pub(super) fn unproved(cx: &Cx, domain: &Domain, refusal: &Refusal) -> Response<Body> {
    let mut response = refused_with(cx, domain, StatusCode::UNAUTHORIZED, refusal);
    let scheme = HeaderValue::from_static("Basic realm=\"oauth2\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    response
}

/// A refusal with a status of its own.
fn refused_with(cx: &Cx, domain: &Domain, status: StatusCode, refusal: &Refusal) -> Response<Body> {
    log(cx, refusal);
    let mut body = json!({"error": refusal.code.as_str()});
    if let Some(description) = &refusal.description {
        body["error_description"] = description.as_str().into();
    }
    dressed(cx, domain, status, Body::from(body.to_string()))
}

/// A refusal that a bearer of tokens reads in a header, and in the body as well (RFC 6750, 3).
pub(super) fn challenged(cx: &Cx, domain: &Domain, refusal: &Refusal) -> Response<Body> {
    let status = match refusal.code {
        OAuthCode::InvalidToken => StatusCode::UNAUTHORIZED,
        code => status(code),
    };
    let mut response = refused_with(cx, domain, status, refusal);
    let description = refusal.description.as_deref().unwrap_or_default();
    let challenge = format!(
        "Bearer error=\"{}\", error_description=\"{}\"",
        refusal.code.as_str(),
        description.replace(['"', '\\'], "'")
    );
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

fn status(code: OAuthCode) -> StatusCode {
    match code {
        OAuthCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        OAuthCode::TemporarilyUnavailable => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// One line for a refused request. Never what it carried.
pub(super) fn log(cx: &Cx, refusal: &Refusal) {
    let request_id = cx.request_id;
    let error = refusal.code.as_str();
    match &refusal.detail {
        Some(detail) if refusal.code == OAuthCode::ServerError => {
            tracing::error!(%request_id, error, detail, "OAuth request failed on our side");
        }
        _ => tracing::debug!(%request_id, error, "OAuth request refused"),
    }
}

fn dressed(cx: &Cx, domain: &Domain, status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json;charset=UTF-8"),
    );
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block"));
    if let Ok(id) = HeaderValue::try_from(cx.request_id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    if domain.base.starts_with("https:") {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    // The service sets it on whatever it answers.
    if let Some(cookie) = cookies::csrf(domain, &crypto::uuid(&*cx.service.entropy).to_string()) {
        headers.insert(SET_COOKIE, cookie);
    }
    keep_nowhere(headers);
    rpc::open_to_browsers(headers);
    response
}

/// Nobody keeps the answer.
pub(super) fn keep_nowhere(headers: &mut HeaderMap) {
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-store, max-age=0, must-revalidate"),
    );
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(EXPIRES, HeaderValue::from_static("0"));
}

/// Sends the browser on, without telling where it came from.
pub(crate) fn redirect(location: &str) -> Response<Body> {
    let Ok(location) = HeaderValue::from_bytes(location.as_bytes()) else {
        // An address that was registered has no line breaks.
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    keep_nowhere(headers);
    response
}
