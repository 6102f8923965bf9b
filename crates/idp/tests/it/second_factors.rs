//! Which second factor a sign-in asks for, and the codes that go out by SMS and e-mail.

use crate::support::mfa::{
    CONTACTS, asked, challenge, prefer, register, set_mfa, settings, world, world_of, wrong_code,
};
use crate::support::signing::{
    MINUTE_MS, all_flows, answer_srp, beside, not_authorized, respond, result, secret, secret_hash,
    start_srp, verified,
};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World, attributes, wrong};
use crate::support::{refusal, sms};
use serde_json::json;

const SESSION_MS: i64 = 3 * MINUTE_MS;

/// A pool with every factor, and a user with everything that they need.
async fn ada(state: &str) -> World {
    let w = world(state, &["SMS", "TOTP", "EMAIL"]).await;
    w.made("ada", &CONTACTS).await;
    w
}

fn locked() -> Answer {
    not_authorized("Password attempts exceeded")
}

fn session_used() -> Answer {
    not_authorized("Invalid session for the user, session can only be used once.")
}

#[tokio::test]
async fn optional_mfa_asks_only_who_turned_it_on() {
    let w = ada("OPTIONAL").await;
    result(w.sign_in("ada", PASSWORD).await);
    prefer(&w, "ada", &["SMS"]).await;
    assert_eq!(asked(&w, "ada").await.name, "SMS_MFA");
    set_mfa(&w, "OFF", &[]).await;
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn a_code_by_sms_signs_in_once() {
    let w = ada("OPTIONAL").await;
    prefer(&w, "ada", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.name, "SMS_MFA");
    let parameters = json!({
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******0100",
        "USER_ID_FOR_SRP": "ada",
    });
    assert_eq!(it.parameters, parameters);
    let message = w.h.inbox(&w.pool, "+12065550100").await.remove(0);
    let code = message.code.expect("a code");
    assert_eq!(code.len(), 6);
    assert_eq!(
        message.body,
        format!("Your authentication code is {code}. ")
    );
    assert_eq!((message.purpose, message.medium), ("authentication", "SMS"));

    assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_code());
    let tokens = result(it.code(&w, "ada", &code).await);
    verified(&w, &tokens["IdToken"]).await;
    assert_eq!(it.code(&w, "ada", &code).await, session_used());
}

#[tokio::test]
async fn a_code_by_mail_signs_in_and_says_what_the_pool_says() {
    let w = ada("OPTIONAL").await;
    let texts = json!({
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {"Message": "Type {####} now", "Subject": "Sign in"},
        "SmsMfaConfiguration": {"SmsAuthenticationMessage": "It is {####}", "SmsConfiguration": sms()},
    });
    w.admin("SetUserPoolMfaConfig", texts).await.expect("texts");
    prefer(&w, "ada", &["EMAIL*", "SMS"]).await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.name, "EMAIL_OTP");
    let parameters = json!({
        "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "a***@e***",
        "USER_ID_FOR_SRP": "ada",
    });
    assert_eq!(it.parameters, parameters);
    let message = w.h.inbox(&w.pool, "ada@example.com").await.remove(0);
    let code = message.code.expect("a code");
    assert_eq!(message.body, format!("Type {code} now"));
    assert_eq!(message.subject.as_deref(), Some("Sign in"));
    assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_code());
    result(it.code(&w, "ada", &code).await);

    prefer(&w, "ada", &["SMS*"]).await;
    asked(&w, "ada").await;
    let message = w.h.inbox(&w.pool, "+12065550100").await.remove(0);
    let code = message.code.expect("a code");
    assert_eq!(message.body, format!("It is {code}"));
}

#[tokio::test]
async fn the_right_code_verifies_the_address() {
    let w = ada("OPTIONAL").await;
    for (factor, attribute) in [
        ("SMS*", "phone_number_verified"),
        ("EMAIL*", "email_verified"),
    ] {
        prefer(&w, "ada", &[factor]).await;
        let it = asked(&w, "ada").await;
        assert_ne!(w.attribute("ada", attribute).await.as_deref(), Some("true"));
        let code = w.h.code(&w.pool, "ada").await;
        let tokens = result(it.code(&w, "ada", &code).await);
        assert_eq!(w.attribute("ada", attribute).await.as_deref(), Some("true"));
        let id = verified(&w, &tokens["IdToken"]).await;
        assert_eq!(id.claims[attribute], true);
    }
}

