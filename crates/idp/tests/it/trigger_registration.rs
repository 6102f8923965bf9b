//! PreSignUp and PostConfirmation: what they are asked, and what they change.

use serde_json::{Value, json};

use crate::support::refusal;
use crate::support::signing::{initiate, invalid, result};
use crate::support::triggers::{Stage, with_response};
use crate::support::world::{PASSWORD, attributes};

const BOTH: [&str; 2] = ["PreSignUp", "PostConfirmation"];

fn undecided() -> Value {
    json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false})
}

async fn verifying() -> Stage {
    Stage::new(
        &BOTH,
        json!({"AutoVerifiedAttributes": ["email"]}),
        json!({}),
    )
    .await
}

#[tokio::test]
async fn pre_sign_up_is_asked_with_what_was_given_and_nothing_else() {
    let s = verifying().await;
    let input = json!({
        "Username": "ada", "Password": PASSWORD,
        "UserAttributes": attributes(&[("email", "ada@example.com")]),
        "ValidationData": [{"Name": "captcha", "Value": "42"}],
        "ClientMetadata": {"k": "v"},
    });
    s.w.public("SignUp", input).await.expect("a sign-up");
    let request = json!({
        "userAttributes": {"email": "ada@example.com"},
        "validationData": {"captcha": "42"},
        "clientMetadata": {"k": "v"},
    });
    let event = s.event("PreSignUp_SignUp", "ada", &request);
    assert_eq!(s.script.event(), with_response(event, undecided()));

    s.w.sign_up("bob", &[]).await.expect("a sign-up");
    let request = json!({"userAttributes": {}, "validationData": null});
    let event = s.event("PreSignUp_SignUp", "bob", &request);
    assert_eq!(s.script.event(), with_response(event, undecided()));
}

#[tokio::test]
async fn the_user_name_is_the_sub_to_be_where_attributes_serve_as_usernames() {
    let settings = json!({"UsernameAttributes": ["email"]});
    let s = Stage::new(&BOTH, settings, json!({})).await;
    s.script
        .responds("PreSignUp", json!({"autoConfirmUser": true}));
    let answer =
        s.w.sign_up("ada@example.com", &[])
            .await
            .expect("a sign-up");
    let events = s.script.events();
    let names: Vec<&Value> = events.iter().map(|event| &event["userName"]).collect();
    assert_eq!(names, [&answer["UserSub"], &answer["UserSub"]]);
    assert_eq!(
        events[0]["request"]["userAttributes"],
        json!({"email": "ada@example.com"})
    );
}

#[tokio::test]
async fn auto_confirm_user_confirms_without_a_code_and_fires_post_confirmation() {
    let s = verifying().await;
    let decided =
        json!({"autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": null});
    s.script.responds("PreSignUp", decided);
    let input = json!({
        "Username": "ada", "Password": PASSWORD, "ClientMetadata": {"k": "v"},
        "UserAttributes": attributes(&[("email", "ada@example.com")]),
    });
    let answer = s.w.public("SignUp", input).await.expect("a sign-up");
    let sub = answer["UserSub"].clone();
    assert_eq!(answer, json!({"UserConfirmed": true, "UserSub": sub}));
    assert_eq!(s.w.sent("ada").await, 0);
    let events = s.script.events();
    assert_eq!(events.len(), 2);
    let request = json!({
        "userAttributes": {
            "sub": sub, "cognito:user_status": "CONFIRMED",
            "email": "ada@example.com", "email_verified": "true",
        },
        "clientMetadata": {"k": "v"},
    });
    assert_eq!(
        events[1],
        s.event("PostConfirmation_ConfirmSignUp", "ada", &request)
    );
    s.w.sign_in("ada", PASSWORD).await.expect("a sign-in");
}

