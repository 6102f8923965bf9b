//! Identity providers on the sign-in page.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::browser::{CALLBACK, Site, assert_leads_to, assert_says, body_of};
use super::support::Reply;

/// Creates a provider that is known by explicit addresses, so that nothing is looked up.
async fn provider(site: &Site, name: &str, identifiers: &[&str]) {
    let details = json!({
        "client_id": "rp", "client_secret": "hush", "authorize_scopes": "openid",
        "attributes_request_method": "GET", "oidc_issuer": "https://idp.example.com",
        "authorize_url": "https://idp.example.com/authorize",
    });
    let body = json!({
        "UserPoolId": site.pool, "ProviderName": name, "ProviderType": "OIDC",
        "ProviderDetails": details, "IdpIdentifiers": identifiers,
    });
    site.ok("CreateIdentityProvider", body).await;
}

async fn google(site: &Site) {
    let details = json!({"client_id": "i", "client_secret": "s", "authorize_scopes": "openid"});
    let body = json!({
        "UserPoolId": site.pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": details,
    });
    site.ok("CreateIdentityProvider", body).await;
}

/// Gives the client these providers.
async fn offer(site: &Site, providers: &[&str]) {
    let body = json!({
        "UserPoolId": site.pool, "ClientId": site.client, "CallbackURLs": [CALLBACK],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": providers,
    });
    site.ok("UpdateUserPoolClient", body).await;
}

async fn style(site: &Site, auth: Value) {
    let body = json!({
        "UserPoolId": site.pool, "ClientId": site.client,
        "Settings": {"categories": {"auth": auth}},
    });
    site.ok("CreateManagedLoginBranding", body).await;
}

