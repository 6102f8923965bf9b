//! UserMigration: who is brought along, with what, and who is not.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::signing::{
    answer_srp, initiate, no_such_user, respond, result, start_srp, wrong_password,
};
use crate::support::triggers::{Stage, with_response};
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{refusal, sms, text, with};

const WEAK: &str = "weakpass";

fn empty(event: Value) -> Value {
    let response = json!({
        "userAttributes": null, "forceAliasCreation": null, "enableSMSMFA": null,
        "finalUserStatus": null, "messageAction": null, "desiredDeliveryMediums": null,
    });
    with_response(event, response)
}

async fn stage() -> Stage {
    Stage::new(&["UserMigration"], json!({}), json!({})).await
}

fn confirmed() -> Value {
    json!({
        "userAttributes": {"email": "ada@example.com", "email_verified": "true"},
        "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
    })
}

fn failed(s: &Stage) -> Answer {
    refusal(
        "UserNotFoundException",
        &format!("Exception migrating user in app client {}", s.w.client),
    )
}

#[tokio::test]
async fn a_confirmed_user_signs_in_with_the_password_that_was_typed() {
    let s = stage().await;
    s.script.responds("UserMigration", confirmed());
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientMetadata": {"k": "v"},
        "AuthParameters": {"USERNAME": "ada", "PASSWORD": WEAK},
    });
    result(s.w.public("InitiateAuth", input).await);
    let asked = json!({"password": WEAK, "validationData": {"k": "v"}, "clientMetadata": null});
    let event = s.event("UserMigration_Authentication", "ada", &asked);
    assert_eq!(s.script.event(), empty(event));
    assert_eq!(s.w.status("ada").await, "CONFIRMED");
    assert_eq!(s.w.sent("ada").await, 0);
    let exchange = start_srp(&s.w, "ada").await;
    result(answer_srp(&s.w, exchange.proof(&s.w, WEAK)).await);
    assert_eq!(s.w.sign_in("ada", PASSWORD).await, wrong_password());
    assert_eq!(s.script.sources(), [""; 0], "he is here now");
}

#[tokio::test]
async fn any_other_final_status_asks_for_a_reset() {
    let s = stage().await;
    let mut answer = confirmed();
    answer["finalUserStatus"] = Value::Null;
    s.script.responds("UserMigration", answer);
    let reset = || {
        refusal(
            "PasswordResetRequiredException",
            "Password reset required for the user",
        )
    };
    assert_eq!(s.w.sign_in("ada", WEAK).await, reset());
    assert_eq!(s.w.status("ada").await, "RESET_REQUIRED");
    assert_eq!(s.w.sign_in("ada", WEAK).await, reset(), "the next time too");
    assert_eq!(s.script.sources(), ["UserMigration_Authentication"]);
}

#[tokio::test]
async fn srp_migrates_nobody() {
    let s = stage().await;
    s.script.responds("UserMigration", confirmed());
    let parameters = json!({"USERNAME": "ada", "SRP_A": "abc123"});
    let answer = initiate(&s.w, "USER_SRP_AUTH", parameters).await;
    assert_eq!(answer, no_such_user());
    assert_eq!(s.script.sources(), [""; 0]);
}

