//! Answers to challenges: which step takes which.

use cenote_model::{ChallengeNameType, ExplicitAuthFlowsType};

use super::{Parameters, Scene, Step, new_password, password, srp};
use crate::{Cx, Error, Result};

/// Takes an answer. `is_admin` allows the legacy ADMIN_NO_SRP_AUTH answer.
pub(crate) async fn respond(
    cx: &Cx,
    scene: &Scene,
    challenge: ChallengeNameType,
    session: Option<&str>,
    answers: &Parameters<'_>,
    is_admin: bool,
) -> Result<Step> {
    match challenge {
        ChallengeNameType::PasswordVerifier => srp::verify(cx, scene, answers).await,
        ChallengeNameType::NewPasswordRequired => {
            let session = session.ok_or_else(|| Error::missing_parameter("Session"))?;
            new_password::answer(cx, scene, session, answers).await
        }
        ChallengeNameType::AdminNoSrpAuth if is_admin => {
            scene
                .client
                .check_flow(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)?;
            password::with_password(cx, scene, answers).await
        }
        ChallengeNameType::AdminNoSrpAuth => Err(Error::session_invalid()),
        other => Err(Error::flow_not_built(&format!(
            "The challenge {}",
            other.as_str()
        ))),
    }
}
