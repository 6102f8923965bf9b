//! Authorization requests: what is good, and where a refusal goes.

use cenote_idp::discovery;
use cenote_idp::oauth::{Outcome, Params, Prompt, Refusal};
use serde_json::{Value, json};

use crate::support::Harness;
use crate::support::oauth::{CALLBACK, CHALLENGE, Hosted, after};
use crate::support::signing::beside;

/// The error and the description that a page shows.
async fn page(h: &Hosted, query: &str) -> (String, String) {
    match h.read(query).await {
        Outcome::Page(Refusal {
            code, description, ..
        }) => (code.as_str().to_owned(), description.unwrap_or_default()),
        other => panic!("not for a page: {other:?}"),
    }
}

fn shown(code: &str, description: &str) -> (String, String) {
    (code.to_owned(), description.to_owned())
}

#[tokio::test]
async fn without_a_known_client_and_address_nobody_is_sent_anywhere() {
    let h = Hosted::new(json!({})).await;
    let missing = |name: &str| {
        shown(
            "invalid_request",
            &format!("Required String parameter '{name}' is not present"),
        )
    };
    assert_eq!(
        page(&h, &h.query(json!({"client_id": null}))).await,
        missing("client_id")
    );
    assert_eq!(
        page(&h, &h.query(json!({"redirect_uri": null}))).await,
        missing("redirect_uri")
    );
    let unknown = h.query(json!({"client_id": "1example23456789"}));
    assert_eq!(
        page(&h, &unknown).await,
        shown("invalid_request", "Client does not exist.")
    );
    // A client of another pool is no client of this domain.
    let elsewhere = h.w.h.pool(json!({})).await;
    let stranger = h.w.h.client(&elsewhere, json!({})).await;
    assert_eq!(
        page(&h, &h.query(json!({"client_id": stranger}))).await.1,
        "Client does not exist."
    );
    let plain = beside(&h.w, json!({})).await;
    assert_eq!(
        page(&h, &h.query(json!({"client_id": plain.client})))
            .await
            .0,
        "unauthorized_client"
    );
}

#[tokio::test]
async fn s1_an_address_that_differs_in_a_byte_gets_no_redirect() {
    let callbacks = json!({"CallbackURLs": [CALLBACK, "http://127.0.0.1:3000/cb"]});
    let h = Hosted::new(callbacks).await;
    for uri in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x=1",
        "https://app.example:443/cb",
        "https://app.example/cb#",
        "https://app.example/c",
        "http://127.0.0.1:3001/cb",
        "https://evil.example/cb",
        "javascript:alert(1)",
    ] {
        let refused = page(&h, &h.query(json!({"redirect_uri": uri}))).await;
        let expected = "An error was encountered with the requested page.";
        assert_eq!(refused, shown("redirect_mismatch", expected), "{uri}");
    }
    h.good(json!({"redirect_uri": "http://127.0.0.1:3000/cb"}))
        .await;
}

#[tokio::test]
async fn a_client_without_callbacks_accepts_no_address() {
    // Only a machine's client can be without.
    let settings = json!({
        "CallbackURLs": [], "LogoutURLs": [], "GenerateSecret": true,
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["openid"],
    });
    let h = Hosted::new(settings).await;
    assert_eq!(page(&h, &h.query(json!({}))).await.0, "redirect_mismatch");
}

#[tokio::test]
async fn the_default_address_stands_in_where_there_is_one_provider() {
    let h = Hosted::new(json!({"DefaultRedirectURI": CALLBACK})).await;
    let location = h.location(json!({"redirect_uri": null})).await;
    assert!(
        location.starts_with(&format!("{CALLBACK}?code=")),
        "{location}"
    );
}

