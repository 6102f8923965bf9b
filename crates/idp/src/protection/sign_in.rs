//! Sign-ins under threat protection: who is let in at all, what is thought of the attempt once the first
//! factor is proved, and the one event that an attempt leaves, from its first proof to the tokens.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cenote_model::{
    AccountTakeoverActionType, AccountTakeoverEventActionType, AuthFlowType, ChallengeName,
    ChallengeNameType, ChallengeResponse, ChallengeResponseType, ErrorCode, EventResponseType,
    EventType, RiskConfigurationType, RiskDecisionType, RiskLevelType, UserStatusType,
};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use super::compromised::Finding;
use super::event::{self, Context, Event, Verdict};
use super::{Mode, address, assess, notice, risk};
use crate::auth::{Scene, Step};
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Write};
use crate::user::{self, User};
use crate::{Cx, Error, Result};

/// How often recording an event is tried when the database asks for it.
const TRIES: usize = 6;

/// What is thought of a sign-in. It goes with the sign-in's progress, so that one attempt is one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Judged {
    /// The event's id.
    event: String,
    verdict: Verdict,
    /// What the risk configuration wants done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<AccountTakeoverEventActionType>,
}

impl Judged {
    /// Whether a second factor is to be asked for: `Some(true)` when nobody gets in without one.
    pub(crate) fn wants_mfa(&self) -> Option<bool> {
        match self.action? {
            AccountTakeoverEventActionType::MfaIfConfigured => Some(false),
            AccountTakeoverEventActionType::MfaRequired => Some(true),
            AccountTakeoverEventActionType::Block | AccountTakeoverEventActionType::NoAction => {
                None
            }
        }
    }
}

/// One call of a sign-in, and what is learnt while it runs.
pub(crate) struct Attempt {
    mode: Mode,
    context: Context,
    learnt: Mutex<Learnt>,
    /// What counts for the client, once it was asked for.
    configuration: OnceCell<RiskConfigurationType>,
}

#[derive(Default)]
struct Learnt {
    /// An earlier call of the same sign-in was judged already.
    resumed: bool,
    /// What the call tries to prove, where its name does not tell.
    factor: Option<Factor>,
    /// The first factor was proved in this call.
    proved: bool,
    /// Whose it is, once that is known.
    username: Option<String>,
    /// What is known of the password.
    finding: Finding,
    judged: Option<Judged>,
    /// Whether a notice of it is due.
    notify: bool,
}

impl Attempt {
    /// `context` is not asked for where nothing is watched.
    pub(crate) fn new(mode: Mode, context: impl FnOnce() -> Context) -> Self {
        let context = if mode == Mode::Off {
            Context::default()
        } else {
            context()
        };
        Self {
            mode,
            context,
            learnt: Mutex::default(),
            configuration: OnceCell::new(),
        }
    }

    /// Of a call that nothing is to be learnt of.
    pub(crate) fn unwatched() -> Self {
        Self::new(Mode::Off, Context::default)
    }

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything is to be done at all.
    pub(crate) fn is_watched(&self) -> bool {
        self.mode != Mode::Off
    }

    /// Goes on with a sign-in that an earlier call began.
    pub(crate) fn resume(&self, judged: Option<&Judged>) {
        let mut learnt = self.learnt();
        learnt.resumed = judged.is_some();
        learnt.judged = judged.cloned();
    }

    /// What is known of the password, where the server saw it.
    pub(crate) fn find(&self, finding: Finding) {
        self.learnt().finding = finding;
    }

    /// A password was sent to be proved, whatever the flow.
    pub(crate) fn try_password(&self) {
        self.learnt().factor = Some(Factor::Password);
    }

    /// The first factor is proved.
    pub(crate) fn prove(&self, user: &User) {
        if !self.is_watched() {
            return;
        }
        let mut learnt = self.learnt();
        learnt.proved = true;
        learnt.username = Some(user.username.clone());
    }
}

/// The risk configuration of the client.
async fn configuration<'a>(cx: &Cx, scene: &'a Scene) -> Result<&'a RiskConfigurationType> {
    let read = || risk::of_client(cx, &scene.pool, &scene.client.id);
    scene.attempt.configuration.get_or_try_init(read).await
}

/// Which mode counts for a flow. Refreshing is never looked at.
pub(crate) fn mode_of_flow(pool: &Pool, flow: AuthFlowType) -> Mode {
    match flow {
        AuthFlowType::RefreshTokenAuth | AuthFlowType::RefreshToken => Mode::Off,
        AuthFlowType::CustomAuth => Mode::of_custom(pool),
        _ => Mode::of(pool),
    }
}

/// Which mode counts for the answer to a challenge.
pub(crate) fn mode_of_challenge(pool: &Pool, challenge: ChallengeNameType) -> Mode {
    match challenge {
        ChallengeNameType::CustomChallenge => Mode::of_custom(pool),
        _ => Mode::of(pool),
    }
}

/// What a call asks.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    username: Option<&'a str>,
    factor: Factor,
}

/// What a call tries to prove, as far as an event has a word for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Factor {
    Password,
    /// A code, which is the second factor when something was proved before.
    Code,
    Other,
}

