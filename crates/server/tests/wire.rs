//! The JSON API as it travels.

mod support;

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use cenote_server::config::Posture;
use hyper::body::Frame;
use hyper::{Method, StatusCode};
use serde_json::json;

use support::{JSON, Reply, Server, TARGET, call, plain, settings};

/// What every answer of the API carries, good or bad.
fn assert_dressed(reply: &Reply) {
    assert_eq!(reply.header("content-type"), Some(JSON));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        reply.header("access-control-expose-headers"),
        Some("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date")
    );
    let id = reply.header("x-amzn-requestid").expect("a request id");
    assert!(uuid::Uuid::parse_str(id).is_ok_and(|id| id.get_version_num() == 4));
}

fn assert_error(reply: &Reply, status: u16, body: &str) {
    assert_eq!(
        (reply.status.as_u16(), reply.text().as_str()),
        (status, body)
    );
    assert_dressed(reply);
    let name = reply.json()["__type"].as_str().expect("a name").to_owned();
    assert_eq!(
        reply.header("x-amzn-errortype"),
        Some(format!("{name}:").as_str())
    );
}

#[tokio::test]
async fn an_answer_has_its_headers() {
    let server = Server::dev();
    let reply = server.call("ListUserPools", r#"{"MaxResults":10}"#).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_dressed(&reply);
    assert_eq!(reply.header("x-amzn-errortype"), None);
    let again = server.call("ListUserPools", r#"{"MaxResults":10}"#).await;
    assert_ne!(
        reply.header("x-amzn-requestid"),
        again.header("x-amzn-requestid")
    );
}

#[tokio::test]
async fn an_operation_without_output_answers_with_an_empty_body() {
    let server = Server::dev();
    let pool = server.pool().await;
    let body = json!({"UserPoolId": pool}).to_string();
    let reply = server.call("DeleteUserPool", body.clone()).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
    assert_dressed(&reply);
    assert_error(
        &server.call("DescribeUserPool", body).await,
        400,
        &json!({
            "__type": "ResourceNotFoundException",
            "message": format!("User pool {pool} does not exist."),
        })
        .to_string(),
    );
}

#[tokio::test]
async fn an_unknown_or_missing_target_is_an_unknown_operation() {
    let server = Server::dev();
    let unknown = "{\"__type\":\"UnknownOperationException\"}";
    assert_error(&server.call("Nonsense", "{}").await, 400, unknown);
    assert_error(&server.call("listUserPools", "{}").await, 400, unknown);
    let missing = plain(Method::POST, "/", &[("content-type", JSON)], "{}");
    assert_error(&server.send(missing).await, 400, unknown);
    let foreign = [
        ("content-type", JSON),
        ("x-amz-target", "Other.ListUserPools"),
    ];
    assert_error(
        &server.send(plain(Method::POST, "/", &foreign, "{}")).await,
        400,
        unknown,
    );
}

#[tokio::test]
async fn the_content_type_must_be_that_of_the_protocol() {
    let server = Server::dev();
    let target = format!("{TARGET}ListUserPools");
    let with_type = |content_type: &'static str| {
        let headers = [
            ("x-amz-target", target.as_str()),
            ("content-type", content_type),
        ];
        plain(Method::POST, "/", &headers, r#"{"MaxResults":1}"#)
    };
    for accepted in [
        JSON,
        "application/x-amz-json-1.0",
        "application/x-amz-json-1.1; charset=utf-8",
        "Application/X-Amz-JSON-1.1;charset=UTF-8",
    ] {
        assert_eq!(
            server.send(with_type(accepted)).await.status,
            StatusCode::OK,
            "{accepted}"
        );
    }
    let refused = "{\"__type\":\"SerializationException\"}";
    for content_type in [
        "application/json",
        "text/plain",
        "application/x-amz-json-1.10",
    ] {
        assert_error(&server.send(with_type(content_type)).await, 400, refused);
    }
    let without = plain(Method::POST, "/", &[("x-amz-target", &target)], "{}");
    assert_error(&server.send(without).await, 400, refused);
}

#[tokio::test]
async fn framework_errors_have_a_capital_message_and_others_a_small_one() {
    let server = Server::dev();
    assert_error(
        &server.call("ListUserPools", r#"{"MaxResults":[]}"#).await,
        400,
        r#"{"__type":"SerializationException","Message":"Start of list found where not expected."}"#,
    );
    for body in ["", "{", "[1", "\u{1}"] {
        let reply = server.call("ListUserPools", body).await;
        assert_error(&reply, 400, "{\"__type\":\"SerializationException\"}");
        assert_eq!(reply.header("x-amzn-errormessage"), None);
    }
    let reply = server.call("ListUserPools", r#"{"MaxResults":0}"#).await;
    let message = "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: \
                   Member must have value greater than or equal to 1";
    let body = format!("{{\"__type\":\"InvalidParameterException\",\"message\":\"{message}\"}}");
    assert_error(&reply, 400, &body);
    assert_eq!(reply.header("x-amzn-errormessage"), Some(message));
}

#[tokio::test]
async fn a_message_that_no_header_can_hold_is_in_the_body_only() {
    let server = Server::dev();
    let body = json!({"UserPoolId": "é\r\nx-injected: 1"}).to_string();
    let reply = server.call("DescribeUserPool", body).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(
        reply.json()["message"]
            .as_str()
            .is_some_and(|text| text.contains("x-injected"))
    );
    assert_eq!(reply.header("x-amzn-errormessage"), None);
    assert_eq!(reply.header("x-injected"), None);
}

#[tokio::test]
async fn browsers_may_call_from_anywhere() {
    let server = Server::dev();
    let asked = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "x-amz-target,content-type,x-amz-user-agent",
        ),
    ];
    let reply = server.send(plain(Method::OPTIONS, "/", &asked, "")).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert_eq!(reply.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some("x-amz-target,content-type,x-amz-user-agent")
    );
    assert_eq!(reply.header("access-control-max-age"), Some("172800"));
}

#[tokio::test]
async fn other_paths_and_methods_lead_nowhere() {
    let server = Server::dev();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::PUT, "/"),
        (Method::POST, "/other"),
        (Method::GET, "/us-east-1_abc/.well-known/other"),
        (Method::POST, "/us-east-1_abc/.well-known/jwks.json"),
    ] {
        let reply = server.send(plain(method.clone(), path, &[], "")).await;
        let body = "{\"__type\":\"NotFoundException\",\"message\":\"Not Found\"}";
        assert_error(&reply, 404, body);
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let mut small = settings(Posture::Dev);
    small.limits.body_bytes = 100;
    let server = Server::new(&small);
    let body = "{\"__type\":\"RequestEntityTooLargeException\",\
                \"message\":\"The request body is longer than 100 bytes.\"}";
    assert_error(
        &server.call("ListUserPools", vec![b' '; 101]).await,
        413,
        body,
    );
    // The same without a declared length.
    let chunks = Endless {
        chunk: Some(Bytes::from_static(&[b' '; 60])),
    };
    assert_error(
        &server.call("ListUserPools", Body::new(chunks)).await,
        413,
        body,
    );
    let fits = format!("{:<100}", r#"{"MaxResults":1}"#);
    assert_eq!(
        server.call("ListUserPools", fits).await.status,
        StatusCode::OK
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let mut patient = settings(Posture::Dev);
    patient.limits.body_timeout = Duration::from_secs(7);
    let server = Server::new(&patient);
    let start = tokio::time::Instant::now();
    let reply = server
        .call("ListUserPools", Body::new(Endless { chunk: None }))
        .await;
    assert_eq!(reply.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(reply.json()["__type"], "RequestTimeoutException");
    assert_eq!(start.elapsed().as_secs(), 7);
}

#[tokio::test]
async fn the_region_is_that_of_the_credential_scope() {
    let server = Server::dev();
    let signed = |scope: &str| {
        let mut request = call("CreateUserPool", r#"{"PoolName":"p"}"#);
        let value =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
        request
            .headers_mut()
            .insert("authorization", value.parse().expect("ASCII"));
        request
    };
    for (scope, prefix) in [
        (
            "any/20260101/eu-west-3/cognito-idp/aws4_request",
            "eu-west-3_",
        ),
        ("any/20260101/<b>/cognito-idp/aws4_request", "us-east-1_"),
        ("any", "us-east-1_"),
    ] {
        let reply = server.send(signed(scope)).await;
        let id = reply.json()["UserPool"]["Id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(id.starts_with(prefix), "{scope}: {}", reply.text());
    }
}

/// Sends one chunk over and over, or never anything.
struct Endless {
    chunk: Option<Bytes>,
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &self.chunk {
            Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk.clone())))),
            None => Poll::Pending,
        }
    }
}
