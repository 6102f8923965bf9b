//! Which doors each posture has, and who may pass.

mod support;

use cenote_model::{AuthClass, Operation};
use cenote_server::config::{AccessKey, Posture, Settings};
use hyper::{Method, StatusCode};

use support::{Server, call, plain, settings};

fn with_keys(posture: Posture) -> Settings {
    let key = AccessKey {
        id: "AKIDEXAMPLE".to_owned(),
        secret: "throw-away-secret".to_owned(),
        session_token: None,
        expires_at: None,
    };
    Settings {
        access_keys: vec![key],
        ..settings(posture)
    }
}

#[tokio::test]
async fn with_access_keys_every_operation_of_the_iam_class_asks_for_a_signature() {
    for posture in [Posture::Serve, Posture::Dev] {
        let server = Server::new(&with_keys(posture));
        for operation in Operation::ALL {
            let reply = server.call(operation.name(), "{}").await;
            let error = reply.json()["__type"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let is_iam = operation.info().auth == AuthClass::Iam;
            assert_eq!(
                error == "MissingAuthenticationTokenException",
                is_iam,
                "{operation:?}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_signature_on_what_is_public_is_not_looked_at() {
    let server = Server::new(&with_keys(Posture::Serve));
    let bad = "AWS4-HMAC-SHA256 Credential=nobody/1/nowhere/s3/x, SignedHeaders=host, Signature=00";
    for (operation, expected) in [
        ("SignUp", "InvalidParameterException"),
        ("GetUser", "InvalidParameterException"),
        ("ListUserPools", "IncompleteSignatureException"),
    ] {
        let mut request = call(operation, "{}");
        request
            .headers_mut()
            .insert("authorization", bad.parse().expect("ASCII"));
        assert_eq!(server.send(request).await.json()["__type"], expected);
    }
}

#[tokio::test]
async fn a_region_that_is_not_served_is_refused() {
    let server = Server::new(&Settings {
        regions: vec!["us-east-1".to_owned()],
        ..settings(Posture::Dev)
    });
    let scope = "AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-3/cognito-idp/aws4_request";
    let mut request = call("ListUserPools", r#"{"MaxResults":1}"#);
    request
        .headers_mut()
        .insert("authorization", scope.parse().expect("ASCII"));
    let reply = server.send(request).await.json();
    assert_eq!(reply["__type"], "InvalidSignatureException");
    assert_eq!(
        reply["message"],
        "Credential should be scoped to a valid region, not 'eu-west-3'. "
    );
}

#[tokio::test]
async fn the_listener_for_metrics_has_that_one_door() {
    let mut server = Server::new(&with_keys(Posture::Serve));
    server.get("/_cenote/health", &[]).await;
    server.get("/1/2/3/4/5/6/7/8/9", &[]).await;
    server.call("ListUserPools", "{}").await;
    server.app = server.app.for_metrics();
    let shown = server.get("/_cenote/metrics", &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(
        shown.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let text = shown.text();
    for line in [
        "cenote_http_requests_total{path=\"/_cenote/health\",status=\"2xx\"} 1\n",
        "cenote_http_requests_total{path=\"other\",status=\"4xx\"} 1\n",
        "cenote_requests_total{operation=\"ListUserPools\",outcome=\"MissingAuthenticationTokenException\"} 1\n",
        "cenote_connections_open 0\n",
        "cenote_cpu_refusals_total 0\n",
        "cenote_log_records_given_up_total 0\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let call = server.call("ListUserPools", "{}").await;
    assert_eq!(call.status, StatusCode::NOT_FOUND);
    let health = server.get("/_cenote/health", &[]).await;
    assert_eq!(health.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn development_doors_are_absent_from_a_real_server_and_guarded_where_the_api_is() {
    let server = Server::new(&with_keys(Posture::Serve));
    let guarded = Server::new(&with_keys(Posture::Dev));
    for (method, path) in [
        (Method::GET, "/_cenote/inbox"),
        (Method::DELETE, "/_cenote/inbox"),
        (Method::GET, "/_cenote/clock"),
        (Method::POST, "/_cenote/clock"),
        (Method::POST, "/_cenote/seed/create"),
        (Method::POST, "/_cenote/seed/password"),
        (Method::GET, "/_cenote/imports/pool/job"),
    ] {
        let reply = server
            .send(plain(method.clone(), path, &[], "{\"reset\":true}"))
            .await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path}");
        // With access keys, development answers its own machine alone: these come from nowhere.
        let reply = guarded.send(plain(method.clone(), path, &[], "{\"reset\":true}"));
        let reply = reply.await;
        assert_eq!(
            (reply.status, reply.json()["message"].as_str()),
            (
                StatusCode::FORBIDDEN,
                Some("only the machine that the server runs on may use this")
            ),
            "{method} {path}"
        );
    }
    let metrics = server.get("/_cenote/metrics", &[]).await;
    assert_eq!(metrics.status, StatusCode::NOT_FOUND);
    let health = server.get("/_cenote/health", &[]).await;
    assert_eq!(
        (health.status, health.text().as_str()),
        (
            StatusCode::OK,
            "{\"messages_given_up\":0,\"status\":\"ok\"}"
        )
    );
}
