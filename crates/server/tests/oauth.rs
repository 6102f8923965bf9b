//! The OAuth endpoints of a domain: where they are, what they answer with, and where they send browsers.

mod support;

use axum::body::Body;
use cenote_idp::oauth::Params;
use cenote_server::config::Posture;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};

use support::{Reply, Server, plain, settings};

const HOST: &str = "app.auth.localhost:9229";
const CALLBACK: &str = "https://app.example/cb";

/// A pool with a domain, and the settings of a client in it.
async fn client(server: &Server, more: Value) -> (String, String) {
    let pool = server.pool().await;
    let domain = json!({"UserPoolId": pool, "Domain": "app"}).to_string();
    let made = server.call("CreateUserPoolDomain", domain).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let mut input = json!({
        "UserPoolId": pool, "ClientName": "app", "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "CallbackURLs": [CALLBACK], "LogoutURLs": ["https://app.example/out"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    let made = server.call("CreateUserPoolClient", input.to_string()).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let id = &made.json()["UserPoolClient"]["ClientId"];
    (pool, id.as_str().expect("an id").to_owned())
}

async fn get(server: &Server, path: &str) -> Reply {
    server.get(path, &[("host", HOST)]).await
}

async fn post(server: &Server, path: &str, form: &str, more: &[(&str, &str)]) -> Reply {
    let request = Request::post(path)
        .header("host", HOST)
        .header("content-type", "application/x-www-form-urlencoded");
    let request = more.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let request = request
        .body(Body::from(form.to_owned()))
        .expect("a request");
    server.send(request).await
}

fn authorize(client: &str, more: &str) -> String {
    format!(
        "/oauth2/authorize?client_id={client}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&state=s{more}"
    )
}

#[tokio::test]
async fn endpoints_answer_on_the_names_of_a_domain_and_nowhere_else() {
    let server = Server::dev();
    let (_, client) = client(&server, json!({})).await;
    let path = authorize(&client, "");
    assert_eq!(get(&server, &path).await.status, StatusCode::FOUND);
    for host in ["localhost:9229", "other.auth.localhost", "app.example.com"] {
        let reply = server.get(&path, &[("host", host)]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{host}");
    }
    // The path fallback keeps its prefix.
    let reply = server
        .get(&format!("/_domain/app{path}"), &[("host", "localhost")])
        .await;
    let (_, query) = path.split_once('?').expect("a query");
    assert_eq!(
        reply.header("location"),
        Some(&*format!("/_domain/app/login?{query}"))
    );
    let reply = server.get(&format!("/_domain/other{path}"), &[]).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    // What is at the issuer is not here.
    let reply = get(&server, "/.well-known/openid-configuration").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_session_the_browser_goes_to_the_sign_in_page_with_the_same_query() {
    let server = Server::dev();
    let (_, client) = client(&server, json!({})).await;
    let path = authorize(&client, "&scope=openid%20email&unknown=%2Bx+y");
    let (_, query) = path.split_once('?').expect("a query");
    let reply = get(&server, &path).await;
    assert_eq!(reply.status, StatusCode::FOUND);
    assert_eq!(reply.header("location"), Some(&*format!("/login?{query}")));
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    assert!(reply.body.is_empty());
    // A cookie that is none of ours changes nothing.
    let forged = [("host", HOST), ("cookie", "a=b; cognito=eyJhIjoxfQ")];
    let reply = server.get(&path, &forged).await;
    assert_eq!(reply.header("location"), Some(&*format!("/login?{query}")));
}

#[tokio::test]
async fn s35_an_authorization_request_may_be_a_form() {
    let server = Server::dev();
    let (_, client) = client(&server, json!({})).await;
    let path = authorize(&client, "");
    let (_, query) = path.split_once('?').expect("a query");
    // What a body may hold and an address may not is written anew.
    let form = format!("{query}&nonce=a\r\nset-cookie: x#y");
    for form in [query, form.as_str()] {
        let reply = post(&server, "/oauth2/authorize", form, &[]).await;
        assert_eq!(reply.status, StatusCode::FOUND);
        let location = reply.header("location").expect("a location");
        let (page, query) = location.split_once('?').expect("a query");
        assert_eq!(page, "/login");
        let sent = Params::parse(form.as_bytes()).expect("a form");
        assert_eq!(Params::parse(query.as_bytes()), Ok(sent), "{location}");
        assert!(!location.contains(['#', ' ', '\r']), "{location}");
    }
    for content_type in ["application/json", "text/plain", "multipart/form-data"] {
        let headers = [("host", HOST), ("content-type", content_type)];
        let request = plain(Method::POST, "/oauth2/authorize", &headers, "x=1");
        let reply = server.send(request).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{content_type}");
    }
}

#[tokio::test]
async fn s36_prompt_none_never_shows_a_page() {
    let server = Server::dev();
    let (pool, client) = client(&server, json!({})).await;
    let reply = get(&server, &authorize(&client, "&prompt=none")).await;
    assert_eq!(reply.status, StatusCode::FOUND);
    let issuer = format!("http%3A%2F%2F127.0.0.1%3A9229%2F{pool}");
    let expected = format!("{CALLBACK}?state=s&error=login_required&iss={issuer}");
    assert_eq!(reply.header("location"), Some(expected.as_str()));
}

#[tokio::test]
async fn an_address_that_is_not_registered_ends_on_the_error_page() {
    let server = Server::dev();
    let (_, client) = client(&server, json!({})).await;
    let path = format!(
        "/oauth2/authorize?client_id={client}&redirect_uri=https%3A%2F%2Fevil.example&response_type=code"
    );
    let reply = get(&server, &path).await;
    assert_eq!(reply.status, StatusCode::FOUND);
    let error = format!("/error?error=redirect_mismatch&client_id={client}");
    assert_eq!(reply.header("location"), Some(error.as_str()));
    let page = get(&server, &format!("{error}&error_description=%3Cb%3Eevil")).await;
    assert!(
        page.text()
            .contains("An error was encountered with the requested page.")
    );
    assert!(!page.text().contains("evil"));
    // S22, S23.
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    let unknown = get(&server, "/oauth2/authorize?client_id=%3Cb%3E").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(!unknown.text().contains("<b>"));
}

#[tokio::test]
async fn s27_answers_of_the_token_endpoint_are_kept_nowhere_and_open_to_browsers() {
    let server = Server::dev();
    client(&server, json!({})).await;
    let reply = post(&server, "/oauth2/token", "grant_type=password", &[]).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.json(), json!({"error": "unsupported_grant_type"}));
    for (name, value) in [
        ("content-type", "application/json;charset=UTF-8"),
        (
            "cache-control",
            "no-cache, no-store, max-age=0, must-revalidate",
        ),
        ("pragma", "no-cache"),
        ("expires", "0"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-xss-protection", "1; mode=block"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert!(reply.header("x-amz-cognito-request-id").is_some());
    let cookie = reply.header("set-cookie").expect("a cookie");
    assert!(
        cookie.starts_with("XSRF-TOKEN=") && cookie.ends_with("; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    for path in ["/oauth2/token", "/oauth2/revoke", "/oauth2/userInfo"] {
        let asked = [
            ("host", HOST),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "content-type,x-amz-user-agent",
            ),
        ];
        let reply = server.send(plain(Method::OPTIONS, path, &asked, "")).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            reply.header("access-control-allow-headers"),
            Some("content-type,x-amz-user-agent")
        );
    }
    for path in ["/oauth2/token", "/oauth2/revoke"] {
        assert_eq!(
            get(&server, path).await.status,
            StatusCode::METHOD_NOT_ALLOWED
        );
    }
}

#[tokio::test]
async fn the_token_endpoint_reads_forms_of_fit_size_only() {
    let server = Server::dev();
    client(&server, json!({})).await;
    let long = format!("grant_type={}", "x".repeat(64 * 1024));
    let reply = post(&server, "/oauth2/token", &long, &[]).await;
    assert_eq!(reply.json()["error"], "invalid_request");
    let json = plain(
        Method::POST,
        "/oauth2/token",
        &[("host", HOST), ("content-type", "application/json")],
        "{}",
    );
    assert_eq!(server.send(json).await.json()["error"], "invalid_request");
    let two = [
        ("authorization", "Basic YTpi"),
        ("authorization", "Basic YTpj"),
    ];
    let reply = post(&server, "/oauth2/token", "grant_type=refresh_token", &two).await;
    assert_eq!(reply.json()["error"], "invalid_request");
}

#[tokio::test]
async fn s31_bad_credentials_are_400_at_the_token_endpoint_and_401_at_revocation() {
    let server = Server::dev();
    let (_, client) = client(&server, json!({"GenerateSecret": true})).await;
    let form = format!("client_id={client}&client_secret=x&grant_type=refresh_token&token=x");
    let reply = post(&server, "/oauth2/token", &form, &[]).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_client"))
    );
    let reply = post(&server, "/oauth2/revoke", &form, &[]).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
    let scheme = Some("Basic realm=\"oauth2\"");
    assert_eq!(reply.header("www-authenticate"), scheme);
    // The hardened profile answers a header as RFC 6749, 5.2, says.
    let mut settings = settings(Posture::Dev);
    settings.oauth.hardened = vec!["*".to_owned()];
    let server = Server::new(&settings);
    self::client(&server, json!({})).await;
    let header = [("authorization", "Basic YTpi")];
    let reply = post(
        &server,
        "/oauth2/token",
        "grant_type=refresh_token",
        &header,
    )
    .await;
    assert_eq!(
        (reply.status, reply.header("www-authenticate")),
        (StatusCode::UNAUTHORIZED, scheme)
    );
    let body = "grant_type=refresh_token&client_id=x";
    let reply = post(&server, "/oauth2/token", body, &[]).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn s52_user_info_takes_a_bearer_in_header_or_form_but_not_in_the_query() {
    let server = Server::dev();
    client(&server, json!({})).await;
    let none = get(&server, "/oauth2/userInfo?access_token=a.b.c").await;
    let told = "Bad OAuth2 request at UserInfo Endpoint";
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        none.json(),
        json!({"error": "invalid_request", "error_description": told})
    );
    let challenge = format!("Bearer error=\"invalid_request\", error_description=\"{told}\"");
    assert_eq!(none.header("www-authenticate"), Some(challenge.as_str()));
    let bearer = [("authorization", "Bearer a.b.c")];
    let bad = server
        .get("/oauth2/userInfo", &[("host", HOST), bearer[0]])
        .await;
    assert_eq!(
        (bad.status, &bad.json()["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_token"))
    );
    let form = post(&server, "/oauth2/userInfo", "access_token=a.b.c", &[]).await;
    assert_eq!(form.status, StatusCode::UNAUTHORIZED);
    let both = post(&server, "/oauth2/userInfo", "access_token=a.b.c", &bearer).await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn signing_out_clears_the_cookie_and_goes_where_it_may() {
    let server = Server::dev();
    let (_, client) = client(&server, json!({})).await;
    let path =
        format!("/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example%2Fout&state=s");
    let reply = get(&server, &path).await;
    assert_eq!(reply.status, StatusCode::FOUND);
    assert_eq!(reply.header("location"), Some("https://app.example/out"));
    let ended = |reply: &Reply| {
        let set = reply.headers.get_all("set-cookie").into_iter();
        let set = set.map(|cookie| cookie.to_str().expect("ASCII").to_owned());
        set.filter(|cookie| !cookie.starts_with("XSRF-TOKEN="))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ended(&reply),
        ["cognito=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]
    );
    let reply = server.get(&format!("/_domain/app{path}"), &[]).await;
    assert_eq!(
        ended(&reply),
        ["cognito=; Path=/_domain/app; Max-Age=0; HttpOnly; SameSite=Lax"]
    );
    let reply = get(&server, &path.replace("out", "elsewhere")).await;
    assert!(ended(&reply).is_empty());
}

#[tokio::test]
async fn s55_the_doors_of_saml_take_posts_of_the_longest_messages() {
    let server = Server::dev();
    client(&server, json!({})).await;
    for path in ["/saml2/idpresponse", "/saml2/logout"] {
        let status = get(&server, path).await.status;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let says = async |form: &str, said: &str| {
            let reply = post(&server, path, form, &[]).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
            assert!(reply.text().contains(said), "{path}: {}", reply.text());
        };
        says("SAMLResponse=x", "RelayState").await;
        // Every character of it may be escaped.
        let long = "%41".repeat(100_000);
        let form = format!("SAMLResponse={long}&RelayState=x");
        says(
            &form,
            "Invalid samlResponse or relayState from identity provider",
        )
        .await;
        let form = format!("SAMLResponse={long}{long}&RelayState=x");
        let reply = post(&server, path, &form, &[]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(!reply.text().contains("relayState"), "{}", reply.text());
    }
}
