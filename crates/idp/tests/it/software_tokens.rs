//! Registering authenticator apps with an access token, and forgetting them.

use crate::support::mfa::{
    CONTACTS, STEP_MS, associate, not_verified, prefer, register, set_mfa, settings, tokens_off,
    verify, world,
};
use crate::support::signing::{invalid, no_such_user, not_authorized};
use crate::support::world::{World, wrong};
use crate::support::{refusal, with};
use serde_json::json;

/// A pool with software tokens, and a user of it with his access token.
async fn ada() -> (World, String) {
    let w = world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    (w, token)
}

#[tokio::test]
async fn a_verified_token_is_there_and_turns_nothing_on() {
    let (w, token) = ada().await;
    register(&w, &token).await;
    assert_eq!(settings(&w, "ada").await, (None, None));
    let factors = w.with(&token, "GetUserAuthFactors", json!({})).await;
    let expected =
        json!({"Username": "ada", "ConfiguredUserAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"]});
    assert_eq!(factors, Ok(expected));
}

#[tokio::test]
async fn clocks_may_be_half_a_minute_off() {
    for (steps, expected) in [
        (-2, not_verified()),
        (-1, Ok(json!({"Status": "SUCCESS"}))),
        (1, Ok(json!({"Status": "SUCCESS"}))),
        (2, not_verified()),
    ] {
        let (w, token) = ada().await;
        let app = associate(&w, &token).await;
        let answer = verify(&w, &token, &app.code_at(&w, steps)).await;
        assert_eq!(answer, expected, "{steps} steps off");
    }
}

#[tokio::test]
async fn each_association_replaces_the_secret_before_it() {
    let (w, token) = ada().await;
    let first = associate(&w, &token).await;
    let second = associate(&w, &token).await;
    assert_eq!(verify(&w, &token, &first.code(&w)).await, not_verified());
    assert_eq!(
        verify(&w, &token, &second.code(&w)).await,
        Ok(json!({"Status": "SUCCESS"}))
    );
}

#[tokio::test]
async fn what_was_never_associated_cannot_be_verified() {
    let (w, token) = ada().await;
    let not_set_up = invalid("User has not set up software token mfa");
    assert_eq!(verify(&w, &token, "123456").await, not_set_up);
    let app = register(&w, &token).await;
    assert_eq!(verify(&w, &token, &app.code(&w)).await, not_set_up);
}

#[tokio::test]
async fn five_wrong_codes_lock_the_registration() {
    let (w, token) = ada().await;
    let app = associate(&w, &token).await;
    for _ in 0..5 {
        let code = wrong(&app.code(&w));
        assert_eq!(verify(&w, &token, &code).await, not_verified());
    }
    let locked = not_authorized("Password attempts exceeded");
    assert_eq!(verify(&w, &token, &app.code(&w)).await, locked);
    w.h.clock.advance(1000);
    assert_eq!(
        verify(&w, &token, &app.code(&w)).await,
        Ok(json!({"Status": "SUCCESS"}))
    );
}

#[tokio::test]
async fn a_pool_without_software_tokens_registers_none() {
    let w = world("OPTIONAL", &["SMS"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let answer = w.with(&token, "AssociateSoftwareToken", json!({})).await;
    assert_eq!(answer, tokens_off());
    assert_eq!(verify(&w, &token, "123456").await, tokens_off());

    set_mfa(&w, "OPTIONAL", &["TOTP"]).await;
    let app = associate(&w, &token).await;
    set_mfa(&w, "OPTIONAL", &["SMS"]).await;
    assert_eq!(verify(&w, &token, &app.code(&w)).await, tokens_off());
}

#[tokio::test]
async fn either_an_access_token_or_a_session_proves_who_asks() {
    let (w, token) = ada().await;
    let message = "Exactly one of AccessToken and Session must be given.";
    let both = json!({"AccessToken": token, "Session": "x".repeat(40)});
    for proof in [json!({}), both] {
        let answer = w.h.call("AssociateSoftwareToken", proof.clone()).await;
        assert_eq!(answer, invalid(message));
        let input = with(json!({"UserCode": "123456"}), proof);
        assert_eq!(
            w.h.call("VerifySoftwareToken", input).await,
            invalid(message)
        );
    }
    let other = json!({"Session": "x".repeat(40)});
    let no_session = not_authorized("Invalid session for the user.");
    let answer = w.h.call("AssociateSoftwareToken", other.clone()).await;
    assert_eq!(answer, no_session);
    let input = with(json!({"UserCode": "123456"}), other);
    assert_eq!(w.h.call("VerifySoftwareToken", input).await, no_session);
}

#[tokio::test]
async fn a_dead_access_token_registers_nothing() {
    let (w, token) = ada().await;
    let associate = async || w.with(&token, "AssociateSoftwareToken", json!({})).await;
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("a disabled user");
    let revoked = not_authorized("Access Token has been revoked");
    assert_eq!(associate().await, revoked);
    w.admin("AdminDeleteUser", json!({"Username": "ada"}))
        .await
        .expect("a deleted user");
    assert_eq!(associate().await, revoked);
}

#[tokio::test]
async fn the_name_of_a_device_has_a_limit() {
    let (w, token) = ada().await;
    let app = associate(&w, &token).await;
    let named = async |name: String| {
        let input = json!({"UserCode": app.code(&w), "FriendlyDeviceName": name});
        w.with(&token, "VerifySoftwareToken", input).await
    };
    assert_eq!(
        named("é".repeat(257)).await,
        invalid("FriendlyDeviceName can have 256 characters at most.")
    );
    assert_eq!(
        named("é".repeat(256)).await,
        Ok(json!({"Status": "SUCCESS"}))
    );
}

#[tokio::test]
async fn secrets_and_codes_are_not_stored_as_they_are() {
    let (w, token) = ada().await;
    let answer = w.with(&token, "AssociateSoftwareToken", json!({})).await;
    let secret = answer.expect("a secret")["SecretCode"].clone();
    let secret = secret.as_str().expect("a text");
    let sub = w.attribute("ada", "sub").await.expect("a sub");
    let store = &w.h.service.store;
    let row = store.user(&w.pool, &sub).await.expect("a look-up");
    assert!(!row.expect("the user").doc.contains(secret));
}

#[tokio::test]
async fn an_administrator_forgets_a_lost_token() {
    let w = world("OPTIONAL", &["TOTP", "SMS"]).await;
    w.made("ada", &CONTACTS).await;
    let token = w.token("ada").await;
    let delete = async |name: &str| {
        w.admin("AdminDeleteSoftwareToken", json!({"Username": name}))
            .await
    };
    assert_eq!(delete("ada").await, Ok(json!({})), "there was none");
    register(&w, &token).await;
    prefer(&w, "ada", &["SMS", "TOTP*"]).await;
    assert_eq!(delete("ada").await, Ok(json!({})));
    assert_eq!(settings(&w, "ada").await, (Some(json!(["SMS_MFA"])), None));
    let app = associate(&w, &token).await;
    assert_eq!(delete("ada").await, Ok(json!({})));
    w.h.clock.advance(STEP_MS);
    assert_eq!(
        verify(&w, &token, &app.code(&w)).await,
        invalid("User has not set up software token mfa")
    );
    assert_eq!(delete("bob").await, no_such_user());
    w.sign_up("bob", &[]).await.expect("a sign-up");
    assert_eq!(
        delete("bob").await,
        refusal("UserNotConfirmedException", "User is not confirmed.")
    );
}
