//! The OAuth endpoints of a domain: parameters in queries and forms, Basic headers, challenges, redirect
//! addresses and cookies. The input is what [`request`] reads, without the path of the domain; live values
//! stand in the place of names.
#![no_main]

use axum::body::to_bytes;
use axum::http::header::{HeaderMap, LOCATION, SET_COOKIE};
use axum::http::{Method, StatusCode};
use cenote_fuzz::{CALLBACK, SIGNED_OUT, World, request};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;

/// The only ways out of the domain's own pages.
const WAYS: [&str; 3] = ["/_domain/app/login?", "/_domain/app/error?", CALLBACK];

/// What the endpoints refuse with.
const ERRORS: [&str; 12] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "unsupported_token_type",
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "temporarily_unavailable",
];

fuzz_target!(|data: &[u8]| -> Corpus {
    let world = World::get();
    let filled = world.fill_in(data);
    let Some(request) = request(&filled, "/_domain/app") else {
        return Corpus::Reject;
    };
    let path = request.uri().path().to_owned();
    let is_post = request.method() == Method::POST;
    let is_endpoint = path.starts_with("/_domain/app/oauth2/");
    // The other pages have forms, which take a password's time.
    let is_page = [
        "/_domain/app/login",
        "/_domain/app/logout",
        "/_domain/app/error",
    ];
    if !is_endpoint && (request.method() != Method::GET || !is_page.contains(&path.as_str())) {
        return Corpus::Reject;
    }
    let (status, headers, body) = world.run(async {
        let answer = world.app(&request).answer(request).await;
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await;
        (
            head.status,
            head.headers,
            body.expect("the answer is complete"),
        )
    });
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
    check_headers(status, &headers);
    if is_endpoint && status == StatusCode::BAD_REQUEST && !path.ends_with("/authorize") {
        let refusal: Value = serde_json::from_slice(&body).expect("refusals are JSON");
        let error = refusal["error"].as_str().expect("an error");
        assert!(ERRORS.contains(&error), "{error}");
    }
    if is_post && path.ends_with("/token") && status == StatusCode::OK {
        let has = |proof: &String| {
            filled
                .windows(proof.len())
                .any(|part| part == proof.as_bytes())
        };
        assert!(world.proofs.iter().any(has), "tokens for nothing");
    }
    Corpus::Keep
});

/// No browser is sent where nobody is registered, and no script reads a cookie.
fn check_headers(status: StatusCode, headers: &HeaderMap) {
    for location in headers.get_all(LOCATION) {
        assert_eq!(status, StatusCode::FOUND);
        let location = location.as_bytes();
        let is_on = |way: &str| {
            let after = location.strip_prefix(way.as_bytes());
            after.is_some_and(|after| {
                way.ends_with('?') || matches!(after.first(), None | Some(b'?' | b'#'))
            })
        };
        assert!(
            WAYS.into_iter().chain([SIGNED_OUT]).any(is_on),
            "{}",
            String::from_utf8_lossy(location)
        );
    }
    for cookie in headers.get_all(SET_COOKIE) {
        let cookie = String::from_utf8_lossy(cookie.as_bytes());
        assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(cookie.contains("; Path=/_domain/app;"), "{cookie}");
    }
}
