//! Turning second factors on and off, and what a user can sign in with.

use crate::support::mfa::{
    CONTACTS, associate, prefer, register, set_mfa, settings, world, world_of,
};
use crate::support::signing::{invalid, no_such_user};
use crate::support::world::{Answer, World};
use crate::support::{refusal, with};
use serde_json::{Value, json};

const MEMBERS: [&str; 3] = [
    "SMSMfaSettings",
    "SoftwareTokenMfaSettings",
    "EmailMfaSettings",
];

const PASSKEYS: &str = "WebAuthnMfaSettings";

fn on() -> Value {
    json!({"Enabled": true})
}

fn off() -> Value {
    json!({"Enabled": false})
}

fn preferred() -> Value {
    json!({"Enabled": true, "PreferredMfa": true})
}

/// A pool with every factor, and a user with everything that they need.
async fn ada() -> (World, String) {
    let w = world("OPTIONAL", &["SMS", "TOTP", "EMAIL"]).await;
    w.made("ada", &CONTACTS).await;
    let token = w.token("ada").await;
    register(&w, &token).await;
    (w, token)
}

async fn set(w: &World, token: &str, member: &str, value: Value) -> Answer {
    w.with(token, "SetUserMFAPreference", json!({member: value}))
        .await
}

async fn admin_set(w: &World, name: &str, input: Value) -> Answer {
    w.admin(
        "AdminSetUserMFAPreference",
        with(json!({"Username": name}), input),
    )
    .await
}

#[tokio::test]
async fn factors_are_turned_on_one_by_one_and_shown_everywhere() {
    let (w, token) = ada().await;
    assert_eq!(settings(&w, "ada").await, (None, None));
    let mut list = Vec::new();
    for (member, shown) in MEMBERS
        .into_iter()
        .zip(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"])
    {
        assert_eq!(set(&w, &token, member, on()).await, Ok(json!({})));
        list.push(shown);
        assert_eq!(settings(&w, "ada").await, (Some(json!(list)), None));
    }
    let own = w.with(&token, "GetUser", json!({})).await.expect("a user");
    assert_eq!(own["UserMFASettingList"], json!(list));
    assert_eq!(own.get("PreferredMfaSetting"), None);
    let sms = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
    assert_eq!(own["MFAOptions"], sms);
    let factors = json!({
        "Username": "ada", "UserMFASettingList": list,
        "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN"],
    });
    let own = w.with(&token, "GetUserAuthFactors", json!({})).await;
    assert_eq!(own, Ok(factors.clone()));
    let seen = w
        .admin("AdminGetUserAuthFactors", json!({"Username": "ada"}))
        .await;
    assert_eq!(seen, Ok(factors));

    for member in MEMBERS {
        assert_eq!(set(&w, &token, member, off()).await, Ok(json!({})));
    }
    assert_eq!(settings(&w, "ada").await, (None, None));
}

