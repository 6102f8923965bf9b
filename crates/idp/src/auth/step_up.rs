//! Stepping up: USER_AUTH towards an authentication level (TARGET_ACR_VALUES), with credit for what the user
//! of an access token has proved already (ACCESS_TOKEN, MAX_AGE).

use cenote_model::{ChallengeNameType, UserPoolMfaType};

use super::{Parameters, Progress, Proof, Scene};
use crate::pool::Pool;
use crate::token::{self, Caller, Level};
use crate::user::mfa::{Factor, Required};
use crate::user::{Account, User};
use crate::{Cx, Error, Result};

/// What a call asks for.
pub(super) struct Wish {
    /// The levels that are asked for, the most wanted first.
    levels: Vec<Level>,
    /// What counts as proved.
    credit: Vec<Proof>,
}

/// Reads the parameters; `None` when they ask for no level.
pub(super) async fn read(
    cx: &Cx,
    scene: &Scene,
    parameters: &Parameters<'_>,
    account: &Account,
) -> Result<Option<Wish>> {
    let pool = &scene.pool;
    let access_token = parameters.optional("ACCESS_TOKEN");
    let max_age = parameters
        .optional("MAX_AGE")
        .map(|text| text.parse::<u32>().map_err(|_| Error::max_age_unfit()))
        .transpose()?;
    let Some(names) = parameters.optional("TARGET_ACR_VALUES") else {
        return match access_token {
            Some(_) => Err(Error::access_token_without_level()),
            None => Ok(None),
        };
    };
    pool.require_essentials("Step-Up Authentication")?;
    let levels: Vec<Level> = names
        .split_whitespace()
        .filter_map(|name| Level::named(pool, name))
        .collect();
    if levels.is_empty() {
        return Err(Error::levels_unknown());
    }
    let credit = match access_token {
        Some(token) => credit(cx, pool, token, account, max_age).await?,
        None => Vec::new(),
    };
    Ok(Some(Wish { levels, credit }))
}

/// What the user of an access token proved, unless that was too long ago.
async fn credit(
    cx: &Cx,
    pool: &Pool,
    token: &str,
    account: &Account,
    max_age: Option<u32>,
) -> Result<Vec<Proof>> {
    let Caller {
        pool: issuer,
        user,
        auth_time,
        proofs,
        ..
    } = token::authenticate(cx, token).await?;
    if issuer.id != pool.id || user.sub != account.sub() {
        return Err(Error::access_token_of_other_user());
    }
    let age = cx.now() / 1000 - auth_time;
    let is_too_old = max_age.is_some_and(|max_age| age > i64::from(max_age));
    Ok(if is_too_old { Vec::new() } else { proofs })
}

impl Wish {
    /// Decides for the first level that the user can reach.
    pub(super) fn decide(
        self,
        pool: &Pool,
        account: &Account,
        available: &[ChallengeNameType],
        progress: &mut Progress,
    ) -> Result<()> {
        let reached = Level::of(&self.credit);
        progress.proofs = self.credit;
        let seconds = seconds(pool, account);
        let highest = available
            .iter()
            .map(|challenge| worth(&progress.proofs, Some(*challenge), &seconds))
            .chain([worth(&progress.proofs, None, &seconds)])
            .max()
            .flatten();
        let level = self
            .levels
            .into_iter()
            .find(|level| highest >= Some(*level))
            .ok_or_else(Error::levels_out_of_reach)?;
        if reached >= Some(level) {
            return Err(Error::level_reached_already());
        }
        progress.level = Some(level);
        Ok(())
    }
}

/// The level that a sign-in on the pages leads to: the first of those asked for that the user can reach with
/// one of these first factors. There the rest is not an error.
pub(super) fn aim(
    scene: &Scene,
    account: &Account,
    available: &[ChallengeNameType],
) -> Option<Level> {
    if scene.levels.is_empty() {
        return None;
    }
    let seconds = seconds(&scene.pool, account);
    let leads = |challenge: &ChallengeNameType| worth(&[], Some(*challenge), &seconds);
    let highest = available.iter().map(leads).max().flatten();
    let mut levels = scene.levels.iter().copied();
    levels.find(|level| highest >= Some(*level))
}