/// Asserts what the application is told of each request, and that it can tell whose answer it is.
async fn assert_told(h: &Hosted, cases: &[(Value, &str)]) {
    for (more, error) in cases {
        let told = h.told(more.clone()).await;
        assert_eq!(told.get("error"), Some(*error), "{more}");
        assert_eq!(told.get("state"), Some("s"));
        let issuer = format!("http://localhost:9229/{}", h.w.pool);
        assert_eq!(told.get("iss"), Some(issuer.as_str()));
    }
}

#[tokio::test]
async fn s20_s41_every_answer_goes_to_the_application_with_the_state_and_the_issuer() {
    let h = Hosted::new(json!({"CallbackURLs": [CALLBACK, "https://app.example/cb?x=1"]})).await;
    let cases = [
        (json!({"response_type": null}), "invalid_request"),
        (json!({"response_type": "id_token"}), "invalid_request"),
        (json!({"response_type": "code token"}), "invalid_request"),
        (json!({"scope": "openid nowhere/read"}), "invalid_scope"),
        (json!({"scope": "openid\u{e9}"}), "invalid_scope"),
        (json!({"scope": "  "}), "invalid_scope"),
        (json!({"scope": "email"}), "invalid_scope"),
        (json!({"max_age": "-1"}), "invalid_request"),
        (json!({"max_age": "soon"}), "invalid_request"),
        (json!({"nonce": "x".repeat(2049)}), "invalid_request"),
    ];
    assert_told(&h, &cases).await;
    // An address keeps its own query.
    let query = h.query(json!({"redirect_uri": "https://app.example/cb?x=1", "scope": "x"}));
    let Outcome::Redirect(location) = h.read(&query).await else {
        panic!("the application is told")
    };
    assert!(location.starts_with("https://app.example/cb?x=1&error_description="));
    let good = after(&h.location(json!({})).await, '?');
    let issuer = format!("http://localhost:9229/{}", h.w.pool);
    assert_eq!(
        (good.get("state"), good.get("iss")),
        (Some("s"), Some(issuer.as_str()))
    );
}

#[tokio::test]
async fn s10_s11_a_challenge_is_of_s256_and_of_43_characters() {
    let h = Hosted::new(json!({})).await;
    let method = "code_challenge_method";
    let bad = |challenge: &str| json!({"code_challenge": challenge, method: "S256"});
    let cases = [
        // None is taken for a plain one.
        (json!({"code_challenge": CHALLENGE}), "invalid_request"),
        (
            json!({"code_challenge": CHALLENGE, method: "plain"}),
            "invalid_request",
        ),
        (json!({method: "S256"}), "invalid_request"),
        (bad("short"), "invalid_request"),
        (bad(&CHALLENGE.replace('-', "+")), "invalid_request"),
        (bad(&format!("{CHALLENGE}=")), "invalid_request"),
    ];
    assert_told(&h, &cases).await;
}

#[tokio::test]
async fn s12_a_flow_is_off_unless_the_client_has_it() {
    for (flow, other) in [("code", "token"), ("implicit", "code")] {
        let h = Hosted::new(json!({"AllowedOAuthFlows": [flow]})).await;
        let asked = json!({"response_type": other});
        assert_told(&h, &[(asked, "unauthorized_client")]).await;
    }
}

#[tokio::test]
async fn s34_a_bad_resource_is_an_invalid_target() {
    let h = Hosted::new(json!({})).await;
    for resource in [
        "api",
        "http://api.example",
        "http://localhost.evil.example",
        "https://api.example/#x",
    ] {
        assert_told(&h, &[(json!({"resource": resource}), "invalid_target")]).await;
    }
}

#[tokio::test]
async fn s36_prompt_none_stands_alone() {
    let h = Hosted::new(json!({})).await;
    assert_told(&h, &[(json!({"prompt": "none login"}), "invalid_request")]).await;
}

#[tokio::test]
async fn s44_requests_by_object_or_address_are_not_supported() {
    let h = Hosted::new(json!({})).await;
    let cases = [
        (json!({"request": "x"}), "request_not_supported"),
        (
            json!({"request_uri": "https://app.example/r"}),
            "request_uri_not_supported",
        ),
    ];
    assert_told(&h, &cases).await;
}

