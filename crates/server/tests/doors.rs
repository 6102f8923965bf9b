//! The doors beside the JSON API: documents of pools, inbox, clock, the link of a sign-up.

mod support;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use support::{Server, plain};

const ONE_HOUR: &str = "{\"advance_seconds\":3600}";

/// A pool with an app and a user who signed up, by default with the address `ann@example.com`.
async fn signed_up(server: &Server) -> (String, String) {
    let pool = server.pool().await;
    let body = json!({"UserPoolId": pool, "ClientName": "app"}).to_string();
    let app = server.call("CreateUserPoolClient", body).await.json();
    let client = app["UserPoolClient"]["ClientId"]
        .as_str()
        .expect("a client id")
        .to_owned();
    let body = json!({
        "ClientId": client,
        "Username": "ann",
        "Password": "Correct-Horse-9",
        "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}],
    });
    let reply = server.call("SignUp", body.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    (pool, client)
}

async fn inbox(server: &Server, query: &str) -> Vec<Value> {
    let reply = server.get(&format!("/_cenote/inbox{query}"), &[]).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply.json()["messages"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_pool_has_public_documents() {
    let server = Server::dev();
    let pool = server.pool().await;
    let keys = server
        .get(&format!("/{pool}/.well-known/jwks.json"), &[])
        .await;
    assert_eq!(keys.status, StatusCode::OK);
    assert_eq!(keys.header("content-type"), Some("application/json"));
    assert_eq!(keys.header("access-control-allow-origin"), Some("*"));
    assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(keys.json()["keys"].as_array().map(Vec::len), Some(2));

    let path = format!("/{pool}/.well-known/openid-configuration");
    let document = server.get(&path, &[]).await.json();
    assert_eq!(document["issuer"], format!("http://127.0.0.1:9229/{pool}"));
    assert_eq!(
        document["jwks_uri"],
        format!("http://127.0.0.1:9229/{pool}/.well-known/jwks.json")
    );
    let asked = [("access-control-request-method", "GET")];
    let preflight = server.send(plain(Method::OPTIONS, &path, &asked, "")).await;
    assert_eq!(preflight.status, StatusCode::OK);
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET")
    );
}

#[tokio::test]
async fn an_unknown_pool_has_no_documents() {
    let server = Server::dev();
    for document in ["jwks.json", "openid-configuration"] {
        let path = format!("/us-east-1_absent000/.well-known/{document}");
        let reply = server.get(&path, &[]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert_eq!(reply.json()["__type"], "ResourceNotFoundException");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
}

#[tokio::test]
async fn the_inbox_shows_filters_and_clears() {
    let server = Server::dev();
    let (pool, _) = signed_up(&server).await;
    let all = inbox(&server, "").await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["pool_id"], pool);
    assert_eq!(all[0]["to"], "ann@example.com");
    assert_eq!(all[0]["medium"], "EMAIL");
    let code = all[0]["code"].as_str().expect("a code");
    assert!(
        code.len() == 6
            && all[0]["body"]
                .as_str()
                .is_some_and(|body| body.contains(code))
    );

    for (query, count) in [
        ("?user=ann", 1),
        ("?user=ann%40example.com&medium=email&pool=", 1),
        ("?user=bob", 0),
        ("?purpose=sign_up&to=ann@example.com", 1),
        ("?purpose=invitation", 0),
        ("?pool=us-east-1_absent000", 0),
    ] {
        assert_eq!(inbox(&server, query).await.len(), count, "{query}");
    }
    let page = server
        .get("/_cenote/inbox", &[("accept", "text/html")])
        .await;
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(page.text().contains(&format!("<b>{code}</b>")));

    let cleared = server
        .send(plain(Method::DELETE, "/_cenote/inbox", &[], ""))
        .await;
    assert!(cleared.status.is_success());
    assert!(inbox(&server, "").await.is_empty());
}

#[tokio::test]
async fn pages_of_other_origins_cannot_use_the_development_doors() {
    let server = Server::dev();
    for (site, status) in [
        ("cross-site", StatusCode::FORBIDDEN),
        ("same-site", StatusCode::FORBIDDEN),
        ("same-origin", StatusCode::OK),
        ("none", StatusCode::OK),
    ] {
        let headers = [("sec-fetch-site", site)];
        assert_eq!(server.get("/_cenote/inbox", &headers).await.status, status);
        let shift = plain(Method::POST, "/_cenote/clock", &headers, ONE_HOUR);
        assert_eq!(server.send(shift).await.status, status);
    }
}

#[tokio::test]
async fn the_clock_moves_and_comes_back() {
    let server = Server::dev();
    let read = async || server.get("/_cenote/clock", &[]).await.json();
    let post = async |body| {
        server
            .send(plain(Method::POST, "/_cenote/clock", &[], body))
            .await
    };
    let before = read().await;
    assert_eq!(before["offset_seconds"], 0);
    post(ONE_HOUR).await;
    let moved = post(ONE_HOUR).await.json();
    assert_eq!(moved["offset_seconds"], 7200);
    let elapsed = moved["now"].as_i64().unwrap() - before["now"].as_i64().unwrap();
    assert!((7_200_000..7_260_000).contains(&elapsed), "{elapsed}");
    assert_eq!(
        server.service.clock.now_ms() / 60_000,
        moved["now"].as_i64().unwrap() / 60_000
    );
    assert_eq!(
        post("{\"advance_seconds\":-7200}").await.json()["offset_seconds"],
        0
    );
    post(ONE_HOUR).await;
    assert_eq!(post("{\"reset\":true}").await.json()["offset_seconds"], 0);
    for bad in [
        "",
        "{}",
        "{\"reset\":false}",
        "{\"advance\":1}",
        "{\"advance_seconds\":\"1\"}",
        "{\"advance_seconds\":9223372036854775807}",
        "{\"advance_seconds\":1,\"reset\":true}",
    ] {
        assert_eq!(post(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(read().await["offset_seconds"], 0);
}

#[tokio::test]
async fn the_link_of_a_sign_up_confirms_it() {
    let server = Server::dev();
    let (pool, client) = signed_up(&server).await;
    let code = inbox(&server, "").await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let link = |code: &str| {
        format!("/confirmUser/?client_id={client}&user_name=ann&confirmation_code={code}")
    };
    // The path counts in any case.
    let lower = link("0").replace("confirmUser/", "confirmuser");
    let wrong = server.get(&lower, &[]).await;
    assert!(
        wrong.text().contains("Something went wrong"),
        "{}",
        wrong.text()
    );
    let wrong = server.get(&link("%3Ci%3E"), &[]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(!wrong.text().contains("<i>"));
    let good = server.get(&link(&code), &[]).await;
    assert_eq!(good.status, StatusCode::OK);
    assert!(
        good.header("cache-control")
            .is_some_and(|value| value.contains("no-store"))
    );
    assert!(
        good.text()
            .contains("Your registration has been confirmed!")
    );
    let body = json!({"UserPoolId": pool, "Username": "ann"}).to_string();
    let user = server.call("AdminGetUser", body).await.json();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    let incomplete = server.get("/confirmUser", &[]).await;
    assert_eq!(incomplete.status, StatusCode::BAD_REQUEST);
}
