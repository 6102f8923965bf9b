//! Text in HTML, and pages of a sentence.

use axum::body::Body;
use axum::response::{Html, IntoResponse};
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use hyper::{Response, StatusCode};

/// What the link in a message answers.
pub(crate) fn page(status: StatusCode, title: &str, text: &str) -> Response<Body> {
    // The address holds a code or token: nobody keeps the page, and no other site is told of it.
    let headers = [
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title><p>{}</p></html>",
        escape(title),
        escape(text)
    );
    (status, headers, Html(html)).into_response()
}

/// The text with all that HTML would read as markup made harmless, in attributes too.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}