#[tokio::test]
async fn s56_a_repeated_parameter_is_refused() {
    let h = Hosted::new(json!({})).await;
    for (twice, name) in [
        ("client_id=x", "client_id"),
        ("redirect_uri=x", "redirect_uri"),
    ] {
        let query = format!("{}&{twice}", h.query(json!({})));
        let text = format!("The parameter '{name}' is repeated");
        assert_eq!(page(&h, &query).await, shown("invalid_request", &text));
    }
    let query = format!("{}&scope=a&scope=b", h.query(json!({})));
    let Outcome::Redirect(location) = h.read(&query).await else {
        panic!("the application is told")
    };
    assert_eq!(after(&location, '?').get("error"), Some("invalid_request"));
    let many = "x=&".repeat(101);
    assert!(Params::parse(many.as_bytes()).is_err());
}

#[tokio::test]
async fn the_state_comes_back_encoded_once() {
    let h = Hosted::new(json!({})).await;
    let state = "{\"to\":\"/a b?c=d&e+f%20\"}";
    let location = h.location(json!({"state": state})).await;
    assert_eq!(after(&location, '?').get("state"), Some(state));
    let none = h.location(json!({"state": null})).await;
    assert_eq!(after(&none, '?').get("state"), None);
    // Nor does it break out of the header.
    let split = h.location(json!({"state": "a\r\nSet-Cookie: x=1"})).await;
    assert!(!split.contains(['\r', '\n', ' ']), "{split}");
}

#[tokio::test]
async fn s60_what_nobody_knows_is_no_error() {
    let h = Hosted::new(json!({})).await;
    h.good(json!({
        "display": "popup", "ui_locales": "fr", "claims_locales": "fr", "acr_values": "urn:x urn:y",
        "claims": "{}", "unknown": "1", "prompt": "consent select_account", "lang": "de",
        "login_hint": "ada", "id_token_hint": "x", "identity_provider": "COGNITO",
    }))
    .await;
}

#[tokio::test]
async fn another_login_option_is_shown_as_not_available() {
    let h = Hosted::new(json!({})).await;
    let told = shown(
        "invalid_request",
        "Login option is not available. Please try another one",
    );
    for provider in ["Google", "nobody"] {
        let query = h.query(json!({"identity_provider": provider}));
        assert_eq!(page(&h, &query).await, told);
    }
    // Without a page, where that is asked for.
    let quiet = json!({"identity_provider": "Google", "prompt": "none"});
    assert_eq!(h.told(quiet).await.get("error"), Some("login_required"));
    // A client that has no provider at all signs nobody in.
    let bare = json!({"SupportedIdentityProviders": []});
    let h = Hosted::new(bare).await;
    assert_eq!(page(&h, &h.query(json!({}))).await, told);
}

#[tokio::test]
async fn the_classic_pages_know_no_prompt_but_none() {
    for (version, login) in [(1, Prompt::Any), (2, Prompt::Login)] {
        let h = Hosted::on(Harness::new().await, json!({}), json!({}), version).await;
        assert_eq!(
            h.good(json!({"prompt": "login consent"})).await.prompt,
            login
        );
        assert_eq!(h.good(json!({"prompt": "none"})).await.prompt, Prompt::None);
        assert_eq!(h.good(json!({})).await.prompt, Prompt::Any);
    }
}

