//! Passkeys in the place of two factors.
use serde_json::{Value, json};

use super::support::mfa::{CONTACTS, prefer, set_mfa};
use super::support::passkeys::{
    Passkey, asked, by_password, configure, prefer_passkey, register, sign_in, world_of,
    wrong_passkey,
};
use super::support::signing::{result, verified};
use super::support::world::{PASSWORD, World};
use super::support::{sms, text};

/// The challenges that a user can begin with.
async fn available(w: &World, name: &str) -> Value {
    let mut answer = prefer_passkey(w, name).await.expect("a challenge");
    answer["AvailableChallenges"].take()
}

fn password_only() -> Value {
    json!(["PASSWORD_SRP", "PASSWORD"])
}

fn passkey_too() -> Value {
    json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"])
}

/// A pool with optional MFA by SMS, and ada, who has a passkey and has turned SMS on.
async fn with_ada(factor_configuration: &str) -> (World, Passkey) {
    let pool = json!({
        "SmsConfiguration": sms(),
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
    });
    let configuration = json!({"FactorConfiguration": factor_configuration});
    let w = world_of(configuration, pool, json!({})).await;
    set_mfa(&w, "OPTIONAL", &["SMS"]).await;
    w.made("ada", &CONTACTS).await;
    let passkey = Passkey::new();
    register(&w, &w.token("ada").await, &passkey).await;
    prefer(&w, "ada", &["SMS"]).await;
    (w, passkey)
}

async fn turn_on_passkey_mfa(w: &World) {
    let input = json!({"Username": "ada", "WebAuthnMfaSettings": {"Enabled": true}});
    w.admin("AdminSetUserMFAPreference", input)
        .await
        .expect("a preference");
}

#[tokio::test]
async fn a_single_factor_does_not_begin_a_sign_in_with_two() {
    let (w, _) = with_ada("SINGLE_FACTOR").await;
    assert_eq!(available(&w, "ada").await, password_only());
    let asked = by_password(&w, "ada").await.expect("a challenge");
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
}

#[tokio::test]
async fn a_passkey_that_knows_its_user_is_two_factors_for_those_who_want_that() {
    let (w, passkey) = with_ada("MULTI_FACTOR_WITH_USER_VERIFICATION").await;
    assert_eq!(available(&w, "ada").await, password_only());
    turn_on_passkey_mfa(&w).await;
    assert_eq!(available(&w, "ada").await, passkey_too());
    let asked = asked(&w, "ada").await;
    assert_eq!(asked.options["userVerification"], "required");
    let unverified = passkey.clone().without_verification();
    assert_eq!(
        asked
            .answer(&w, "ada", &unverified.get(&asked.options))
            .await,
        wrong_passkey()
    );
    let tokens = result(asked.answer(&w, "ada", &passkey.get(&asked.options)).await);
    let access = verified(&w, &tokens["AccessToken"]).await;
    assert_eq!(access.claims["amr"], json!(["swk", "mfa"]));
    let by_password = by_password(&w, "ada").await.expect("a challenge");
    assert_eq!(by_password["ChallengeName"], "SMS_MFA", "as before");
}

#[tokio::test]
async fn where_mfa_is_required_a_passkey_is_enough_for_everybody() {
    let (w, passkey) = with_ada("MULTI_FACTOR_WITH_USER_VERIFICATION").await;
    set_mfa(&w, "ON", &["SMS"]).await;
    assert_eq!(available(&w, "ada").await, passkey_too());
    result(sign_in(&w, "ada", &passkey).await);
}

#[tokio::test]
async fn a_passkey_is_one_factor_again_when_the_pool_says_so_meanwhile() {
    let (w, passkey) = with_ada("MULTI_FACTOR_WITH_USER_VERIFICATION").await;
    turn_on_passkey_mfa(&w).await;
    let asked = asked(&w, "ada").await;
    configure(&w, json!({"FactorConfiguration": "SINGLE_FACTOR"})).await;
    let answer = asked.answer(&w, "ada", &passkey.get(&asked.options)).await;
    let answer = answer.expect("a challenge");
    assert_eq!(answer["ChallengeName"], "SMS_MFA");
    assert_eq!(available(&w, "ada").await, password_only());
}

#[tokio::test]
async fn passkeys_are_listed_among_the_factors() {
    let (w, _) = with_ada("MULTI_FACTOR_WITH_USER_VERIFICATION").await;
    let factors = w
        .admin("AdminGetUserAuthFactors", json!({"Username": "ada"}))
        .await
        .expect("factors");
    assert_eq!(
        factors["ConfiguredUserAuthFactors"],
        json!(["PASSWORD", "SMS_OTP", "WEB_AUTHN"])
    );
}

#[tokio::test]
async fn a_temporary_password_comes_before_passkeys() {
    let (w, _) = with_ada("SINGLE_FACTOR").await;
    w.made("bob", &[]).await;
    let token = text(&result(by_password(&w, "bob").await)["AccessToken"]);
    register(&w, &token, &Passkey::new()).await;
    assert_eq!(available(&w, "bob").await, passkey_too());
    let input = json!({"Username": "bob", "Password": PASSWORD, "Permanent": false});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a temporary password");
    assert_eq!(available(&w, "bob").await, password_only());
}
