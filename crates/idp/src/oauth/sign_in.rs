//! Signing in on the pages: the same steps as through the API, but for the client's settings of flows and
//! its secret, and they end in a session of the browser.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cenote_model::{AuthFlowType, ChallengeNameType, Operation, Sensitive};
use serde_json::json;

use super::Authorization;
use crate::auth::{self, Parameters, Scene, SignedIn, Step};
use crate::protection::Mode;
use crate::protection::event::Context;
use crate::protection::sign_in::{self as protection, Asked, Attempt};
use crate::{Cx, Error, Result, rpc};

/// Where a sign-in stands.
pub enum Progress {
    /// Somebody has signed in.
    Done(Box<SignedIn>),
    /// There is a question.
    Asked {
        /// Which.
        challenge: ChallengeNameType,
        /// The state of the sign-in, sealed; it goes back with the answer.
        session: String,
        /// What comes with the question.
        parameters: BTreeMap<String, String>,
        /// What else could be asked.
        available: Vec<ChallengeNameType>,
    },
}

fn scene(cx: &Cx, authorization: &Authorization, mode: Mode) -> Scene {
    let Authorization { pool, client, .. } = authorization;
    Scene {
        is_hosted: true,
        levels: authorization.levels.clone(),
        attempt: Attempt::new(mode, || Context::of_connection(cx)),
        ..Scene::new(Arc::clone(pool), Arc::clone(client))
    }
}

fn sensitive(values: &[(&str, &str)]) -> BTreeMap<String, Sensitive> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned().into());
    values.iter().map(owned).collect()
}

/// Begins with a username and a password.
pub async fn with_password(
    cx: &Cx,
    authorization: &Authorization,
    username: &str,
    password: &str,
) -> Result<Progress> {
    let given = sensitive(&[("USERNAME", username), ("PASSWORD", password)]);
    let flow = AuthFlowType::UserPasswordAuth;
    let mode = protection::mode_of_flow(&authorization.pool, flow);
    let given = Parameters(Some(&given));
    let cx = &*counted(cx, Operation::InitiateAuth, None).await?;
    let mut run = 1;
    loop {
        let scene = scene(cx, authorization, mode);
        let steps = Box::pin(auth::with_password(cx, &scene, &given));
        let asked = Asked::by_flow(flow, Some(username));
        match protection::watch(cx, &scene, asked, steps).await {
            Err(error) => rpc::again(Operation::InitiateAuth, &mut run, error)?,
            Ok(step) => return progress(step),
        }
    }
}

/// Begins with a username alone: the user chooses how to go on, as in USER_AUTH. `preferred` is a first factor
/// to go on with at once, where the user has it; `session` is that of a sign-up which this goes on from.
pub async fn with_choice(
    cx: &Cx,
    authorization: &Authorization,
    username: &str,
    preferred: Option<ChallengeNameType>,
    session: Option<&str>,
) -> Result<Progress> {
    let mut given = vec![("USERNAME", username)];
    given.extend(preferred.map(|preferred| ("PREFERRED_CHALLENGE", preferred.as_str())));
    let given = sensitive(&given);
    let flow = AuthFlowType::UserAuth;
    let mode = protection::mode_of_flow(&authorization.pool, flow);
    let given = Parameters(Some(&given));
    let cx = &*counted(cx, Operation::InitiateAuth, None).await?;
    let mut run = 1;
    loop {
        let scene = scene(cx, authorization, mode);
        let steps = Box::pin(auth::start_choice(cx, &scene, &given, session));
        let asked = Asked::by_flow(flow, Some(username));
        match protection::watch(cx, &scene, asked, steps).await {
            Err(error) => rpc::again(Operation::InitiateAuth, &mut run, error)?,
            Ok(step) => return progress(step),
        }
    }
}

/// Answers a question; the answers are those of RespondToAuthChallenge, `USERNAME` among them.
pub async fn answer(
    cx: &Cx,
    authorization: &Authorization,
    challenge: ChallengeNameType,
    session: &str,
    answers: &[(&str, &str)],
) -> Result<Progress> {
    let given = sensitive(answers);
    let mode = protection::mode_of_challenge(&authorization.pool, challenge);
    let answers = Parameters(Some(&given));
    let session = Some(session);
    let operation = Operation::RespondToAuthChallenge;
    let cx = &*counted(cx, operation, Some(challenge)).await?;
    let mut run = 1;
    loop {
        let scene = scene(cx, authorization, mode);
        let steps = Box::pin(auth::respond(cx, &scene, challenge, session, &answers));
        let asked = Asked::by_challenge(challenge, answers.optional("USERNAME"));
        match protection::watch(cx, &scene, asked, steps).await {
            Err(error) => rpc::again(operation, &mut run, error)?,
            Ok(step) => return progress(step),
        }
    }
}

/// What the page of WEB_AUTHN hands to the browser, for the challenge of a session.
pub async fn passkey_options(
    cx: &Cx,
    authorization: &Authorization,
    username: &str,
    session: &str,
) -> Result<String> {
    let Authorization { pool, client, .. } = authorization;
    let scene = Scene::new(Arc::clone(pool), Arc::clone(client));
    auth::passkey_options(cx, &scene, username, session).await
}

/// Counts a step as the operation that it stands for.
async fn counted(
    cx: &Cx,
    operation: Operation,
    challenge: Option<ChallengeNameType>,
) -> Result<Cow<'_, Cx>> {
    let body = challenge.map(|challenge| json!({"ChallengeName": challenge.as_str()}).to_string());
    let body = body.as_deref().unwrap_or_default();
    rpc::counted(cx, operation, body.as_bytes()).await
}

fn progress(step: Step) -> Result<Progress> {
    match step {
        Step::SignedIn(signed_in) => Ok(Progress::Done(signed_in)),
        Step::Done(_) => Err(Error::internal("the pages' door led to tokens")),
        Step::Challenge {
            name,
            session,
            parameters,
            available,
        } => Ok(Progress::Asked {
            challenge: name,
            session: session.unwrap_or_default(),
            parameters,
            available: available.unwrap_or_default(),
        }),
    }
}

impl SignedIn {
    /// The username, as pages show it.
    pub fn username(&self) -> &str {
        &self.user.username
    }

    /// An attribute of the user, as pages show it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.user.attributes.get(name).map(String::as_str)
    }
}