impl<'a> Asked<'a> {
    /// By the start of a flow.
    pub(crate) fn by_flow(flow: AuthFlowType, username: Option<&'a str>) -> Self {
        let factor = match flow {
            AuthFlowType::UserPasswordAuth
            | AuthFlowType::AdminUserPasswordAuth
            | AuthFlowType::AdminNoSrpAuth => Factor::Password,
            _ => Factor::Other,
        };
        Self { username, factor }
    }

    /// By the answer to a challenge.
    pub(crate) fn by_challenge(challenge: ChallengeNameType, username: Option<&'a str>) -> Self {
        let factor = match challenge {
            ChallengeNameType::PasswordVerifier
            | ChallengeNameType::Password
            | ChallengeNameType::AdminNoSrpAuth => Factor::Password,
            ChallengeNameType::SmsMfa
            | ChallengeNameType::EmailOtp
            | ChallengeNameType::SmsOtp
            | ChallengeNameType::SoftwareTokenMfa => Factor::Code,
            _ => Factor::Other,
        };
        Self { username, factor }
    }
}

/// Runs one call of a sign-in: refuses blocked addresses first, and records what came of it.
pub(crate) async fn watch(
    cx: &Cx,
    scene: &Scene,
    asked: Asked<'_>,
    steps: impl Future<Output = Result<Step>>,
) -> Result<Step> {
    if !scene.attempt.is_watched() {
        return steps.await;
    }
    let outcome = if is_blocked(cx, scene).await? {
        let judged = Judged {
            event: event::new_id(cx, cx.now()),
            verdict: Verdict {
                decision: RiskDecisionType::Block,
                ..Verdict::default()
            },
            action: None,
        };
        scene.attempt.learnt().judged = Some(judged);
        Err(Error::sign_in_blocked())
    } else {
        steps.await
    };
    record(cx, scene, asked, &outcome).await?;
    outcome
}

/// Whether the risk configuration lets nobody in from where the call came from.
async fn is_blocked(cx: &Cx, scene: &Scene) -> Result<bool> {
    let Attempt { mode, context, .. } = &scene.attempt;
    let (Some(ip), Mode::Enforced) = (context.ip, *mode) else {
        return Ok(false);
    };
    let exceptions = configuration(cx, scene)
        .await?
        .risk_exception_configuration
        .as_ref();
    Ok(exceptions.is_some_and(|it| address::is_in(it.blocked_ip_range_list.as_ref(), ip)))
}

/// Judges a sign-in whose first factor is proved by a user who may sign in. Answers what the sign-in takes
/// with it.
pub(crate) async fn judge(cx: &Cx, scene: &Scene, user: &User) -> Result<Option<Judged>> {
    let attempt = &scene.attempt;
    if !attempt.is_watched() {
        return Ok(None);
    }
    let finding = attempt.learnt().finding;
    let mut verdict = Verdict {
        compromised: finding.is_compromised(),
        ..Verdict::default()
    };
    let event = event::new_id(cx, cx.now());
    let learn = |verdict, action: Option<&AccountTakeoverActionType>| {
        let judged = Judged {
            event: event.clone(),
            verdict,
            action: action.map(|action| action.event_action),
        };
        let mut learnt = attempt.learnt();
        learnt.notify = action.is_some_and(|action| action.notify);
        learnt.judged = Some(judged.clone());
        judged
    };
    // Who must choose a new password now has one that is not worth stealing.
    if finding == Finding::Blocked && user.status != UserStatusType::ForceChangePassword {
        verdict.decision = RiskDecisionType::Block;
        learn(verdict, None);
        let after = User {
            status: UserStatusType::ResetRequired,
            ..user.clone()
        };
        user::save(cx, &scene.pool, user, after).await?;
        return Err(Error::password_reset_required());
    }
    let configuration = configuration(cx, scene).await?;
    verdict.level = assess::level(cx, &scene.pool, user, &attempt.context, configuration).await?;
    let Some(level) = verdict.level else {
        return Ok(Some(learn(verdict, None)));
    };
    let action = action(configuration, level).filter(|_| attempt.mode == Mode::Enforced);
    verdict.decision = RiskDecisionType::AccountTakeover;
    if action.is_some_and(|action| action.event_action == AccountTakeoverEventActionType::Block) {
        return Err(block(scene, learn(verdict, action)));
    }
    Ok(Some(learn(verdict, action)))
}

/// What the configuration says about a level.
fn action(
    configuration: &RiskConfigurationType,
    level: RiskLevelType,
) -> Option<&AccountTakeoverActionType> {
    let takeover = configuration.account_takeover_risk_configuration.as_ref()?;
    match level {
        RiskLevelType::Low => takeover.actions.low_action.as_ref(),
        RiskLevelType::Medium => takeover.actions.medium_action.as_ref(),
        RiskLevelType::High => takeover.actions.high_action.as_ref(),
    }
}

/// Refuses a sign-in that was judged.
pub(crate) fn block(scene: &Scene, mut judged: Judged) -> Error {
    judged.verdict.decision = RiskDecisionType::Block;
    scene.attempt.learnt().judged = Some(judged);
    Error::sign_in_blocked()
}

