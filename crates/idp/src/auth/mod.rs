//! Sign-in: what happens between the first parameter and the tokens, told once for the public and the
//! admin operations.

mod challenge;
mod choice;
mod custom;
mod device;
mod exchange;
pub(crate) mod mfa_setup;
mod new_password;
mod one_time_code;
mod passkey;
mod password;
mod progress;
mod second_factor;
mod session;
pub(crate) mod sign_up;
mod srp;
mod step_up;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cenote_model::{AuthenticationResultType, ChallengeNameType, Sensitive, UserStatusType};
use serde::{Deserialize, Serialize};

use crate::federation::saml;
use crate::pool::{Client, Pool};
use crate::ports::{Change, Write};
use crate::protection::sign_in::{self, Attempt};
use crate::token::{self, Level, SignIn};
use crate::trigger::{self, Metadata, Origin, Person};
use crate::user::devices::Device;
use crate::user::{Account, User};
use crate::{Cx, Error, Result};

pub(crate) use challenge::respond;
pub(crate) use choice::start as start_choice;
pub(crate) use custom::start as start_custom;
pub(crate) use passkey::passkey_options;
pub(crate) use password::with_password;
pub(crate) use progress::{Flow, Progress, Proof};
pub(crate) use srp::start as start_srp;
pub(crate) use step_up::suffices;

/// Where a sign-in takes place, and what came with the call.
pub(crate) struct Scene {
    pub(crate) pool: Arc<Pool>,
    pub(crate) client: Arc<Client>,
    /// Whether an IAM operation asks.
    pub(crate) is_admin: bool,
    /// Whether it takes place on the pages of a domain: they speak for the client without its secret, and
    /// the sign-in ends in [`Step::SignedIn`].
    pub(crate) is_hosted: bool,
    /// The levels that the pages are to lead to, the most wanted first.
    pub(crate) levels: Vec<Level>,
    /// ClientMetadata of (Admin)InitiateAuth, which reaches the triggers before the sign-in only.
    pub(crate) validation_data: Option<Metadata>,
    /// ClientMetadata of (Admin)RespondToAuthChallenge, which reaches those that come after it.
    pub(crate) metadata: Option<Metadata>,
    /// What threat protection learns of the call.
    pub(crate) attempt: Attempt,
}

impl Scene {
    /// A call that starts a sign-in, or answers a challenge without more ado.
    pub(crate) fn new(pool: Arc<Pool>, client: Arc<Client>) -> Self {
        Self {
            pool,
            client,
            is_admin: false,
            is_hosted: false,
            levels: Vec::new(),
            validation_data: None,
            metadata: None,
            attempt: Attempt::unwatched(),
        }
    }

    /// Checks the SECRET_HASH with which an application proves to be the client.
    fn check_secret_hash(&self, cx: &Cx, username: &str, hash: Option<&str>) -> Result<()> {
        if self.is_hosted {
            return Ok(());
        }
        self.client.check_secret_hash(cx, username, hash)
    }

    /// Whom triggers are told of.
    pub(crate) fn person<'a>(&'a self, account: &'a Account, typed: &'a str) -> Person<'a> {
        Person {
            pool: &self.pool,
            client: &self.client,
            account,
            typed,
        }
    }
}

/// What a step of a sign-in leads to.
pub(crate) enum Step {
    /// The user is signed in, and has tokens.
    Done(AuthenticationResultType),
    /// The user is signed in on the pages.
    SignedIn(Box<SignedIn>),
    /// The next question.
    Challenge {
        name: ChallengeNameType,
        /// USER_SRP_AUTH has none: its state is in SECRET_BLOCK.
        session: Option<String>,
        parameters: BTreeMap<String, String>,
        /// AvailableChallenges, which only USER_AUTH has.
        available: Option<Vec<ChallengeNameType>>,
    },
}

impl Step {
    /// The same, saying what else the user can choose from, where it asks for a first factor.
    fn with_available(mut self, list: Vec<ChallengeNameType>) -> Self {
        use ChallengeNameType as Challenge;
        if let Self::Challenge {
            name, available, ..
        } = &mut self
            && (matches!(
                name,
                Challenge::SelectChallenge | Challenge::PasswordVerifier
            ) || list.contains(name))
        {
            *available = Some(list);
        }
        self
    }
}

/// Somebody who has signed in on the pages, and what is known of that sign-in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub(crate) user: User,
    /// Seconds since the epoch.
    pub(crate) auth_time: i64,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) device_key: Option<String>,
    /// The SSO session that it began, where the pool tracks sessions.
    pub(crate) sso: Option<String>,
    /// The identity provider through which it came.
    pub(crate) via: Option<Via>,
}

/// An identity provider through which somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Via {
    /// Its name.
    pub(crate) provider: String,
    /// The session there that is to end with the one here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<saml::Session>,
}

/// The parameters of a sign-in or the answers to a challenge.
pub(crate) struct Parameters<'a>(pub(crate) Option<&'a BTreeMap<String, Sensitive>>);

impl<'a> Parameters<'a> {
    /// A parameter, or `Missing required parameter NAME`. An empty one counts as missing.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str> {
        self.optional(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Error::missing_parameter(name))
    }

    /// A parameter, if it was sent.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a str> {
        self.0?.get(name).map(|value| &**value)
    }

    /// Parameters whose names begin with a prefix, without it.
    pub(crate) fn with_prefix(&self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .into_iter()
            .flatten()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, &**value)))
    }
}

