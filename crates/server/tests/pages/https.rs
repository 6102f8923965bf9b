//! Behind TLS: prefix domains under a name of their own, and what cookies and pages then say of themselves.

use std::collections::BTreeMap;

use axum::body::Body;
use cenote_server::config::{Posture, Settings};
use hyper::{Request, StatusCode};
use serde_json::json;

use super::browser::{CALLBACK, PASSWORD, Site, encode};
use super::support::{Reply, Server, settings};

const HOST: &str = "app.auth.example.com";
const FORM: &str = "application/x-www-form-urlencoded";

async fn site() -> Site {
    let settings = Settings {
        public_url: Some("https://id.example.com".to_owned()),
        prefix_host: Some("auth.example.com".to_owned()),
        ..settings(Posture::Dev)
    };
    let site = Site::on(Server::new(&settings), 2, json!({}), json!({})).await;
    let body = json!({
        "UserPoolId": site.pool, "ClientId": site.client, "UseCognitoProvidedValues": true,
    });
    site.ok("CreateManagedLoginBranding", body).await;
    site
}

/// The attributes of the cookies that an answer sets, by their names.
fn cookies(reply: &Reply) -> BTreeMap<String, (String, String)> {
    let set = reply.headers.get_all("set-cookie").into_iter();
    let cookies = set.map(|cookie| {
        let cookie = cookie.to_str().expect("ASCII");
        let (pair, attributes) = cookie.split_once("; ").expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        (name.to_owned(), (value.to_owned(), attributes.to_owned()))
    });
    cookies.collect()
}

async fn send(site: &Site, request: hyper::http::request::Builder, body: String) -> Reply {
    let request = request.header("host", HOST).body(Body::from(body));
    site.server.send(request.expect("a request")).await
}

#[tokio::test]
async fn every_cookie_is_for_tls_alone_and_every_page_says_so() {
    let site = site().await;
    site.user("ann").await;
    site.password("ann", false).await;
    let strict = Some("max-age=31536000; includeSubDomains");
    let of = |age: u32| format!("Path=/; Max-Age={age}; HttpOnly; SameSite=Lax; Secure");

    let page = send(
        &site,
        Request::get(format!("/login?{}&lang=fr", site.query())),
        String::new(),
    )
    .await;
    assert_eq!(page.header("strict-transport-security"), strict);
    let set = cookies(&page);
    assert_eq!(set["lang"], ("fr".to_owned(), of(31_536_000)));
    let (csrf, attributes) = set["XSRF-TOKEN"].clone();
    assert_eq!(attributes, of(86_400));

    let post = |path: &str, fields: &str, cookies: String| {
        let request = Request::post(format!("{path}?{}", site.query()))
            .header("content-type", FORM)
            .header("cookie", format!("XSRF-TOKEN={csrf}; {cookies}"));
        send(&site, request, format!("_csrf={csrf}&{fields}"))
    };
    let fields = format!("username=ann&password={}", encode(PASSWORD));
    let asked = post("/login", &fields, String::new()).await;
    assert_eq!(asked.status, StatusCode::FOUND);
    let (data, attributes) = cookies(&asked)["page-data"].clone();
    assert_eq!(attributes, of(300));
    let fields = "password=Other-Horse-10&confirm_password=Other-Horse-10";
    let done = post("/changePassword", fields, format!("page-data={data}")).await;
    let location = done.header("location").expect("a location");
    assert!(location.starts_with(CALLBACK), "{location}");
    assert!(location.contains("&iss=https%3A%2F%2Fid.example.com%2F"));
    let (session, attributes) = cookies(&done)["cognito"].clone();
    assert_eq!(attributes, of(3600));

    // A redirect keeps the token that the browser has, or gives it one.
    for (held, is_kept) in [
        (Some(csrf.as_str()), true),
        (None, false),
        (Some("x"), false),
    ] {
        let held = held.map_or_else(String::new, |held| format!("; XSRF-TOKEN={held}"));
        let request = Request::get(format!("/oauth2/authorize?{}", site.query()))
            .header("cookie", format!("cognito={session}{held}"));
        let reply = send(&site, request, String::new()).await;
        assert_eq!(reply.status, StatusCode::FOUND);
        let (value, attributes) = cookies(&reply)["XSRF-TOKEN"].clone();
        assert_eq!((value == csrf, attributes), (is_kept, of(86_400)));
        assert_eq!(value.len(), 36);
    }
    for path in ["/error", "/logout", "/login?client_id=none", "/confirmUser"] {
        let page = send(&site, Request::get(path), String::new()).await;
        assert_eq!(page.header("strict-transport-security"), strict, "{path}");
        assert_eq!(cookies(&page)["XSRF-TOKEN"].1, of(86_400), "{path}");
    }
}

#[tokio::test]
async fn who_leaves_for_a_provider_is_known_again_to_browsers_old_and_new() {
    let site = site().await;
    let details = json!({
        "client_id": "rp", "client_secret": "hush", "authorize_scopes": "openid",
        "attributes_request_method": "GET", "oidc_issuer": "https://idp.example.com",
        "authorize_url": "https://idp.example.com/authorize",
    });
    let body = json!({
        "UserPoolId": site.pool, "ProviderName": "Corp", "ProviderType": "OIDC",
        "ProviderDetails": details,
    });
    site.ok("CreateIdentityProvider", body).await;
    let body = json!({
        "UserPoolId": site.pool, "ClientId": site.client, "CallbackURLs": [CALLBACK],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO", "Corp"],
    });
    site.ok("UpdateUserPoolClient", body).await;
    let path = format!("/oauth2/authorize?{}&identity_provider=Corp", site.query());
    let left = send(&site, Request::get(path.as_str()), String::new()).await;
    let location = left.header("location").expect("a location");
    let back = encode(&format!("https://{HOST}/oauth2/idpresponse"));
    assert!(
        location.contains(&format!("redirect_uri={back}")),
        "{location}"
    );
    let set = cookies(&left);
    let common = "Path=/; Max-Age=300; HttpOnly";
    let (browser, attributes) = set["csrf-state"].clone();
    assert_eq!(attributes, format!("{common}; SameSite=None; Secure"));
    let legacy = (browser.clone(), format!("{common}; Secure"));
    assert_eq!(set["csrf-state-legacy"], legacy);
    // Either of them will do.
    for (cookie, is_known) in [
        (format!("csrf-state={browser}"), true),
        (format!("csrf-state-legacy={browser}"), true),
        ("csrf-state-legacy=x".to_owned(), false),
    ] {
        let request = Request::get(path.as_str()).header("cookie", format!("csrf-state={browser}"));
        let left = send(&site, request, String::new()).await;
        let location = left.header("location").expect("a location");
        let (_, state) = location.split_once("&state=").expect("a state");
        let (state, _) = state.split_once('&').expect("more");
        let request = Request::get(format!("/oauth2/idpresponse?error=denied&state={state}"))
            .header("cookie", cookie.as_str());
        let reply = send(&site, request, String::new()).await;
        let is_told = reply
            .header("location")
            .is_some_and(|to| to.starts_with(&format!("{CALLBACK}?error_description=Corp+Error")));
        assert_eq!(is_told, is_known, "{cookie}");
        assert_eq!(reply.status == StatusCode::BAD_REQUEST, !is_known);
    }
}
