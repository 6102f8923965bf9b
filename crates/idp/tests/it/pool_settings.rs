//! The settings of user pools: how they are filled in, and what is refused.

use crate::support::pools::{FUNCTION, World};
use crate::support::{refusal, with};
use serde_json::{Value, json};

#[tokio::test]
async fn a_password_policy_is_filled_in() {
    let w = World::new().await;
    let policy = |given: Value| json!({"Policies": {"PasswordPolicy": given}});
    let shown = |given: Value| {
        let plain = json!({
            "MinimumLength": 8, "RequireUppercase": false, "RequireLowercase": false, "RequireNumbers": false,
            "RequireSymbols": false, "TemporaryPasswordValidityDays": 7,
        });
        json!({"PasswordPolicy": with(plain, given), "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}})
    };
    for (given, changed) in [
        (
            json!({"RequireNumbers": true}),
            json!({"RequireNumbers": true}),
        ),
        (
            json!({"MinimumLength": 6, "TemporaryPasswordValidityDays": 0}),
            json!({"MinimumLength": 6}),
        ),
        (
            json!({"TemporaryPasswordValidityDays": 365, "PasswordHistorySize": 24}),
            json!({"TemporaryPasswordValidityDays": 365, "PasswordHistorySize": 24}),
        ),
    ] {
        w.assert_shown(policy(given), "Policies", shown(changed))
            .await;
    }
    let message = "1 validation error detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to \
                   satisfy constraint: Member must have value greater than or equal to 6";
    w.assert_invalid(policy(json!({"MinimumLength": 5})), message)
        .await;
}

#[tokio::test]
async fn the_two_validities_of_temporary_passwords_agree() {
    let w = World::new().await;
    let own = |days: i32| json!({"Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": days}}});
    let legacy = |days: i32| json!({"AdminCreateUserConfig": {"UnusedAccountValidityDays": days}});
    let shown =
        |days: i32| json!({"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": days});
    w.assert_shown(own(3), "AdminCreateUserConfig", shown(3))
        .await;
    w.assert_shown(legacy(4), "AdminCreateUserConfig", shown(4))
        .await;
    let message = "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays";
    w.assert_invalid(with(own(3), legacy(4)), message).await;
    let made = w.create(legacy(4)).await;
    assert_eq!(
        made["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"],
        4
    );
}