#[tokio::test]
async fn a_verified_address_becomes_the_alias_that_it_is() {
    let aliases = json!({"AliasAttributes": ["phone_number"]});
    let w = world_of("OPTIONAL", &["SMS", "TOTP"], aliases, json!({})).await;
    w.made("bob", &[CONTACTS[1], ("phone_number_verified", "true")])
        .await;
    w.made("ada", &CONTACTS).await;
    prefer(&w, "ada", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, CONTACTS[1].1).await;
    result(it.code(&w, "ada", &code).await);
    assert_eq!(
        asked(&w, CONTACTS[1].1).await.parameters["USER_ID_FOR_SRP"],
        "ada"
    );
    let bobs = w.attribute("bob", "phone_number_verified").await;
    assert_eq!(bobs.as_deref(), Some("false"));
}

#[tokio::test]
async fn of_several_factors_the_user_chooses() {
    let w = ada("OPTIONAL").await;
    let token = w.token("ada").await;
    let app = register(&w, &token).await;
    prefer(&w, "ada", &["SMS", "TOTP", "EMAIL"]).await;
    let choose = async |answer: &str| {
        let it = asked(&w, "ada").await;
        assert_eq!(it.name, "SELECT_MFA_TYPE");
        let choice = r#"["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#;
        assert_eq!(
            it.parameters,
            json!({"MFAS_CAN_CHOOSE": choice, "USER_ID_FOR_SRP": "ada"})
        );
        it.answer(&w, "ada", json!({"ANSWER": answer})).await
    };
    for (answer, name) in [
        ("SMS_MFA", "SMS_MFA"),
        ("EMAIL_OTP", "EMAIL_OTP"),
        ("EMAIL_MFA", "EMAIL_OTP"),
    ] {
        let it = challenge(choose(answer).await);
        assert_eq!(it.name, name);
        let code = w.h.code(&w.pool, "ada").await;
        result(it.code(&w, "ada", &code).await);
    }
    let it = challenge(choose("SOFTWARE_TOKEN_MFA").await);
    assert_eq!(it.name, "SOFTWARE_TOKEN_MFA");
    result(it.code(&w, "ada", &app.code(&w)).await);

    let unavailable = || {
        refusal(
            "MFAMethodNotFoundException",
            "The MFA method is not available for the user.",
        )
    };
    assert_eq!(choose("WEB_AUTHN").await, unavailable());
    prefer(&w, "ada", &["TOTP*"]).await;
    assert_eq!(asked(&w, "ada").await.name, "SOFTWARE_TOKEN_MFA");
    prefer(&w, "ada", &["TOTP"]).await;
    let off = json!({"Username": "ada", "EmailMfaSettings": {"Enabled": false}});
    w.admin("AdminSetUserMFAPreference", off)
        .await
        .expect("a preference");
    let it = asked(&w, "ada").await;
    let answer = it.answer(&w, "ada", json!({"ANSWER": "EMAIL_OTP"})).await;
    assert_eq!(answer, unavailable());
    let sms = it.answer(&w, "ada", json!({"ANSWER": "SMS_MFA"})).await;
    assert_eq!(challenge(sms).name, "SMS_MFA");
    for answer in ["SMS_MFA", "SOFTWARE_TOKEN_MFA"] {
        let again = it.answer(&w, "ada", json!({"ANSWER": answer})).await;
        assert_eq!(again, session_used());
    }
}

#[tokio::test]
async fn required_mfa_takes_what_the_user_has() {
    let w = ada("ON").await;
    let it = asked(&w, "ada").await;
    assert_eq!(it.name, "SELECT_MFA_TYPE");
    let choice = r#"["SMS_MFA","EMAIL_OTP"]"#;
    assert_eq!(it.parameters["MFAS_CAN_CHOOSE"], choice);
    w.made("phone", &CONTACTS[1..]).await;
    assert_eq!(asked(&w, "phone").await.name, "SMS_MFA");
    w.made("mail", &CONTACTS[..1]).await;
    assert_eq!(asked(&w, "mail").await.name, "EMAIL_OTP");
    prefer(&w, "ada", &["EMAIL*"]).await;
    assert_eq!(asked(&w, "ada").await.name, "EMAIL_OTP");
}

