//! The headers of a page: nobody keeps it, nobody frames it, and it loads nothing from elsewhere.

use std::sync::LazyLock;

use axum::body::Body;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, PRAGMA,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::look::hash;
use super::view::{Page, SCRIPT};

const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The hash of the only script.
static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| hash(SCRIPT));

/// A page as a response.
pub(crate) fn page(page: Page, status: StatusCode, is_https: bool) -> Response<Body> {
    let policy = policy(&page.look.css_hash, page.passkey.is_some());
    let mut response = Response::new(Body::from(page.html()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            CACHE_CONTROL,
            "no-cache, no-store, max-age=0, must-revalidate",
        ),
        (PRAGMA, "no-cache"),
        (X_FRAME_OPTIONS, "DENY"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if is_https {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// What the page may do. Forms may lead anywhere: an application's own redirects after the sign-in belong to
/// the submission, and browsers hold `form-action` against each of them.
fn policy(css_hash: &str, has_script: bool) -> String {
    let script = if has_script {
        format!("script-src 'sha256-{}'; ", *SCRIPT_HASH)
    } else {
        String::new()
    };
    format!(
        "default-src 'none'; style-src 'sha256-{css_hash}'; {script}img-src 'self' data:; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}
