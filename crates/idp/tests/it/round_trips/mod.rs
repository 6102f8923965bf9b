//! What goes in comes out: each thing that is created and updated is shown with everything that it was given.

mod clients;
mod parts;

use serde_json::{Value, json};

use crate::support::{Harness, sms, text, with};

/// The service model, for the members that there are.
fn members(shape: &str) -> Vec<String> {
    let model: Value =
        serde_json::from_str(include_str!("../../../../model/service.json")).expect("a model");
    let members = model["shapes"][shape]["members"].as_object();
    members.expect("members").keys().cloned().collect()
}

/// Whether `shown` has all that was given; defaults may stand beside it.
fn holds(shown: &Value, given: &Value) -> bool {
    match given {
        Value::Object(given) => given.iter().all(|(name, given)| holds(&shown[name], given)),
        Value::Array(given) => {
            let shown = shown.as_array().map(Vec::as_slice).unwrap_or_default();
            shown.len() == given.len()
                && shown
                    .iter()
                    .zip(given)
                    .all(|(shown, given)| holds(shown, given))
        }
        given => shown == given,
    }
}

/// Asserts that each member comes out as it went in.
fn assert_holds(shown: &Value, given: &Value) {
    for (name, given) in given.as_object().expect("an object") {
        assert!(
            holds(&shown[name], given),
            "{name}: {given} went in, {} came out",
            shown[name]
        );
    }
}

/// Asserts that no member of the model's shape was forgotten.
fn assert_complete(shape: &str, given: &[&Value]) {
    let given_members: Vec<_> = given
        .iter()
        .flat_map(|value| value.as_object().expect("an object").keys())
        .collect();
    let missing: Vec<_> = members(shape)
        .into_iter()
        .filter(|name| !given_members.contains(&name))
        .collect();
    assert!(missing.is_empty(), "{shape}: {missing:?} is not given here");
}

fn without(value: &Value, names: &[&str]) -> Value {
    let mut value = value.clone();
    let members = value.as_object_mut().expect("an object");
    members.retain(|name, _| !names.contains(&name.as_str()));
    value
}

fn function(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{name}")
}

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555";

/// Everything that both CreateUserPool and UpdateUserPool take, apart from older twins.
fn settings() -> Value {
    json!({
        "PoolName": "everything",
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 10, "RequireUppercase": true, "RequireLowercase": false,
                "RequireNumbers": true, "RequireSymbols": false, "PasswordHistorySize": 3,
                "TemporaryPasswordValidityDays": 5,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
        },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {
            "PreSignUp": function("a"), "CustomMessage": function("b"), "PostConfirmation": function("c"),
            "PreAuthentication": function("d"), "PostAuthentication": function("e"),
            "DefineAuthChallenge": function("f"), "CreateAuthChallenge": function("g"),
            "VerifyAuthChallengeResponse": function("h"), "UserMigration": function("i"),
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": function("j")},
            "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": function("k")},
            "CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": function("l")},
            "KMSKeyID": KEY,
        },
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
            "SmsMessage": "sms {####}", "EmailMessage": "mail {####}", "EmailSubject": "subject",
            "EmailMessageByLink": "follow {##this##}", "EmailSubjectByLink": "a link",
        },
        "SmsAuthenticationMessage": "sign in {####}",
        "MfaConfiguration": "OPTIONAL",
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "DeviceConfiguration": {
            "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true,
        },
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER", "From": "a@example.com",
            "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/a@example.com",
            "ReplyToEmailAddress": "b@example.com", "ConfigurationSet": "set",
        },
        "SmsConfiguration": with(sms(), json!({"SnsRegion": "us-east-1"})),
        "UserPoolTags": {"team": "blue"},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": true,
            "InviteMessageTemplate": {
                "SMSMessage": "{username} {####}", "EmailMessage": "mail {username} {####}",
                "EmailSubject": "come",
            },
        },
        "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
        "DcrConfiguration": {
            "EnableStatus": "Enabled", "OpenDcrEnabled": true,
            "AuthenticatedGrantTypes": ["code"], "OpenDcrGrantTypes": ["code"],
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Name": "verified_phone_number", "Priority": 1}, {"Name": "verified_email", "Priority": 2},
        ]},
        "UserPoolTier": "PLUS",
        "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        "IssuerConfiguration": {"Type": "UPDATED"},
        "AcrConfiguration": {
            "Level1": {"AcrValue": "one"}, "Level2": {"AcrValue": "two"},
            "Level3": {"AcrValue": "three"}, "Level4": {"AcrValue": "four"},
        },
    })
}

/// The older twins of settings.
fn twins() -> Value {
    json!({
        "SmsVerificationMessage": "sms {####}",
        "EmailVerificationMessage": "mail {####}",
        "EmailVerificationSubject": "subject",
    })
}

async fn described(h: &Harness, pool: &str) -> Value {
    let shown = h.ok("DescribeUserPool", json!({"UserPoolId": pool})).await["UserPool"].take();
    with(shown.clone(), json!({"PoolName": shown["Name"]}))
}

#[tokio::test]
async fn a_pool_shows_everything_that_it_was_made_with() {
    let h = Harness::new().await;
    let of_creation = json!({
        "AliasAttributes": ["email", "preferred_username"],
        "UsernameConfiguration": {"CaseSensitive": false},
    });
    let schema = json!({"Schema": [
        {"Name": "family_name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {
            "Name": "score", "AttributeDataType": "Number", "Mutable": true,
            "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"},
        },
    ]});
    let addresses = json!({"UsernameAttributes": ["email"]});
    assert_complete(
        "CreateUserPoolRequest",
        &[&settings(), &twins(), &of_creation, &schema, &addresses],
    );

    let input = with(with(settings(), of_creation.clone()), schema);
    let pool = h.pool(input).await;
    let shown = described(&h, &pool).await;
    assert_holds(&shown, &settings());
    assert_holds(&shown, &of_creation);
    let attributes = shown["SchemaAttributes"].as_array().expect("a schema");
    let attribute = |name: &str| {
        let found = attributes
            .iter()
            .find(|attribute| attribute["Name"] == name);
        found.cloned().expect("an attribute")
    };
    assert_eq!(attribute("family_name")["Required"], true);
    assert_holds(
        &attribute("custom:score"),
        &json!({"NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"}, "Mutable": true}),
    );

    let pool = h.pool(with(addresses.clone(), twins())).await;
    let shown = described(&h, &pool).await;
    assert_holds(&shown, &addresses);
    assert_holds(&shown, &twins());
}

#[tokio::test]
async fn a_pool_shows_everything_that_it_was_updated_to_and_forgets_what_is_left_out() {
    let h = Harness::new().await;
    let id = json!({"UserPoolId": h.pool(json!({})).await});
    let pool = text(&id["UserPoolId"]);
    assert_complete("UpdateUserPoolRequest", &[&settings(), &twins(), &id]);
    let bare = described(&h, &pool).await;

    h.ok("UpdateUserPool", with(settings(), id.clone())).await;
    assert_holds(&described(&h, &pool).await, &settings());

    h.ok("UpdateUserPool", id).await;
    let after = described(&h, &pool).await;
    let kept = [
        "Name",
        "PoolName",
        "UserPoolTags",
        "DcrConfiguration",
        "LastModifiedDate",
    ];
    assert_eq!(without(&after, &kept), without(&bare, &kept));
    assert_holds(
        &after,
        &json!({"PoolName": "everything", "UserPoolTags": {"team": "blue"}}),
    );
}
