//! The `oauth2` crate, unmodified, at the endpoints of a domain.

use std::collections::BTreeMap;
use std::io;

use aws_sdk_cognitoidentityprovider::types::{
    OAuthFlowType, ResourceServerScopeType, VerifiedAttributeType,
};
use cenote_wire_tests::Server;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicRequestTokenError, BasicTokenType};
use oauth2::url::{Url, form_urlencoded};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RevocationUrl,
    Scope, StandardRevocableToken, TokenResponse as _, TokenUrl,
};

const CALLBACK: &str = "https://app.example.com/cb";
const PASSWORD: &str = "Correct-Horse-9";

/// The client of the crate, with the endpoints that the tests use.
type Application =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointSet>;

/// A pool with a domain, a scope of its own, the user ann, and an app client for this flow.
async fn application(flow: OAuthFlowType, scope: &str, domain: &str) -> (Server, Application) {
    let server = Server::start();
    let sdk = server.client();
    let pool = sdk
        .create_user_pool()
        .pool_name("oauth")
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .send()
        .await
        .expect("create_user_pool");
    let pool = pool.user_pool.and_then(|pool| pool.id).expect("a pool id");
    let read = ResourceServerScopeType::builder()
        .scope_name("read")
        .scope_description("Reads orders");
    sdk.create_resource_server()
        .user_pool_id(&pool)
        .identifier("orders")
        .name("orders")
        .scopes(read.build().expect("a scope"))
        .send()
        .await
        .expect("create_resource_server");
    let made = sdk
        .create_user_pool_client()
        .user_pool_id(&pool)
        .client_name("app")
        .generate_secret(true)
        .allowed_o_auth_flows_user_pool_client(true)
        .allowed_o_auth_flows(flow)
        .allowed_o_auth_scopes(scope)
        .supported_identity_providers("COGNITO")
        .callback_urls(CALLBACK)
        .send()
        .await
        .expect("create_user_pool_client");
    let made = made.user_pool_client.expect("a client");
    sdk.create_user_pool_domain()
        .user_pool_id(&pool)
        .domain(domain)
        .send()
        .await
        .expect("create_user_pool_domain");
    sdk.admin_create_user()
        .user_pool_id(&pool)
        .username("ann")
        .send()
        .await
        .expect("admin_create_user");
    sdk.admin_set_user_password()
        .user_pool_id(&pool)
        .username("ann")
        .password(PASSWORD)
        .permanent(true)
        .send()
        .await
        .expect("admin_set_user_password");
    // Names below `localhost` resolve in browsers, but not everywhere.
    let at = |path: &str| format!("{}/_domain/{domain}/oauth2/{path}", server.url());
    // The crate revokes at an address with TLS alone; `send` goes without.
    let revocation = at("revoke").replacen("http:", "https:", 1);
    let application = BasicClient::new(ClientId::new(made.client_id.expect("an id")))
        .set_client_secret(ClientSecret::new(made.client_secret.expect("a secret")))
        .set_auth_uri(AuthUrl::new(at("authorize")).expect("an address"))
        .set_token_uri(TokenUrl::new(at("token")).expect("an address"))
        .set_revocation_url(RevocationUrl::new(revocation).expect("an address"))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("an address"));
    (server, application)
}

/// The transport of the crate.
async fn send(request: HttpRequest) -> Result<HttpResponse, io::Error> {
    let (mut parts, body) = request.into_parts();
    let address = parts.uri.to_string().replacen("https:", "http:", 1);
    parts.uri = address.parse::<Uri>().map_err(io::Error::other)?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
    let reply = client.request(request).await.map_err(io::Error::other)?;
    let (parts, body) = reply.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(HttpResponse::from_parts(parts, body.to_vec()))
}

/// What a browser does: keeps cookies, and stops at redirects.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn go(&mut self, url: &Url, form: Option<String>) -> HttpResponse {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .uri(url.as_str())
            .header(COOKIE, cookies.join("; "))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .method(if form.is_some() { "POST" } else { "GET" })
            .body(form.unwrap_or_default().into_bytes())
            .expect("a request");
        let reply = send(request).await.expect("an answer");
        for line in reply.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().expect("ASCII").split(';').next();
            let (name, value) = pair.and_then(|pair| pair.split_once('=')).expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        reply
    }
}

