//! Signing in on the pages: the same steps as through the API, but for the client's settings of flows and
//! its secret, and they end in a session of the browser.

use std::collections::BTreeMap;
use std::sync::Arc;

use cenote_model::{ChallengeNameType, Sensitive};

use super::Authorization;
use crate::auth::{self, Parameters, Scene, SignedIn, Step};
use crate::{Cx, Error, Result};

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

fn scene(authorization: &Authorization) -> Scene {
    let Authorization { pool, client, .. } = authorization;
    Scene {
        is_hosted: true,
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
    let scene = scene(authorization);
    progress(auth::with_password(cx, &scene, &Parameters(Some(&given))).await?)
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
    let scene = scene(authorization);
    let answers = Parameters(Some(&given));
    progress(auth::respond(cx, &scene, challenge, Some(session), &answers).await?)
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
