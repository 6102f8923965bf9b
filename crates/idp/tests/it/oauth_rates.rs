//! What requests at the endpoints count as.

use cenote_idp::oauth::{self, OAuthCode, register};
use cenote_idp::{confirm_by_link, discovery};
use serde_json::json;

use crate::support::Harness;
use crate::support::oauth::{CALLBACK, Hosted, error};

#[tokio::test]
async fn s30_guesses_at_the_token_endpoint_have_the_rate_of_their_grant() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    // Whoever guesses names no client that there is, which would have a rate of its own.
    for (grant, rate) in [
        (
            json!({"grant_type": "client_credentials", "client_id": "nobody"}),
            150,
        ),
        // An answer to a challenge has three times the rate first.
        (
            json!({"grant_type": "authorization_code", "client_id": "nobody"}),
            360,
        ),
    ] {
        for _ in 0..rate {
            let told = error(h.token(grant.clone()).await);
            assert_ne!(told, "temporarily_unavailable", "{grant}");
        }
        let mut told = "";
        for _ in 0..=rate {
            told = error(h.token(grant.clone()).await);
            if told == "temporarily_unavailable" {
                break;
            }
        }
        assert_eq!(told, "temporarily_unavailable", "{grant}");
    }
}

#[tokio::test]
async fn s30_silent_sign_ins_count_as_sign_ins() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    let authorization = h.good(json!({})).await;
    let signed_in = h.sign_in(&authorization, "ada").await;
    h.w.h.clock.advance(1_000);
    let again = || async { oauth::complete_silently(&h.cx(), &authorization, &signed_in).await };
    for _ in 0..120 {
        again().await.expect("within the rate");
    }
    let refusal = oauth::Refusal::from(again().await.expect_err("too many"));
    assert_eq!(refusal.code, OAuthCode::TemporarilyUnavailable);
}

#[tokio::test]
async fn s50_registration_has_the_rate_of_new_clients() {
    let open = json!({"DcrConfiguration": {"OpenDcrEnabled": true}});
    let h = Hosted::on(Harness::counting().await, open, json!({}), 1).await;
    h.w.h.clock.advance(1_000);
    let body = json!({"redirect_uris": [CALLBACK]}).to_string();
    let mut made = 0;
    let refusal = loop {
        match register(&h.cx(), &h.domain, None, body.as_bytes()).await {
            Ok(_) => made += 1,
            Err(refusal) => break refusal,
        }
        assert!(made <= 15, "nobody counts");
    };
    assert_eq!(refusal.code, OAuthCode::TemporarilyUnavailable);
}

#[tokio::test]
async fn links_that_confirm_have_the_rate_of_new_users() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    h.w.h.clock.advance(1_000);
    let guess = || async { confirm_by_link(&h.cx(), &h.w.client, "nobody", "1").await };
    for _ in 0..50 {
        let refused = guess().await.expect_err("a wrong code").to_string();
        assert!(!refused.contains("Rate exceeded"), "{refused}");
    }
    let refused = guess().await.expect_err("too many");
    assert_eq!(
        refused.to_string(),
        "TooManyRequestsException: Rate exceeded"
    );
}

#[tokio::test]
async fn a_domain_and_each_address_that_calls_it_have_a_rate() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    let from = |ip: &str| {
        let mut cx = h.cx();
        cx.peer = h.w.h.from(ip, "test").peer;
        cx
    };
    let (one, other) = (from("192.0.2.1"), from("192.0.2.2"));
    for _ in 0..300 {
        h.domain.admit(&one).expect("within the rate");
    }
    let refusal = h.domain.admit(&one).expect_err("too many");
    assert_eq!(refusal.code, OAuthCode::TemporarilyUnavailable);
    for _ in 0..200 {
        h.domain.admit(&other).expect("within the rate");
    }
    // However the domain is reached.
    let path = oauth::Domain::of_path(&h.w.h.service, "app").await;
    let path = path.expect("no failure").expect("a domain");
    for domain in [&h.domain, &path] {
        domain
            .admit(&other)
            .expect_err("the domain has had its share");
    }
    h.w.h.clock.advance(1_000);
    h.domain.admit(&one).expect("within the rate");

    let counts_nothing = Hosted::new(json!({})).await;
    for _ in 0..600 {
        counts_nothing
            .domain
            .admit(&counts_nothing.cx())
            .expect("no rate");
    }
}

#[tokio::test]
async fn a_client_has_a_rate_at_the_endpoints_and_pages() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    let query = h.query(json!({}));
    for _ in 0..300 {
        h.read(&query).await;
    }
    let params = oauth::Params::parse(query.as_bytes()).expect("a query");
    let refused = oauth::Authorization::read(&h.cx(), &h.domain, &params).await;
    assert_eq!(
        refused.expect_err("too many").to_string(),
        "TooManyRequestsException: Rate exceeded"
    );
    let token = json!({"grant_type": "authorization_code", "code": "x"});
    assert_eq!(error(h.token(token).await), "temporarily_unavailable");
    h.w.h.clock.advance(4);
    h.good(json!({})).await;
}

#[tokio::test]
async fn the_public_keys_have_a_rate() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    let read = || discovery::jwks(&h.w.h.service, &h.w.pool);
    for _ in 0..50_000 {
        read().await.expect("within the rate");
    }
    assert_eq!(
        read().await.expect_err("too many").to_string(),
        "TooManyRequestsException: Rate exceeded"
    );
}
