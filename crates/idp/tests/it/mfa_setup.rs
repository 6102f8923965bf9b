//! Setting up a second factor on the way through a sign-in that requires one.

use crate::support::mfa::{
    App, CONTACTS, Challenge, STEP_MS, asked, challenge, not_verified, prefer, register, set_mfa,
    settings, tokens_off, used_token_code, world, world_of, wrong_code,
};
use crate::support::signing::{
    MINUTE_MS, beside, invalid, not_authorized, respond, result, verified,
};
use crate::support::world::{Answer, PASSWORD, World, wrong};
use crate::support::{refusal, text};
use serde_json::{Value, json};

/// A pool that requires MFA, and a user who has no factor.
async fn ada(factors: &[&str]) -> World {
    let w = world("ON", factors).await;
    w.made("ada", &[]).await;
    w
}

fn session_invalid() -> Answer {
    not_authorized("Invalid session for the user.")
}

async fn associate(w: &World, session: &str) -> Answer {
    let input = json!({"Session": session});
    w.h.call("AssociateSoftwareToken", input).await
}

async fn verify(w: &World, session: &str, code: &str) -> Answer {
    let input = json!({"Session": session, "UserCode": code});
    w.h.call("VerifySoftwareToken", input).await
}

/// Goes as far as VerifySoftwareToken: answers the app and the session that follows.
async fn set_up(w: &World, it: &Challenge) -> (App, String) {
    let associated = associate(w, &it.session).await.expect("a secret");
    let app = App::of(&associated);
    let answer = verify(w, &text(&associated["Session"]), &app.code(w)).await;
    let answer = answer.expect("a software token");
    assert_eq!(answer["Status"], "SUCCESS");
    (app, text(&answer["Session"]))
}

async fn finish(w: &World, session: &str) -> Answer {
    respond(w, "MFA_SETUP", Some(session), json!({"USERNAME": "ada"})).await
}

#[tokio::test]
async fn a_software_token_is_set_up_and_signs_in() {
    set_up_and_sign_in(&ada(&["TOTP"]).await).await;
}

