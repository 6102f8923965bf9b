//! The second factor: which one is asked for, and the answers SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA and
//! SELECT_MFA_TYPE.

use serde_json::Value;

use super::one_time_code::{self, SentCode};
use super::session::{self, Pending, Session, use_up};
use super::{
    Parameters, Progress, Proof, Scene, Step, after_second_factor, check_state, mfa_setup,
    on_device, step_up,
};
use crate::message::Target;
use crate::ports::{Change, CommitError, Write};
use crate::user::User;
use crate::user::devices::Device;
use crate::user::limits::{Guessed, Lockout};
use crate::user::mfa::{Factor, Required};
use crate::user::passkeys;
use crate::{Cx, Error, Result};

/// Digits of a code that is sent as a second factor.
const DIGITS: usize = 6;

/// Asks for the second factor if there must be one, and goes on without if not.
pub(super) async fn ask(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
    device: Option<Device>,
) -> Result<Step> {
    match required(scene, user, &progress)? {
        Required::Nothing => on_device(cx, scene, user, progress, device).await,
        Required::One(factor) => ask_for(cx, scene, user, progress, factor, None).await,
        Required::OneOf(factors) => {
            let choice = names_of(&factors);
            let pending = Pending::SelectFactor(factors);
            let parameters = [
                ("MFAS_CAN_CHOOSE", choice),
                ("USER_ID_FOR_SRP", user.username.clone()),
            ];
            Session::new(cx, scene, user, pending, progress).ask(cx, scene, parameters)
        }
        Required::SetUp(factors) => mfa_setup::ask(cx, scene, user, progress, factors),
    }
}

/// Which factor a sign-in needs: what the pool and the user settled, or else, when it looks risky and that is
/// to be answered so, any that the user could use and has not proved yet.
fn required(scene: &Scene, user: &User, progress: &Progress) -> Result<Required> {
    if let Some(level) = progress.missing_level() {
        return step_up::required(&scene.pool, user, progress, level);
    }
    if is_proved(scene, progress) {
        return Ok(Required::Nothing);
    }
    let settled = user.required_factor(&scene.pool);
    if settled != Required::Nothing || progress.wants_mfa().is_none() {
        return Ok(settled);
    }
    let mut usable = user.usable_factors(&scene.pool);
    usable.retain(|factor| !progress.proofs.contains(&Proof::of_factor(*factor)));
    Ok(match usable[..] {
        [] => Required::Nothing,
        [only] => Required::One(only),
        _ => Required::OneOf(usable),
    })
}

/// A passkey that knew its user is two factors where the pool says so.
pub(super) fn is_proved(scene: &Scene, progress: &Progress) -> bool {
    passkeys::are_two_factors(&scene.pool) && progress.proofs.contains(&Proof::UserVerification)
}

/// Whether the user has a factor to prove.
pub(super) fn is_possible(scene: &Scene, user: &User, progress: &Progress) -> bool {
    matches!(
        required(scene, user, progress),
        Ok(Required::One(_) | Required::OneOf(_))
    )
}

/// Factors as the text of a JSON list.
pub(super) fn names_of(factors: &[Factor]) -> String {
    let names: Vec<Value> = factors
        .iter()
        .map(|factor| factor.as_str().into())
        .collect();
    Value::from(names).to_string()
}

/// Asks for one factor. `first` is the use of the session that led here.
async fn ask_for(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
    factor: Factor,
    first: Option<Write>,
) -> Result<Step> {
    let target = factor
        .contact()
        .and_then(|attribute| Target::of(user, attribute));
    if let Some(target) = target {
        let sent = one_time_code::send(cx, scene, user, &target, DIGITS, first).await?;
        let pending = Pending::SecondFactor(factor, sent);
        return ask_for_code(cx, scene, user, progress, pending, &target);
    }
    use_up(cx, first).await?;
    let name = user.mfa.token.as_ref().and_then(|token| token.name.clone());
    let parameters = [("USER_ID_FOR_SRP", user.username.clone())]
        .into_iter()
        .chain(name.map(|name| ("FRIENDLY_DEVICE_NAME", name)));
    Session::new(cx, scene, user, Pending::SoftwareToken, progress).ask(cx, scene, parameters)
}

