//! Signing in on the pages: the same steps as through the API, but for the client's settings of flows and
//! its secret, and they end in a session of the browser.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use cenote_model::{AuthFlowType, ChallengeNameType, Operation, Sensitive};
use serde_json::json;

use super::Authorization;
use crate::auth::{self, Parameters, Scene, SignedIn, Step};
use crate::pool::Pool;
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

/// Begins with a username and a password.
pub async fn with_password(
    cx: &Cx,
    authorization: &Authorization,
    username: &str,
    password: &str,
) -> Result<Progress> {
    let given = [("USERNAME", username), ("PASSWORD", password)];
    take(cx, authorization, Move::Password, &given).await
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
    take(cx, authorization, Move::Choice(session), &given).await
}

/// Answers a question; the answers are those of RespondToAuthChallenge, `USERNAME` among them.
pub async fn answer(
    cx: &Cx,
    authorization: &Authorization,
    challenge: ChallengeNameType,
    session: &str,
    answers: &[(&str, &str)],
) -> Result<Progress> {
    let answer = Move::Answer(challenge, session);
    take(cx, authorization, answer, answers).await
}

/// What somebody does on a page.
#[derive(Clone, Copy)]
enum Move<'a> {
    Password,
    /// With the session of a sign-up, if there is one.
    Choice(Option<&'a str>),
    /// To a challenge, in its session.
    Answer(ChallengeNameType, &'a str),
}

impl Move<'_> {
    /// The operation that it stands for.
    const fn like(self) -> Operation {
        match self {
            Self::Password | Self::Choice(_) => Operation::InitiateAuth,
            Self::Answer(..) => Operation::RespondToAuthChallenge,
        }
    }

    /// How it is watched, and what of it.
    fn watched<'n>(self, pool: &Pool, username: Option<&'n str>) -> (Mode, Asked<'n>) {
        let flow = match self {
            Self::Password => AuthFlowType::UserPasswordAuth,
            Self::Choice(_) => AuthFlowType::UserAuth,
            Self::Answer(challenge, _) => {
                let mode = protection::mode_of_challenge(pool, challenge);
                return (mode, Asked::by_challenge(challenge, username));
            }
        };
        let mode = protection::mode_of_flow(pool, flow);
        (mode, Asked::by_flow(flow, username))
    }
}

/// Makes a move, again where somebody else was faster.
async fn take(
    cx: &Cx,
    authorization: &Authorization,
    own: Move<'_>,
    given: &[(&str, &str)],
) -> Result<Progress> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned().into());
    let given: BTreeMap<String, Sensitive> = given.iter().map(owned).collect();
    let given = Parameters(Some(&given));
    let (mode, asked) = own.watched(&authorization.pool, given.optional("USERNAME"));
    let cx = &*counted(cx, own).await?;
    let mut run = 1;
    loop {
        let scene = scene(cx, authorization, mode);
        let steps: Pin<Box<dyn Future<Output = Result<Step>> + Send + '_>> = match own {
            Move::Password => Box::pin(auth::with_password(cx, &scene, &given)),
            Move::Choice(session) => Box::pin(auth::start_choice(cx, &scene, &given, session)),
            Move::Answer(challenge, session) => {
                let session = Some(session);
                Box::pin(auth::respond(cx, &scene, challenge, session, &given))
            }
        };
        match protection::watch(cx, &scene, asked, steps).await {
            Err(error) => rpc::again(own.like(), &mut run, error)?,
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

fn scene(cx: &Cx, authorization: &Authorization, mode: Mode) -> Scene {
    let Authorization { pool, client, .. } = authorization;
    Scene {
        is_hosted: true,
        levels: authorization.levels.clone(),
        attempt: Attempt::new(mode, || Context::of_connection(cx)),
        ..Scene::new(Arc::clone(pool), Arc::clone(client))
    }
}

/// Counts a move as the operation that it stands for.
async fn counted<'a>(cx: &'a Cx, own: Move<'_>) -> Result<Cow<'a, Cx>> {
    let body = match own {
        Move::Answer(challenge, _) => json!({"ChallengeName": challenge.as_str()}).to_string(),
        Move::Password | Move::Choice(_) => String::new(),
    };
    rpc::counted(cx, own.like(), body.as_bytes()).await
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