/// Ada, who has no factor, gets a software token on the way.
pub(crate) async fn set_up_and_sign_in(w: &World) {
    let it = asked(w, "ada").await;
    assert_eq!(it.name, "MFA_SETUP");
    let expected = json!({"MFAS_CAN_SETUP": r#"["SOFTWARE_TOKEN_MFA"]"#, "USER_ID_FOR_SRP": "ada"});
    assert_eq!(it.parameters, expected);
    let (app, session) = set_up(w, &it).await;
    let tokens = result(finish(w, &session).await);
    verified(w, &tokens["AccessToken"]).await;
    let used = not_authorized("Invalid session for the user, session can only be used once.");
    assert_eq!(finish(w, &session).await, used);
    assert_eq!(associate(w, &it.session).await, used);
    let list = Some(json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(settings(w, "ada").await, (list, None));

    let it = asked(w, "ada").await;
    assert_eq!(it.name, "SOFTWARE_TOKEN_MFA");
    let first = app.code(w);
    assert_eq!(it.code(w, "ada", &first).await, used_token_code());
    w.h.clock.advance(STEP_MS);
    result(it.code(w, "ada", &app.code(w)).await);
}

#[tokio::test]
async fn a_verified_token_counts_even_if_the_sign_in_is_not_finished() {
    let w = ada(&["TOTP", "SMS"]).await;
    let it = asked(&w, "ada").await;
    let (app, _) = set_up(&w, &it).await;
    w.h.clock.advance(STEP_MS);
    let it = asked(&w, "ada").await;
    assert_eq!(it.name, "SOFTWARE_TOKEN_MFA");
    result(it.code(&w, "ada", &app.code(&w)).await);
}

#[tokio::test]
async fn wrong_codes_leave_the_session_and_lock_after_five() {
    let w = ada(&["TOTP"]).await;
    let it = asked(&w, "ada").await;
    let associated = associate(&w, &it.session).await.expect("a secret");
    let (app, session) = (App::of(&associated), text(&associated["Session"]));
    for _ in 0..5 {
        let code = wrong(&app.code(&w));
        assert_eq!(verify(&w, &session, &code).await, not_verified());
    }
    let locked = not_authorized("Password attempts exceeded");
    assert_eq!(verify(&w, &session, &app.code(&w)).await, locked);
    w.h.clock.advance(1000);
    verify(&w, &session, &app.code(&w))
        .await
        .expect("a software token");
}

#[tokio::test]
async fn steps_cannot_be_left_out_or_taken_twice() {
    let w = ada(&["TOTP"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(finish(&w, &it.session).await, session_invalid());
    assert_eq!(
        verify(&w, &it.session, "123456").await,
        invalid("User has not set up software token mfa")
    );
    let associated = associate(&w, &it.session).await.expect("a secret");
    let session = text(&associated["Session"]);
    assert_eq!(finish(&w, &session).await, session_invalid());
    let app = App::of(&associated);
    verify(&w, &session, &app.code(&w))
        .await
        .expect("a software token");
    // There is a factor now, and no password alone replaces it.
    assert_eq!(associate(&w, &it.session).await, session_invalid());
    assert_eq!(
        verify(&w, &session, &app.code_at(&w, 1)).await,
        session_invalid()
    );
}

#[tokio::test]
async fn a_session_sets_up_only_what_it_is_for() {
    let w = world("OPTIONAL", &["TOTP", "SMS"]).await;
    w.made("ada", &CONTACTS).await;
    let token = w.token("ada").await;
    register(&w, &token).await;
    prefer(&w, "ada", &["TOTP"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.name, "SOFTWARE_TOKEN_MFA");
    assert_eq!(associate(&w, &it.session).await, session_invalid());
    assert_eq!(verify(&w, &it.session, "123456").await, session_invalid());

    w.made("bob", &[]).await;
    set_mfa(&w, "ON", &["TOTP", "SMS"]).await;
    let it = asked(&w, "bob").await;
    set_mfa(&w, "ON", &["SMS"]).await;
    assert_eq!(associate(&w, &it.session).await, tokens_off());
    let it = asked(&w, "bob").await;
    assert_eq!(it.parameters["MFAS_CAN_SETUP"], r#"["SMS_MFA"]"#);
    assert_eq!(associate(&w, &it.session).await, tokens_off());
    set_mfa(&w, "OFF", &[]).await;
    assert_eq!(associate(&w, &it.session).await, session_invalid());
}

#[tokio::test]
async fn sessions_belong_to_client_and_user_and_end() {
    let w = ada(&["TOTP"]).await;
    w.made("bob", &[]).await;
    let it = asked(&w, "ada").await;
    let (_, session) = set_up(&w, &it).await;
    let other = beside(&w, json!({})).await;
    assert_eq!(finish(&other, &session).await, session_invalid());
    let answers = json!({"USERNAME": "bob"});
    let answer = respond(&w, "MFA_SETUP", Some(&session), answers).await;
    assert_eq!(answer, session_invalid());
    w.h.clock.advance(3 * MINUTE_MS);
    let expired = not_authorized("Invalid session for the user, session is expired.");
    assert_eq!(finish(&w, &session).await, expired);

    let it = asked(&w, "bob").await;
    w.h.clock.advance(3 * MINUTE_MS);
    assert_eq!(associate(&w, &it.session).await, expired);
    let it = asked(&w, "bob").await;
    w.admin("AdminDeleteUser", json!({"Username": "bob"}))
        .await
        .expect("a deleted user");
    assert_eq!(associate(&w, &it.session).await, session_invalid());
}

#[tokio::test]
async fn each_step_gives_the_session_its_time_anew() {
    let w = ada(&["TOTP"]).await;
    let it = asked(&w, "ada").await;
    w.h.clock.advance(2 * MINUTE_MS);
    let associated = associate(&w, &it.session).await.expect("a secret");
    w.h.clock.advance(2 * MINUTE_MS);
    let app = App::of(&associated);
    let answer = verify(&w, &text(&associated["Session"]), &app.code(&w)).await;
    let session = text(&answer.expect("a software token")["Session"]);
    w.h.clock.advance(2 * MINUTE_MS);
    result(finish(&w, &session).await);
}

/// Answers MFA_SETUP with an address.
async fn give(w: &World, it: &Challenge, parameter: &str, address: &str) -> Answer {
    it.answer(w, "ada", json!({parameter: address})).await
}

#[tokio::test]
async fn an_address_is_set_up_by_the_code_that_goes_there() {
    for parameter in ["EMAIL", "email"] {
        let w = ada(&["TOTP", "EMAIL"]).await;
        let it = asked(&w, "ada").await;
        let expected = r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#;
        assert_eq!(it.parameters["MFAS_CAN_SETUP"], expected);
        let otp = challenge(give(&w, &it, parameter, "ada@example.com").await);
        assert_eq!(otp.name, "EMAIL_OTP");
        let expected = json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "a***@e***",
            "USER_ID_FOR_SRP": "ada",
        });
        assert_eq!(otp.parameters, expected);
        let code = w.h.code(&w.pool, "ada@example.com").await;
        assert_eq!(otp.code(&w, "ada", &wrong(&code)).await, wrong_code());
        assert_eq!(w.attribute("ada", "email").await, None);
        let tokens = result(otp.code(&w, "ada", &code).await);
        let id = verified(&w, &tokens["IdToken"]).await;
        assert_eq!(id.claims["email"], "ada@example.com");
        assert_eq!(id.claims["email_verified"], true);
        let list: Option<Value> = Some(json!(["EMAIL_OTP"]));
        assert_eq!(settings(&w, "ada").await, (list, None));
        assert_eq!(asked(&w, "ada").await.name, "EMAIL_OTP");
    }
}

#[tokio::test]
async fn a_phone_number_is_set_up_by_the_code_that_goes_there() {
    let number = "+12065550123";
    for parameter in ["PHONE_NUMBER", "phone_number"] {
        let w = ada(&["SMS"]).await;
        let it = asked(&w, "ada").await;
        assert_eq!(it.parameters["MFAS_CAN_SETUP"], r#"["SMS_MFA"]"#);
        assert_eq!(
            give(&w, &it, parameter, "0123").await,
            invalid("Invalid phone number format.")
        );
        let otp = challenge(give(&w, &it, parameter, number).await);
        assert_eq!(otp.name, "SMS_MFA");
        assert_eq!(otp.parameters["CODE_DELIVERY_DELIVERY_MEDIUM"], "SMS");
        assert_eq!(otp.parameters["CODE_DELIVERY_DESTINATION"], "+*******0123");
        let code = w.h.code(&w.pool, number).await;
        assert_eq!(otp.code(&w, "ada", &wrong(&code)).await, wrong_code());
        assert_eq!(w.attribute("ada", "phone_number").await, None);
        let tokens = result(otp.code(&w, "ada", &code).await);
        let id = verified(&w, &tokens["IdToken"]).await;
        assert_eq!(id.claims["phone_number"], number);
        assert_eq!(id.claims["phone_number_verified"], true);
        assert_eq!(id.claims["amr"], json!(["pwd", "sms", "mfa"]));
        let list: Option<Value> = Some(json!(["SMS_MFA"]));
        assert_eq!(settings(&w, "ada").await, (list, None));
        assert_eq!(asked(&w, "ada").await.name, "SMS_MFA");
    }
}

#[tokio::test]
async fn only_a_new_address_of_the_right_form_is_set_up() {
    let w = ada(&["TOTP", "EMAIL"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(
        give(&w, &it, "EMAIL", "nobody").await,
        invalid("Invalid email address format.")
    );
    // Somebody who has one already does not change it with a password alone.
    let with_mail = crate::support::world::attributes(&CONTACTS[..1]);
    let input = json!({"Username": "ada", "UserAttributes": with_mail});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an address");
    let unavailable = refusal(
        "MFAMethodNotFoundException",
        "The MFA method is not available for the user.",
    );
    assert_eq!(give(&w, &it, "EMAIL", "eve@example.com").await, unavailable);

    let w = ada(&["TOTP"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(give(&w, &it, "EMAIL", "eve@example.com").await, unavailable);
    let answer = give(&w, &it, "PHONE_NUMBER", "+12065550123").await;
    assert_eq!(answer, unavailable);
}

#[tokio::test]
async fn an_address_that_signs_in_somebody_else_is_refused() {
    let names = json!({"UsernameAttributes": ["email", "phone_number"]});
    let w = world_of("ON", &["TOTP", "EMAIL"], names, json!({})).await;
    w.made("ada@example.com", &[]).await;
    w.made("+12065550111", &[]).await;
    let it = challenge(w.sign_in("+12065550111", PASSWORD).await);
    let answer = it
        .answer(&w, "+12065550111", json!({"EMAIL": "ada@example.com"}))
        .await;
    let otp = challenge(answer);
    let code = w.h.code(&w.pool, "ada@example.com").await;
    assert_eq!(
        otp.code(&w, "+12065550111", &code).await,
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
}
