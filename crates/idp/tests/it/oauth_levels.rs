//! `acr_values`: authentication levels that an application asks for.

use cenote_idp::oauth::{self, Authorization, Cookie, Progress};
use serde_json::{Value, json};

use crate::support::Harness;
use crate::support::mfa::{STEP_MS, register, set_mfa};
use crate::support::oauth::{Hosted, after};
use crate::support::signing::verified;
use crate::support::world::PASSWORD;

const WISH: &str = "urn:example:x urn:cognito:loa:4 urn:cognito:loa:1";

async fn reused(h: &Hosted, authorization: &Authorization, cookie: &Cookie) -> bool {
    let found = Cookie::reuse(&h.cx(), authorization, &cookie.value).await;
    found.expect("no failure").is_some()
}

#[tokio::test]
async fn the_first_level_within_reach_counts() {
    let h = Hosted::new(json!({})).await;
    set_mfa(&h.w, "OPTIONAL", &["TOTP"]).await;
    let h = h.again().await;
    let request = h.good(json!({"acr_values": WISH})).await;
    // Without an authenticator app that is the password.
    let (_, cookie) = h.cookie(&request).await;
    assert!(reused(&h, &request, &cookie).await);
    let token = h.w.token("ada").await;
    let app = register(&h.w, &token).await;
    h.w.h.clock.advance(STEP_MS);
    // With one, a session by password is not enough any more, unless nothing is asked for.
    assert!(!reused(&h, &request, &cookie).await);
    assert!(reused(&h, &h.good(json!({})).await, &cookie).await);
    let asked = oauth::with_password(&h.cx(), &request, "ada", PASSWORD).await;
    let Ok(Progress::Asked {
        challenge, session, ..
    }) = asked
    else {
        panic!("a question")
    };
    assert_eq!(challenge.as_str(), "SOFTWARE_TOKEN_MFA");
    let code = app.code(&h.w);
    let answers = [("USERNAME", "ada"), ("SOFTWARE_TOKEN_MFA_CODE", &code)];
    let done = oauth::answer(&h.cx(), &request, challenge, &session, &answers).await;
    let Ok(Progress::Done(mut signed_in)) = done else {
        panic!("a sign-in")
    };
    let cookie = Cookie::begin(&h.cx(), &request, &mut signed_in)
        .await
        .expect("a cookie");
    assert!(reused(&h, &request, &cookie).await);
    let location = oauth::complete(&h.cx(), &request, &signed_in)
        .await
        .expect("a location");
    let code = after(&location, '?').get("code").map(str::to_owned);
    let tokens = h
        .redeem(&code.expect("a code"), json!({}))
        .await
        .expect("tokens");
    let id = verified(&h.w, &tokens["id_token"]).await.claims;
    let told = json!(["urn:cognito:loa:4", ["pwd", "otp", "mfa"]]);
    assert_eq!(json!([id["acr"], id["amr"]]), told);
    let next = h
        .refresh(&tokens["refresh_token"], json!({}))
        .await
        .expect("tokens");
    let id = verified(&h.w, &next["id_token"]).await.claims;
    assert_eq!(json!([id["acr"], id["amr"]]), told);
}

#[tokio::test]
async fn the_tier_lite_knows_no_levels_and_says_nothing_of_it() {
    let lite: Value = json!({"UserPoolTier": "LITE"});
    let h = Hosted::on(Harness::new().await, lite, json!({}), 1).await;
    let request = h.good(json!({"acr_values": "urn:cognito:loa:4"})).await;
    h.sign_in(&request, "ada").await;
}