#[tokio::test]
async fn first_factors_contain_the_password() {
    let w = World::new().await;
    let factors =
        |list: Value| json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": list}}});
    let message = "Password should be configured as one of the allowed first auth factors.";
    w.assert_invalid(factors(json!(["EMAIL_OTP"])), message)
        .await;
    let message = "SOFTWARE_TOKEN is not supported as a first auth factor.";
    w.assert_invalid(factors(json!(["PASSWORD", "SOFTWARE_TOKEN"])), message)
        .await;
    let list = json!(["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]);
    let made = w.create(factors(list.clone())).await;
    assert_eq!(
        made["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"],
        list
    );
}

#[tokio::test]
async fn sign_in_names_are_decided_once() {
    let w = World::new().await;
    let both = json!({"AliasAttributes": ["email"], "UsernameAttributes": ["phone_number"]});
    let message =
        "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.";
    assert_eq!(
        w.try_create(both).await,
        refusal("InvalidParameterException", message)
    );
    let required = json!({
        "AliasAttributes": ["preferred_username"], "Schema": [{"Name": "preferred_username", "Required": true}],
    });
    let message = "preferred_username cannot be both a required attribute and an alias.";
    assert_eq!(
        w.try_create(required).await,
        refusal("InvalidParameterException", message)
    );
    let made = w
        .create(json!({"UsernameAttributes": ["email"], "AliasAttributes": []}))
        .await;
    assert_eq!(made["UsernameAttributes"], json!(["email"]));
    assert_eq!(made.get("AliasAttributes"), None);
}

#[tokio::test]
async fn the_token_trigger_has_two_forms() {
    let w = World::new().await;
    let config = |given: Value| json!({"LambdaConfig": given});
    let other = "arn:aws:lambda:us-east-1:123456789012:function:two";
    let version = |version: &str, arn: &str| json!({"LambdaVersion": version, "LambdaArn": arn});
    let both = |shown: &str| json!({"PreTokenGeneration": FUNCTION, "PreTokenGenerationConfig": version(shown, FUNCTION)});
    w.assert_shown(
        config(json!({"PreTokenGeneration": FUNCTION})),
        "LambdaConfig",
        both("V1_0"),
    )
    .await;
    let given = config(json!({"PreTokenGenerationConfig": version("V3_0", FUNCTION)}));
    w.assert_shown(given, "LambdaConfig", both("V3_0")).await;
    w.assert_shown(config(both("V2_0")), "LambdaConfig", both("V2_0"))
        .await;
    let given =
        json!({"PreTokenGeneration": FUNCTION, "PreTokenGenerationConfig": version("V2_0", other)});
    let message = "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's";
    w.assert_invalid(config(given), message).await;
}

#[tokio::test]
async fn functions_and_keys_are_of_the_pool_s_region() {
    let w = World::new().await;
    let elsewhere = FUNCTION.replace("us-east-1", "eu-west-1");
    for config in [
        json!({"PreSignUp": elsewhere}),
        json!({"PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": elsewhere}}),
        json!({"InboundFederation": {"LambdaVersion": "V1_0", "LambdaArn": elsewhere}}),
    ] {
        let message = "Cross-region lambda functions are not supported";
        w.assert_invalid(json!({"LambdaConfig": config}), message)
            .await;
    }
    let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": FUNCTION});
    for member in ["CustomSMSSender", "CustomEmailSender"] {
        let message =
            "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.";
        w.assert_invalid(json!({"LambdaConfig": {member: sender}}), message)
            .await;
        let key = "arn:aws:kms:us-east-1:123456789012:key/one";
        let config = json!({member: sender, "KMSKeyID": key});
        w.assert_shown(json!({"LambdaConfig": config}), "LambdaConfig", config)
            .await;
        let config = json!({member: sender, "KMSKeyID": key.replace("us-east-1", "eu-west-1")});
        w.assert_invalid(json!({"LambdaConfig": config}), "Invalid arn eu-west-1")
            .await;
    }
}

#[tokio::test]
async fn account_recovery_is_consistent() {
    let w = World::new().await;
    let recovery = |mechanisms: &[(&str, i32)]| {
        let mechanisms: Vec<_> = mechanisms
            .iter()
            .map(|(name, priority)| json!({"Name": name, "Priority": priority}))
            .collect();
        json!({"AccountRecoverySetting": {"RecoveryMechanisms": mechanisms}})
    };
    let duplicate =
        "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.";
    w.assert_invalid(
        recovery(&[("verified_email", 1), ("verified_phone_number", 1)]),
        duplicate,
    )
    .await;
    w.assert_invalid(
        recovery(&[("verified_email", 1), ("verified_email", 2)]),
        duplicate,
    )
    .await;
    let message = "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.";
    w.assert_invalid(
        recovery(&[("admin_only", 1), ("verified_email", 2)]),
        message,
    )
    .await;
    w.create(recovery(&[("admin_only", 1)])).await;
}

#[tokio::test]
async fn devices_are_tracked_by_the_presence_of_their_configuration() {
    let w = World::new().await;
    let shown =
        json!({"ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false});
    w.assert_shown(
        json!({"DeviceConfiguration": {}}),
        "DeviceConfiguration",
        shown,
    )
    .await;
}

#[tokio::test]
async fn names_of_levels_are_unique_with_the_defaults() {
    let w = World::new().await;
    let levels = |given: Value| json!({"AcrConfiguration": given});
    let made = w
        .create(levels(json!({"Level2": {"AcrValue": "two"}})))
        .await;
    assert_eq!(
        made["AcrConfiguration"],
        json!({
            "Level1": {"AcrValue": "urn:cognito:loa:1"}, "Level2": {"AcrValue": "two"},
            "Level3": {"AcrValue": "urn:cognito:loa:3"}, "Level4": {"AcrValue": "urn:cognito:loa:4"},
        })
    );
    let message = "ACR values must be unique across all levels, including default values.";
    for given in [
        json!({"Level2": {"AcrValue": "urn:cognito:loa:4"}}),
        json!({"Level1": {"AcrValue": "same"}, "Level3": {"AcrValue": "same"}}),
        // The default of a level that has another name is still that level's.
        json!({"Level1": {"AcrValue": "urn:cognito:loa:2"}, "Level2": {"AcrValue": "two"}}),
        json!({
            "Level1": {"AcrValue": "urn:cognito:loa:2"}, "Level2": {"AcrValue": "urn:cognito:loa:1"},
        }),
    ] {
        w.assert_invalid(levels(given), message).await;
    }
    let own = json!({"Level1": {"AcrValue": "urn:cognito:loa:1"}, "Level4": {"AcrValue": "four"}});
    let made = w.create(levels(own)).await;
    assert_eq!(made["AcrConfiguration"]["Level4"]["AcrValue"], "four");
}

#[tokio::test]
async fn keys_and_tags_have_rules() {
    let w = World::new().await;
    let key = json!({"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY"}});
    w.assert_invalid(
        key,
        "KmsKeyArn is required when KeyType is CUSTOMER_MANAGED_KEY.",
    )
    .await;
    let tags: serde_json::Map<_, _> = (0..51)
        .map(|number| (format!("t{number}"), json!("x")))
        .collect();
    let message = "A user pool can have at most 50 tags.";
    w.assert_refused(
        json!({"UserPoolTags": tags}),
        "UserPoolTaggingException",
        message,
    )
    .await;
}

#[tokio::test]
async fn a_tier_has_only_its_features() {
    let w = World::new().await;
    let lite = |more: Value| with(json!({"UserPoolTier": "LITE"}), more);
    let trigger =
        json!({"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION}});
    for (settings, feature) in [
        (
            json!({"LambdaConfig": trigger}),
            "Token Customization with Pre-Token Generation Lambda V2_0",
        ),
        (
            json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}}}),
            "Passwordless Sign-In",
        ),
        (
            json!({"Policies": {"PasswordPolicy": {"PasswordHistorySize": 1}}}),
            "Password History",
        ),
        (
            json!({"DcrConfiguration": {}}),
            "Dynamic Client Registration",
        ),
        (
            json!({"AcrConfiguration": {"Level1": {"AcrValue": "one"}}}),
            "Custom ACR Values",
        ),
    ] {
        let message = format!(
            "The following features need to be disabled for the LITE pricing tier configured: {feature}"
        );
        w.assert_refused(
            lite(settings.clone()),
            "FeatureUnavailableInTierException",
            &message,
        )
        .await;
        w.create(settings).await;
    }
    let protected = json!({"UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}});
    let message = "The following features need to be disabled for the ESSENTIALS pricing tier configured: \
                   Threat Protection";
    w.assert_refused(
        protected.clone(),
        "FeatureUnavailableInTierException",
        message,
    )
    .await;
    w.create(with(protected, json!({"UserPoolTier": "PLUS"})))
        .await;
    w.create(lite(
        json!({"DcrConfiguration": {"EnableStatus": "Disabled"}}),
    ))
    .await;
}
