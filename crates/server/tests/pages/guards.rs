//! What keeps others out: forged forms, frames, foreign redirects, and what does not fit.

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::json;

use super::browser::{CALLBACK, PASSWORD, Site, assert_done, assert_leads_to, assert_says, encode};

#[tokio::test]
async fn a_form_without_the_browsers_token_is_refused() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    browser.open("/login").await;
    let fields = [("username", "ann"), ("password", PASSWORD)];
    for csrf in ["", "wrong", &"0".repeat(36)] {
        let page = browser
            .post("/login", &[&fields[..], &[("_csrf", csrf)]].concat())
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_says(&page, "The form could not be checked.");
        assert!(!browser.cookies.contains_key("cognito"));
    }
    let csrf = browser.cookies["XSRF-TOKEN"].clone();
    // A site next door that could write the cookie.
    for from in ["cross-site", "same-site"] {
        let body = format!("username=ann&password={}&_csrf={csrf}", encode(PASSWORD));
        let request = Request::post(format!("/login?{}", site.query()))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", from);
        let page = browser.send(request, Body::from(body)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    // Two fields of one name.
    let page = browser
        .post(
            "/login",
            &[&fields[..], &[("_csrf", &csrf), ("username", "bea")]].concat(),
        )
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    // What is no form, or too long.
    for (content_type, body) in [
        ("application/json", format!("username=ann&_csrf={csrf}")),
        (
            "application/x-www-form-urlencoded",
            format!("_csrf={csrf}&username={}", "a".repeat(70_000)),
        ),
    ] {
        let request =
            Request::post(format!("/login?{}", site.query())).header("content-type", content_type);
        let page = browser.send(request, Body::from(body)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    assert_done(&browser.fill("/login", &fields).await);
}

#[tokio::test]
async fn pages_cannot_be_framed_kept_or_fed_from_elsewhere() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let error = format!("/login?client_id=none&redirect_uri={}", encode(CALLBACK));
    for path in [
        format!("/login?{}", site.query()),
        format!("/signup?{}", site.query()),
        error,
        "/error?error=redirect_mismatch".to_owned(),
        "/confirmUser?client_id=x".to_owned(),
    ] {
        let page = browser.get(&path).await;
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(
            page.header("cache-control")
                .is_some_and(|value| value.contains("no-store"))
        );
        assert_eq!(page.header("access-control-allow-origin"), None);
        let text = page.text();
        assert!(
            !text.contains("src=\"http") && !text.contains("<script"),
            "{path}"
        );
        // The sheet is the one that the policy names.
        let (_, rest) = text.split_once("<style>").expect("a style sheet");
        let (css, _) = rest.split_once("</style>").expect("an end");
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, css.as_bytes());
        assert!(
            policy.contains(&data_encoding::BASE64.encode(hash.as_ref())),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_page_sends_the_browser_where_the_client_is_not() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    for uri in [
        "https://evil.example/cb",
        "https://app.example.com/cb/",
        "javascript:alert(1)",
    ] {
        let query = format!(
            "client_id={}&response_type=code&redirect_uri={}",
            site.client,
            encode(uri)
        );
        for path in ["/login", "/signup", "/forgotPassword", "/confirm", "/mfa"] {
            let reply = browser.get(&format!("{path}?{query}")).await;
            assert_leads_to(&reply, "/error");
            assert!(
                !reply
                    .header("location")
                    .is_some_and(|to| to.contains("evil"))
            );
        }
    }
    let repeated = format!("{}&client_id=other", site.query());
    let page = browser.get(&format!("/login?{repeated}")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    // What is not for these pages goes back to the application.
    let reply = browser
        .get(&format!("/login?{}&prompt=none", site.query()))
        .await;
    let location = reply.header("location").expect("a location");
    assert!(
        location.starts_with(CALLBACK) && location.contains("login_required"),
        "{location}"
    );
}

#[tokio::test]
async fn line_breaks_do_not_reach_headers() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    let query = site.query().replace("xyz", "a%0d%0aset-cookie:%20x=y");
    browser.get(&format!("/login?{query}")).await;
    let csrf = browser.cookies["XSRF-TOKEN"].clone();
    let body = format!("username=ann&password={}&_csrf={csrf}", encode(PASSWORD));
    let request = Request::post(format!("/login?{query}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let done = browser.send(request, Body::from(body)).await;
    let location = done.header("location").expect("a location");
    assert!(
        location.contains("state=a%0D%0Aset-cookie%3A+x%3Dy"),
        "{location}"
    );
    assert!(!browser.cookies.contains_key("x"));
    let page = browser
        .get(&format!("/login?{}&lang=de%0d%0ax", site.query()))
        .await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_page_tells_the_next_is_for_this_client_alone() {
    let site = Site::new().await;
    site.user("ann").await;
    site.password("ann", false).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_leads_to(&asked, "/changePassword");
    let body = json!({
        "UserPoolId": site.pool, "ClientName": "other", "CallbackURLs": [CALLBACK],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
    });
    let other = site.ok("CreateUserPoolClient", body).await;
    let other = other["UserPoolClient"]["ClientId"].as_str().expect("an id");
    let body =
        json!({"UserPoolId": site.pool, "ClientId": other, "UseCognitoProvidedValues": true});
    site.ok("CreateManagedLoginBranding", body).await;
    let query = site.query().replace(&site.client, other);
    let page = browser.get(&format!("/changePassword?{query}")).await;
    assert_says(&page, "Something went wrong");
    // Nor is one of the browser's own making.
    browser
        .cookies
        .insert("page-data".to_owned(), "AAAA".to_owned());
    assert_says(&browser.open("/mfa").await, "Something went wrong");
}

#[tokio::test]
async fn a_session_that_was_put_into_the_browser_is_not_gone_on_with() {
    let site = Site::new().await;
    site.user("ann").await;
    site.user("eve").await;
    let mut eve = site.browser();
    eve.sign_in("eve").await;
    let planted = eve.cookies["cognito"].clone();
    let mut browser = site.browser();
    browser
        .cookies
        .insert("cognito".to_owned(), planted.clone());
    let query = format!("{}&prompt=login", site.query());
    assert_says(
        &browser.get(&format!("/login?{query}")).await,
        "current-password",
    );
    assert_done(
        &browser
            .fill("/login", &[("username", "ann"), ("password", PASSWORD)])
            .await,
    );
    assert_ne!(browser.cookies["cognito"], planted);
    assert_says(&browser.open("/login").await, "Continue as ann");
}

#[tokio::test]
async fn other_methods_and_paths_lead_nowhere() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let put = Request::put(format!("/login?{}", site.query()));
    let reply = browser.send(put, Body::empty()).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(browser.open("/nowhere").await.status, StatusCode::NOT_FOUND);
    let head = Request::head(format!("/login?{}", site.query()));
    assert_eq!(
        browser.send(head, Body::empty()).await.status,
        StatusCode::OK
    );
    // A link sends no mail.
    assert_leads_to(&browser.open("/resendcode").await, "/confirm");
    // The name of no domain.
    let path = format!("/login?{}", site.query());
    let reply = site.server.get(&path, &[("host", "127.0.0.1:9229")]).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}