/// The challenge for a code that went out.
pub(super) fn ask_for_code(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
    pending: Pending,
    target: &Target,
) -> Result<Step> {
    let parameters = one_time_code::delivery(target.details())
        .into_iter()
        .chain([("USER_ID_FOR_SRP", user.username.clone())]);
    Session::new(cx, scene, user, pending, progress).ask(cx, scene, parameters)
}

/// Takes the choice of a factor.
pub(super) async fn select(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    factors: &[Factor],
    answers: &Parameters<'_>,
) -> Result<Step> {
    let user = user_of(cx, scene, &session, answers).await?;
    let factor = match answers.required("ANSWER")? {
        // The model's other name for it.
        "EMAIL_MFA" => Some(Factor::Email),
        answer => Factor::ALL
            .into_iter()
            .find(|factor| factor.as_str() == answer),
    };
    let factor = factor
        .filter(|factor| factors.contains(factor) && user.has_set_up(*factor))
        .ok_or_else(Error::factor_not_available)?;
    let first = session.consume(cx, &scene.pool);
    ask_for(cx, scene, &user, session.progress, factor, Some(first)).await
}

/// Takes the code that was sent to the user's phone number or e-mail address.
pub(super) async fn answer_code(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    (factor, sent): (Factor, &SentCode),
    answers: &Parameters<'_>,
) -> Result<Step> {
    let (parameter, proof) = if factor == Factor::Sms {
        ("SMS_MFA_CODE", Proof::Sms)
    } else {
        ("EMAIL_OTP_CODE", Proof::Email)
    };
    let typed = answers.required(parameter)?;
    let user = user_of(cx, scene, &session, answers).await?;
    if !sent.fits(&user) {
        return Err(Error::session_invalid());
    }
    let after = user.clone();
    take_code(cx, scene, session, sent, typed, (&user, after), proof).await
}

/// Checks a code that was sent; with the right one, the address in `after` is the user's, and verified.
pub(super) async fn take_code(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    sent: &SentCode,
    typed: &str,
    (before, mut after): (&User, User),
    proof: Proof,
) -> Result<Step> {
    let pool = &scene.pool;
    let lockout = Lockout::check(cx, pool, Guessed::SecondFactor, &before.sub).await?;
    if !sent.is(cx, pool, &before.sub, typed) {
        lockout.fail(cx, pool).await?;
        return Err(Error::sign_in_code_wrong());
    }
    sent.take(cx, pool, &session, lockout, (before, &mut after))
        .await?;
    after_second_factor(cx, scene, &after, session.progress.with(proof)).await
}

/// Takes a code of the user's authenticator app.
pub(super) async fn answer_token(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let pool = &scene.pool;
    let typed = answers.required("SOFTWARE_TOKEN_MFA_CODE")?;
    let user = user_of(cx, scene, &session, answers).await?;
    let token = user.mfa.token.as_ref();
    let token = token.ok_or_else(Error::software_token_off)?;
    let lockout = Lockout::check(cx, pool, Guessed::SecondFactor, &user.sub).await?;
    let Some(shown) = token.shows(cx, pool, &user.sub, typed)? else {
        lockout.fail(cx, pool).await?;
        return Err(Error::token_code_wrong());
    };
    let mut change = Change::new().with(session.consume(cx, pool));
    change.push(shown.consume(cx, pool));
    change.writes.extend(lockout.succeed(cx, pool).await?);
    cx.try_commit(change).await.map_err(|error| match error {
        CommitError::Conflict { index: 1 } => Error::token_code_used(),
        other => session::refused(other),
    })?;
    let progress = session.progress.with(Proof::SoftwareToken);
    after_second_factor(cx, scene, &user, progress).await
}

/// The user of a session, who may still sign in.
pub(super) async fn user_of(
    cx: &Cx,
    scene: &Scene,
    session: &Session,
    answers: &Parameters<'_>,
) -> Result<User> {
    let user = session
        .user(cx, scene, answers.required("USERNAME")?)
        .await?;
    check_state(&user)?;
    Ok(user)
}
