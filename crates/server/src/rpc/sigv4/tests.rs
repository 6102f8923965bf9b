//! The signatures were made by botocore's SigV4Auth with throw-away keys at 2026-03-14T09:26:53Z.

use axum::body::Body;
use cenote_model::ErrorCode;
use hyper::Request;
use hyper::header::{AUTHORIZATION, DATE, HOST};
use hyper::http::request::Parts;

use super::{MOST_CACHED, Scope, Verifier, region, signing_key};
use crate::config::AccessKey;
use crate::rpc::Refusal;
use crate::time;

const BODY: &[u8] = b"{\"MaxResults\": 10}";
const PLAIN: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260314/us-east-1/cognito-idp/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
    Signature=d4e04f3ff325283d1ef1f517014f18b23d934bc8ac9df10350ae1900f3345750";
const TEMPORARY: &str = "AWS4-HMAC-SHA256 Credential=ASIATEMP/20260314/us-east-1/cognito-idp/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target;x-spaced, \
    Signature=ce23cea00ed5c3755f6bfd5d84d7073a23104b81a78aed02f70a590bab5313d5";
const QUERY: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260314/eu-west-3/cognito-idp/aws4_request, \
    SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
    Signature=82b5f73608dffb3b6cffe88bae8dcf0a9d2cd9700d7158c22ce5fa444e83e9ab";

fn now() -> i64 {
    time::parse_basic("20260314T092653Z").unwrap()
}

fn key(id: &str, secret: &str) -> AccessKey {
    let (id, secret) = (id.to_owned(), secret.to_owned());
    AccessKey {
        id,
        secret,
        session_token: None,
        expires_at: None,
    }
}

fn verifier() -> Verifier {
    let temporary = AccessKey {
        session_token: Some("throw-away-token".to_owned()),
        expires_at: Some(now() + 60),
        ..key("ASIATEMP", "another/secret+1")
    };
    Verifier::new(
        vec![key("AKIDEXAMPLE", "throw-away-secret"), temporary],
        Vec::new(),
    )
}

fn request(uri: &str, authorization: &str) -> Parts {
    let request = Request::post(uri)
        .header(HOST, "127.0.0.1:9229")
        .header(
            "X-Amz-Target",
            "AWSCognitoIdentityProviderService.ListUserPools",
        )
        .header("Content-Type", "application/x-amz-json-1.1")
        .header("X-Amz-Date", "20260314T092653Z")
        .header(AUTHORIZATION, authorization)
        .body(Body::empty());
    request.unwrap().into_parts().0
}

fn temporary_request() -> Parts {
    let mut request = request("/", TEMPORARY);
    request
        .headers
        .insert(HOST, "id.example.com".parse().unwrap());
    request
        .headers
        .insert("x-spaced", "a   b  c ".parse().unwrap());
    request
        .headers
        .insert("x-amz-security-token", "throw-away-token".parse().unwrap());
    request
}

fn check(request: &Parts) -> Result<(), Refusal> {
    verifier().check(request, BODY, now())
}

