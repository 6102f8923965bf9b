//! Signing in with an authenticator app.

use crate::support::mfa::{
    App, STEP_MS, asked, associate, prefer, register, set_mfa, tokens_off, used_token_code, verify,
    world, wrong_token_code,
};
use crate::support::signing::{not_authorized, result};
use crate::support::world::{World, wrong};
use crate::support::{refusal, with};
use serde_json::json;

/// A pool with software tokens, and a user who prefers hers.
async fn ada() -> (World, App) {
    let w = world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let app = register(&w, &token).await;
    prefer(&w, "ada", &["TOTP*"]).await;
    (w, app)
}

#[tokio::test]
async fn each_code_signs_in_once() {
    let (w, app) = ada().await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.name, "SOFTWARE_TOKEN_MFA");
    assert_eq!(it.parameters, json!({"USER_ID_FOR_SRP": "ada"}));
    let code = app.code(&w);
    assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_token_code());
    result(it.code(&w, "ada", &code).await);
    let used = not_authorized("Invalid session for the user, session can only be used once.");
    assert_eq!(it.code(&w, "ada", &app.code_at(&w, 1)).await, used);

    let it = asked(&w, "ada").await;
    assert_eq!(it.code(&w, "ada", &code).await, used_token_code());
    w.h.clock.advance(STEP_MS);
    assert_eq!(it.code(&w, "ada", &code).await, used_token_code());
    result(it.code(&w, "ada", &app.code(&w)).await);
    w.h.clock.advance(STEP_MS);
    let it = asked(&w, "ada").await;
    assert_eq!(it.code(&w, "ada", &code).await, wrong_token_code());
}

#[tokio::test]
async fn the_code_of_the_registration_does_not_sign_in() {
    let w = world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let app = associate(&w, &token).await;
    let code = app.code(&w);
    verify(&w, &token, &code).await.expect("a software token");
    prefer(&w, "ada", &["TOTP"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.code(&w, "ada", &code).await, used_token_code());
    result(it.code(&w, "ada", &app.code_at(&w, 1)).await);
}

#[tokio::test]
async fn clocks_may_be_half_a_minute_off() {
    let (w, app) = ada().await;
    // The code of the registration is over.
    w.h.clock.advance(STEP_MS);
    let it = asked(&w, "ada").await;
    for steps in [-2, 2] {
        let code = app.code_at(&w, steps);
        assert_eq!(it.code(&w, "ada", &code).await, wrong_token_code());
    }
    result(it.code(&w, "ada", &app.code_at(&w, -1)).await);
    let it = asked(&w, "ada").await;
    result(it.code(&w, "ada", &app.code_at(&w, 1)).await);
}

#[tokio::test]
async fn five_wrong_codes_lock_every_sign_in() {
    let (w, app) = ada().await;
    let it = asked(&w, "ada").await;
    let other = asked(&w, "ada").await;
    for _ in 0..5 {
        let code = wrong(&app.code(&w));
        assert_eq!(it.code(&w, "ada", &code).await, wrong_token_code());
    }
    let locked = not_authorized("Password attempts exceeded");
    assert_eq!(it.code(&w, "ada", &app.code(&w)).await, locked);
    assert_eq!(other.code(&w, "ada", &app.code(&w)).await, locked);
    let fresh = asked(&w, "ada").await;
    assert_eq!(fresh.code(&w, "ada", &app.code(&w)).await, locked);
    w.h.clock.advance(1000);
    result(fresh.code(&w, "ada", &app.code(&w)).await);
}

#[tokio::test]
async fn the_name_of_the_device_is_shown() {
    let w = world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let app = associate(&w, &token).await;
    let input = json!({"UserCode": app.code(&w), "FriendlyDeviceName": "My phone"});
    w.with(&token, "VerifySoftwareToken", input)
        .await
        .expect("a software token");
    prefer(&w, "ada", &["TOTP"]).await;
    let expected = json!({"USER_ID_FOR_SRP": "ada", "FRIENDLY_DEVICE_NAME": "My phone"});
    assert_eq!(asked(&w, "ada").await.parameters, expected);
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one_when_it_is_verified() {
    let (w, old) = ada().await;
    let it = asked(&w, "ada").await;
    let tokens = result(it.code(&w, "ada", &old.code(&w)).await);
    let token = tokens["AccessToken"].as_str().expect("a token");
    let new = associate(&w, token).await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.code(&w, "ada", &new.code(&w)).await, wrong_token_code());
    result(it.code(&w, "ada", &old.code_at(&w, 1)).await);
    verify(&w, token, &new.code(&w)).await.expect("a new token");
    w.h.clock.advance(2 * STEP_MS);
    let it = asked(&w, "ada").await;
    assert_eq!(it.code(&w, "ada", &old.code(&w)).await, wrong_token_code());
    result(it.code(&w, "ada", &new.code(&w)).await);
}

#[tokio::test]
async fn a_registered_token_stays_good_when_the_pool_offers_no_more() {
    let w = world("OPTIONAL", &["TOTP", "SMS"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let app = register(&w, &token).await;
    prefer(&w, "ada", &["TOTP"]).await;
    set_mfa(&w, "OPTIONAL", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    result(it.code(&w, "ada", &app.code(&w)).await);
}

#[tokio::test]
async fn a_token_that_was_deleted_meanwhile_is_not_found() {
    let (w, app) = ada().await;
    let it = asked(&w, "ada").await;
    w.admin("AdminDeleteSoftwareToken", json!({"Username": "ada"}))
        .await
        .expect("no token");
    assert_eq!(it.code(&w, "ada", &app.code(&w)).await, tokens_off());
    result(w.sign_in("ada", crate::support::world::PASSWORD).await);
}

#[tokio::test]
async fn of_two_sessions_with_one_code_one_wins() {
    let (w, app) = ada().await;
    let (one, other) = (asked(&w, "ada").await, asked(&w, "ada").await);
    let code = app.code(&w);
    let answers = tokio::join!(one.code(&w, "ada", &code), other.code(&w, "ada", &code));
    let (won, lost) = if answers.0.is_ok() {
        answers
    } else {
        (answers.1, answers.0)
    };
    result(won);
    assert_eq!(lost, used_token_code());
}

#[tokio::test]
async fn an_answer_without_a_code_or_a_user_says_so() {
    let (w, app) = ada().await;
    let it = asked(&w, "ada").await;
    let missing = |name: &str| {
        refusal(
            "InvalidParameterException",
            &format!("Missing required parameter {name}"),
        )
    };
    let answer = it
        .answer(&w, "ada", json!({"SMS_MFA_CODE": "123456"}))
        .await;
    assert_eq!(answer, missing("SOFTWARE_TOKEN_MFA_CODE"));
    let answers = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(&w)});
    let input = json!({
        "ChallengeName": it.name, "Session": it.session, "ChallengeResponses": answers,
    });
    let answer = w.public("RespondToAuthChallenge", input.clone()).await;
    assert_eq!(answer, missing("USERNAME"));
    let named = json!({"ChallengeResponses": with(json!({"USERNAME": "ada"}), answers)});
    let mut input = with(input, named);
    input.as_object_mut().expect("an object").remove("Session");
    let answer = w.public("RespondToAuthChallenge", input).await;
    assert_eq!(answer, missing("Session"));
}
