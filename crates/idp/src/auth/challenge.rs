//! Answers to challenges: which step takes which.

use cenote_model::{ChallengeNameType, ExplicitAuthFlowsType};

use super::session::{Pending, Session};
use super::{Parameters, Scene, Step, new_password, password, srp};
use crate::{Cx, Error, Result};

/// Takes an answer. Every one names the user and, where the client has a secret, proves it.
pub(crate) async fn respond(
    cx: &Cx,
    scene: &Scene,
    challenge: ChallengeNameType,
    session: Option<&str>,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let username = answers.required("USERNAME")?;
    let hash = answers.optional("SECRET_HASH");
    scene.client.check_secret_hash(cx, username, hash)?;
    match challenge {
        // Its state is in SECRET_BLOCK.
        ChallengeNameType::PasswordVerifier => return srp::verify(cx, scene, answers).await,
        ChallengeNameType::AdminNoSrpAuth if scene.is_admin => {
            scene
                .client
                .check_flow(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)?;
            return password::with_password(cx, scene, answers).await;
        }
        ChallengeNameType::AdminNoSrpAuth => return Err(Error::session_invalid()),
        _ => {}
    }
    let session = session.ok_or_else(|| Error::missing_parameter("Session"))?;
    let session = Session::open(cx, scene, session).await?;
    scene.attempt.resume(session.progress.judged.as_ref());
    if session.pending.challenge() != challenge {
        return Err(Error::session_invalid());
    }
    match session.pending {
        Pending::NewPassword => new_password::answer(cx, scene, session, answers).await,
    }
}
