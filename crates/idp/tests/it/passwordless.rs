//! Users without a password: how they come to be, sign in, and get one.
use serde_json::{Value, json};

use super::support::signing::{initiate, invalid, respond, result, wrong_password};
use super::support::world::{Answer, PASSWORD, World, attributes};
use super::support::{refusal, sms, text, with};

/// A pool that takes codes as a first factor, and verifies addresses by itself.
async fn world(pool: Value, client: Value) -> World {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let settings = json!({
        "Policies": {"SignInPolicy": factors}, "AutoVerifiedAttributes": ["email"],
        "SmsConfiguration": sms(),
    });
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    World::new(with(settings, pool), with(flows, client)).await
}

async fn sign_up(w: &World, password: Value, list: &[(&str, &str)]) -> Answer {
    let input = json!({"Username": "ada", "UserAttributes": attributes(list)});
    w.public("SignUp", with(input, password)).await
}

const EMAIL: (&str, &str) = ("email", "ada@example.com");

/// A confirmed user without a password.
async fn with_ada() -> World {
    let w = world(json!({}), json!({})).await;
    sign_up(&w, json!({}), &[EMAIL]).await.expect("a sign-up");
    let code = w.h.code(&w.pool, "ada").await;
    w.confirm("ada", &code).await.expect("a confirmation");
    w.h.clock.advance(1);
    w
}

/// The access token of a sign-in by e-mail.
async fn token(w: &World) -> String {
    let parameters = json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": "EMAIL_OTP"});
    let asked = initiate(w, "USER_AUTH", parameters).await;
    let asked = asked.expect("a challenge");
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(asked["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": code});
    let session = text(&asked["Session"]);
    let tokens = result(respond(w, "EMAIL_OTP", Some(&session), answers).await);
    text(&tokens["AccessToken"])
}

fn no_password() -> Answer {
    invalid(
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
    )
}

#[tokio::test]
async fn a_sign_up_without_a_password_signs_in_by_code_alone() {
    let w = with_ada().await;
    let token = token(&w).await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, wrong_password());
    let factors = w.with(&token, "GetUserAuthFactors", json!({})).await;
    assert_eq!(
        factors,
        Ok(json!({"Username": "ada", "ConfiguredUserAuthFactors": ["EMAIL_OTP"]}))
    );
}

#[tokio::test]
async fn a_blank_password_is_none_and_codes_need_an_address_that_the_pool_verifies() {
    let phone = ("phone_number", "+12065550100");
    let w = world(json!({}), json!({})).await;
    assert_eq!(sign_up(&w, json!({}), &[]).await, no_password());
    assert_eq!(sign_up(&w, json!({}), &[phone]).await, no_password());
    let blanks = json!({"Password": "  "});
    assert!(sign_up(&w, blanks, &[EMAIL]).await.is_err());
    let blank = json!({"Password": ""});
    sign_up(&w, blank, &[EMAIL]).await.expect("a sign-up");

    let unverified = json!({"AutoVerifiedAttributes": ["phone_number"]});
    let w = world(unverified, json!({})).await;
    assert_eq!(sign_up(&w, json!({}), &[EMAIL, phone]).await, no_password());

    let by_password = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    let w = world(json!({}), by_password).await;
    assert_eq!(sign_up(&w, json!({}), &[EMAIL]).await, no_password());

    let w = world(json!({"Policies": {}}), json!({})).await;
    assert_eq!(sign_up(&w, json!({}), &[EMAIL]).await, no_password());
}

#[tokio::test]
async fn a_first_password_needs_no_previous_one() {
    let w = with_ada().await;
    let token = token(&w).await;
    let change = json!({"ProposedPassword": PASSWORD});
    let answer = w.with(&token, "ChangePassword", change.clone()).await;
    assert_eq!(answer, Ok(json!({})));
    result(w.sign_in("ada", PASSWORD).await);
    assert_eq!(
        w.with(&token, "ChangePassword", change).await,
        invalid("Missing required parameter PreviousPassword")
    );
    let asked = initiate(&w, "USER_AUTH", json!({"USERNAME": "ada"})).await;
    assert_eq!(
        asked.expect("a challenge")["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"])
    );
}

#[tokio::test]
async fn a_forgotten_password_need_never_have_been() {
    let w = with_ada().await;
    let sent = w.public("ForgotPassword", json!({"Username": "ada"})).await;
    sent.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    let input = json!({"Username": "ada", "ConfirmationCode": code, "Password": PASSWORD});
    let answer = w.public("ConfirmForgotPassword", input).await;
    assert_eq!(answer, Ok(json!({})));
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn a_second_factor_would_lock_out_who_has_no_password() {
    let w = world(json!({"MfaConfiguration": "OPTIONAL"}), json!({})).await;
    let list = [EMAIL, ("phone_number", "+12065550100")];
    let input = json!({"Username": "ada", "UserAttributes": attributes(&list)});
    w.admin("AdminCreateUser", input).await.expect("a user");
    let sms = json!({"SMSMfaSettings": {"Enabled": true}});
    let text = "User has no password for multi-factor authentication to follow.";
    let token = token(&w).await;
    assert_eq!(
        w.with(&token, "SetUserMFAPreference", sms.clone()).await,
        invalid(text)
    );
    let by_admin = with(json!({"Username": "ada"}), sms.clone());
    assert_eq!(
        w.admin("AdminSetUserMFAPreference", by_admin).await,
        invalid(text)
    );
    let change = json!({"ProposedPassword": PASSWORD});
    w.with(&token, "ChangePassword", change)
        .await
        .expect("a password");
    w.with(&token, "SetUserMFAPreference", sms)
        .await
        .expect("a factor");
}

#[tokio::test]
async fn an_administrator_makes_users_without_a_password_where_codes_do() {
    let w = world(json!({}), json!({})).await;
    let input = json!({
        "Username": "ada", "UserAttributes": attributes(&[EMAIL]), "TemporaryPassword": "",
        "DesiredDeliveryMediums": ["EMAIL"],
    });
    let made = w.admin("AdminCreateUser", input).await.expect("a user");
    assert_eq!(made["User"]["UserStatus"], "CONFIRMED");
    let sent = w.h.inbox(&w.pool, "ada").await;
    let bodies: Vec<&str> = sent.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["Your username is ada."]);
    assert_eq!(sent[0].code, None);
    w.h.clock.advance(1);
    token(&w).await;
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("true"),
        "the code has verified it"
    );
    let again = json!({"Username": "ada", "MessageAction": "RESEND"});
    let refused = w.admin("AdminCreateUser", again).await;
    assert_eq!(
        refused.expect_err("a refusal").0,
        "UnsupportedUserStateException"
    );

    // Without an address for codes there is a password, as ever; or with one, if it is given.
    let input = json!({"Username": "bob"});
    let made = w.admin("AdminCreateUser", input).await.expect("a user");
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let input = json!({
        "Username": "cyd", "UserAttributes": attributes(&[("email", "cyd@example.com")]),
        "TemporaryPassword": PASSWORD,
    });
    let made = w.admin("AdminCreateUser", input).await.expect("a user");
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let input = json!({
        "Username": "dan", "UserAttributes": attributes(&[("email", "dan@example.com")]),
        "TemporaryPassword": "short",
    });
    assert_eq!(
        w.admin("AdminCreateUser", input).await,
        refusal(
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough"
        )
    );
}