#[tokio::test]
async fn required_mfa_spares_the_address_that_resets_the_password() {
    let recovery = json!({"AccountRecoverySetting": {"RecoveryMechanisms": [
        {"Name": "verified_email", "Priority": 1}, {"Name": "verified_phone_number", "Priority": 2},
    ]}});
    let w = world_of("ON", &["SMS", "EMAIL"], recovery, json!({})).await;
    let verified = [
        ("email_verified", "true"),
        ("phone_number_verified", "true"),
    ];
    w.made("ada", &[CONTACTS, verified].concat()).await;
    assert_eq!(asked(&w, "ada").await.name, "SMS_MFA");
    w.made("mail", &[CONTACTS[0], verified[0]]).await;
    let it = asked(&w, "mail").await;
    assert_eq!(it.name, "MFA_SETUP");
    assert_eq!(it.parameters["MFAS_CAN_SETUP"], r#"["SMS_MFA"]"#);
    // Who turned it on himself meant it.
    prefer(&w, "mail", &["EMAIL"]).await;
    assert_eq!(asked(&w, "mail").await.name, "EMAIL_OTP");
    // An address that is the only second factor resets no password.
    let reset = async |name: &str| w.public("ForgotPassword", json!({"Username": name})).await;
    let details = reset("ada").await.expect("a code");
    assert_eq!(details["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    let unreachable = "Cannot reset password for the user as there is no registered/verified email or phone_number";
    assert_eq!(
        reset("mail").await,
        refusal("InvalidParameterException", unreachable)
    );
}

#[tokio::test]
async fn where_nothing_else_is_left_the_recovery_address_serves() {
    let recovery = json!({"AccountRecoverySetting": {"RecoveryMechanisms": [
        {"Name": "verified_phone_number", "Priority": 1},
    ]}});
    let w = world_of("ON", &["SMS"], recovery, json!({})).await;
    w.made("ada", &[CONTACTS[1], ("phone_number_verified", "true")])
        .await;
    assert_eq!(asked(&w, "ada").await.name, "SMS_MFA");
}

#[tokio::test]
async fn five_wrong_codes_lock_whatever_else_is_right() {
    let w = ada("OPTIONAL").await;
    prefer(&w, "ada", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    for _ in 0..3 {
        assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_code());
    }
    // A right password and a new code forget nothing.
    let again = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    for _ in 0..2 {
        assert_eq!(again.code(&w, "ada", &wrong(&code)).await, wrong_code());
    }
    assert_eq!(again.code(&w, "ada", &code).await, locked());
    let third = asked(&w, "ada").await;
    let new = w.h.code(&w.pool, "ada").await;
    assert_eq!(third.code(&w, "ada", &new).await, locked());
    w.h.clock.advance(1000);
    assert_eq!(third.code(&w, "ada", &wrong(&new)).await, wrong_code());
    w.h.clock.advance(1999);
    assert_eq!(third.code(&w, "ada", &new).await, locked());
    w.h.clock.advance(1);
    result(third.code(&w, "ada", &new).await);
    // The success has forgotten them.
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    for _ in 0..4 {
        assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_code());
    }
    result(it.code(&w, "ada", &code).await);
}

#[tokio::test]
async fn messages_are_limited_by_the_hour() {
    let w = ada("OPTIONAL").await;
    prefer(&w, "ada", &["SMS"]).await;
    for _ in 0..20 {
        asked(&w, "ada").await;
    }
    let limit = refusal(
        "TooManyRequestsException",
        "Attempt limit exceeded, please try after some time.",
    );
    assert_eq!(w.sign_in("ada", PASSWORD).await, limit);
    assert_eq!(w.sent("+12065550100").await, 20);
    w.h.clock.advance(HOUR_MS);
    asked(&w, "ada").await;
}

#[tokio::test]
async fn sessions_end_with_their_time_their_password_and_their_address() {
    let w = ada("OPTIONAL").await;
    prefer(&w, "ada", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    w.h.clock.advance(SESSION_MS);
    let expired = not_authorized("Invalid session for the user, session is expired.");
    assert_eq!(it.code(&w, "ada", &code).await, expired);

    let invalid = not_authorized("Invalid session for the user.");
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    w.made("bob", &CONTACTS).await;
    assert_eq!(it.code(&w, "bob", &code).await, invalid);
    let other = beside(&w, all_flows()).await;
    assert_eq!(it.code(&other, "ada", &code).await, invalid);
    let token = json!({"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code});
    let session = Some(it.session.as_str());
    assert_eq!(
        respond(&w, "SOFTWARE_TOKEN_MFA", session, token).await,
        invalid
    );
    let number = attributes(&[("phone_number", "+12065550199")]);
    let input = json!({"Username": "ada", "UserAttributes": number});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("a new number");
    assert_eq!(it.code(&w, "ada", &code).await, invalid);

    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    let input = json!({"Username": "ada", "Password": "An0ther!x", "Permanent": true});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    assert_eq!(it.code(&w, "ada", &code).await, invalid);
}

#[tokio::test]
async fn who_may_no_longer_sign_in_gets_no_tokens_for_a_code() {
    let w = ada("OPTIONAL").await;
    prefer(&w, "ada", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("a disabled user");
    assert_eq!(
        it.code(&w, "ada", &code).await,
        not_authorized("User is disabled.")
    );
}

#[tokio::test]
async fn a_code_is_asked_for_after_srp_and_after_a_new_password() {
    let w = world_of("OPTIONAL", &["SMS"], json!({}), all_flows()).await;
    w.made("ada", &CONTACTS).await;
    prefer(&w, "ada", &["SMS"]).await;
    let started = start_srp(&w, "ada").await;
    let it = challenge(answer_srp(&w, started.proof(&w, PASSWORD)).await);
    let code = w.h.code(&w.pool, "ada").await;
    result(it.code(&w, "ada", &code).await);

    w.h.clock.advance(1);
    let input = json!({"Username": "ada", "Password": "Temp0rary!", "Permanent": false});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a temporary password");
    let it = challenge(w.sign_in("ada", "Temp0rary!").await);
    assert_eq!(it.name, "NEW_PASSWORD_REQUIRED");
    let it = challenge(
        it.answer(&w, "ada", json!({"NEW_PASSWORD": PASSWORD}))
            .await,
    );
    assert_eq!(it.name, "SMS_MFA");
    let code = w.h.code(&w.pool, "ada").await;
    result(it.code(&w, "ada", &code).await);
}

#[tokio::test]
async fn administrators_sign_users_in_with_codes_too() {
    let w = world_of("OPTIONAL", &["SMS", "EMAIL"], json!({}), all_flows()).await;
    w.made("ada", &CONTACTS).await;
    prefer(&w, "ada", &["SMS", "EMAIL"]).await;
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    let it = challenge(
        crate::support::signing::admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", parameters).await,
    );
    let respond = async |name: &str, session: &str, answers| {
        let input = json!({
            "ClientId": w.client, "ChallengeName": name, "Session": session, "ChallengeResponses": answers,
        });
        w.admin("AdminRespondToAuthChallenge", input).await
    };
    let answers = json!({"USERNAME": "ada", "ANSWER": "EMAIL_OTP"});
    let it = challenge(respond("SELECT_MFA_TYPE", &it.session, answers).await);
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": wrong(&code)});
    let wrong = respond("EMAIL_OTP", &it.session, answers).await;
    assert_eq!(wrong, wrong_code());
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": code});
    result(respond("EMAIL_OTP", &it.session, answers).await);
}

#[tokio::test]
async fn a_client_with_a_secret_proves_itself_in_every_answer() {
    let confidential = json!({"GenerateSecret": true});
    let w = world_of("OPTIONAL", &["SMS"], json!({}), confidential).await;
    w.made("ada", &CONTACTS).await;
    prefer(&w, "ada", &["SMS"]).await;
    let hash = secret_hash(&secret(&w).await, "ada", &w.client);
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
    let input = json!({"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters});
    let it = challenge(w.public("InitiateAuth", input).await);
    let code = w.h.code(&w.pool, "ada").await;
    let missing = format!(
        "Client {} is configured with secret but SECRET_HASH was not received",
        w.client
    );
    assert_eq!(it.code(&w, "ada", &code).await, not_authorized(&missing));
    let answers = json!({"SMS_MFA_CODE": code, "SECRET_HASH": hash});
    result(it.answer(&w, "ada", answers).await);
}

#[tokio::test]
async fn of_two_racing_answers_one_wins() {
    let w = ada("OPTIONAL").await;
    prefer(&w, "ada", &["SMS"]).await;
    let it = asked(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    let answers = tokio::join!(
        it.code(&w, "ada", &code),
        it.code(&w, "ada", &code),
        it.code(&w, "ada", &code),
    );
    let answers = [answers.0, answers.1, answers.2];
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(won, 1, "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|answer| answer.is_ok() || *answer == session_used()),
        "{answers:?}"
    );
    assert_eq!(settings(&w, "ada").await.0, Some(json!(["SMS_MFA"])));
}
