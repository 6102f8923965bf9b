//! Triggers: what a good, a bad and a missing answer lead to.

use std::sync::Arc;

use cenote_idp::ports::TriggerError;
use serde_json::{Value, json};

use crate::support::refusal;
use crate::support::triggers::Stage;
use crate::support::world::{Answer, World};

async fn stage() -> Stage {
    Stage::new(&["PreSignUp"], json!({}), json!({})).await
}

fn unexpected(text: &str) -> Answer {
    refusal("UnexpectedLambdaException", text)
}

fn invalid_response(text: &str) -> Answer {
    refusal("InvalidLambdaResponseException", text)
}

#[tokio::test]
async fn what_a_function_throws_is_told_with_one_more_period() {
    let s = stage().await;
    s.script.throws("PreSignUp", "Boom.");
    assert_eq!(
        s.w.sign_up("ada", &[]).await,
        refusal(
            "UserLambdaValidationException",
            "PreSignUp failed with error Boom.."
        )
    );
    assert_eq!(s.script.sources(), ["PreSignUp_SignUp"], "called once");
    let user = json!({"Username": "ada"});
    assert_eq!(
        s.w.admin("AdminGetUser", user).await,
        refusal("UserNotFoundException", "User does not exist."),
        "nobody was stored"
    );
}

#[tokio::test]
async fn a_function_that_cannot_be_called_fails_the_operation() {
    let s = stage().await;
    let cases = [
        (
            TriggerError::Refused("AccessDeniedException".to_owned()),
            "PreSignUp invocation failed due to error AccessDeniedException.",
        ),
        (
            TriggerError::Misconfigured,
            "PreSignUp invocation failed due to configuration.",
        ),
        (
            TriggerError::TimedOut,
            "PreSignUp invocation failed due to error Timeout.",
        ),
    ];
    for (error, text) in cases {
        s.script.fails("PreSignUp", error);
        assert_eq!(s.w.sign_up("ada", &[]).await, unexpected(text));
    }
    s.script.fails("PreSignUp", TriggerError::Unreadable);
    assert_eq!(
        s.w.sign_up("ada", &[]).await,
        invalid_response("Invalid lambda function output : Invalid JSON")
    );
}

#[tokio::test]
async fn an_answer_of_another_shape_is_unrecognizable() {
    let s = stage().await;
    for bad in [
        "null",
        "[]",
        "\"event\"",
        "{\"response\":7}",
        "{\"response\":{\"autoConfirmUser\":\"yes\"}}",
    ] {
        s.script.answers("PreSignUp", bad);
        assert_eq!(
            s.w.sign_up("ada", &[]).await,
            invalid_response("Unrecognizable lambda output"),
            "{bad}"
        );
    }
    s.script.answers("PreSignUp", "not JSON");
    assert_eq!(
        s.w.sign_up("ada", &[]).await,
        invalid_response("Invalid lambda function output : Invalid JSON")
    );
}

#[tokio::test]
async fn an_event_that_comes_back_unchanged_changes_nothing() {
    let s = stage().await;
    let answer = s.w.sign_up("ada", &[]).await.expect("a sign-up");
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(s.w.status("ada").await, "UNCONFIRMED");
}

#[tokio::test]
async fn what_an_answer_changes_outside_its_response_is_ignored() {
    let s = stage().await;
    s.script.acts("PreSignUp", |mut event| async move {
        event["userName"] = "eve".into();
        event["request"]["userAttributes"]["name"] = "Eve".into();
        Ok(event.to_string().into_bytes())
    });
    s.w.sign_up("ada", &[]).await.expect("a sign-up");
    assert_eq!(s.w.attribute("ada", "name").await, None);
}

#[tokio::test]
async fn a_trigger_may_call_the_server_for_the_same_user() {
    let s = Stage::new(&["PostConfirmation"], json!({}), json!({})).await;
    s.w.sign_up("ada", &[]).await.expect("a sign-up");
    let w = Arc::new(World {
        h: s.w.h.clone(),
        pool: s.w.pool.clone(),
        client: s.w.client.clone(),
    });
    s.script.acts("PostConfirmation", move |event: Value| {
        let w = Arc::clone(&w);
        async move {
            let input = json!({
                "Username": event["userName"],
                "UserAttributes": [{"Name": "name", "Value": "Ada"}],
            });
            w.admin("AdminUpdateUserAttributes", input)
                .await
                .expect("an update");
            Ok(event.to_string().into_bytes())
        }
    });
    s.w.admin("AdminConfirmSignUp", json!({"Username": "ada"}))
        .await
        .expect("a confirmation");
    assert_eq!(s.w.attribute("ada", "name").await.as_deref(), Some("Ada"));
}