/// Whether an error is the outcome of an attempt to sign in, not of a call that made none.
fn is_attempt(error: &Error) -> bool {
    let is_outcome = matches!(
        error.code,
        ErrorCode::NotAuthorized
            | ErrorCode::CodeMismatch
            | ErrorCode::ExpiredCode
            | ErrorCode::UserNotConfirmed
            | ErrorCode::PasswordResetRequired
            | ErrorCode::TooManyFailedAttempts
            | ErrorCode::UserLambdaValidation
    );
    // A locked account hears no attempts.
    is_outcome && !error.retry && *error != Error::locked_out()
}

/// Records what came of a call, with the notice that is due.
async fn record(cx: &Cx, scene: &Scene, asked: Asked<'_>, outcome: &Result<Step>) -> Result<()> {
    let learnt = std::mem::take(&mut *scene.attempt.learnt());
    let response = match outcome {
        Ok(Step::Done(_) | Step::SignedIn(_)) => EventResponseType::Pass,
        Ok(Step::Challenge { .. }) if learnt.proved || learnt.resumed => {
            EventResponseType::InProgress
        }
        Err(error) if is_attempt(error) => EventResponseType::Fail,
        // Nothing is proved yet, or nothing was tried.
        Ok(Step::Challenge { .. }) | Err(_) => return Ok(()),
    };
    let pool = &scene.pool;
    let Some(name) = asked.username.or(learnt.username.as_deref()) else {
        return Ok(());
    };
    let Some(user) = user::find(cx, pool, name).await? else {
        if response != EventResponseType::Fail {
            return Ok(());
        }
        let (client, context) = (&scene.client.id, &scene.attempt.context);
        let event = Event::new(cx, client, context, EventType::SignIn, response);
        let sub = user::names::invented_sub(cx, pool, name);
        return commit(cx, event::keep_for_nobody(cx, pool, &sub, &event).await?).await;
    };
    let event = event_of(cx, scene, &user, asked, &learnt, response).await?;
    let is_new_failure = response == EventResponseType::Fail && !learnt.resumed;
    let mut writes = if is_new_failure {
        event::keep_failure(cx, pool, &user, &event).await?
    } else {
        event::keep(cx, pool, &user, &event)?
    };
    if learnt.notify && !writes.is_empty() {
        let configuration = configuration(cx, scene).await?;
        let takeover = configuration.account_takeover_risk_configuration.as_ref();
        if let Some(notify) = takeover.and_then(|it| it.notify_configuration.as_ref()) {
            let action = learnt.judged.as_ref().and_then(|judged| judged.action);
            let kind = notice::Kind::of(event.verdict.decision, outcome);
            writes.extend(notice::queue(
                cx,
                pool,
                &user,
                &event,
                (kind, action),
                notify,
            )?);
        }
    }
    commit(cx, writes).await
}

/// The event of the whole attempt so far.
async fn event_of(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    asked: Asked<'_>,
    learnt: &Learnt,
    response: EventResponseType,
) -> Result<Event> {
    let Attempt { context, .. } = &scene.attempt;
    let begun = match &learnt.judged {
        Some(judged) if learnt.resumed => {
            event::find(cx, &scene.pool, &user.sub, &judged.event).await?
        }
        _ => None,
    };
    let mut event = match begun {
        Some((event, _)) => event,
        None => Event::new(cx, &scene.client.id, context, EventType::SignIn, response),
    };
    event.response = response;
    if let Some(judged) = &learnt.judged {
        event.identify(&judged.event);
        event.verdict = judged.verdict;
    }
    let failed = response == EventResponseType::Fail;
    let factor = match learnt.factor.unwrap_or(asked.factor) {
        Factor::Password => Some((ChallengeName::Password, learnt.proved || !failed)),
        Factor::Code if learnt.resumed => Some((ChallengeName::Mfa, !failed)),
        Factor::Code | Factor::Other => None,
    };
    // A call that is turned away at the door tries nothing.
    let is_heard = learnt.proved || learnt.resumed || learnt.judged.is_none();
    if let Some((name, is_right)) = factor.filter(|_| is_heard) {
        let outcome = if is_right {
            ChallengeResponse::Success
        } else {
            ChallengeResponse::Failure
        };
        event.challenges.push(ChallengeResponseType {
            challenge_name: Some(name),
            challenge_response: Some(outcome),
        });
    }
    Ok(event)
}

/// Commits the record of an attempt. The attempt itself is over and cannot be run again, so that the database
/// is asked a few times, and a failure is only logged.
async fn commit(cx: &Cx, writes: Vec<Write>) -> Result<()> {
    if writes.is_empty() {
        return Ok(());
    }
    for _ in 0..TRIES {
        let writes = writes.clone();
        match cx.try_commit(Change { writes }).await {
            Ok(()) => return Ok(()),
            Err(CommitError::Conflict { .. } | CommitError::NameTaken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    tracing::error!("An authentication event could not be recorded");
    Ok(())
}
