//! CustomEmailSender and CustomSMSSender: what a worker hands to the pool's function.

use cenote_idp::message;
use serde_json::{Value, json};

use crate::support::signing::initiate;
use crate::support::triggers::{KMS_KEY, Stage, function};
use crate::support::world::{PASSWORD, attributes};
use crate::support::{sms, with};

/// Everything that is sent of a user's code by one medium, each time to the function of that medium. `name` is the
/// medium's in the events, `contacts` are two of the user's addresses.
async fn send_all(name: &str, attribute: &str, contacts: [&str; 2], factor: &str) {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", factor]});
    let settings = json!({
        "AutoVerifiedAttributes": [attribute], "SmsConfiguration": sms(),
        "Policies": {"SignInPolicy": factors},
    });
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    let senders = ["CustomEmailSender", "CustomSMSSender"];
    let s = Stage::new(&senders, settings, flows).await;
    // Answers the code that went out.
    let told = async |cause: &str, metadata: Option<Value>| {
        let taken = message::take(&s.w.h.service, 10).await.expect("messages");
        assert_eq!(taken.len(), 1, "{cause}");
        let sent = taken[0].function.as_ref().expect("a function");
        let sender = format!("Custom{name}Sender");
        assert_eq!(
            (sent.arn.as_str(), sent.kms_key.as_str()),
            (&*function(&sender), KMS_KEY)
        );
        let request = json!({
            "type": format!("custom{name}SenderRequestV1"), "code": null,
            "clientMetadata": metadata, "userAttributes": s.attributes_of("ada").await,
        });
        let mut event = s.event(&format!("{sender}_{cause}"), "ada", &request);
        event.as_object_mut().expect("an object").remove("response");
        assert_eq!(sent.event, event, "there is nothing to answer");
        let code = s.w.h.code(&s.w.pool, "ada").await;
        assert_eq!(sent.secret.as_deref(), Some(&*code), "{cause}");
        // The inbox shows the newest first.
        s.w.h.clock.advance(1);
        code
    };
    let metadata = json!({"k": "v"});
    let given = || Some(metadata.clone());
    let input = json!({"Username": "ada", "ClientMetadata": metadata});
    let sign_up = json!({
        "Password": PASSWORD, "UserAttributes": attributes(&[(attribute, contacts[0])]),
    });
    s.w.public("SignUp", with(input.clone(), sign_up))
        .await
        .expect("a sign-up");
    told("SignUp", given()).await;
    s.w.public("ResendConfirmationCode", input.clone())
        .await
        .expect("a code");
    let code = told("ResendCode", given()).await;
    s.w.confirm("ada", &code).await.expect("a confirmation");
    s.w.public("ForgotPassword", input).await.expect("a code");
    told("ForgotPassword", given()).await;

    let token = s.w.token("ada").await;
    let change = json!({
        "UserAttributes": attributes(&[(attribute, contacts[1])]), "ClientMetadata": metadata,
    });
    s.w.with(&token, "UpdateUserAttributes", change)
        .await
        .expect("an update");
    told("UpdateUserAttribute", given()).await;
    let which = json!({"AttributeName": attribute, "ClientMetadata": metadata});
    s.w.with(&token, "GetUserAttributeVerificationCode", which)
        .await
        .expect("a code");
    let code = told("VerifyUserAttribute", given()).await;
    let verify = json!({"AttributeName": attribute, "Code": code});
    s.w.with(&token, "VerifyUserAttribute", verify)
        .await
        .expect("a verified address");

    let begin = json!({
        "AuthFlow": "USER_AUTH", "ClientMetadata": {"of": "the beginning"},
        "AuthParameters": {"USERNAME": "ada", "PREFERRED_CHALLENGE": factor},
    });
    s.w.public("InitiateAuth", begin)
        .await
        .expect("a challenge");
    told("Authentication", None).await;
    let choice = initiate(&s.w, "USER_AUTH", json!({"USERNAME": "ada"})).await;
    let choose = json!({
        "ChallengeName": "SELECT_CHALLENGE", "ClientMetadata": metadata,
        "ChallengeResponses": {"USERNAME": "ada", "ANSWER": factor},
        "Session": choice.expect("a challenge")["Session"],
    });
    s.w.public("RespondToAuthChallenge", choose)
        .await
        .expect("a challenge");
    told("Authentication", given()).await;
}

#[tokio::test]
async fn every_code_goes_to_the_function_of_its_medium() {
    let addresses = ["ada@example.com", "a@example.com"];
    send_all("Email", "email", addresses, "EMAIL_OTP").await;
    let numbers = ["+12065550100", "+12065550101"];
    send_all("SMS", "phone_number", numbers, "SMS_OTP").await;
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
