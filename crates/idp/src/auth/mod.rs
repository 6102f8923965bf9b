//! Sign-in: what happens between the first parameter and the tokens, told once for the public and the
//! admin operations.

mod challenge;
mod new_password;
mod password;
mod progress;
mod session;
mod srp;

use std::collections::BTreeMap;
use std::sync::Arc;

use cenote_model::{
    AuthenticationResultType, ChallengeNameType, Sensitive, UserPoolMfaType, UserStatusType,
};

use crate::pool::{Client, Pool};
use crate::ports::{Change, Write};
use crate::protection::sign_in::{self, Attempt};
use crate::user::User;
use crate::{Cx, Error, Result, token};

pub(crate) use challenge::respond;
pub(crate) use password::with_password;
pub(crate) use progress::{Flow, Progress, Proof};
pub(crate) use srp::start as start_srp;

/// Where a sign-in takes place, and what came with the call.
pub(crate) struct Scene {
    pub(crate) pool: Arc<Pool>,
    pub(crate) client: Arc<Client>,
    /// Whether an IAM operation asks.
    pub(crate) is_admin: bool,
    /// What threat protection learns of the call.
    pub(crate) attempt: Attempt,
}

/// What a step of a sign-in leads to.
pub(crate) enum Step {
    /// The user is signed in.
    Done(AuthenticationResultType),
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
    scene.attempt.prove();
    if !user.enabled {
        return Err(Error::user_disabled());
    }
    match user.status {
        UserStatusType::Unconfirmed => return Err(Error::user_not_confirmed()),
        // This answer gives the user away, but here the right password has been given.
        UserStatusType::ResetRequired => return Err(Error::password_reset_required()),
        _ => {}
    }
    let must_change = user.status == UserStatusType::ForceChangePassword;
    if must_change {
        let set_at = user.password.as_ref().map_or(0, |password| password.set_at);
        if set_at + scene.pool.temporary_password_ms() <= cx.now() {
            return Err(Error::temporary_password_expired());
        }
    }
    refuse_mfa(&scene.pool)?;
    progress.judged = sign_in::judge(cx, scene, user).await?;
    // Nobody has a second factor yet: who needs one stays out.
    if let Some(judged) = &progress.judged
        && judged.wants_mfa() == Some(true)
    {
        return Err(sign_in::block(scene, judged.clone()));
    }
    if must_change {
        return new_password::ask(cx, scene, user, progress);
    }
    after_new_password(cx, scene, user, progress).await
}

/// What follows once the user has a password of his own: the second factor, then the tokens.
async fn after_new_password(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
) -> Result<Step> {
    finish(cx, scene, user, progress).await
}

/// Asked before anything is changed by a sign-in that cannot be finished.
fn refuse_mfa(pool: &Pool) -> Result<()> {
    if pool.mfa_configuration() == UserPoolMfaType::On {
        return Err(Error::flow_not_built(
            "Signing in to a user pool that requires MFA",
        ));
    }
    Ok(())
}

/// The end of every sign-in: issues the tokens.
async fn finish(cx: &Cx, scene: &Scene, user: &User, progress: Progress) -> Result<Step> {
    Ok(Step::Done(
        token::sign_in(cx, &scene.pool, &scene.client, user, progress.proofs).await?,
    ))
}

/// Commits writes, if there are any: a plain sign-in by password writes nothing.
async fn commit(cx: &Cx, writes: Vec<Write>) -> Result<()> {
    if writes.is_empty() {
        return Ok(());
    }
    cx.commit(Change { writes }).await
}
