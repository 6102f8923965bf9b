//! CustomMessage: which messages it composes, and what becomes of its texts.

use serde_json::{Value, json};

use crate::support::triggers::{Stage, with_response};
use crate::support::world::{PASSWORD, attributes};
use crate::support::{refusal, sms};

const EMAIL: [(&str, &str); 1] = [("email", "ada@example.com")];

async fn stage() -> Stage {
    let settings = json!({"AutoVerifiedAttributes": ["email"]});
    Stage::new(&["CustomMessage"], settings, json!({})).await
}

/// The request of an event about a user as he is now.
async fn request(s: &Stage, metadata: Option<Value>) -> Value {
    let mut request = json!({
        "userAttributes": s.attributes_of("ada").await,
        "codeParameter": "{####}", "linkParameter": "{##Click Here##}", "usernameParameter": null,
    });
    if let Some(metadata) = metadata {
        request["clientMetadata"] = metadata;
    }
    request
}

fn no_texts(event: Value) -> Value {
    let response = json!({"smsMessage": null, "emailMessage": null, "emailSubject": null});
    with_response(event, response)
}

#[tokio::test]
async fn every_code_of_a_user_is_announced_with_a_placeholder_in_its_place() {
    let s = stage().await;
    let metadata = json!({"k": "v"});
    let mut input = json!({
        "Username": "ada", "Password": PASSWORD, "UserAttributes": attributes(&EMAIL),
        "ClientMetadata": metadata,
    });
    s.w.public("SignUp", input.clone())
        .await
        .expect("a sign-up");
    let asked = request(&s, Some(metadata.clone())).await;
    let event = s.event("CustomMessage_SignUp", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));

    // The inbox shows the newest first.
    s.w.h.clock.advance(1);
    input = json!({"Username": "ada", "ClientMetadata": metadata});
    s.w.public("ResendConfirmationCode", input.clone())
        .await
        .expect("a code");
    let asked = request(&s, Some(metadata.clone())).await;
    let event = s.event("CustomMessage_ResendCode", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));

    let code = s.w.h.code(&s.w.pool, "ada").await;
    s.w.confirm("ada", &code).await.expect("a confirmation");
    s.w.public("ForgotPassword", input.clone())
        .await
        .expect("a code");
    let asked = request(&s, Some(metadata.clone())).await;
    let event = s.event("CustomMessage_ForgotPassword", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));

    let token = s.w.token("ada").await;
    let change = json!({
        "UserAttributes": attributes(&[("email", "a@example.com")]), "ClientMetadata": metadata,
    });
    s.w.with(&token, "UpdateUserAttributes", change)
        .await
        .expect("an update");
    let asked = request(&s, Some(metadata.clone())).await;
    let event = s.event("CustomMessage_UpdateUserAttribute", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));

    let which = json!({"AttributeName": "email", "ClientMetadata": metadata});
    s.w.with(&token, "GetUserAttributeVerificationCode", which)
        .await
        .expect("a code");
    let asked = request(&s, Some(metadata)).await;
    let event = s.event("CustomMessage_VerifyUserAttribute", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));
}

