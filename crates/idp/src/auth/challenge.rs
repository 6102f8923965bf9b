//! Answers to challenges: which step takes which.

use cenote_model::{ChallengeNameType, ExplicitAuthFlowsType};

use super::session::{Pending, Session};
use super::{
    Parameters, Scene, Step, choice, custom, device, mfa_setup, new_password, passkey, password,
    second_factor, srp,
};
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
    scene.check_secret_hash(cx, username, hash)?;
    match challenge {
        // Its state is in SECRET_BLOCK.
        ChallengeNameType::PasswordVerifier => return srp::verify(cx, scene, answers).await,
        // These find the sign-in by the device: some clients send no session, or an old one.
        ChallengeNameType::DeviceSrpAuth => return device::start(cx, scene, answers).await,
        ChallengeNameType::DevicePasswordVerifier => {
            return device::verify(cx, scene, answers).await;
        }
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
    let mut session = Session::open(cx, scene, session).await?;
    session.progress.note_device(answers.optional("DEVICE_KEY"));
    scene.attempt.resume(session.progress.judged.as_ref());
    // Whoever does not have his passkey at hand may choose again.
    if challenge == ChallengeNameType::SelectChallenge
        && matches!(session.pending, Pending::Passkey(_))
    {
        return choice::select(cx, scene, session, answers).await;
    }
    if session.pending.challenge() != Some(challenge) {
        return Err(Error::session_invalid());
    }
    match session.pending.clone() {
        Pending::NewPassword => new_password::answer(cx, scene, session, answers).await,
        Pending::Choice => choice::select(cx, scene, session, answers).await,
        Pending::Password => choice::answer_password(cx, scene, session, answers).await,
        Pending::PasswordSrp => choice::answer_srp(cx, scene, session, answers).await,
        Pending::Passkey(challenge) => {
            passkey::answer(cx, scene, session, &challenge, answers).await
        }
        Pending::FirstCode(sent) => choice::answer_code(cx, scene, session, &sent, answers).await,
        Pending::SecondFactor(factor, sent) => {
            second_factor::answer_code(cx, scene, session, (factor, &sent), answers).await
        }
        Pending::SoftwareToken => second_factor::answer_token(cx, scene, session, answers).await,
        Pending::SelectFactor(factors) => {
            second_factor::select(cx, scene, session, &factors, answers).await
        }
        Pending::MfaSetup(set_up) => mfa_setup::answer(cx, scene, session, &set_up, answers).await,
        Pending::SetUpContact(sent) => {
            mfa_setup::answer_code(cx, scene, session, &sent, answers).await
        }
        Pending::Custom(custom) => custom::answer(cx, scene, session, custom, answers).await,
        // Answered above, or elsewhere.
        Pending::PasswordVerifier | Pending::Device | Pending::SignUp | Pending::SignedUp => {
            Err(Error::session_invalid())
        }
    }
}
