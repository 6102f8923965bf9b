//! USER_AUTH: the user chooses how to prove who he is, and SELECT_CHALLENGE, PASSWORD, PASSWORD_SRP,
//! EMAIL_OTP and SMS_OTP as answers to it. WEB_AUTHN is in [`passkey`].

use cenote_model::{AuthFactorType, ChallengeNameType, ErrorCode, UserStatusType};

use super::one_time_code::{self, SentCode};
use super::session::{Pending, Session, use_up};
use super::{
    Flow, Parameters, Progress, Proof, Scene, Step, after_first_factor, exchange, passkey,
    password, sign_up, srp, step_up,
};
use crate::message::Target;
use crate::ports::Write;
use crate::trigger::{self, CONFIRM_SIGN_UP, Origin, Trigger};
use crate::user::limits::{Guessed, Lockout};
use crate::user::mfa::Required;
use crate::user::{self, Account, User, names, passkeys};
use crate::{Cx, Error, Result};

/// Digits of a code that is the first factor.
const DIGITS: usize = 8;

/// Starts a sign-in.
pub(crate) async fn start(
    cx: &Cx,
    scene: &Scene,
    parameters: &Parameters<'_>,
    session: Option<&str>,
) -> Result<Step> {
    if let Some(session) = session {
        return sign_up::start(cx, scene, parameters, session).await;
    }
    let username = parameters.required("USERNAME")?;
    let hash = parameters.optional("SECRET_HASH");
    scene.check_secret_hash(cx, username, hash)?;
    let account = find(cx, scene, username).await?;
    let mut progress = Progress::new(Flow::Choice);
    progress.note_device(parameters.optional("DEVICE_KEY"));
    if let Some(wish) = step_up::read(cx, scene, parameters, &account).await? {
        let offered = offered(cx, scene, &account);
        wish.decide(&scene.pool, &account, &offered, &mut progress)?;
    } else if !scene.levels.is_empty() {
        let offered = offered(cx, scene, &account);
        progress.level = step_up::aim(scene, &account, &offered);
    }
    // Who may yet be brought along has no more than a name so far.
    if !is_expected(scene, &account) {
        let person = scene.person(&account, username);
        trigger::pre_authentication(cx, person, scene.validation_data.as_ref()).await?;
    }
    if let Account::Known(user) = &account
        && step_up::needs_only_second(&scene.pool, user, &progress)
    {
        return after_first_factor(cx, scene, user, progress, Vec::new()).await;
    }
    let available = available(cx, scene, &account, &progress);
    let preferred = parameters
        .optional("PREFERRED_CHALLENGE")
        .and_then(ChallengeNameType::parse)
        .filter(|preferred| available.contains(preferred));
    let step = if let Some(chosen) = preferred {
        begin(cx, scene, &account, chosen, parameters, progress, None).await?
    } else {
        let session = Session::of(cx, scene, &account, Pending::Choice, progress);
        session.ask(cx, scene, [])?
    };
    Ok(step.with_available(available))
}

/// Who signs in under a name. Where a function of the pool brings users along by their passwords, nobody is
/// asked for a password as well.
async fn find(cx: &Cx, scene: &Scene, username: &str) -> Result<Account> {
    let Scene { pool, client, .. } = scene;
    let found = user::find_public(cx, pool, client, username, Error::user_not_found).await;
    match found {
        Err(error)
            if error.code == ErrorCode::UserNotFound && Trigger::UserMigration.is_set(pool) =>
        {
            let sub = names::invented_sub(cx, pool, username);
            Ok(Account::Unknown { sub })
        }
        found => found,
    }
}

/// Whether it is somebody who is not here, of whom the client is not to think otherwise: his password may bring
/// him along.
fn is_expected(scene: &Scene, account: &Account) -> bool {
    matches!(account, Account::Unknown { .. }) && !scene.client.hides_users()
}

/// What the user can choose from to get where the sign-in is to lead.
fn available(
    cx: &Cx,
    scene: &Scene,
    account: &Account,
    progress: &Progress,
) -> Vec<ChallengeNameType> {
    let offered = offered(cx, scene, account);
    step_up::leading(&scene.pool, account, progress, offered)
}

