//! DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::sign_in::Person;
use super::{Call, Metadata, Trigger, call, event};
use crate::{Cx, Error, Result};

/// A challenge of a custom sign-in that was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the event calls them so")]
pub(crate) struct Round {
    pub(crate) challenge_name: String,
    pub(crate) challenge_result: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) challenge_metadata: Option<String>,
}

/// What DefineAuthChallenge decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The user is signed in.
    IssueTokens,
    /// The user is refused.
    Fail,
    /// CUSTOM_CHALLENGE.
    Custom,
    /// PASSWORD_VERIFIER.
    Password,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Defined {
    challenge_name: Option<String>,
    issue_tokens: Option<bool>,
    fail_authentication: Option<bool>,
}

/// What CreateAuthChallenge makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    /// What the client is told.
    pub(crate) public_challenge_parameters: Option<Metadata>,
    /// What only VerifyAuthChallengeResponse is told.
    pub(crate) private_challenge_parameters: Option<Metadata>,
    pub(crate) challenge_metadata: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    answer_correct: Option<bool>,
}

/// Asks what comes next. Failing counts before issuing tokens, and both before a challenge.
pub(crate) async fn define_auth_challenge(
    cx: &Cx,
    person: Person<'_>,
    rounds: &[Round],
    metadata: Option<&Metadata>,
) -> Result<Decision> {
    let mut request = person.request();
    request["session"] = json!(rounds);
    let response = json!({"challengeName": null, "issueTokens": null, "failAuthentication": null});
    let (trigger, request) = (
        Trigger::DefineAuthChallenge,
        event::with_metadata(request, metadata),
    );
    let defined: Option<Defined> =
        call(cx, person.pool, of(person, trigger, request, response)).await?;
    let defined = defined.ok_or_else(Error::custom_auth_trigger_missing)?;
    if defined.fail_authentication == Some(true) {
        return Ok(Decision::Fail);
    }
    if defined.issue_tokens == Some(true) {
        return Ok(Decision::IssueTokens);
    }
    match defined.challenge_name.as_deref() {
        Some("CUSTOM_CHALLENGE") => Ok(Decision::Custom),
        Some("PASSWORD_VERIFIER") => Ok(Decision::Password),
        _ => Err(Error::lambda_output(
            "DefineAuthChallenge names no challenge that there is",
        )),
    }
}

/// Asks for a custom challenge.
pub(crate) async fn create_auth_challenge(
    cx: &Cx,
    person: Person<'_>,
    rounds: &[Round],
    metadata: Option<&Metadata>,
) -> Result<Created> {
    let mut request = person.request();
    request["challengeName"] = "CUSTOM_CHALLENGE".into();
    request["session"] = json!(rounds);
    let response = json!({
        "publicChallengeParameters": null,
        "privateChallengeParameters": null,
        "challengeMetadata": null,
    });
    let (trigger, request) = (
        Trigger::CreateAuthChallenge,
        event::with_metadata(request, metadata),
    );
    let created = call(cx, person.pool, of(person, trigger, request, response)).await?;
    created.ok_or_else(Error::custom_auth_trigger_missing)
}

/// Asks whether an answer is right. What it says decides nothing yet: DefineAuthChallenge does.
pub(crate) async fn verify_auth_challenge(
    cx: &Cx,
    person: Person<'_>,
    private: Option<&Metadata>,
    answer: &str,
    metadata: Option<&Metadata>,
) -> Result<bool> {
    let mut request = person.request();
    request["privateChallengeParameters"] = json!(private);
    request["challengeAnswer"] = answer.into();
    let response = json!({"answerCorrect": null});
    let (trigger, request) = (
        Trigger::VerifyAuthChallengeResponse,
        event::with_metadata(request, metadata),
    );
    let verified: Option<Verified> =
        call(cx, person.pool, of(person, trigger, request, response)).await?;
    let verified = verified.ok_or_else(Error::custom_auth_trigger_missing)?;
    Ok(verified.answer_correct.unwrap_or_default())
}

fn of(person: Person<'_>, trigger: Trigger, request: Value, response: Value) -> Call<'_> {
    Call {
        trigger,
        source: format!("{}_Authentication", trigger.name()),
        version: "1",
        user_name: person.user_name(),
        client_id: Some(&person.client.id),
        request,
        response,
    }
}
