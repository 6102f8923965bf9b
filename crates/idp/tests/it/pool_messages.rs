//! The settings of user pools that are about messages.

use crate::support::pools::World;
use crate::support::{sms, with};
use serde_json::{Value, json};

#[tokio::test]
async fn verification_texts_are_shown_in_both_forms() {
    let w = World::new().await;
    let legacy = json!({
        "SmsVerificationMessage": "S {####}", "EmailVerificationMessage": "E {####}",
        "EmailVerificationSubject": "Subject",
    });
    let template = json!({
        "SmsMessage": "S {####}", "EmailMessage": "E {####}", "EmailSubject": "Subject",
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
    });
    for given in [
        legacy.clone(),
        json!({"VerificationMessageTemplate": template}),
    ] {
        let made = w.create(given).await;
        assert_eq!(made["VerificationMessageTemplate"], template);
        for (member, value) in legacy.as_object().expect("an object") {
            assert_eq!(made[member], *value, "{member}");
        }
    }
}

#[tokio::test]
async fn an_invitation_has_its_placeholders() {
    let w = World::new().await;
    let invitation = |text: &str| json!({"AdminCreateUserConfig": {"InviteMessageTemplate": {"EmailMessage": text}}});
    w.create(invitation("{username}: {####}")).await;
    let message = "The invitation message must contain {username} and {####}.";
    for text in ["Hello {username}", "Take {####}"] {
        w.assert_invalid(invitation(text), message).await;
    }
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}});
    w.create(with(invitation("Hello {username}"), factors))
        .await;
}

#[tokio::test]
async fn mail_and_sms_configurations_are_checked() {
    let w = World::new().await;
    let email = |given: Value| json!({"EmailConfiguration": given});
    let message = "Source ARN is required to use DEVELOPER email sending owner";
    w.assert_invalid(email(json!({"EmailSendingAccount": "DEVELOPER"})), message)
        .await;
    w.assert_invalid(
        email(json!({"From": "nobody"})),
        "Provided From email address is invalid",
    )
    .await;
    let source = "arn:aws:ses:sa-east-1:123456789012:identity/a@b.example";
    let message = "Provided SourceArn must be in one of the following SES regions: us-east-1, us-west-2, eu-west-1";
    w.assert_invalid(email(json!({"SourceArn": source})), message)
        .await;
    let own = json!({
        "EmailSendingAccount": "DEVELOPER", "SourceArn": source.replace("sa-east-1", "us-west-2"),
        "From": "Some One <a@b.example>",
    });
    w.assert_shown(email(own.clone()), "EmailConfiguration", own)
        .await;

    let config = |given: Value| json!({"SmsConfiguration": given});
    w.assert_shown(config(sms()), "SmsConfiguration", sms())
        .await;
    let message = "Provide either SnsCallerArn or EumsSms in SmsConfiguration, but not both.";
    let eums = json!({"EumsSms": {"CallerArn": "arn:aws:iam::000000000000:role/sms", "Region": "us-east-1"}});
    w.assert_shown(config(eums.clone()), "SmsConfiguration", eums.clone())
        .await;
    w.assert_invalid(config(json!({})), message).await;
    w.assert_invalid(config(with(sms(), eums)), message).await;
    let message = "Invalid snsRegion. Allowed SNS region for us-east-1 is us-east-1";
    w.assert_invalid(
        config(with(sms(), json!({"SnsRegion": "eu-west-1"}))),
        message,
    )
    .await;
}

#[tokio::test]
async fn phone_numbers_are_verified_by_sms() {
    let w = World::new().await;
    let verified = json!({"AutoVerifiedAttributes": ["phone_number"]});
    let message =
        "SMS configuration is required when phone_number is selected for auto verification";
    w.assert_invalid(verified.clone(), message).await;
    w.create(with(verified, json!({"SmsConfiguration": sms()})))
        .await;
}

#[tokio::test]
async fn only_what_is_verified_can_wait_for_it() {
    let w = World::new().await;
    let waiting = json!({"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}});
    let message = "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes";
    w.assert_invalid(waiting.clone(), message).await;
    w.create(with(waiting, json!({"AutoVerifiedAttributes": ["email"]})))
        .await;
}
