//! Lambda triggers: what each is asked, what its answer changes, and what a bad one is told.
//!
//! A trigger that decides is called before the change is built, one that is informed after the commit.
//! An operation may be run again when its change meets a newer version: [`Answers`] keeps what each
//! trigger said, so that it is asked once for a request.

mod challenge;
mod event;
mod federation;
mod message;
mod migration;
mod registration;
mod sign_in;
mod tokens;

pub(crate) use challenge::{
    Decision, Round, create_auth_challenge, define_auth_challenge, verify_auth_challenge,
};
pub(crate) use federation::inbound_federation;
pub(crate) use message::{CustomMessage, custom_message, notice_sender, sender};
pub(crate) use migration::{Arrival, Migrated, user_migration};
pub(crate) use registration::{
    CONFIRM_FORGOT_PASSWORD, CONFIRM_SIGN_UP, PreSignUpSource, post_confirmation, pre_sign_up,
};
pub(crate) use sign_in::{Person, post_authentication, pre_authentication};
pub(crate) use tokens::{Claims, TokenSource, client_token_generation, token_generation};

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cenote_model::LambdaConfigType;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::pool::Pool;
use crate::{Cx, Error, Result};

/// `ClientMetadata` and maps like it.
pub(crate) type Metadata = BTreeMap<String, String>;

/// A member of LambdaConfig whose function is called and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    PreSignUp,
    PostConfirmation,
    PreAuthentication,
    PostAuthentication,
    DefineAuthChallenge,
    CreateAuthChallenge,
    VerifyAuthChallengeResponse,
    PreTokenGeneration,
    UserMigration,
    CustomMessage,
    InboundFederation,
}

impl Trigger {
    /// The name of the member, with which refusals begin.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::UserMigration => "UserMigration",
            Self::CustomMessage => "CustomMessage",
            Self::InboundFederation => "InboundFederation",
        }
    }

    /// The function, if the pool has one.
    fn arn(self, pool: &Pool) -> Option<&str> {
        let config = config(pool)?;
        match self {
            Self::PreSignUp => &config.pre_sign_up,
            Self::PostConfirmation => &config.post_confirmation,
            Self::PreAuthentication => &config.pre_authentication,
            Self::PostAuthentication => &config.post_authentication,
            Self::DefineAuthChallenge => &config.define_auth_challenge,
            Self::CreateAuthChallenge => &config.create_auth_challenge,
            Self::VerifyAuthChallengeResponse => &config.verify_auth_challenge_response,
            Self::PreTokenGeneration => &config.pre_token_generation,
            Self::UserMigration => &config.user_migration,
            Self::CustomMessage => &config.custom_message,
            Self::InboundFederation => {
                let configured = config.inbound_federation.as_ref()?;
                return Some(&configured.lambda_arn);
            }
        }
        .as_deref()
    }

    /// Whether the pool has it.
    pub(crate) fn is_set(self, pool: &Pool) -> bool {
        self.arn(pool).is_some()
    }
}

fn config(pool: &Pool) -> Option<&LambdaConfigType> {
    pool.shape.lambda_config.as_ref()
}

/// Through which client a request came, and what it says to triggers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Origin<'a> {
    /// `None` for IAM operations that name no client.
    pub(crate) client_id: Option<&'a str>,
    /// ClientMetadata.
    pub(crate) metadata: Option<&'a Metadata>,
}

impl<'a> Origin<'a> {
    /// A request through a client.
    pub(crate) fn client(client_id: &'a str, metadata: Option<&'a Metadata>) -> Self {
        Self {
            client_id: Some(client_id),
            metadata,
        }
    }

    /// A request of an administrator.
    pub(crate) fn admin(metadata: Option<&'a Metadata>) -> Self {
        Self {
            client_id: None,
            metadata,
        }
    }
}

/// One call of a trigger.
struct Call<'a> {
    trigger: Trigger,
    /// `triggerSource`.
    source: String,
    /// `version` of the event.
    version: &'static str,
    user_name: &'a str,
    client_id: Option<&'a str>,
    request: Value,
    /// The response as it is sent: every member there, and null.
    response: Value,
}

/// Calls the pool's function and reads the response; `None` when the pool has no such trigger.
async fn call<R: DeserializeOwned>(cx: &Cx, pool: &Pool, call: Call<'_>) -> Result<Option<R>> {
    let trigger = call.trigger;
    let Some(arn) = trigger.arn(pool) else {
        return Ok(None);
    };
    let key = format!("{} {}", call.source, call.request);
    let response = if let Some(answer) = cx.answers.get(&key) {
        answer
    } else {
        let event = event::envelope(cx, pool, call).to_string();
        let answer = cx
            .service
            .triggers
            .call(trigger.name(), arn, event.as_bytes(), cx.request_id)
            .await
            .map_err(|error| Error::trigger(trigger, error))
            .and_then(|body| event::response(&body));
        cx.answers.put(key, answer.clone());
        answer
    }?;
    serde_json::from_value(response)
        .map(Some)
        .map_err(|_| Error::lambda_output("a member of the response is of the wrong type"))
}

/// What the triggers of one request answered, by what they were asked. The name of a user who is not
/// stored yet is no part of the question: it is made anew when the operation is run again.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<HashMap<String, Result<Value>>>>);

impl Answers {
    fn get(&self, key: &str) -> Option<Result<Value>> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).cloned()
    }

    /// Whether no trigger was asked.
    pub(crate) fn is_empty(&self) -> bool {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.is_empty()
    }

    fn put(&self, key: String, answer: Result<Value>) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(key, answer);
    }
}

impl fmt::Debug for Answers {
    /// Answers hold secrets: private challenge parameters, claims, personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers(..)")
    }
}