fn location(reply: &HttpResponse, from: &Url) -> Url {
    let to = reply.headers().get(LOCATION).expect("a location");
    from.join(to.to_str().expect("ASCII")).expect("an address")
}

/// Signs ann in on the page, and gives what the application is told.
async fn sign_in(start: &Url) -> BTreeMap<String, String> {
    let mut browser = Browser::default();
    let reply = browser.go(start, None).await;
    let login = location(&reply, start);
    browser.go(&login, None).await;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("_csrf", &browser.cookies["XSRF-TOKEN"])
        .append_pair("username", "ann")
        .append_pair("password", PASSWORD)
        .finish();
    let done = browser.go(&login, Some(form)).await;
    let back = location(&done, &login);
    assert!(back.as_str().starts_with(CALLBACK), "{back}");
    back.query_pairs().into_owned().collect()
}

/// The code of a refusal.
fn refused(error: BasicRequestTokenError<io::Error>) -> BasicErrorResponseType {
    match error {
        BasicRequestTokenError::ServerResponse(response) => response.error().clone(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_code_with_its_verifier_becomes_tokens_that_are_refreshed_and_revoked() {
    let (_server, application) = application(OAuthFlowType::Code, "openid", "rust-code").await;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (start, state) = application
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("openid".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let back = sign_in(&start).await;
    assert_eq!(&back["state"], state.secret());
    let code = || AuthorizationCode::new(back["code"].clone());

    let tokens = application
        .exchange_code(code())
        .set_pkce_verifier(verifier)
        .request_async(&send)
        .await
        .expect("tokens");
    assert_eq!(tokens.token_type(), &BasicTokenType::Bearer);
    assert_eq!(tokens.expires_in().map(|time| time.as_secs()), Some(3600));
    let refresh = tokens.refresh_token().expect("a refresh token");

    let refreshed = application
        .exchange_refresh_token(refresh)
        .request_async(&send)
        .await
        .expect("tokens again");
    assert_ne!(
        refreshed.access_token().secret(),
        tokens.access_token().secret()
    );
    application
        .revoke_token(StandardRevocableToken::from(refresh))
        .expect("an endpoint")
        .request_async(&send)
        .await
        .expect("a revocation");
    let gone = application
        .exchange_refresh_token(refresh)
        .request_async(&send)
        .await
        .expect_err("a revoked token");
    assert_eq!(refused(gone), BasicErrorResponseType::InvalidGrant);
}

#[tokio::test]
async fn a_code_without_its_verifier_becomes_nothing() {
    let (_server, application) = application(OAuthFlowType::Code, "openid", "rust-pkce").await;
    let (challenge, _) = PkceCodeChallenge::new_random_sha256();
    let (start, _) = application
        .authorize_url(CsrfToken::new_random)
        .set_pkce_challenge(challenge)
        .url();
    let back = sign_in(&start).await;
    let other = PkceCodeVerifier::new("x".repeat(43));
    let error = application
        .exchange_code(AuthorizationCode::new(back["code"].clone()))
        .set_pkce_verifier(other)
        .request_async(&send)
        .await
        .expect_err("another verifier");
    assert_eq!(refused(error), BasicErrorResponseType::InvalidGrant);
}

#[tokio::test]
async fn a_machine_gets_a_token_for_its_scope_alone() {
    let flow = OAuthFlowType::ClientCredentials;
    let (_server, application) = application(flow, "orders/read", "rust-machine").await;
    let ask = async |scope: &str| {
        application
            .exchange_client_credentials()
            .add_scope(Scope::new(scope.to_owned()))
            .request_async(&send)
            .await
    };
    let tokens = ask("orders/read").await.expect("a token");
    assert_eq!(tokens.token_type(), &BasicTokenType::Bearer);
    assert!(tokens.refresh_token().is_none());
    let error = ask("orders/none").await.expect_err("no such scope");
    assert_eq!(refused(error), BasicErrorResponseType::InvalidScope);
}
