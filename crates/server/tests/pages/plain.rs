//! Pages that say one thing: their language, and how they look.

use hyper::StatusCode;
use serde_json::json;

use super::browser::{Site, assert_leads_to, assert_says, body_of, encode};

/// Managed login whose primary buttons have a colour of their own.
async fn coloured() -> Site {
    let site = Site::bare(2, json!({}), json!({})).await;
    let settings = json!({
        "components": {"primaryButton": {"lightMode": {"defaults": {"backgroundColor": "123456ff"}}}},
    });
    let body = json!({"UserPoolId": site.pool, "ClientId": site.client, "Settings": settings});
    site.ok("CreateManagedLoginBranding", body).await;
    site
}

#[tokio::test]
async fn refusals_are_told_in_the_language_of_the_browser_and_look_like_the_client() {
    let site = coloured().await;
    let mut browser = site.browser();
    let colour = "--primary:#123456ff;";
    let client = format!("client_id={}", site.client);
    let elsewhere = format!(
        "/oauth2/authorize?{client}&redirect_uri={}&lang=de",
        encode("https://evil.example")
    );
    let to_error = browser.get(&elsewhere).await;
    assert_leads_to(&to_error, "/error");
    let page = browser.follow(&to_error).await;
    assert_says(&page, "<html lang=\"de\">");
    assert_says(
        &page,
        "Bei der angeforderten Seite ist ein Fehler aufgetreten.",
    );
    assert_says(&page, colour);
    // Another language takes its place, and one that is kept is spoken without being asked for.
    for (path, says, has_colour) in [
        (
            format!("/oauth2/authorize?{client}&lang=fr"),
            "Le paramètre obligatoire « redirect_uri » est absent",
            true,
        ),
        (
            "/logout?logout_uri=x".to_owned(),
            "Le paramètre obligatoire « client_id » est absent",
            false,
        ),
        (
            "/login?client_id=nobody".to_owned(),
            "Cette application n’existe pas.",
            false,
        ),
        (
            format!("/login?{}&identity_provider=Corp", site.query()),
            "Ce mode de connexion n’est pas disponible.",
            true,
        ),
        (
            format!("/login?{}&{client}", site.query()),
            "Le paramètre « client_id » est répété",
            true,
        ),
        (
            format!("/logout?{client}&id_token_hint=x"),
            "Le paramètre « id_token_hint » n’est pas valide",
            true,
        ),
        (
            "/oauth2/idpresponse?code=x&state=y".to_owned(),
            "Le délai est dépassé",
            false,
        ),
        (
            format!("/confirmUser?{client}&user_name=ann&confirmation_code=1"),
            "Le code n",
            true,
        ),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert_says(&page, says);
        assert_says(&page, "<html lang=\"fr\">");
        assert_eq!(page.text().contains(colour), has_colour, "{path}");
    }
    let form = [("SAMLResponse", "x"), ("RelayState", "y")];
    let page = browser.post("/saml2/idpresponse", &form).await;
    assert_says(&page, "samlResponse ou relayState non valide");
    let form = [("SAMLResponse", "x"), ("RelayState", "a=b")];
    let page = browser.post("/saml2/idpresponse", &form).await;
    assert_says(&page, "<p>relayState non valide");
}

#[tokio::test]
async fn a_client_that_signs_nobody_in_and_one_without_a_style_are_told_apart() {
    let off = json!({
        "AllowedOAuthFlowsUserPoolClient": false, "AllowedOAuthFlows": [], "AllowedOAuthScopes": [],
    });
    let site = Site::with(json!({}), off).await;
    let mut browser = site.browser();
    let path = format!("/login?{}&lang=nl", site.query());
    let page = browser.get(&path).await;
    assert_says(&page, "Deze applicatie kan hier niemand aanmelden.");
    let site = Site::bare(2, json!({}), json!({})).await;
    let mut browser = site.browser();
    let path = format!("/login?{}&lang=it", site.query());
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_says(&page, "<html lang=\"it\">");
}

#[tokio::test]
async fn the_classic_pages_have_one_language_and_the_style_sheet_of_the_client() {
    let site = Site::bare(1, json!({}), json!({})).await;
    let css = ".errorMessage-customizable{color:#abcdef}";
    let body = json!({"UserPoolId": site.pool, "ClientId": site.client, "CSS": css});
    site.ok("SetUICustomization", body).await;
    let mut browser = site.browser();
    let path = format!("/oauth2/authorize?client_id={}&lang=de", site.client);
    let page = browser.get(&path).await;
    assert_says(&page, "<html lang=\"en\">");
    assert_says(&page, css);
    assert_says(
        &page,
        "Required String parameter &#39;redirect_uri&#39; is not present",
    );
    assert!(!browser.cookies.contains_key("lang"));
    let page = browser.get("/login?client_id=nobody").await;
    assert_says(&page, "Client does not exist.");
    assert!(!page.text().contains(css));
}

#[tokio::test]
async fn whoever_signs_out_without_an_address_is_told_so() {
    for query in ["", "?state=s"] {
        let site = coloured().await;
        site.user("ann").await;
        let mut browser = site.browser();
        browser.sign_in("ann").await;
        assert!(browser.cookies.contains_key("cognito"));
        let page = browser.get(&format!("/logout{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_says(&page, "<h1>Signed out</h1>");
        assert_says(&page, "You are signed out.");
        assert!(!browser.cookies.contains_key("cognito"));
        assert_leads_to(&browser.open("/oauth2/authorize").await, "/login");
        let path = format!("/logout?client_id={}&lang=ja", site.client);
        let page = browser.get(&path).await;
        assert_says(&page, "<h1>サインアウト完了</h1>");
        assert_says(&page, "--primary:#123456ff;");
    }
    // A bad hint ends nothing.
    let site = coloured().await;
    site.user("ann").await;
    let mut browser = site.browser();
    browser.sign_in("ann").await;
    let page = browser.get("/logout?id_token_hint=x").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(body_of(&page).contains("Something went wrong"));
    assert!(browser.cookies.contains_key("cognito"));
}
