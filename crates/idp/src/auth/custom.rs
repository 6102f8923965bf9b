//! CUSTOM_AUTH: three triggers decide, with the password before them or without one.

use cenote_model::ChallengeNameType;
use serde::{Deserialize, Serialize};

use super::session::{self, Pending, Session};
use super::{
    Flow, Parameters, Progress, Scene, Step, after_second_factor, device, exchange, judge,
    second_factor, srp,
};
use crate::ports::Change;
use crate::trigger::{self, Decision, Metadata, Person, Round};
use crate::user::{Account, sign_in};
use crate::{Cx, Error, Result};

/// The most characters of a `Session` that a client can send back.
const SESSION_LIMIT: usize = 4096;

/// What waits for the answer to a CUSTOM_CHALLENGE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Custom {
    /// What only the trigger that verifies is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private: Option<Metadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<String>,
}

fn round(name: ChallengeNameType, is_right: bool, metadata: Option<String>) -> Round {
    Round {
        challenge_name: name.as_str().to_owned(),
        challenge_result: is_right,
        challenge_metadata: metadata,
    }
}

/// CUSTOM_AUTH in InitiateAuth. CHALLENGE_NAME says whether SRP goes first.
pub(crate) async fn start(cx: &Cx, scene: &Scene, parameters: &Parameters<'_>) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    let username = parameters.required("USERNAME")?;
    client.check_secret_hash(cx, username, parameters.optional("SECRET_HASH"))?;
    let mut progress = Progress::new(Flow::Custom);
    progress.note_device(parameters.optional("DEVICE_KEY"));
    let public_a = if parameters.optional("CHALLENGE_NAME") == Some("SRP_A") {
        progress.rounds.push(Round {
            challenge_name: "SRP_A".to_owned(),
            challenge_result: true,
            challenge_metadata: None,
        });
        Some(exchange::public_a(parameters)?)
    } else {
        None
    };
    let (account, _) = sign_in::find_by_name(cx, pool, client, username).await?;
    let person = scene.person(&account, username);
    trigger::pre_authentication(cx, person, scene.validation_data.as_ref()).await?;
    let (rounds, metadata) = (&progress.rounds, scene.metadata.as_ref());
    match trigger::define_auth_challenge(cx, person, rounds, metadata).await? {
        Decision::Password => {
            let public_a = public_a.ok_or_else(|| {
                Error::lambda_output("DefineAuthChallenge asks for a proof of no SRP_A")
            })?;
            let session = Session::of(
                cx,
                scene,
                &account,
                Pending::PasswordVerifier,
                progress.clone(),
            );
            let session = Some(session.seal(cx, scene)?);
            srp::ask(cx, scene, &account, &public_a, progress, session).await
        }
        decision => follow(cx, scene, person, progress, decision).await,
    }
}

/// Goes on after the password was proved by SRP.
pub(super) async fn after_password(
    cx: &Cx,
    scene: &Scene,
    account: &Account,
    typed: &str,
    mut progress: Progress,
) -> Result<Step> {
    let proved = round(ChallengeNameType::PasswordVerifier, true, None);
    progress.rounds.push(proved);
    decide(cx, scene, scene.person(account, typed), progress).await
}

/// Takes the answer to a CUSTOM_CHALLENGE. Once it was judged, right or wrong, the session is used.
pub(super) async fn answer(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    custom: Custom,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let username = answers.required("USERNAME")?;
    let answer = answers.required("ANSWER")?;
    let account = session.account(cx, scene, username).await?;
    let person = scene.person(&account, username);
    let metadata = scene.metadata.as_ref();
    let private = custom.private.as_ref();
    let is_right = trigger::verify_auth_challenge(cx, person, private, answer, metadata).await?;
    let used = Change::new().with(session.consume(cx, &scene.pool));
    cx.try_commit(used).await.map_err(session::refused)?;
    let mut progress = session.progress;
    let name = ChallengeNameType::CustomChallenge;
    progress.rounds.push(round(name, is_right, custom.metadata));
    decide(cx, scene, person, progress).await
}

async fn decide(cx: &Cx, scene: &Scene, person: Person<'_>, progress: Progress) -> Result<Step> {
    let (rounds, metadata) = (&progress.rounds, scene.metadata.as_ref());
    let decision = trigger::define_auth_challenge(cx, person, rounds, metadata).await?;
    follow(cx, scene, person, progress, decision).await
}

/// Does what DefineAuthChallenge says.
async fn follow(
    cx: &Cx,
    scene: &Scene,
    person: Person<'_>,
    mut progress: Progress,
    decision: Decision,
) -> Result<Step> {
    match (decision, person.account) {
        (Decision::Custom, _) => ask(cx, scene, person, progress).await,
        (Decision::Password, _) => Err(Error::lambda_output(
            "DefineAuthChallenge asks for a password that was not begun with",
        )),
        (Decision::Fail, _) | (Decision::IssueTokens, Account::Unknown { .. }) => {
            Err(Error::wrong_password())
        }
        (Decision::IssueTokens, Account::Known(user)) if user.enabled => {
            scene.attempt.prove(user);
            judge(cx, scene, user, &mut progress).await?;
            if progress.wants_mfa().is_some() && second_factor::is_possible(scene, user, &progress)
            {
                let device = device::recognise(cx, scene, user, &progress).await?;
                return second_factor::ask(cx, scene, user, progress, device).await;
            }
            after_second_factor(cx, scene, user, progress).await
        }
        (Decision::IssueTokens, Account::Known(_)) => Err(Error::user_disabled()),
    }
}

/// Asks a CUSTOM_CHALLENGE.
async fn ask(cx: &Cx, scene: &Scene, person: Person<'_>, progress: Progress) -> Result<Step> {
    let (rounds, metadata) = (&progress.rounds, scene.metadata.as_ref());
    let created = trigger::create_auth_challenge(cx, person, rounds, metadata).await?;
    let pending = Pending::Custom(Custom {
        private: created.private_challenge_parameters,
        metadata: created.challenge_metadata,
    });
    let session = Session::of(cx, scene, person.account, pending, progress);
    let mut parameters = created.public_challenge_parameters.unwrap_or_default();
    parameters.insert("USERNAME".to_owned(), person.account.username().to_owned());
    let session = session.seal(cx, scene)?;
    if session.len() > SESSION_LIMIT {
        return Err(Error::custom_session_too_long());
    }
    Ok(Step::Challenge {
        name: ChallengeNameType::CustomChallenge,
        session: Some(session),
        parameters,
        available: None,
    })
}
