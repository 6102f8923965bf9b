//! CustomEmailSender and CustomSMSSender: what a worker hands to the pool's function.

use cenote_idp::message;
use serde_json::json;

use crate::support::sms;
use crate::support::triggers::{KMS_KEY, Stage, function};
use crate::support::world::{PASSWORD, attributes};

#[tokio::test]
async fn a_code_goes_to_the_function_of_its_medium() {
    let settings = json!({
        "AutoVerifiedAttributes": ["email"], "SmsConfiguration": sms(),
    });
    let s = Stage::new(
        &["CustomEmailSender", "CustomSMSSender"],
        settings,
        json!({}),
    )
    .await;
    let input = json!({
        "Username": "ada", "Password": PASSWORD, "ClientMetadata": {"k": "v"},
        "UserAttributes": attributes(&[("email", "ada@example.com")]),
    });
    s.w.public("SignUp", input).await.expect("a sign-up");
    let taken = message::take(&s.w.h.service, 10).await.expect("messages");
    let sent = taken[0].function.as_ref().expect("a function");
    assert_eq!(
        (sent.arn.as_str(), sent.kms_key.as_str()),
        (&*function("CustomEmailSender"), KMS_KEY)
    );
    assert_eq!(sent.secret, Some(s.w.h.code(&s.w.pool, "ada").await));
    let request = json!({
        "type": "customEmailSenderRequestV1", "code": null, "clientMetadata": {"k": "v"},
        "userAttributes": s.attributes_of("ada").await,
    });
    let mut event = s.event("CustomEmailSender_SignUp", "ada", &request);
    event.as_object_mut().expect("an object").remove("response");
    assert_eq!(sent.event, event, "there is nothing to answer");
}

#[tokio::test]
async fn an_invitation_without_a_password_has_no_code() {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let settings = json!({"Policies": {"SignInPolicy": factors}});
    let s = Stage::new(&["CustomEmailSender"], settings, json!({})).await;
    let input = json!({
        "Username": "ada", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": attributes(&[("email", "ada@example.com")]),
    });
    s.w.admin("AdminCreateUser", input).await.expect("a user");
    let taken = message::take(&s.w.h.service, 10).await.expect("messages");
    let sent = taken[0].function.as_ref().expect("a function");
    assert_eq!(
        (&sent.secret, &sent.event["request"]["code"]),
        (&None, &json!(null))
    );
}

#[tokio::test]
async fn a_temporary_password_is_escaped_for_html() {
    let settings = json!({"SmsConfiguration": sms()});
    let s = Stage::new(&["CustomSMSSender"], settings, json!({})).await;
    let input = json!({
        "Username": "ada", "TemporaryPassword": "Temp<0>rary",
        "UserAttributes": attributes(&[("phone_number", "+12065550100")]),
    });
    s.w.admin("AdminCreateUser", input).await.expect("a user");
    let taken = message::take(&s.w.h.service, 10).await.expect("messages");
    let sent = taken[0].function.as_ref().expect("a function");
    assert_eq!(sent.secret.as_deref(), Some("Temp&lt;0&gt;rary"));
    assert_eq!(
        sent.event["triggerSource"],
        "CustomSMSSender_AdminCreateUser"
    );
    assert_eq!(sent.event["request"]["clientMetadata"], json!(null));
}