/// The first factors that there are: what the pool allows and the user has. Whoever needs a second factor, or has yet
/// to change a temporary password, begins with the password; who may be brought along sends it, since SRP proves
/// it to nobody. Of nobody the pool's own list is told.
fn offered(cx: &Cx, scene: &Scene, account: &Account) -> Vec<ChallengeNameType> {
    use ChallengeNameType as Challenge;
    let pool = &scene.pool;
    let is_expected = is_expected(scene, account);
    let known = match account {
        Account::Known(user) => Some(user),
        Account::Unknown { .. } => None,
    };
    let allows = |factor| pool.first_factors().contains(&factor);
    let must_change = known.is_some_and(|user| user.status == UserStatusType::ForceChangePassword);
    let needs_mfa = known.is_some_and(|user| user.required_factor(pool) != Required::Nothing);
    let only_password = must_change || needs_mfa || is_expected;
    let by_password =
        allows(AuthFactorType::Password) && known.is_none_or(|user| user.password.is_some());
    let codes_to = |factor, contact| match known {
        Some(user) => user.contacts_for_codes(pool).any(|has| has == contact),
        None => allows(factor),
    };
    let by_email = codes_to(AuthFactorType::EmailOtp, "email");
    let by_sms = codes_to(AuthFactorType::SmsOtp, "phone_number");
    let by_passkey = passkeys::are_offered(cx, pool, account)
        && !must_change
        && !is_expected
        && known.is_none_or(|user| !needs_mfa || passkeys::can_replace_mfa(pool, user));
    [
        (by_password && !is_expected, Challenge::PasswordSrp),
        (by_password, Challenge::Password),
        (by_email && !only_password, Challenge::EmailOtp),
        (by_sms && !only_password, Challenge::SmsOtp),
        (by_passkey, Challenge::WebAuthn),
    ]
    .into_iter()
    .filter_map(|(is_there, challenge)| is_there.then_some(challenge))
    .collect()
}

/// Begins with what was chosen, and takes the proof at once if it came along. `first` is the use of the
/// session that asked.
async fn begin(
    cx: &Cx,
    scene: &Scene,
    account: &Account,
    chosen: ChallengeNameType,
    parameters: &Parameters<'_>,
    progress: Progress,
    first: Option<Write>,
) -> Result<Step> {
    let username = parameters.required("USERNAME")?;
    let has = |name| {
        parameters
            .optional(name)
            .is_some_and(|value| !value.is_empty())
    };
    let pending = match chosen {
        ChallengeNameType::Password if has("PASSWORD") => {
            return prove_password(cx, scene, parameters, progress, first).await;
        }
        ChallengeNameType::PasswordSrp if has("SRP_A") => {
            return ask_for_proof(cx, scene, account, parameters, progress, first).await;
        }
        ChallengeNameType::EmailOtp => {
            return send_code(cx, scene, (account, username), "email", progress, first).await;
        }
        ChallengeNameType::SmsOtp => {
            let who = (account, username);
            return send_code(cx, scene, who, "phone_number", progress, first).await;
        }
        ChallengeNameType::WebAuthn => {
            return passkey::ask(cx, scene, account, progress, first).await;
        }
        ChallengeNameType::Password => Pending::Password,
        _ => Pending::PasswordSrp,
    };
    use_up(cx, first).await?;
    Session::of(cx, scene, account, pending, progress).ask(cx, scene, [])
}

async fn prove_password(
    cx: &Cx,
    scene: &Scene,
    parameters: &Parameters<'_>,
    progress: Progress,
    first: Option<Write>,
) -> Result<Step> {
    let username = parameters.required("USERNAME")?;
    let typed = parameters.required("PASSWORD")?;
    let (account, lockout, is_new) = password::find(cx, scene, username, typed).await?;
    if is_new {
        let person = scene.person(&account, username);
        trigger::pre_authentication(cx, person, scene.validation_data.as_ref()).await?;
    }
    let found = (account, lockout);
    password::prove(cx, scene, found, (username, typed), progress, first).await
}

/// Begins SRP: the session goes along for the client to hand on, and the state is in SECRET_BLOCK.
async fn ask_for_proof(
    cx: &Cx,
    scene: &Scene,
    account: &Account,
    parameters: &Parameters<'_>,
    progress: Progress,
    first: Option<Write>,
) -> Result<Step> {
    let public_a = exchange::public_a(parameters)?;
    Lockout::check(cx, &scene.pool, Guessed::Password, account.sub()).await?;
    use_up(cx, first).await?;
    let pending = Pending::PasswordVerifier;
    let session = Session::of(cx, scene, account, pending, progress.clone()).seal(cx, scene)?;
    srp::ask(cx, scene, account, &public_a, progress, Some(session)).await
}