#[tokio::test]
async fn a_code_of_a_sign_in_is_announced_with_the_metadata_of_the_answer_that_asks_for_it() {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let settings = json!({"Policies": {"SignInPolicy": factors}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    let s = Stage::new(&["CustomMessage"], settings, flows).await;
    s.w.made("ada", &EMAIL).await;
    let begin = async |parameters: Value| {
        let input = json!({
            "AuthFlow": "USER_AUTH", "AuthParameters": parameters,
            "ClientMetadata": {"of": "the beginning"},
        });
        s.w.public("InitiateAuth", input)
            .await
            .expect("a challenge")
    };
    begin(json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": "EMAIL_OTP"})).await;
    let asked = request(&s, None).await;
    let event = s.event("CustomMessage_Authentication", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));

    let choice = begin(json!({"USERNAME": "ada"})).await;
    let input = json!({
        "ChallengeName": "SELECT_CHALLENGE", "Session": choice["Session"],
        "ChallengeResponses": {"USERNAME": "ada", "ANSWER": "EMAIL_OTP"},
        "ClientMetadata": {"of": "the answer"},
    });
    s.w.public("RespondToAuthChallenge", input)
        .await
        .expect("a challenge");
    let asked = request(&s, Some(json!({"of": "the answer"}))).await;
    let event = s.event("CustomMessage_Authentication", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));
}

#[tokio::test]
async fn what_administrators_send_is_announced_without_a_client() {
    let s = stage().await;
    let metadata = json!({"k": "v"});
    let input = json!({
        "Username": "ada", "DesiredDeliveryMediums": ["EMAIL"], "ClientMetadata": metadata,
        "UserAttributes": attributes(&[EMAIL[0], ("email_verified", "true")]),
    });
    s.w.admin("AdminCreateUser", input.clone())
        .await
        .expect("a user");
    let invited = async || {
        let mut asked = request(&s, Some(metadata.clone())).await;
        asked["usernameParameter"] = "{username}".into();
        no_texts(s.admin_event("CustomMessage_AdminCreateUser", "ada", &asked))
    };
    assert_eq!(s.script.event(), invited().await);
    let mut again = input;
    again["MessageAction"] = "RESEND".into();
    s.w.admin("AdminCreateUser", again).await.expect("another");
    assert_eq!(s.script.event(), invited().await);

    let input = json!({"Username": "ada", "Password": PASSWORD, "Permanent": true});
    s.w.admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    let input = json!({"Username": "ada", "ClientMetadata": metadata});
    s.w.admin("AdminResetUserPassword", input)
        .await
        .expect("a reset");
    let asked = request(&s, Some(metadata.clone())).await;
    let event = s.admin_event("CustomMessage_ForgotPassword", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));

    let input = json!({
        "Username": "ada", "UserAttributes": attributes(&[("email", "a@example.com")]),
    });
    s.w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an update");
    let asked = request(&s, None).await;
    let event = s.admin_event("CustomMessage_UpdateUserAttribute", "ada", &asked);
    assert_eq!(s.script.event(), no_texts(event));
}

#[tokio::test]
async fn what_is_not_sent_is_not_composed() {
    let s = stage().await;
    s.w.sign_up("ada", &[])
        .await
        .expect("a sign-up without an address");
    let input = json!({"Username": "bob", "MessageAction": "SUPPRESS"});
    s.w.admin("AdminCreateUser", input).await.expect("a user");
    let input = json!({
        "Username": "bob",
        "UserAttributes": attributes(&[("email", "b@example.com"), ("email_verified", "true")]),
    });
    s.w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an update");
    assert_eq!(s.script.sources(), [""; 0]);
}

#[tokio::test]
async fn its_texts_take_the_place_of_the_templates() {
    let s = stage().await;
    s.script.responds(
        "CustomMessage",
        json!({"smsMessage": null, "emailMessage": "Psst: {####}", "emailSubject": "Your secret"}),
    );
    s.w.sign_up("ada", &EMAIL).await.expect("a sign-up");
    let message = s.w.h.inbox(&s.w.pool, "ada").await.remove(0);
    let code = message.code.expect("a code");
    assert_eq!(message.body, format!("Psst: {code}"));
    assert_eq!(message.subject.as_deref(), Some("Your secret"));
    s.w.confirm("ada", &code).await.expect("a confirmation");
}

#[tokio::test]
async fn a_text_without_its_placeholders_leaves_the_template_in_place() {
    let s = stage().await;
    s.script
        .responds("CustomMessage", json!({"emailMessage": "Hello {####}"}));
    let input = json!({
        "Username": "ada", "TemporaryPassword": "Temp-0rary", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": attributes(&EMAIL),
    });
    s.w.admin("AdminCreateUser", input).await.expect("a user");
    let body = async || {
        s.w.h
            .inbox(&s.w.pool, "ada@example.com")
            .await
            .remove(0)
            .body
    };
    assert_eq!(
        body().await,
        "Your username is ada and temporary password is Temp-0rary."
    );
    s.script.responds(
        "CustomMessage",
        json!({"emailMessage": "{username}, take {####}"}),
    );
    let input = json!({
        "Username": "ada", "TemporaryPassword": "Temp-0rary", "DesiredDeliveryMediums": ["EMAIL"],
        "MessageAction": "RESEND",
    });
    s.w.h.clock.advance(1);
    s.w.admin("AdminCreateUser", input).await.expect("another");
    assert_eq!(body().await, "ada, take Temp-0rary");
}

