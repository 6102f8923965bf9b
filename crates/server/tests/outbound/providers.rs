//! Calls of identity providers: within bounds of time and size, and to whom the configuration allows.

use std::time::Duration;

use cenote_idp::ports::{Upstream, UpstreamAnswer, UpstreamError, UpstreamRequest};
use cenote_server::config::{Posture, Settings};
use cenote_server::outbound::{Http, Providers};

use super::fake::{Fake, Say, settings};

fn get(url: &str) -> UpstreamRequest {
    UpstreamRequest {
        url: url.to_owned(),
        ..UpstreamRequest::default()
    }
}

#[tokio::test]
async fn a_provider_is_asked_with_a_form_or_a_token() {
    let fake = Fake::new([Say(418, &[], "no".to_owned()), Say::ok("{}")]).await;
    let providers = Providers::new(&settings(), &Http::default());
    let asked = UpstreamRequest {
        form: Some("code=c".to_owned()),
        ..get(&format!("{}/token", fake.url))
    };
    let answer = providers.send(asked).await;
    let refused = UpstreamAnswer {
        status: 418,
        body: b"no".to_vec(),
    };
    assert_eq!(answer, Ok(refused));
    let asked = UpstreamRequest {
        bearer: Some("t".to_owned()),
        ..get(&format!("{}/userinfo?a=b", fake.url))
    };
    assert_eq!(providers.send(asked).await.map(|it| it.status), Ok(200));
    let seen = fake.seen();
    assert_eq!(
        (seen[0].path.as_str(), seen[0].body.as_str()),
        ("/token", "code=c")
    );
    assert_eq!(
        seen[0].header("content-type"),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(seen[1].path, "/userinfo?a=b");
    assert_eq!(seen[1].header("authorization"), "Bearer t");
}

#[tokio::test]
async fn slow_and_endless_providers_are_given_up() {
    let long = "x".repeat(1024 * 1024 + 1);
    let fake = Fake::new([Say::ok(&long)]).await;
    let providers = Providers::new(&settings(), &Http::default());
    let providers = providers.with_patience(Duration::from_millis(200));
    assert_eq!(
        providers.send(get(&fake.url)).await,
        Err(UpstreamError::TooLong)
    );
    // Beyond its script it does not answer; others are answered meanwhile.
    let other = Fake::new([Say::ok("{}")]).await;
    let (slow, quick) = tokio::join!(providers.send(get(&fake.url)), async {
        providers.send(get(&other.url)).await
    });
    assert_eq!(slow, Err(UpstreamError::TimedOut));
    assert_eq!(quick.map(|it| it.status), Ok(200));
    let gone = providers.send(get("http://127.0.0.1:9")).await;
    assert_eq!(gone, Err(UpstreamError::Broken));
}

#[tokio::test]
async fn a_server_in_service_calls_no_private_address() {
    let fake = Fake::new([Say::ok("{}")]).await;
    let serving = Settings {
        posture: Posture::Serve,
        ..settings()
    };
    let providers = Providers::new(&serving, &Http::default());
    for url in [
        fake.url.as_str(),
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://idp.example.com:8443/",
        "ftp://idp.example.com/",
        "no address",
    ] {
        let refused = providers.send(get(url)).await;
        assert!(matches!(refused, Err(UpstreamError::Forbidden(_))), "{url}");
    }
    // A name may not lead there either.
    let refused = providers.send(get("https://localhost/x")).await;
    assert_eq!(refused, Err(UpstreamError::Broken));
    assert!(fake.seen().is_empty());
    let allowed = Settings {
        provider_origins: vec![fake.url.clone()],
        ..serving
    };
    let providers = Providers::new(&allowed, &Http::default());
    assert_eq!(
        providers.send(get(&fake.url)).await.map(|it| it.status),
        Ok(200)
    );
}

#[tokio::test]
async fn names_below_localhost_are_this_machine_s() {
    let fake = Fake::new([Say::ok("{}")]).await;
    let providers = Providers::new(&settings(), &Http::default());
    let url = fake.url.replace("127.0.0.1", "up.auth.localhost");
    assert_eq!(providers.send(get(&url)).await.map(|it| it.status), Ok(200));
}
