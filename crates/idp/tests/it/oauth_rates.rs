//! What requests at the endpoints count as.

use cenote_idp::oauth::{self, OAuthCode, register};
use serde_json::json;

use crate::support::Harness;
use crate::support::oauth::{CALLBACK, Hosted, error};

#[tokio::test]
async fn s30_guesses_at_the_token_endpoint_have_the_rate_of_their_grant() {
    let h = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    for (grant, rate) in [
        (json!({"grant_type": "client_credentials"}), 150),
        // An answer to a challenge has three times the rate first.
        (
            json!({"grant_type": "authorization_code", "code": "x"}),
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
