//! The MFA configuration of user pools.

use crate::support::{Harness, refusal, sms, with};
use serde_json::{Value, json};

/// A pool and its MFA configuration.
struct World {
    h: Harness,
    pool: String,
}

impl World {
    async fn of(settings: Value) -> Self {
        let h = Harness::new().await;
        let pool = h.pool(settings).await;
        Self { h, pool }
    }

    async fn set(&self, settings: Value) -> Result<Value, (String, String)> {
        self.h
            .call(
                "SetUserPoolMfaConfig",
                with(json!({"UserPoolId": self.pool}), settings),
            )
            .await
    }

    async fn get(&self) -> Value {
        self.h
            .ok("GetUserPoolMfaConfig", json!({"UserPoolId": self.pool}))
            .await
    }

    async fn assert_set(&self, settings: Value, expected: &Value) {
        assert_eq!(
            self.set(settings.clone()).await.as_ref(),
            Ok(expected),
            "{settings}"
        );
        assert_eq!(self.get().await, *expected, "{settings}");
    }

    async fn assert_refused(&self, settings: Value, name: &str, message: &str) {
        let before = self.get().await;
        assert_eq!(
            self.set(settings.clone()).await,
            refusal(name, message),
            "{settings}"
        );
        assert_eq!(self.get().await, before, "{settings}");
    }

    async fn assert_invalid(&self, settings: Value, message: &str) {
        self.assert_refused(settings, "InvalidParameterException", message)
            .await;
    }
}

const SMS_MISSING: &str =
    "SMS configuration and Auto verification for phone_number are required when MFA is";

#[tokio::test]
async fn a_new_pool_has_no_mfa() {
    let w = World::of(json!({})).await;
    assert_eq!(w.get().await, json!({"MfaConfiguration": "OFF"}));
}

#[tokio::test]
async fn totp_is_turned_on_and_off() {
    let w = World::of(json!({})).await;
    let on = json!({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    w.assert_set(on.clone(), &on).await;
    let described =
        w.h.ok("DescribeUserPool", json!({"UserPoolId": w.pool}))
            .await;
    assert_eq!(described["UserPool"]["MfaConfiguration"], "ON");
    w.assert_set(
        json!({"MfaConfiguration": "OFF"}),
        &json!({"MfaConfiguration": "OFF"}),
    )
    .await;
}

#[tokio::test]
async fn sms_comes_with_its_configuration() {
    let w = World::of(json!({})).await;
    let optional = |more: Value| with(json!({"MfaConfiguration": "OPTIONAL"}), more);
    let without =
        optional(json!({"SmsMfaConfiguration": {"SmsAuthenticationMessage": "Code {####}"}}));
    w.assert_invalid(without.clone(), &format!("{SMS_MISSING} optional"))
        .await;
    let factor = json!({"SmsAuthenticationMessage": "Code {####}", "SmsConfiguration": sms()});
    let on = optional(json!({"SmsMfaConfiguration": factor}));
    w.assert_set(on.clone(), &on).await;
    w.assert_set(without, &on).await;
    let described =
        w.h.ok("DescribeUserPool", json!({"UserPoolId": w.pool}))
            .await;
    assert_eq!(described["UserPool"]["SmsConfiguration"], sms());
    assert_eq!(
        described["UserPool"]["SmsAuthenticationMessage"],
        "Code {####}"
    );
    let totp = optional(json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}}));
    w.assert_set(totp.clone(), &with(on, totp)).await;
}