/// The labels of the buttons, in order.
fn labels(page: &Reply) -> Vec<String> {
    let body = body_of(page);
    let links = body.split("<a class=\"idp ").skip(1);
    links
        .map(|link| {
            let (_, rest) = link.split_once('>').expect("a tag");
            rest.split('<').next().unwrap_or_default().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn providers_are_buttons_before_the_form() {
    let site = Site::new().await;
    provider(&site, "Corp", &[]).await;
    google(&site).await;
    offer(&site, &["COGNITO", "Corp", "Google"]).await;
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    assert_eq!(
        labels(&page),
        ["Continue with Corp", "Continue with Google"]
    );
    let body = body_of(&page);
    let (nav, form) = (
        body.find("<nav").expect("a list"),
        body.find("<form").expect("a form"),
    );
    assert!(nav < form);
    assert_says(&page, "aria-label=\"Other ways to sign in\"");
    assert_says(&page, "<p class=\"or\">or</p>");
    assert_says(&page, "class=\"idp socialButton-customizable\"");
    let href = format!(
        "/oauth2/authorize?client_id={}&amp;response_type=code&amp;scope=openid",
        site.client
    );
    assert!(body.replace("&#38;", "&amp;").contains(&href), "{body}");
    let path = format!("/oauth2/authorize?{}&identity_provider=Corp", site.query());
    let reply = browser.get(&path).await;
    assert_eq!(reply.status, StatusCode::FOUND);
    let location = reply.header("location").expect("a location");
    assert!(
        location.starts_with("https://idp.example.com/authorize?client_id=rp&"),
        "{location}"
    );
    assert!(browser.cookies.contains_key("csrf-state"));
}

#[tokio::test]
async fn the_style_says_in_which_order_people_choose() {
    let site = Site::bare(2, json!({}), json!({})).await;
    provider(&site, "Corp", &[]).await;
    google(&site).await;
    offer(&site, &["COGNITO", "Corp", "Google"]).await;
    let order = json!([[{"display": "INPUT", "type": "USERNAME_PASSWORD"}, {"display": "BUTTON", "type": "FEDERATED"}]]);
    let auth = json!({"authMethodOrder": order, "federation": {"order": ["Google"]}});
    style(&site, auth).await;
    let page = site.browser().open("/login").await;
    assert_eq!(
        labels(&page),
        ["Continue with Google", "Continue with Corp"]
    );
    let body = body_of(&page);
    assert!(body.find("<nav") > body.find("<form"), "{body}");
}

#[tokio::test]
async fn a_domain_leads_to_its_provider_where_the_style_asks_for_one() {
    let site = Site::bare(2, json!({}), json!({})).await;
    provider(&site, "Corp", &["corp.example"]).await;
    provider(&site, "Other", &[]).await;
    offer(&site, &["COGNITO", "Corp", "Other"]).await;
    style(
        &site,
        json!({"federation": {"interfaceStyle": "DOMAIN_INPUT"}}),
    )
    .await;
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    assert_eq!(labels(&page), ["Continue with Other"]);
    assert_says(&page, "Work email address or its domain");
    for typed in ["ada@corp.example", "corp.example", " ada@corp.example "] {
        let reply = browser.fill("/login", &[("idp_identifier", typed)]).await;
        assert_leads_to(&reply, "/oauth2/authorize");
        let location = reply.header("location").expect("a location");
        assert!(location.ends_with("&identity_provider=Corp"), "{location}");
    }
    let page = browser
        .fill("/login", &[("idp_identifier", "ada@else.example")])
        .await;
    assert_says(&page, "No organization signs in with this domain.");
    let body = body_of(&page);
    assert!(
        body.contains("aria-describedby=\"alert\" aria-invalid=\"true\""),
        "{body}"
    );
    assert!(body.contains("value=\"ada@else.example\""), "{body}");
}

#[tokio::test]
async fn without_users_of_its_own_a_client_has_buttons_alone_or_no_page_at_all() {
    let site = Site::new().await;
    provider(&site, "Corp", &[]).await;
    google(&site).await;
    offer(&site, &["Corp", "Google"]).await;
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    assert_eq!(
        labels(&page),
        ["Continue with Corp", "Continue with Google"]
    );
    assert!(!body_of(&page).contains("<form"), "{}", body_of(&page));
    let reply = browser
        .fill("/login", &[("username", "ada"), ("password", "x")])
        .await;
    assert_leads_to(&reply, "/login");
    for path in ["/signup", "/forgotPassword", "/passkeys/add"] {
        assert_leads_to(&browser.open(path).await, "/login");
    }
    offer(&site, &["Corp"]).await;
    let reply = browser.open("/login").await;
    assert_leads_to(&reply, "/oauth2/authorize");
    let reply = browser.follow(&reply).await;
    let location = reply.header("location").expect("a location");
    assert!(
        location.starts_with("https://idp.example.com/authorize?"),
        "{location}"
    );
}

#[tokio::test]
async fn what_comes_back_without_a_journey_is_a_page() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let page = browser.get("/oauth2/idpresponse?code=x&state=y").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_says(&page, "Something went wrong");
    let page = browser
        .post("/oauth2/idpresponse", &[("code", "x"), ("state", "y")])
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

/// A provider of SAML.
async fn saml(site: &Site, name: &str, identifiers: &[&str]) {
    let metadata = "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"idp\">\
        <IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
        <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
        Location=\"https://idp.example.com/sso\"/></IDPSSODescriptor></EntityDescriptor>";
    let body = json!({
        "UserPoolId": site.pool, "ProviderName": name, "ProviderType": "SAML",
        "ProviderDetails": {"MetadataFile": metadata}, "IdpIdentifiers": identifiers,
    });
    site.ok("CreateIdentityProvider", body).await;
}

#[tokio::test]
async fn on_the_classic_pages_a_box_stands_for_saml_providers_that_all_have_an_identifier() {
    let site = Site::bare(1, json!({}), json!({})).await;
    saml(&site, "Corp", &["corp.example"]).await;
    saml(&site, "Other", &["other.example"]).await;
    saml(&site, "Third", &[]).await;
    provider(&site, "Open", &["open.example"]).await;
    google(&site).await;
    offer(&site, &["COGNITO", "Corp", "Other", "Open", "Google"]).await;
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    assert_eq!(
        labels(&page),
        ["Continue with Open", "Continue with Google"]
    );
    assert_says(&page, "Work email address or its domain");
    assert_says(
        &page,
        "<p class=\"description ways idpDescription-customizable\">Other ways to sign in</p>",
    );
    let fields = [("idp_identifier", "ada@other.example")];
    let reply = browser.fill("/login", &fields).await;
    assert_leads_to(&reply, "/oauth2/authorize");
    let location = reply.header("location").expect("a location");
    assert!(location.ends_with("&identity_provider=Other"), "{location}");
    // One without an identifier could not be found: all are buttons again.
    offer(&site, &["COGNITO", "Corp", "Other", "Third"]).await;
    let page = browser.open("/login").await;
    assert_eq!(
        labels(&page),
        [
            "Continue with Corp",
            "Continue with Other",
            "Continue with Third"
        ]
    );
    assert!(!page.text().contains("idp_identifier"));
}

#[tokio::test]
async fn buttons_have_signs_where_the_style_says_so() {
    let sign = "<svg viewBox=\"0 0 20 20\"";
    let site = Site::new().await;
    provider(&site, "Corp", &[]).await;
    google(&site).await;
    offer(&site, &["COGNITO", "Corp", "Google"]).await;
    let page = site.browser().open("/login").await;
    assert_eq!(body_of(&page).matches(sign).count(), 2);
    // A letter for whom everybody knows, and a door for others.
    assert_eq!(body_of(&page).matches("<text ").count(), 1);
    assert_says(&page, ">G</text>");
    for (version, settings) in [
        (
            2,
            Some(json!({"componentClasses": {"idpButtons": {"icons": {"enabled": false}}}})),
        ),
        (1, None),
    ] {
        let site = Site::bare(version, json!({}), json!({})).await;
        google(&site).await;
        offer(&site, &["COGNITO", "Google"]).await;
        if let Some(settings) = settings {
            let body =
                json!({"UserPoolId": site.pool, "ClientId": site.client, "Settings": settings});
            site.ok("CreateManagedLoginBranding", body).await;
        }
        let page = site.browser().open("/login").await;
        assert!(!body_of(&page).contains("<svg"), "{}", body_of(&page));
    }
}