/// What follows the first factor. `proved` holds the writes that the proof itself makes (a used
/// SECRET_BLOCK, forgotten failures); they are committed before anything is answered.
pub(crate) async fn after_first_factor(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    mut progress: Progress,
    proved: Vec<Write>,
) -> Result<Step> {
    commit(cx, proved).await?;
    scene.attempt.prove(user);
    check_state(user)?;
    let must_change = user.status == UserStatusType::ForceChangePassword;
    if must_change {
        let set_at = user.password.as_ref().map_or(0, |password| password.set_at);
        if set_at + scene.pool.temporary_password_ms() <= cx.now() {
            return Err(Error::temporary_password_expired());
        }
    }
    judge(cx, scene, user, &mut progress).await?;
    if must_change {
        return new_password::ask(cx, scene, user, progress);
    }
    after_new_password(cx, scene, user, progress).await
}

/// Lets threat protection judge a sign-in. Where it asks for a second factor at any rate, who has none stays
/// out: setting one up proves nothing.
async fn judge(cx: &Cx, scene: &Scene, user: &User, progress: &mut Progress) -> Result<()> {
    progress.judged = sign_in::judge(cx, scene, user).await?;
    match &progress.judged {
        Some(judged)
            if judged.wants_mfa() == Some(true)
                && !second_factor::is_possible(scene, user, progress)
                && !second_factor::is_proved(scene, progress) =>
        {
            Err(sign_in::block(scene, judged.clone()))
        }
        _ => Ok(()),
    }
}

/// What follows once the user has a password of his own: the second factor, then the tokens.
async fn after_new_password(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
) -> Result<Step> {
    let device = device::recognise(cx, scene, user, &progress).await?;
    // A device that proves itself stands for the second factor where the pool says so, unless the sign-in
    // looks risky. It leads to no level.
    if progress.missing_level().is_none()
        && progress.wants_mfa().is_none()
        && scene.pool.trusts_devices()
        && let Some(step) = device::ask(cx, scene, user, device.as_ref(), &progress).await?
    {
        return Ok(step);
    }
    second_factor::ask(cx, scene, user, progress, device).await
}

/// What follows the second factor.
async fn after_second_factor(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
) -> Result<Step> {
    let device = device::recognise(cx, scene, user, &progress).await?;
    on_device(cx, scene, user, progress, device).await
}

/// What follows when there is no second factor to ask for any more: the proof of a remembered device, then
/// the tokens.
async fn on_device(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
    device: Option<Device>,
) -> Result<Step> {
    if let Some(step) = device::ask(cx, scene, user, device.as_ref(), &progress).await? {
        return Ok(step);
    }
    finish(cx, scene, user, progress, device).await
}

/// Whether somebody who gave a right answer may go on.
fn check_state(user: &User) -> Result<()> {
    user.check_enabled()?;
    match user.status {
        UserStatusType::Unconfirmed => Err(Error::user_not_confirmed()),
        // This answer gives the user away, but here the right password has been given.
        UserStatusType::ResetRequired => Err(Error::password_reset_required()),
        // Who comes from a provider signs in there.
        UserStatusType::ExternalProvider => Err(Error::wrong_password()),
        _ => Ok(()),
    }
}

/// The end of every sign-in: issues the tokens, or hands the user on to the pages. `device` is the confirmed one that it happens on.
async fn finish(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
    device: Option<Device>,
) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    if progress.missing_level().is_some() {
        return Err(Error::levels_out_of_reach());
    }
    let origin = Origin::client(&client.id, scene.metadata.as_ref());
    let is_new_device = pool.tracks_devices().then_some(device.is_none());
    trigger::post_authentication(cx, pool, origin, user, is_new_device).await?;
    let user = &*as_triggers_left(cx, scene, user).await?;
    let asked = (progress.token_source(), scene.metadata.as_ref());
    let device = device::sign_in(cx, pool, user, device).await?;
    if scene.is_hosted {
        return Ok(Step::SignedIn(Box::new(SignedIn {
            user: user.clone(),
            auth_time: cx.now() / 1000,
            proofs: progress.proofs,
            device_key: device.key,
            sso: None,
            via: None,
        })));
    }
    let sign_in = SignIn {
        origin_jti: cx.uuid().to_string(),
        auth_time: cx.now() / 1000,
        proofs: progress.proofs,
        device_key: device.key,
        grant: None,
        sso: None,
    };
    let mut result = token::sign_in(cx, pool, client, user, &sign_in, asked).await?;
    result.new_device_metadata = device.new;
    Ok(Step::Done(result))
}

/// The user as he is once triggers were asked: they may have changed him, and his tokens show it.
async fn as_triggers_left<'a>(cx: &Cx, scene: &Scene, user: &'a User) -> Result<Cow<'a, User>> {
    if cx.answers.is_empty() {
        return Ok(Cow::Borrowed(user));
    }
    let row = cx.service.store.user(&scene.pool.id, &user.sub).await?;
    let user = row.map(User::from_row).transpose()?;
    let gone = || {
        if scene.client.hides_users() {
            Error::wrong_password()
        } else {
            Error::user_not_found()
        }
    };
    let user = user.ok_or_else(gone)?;
    check_state(&user)?;
    Ok(Cow::Owned(user))
}

/// Commits writes, if there are any: a plain sign-in by password writes nothing.
async fn commit(cx: &Cx, writes: Vec<Write>) -> Result<()> {
    if writes.is_empty() {
        return Ok(());
    }
    cx.commit(Change { writes }).await
}