#[tokio::test]
async fn one_factor_is_preferred_at_most() {
    let (w, token) = ada().await;
    let two = json!({"SMSMfaSettings": preferred(), "EmailMfaSettings": preferred()});
    let refused = invalid("Only one MFA factor can be the preferred one.");
    assert_eq!(
        w.with(&token, "SetUserMFAPreference", two.clone()).await,
        refused
    );
    assert_eq!(admin_set(&w, "ada", two).await, refused);
    assert_eq!(settings(&w, "ada").await, (None, None));

    prefer(&w, "ada", &["SMS*", "TOTP"]).await;
    let list = || Some(json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA"]));
    assert_eq!(settings(&w, "ada").await, (list(), Some(json!("SMS_MFA"))));
    set(&w, &token, "SoftwareTokenMfaSettings", preferred())
        .await
        .expect("another preference");
    let totp = || Some(json!("SOFTWARE_TOKEN_MFA"));
    assert_eq!(settings(&w, "ada").await, (list(), totp()));
    set(&w, &token, "SMSMfaSettings", on())
        .await
        .expect("what it is");
    assert_eq!(settings(&w, "ada").await, (list(), totp()));
    set(&w, &token, "SoftwareTokenMfaSettings", on())
        .await
        .expect("no preference");
    assert_eq!(settings(&w, "ada").await, (list(), None));
    assert_eq!(admin_set(&w, "ada", json!({})).await, Ok(json!({})));
    assert_eq!(settings(&w, "ada").await, (list(), None));
}

#[tokio::test]
async fn what_is_off_is_not_preferred() {
    let (w, token) = ada().await;
    let contrary = json!({"Enabled": false, "PreferredMfa": true});
    assert_eq!(
        set(&w, &token, "EmailMfaSettings", contrary).await,
        invalid("EMAIL_OTP cannot be preferred while it is not enabled.")
    );
    prefer(&w, "ada", &["EMAIL*"]).await;
    set(&w, &token, "EmailMfaSettings", off())
        .await
        .expect("turned off");
    set(&w, &token, "EmailMfaSettings", on())
        .await
        .expect("turned on");
    let list = Some(json!(["EMAIL_OTP"]));
    assert_eq!(settings(&w, "ada").await, (list, None));
}

#[tokio::test]
async fn a_factor_must_be_set_up_before_it_is_turned_on() {
    let w = world("OPTIONAL", &["SMS", "TOTP", "EMAIL"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let refused = async |member: &str, text: &str| {
        assert_eq!(set(&w, &token, member, preferred()).await, invalid(text));
        let answer = admin_set(&w, "ada", json!({member: on()})).await;
        assert_eq!(answer, invalid(text));
    };
    let [sms, totp, email] = MEMBERS;
    let delivery = "User does not have delivery config set to turn on";
    refused(sms, &format!("{delivery} SMS_MFA")).await;
    refused(email, &format!("{delivery} EMAIL_OTP")).await;
    refused(totp, "User has not set up software token mfa").await;
    associate(&w, &token).await;
    refused(totp, "User has not verified software token mfa").await;
    assert_eq!(settings(&w, "ada").await, (None, None));
}

#[tokio::test]
async fn a_factor_goes_with_what_it_needs() {
    let (w, token) = ada().await;
    prefer(&w, "ada", &["SMS*", "EMAIL"]).await;
    let input = json!({"UserAttributeNames": ["phone_number"]});
    w.with(&token, "DeleteUserAttributes", input)
        .await
        .expect("no phone number");
    assert_eq!(
        settings(&w, "ada").await,
        (Some(json!(["EMAIL_OTP"])), None)
    );
}

#[tokio::test]
async fn where_mfa_is_required_nobody_turns_a_factor_off() {
    let (w, token) = ada().await;
    prefer(&w, "ada", &["SMS*", "TOTP"]).await;
    set_mfa(&w, "ON", &["SMS", "TOTP", "EMAIL"]).await;
    let refused = invalid("SMS_MFA cannot be turned off, since the user pool requires MFA.");
    assert_eq!(set(&w, &token, "SMSMfaSettings", off()).await, refused);
    let legacy = w
        .with(&token, "SetUserSettings", json!({"MFAOptions": []}))
        .await;
    assert_eq!(legacy, refused);
    let other = json!({"SMSMfaSettings": off(), "SoftwareTokenMfaSettings": preferred()});
    assert_eq!(admin_set(&w, "ada", other).await, refused);
    // What is off already may be said to be off.
    let choice = json!({"EmailMfaSettings": off(), "SoftwareTokenMfaSettings": preferred()});
    assert_eq!(admin_set(&w, "ada", choice).await, Ok(json!({})));
    let list = json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA"]);
    let totp = json!("SOFTWARE_TOKEN_MFA");
    assert_eq!(settings(&w, "ada").await, (Some(list), Some(totp)));
}

#[tokio::test]
async fn passkeys_count_as_two_factors_beside_another_one() {
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}});
    let w = world_of("OPTIONAL", &["SMS", "TOTP"], factors, json!({})).await;
    w.made("ada", &CONTACTS).await;
    let token = w.token("ada").await;
    let off_in_pool = "Passkey MFA requires the FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION of \
                       the user pool.";
    assert_eq!(set(&w, &token, PASSKEYS, on()).await, invalid(off_in_pool));
    let multi = json!({"WebAuthnConfiguration": {
        "RelyingPartyId": "auth.example.com",
        "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
    }});
    w.admin("SetUserPoolMfaConfig", multi)
        .await
        .expect("passkeys of two factors");
    let alone = invalid("Passkey MFA requires another active MFA factor.");
    assert_eq!(set(&w, &token, PASSKEYS, on()).await, alone);
    let both = json!({PASSKEYS: on(), "SMSMfaSettings": on()});
    assert_eq!(admin_set(&w, "ada", both).await, Ok(json!({})));
    assert_eq!(set(&w, &token, "SMSMfaSettings", off()).await, alone);
    let neither = json!({PASSKEYS: off(), "SMSMfaSettings": off()});
    assert_eq!(admin_set(&w, "ada", neither).await, Ok(json!({})));
    assert_eq!(settings(&w, "ada").await, (None, None));
}