/// A pool whose users choose how to prove who they are.
async fn choosing(client: Value) -> Stage {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let pool = json!({"Policies": {"SignInPolicy": factors}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    let triggers = ["UserMigration", "PreAuthentication"];
    Stage::new(&triggers, pool, with(flows, client)).await
}

/// USER_AUTH with these parameters; what it asks and offers, and the session.
async fn chooses(s: &Stage, parameters: Value) -> (String, Value, String) {
    let parameters = with(json!({"USERNAME": "ada"}), parameters);
    let mut asked = initiate(&s.w, "USER_AUTH", parameters)
        .await
        .expect("a challenge");
    let offered = asked["AvailableChallenges"].take();
    let name = text(&asked["ChallengeName"]);
    (name, offered, text(&asked["Session"]))
}

#[tokio::test]
async fn who_chooses_is_brought_along_by_the_password_that_is_sent() {
    let s = choosing(json!({})).await;
    let only = json!(["PASSWORD"]);
    for parameters in [
        json!({}),
        json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"}),
        json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "abc123"}),
    ] {
        let (name, offered, _) = chooses(&s, parameters).await;
        assert_eq!((&*name, &offered), ("SELECT_CHALLENGE", &only));
    }
    assert_eq!(s.script.sources(), [""; 0], "nobody has sent a password");

    s.script.throws("UserMigration", "unknown");
    let (_, _, session) = chooses(&s, json!({})).await;
    let answers = json!({"USERNAME": "ada", "ANSWER": "PASSWORD", "PASSWORD": WEAK});
    let answer = respond(&s.w, "SELECT_CHALLENGE", Some(&session), answers).await;
    assert_eq!(answer, failed(&s));
    let sent = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": WEAK, "USERNAME": "ada"});
    assert_eq!(initiate(&s.w, "USER_AUTH", sent).await, failed(&s));
    s.script.events();

    s.script.responds("UserMigration", confirmed());
    let (name, offered, session) = chooses(&s, json!({"PREFERRED_CHALLENGE": "PASSWORD"})).await;
    assert_eq!((&*name, offered), ("PASSWORD", only));
    let input = json!({
        "ChallengeName": "PASSWORD", "Session": session, "ClientMetadata": {"k": "v"},
        "ChallengeResponses": {"USERNAME": "ada", "PASSWORD": WEAK},
    });
    result(s.w.public("RespondToAuthChallenge", input).await);
    let [migration, before] = &s.script.events()[..] else {
        panic!("two events");
    };
    let asked = json!({"password": WEAK, "validationData": null, "clientMetadata": {"k": "v"}});
    let event = s.event("UserMigration_Authentication", "ada", &asked);
    assert_eq!(*migration, empty(event));
    assert_eq!(before["triggerSource"], "PreAuthentication_Authentication");
    let seen = &before["request"]["userAttributes"];
    assert_eq!(
        *seen,
        s.attributes_of("ada").await,
        "of the user who is here now"
    );
    assert_eq!(s.w.status("ada").await, "CONFIRMED");
}

#[tokio::test]
async fn a_password_that_comes_along_with_the_choice_migrates_at_once() {
    let s = choosing(json!({})).await;
    s.script.responds("UserMigration", confirmed());
    let input = json!({
        "AuthFlow": "USER_AUTH", "ClientMetadata": {"k": "v"},
        "AuthParameters": {
            "USERNAME": "ada", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": WEAK,
        },
    });
    result(s.w.public("InitiateAuth", input).await);
    let asked = json!({"password": WEAK, "validationData": {"k": "v"}, "clientMetadata": null});
    let event = s.event("UserMigration_Authentication", "ada", &asked);
    assert_eq!(s.script.events()[0], empty(event));
}

