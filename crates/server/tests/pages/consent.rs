//! What an application that registered itself gets in the hardened profile: what the user agrees to.

use axum::body::Body;
use cenote_server::config::Posture;
use hyper::{Request, StatusCode};
use serde_json::json;

use super::browser::{
    CALLBACK, PASSWORD, Site, assert_done, assert_leads_to, assert_says, body_of,
};
use super::support::{Server, settings};

/// A site whose application has registered itself.
async fn site() -> Site {
    let mut settings = settings(Posture::Dev);
    settings.oauth.hardened = vec!["*".to_owned()];
    let open = json!({"DcrConfiguration": {"OpenDcrEnabled": true}});
    let site = Site::on(Server::new(&settings), 1, open, json!({})).await;
    let metadata = json!({"redirect_uris": [CALLBACK], "client_name": "Helpful app"});
    let request =
        Request::post("/_domain/app/oauth2/register").header("content-type", "application/json");
    let request = request.body(Body::from(metadata.to_string()));
    let made = site.server.send(request.expect("a request")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let client = made.json()["client_id"].as_str().map(str::to_owned);
    let site = Site {
        client: client.expect("an id"),
        ..site
    };
    site.user("ann").await;
    site
}

#[tokio::test]
async fn s58_who_signs_in_is_asked_before_a_registered_application_gets_a_code() {
    let site = site().await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_leads_to(&asked, "/login");
    let page = browser.follow(&asked).await;
    assert_says(&page, "<h1>Give access to your account?</h1>");
    assert_says(&page, "Helpful app asks for access to your account ann.");
    assert_says(&page, "What it asks for: openid");
    assert_says(&page, &format!("You will be sent to {CALLBACK}."));
    assert_done(&browser.fill("/login", &[("continue", "1")]).await);
    // The next time as well: what was agreed to once is not kept.
    assert_leads_to(&browser.open("/oauth2/authorize").await, "/login");
    assert_says(&browser.open("/login").await, "Helpful app");
    let denied = browser.fill("/login", &[("deny", "1")]).await;
    let location = denied.header("location").expect("a location");
    assert!(
        location.starts_with(&format!("{CALLBACK}?state=xyz&error=access_denied&iss=")),
        "{location}"
    );
    let other = browser.fill("/login", &[("switch", "1")]).await;
    assert_says(&other, "autocomplete=\"current-password\"");
}

#[tokio::test]
async fn s53_without_a_page_there_is_no_consent() {
    let site = site().await;
    let mut browser = site.browser();
    browser.sign_in("ann").await;
    let query = site.query();
    let reply = browser
        .get(&format!("/oauth2/authorize?{query}&prompt=none"))
        .await;
    let location = reply.header("location").expect("a location");
    assert!(
        location.starts_with(&format!("{CALLBACK}?state=xyz&error=consent_required&iss=")),
        "{location}"
    );
    // A link with a mistake shows a page instead of leading on.
    let bad = browser
        .get(&format!("/oauth2/authorize?{query}&max_age=soon"))
        .await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(body_of(&bad).contains("max_age"), "{}", body_of(&bad));
}

#[tokio::test]
async fn only_who_has_signed_in_can_agree() {
    let site = site().await;
    let mut browser = site.browser();
    browser.open("/login").await;
    let reply = browser.fill("/login", &[("continue", "1")]).await;
    assert_leads_to(&reply, "/login");
    assert_says(
        &browser.follow(&reply).await,
        "autocomplete=\"current-password\"",
    );
    // Nor does somebody else's step lend itself: it is nothing without a session.
    let mut ann = site.browser();
    ann.open("/login").await;
    let fields = [("username", "ann"), ("password", PASSWORD)];
    ann.fill("/login", &fields).await;
    let step = ann.cookies["page-data"].clone();
    browser.cookies.insert("page-data".to_owned(), step);
    let reply = browser.fill("/login", &[("continue", "1")]).await;
    assert_leads_to(&reply, "/login");
}