#[tokio::test]
async fn lite_pools_have_neither_mail_nor_passkeys() {
    let lite = json!({"UserPoolTier": "LITE"});
    let w = world_of("OPTIONAL", &["SMS", "TOTP"], lite, json!({})).await;
    w.made("ada", &CONTACTS).await;
    let token = w.token("ada").await;
    for (member, name) in [("EmailMfaSettings", "EMAIL_OTP"), (PASSKEYS, "WEB_AUTHN")] {
        let text = format!("{name} is not available in the LITE tier.");
        assert_eq!(set(&w, &token, member, on()).await, invalid(&text));
    }
}

#[tokio::test]
async fn an_administrator_prefers_only_for_users_who_can_sign_in() {
    let recovery = json!({"AccountRecoverySetting": {
        "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}],
    }});
    let w = world_of("OPTIONAL", &["SMS"], recovery, json!({})).await;
    assert_eq!(admin_set(&w, "ada", json!({})).await, no_such_user());
    let factors = w
        .admin("AdminGetUserAuthFactors", json!({"Username": "ada"}))
        .await;
    assert_eq!(factors, no_such_user());
    w.sign_up("ada", &CONTACTS).await.expect("a sign-up");
    assert_eq!(
        admin_set(&w, "ada", json!({"SMSMfaSettings": on()})).await,
        refusal("UserNotConfirmedException", "User is not confirmed.")
    );
    let verified = [("email", "bob@example.com"), ("email_verified", "true")];
    w.made("bob", &verified).await;
    w.admin("AdminResetUserPassword", json!({"Username": "bob"}))
        .await
        .expect("a code");
    assert_eq!(
        admin_set(&w, "bob", json!({"SMSMfaSettings": off()})).await,
        refusal(
            "PasswordResetRequiredException",
            "Password reset required for the user"
        )
    );
}

#[tokio::test]
async fn first_factors_are_listed_where_the_pool_allows_them() {
    let factors = json!({"Policies": {"SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
    }}});
    let w = world_of("OPTIONAL", &["SMS", "TOTP"], factors, json!({})).await;
    w.made("ada", &CONTACTS).await;
    w.made("bob", &CONTACTS[..1]).await;
    let listed = async |name: &str| {
        w.admin("AdminGetUserAuthFactors", json!({"Username": name}))
            .await
            .expect("factors")["ConfiguredUserAuthFactors"]
            .take()
    };
    assert_eq!(
        listed("ada").await,
        json!(["PASSWORD", "EMAIL_OTP", "SMS_OTP"])
    );
    assert_eq!(listed("bob").await, json!(["PASSWORD", "EMAIL_OTP"]));
}