#[tokio::test]
async fn where_nobody_is_told_apart_the_choice_is_the_same_for_whom_a_password_brings_along() {
    let s = choosing(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    s.script.throws("UserMigration", "unknown");
    let (_, offered, session) = chooses(&s, json!({})).await;
    assert_eq!(offered, json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    let answers = json!({"USERNAME": "ada", "ANSWER": "PASSWORD", "PASSWORD": WEAK});
    let choose = || respond(&s.w, "SELECT_CHALLENGE", Some(&session), answers.clone());
    assert_eq!(choose().await, wrong_password());
    s.script.responds("UserMigration", confirmed());
    s.script.events();
    result(choose().await);
    assert_eq!(
        s.script.sources(),
        [
            "UserMigration_Authentication",
            "PreAuthentication_Authentication"
        ]
    );
}

#[tokio::test]
async fn whom_the_trigger_does_not_know_or_describes_badly_is_not_found() {
    let s = stage().await;
    s.script.throws("UserMigration", "Bad password");
    assert_eq!(s.w.sign_in("ada", WEAK).await, failed(&s));
    for bad in [
        json!({}),
        json!({"userAttributes": {"no_such": "x"}}),
        json!({"userAttributes": {"email": "no address"}}),
        json!({"userAttributes": {"name": "Ada"}, "enableSMSMFA": true}),
    ] {
        s.script.responds("UserMigration", bad.clone());
        assert_eq!(s.w.sign_in("ada", WEAK).await, failed(&s), "{bad}");
    }
    s.script.answers("UserMigration", "null");
    assert_eq!(
        s.w.sign_in("ada", WEAK).await,
        refusal(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output"
        )
    );
}

#[tokio::test]
async fn a_client_that_hides_users_tells_nothing_of_a_failed_migration() {
    let client = json!({"PreventUserExistenceErrors": "ENABLED"});
    let s = Stage::new(&["UserMigration", "PreAuthentication"], json!({}), client).await;
    s.script.throws("UserMigration", "unknown");
    assert_eq!(s.w.sign_in("ada", WEAK).await, wrong_password());
    s.script.events();
    s.script.responds("UserMigration", confirmed());
    result(s.w.sign_in("ada", WEAK).await);
    assert_eq!(
        s.script.sources(),
        [
            "UserMigration_Authentication",
            "PreAuthentication_Authentication"
        ]
    );
}

#[tokio::test]
async fn an_alias_that_is_taken_moves_only_by_force() {
    let settings = json!({"AliasAttributes": ["email"]});
    let s = Stage::new(&["UserMigration"], settings, json!({})).await;
    let email = [("email", "ada@example.com"), ("email_verified", "true")];
    s.w.made("old", &email).await;
    s.script.responds("UserMigration", confirmed());
    assert_eq!(s.w.sign_in("ada", WEAK).await, failed(&s));
    assert_eq!(s.script.sources().len(), 1, "asked once");
    let mut forced = confirmed();
    forced["forceAliasCreation"] = true.into();
    s.script.responds("UserMigration", forced);
    result(s.w.sign_in("ada", WEAK).await);
    let verified = s.w.attribute("old", "email_verified").await;
    assert_eq!(verified.as_deref(), Some("false"));
}

#[tokio::test]
async fn who_signs_in_with_an_alias_gets_the_username_of_the_answer() {
    let settings = json!({"AliasAttributes": ["email"]});
    let s = Stage::new(&["UserMigration"], settings, json!({})).await;
    let mut answer = confirmed();
    answer["userAttributes"]["username"] = "ada".into();
    s.script.responds("UserMigration", answer);
    result(s.w.sign_in("ada@example.com", WEAK).await);
    let user = s.w.admin("AdminGetUser", json!({"Username": "ada"})).await;
    assert_eq!(user.expect("a user")["UserStatus"], "CONFIRMED");

    s.script.responds("UserMigration", confirmed());
    assert_eq!(
        s.w.sign_in("bob@example.com", WEAK).await,
        failed(&s),
        "an alias alone is no username"
    );
}

#[tokio::test]
async fn a_welcome_message_keeps_the_password_to_itself() {
    let settings = json!({"SmsConfiguration": sms()});
    let s = Stage::new(&["UserMigration"], settings, json!({})).await;
    s.script.responds(
        "UserMigration",
        json!({
            "userAttributes": {"phone_number": "+12065550100", "email": "ada@example.com"},
            "finalUserStatus": "CONFIRMED", "enableSMSMFA": true,
        }),
    );
    result(s.w.sign_in("ada", WEAK).await);
    let sent = s.w.h.inbox(&s.w.pool, "ada").await;
    let texts: Vec<(&str, &str)> = sent
        .iter()
        .map(|message| (message.to.as_str(), message.body.as_str()))
        .collect();
    let text = "Your username is ada.";
    assert_eq!(
        texts,
        [("+12065550100", text)],
        "by SMS unless it says more"
    );
    let user = s.w.admin("AdminGetUser", json!({"Username": "ada"})).await;
    assert_eq!(
        user.expect("a user")["MFAOptions"],
        json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}])
    );
}

#[tokio::test]
async fn a_forgotten_password_brings_a_user_along_without_one() {
    let s = stage().await;
    s.script.responds("UserMigration", confirmed());
    let input = json!({"Username": "ada", "ClientMetadata": {"k": "v"}});
    let answer = s.w.public("ForgotPassword", input).await.expect("a code");
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let asked = json!({"validationData": null, "clientMetadata": {"k": "v"}});
    let event = s.event("UserMigration_ForgotPassword", "ada", &asked);
    assert_eq!(s.script.event(), empty(event));
    let code = s.w.h.code(&s.w.pool, "ada").await;
    let input = json!({"Username": "ada", "ConfirmationCode": code, "Password": PASSWORD});
    s.w.public("ConfirmForgotPassword", input)
        .await
        .expect("a password");
    result(s.w.sign_in("ada", PASSWORD).await);

    s.script.throws("UserMigration", "unknown");
    let answer =
        s.w.public("ForgotPassword", json!({"Username": "eve"}))
            .await;
    assert_eq!(answer, failed(&s));
}

#[tokio::test]
async fn who_was_brought_along_by_somebody_else_meanwhile_is_found_without_asking_again() {
    let s = stage().await;
    let w = Arc::new(World {
        h: s.w.h.clone(),
        pool: s.w.pool.clone(),
        client: s.w.client.clone(),
    });
    s.script.acts("UserMigration", move |mut event| {
        let w = Arc::clone(&w);
        async move {
            w.made("ada", &[]).await;
            event["response"] = confirmed();
            Ok(event.to_string().into_bytes())
        }
    });
    result(s.w.sign_in("ada", PASSWORD).await);
    assert_eq!(s.script.sources(), ["UserMigration_Authentication"]);
    let found = s.w.admin("ListUsers", json!({})).await.expect("users");
    assert_eq!(text(&found["Users"][0]["Username"]), "ada");
    assert_eq!(found["Users"].as_array().expect("a list").len(), 1);
}
