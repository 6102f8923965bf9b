//! Counters that bound guessing: lockout after failures, and attempts per user and hour.

use serde::{Deserialize, Serialize};

use super::attempts::Moment;
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Expect, Kind, Record, Write};
use crate::{Cx, Error, Result};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// A lock, and the count of failures behind it, ends after this long without an attempt.
const LOCKOUT_MEMORY_MS: i64 = 15 * 60 * 1000;

/// Failures that are free of a lock.
const FREE_FAILURES: u32 = 5;

/// What is counted per user and hour, and how often it may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hourly {
    ResendConfirmationCode,
    ChangePassword,
    GetUserAttributeVerificationCode,
    ConfirmSignUp,
    VerifyUserAttribute,
    /// ForgotPassword and ConfirmForgotPassword together.
    Recovery,
    /// Messages with codes that sign in.
    SignInCode,
}

impl Hourly {
    const fn limit(self) -> u32 {
        match self {
            Self::ResendConfirmationCode
            | Self::ChangePassword
            | Self::GetUserAttributeVerificationCode => 5,
            Self::ConfirmSignUp | Self::VerifyUserAttribute => 15,
            Self::Recovery | Self::SignInCode => 20,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::ResendConfirmationCode => "resend",
            Self::ChangePassword => "change",
            Self::GetUserAttributeVerificationCode => "attribute",
            Self::ConfirmSignUp => "confirm",
            Self::VerifyUserAttribute => "verify",
            Self::Recovery => "recovery",
            Self::SignInCode => "sign_in_code",
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    count: u32,
    /// Milliseconds since the epoch: the window's start, or the end of the present lock.
    at: i64,
}

fn parse(record: Option<&Record>) -> Result<Counter> {
    record.map_or_else(
        || Ok(Counter::default()),
        |record| {
            serde_json::from_str(&record.doc)
                .map_err(|error| Error::internal(format!("attempts {}: {error}", record.key)))
        },
    )
}

fn put(
    pool: &Pool,
    key: String,
    counter: &Counter,
    expires_at: i64,
    expect: Expect,
) -> Result<Write> {
    Ok(Write::Put {
        kind: Kind::Attempt,
        pool: pool.id.clone(),
        key,
        doc: serde_json::to_string(counter).map_err(|error| Error::internal(error.to_string()))?,
        expires_at: Some(expires_at),
        expect,
    })
}

/// The write that counts one attempt; LimitExceededException when the hour has no more of them.
pub(crate) async fn count(cx: &Cx, pool: &Pool, sub: &str, what: Hourly) -> Result<Write> {
    let key = format!("{}/{sub}", what.name());
    let now = cx.now();
    let record = cx.live(Kind::Attempt, &pool.id, &key).await?;
    let mut counter = parse(record.as_ref())?;
    if counter.count >= what.limit() {
        return Err(Error::attempt_limit());
    }
    if record.is_none() {
        counter.at = now;
    }
    counter.count += 1;
    let expires_at = counter.at + HOUR_MS;
    let expect = record.map_or(Expect::Absent { now }, |record| {
        Expect::Version(record.version)
    });
    put(pool, key, &counter, expires_at, expect)
}

/// What somebody may try to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guessed {
    Password,
    /// The code of a second factor. A right password does not forget these failures, nor does a new sign-in.
    SecondFactor,
    /// The first code of a software token that is being registered.
    NewSoftwareToken,
    /// The password of a remembered device.
    Device,
    /// The proof of a passkey.
    Passkey,
    /// A code that is the first factor.
    FirstCode,
}

impl Guessed {
    fn key(self, sub: &str) -> String {
        let prefix = match self {
            Self::Password => Lockout::PREFIX,
            Self::SecondFactor => "mfa/",
            Self::NewSoftwareToken => "software_token/",
            Self::Device => "device/",
            Self::Passkey => "passkey/",
            Self::FirstCode => "first_code/",
        };
        format!("{prefix}{sub}")
    }
}

/// The state of guessing against one account.
pub(crate) struct Lockout {
    key: String,
    failures: u32,
    expect: Expect,
    /// A moment before it was read.
    seen: Moment,
}

impl Lockout {
    /// What the keys of password guessing begin with.
    pub(crate) const PREFIX: &str = "password/";

    /// Reads it; refuses while the account is locked. An attempt during a lock does not count.
    pub(crate) async fn check(cx: &Cx, pool: &Pool, what: Guessed, sub: &str) -> Result<Self> {
        let seen = cx.service.attempts.now();
        let key = what.key(sub);
        let store = &cx.service.store;
        let record = store.record(Kind::Attempt, &pool.id, &key).await?;
        Self::from_record(cx, key, record, seen)
    }

    /// The state of password guessing, by a record that was read after `seen`.
    pub(crate) fn of_password(
        cx: &Cx,
        sub: &str,
        record: Option<Record>,
        seen: Moment,
    ) -> Result<Self> {
        Self::from_record(cx, Guessed::Password.key(sub), record, seen)
    }

    fn from_record(cx: &Cx, key: String, record: Option<Record>, seen: Moment) -> Result<Self> {
        let now = cx.now();
        let record = cx.unless_expired(record);
        let counter = parse(record.as_ref())?;
        if counter.count >= FREE_FAILURES && now < counter.at {
            return Err(Error::locked_out());
        }
        let expect = record.map_or(Expect::Absent { now }, |record| {
            Expect::Version(record.version)
        });
        Ok(Self {
            key,
            failures: counter.count,
            expect,
            seen,
        })
    }

    /// Records one more failure on its own.
    pub(crate) async fn fail(self, cx: &Cx, pool: &Pool) -> Result<()> {
        cx.commit(Change::new().with(self.failure(cx, pool)?)).await
    }

    /// The write that records one more failure: from the fifth on, each locks for 2^(n-5) seconds,
    /// 15 minutes at most.
    pub(crate) fn failure(self, cx: &Cx, pool: &Pool) -> Result<Write> {
        let count = self.failures.saturating_add(1);
        let lock_ms = match count.checked_sub(FREE_FAILURES) {
            None => 0,
            Some(doublings) => (1000_i64 << doublings.min(20)).min(LOCKOUT_MEMORY_MS),
        };
        let now = cx.now();
        let counter = Counter {
            count,
            at: now + lock_ms,
        };
        // A lock of 15 minutes must outlive its own end, or the next failure would start anew.
        let expires_at = counter.at + LOCKOUT_MEMORY_MS;
        put(pool, self.key, &counter, expires_at, self.expect)
    }

    /// The write that forgets earlier failures after a success, if there were any. A success counts only
    /// if nobody failed meanwhile: of guesses sent all at once, no more are heard than of guesses in turn.
    pub(crate) async fn succeed(self, cx: &Cx, pool: &Pool) -> Result<Option<Write>> {
        if self.failures == 0 {
            let attempts = &cx.service.attempts;
            if attempts.unchanged_since(self.seen, &pool.id, &self.key) {
                return Ok(None);
            }
            return match cx.live(Kind::Attempt, &pool.id, &self.key).await? {
                None => Ok(None),
                Some(_) => Err(CommitError::Conflict { index: 0 }.into()),
            };
        }
        let (kind, pool) = (Kind::Attempt, pool.id.clone());
        Ok(Some(Write::Delete {
            kind,
            pool,
            key: self.key,
            expect: self.expect,
        }))
    }
}