#[tokio::test]
async fn factors_and_state_fit_together() {
    let w = World::of(json!({})).await;
    let totp = json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}});
    w.assert_invalid(
        with(totp.clone(), json!({"MfaConfiguration": "OFF"})),
        "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
    )
    .await;
    let message = "[MfaConfiguration] must be one of 'ON', 'OFF', or 'OPTIONAL'.";
    w.assert_invalid(totp.clone(), message).await;
    let message = "At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be provided.";
    for state in ["ON", "OPTIONAL"] {
        w.assert_invalid(json!({"MfaConfiguration": state}), message)
            .await;
    }
    let disabled =
        json!({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": false}});
    w.assert_invalid(disabled, &format!("{SMS_MISSING} required"))
        .await;
}

#[tokio::test]
async fn pools_are_made_with_sms_alone() {
    let h = Harness::new().await;
    let input = json!({"PoolName": "p", "MfaConfiguration": "ON"});
    assert_eq!(
        h.call("CreateUserPool", input).await,
        refusal(
            "InvalidParameterException",
            &format!("{SMS_MISSING} required")
        )
    );
    let w = World {
        pool: h
            .pool(json!({"MfaConfiguration": "ON", "SmsConfiguration": sms()}))
            .await,
        h,
    };
    let shown =
        json!({"MfaConfiguration": "ON", "SmsMfaConfiguration": {"SmsConfiguration": sms()}});
    assert_eq!(w.get().await, shown);
}

#[tokio::test]
async fn an_update_of_the_pool_keeps_factors_while_mfa_stays_on() {
    let w = World::of(json!({})).await;
    let on =
        json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    w.assert_set(on.clone(), &on).await;
    w.h.ok(
        "UpdateUserPool",
        json!({"UserPoolId": w.pool, "MfaConfiguration": "OPTIONAL"}),
    )
    .await;
    assert_eq!(w.get().await, on);
    w.h.ok("UpdateUserPool", json!({"UserPoolId": w.pool}))
        .await;
    assert_eq!(w.get().await, json!({"MfaConfiguration": "OFF"}));
}

#[tokio::test]
async fn required_mfa_excludes_one_time_passwords_as_first_factors() {
    let factors =
        |list: Value| json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": list}}});
    let on = json!({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    let otp = World::of(factors(json!(["PASSWORD", "EMAIL_OTP"]))).await;
    let message =
        "MFA cannot be required when EMAIL_OTP or SMS_OTP is an allowed first auth factor.";
    otp.assert_invalid(on.clone(), message).await;

    let passkeys = World::of(factors(json!(["PASSWORD", "WEB_AUTHN"]))).await;
    let message = "MFA cannot be required when WEB_AUTHN is an allowed first auth factor, unless \
                   FactorConfiguration is MULTI_FACTOR_WITH_USER_VERIFICATION.";
    passkeys.assert_invalid(on.clone(), message).await;
    let multi = json!({"WebAuthnConfiguration": {
        "RelyingPartyId": "auth.example.com", "UserVerification": "required",
        "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
    }});
    let both = with(on, multi);
    passkeys.assert_set(both.clone(), &both).await;
}

#[tokio::test]
async fn passkeys_are_configured_without_touching_mfa() {
    let w = World::of(json!({})).await;
    let on =
        json!({"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    w.assert_set(on.clone(), &on).await;
    let passkeys = json!({"WebAuthnConfiguration": {"RelyingPartyId": "example.com"}});
    w.assert_set(passkeys.clone(), &with(on, passkeys.clone()))
        .await;
    let off = json!({"MfaConfiguration": "OFF"});
    w.assert_set(off.clone(), &with(off, passkeys)).await;
}

#[tokio::test]
async fn codes_by_mail_need_an_own_sender_and_another_way_to_recover() {
    let email = json!({"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {"Message": "Code {####}"}});
    let sender = json!({"EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
    }});
    let recovery = json!({"AccountRecoverySetting": {
        "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}],
    }});
    let without = World::of(json!({})).await;
    let message = "Email MFA requires an EmailConfiguration with EmailSendingAccount DEVELOPER.";
    without.assert_invalid(email.clone(), message).await;
    let only_mail = World::of(with(sender.clone(), recovery)).await;
    let message = "Email MFA cannot be used when email is the only account recovery mechanism.";
    only_mail.assert_invalid(email.clone(), message).await;
    let lite = World::of(with(sender.clone(), json!({"UserPoolTier": "LITE"}))).await;
    let message =
        "The following feature is not available for the LITE pricing tier configured: Email MFA";
    lite.assert_refused(email.clone(), "FeatureUnavailableInTierException", message)
        .await;

    let w = World::of(sender.clone()).await;
    w.assert_set(email.clone(), &email).await;
    let down =
        json!({"UserPoolId": w.pool, "UserPoolTier": "LITE", "MfaConfiguration": "OPTIONAL"});
    assert_eq!(
        w.h.call("UpdateUserPool", with(down, sender)).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: Email MFA"
        )
    );
}