/// Sends a code to the user's address, or does the same for nobody.
async fn send_code(
    cx: &Cx,
    scene: &Scene,
    (account, username): (&Account, &str),
    attribute: &'static str,
    progress: Progress,
    first: Option<Write>,
) -> Result<Step> {
    let (sent, details) = match account {
        Account::Known(user) => {
            let target = Target::of(user, attribute).ok_or_else(Error::session_invalid)?;
            let sent = one_time_code::send(cx, scene, user, &target, DIGITS, first).await?;
            (sent, target.details())
        }
        Account::Unknown { sub } => {
            let nobody = (sub.as_str(), username);
            one_time_code::send_to_nobody(cx, scene, nobody, attribute, first).await?
        }
    };
    let session = Session::of(cx, scene, account, Pending::FirstCode(sent), progress);
    session.ask(cx, scene, one_time_code::delivery(details))
}

/// The answer to SELECT_CHALLENGE.
pub(super) async fn select(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let account = account_of(cx, scene, &session, answers).await?;
    let available = available(cx, scene, &account, &session.progress);
    let chosen = ChallengeNameType::parse(answers.required("ANSWER")?)
        .filter(|chosen| available.contains(chosen))
        .ok_or_else(Error::challenge_not_available)?;
    // The proof may come along, to the challenge of this very session.
    if chosen == ChallengeNameType::WebAuthn && answers.optional(passkey::CREDENTIAL).is_some() {
        return match session.pending.clone() {
            Pending::Passkey(challenge) => {
                passkey::answer(cx, scene, session, &challenge, answers).await
            }
            _ => Err(Error::passkey_wrong()),
        };
    }
    let first = session.consume(cx, &scene.pool);
    begin(
        cx,
        scene,
        &account,
        chosen,
        answers,
        session.progress,
        Some(first),
    )
    .await
}

/// The answer to PASSWORD.
pub(super) async fn answer_password(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    answers: &Parameters<'_>,
) -> Result<Step> {
    account_of(cx, scene, &session, answers).await?;
    let first = session.consume(cx, &scene.pool);
    prove_password(cx, scene, answers, session.progress, Some(first)).await
}

/// The answer to PASSWORD_SRP.
pub(super) async fn answer_srp(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let account = account_of(cx, scene, &session, answers).await?;
    let first = session.consume(cx, &scene.pool);
    ask_for_proof(cx, scene, &account, answers, session.progress, Some(first)).await
}

/// The answer to EMAIL_OTP or SMS_OTP. The right code also verifies the address, and confirms a user who
/// has not been confirmed.
pub(super) async fn answer_code(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    sent: &SentCode,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let pool = &scene.pool;
    let parameter = if sent.is_by_email() {
        "EMAIL_OTP_CODE"
    } else {
        "SMS_OTP_CODE"
    };
    let typed = answers.required(parameter)?;
    let account = account_of(cx, scene, &session, answers).await?;
    let lockout = Lockout::check(cx, pool, Guessed::FirstCode, account.sub()).await?;
    let known = match &account {
        Account::Known(user) if sent.fits(user) => Some(user),
        _ => None,
    };
    let Some(before) = known.filter(|user| sent.is(cx, pool, &user.sub, typed)) else {
        lockout.fail(cx, pool).await?;
        return Err(Error::sign_in_code_wrong());
    };
    if !before.enabled {
        return Err(Error::user_disabled());
    }
    let mut after = User::clone(before);
    if after.status == UserStatusType::Unconfirmed {
        after.status = UserStatusType::Confirmed;
    }
    sent.take(cx, pool, &session, lockout, (before, &mut after))
        .await?;
    if before.status == UserStatusType::Unconfirmed {
        let origin = Origin::client(&scene.client.id, scene.metadata.as_ref());
        trigger::post_confirmation(cx, pool, origin, CONFIRM_SIGN_UP, &after).await?;
    }
    let progress = session.progress.with(Proof::of_code(sent.attribute()));
    after_first_factor(cx, scene, &after, progress, Vec::new()).await
}

/// Whose session it is. A user who was disabled meanwhile learns it after the proof.
pub(super) async fn account_of(
    cx: &Cx,
    scene: &Scene,
    session: &Session,
    answers: &Parameters<'_>,
) -> Result<Account> {
    session
        .account(cx, scene, answers.required("USERNAME")?)
        .await
}
