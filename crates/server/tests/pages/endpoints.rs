//! What strangers send to the OAuth endpoints: methods, types, sizes, repetitions and line breaks.

use axum::body::Body;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::browser::{CALLBACK, PASSWORD, Site, assert_done, assert_leads_to, encode};
use super::support::Reply;

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(site: &Site, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    with_body(site, method, path, headers, String::new()).await
}

async fn with_body(
    site: &Site,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(format!("/_domain/app{path}"));
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let request = request.body(Body::from(body)).expect("a request");
    site.server.send(request).await
}

async fn post(site: &Site, path: &str, form: String) -> Reply {
    with_body(site, Method::POST, path, &[("content-type", FORM)], form).await
}

/// The error that an endpoint answers.
fn error(reply: &Reply) -> Value {
    reply.json()["error"].clone()
}

#[tokio::test]
async fn other_methods_are_refused_and_head_changes_nothing() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    browser.sign_in("ann").await;
    for (path, methods) in [
        ("/oauth2/authorize", "HEAD PUT DELETE PATCH OPTIONS"),
        ("/oauth2/idpresponse", "HEAD PUT DELETE OPTIONS"),
        ("/oauth2/token", "GET HEAD PUT DELETE"),
        ("/oauth2/revoke", "GET HEAD PUT DELETE"),
        ("/oauth2/userInfo", "PUT DELETE"),
        ("/oauth2/register", "GET HEAD PUT DELETE"),
        ("/logout", "HEAD POST PUT OPTIONS"),
        ("/login", "PUT DELETE OPTIONS"),
    ] {
        for method in methods.split(' ') {
            let query = format!(
                "{}&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye",
                site.query()
            );
            let request = Request::builder()
                .method(method)
                .uri(format!("{path}?{query}"));
            let reply = browser.send(request, Body::empty()).await;
            assert_eq!(
                reply.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert_eq!(reply.header("location"), None);
            // S51: nor does a preflight open what is for browsers alone.
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
    }
    // The session is still there.
    assert_done(&browser.open("/oauth2/authorize").await);
}

#[tokio::test]
async fn s51_browsers_of_other_sites_read_endpoints_but_not_pages() {
    let site = Site::new().await;
    let origin = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    for path in [
        "/oauth2/token",
        "/oauth2/revoke",
        "/oauth2/userInfo",
        "/oauth2/register",
    ] {
        let reply = send(&site, Method::OPTIONS, path, &origin).await;
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        // No credentials of the browser come along.
        assert_eq!(reply.header("access-control-allow-credentials"), None);
    }
    for path in ["/oauth2/authorize", "/login", "/logout", "/error"] {
        let path = format!("{path}?{}", site.query());
        let reply = send(&site, Method::GET, &path, &origin).await;
        assert_eq!(reply.header("access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn bodies_are_of_their_type_and_of_fit_size() {
    let open = json!({"DcrConfiguration": {"OpenDcrEnabled": true}});
    let site = Site::with(open, json!({})).await;
    let metadata = json!({"redirect_uris": [CALLBACK]}).to_string();
    for (path, body, right, told) in [
        (
            "/oauth2/token",
            "grant_type=password",
            FORM,
            "unsupported_grant_type",
        ),
        (
            "/oauth2/revoke",
            "token=x&client_id=x",
            FORM,
            "invalid_client",
        ),
        (
            "/oauth2/register",
            metadata.as_str(),
            "application/json",
            "",
        ),
    ] {
        let wrong = if path == "/oauth2/register" {
            "invalid_client_metadata"
        } else {
            "invalid_request"
        };
        for other in ["text/plain", "multipart/form-data; boundary=x", ""] {
            let headers = [("content-type", other)];
            let reply = with_body(&site, Method::POST, path, &headers, body.to_owned()).await;
            assert_eq!(error(&reply), wrong, "{path} {other}");
        }
        let long = format!("{body}{}", " ".repeat(70_000));
        let reply = with_body(&site, Method::POST, path, &[("content-type", right)], long).await;
        assert_eq!(error(&reply), wrong, "{path}");
        let typed = format!("{}; charset=UTF-8", right.to_ascii_uppercase());
        let headers = [("content-type", typed.as_str())];
        let reply = with_body(&site, Method::POST, path, &headers, body.to_owned()).await;
        assert_eq!(
            reply
                .json()
                .get("error")
                .map_or("", |it| it.as_str().unwrap_or("?")),
            told
        );
    }
    let many = "a=1&".repeat(101);
    let reply = post(&site, "/oauth2/token", many.clone()).await;
    assert_eq!(error(&reply), "invalid_request");
    let reply = send(&site, Method::GET, &format!("/logout?{many}"), &[]).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn s56_what_is_there_twice_is_refused_everywhere() {
    let site = Site::new().await;
    for (path, form) in [
        (
            "/oauth2/token",
            "grant_type=refresh_token&grant_type=password",
        ),
        (
            "/oauth2/token",
            "grant_type=refresh_token&client_id=a&client_id=b",
        ),
        ("/oauth2/revoke", "token=a&token=b"),
        ("/oauth2/userInfo", "access_token=a&access_token=b"),
    ] {
        let reply = post(&site, path, form.to_owned()).await;
        assert_eq!(error(&reply), "invalid_request", "{path} {form}");
    }
    let out = "logout_uri=https%3A%2F%2Fapp.example.com%2Fbye";
    for twice in [out.to_owned(), format!("client_id={}", site.client)] {
        let path = format!("/logout?client_id={}&{out}&{twice}", site.client);
        let reply = send(&site, Method::GET, &path, &[]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
    }
    // Of two cookies of a name one is from next door.
    site.user("ann").await;
    let mut browser = site.browser();
    browser.sign_in("ann").await;
    let own = browser.cookies["cognito"].clone();
    for (cookies, page) in [
        (format!("cognito={own}"), CALLBACK),
        (format!("cognito=AAAA; cognito={own}"), "/_domain/app/login"),
    ] {
        let path = format!("/oauth2/authorize?{}", site.query());
        let reply = send(&site, Method::GET, &path, &[("cookie", &cookies)]).await;
        assert_leads_to(&reply, page);
    }
}

#[tokio::test]
async fn parameters_of_a_token_request_count_in_its_body_alone() {
    let site = Site::new().await;
    let query = "/oauth2/token?grant_type=client_credentials&client_id=x&client_secret=y";
    assert_eq!(
        error(&post(&site, query, String::new()).await),
        "invalid_request"
    );
    let query = "/oauth2/revoke?token=x&client_id=x";
    assert_eq!(
        error(&post(&site, query, String::new()).await),
        "invalid_request"
    );
}

#[tokio::test]
async fn line_breaks_in_any_parameter_stay_where_they_are() {
    let site = Site::new().await;
    site.user("ann").await;
    let evil = "%0d%0aset-cookie:%20x=y%0d%0a%0d%0a%3Cscript%3E";
    let names = [
        "client_id",
        "redirect_uri",
        "response_type",
        "state",
        "scope",
        "nonce",
        "prompt",
        "max_age",
        "resource",
        "lang",
        "login_hint",
        "acr_values",
        "identity_provider",
        "idp_identifier",
        "code_challenge",
        "code_challenge_method",
        "id_token_hint",
        "request",
        "logout_uri",
        "post_logout_redirect_uri",
        "error",
        "error_description",
        "anything",
    ];
    for path in [
        "/oauth2/authorize",
        "/login",
        "/signup",
        "/logout",
        "/error",
    ] {
        for name in names {
            let good = site.query();
            let others = good
                .split('&')
                .filter(|pair| !pair.starts_with(&format!("{name}=")));
            let query = others.collect::<Vec<_>>().join("&");
            let uri = format!("{path}?{query}&{name}={evil}");
            let reply = send(&site, Method::GET, &uri, &[]).await;
            let is_answer = reply.status == StatusCode::OK
                || reply.status == StatusCode::FOUND
                || reply.status == StatusCode::BAD_REQUEST;
            assert!(is_answer, "{uri}: {}", reply.status);
            for (header, value) in &reply.headers {
                let bytes = value.as_bytes();
                assert!(
                    !bytes.contains(&b'\r') && !bytes.contains(&b'\n'),
                    "{header}"
                );
                if header == "set-cookie" {
                    assert!(!bytes.starts_with(b"x="), "{uri}");
                }
            }
            assert!(!reply.text().contains("<script"), "{uri}");
        }
    }
    // In a header of ours there is no quote of theirs either.
    let reply = send(
        &site,
        Method::GET,
        "/oauth2/userInfo",
        &[("authorization", "Bearer \"x\", error=\"none")],
    )
    .await;
    let challenge = reply.header("www-authenticate").expect("a challenge");
    assert!(!challenge.contains("none"), "{challenge}");
}

#[tokio::test]
async fn s24_what_a_proxy_would_say_moves_no_address() {
    let site = Site::new().await;
    site.user("ann").await;
    let headers = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "/evil"),
    ];
    for path in ["/oauth2/authorize", "/login", "/signup"] {
        let path = format!("{path}?{}", site.query());
        let reply = send(&site, Method::GET, &path, &headers).await;
        let plain = send(&site, Method::GET, &path, &[]).await;
        assert_eq!(reply.header("location"), plain.header("location"));
        assert!(!reply.text().contains("evil"));
        let is_secure = |reply: &Reply| {
            let cookies = reply.headers.get_all("set-cookie").into_iter();
            cookies
                .map(|it| it.to_str().expect("ASCII").contains("Secure"))
                .collect::<Vec<_>>()
        };
        assert_eq!(is_secure(&reply), is_secure(&plain));
    }
    let path = format!("/{}/.well-known/openid-configuration", site.pool);
    let document = site.server.get(&path, &headers).await;
    assert!(!document.text().contains("evil"));
}

#[tokio::test]
async fn s23_no_answer_tells_where_the_browser_came_from() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    let mut replies = vec![browser.open("/oauth2/authorize").await];
    replies.push(browser.open("/login").await);
    replies.push(
        browser
            .fill("/login", &[("username", "ann"), ("password", PASSWORD)])
            .await,
    );
    assert_done(&replies[2]);
    replies.push(browser.open("/oauth2/authorize").await);
    let out = format!("/logout?client_id={}&logout_uri=", site.client);
    let out = format!("{out}{}", encode("https://app.example.com/bye"));
    replies.push(browser.get(&out).await);
    replies.push(browser.open("/error").await);
    for reply in &replies {
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        let kept = reply.header("cache-control").expect("a policy");
        assert!(kept.contains("no-store"), "{kept}");
    }
}