#[tokio::test]
async fn a_domain_is_found_by_its_names_and_by_no_other() {
    use cenote_idp::oauth::Domain;
    let h = Hosted::new(json!({})).await;
    let service = &h.w.h.service;
    for host in [
        "app.auth.localhost",
        "APP.auth.localhost:9229",
        "app.auth.us-east-1.amazoncognito.com",
        "app.auth-fips.us-east-1.amazoncognito.com",
        "app.auth.example.com",
    ] {
        let domain = Domain::of_host(service, host).await.expect("no failure");
        let domain = domain.expect(host);
        assert_eq!(domain.pool_id(), h.w.pool);
        assert_eq!(domain.base, "http://app.auth.localhost:9229");
        assert_eq!(domain.path_prefix, "");
    }
    for host in [
        "localhost",
        "app",
        "app.localhost",
        "other.auth.localhost",
        "app.auth.eu-west-1.localhost",
        "",
    ] {
        let domain = Domain::of_host(service, host).await.expect("no failure");
        assert!(domain.is_none(), "{host}");
    }
    let domain = Domain::of_path(service, "app").await.expect("no failure");
    let domain = domain.expect("a domain");
    assert_eq!(domain.base, "http://localhost:9229/_domain/app");
    assert_eq!(domain.path_prefix, "/_domain/app");
    // One that was deleted is gone at once.
    let gone =
        h.w.admin("DeleteUserPoolDomain", json!({"Domain": "app"}))
            .await;
    gone.expect("a deletion");
    let domain = Domain::of_host(service, "app.auth.localhost").await;
    assert!(domain.expect("no failure").is_none());
}

#[tokio::test]
async fn prefixes_have_names_where_the_configuration_gives_them_some() {
    use cenote_idp::oauth::Domain;
    for (prefix_host, answered, base) in [
        (
            Some("auth.example.com"),
            Some("App.auth.example.com:443"),
            "https://app.auth.example.com",
        ),
        (None, None, "https://id.example.com/_domain/app"),
    ] {
        let h = Harness::adjusted(|parts| {
            parts.config.public_url = "https://id.example.com".to_owned();
            parts.config.prefix_host = prefix_host.map(str::to_owned);
        });
        let pool = h.pool(json!({})).await;
        let input = json!({"UserPoolId": pool, "Domain": "app"});
        h.ok("CreateUserPoolDomain", input).await;
        let service = &h.service;
        for host in [
            "App.auth.example.com:443",
            "app.auth.localhost",
            "app.auth.us-east-1.amazoncognito.com",
            "app.auth.elsewhere.example",
            "other.app.auth.example.com",
            "auth.example.com",
            "xauth.example.com",
        ] {
            let domain = Domain::of_host(service, host).await.expect("no failure");
            let found = domain.map(|domain| domain.base);
            let expected = (answered == Some(host)).then(|| base.to_owned());
            assert_eq!(found, expected, "{host}");
        }
        // The path is there in either case, and stays what the request came by.
        let domain = Domain::of_path(service, "app").await.expect("no failure");
        let domain = domain.expect("a domain");
        assert_eq!(domain.base, "https://id.example.com/_domain/app");
        let document = discovery::openid_configuration(service, &pool).await;
        assert_eq!(
            document.expect("a document")["token_endpoint"],
            format!("{base}/oauth2/token")
        );
    }
}

#[tokio::test]
async fn a_custom_domain_is_found_by_its_whole_name() {
    use cenote_idp::oauth::Domain;
    let h = Hosted::new(json!({})).await;
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/abc";
    let input =
        json!({"Domain": "login.auth.example.com", "CustomDomainConfig": {"CertificateArn": arn}});
    h.w.admin("CreateUserPoolDomain", input)
        .await
        .expect("a domain");
    let service = &h.w.h.service;
    let domain = Domain::of_host(service, "Login.Auth.Example.com:443").await;
    let domain = domain.expect("no failure").expect("a domain");
    assert_eq!(domain.base, "http://login.auth.example.com:9229");
    let domain = Domain::of_path(service, "login.auth.example.com").await;
    let domain = domain.expect("no failure").expect("a domain");
    assert_eq!(domain.path_prefix, "/_domain/login.auth.example.com");
    assert_eq!(domain.pool_id(), h.w.pool);
    assert_eq!(domain.version, 1);
}