/// Whether what a user has proved is what the pages would lead to.
pub(crate) fn suffices(pool: &Pool, user: &User, proofs: &[Proof], levels: &[Level]) -> bool {
    let reached = Level::of(proofs);
    let password = Some(ChallengeNameType::Password);
    let highest = worth(&[], password, &factors(pool, user)).max(reached);
    let mut levels = levels.iter().copied();
    reached >= levels.find(|level| highest >= Some(*level))
}

/// The second factors that the user has for this: those that a sign-in may ask for, and a registered
/// software token. Of nobody it is said that he has all.
fn seconds(pool: &Pool, account: &Account) -> Vec<Factor> {
    match account {
        Account::Known(user) => factors(pool, user),
        Account::Unknown { .. } => Factor::ALL.to_vec(),
    }
}

fn factors(pool: &Pool, user: &User) -> Vec<Factor> {
    let asked = user.second_factors(pool);
    let has_mfa = pool.mfa_configuration() != UserPoolMfaType::Off;
    let is_registered = |factor| {
        has_mfa && factor == Factor::SoftwareToken && user.has_set_up(Factor::SoftwareToken)
    };
    Factor::ALL
        .into_iter()
        .filter(|factor| asked.contains(factor) || is_registered(*factor))
        .collect()
}

/// The level to which a first factor leads, with the second factors that may follow a password.
fn worth(proved: &[Proof], first: Option<ChallengeNameType>, seconds: &[Factor]) -> Option<Level> {
    let mut proofs = proved.to_vec();
    proofs.extend(match first {
        Some(ChallengeNameType::EmailOtp) => Some(Proof::Email),
        Some(ChallengeNameType::SmsOtp) => Some(Proof::Sms),
        Some(ChallengeNameType::Password | ChallengeNameType::PasswordSrp) => Some(Proof::Password),
        // Every passkey is worth the same.
        Some(ChallengeNameType::WebAuthn) => Some(Proof::PlatformPasskey),
        _ => None,
    });
    let alone = Level::of(&proofs);
    if !proofs.contains(&Proof::Password) {
        return alone;
    }
    let with = |factor: &Factor| Level::of(&[&proofs[..], &[Proof::of_factor(*factor)]].concat());
    seconds.iter().map(with).max().flatten().max(alone)
}

/// Those of the first factors that lead to the level of the sign-in.
pub(super) fn leading(
    pool: &Pool,
    account: &Account,
    progress: &Progress,
    mut available: Vec<ChallengeNameType>,
) -> Vec<ChallengeNameType> {
    if let Some(level) = progress.level {
        let seconds = seconds(pool, account);
        let leads = |challenge| worth(&progress.proofs, Some(challenge), &seconds) >= Some(level);
        available.retain(|challenge| leads(*challenge));
    }
    available
}

/// Whether a second factor is all that the sign-in still needs, since the access token proved the first.
pub(super) fn needs_only_second(pool: &Pool, user: &User, progress: &Progress) -> bool {
    let Some(level) = progress.missing_level() else {
        return false;
    };
    progress.proofs.contains(&Proof::Password)
        && worth(&progress.proofs, None, &factors(pool, user)) >= Some(level)
}

/// The second factors that lead to a level that is not reached yet.
pub(super) fn required(
    pool: &Pool,
    user: &User,
    progress: &Progress,
    level: Level,
) -> Result<Required> {
    let leads = |factor: &Factor| worth(&progress.proofs, None, &[*factor]) >= Some(level);
    let mut factors = factors(pool, user);
    factors.retain(leads);
    if let Some(preferred) = user.preferred_factor()
        && factors.contains(&preferred)
    {
        return Ok(Required::One(preferred));
    }
    match factors[..] {
        [] => Err(Error::levels_out_of_reach()),
        [only] => Ok(Required::One(only)),
        _ => Ok(Required::OneOf(factors)),
    }
}