#[tokio::test]
async fn an_attribute_that_is_not_there_cannot_be_verified() {
    let s = verifying().await;
    s.script
        .responds("PreSignUp", json!({"autoVerifyEmail": true}));
    assert_eq!(
        s.w.sign_up("ada", &[]).await,
        invalid("Email is required to verify/un-verify a email")
    );
    s.script
        .responds("PreSignUp", json!({"autoVerifyPhone": true}));
    assert_eq!(
        s.w.sign_up("ada", &[]).await,
        invalid("Phone Number is required to verify/un-verify a phone number")
    );
}

#[tokio::test]
async fn a_verified_alias_leaves_whoever_held_it() {
    let s = Stage::new(&BOTH, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let email = [("email", "ada@example.com"), ("email_verified", "true")];
    s.w.made("old", &email).await;
    s.script.events();
    s.script.responds(
        "PreSignUp",
        json!({"autoConfirmUser": true, "autoVerifyEmail": true}),
    );
    s.w.sign_up("new", &email[..1]).await.expect("a sign-up");
    let verified = async |name| s.w.attribute(name, "email_verified").await;
    assert_eq!(verified("old").await.as_deref(), Some("false"));
    assert_eq!(verified("new").await.as_deref(), Some("true"));
    let events = s.script.events();
    assert_eq!(
        events[1]["request"]["userAttributes"]["cognito:email_alias"],
        "ada@example.com"
    );
    let found =
        s.w.admin("AdminGetUser", json!({"Username": "ada@example.com"}))
            .await;
    assert_eq!(found.expect("a user")["Username"], "new");
}

#[tokio::test]
async fn pre_sign_up_of_an_administrator_decides_only_whether() {
    let s = verifying().await;
    s.script.responds(
        "PreSignUp",
        json!({"autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": true}),
    );
    let input = json!({
        "Username": "ada", "MessageAction": "SUPPRESS", "ClientMetadata": {"k": "v"},
        "ValidationData": [{"Name": "ticket", "Value": "7"}, {"Name": "empty"}],
        "UserAttributes": attributes(&[("email", "ada@example.com"), ("email_verified", "false")]),
    });
    let user = s.w.admin("AdminCreateUser", input).await.expect("a user");
    assert_eq!(user["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(
        s.w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );
    let request = json!({
        "userAttributes": {"email": "ada@example.com", "email_verified": "false"},
        "validationData": {"ticket": "7", "empty": ""},
        "clientMetadata": {"k": "v"},
    });
    let event = s.admin_event("PreSignUp_AdminCreateUser", "ada", &request);
    assert_eq!(s.script.event(), with_response(event, undecided()));

    s.script.throws("PreSignUp", "no");
    assert_eq!(
        s.w.admin("AdminCreateUser", json!({"Username": "bob"}))
            .await,
        refusal(
            "UserLambdaValidationException",
            "PreSignUp failed with error no."
        )
    );
    s.script.events();
    let input = json!({"Username": "ada", "MessageAction": "RESEND"});
    s.w.admin("AdminCreateUser", input)
        .await
        .expect("a message");
    assert_eq!(s.script.sources(), [""; 0], "it is no new user");
}

#[tokio::test]
async fn confirming_fires_post_confirmation_with_the_confirmed_user() {
    let s = verifying().await;
    s.w.sign_up("ada", &[("email", "ada@example.com")])
        .await
        .expect("a sign-up");
    s.script.events();
    let code = s.w.h.code(&s.w.pool, "ada").await;
    let input = json!({
        "Username": "ada", "ConfirmationCode": code, "ClientMetadata": {"k": "v"},
    });
    s.w.public("ConfirmSignUp", input)
        .await
        .expect("a confirmation");
    let seen = s.attributes_of("ada").await;
    assert_eq!(seen["cognito:user_status"], "CONFIRMED");
    assert_eq!(seen["email_verified"], "true");
    let request = json!({"userAttributes": seen, "clientMetadata": {"k": "v"}});
    assert_eq!(
        s.script.event(),
        s.event("PostConfirmation_ConfirmSignUp", "ada", &request)
    );
}

#[tokio::test]
async fn an_error_of_post_confirmation_leaves_the_user_confirmed() {
    let s = verifying().await;
    s.w.sign_up("ada", &[("email", "ada@example.com")])
        .await
        .expect("a sign-up");
    s.script.throws("PostConfirmation", "no mail today");
    let code = s.w.h.code(&s.w.pool, "ada").await;
    assert_eq!(
        s.w.confirm("ada", &code).await,
        refusal(
            "UserLambdaValidationException",
            "PostConfirmation failed with error no mail today."
        )
    );
    assert_eq!(s.w.status("ada").await, "CONFIRMED");
    assert_eq!(
        s.w.confirm("ada", &code).await,
        refusal(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED"
        )
    );
}

#[tokio::test]
async fn an_administrators_confirmation_fires_post_confirmation_and_verifies_nothing() {
    let s = verifying().await;
    s.w.sign_up("ada", &[("email", "ada@example.com")])
        .await
        .expect("a sign-up");
    s.script.events();
    let input = json!({"Username": "ada", "ClientMetadata": {"k": "v"}});
    s.w.admin("AdminConfirmSignUp", input)
        .await
        .expect("a confirmation");
    let seen = s.attributes_of("ada").await;
    assert_eq!(seen["email_verified"], "false");
    let request = json!({"userAttributes": seen, "clientMetadata": {"k": "v"}});
    assert_eq!(
        s.script.event(),
        s.admin_event("PostConfirmation_ConfirmSignUp", "ada", &request)
    );
}

#[tokio::test]
async fn a_reset_password_fires_post_confirmation_and_a_set_one_nothing() {
    let s = verifying().await;
    let email = [("email", "ada@example.com"), ("email_verified", "true")];
    s.w.made("ada", &email).await;
    assert_eq!(
        s.script.sources(),
        ["PreSignUp_AdminCreateUser"],
        "AdminSetUserPassword fires no trigger"
    );
    s.w.public("ForgotPassword", json!({"Username": "ada"}))
        .await
        .expect("a code");
    let code = s.w.h.code(&s.w.pool, "ada").await;
    let input = json!({
        "Username": "ada", "ConfirmationCode": code, "Password": "N3w-passw0rd",
        "ClientMetadata": {"k": "v"},
    });
    s.w.public("ConfirmForgotPassword", input)
        .await
        .expect("a password");
    let request = json!({
        "userAttributes": s.attributes_of("ada").await, "clientMetadata": {"k": "v"},
    });
    assert_eq!(
        s.script.event(),
        s.event("PostConfirmation_ConfirmForgotPassword", "ada", &request)
    );
}

#[tokio::test]
async fn a_code_that_signs_in_first_confirms_and_fires_post_confirmation() {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let settings = json!({"Policies": {"SignInPolicy": factors}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    let s = Stage::new(&["PostConfirmation"], settings, flows).await;
    s.w.sign_up("ada", &[("email", "ada@example.com")])
        .await
        .expect("a sign-up");
    let sign_in = async || {
        s.w.h.clock.advance(1);
        let parameters = json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": "EMAIL_OTP"});
        let asked = initiate(&s.w, "USER_AUTH", parameters).await;
        let code = s.w.h.code(&s.w.pool, "ada").await;
        let input = json!({
            "ChallengeName": "EMAIL_OTP", "Session": asked.expect("a challenge")["Session"],
            "ChallengeResponses": {"USERNAME": "ada", "EMAIL_OTP_CODE": code},
            "ClientMetadata": {"k": "v"},
        });
        s.w.public("RespondToAuthChallenge", input).await
    };
    result(sign_in().await);
    let seen = s.attributes_of("ada").await;
    assert_eq!(seen["cognito:user_status"], "CONFIRMED");
    assert_eq!(seen["email_verified"], "true");
    let request = json!({"userAttributes": seen, "clientMetadata": {"k": "v"}});
    assert_eq!(
        s.script.event(),
        s.event("PostConfirmation_ConfirmSignUp", "ada", &request)
    );
    result(sign_in().await);
    assert_eq!(s.script.events(), Vec::<Value>::new(), "confirmed already");
}