#[tokio::test]
async fn where_sign_ups_are_confirmed_by_link_its_text_has_words_for_it() {
    let settings = json!({
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
    });
    let s = Stage::new(&["CustomMessage"], settings, json!({})).await;
    s.script.responds(
        "CustomMessage",
        json!({"emailMessage": "<p>{##Press##}</p>", "emailSubject": "Press"}),
    );
    s.w.sign_up("ada", &EMAIL).await.expect("a sign-up");
    let message = s.w.h.inbox(&s.w.pool, "ada").await.remove(0);
    let link = message.link.expect("a link").replace('&', "&amp;");
    assert_eq!(message.body, format!("<p><a href=\"{link}\">Press</a></p>"));
    assert_eq!(message.subject.as_deref(), Some("Press"));
}

#[tokio::test]
async fn one_event_composes_the_messages_of_both_mediums() {
    let settings = json!({"SmsConfiguration": sms()});
    let s = Stage::new(&["CustomMessage"], settings, json!({})).await;
    s.script.responds(
        "CustomMessage",
        json!({"smsMessage": "{username} {####}", "emailMessage": "{####} {username}"}),
    );
    let input = json!({
        "Username": "ada", "TemporaryPassword": "Temp-0rary",
        "DesiredDeliveryMediums": ["EMAIL", "SMS"],
        "UserAttributes": attributes(&[EMAIL[0], ("phone_number", "+12065550100")]),
    });
    s.w.admin("AdminCreateUser", input).await.expect("a user");
    assert_eq!(s.script.sources(), ["CustomMessage_AdminCreateUser"]);
    let body = async |to| s.w.h.inbox(&s.w.pool, to).await.remove(0).body;
    assert_eq!(body("+12065550100").await, "ada Temp-0rary");
    assert_eq!(body("ada@example.com").await, "Temp-0rary ada");
}

#[tokio::test]
async fn what_it_breaks_is_told_though_user_and_code_are_stored() {
    let s = stage().await;
    s.script.throws("CustomMessage", "no words");
    assert_eq!(
        s.w.sign_up("ada", &EMAIL).await,
        refusal(
            "UserLambdaValidationException",
            "CustomMessage failed with error no words."
        )
    );
    assert_eq!(s.w.status("ada").await, "UNCONFIRMED");
    assert_eq!(s.w.sent("ada").await, 0);

    let long = "x".repeat(20_000);
    s.script.responds(
        "CustomMessage",
        json!({"emailMessage": format!("{long}{{####}}")}),
    );
    assert_eq!(
        s.w.public("ResendConfirmationCode", json!({"Username": "ada"}))
            .await,
        refusal(
            "InvalidLambdaResponseException",
            "The e-mail message of CustomMessage is longer than 20000 characters."
        )
    );
    s.script
        .responds("CustomMessage", json!({"emailMessage": 5}));
    assert_eq!(
        s.w.public("ResendConfirmationCode", json!({"Username": "ada"}))
            .await,
        refusal(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output"
        )
    );
}

#[tokio::test]
async fn a_text_message_that_is_too_long_is_refused() {
    let settings = json!({
        "AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": sms(),
    });
    let s = Stage::new(&["CustomMessage"], settings, json!({})).await;
    let text = format!("{}{{####}}", "x".repeat(135));
    s.script
        .responds("CustomMessage", json!({"smsMessage": text}));
    assert_eq!(
        s.w.sign_up("ada", &[("phone_number", "+12065550100")])
            .await,
        refusal(
            "InvalidLambdaResponseException",
            "The SMS message of CustomMessage is longer than 140 characters."
        )
    );
}
