//! Software tokens: the secrets that a user's authenticator app makes its codes from.

use data_encoding::{BASE32_NOPAD, BASE64};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::limits::{Guessed, Lockout};
use crate::crypto::{Purpose, totp};
use crate::pool::Pool;
use crate::ports::{Kind, Write};
use crate::{Cx, Error, Result};

/// The most characters of a name.
const MAX_NAME: usize = 256;

/// A used code is remembered until no clock that may be one step off shows it any more.
const REMEMBERED_MS: i64 = 3 * 30 * 1000;

/// A secret that nobody has shown a code of yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingToken {
    /// Tells its used codes from those of other tokens.
    id: String,
    /// Sealed, base64.
    secret: String,
}

/// A registered software token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SoftwareToken {
    #[serde(flatten)]
    secret: PendingToken,
    /// The name that the user gave the app's device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// A right code, and what it takes to use it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    key: String,
}

impl Shown {
    /// Whether this code was used before.
    pub(crate) async fn is_used(&self, cx: &Cx, pool: &Pool) -> Result<bool> {
        Ok(cx
            .live(Kind::Consumed, &pool.id, &self.key)
            .await?
            .is_some())
    }

    /// The write that uses the code up; it fails when somebody else was faster.
    pub(crate) fn consume(self, cx: &Cx, pool: &Pool) -> Write {
        let now = cx.now();
        Write::mark(&pool.id, self.key, now, now + REMEMBERED_MS)
    }
}

/// What a secret is sealed to.
fn seal_context(pool: &Pool, sub: &str) -> String {
    format!("{}/{sub}", pool.id)
}

impl PendingToken {
    /// A new secret, and its text for the user's app.
    pub(crate) fn new(cx: &Cx, pool: &Pool, sub: &str) -> (Self, String) {
        let mut secret = Zeroizing::new([0; totp::SECRET]);
        cx.service.entropy.fill(&mut secret[..]);
        let sealed = cx.service.sealer.seal(
            Purpose::Totp,
            seal_context(pool, sub).as_bytes(),
            &secret[..],
            &*cx.service.entropy,
        );
        let token = Self {
            id: cx.uuid().to_string(),
            secret: BASE64.encode(&sealed),
        };
        (token, BASE32_NOPAD.encode(&secret[..]))
    }

    /// Whether a code is one that the app shows now, or did or will half a minute from now.
    pub(crate) fn shows(
        &self,
        cx: &Cx,
        pool: &Pool,
        sub: &str,
        typed: &str,
    ) -> Result<Option<Shown>> {
        let unreadable = || Error::internal(format!("user {}/{sub}: unreadable secret", pool.id));
        let sealed = BASE64
            .decode(self.secret.as_bytes())
            .map_err(|_| unreadable())?;
        let secret = cx
            .service
            .sealer
            .open(Purpose::Totp, seal_context(pool, sub).as_bytes(), &sealed)
            .map_err(|_| unreadable())?;
        let step = totp::step_of(&secret, typed, cx.now());
        Ok(step.map(|step| Shown {
            key: format!("totp/{}/{step}", self.id),
        }))
    }

    /// Registers it with the first code: answers the token, and the writes that the proof makes. Wrong
    /// codes are counted, and lock after the fifth.
    pub(crate) async fn verify(
        self,
        cx: &Cx,
        pool: &Pool,
        sub: &str,
        typed: &str,
        name: Option<&str>,
    ) -> Result<(SoftwareToken, Vec<Write>)> {
        if name.is_some_and(|name| name.chars().count() > MAX_NAME) {
            return Err(Error::device_name_too_long(MAX_NAME));
        }
        let lockout = Lockout::check(cx, pool, Guessed::NewSoftwareToken, sub).await?;
        let shown = self.shows(cx, pool, sub, typed)?;
        // A session can be verified twice with one code.
        let unused = match shown {
            Some(shown) if !shown.is_used(cx, pool).await? => shown,
            _ => {
                lockout.fail(cx, pool).await?;
                return Err(Error::software_token_code_wrong());
            }
        };
        let mut writes = vec![unused.consume(cx, pool)];
        writes.extend(lockout.succeed(cx, pool).await?);
        let token = SoftwareToken {
            secret: self,
            name: name.filter(|name| !name.is_empty()).map(str::to_owned),
        };
        Ok((token, writes))
    }
}

impl SoftwareToken {
    /// See [`PendingToken::shows`].
    pub(crate) fn shows(
        &self,
        cx: &Cx,
        pool: &Pool,
        sub: &str,
        typed: &str,
    ) -> Result<Option<Shown>> {
        self.secret.shows(cx, pool, sub, typed)
    }
}