#[track_caller]
fn assert_refused(request: &Parts, code: ErrorCode, message: &str) {
    assert_eq!(check(request), Err(Refusal::new(code, message)));
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const UNRECOGNIZED: &str = "The security token included in the request is invalid.";

#[test]
fn a_signature_of_botocore_is_accepted_again_and_again() {
    let verifier = verifier();
    for _ in 0..2 {
        assert_eq!(verifier.check(&request("/", PLAIN), BODY, now()), Ok(()));
    }
    assert_eq!(verifier.signing_keys.lock().unwrap().len(), 1);
}

#[test]
fn paths_and_queries_are_part_of_it() {
    assert_eq!(check(&request("/a%20b/?b=2&a=x%2Fy&a=1", QUERY)), Ok(()));
    assert_refused(
        &request("/a%20b/?b=2&a=x%2Fy", QUERY),
        ErrorCode::InvalidSignature,
        MISMATCH,
    );
}

#[test]
fn temporary_credentials_are_accepted_with_their_token() {
    assert_eq!(check(&temporary_request()), Ok(()));
    let mut without = temporary_request();
    without.headers.remove("x-amz-security-token");
    assert_refused(&without, ErrorCode::UnrecognizedClient, UNRECOGNIZED);
    let mut wrong = temporary_request();
    wrong
        .headers
        .insert("x-amz-security-token", "throw-away-tokem".parse().unwrap());
    assert_refused(&wrong, ErrorCode::UnrecognizedClient, UNRECOGNIZED);
    let mut needless = request("/", PLAIN);
    needless
        .headers
        .insert("x-amz-security-token", "throw-away-token".parse().unwrap());
    assert_refused(&needless, ErrorCode::UnrecognizedClient, UNRECOGNIZED);
}

#[test]
fn temporary_credentials_end() {
    let outcome = verifier().check(&temporary_request(), BODY, now() + 60);
    let message = "The security token included in the request is expired";
    assert_eq!(outcome, Err(Refusal::new(ErrorCode::ExpiredToken, message)));
}

#[test]
fn http2_has_its_host_in_the_authority() {
    let mut request = request("http://127.0.0.1:9229/", PLAIN);
    request.headers.remove(HOST);
    assert_eq!(check(&request), Ok(()));
}

#[test]
fn whatever_was_signed_cannot_be_changed() {
    let outcome = verifier().check(&request("/", PLAIN), b"{\"MaxResults\": 11}", now());
    assert_eq!(
        outcome,
        Err(Refusal::new(ErrorCode::InvalidSignature, MISMATCH))
    );
    for (name, value) in [
        (
            "x-amz-target",
            "AWSCognitoIdentityProviderService.DeleteUserPool",
        ),
        ("host", "127.0.0.1:9230"),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-date", "20260314T092654Z"),
    ] {
        let mut request = request("/", PLAIN);
        request.headers.insert(name, value.parse().unwrap());
        assert_refused(&request, ErrorCode::InvalidSignature, MISMATCH);
    }
    for wrong in [
        PLAIN.replace("d4e04f", "d4e04e"),
        PLAIN.replace("5750", "57"),
        PLAIN.replace("d4e04f", "xyz"),
    ] {
        assert_refused(&request("/", &wrong), ErrorCode::InvalidSignature, MISMATCH);
    }
}

#[test]
fn an_unknown_key_is_refused() {
    let request = request("/", &PLAIN.replace("AKIDEXAMPLE", "AKIDNOBODY"));
    assert_refused(&request, ErrorCode::UnrecognizedClient, UNRECOGNIZED);
}

#[test]
fn a_missing_header_is_a_missing_token() {
    let mut request = request("/", PLAIN);
    request.headers.remove(AUTHORIZATION);
    assert_refused(
        &request,
        ErrorCode::MissingAuthenticationToken,
        "Missing Authentication Token",
    );
}

#[test]
fn every_missing_part_is_named() {
    let mut bearer = request("/", "Bearer abc");
    bearer.headers.remove("x-amz-date");
    assert_refused(
        &bearer,
        ErrorCode::IncompleteSignature,
        "Authorization header requires 'Credential' parameter. \
         Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. \
         Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
         Authorization=Bearer abc",
    );
    let half =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260314/us-east-1/cognito-idp/aws4_request";
    assert_refused(
        &request("/", half),
        ErrorCode::IncompleteSignature,
        &format!(
            "Authorization header requires 'Signature' parameter. \
             Authorization header requires 'SignedHeaders' parameter. Authorization={half}"
        ),
    );
    assert_refused(
        &request("/", "AWS4-HMAC-SHA256 Credential"),
        ErrorCode::IncompleteSignature,
        "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: \
         'AWS4-HMAC-SHA256 Credential'.",
    );
    let mut dated = request("/", PLAIN);
    dated
        .headers
        .insert("x-amz-date", "2026-03-14".parse().unwrap());
    assert_refused(
        &dated,
        ErrorCode::IncompleteSignature,
        "Date must be in ISO-8601 'basic format'. Got '2026-03-14'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
    assert_refused(
        &request("/", &PLAIN.replace("/us-east-1", "")),
        ErrorCode::IncompleteSignature,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, \
         got 'AKIDEXAMPLE/20260314/cognito-idp/aws4_request'",
    );
}

#[test]
fn the_scope_must_be_ours() {
    let refused = |from: &str, to: &str, message: &str| {
        assert_refused(
            &request("/", &PLAIN.replace(from, to)),
            ErrorCode::InvalidSignature,
            message,
        );
    };
    refused(
        "cognito-idp",
        "s3",
        "Credential should be scoped to correct service: 'cognito-idp'. ",
    );
    refused(
        "aws4_request",
        "aws5_request",
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    );
    refused(
        "20260314",
        "20260313",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '20260313' != '20260314', from '20260314T092653Z'.",
    );
    let elsewhere = Verifier::new(
        vec![key("AKIDEXAMPLE", "throw-away-secret")],
        vec!["eu-west-3".to_owned()],
    );
    let message = "Credential should be scoped to a valid region, not 'us-east-1'. ";
    assert_eq!(
        elsewhere.check(&request("/", PLAIN), BODY, now()),
        Err(Refusal::new(ErrorCode::InvalidSignature, message))
    );
}

#[test]
fn a_clock_may_be_five_minutes_off() {
    let at = |seconds| verifier().check(&request("/", PLAIN), BODY, now() + seconds);
    assert_eq!(at(300), Ok(()));
    assert_eq!(at(-300), Ok(()));
    let expired = "Signature expired: 20260314T092653Z is now earlier than 20260314T092654Z \
                   (20260314T093154Z - 5 min.)";
    assert_eq!(
        at(301),
        Err(Refusal::new(ErrorCode::InvalidSignature, expired))
    );
    let early = "Signature not yet current: 20260314T092653Z is still later than 20260314T092652Z \
                 (20260314T092152Z + 5 min.)";
    assert_eq!(
        at(-301),
        Err(Refusal::new(ErrorCode::InvalidSignature, early))
    );
}

#[test]
fn host_date_and_target_must_be_signed() {
    for (cut, name) in [
        ("host;", "Host"),
        ("x-amz-date;", "x-amz-date"),
        (";x-amz-target", "x-amz-target"),
    ] {
        let refusal = check(&request("/", &PLAIN.replace(cut, ""))).unwrap_err();
        let message = format!("{refusal:?}");
        assert!(message.contains(&format!("'{name}'")), "{message}");
        assert!(
            message.contains("must be a 'SignedHeader' in the AWS Authorization."),
            "{message}"
        );
    }
    let mut dated = request("/", PLAIN);
    dated.headers.remove("x-amz-date");
    dated
        .headers
        .insert(DATE, "Sat, 14 Mar 2026 09:26:53 GMT".parse().unwrap());
    let message = "'date' must be a 'SignedHeader' in the AWS Authorization.";
    assert_refused(&dated, ErrorCode::InvalidSignature, message);
}

#[test]
fn the_region_is_read_from_any_scope() {
    let of = |authorization: &str| region(&request("/", authorization).headers).map(str::to_owned);
    assert_eq!(of(QUERY).as_deref(), Some("eu-west-3"));
    assert_eq!(
        of("AWS4-HMAC-SHA256 Credential=mock/20260314/eu-west-1/cognito-idp").as_deref(),
        Some("eu-west-1")
    );
    assert_eq!(of("Bearer abc"), None);
}

#[test]
fn kept_keys_are_bounded() {
    let verifier = verifier();
    for day in 0..=MOST_CACHED {
        let scope = Scope {
            key_id: String::new(),
            day: day.to_string(),
            region: String::new(),
        };
        verifier.keep(scope, signing_key("s", "d", "r", "cognito-idp"));
    }
    assert_eq!(verifier.signing_keys.lock().unwrap().len(), 1);
}
