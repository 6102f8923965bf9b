//! Passwords: policy, the sealed SRP verifier that stands for one, and the history.

use cenote_model::PasswordHashingAlgorithmType;
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{User, hash};
use crate::crypto::{Purpose, srp};
use crate::pool::Pool;
use crate::ports::CommitError;
use crate::{Cx, Error, Result};

/// The symbols that satisfy RequireSymbols; a space counts too unless it leads or trails.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

/// The longest password, in characters.
const MAX_LENGTH: usize = 256;

/// A stored password: never itself, only the verifier that SRP needs, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Password {
    /// 32 hex digits; the first byte is not zero, since some clients drop leading zeros.
    pub(crate) salt: String,
    /// g^x, sealed, base64.
    #[serde(rename = "verifier")]
    sealed_verifier: String,
    /// Milliseconds since the epoch.
    pub(crate) set_at: i64,
    /// In place of the verifier, until the password is typed: the hash that came with an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    imported: Option<Imported>,
    /// Given by an administrator: to be changed at the first sign-in.
    #[serde(default)]
    pub(crate) temporary: bool,
}

/// A hash that was made elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Imported {
    algorithm: PasswordHashingAlgorithmType,
    /// Sealed, base64.
    sealed: String,
}

/// A rule of a password policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRule {
    /// It has so many characters at least.
    Length(usize),
    /// It has an uppercase letter.
    Uppercase,
    /// It has a lowercase letter.
    Lowercase,
    /// It has a digit.
    Number,
    /// It has a symbol, or a space inside.
    Symbol,
}

impl PasswordRule {
    /// The rules of a pool.
    pub(crate) fn of(pool: &Pool) -> impl Iterator<Item = Self> {
        let policy = pool.password_policy();
        let minimum = usize::try_from(policy.minimum_length.unwrap_or(8)).unwrap_or(8);
        let classes = [
            (policy.require_uppercase, Self::Uppercase),
            (policy.require_lowercase, Self::Lowercase),
            (policy.require_numbers, Self::Number),
            (policy.require_symbols, Self::Symbol),
        ];
        let asked = classes
            .into_iter()
            .filter(|(is_on, _)| *is_on == Some(true));
        std::iter::once(Self::Length(minimum)).chain(asked.map(|(_, rule)| rule))
    }

    /// Whether a password keeps it.
    pub(crate) fn is_kept(self, password: &str) -> bool {
        let has = |class: fn(char) -> bool| password.chars().any(class);
        match self {
            Self::Length(minimum) => password.chars().count() >= minimum,
            Self::Uppercase => has(|c| c.is_ascii_uppercase()),
            Self::Lowercase => has(|c| c.is_ascii_lowercase()),
            Self::Number => has(|c| c.is_ascii_digit()),
            Self::Symbol => {
                has(|c| SYMBOLS.contains(c)) || password.trim_matches(' ').contains(' ')
            }
        }
    }

    /// What the service says when it is broken.
    const fn complaint(self) -> &'static str {
        match self {
            Self::Length(_) => "Password not long enough",
            Self::Uppercase => "Password must have uppercase characters",
            Self::Lowercase => "Password must have lowercase characters",
            Self::Number => "Password must have numeric characters",
            Self::Symbol => "Password must have symbol characters",
        }
    }
}

/// Refuses a password that breaks the pool's policy. What `refusal` says begins differently where the password
/// is part of a new user.
pub(crate) fn check_policy(
    pool: &Pool,
    password: &str,
    refusal: fn(&'static str) -> Error,
) -> Result<()> {
    policy_violation(pool, password).map_or(Ok(()), |reason| Err(refusal(reason)))
}

/// The first rule of the pool's policy that a password breaks, in the service's words.
fn policy_violation(pool: &Pool, password: &str) -> Option<&'static str> {
    if password.chars().count() > MAX_LENGTH {
        return Some("Password too long");
    }
    let broken = PasswordRule::of(pool).find(|rule| !rule.is_kept(password));
    broken.map(PasswordRule::complaint)
}

/// A new random salt.
fn new_salt(cx: &Cx) -> [u8; 16] {
    let mut salt = [0; 16];
    while salt[0] == 0 {
        cx.service.entropy.fill(&mut salt);
    }
    salt
}

/// What the verifier is sealed to.
fn seal_context(user: &User) -> String {
    format!("{}/{}", user.pool_id, user.sub)
}

/// Derives the verifier of a password and seals it. Takes about 0.1 ms of CPU, on the CPU threads.
async fn derive(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    password: &str,
    temporary: bool,
) -> Result<Password> {
    let salt = new_salt(cx);
    let verifier = compute(cx, pool, &user.username, password, salt.to_vec()).await?;
    let sealed = cx.service.sealer.seal(
        Purpose::Verifier,
        seal_context(user).as_bytes(),
        &verifier[..],
        &*cx.service.entropy,
    );
    Ok(Password {
        salt: HEXLOWER.encode(&salt),
        sealed_verifier: BASE64.encode(&sealed),
        imported: None,
        set_at: cx.now(),
        temporary,
    })
}

async fn compute(
    cx: &Cx,
    pool: &Pool,
    username: &str,
    password: &str,
    salt: Vec<u8>,
) -> Result<[u8; srp::SIZE]> {
    let (pool_name, username) = (pool.srp_name().to_owned(), username.to_owned());
    let password = Zeroizing::new(password.to_owned());
    cx.cpu(move || srp::verifier(&pool_name, &username, &password, &salt))
        .await
}

impl Password {
    /// The salt's bytes.
    pub(crate) fn salt_bytes(&self) -> Result<Vec<u8>> {
        HEXLOWER
            .decode(self.salt.as_bytes())
            .map_err(|error| Error::internal(format!("a password's salt is not hex: {error}")))
    }

    /// The verifier in the clear.
    pub(crate) fn verifier(&self, cx: &Cx, user: &User) -> Result<[u8; srp::SIZE]> {
        BASE64
            .decode(self.sealed_verifier.as_bytes())
            .ok()
            .and_then(|sealed| {
                cx.service
                    .sealer
                    .open(Purpose::Verifier, seal_context(user).as_bytes(), &sealed)
                    .ok()
            })
            .and_then(|plain| plain.as_slice().try_into().ok())
            .ok_or_else(|| {
                Error::internal(format!(
                    "the verifier of {}/{} does not open",
                    user.pool_id, user.sub
                ))
            })
    }

    /// A password that is only known by its hash; `None` when the hash has another form.
    pub(crate) fn imported(
        cx: &Cx,
        user: &User,
        algorithm: PasswordHashingAlgorithmType,
        text: &str,
    ) -> Option<Self> {
        hash::Hash::parse(algorithm, text)?;
        let context = seal_context(user);
        let entropy = &*cx.service.entropy;
        let keys = &cx.service.sealer;
        let sealed = keys.seal(
            Purpose::Verifier,
            context.as_bytes(),
            text.as_bytes(),
            entropy,
        );
        Some(Self {
            salt: String::new(),
            sealed_verifier: String::new(),
            imported: Some(Imported {
                algorithm,
                sealed: BASE64.encode(&sealed),
            }),
            set_at: cx.now(),
            temporary: false,
        })
    }

    /// Whether only its hash is known.
    pub(crate) const fn is_imported(&self) -> bool {
        self.imported.is_some()
    }

    /// Whether this is the password, compared in constant time.
    pub(crate) async fn matches(
        &self,
        cx: &Cx,
        pool: &Pool,
        user: &User,
        candidate: &str,
    ) -> Result<bool> {
        if let Some(imported) = &self.imported {
            return imported.matches(cx, user, candidate).await;
        }
        let known = self.verifier(cx, user)?;
        let typed = compute(cx, pool, &user.username, candidate, self.salt_bytes()?).await?;
        Ok(bool::from(typed[..].ct_eq(&known[..])))
    }
}

impl Imported {
    async fn matches(&self, cx: &Cx, user: &User, candidate: &str) -> Result<bool> {
        let context = seal_context(user);
        let keys = &cx.service.sealer;
        let text = BASE64
            .decode(self.sealed.as_bytes())
            .ok()
            .and_then(|bytes| {
                let opened = keys.open(Purpose::Verifier, context.as_bytes(), &bytes);
                String::from_utf8(opened.ok()?.to_vec()).ok()
            })
            .ok_or_else(|| Error::internal(format!("the hash of {context} does not open")))?;
        let algorithm = self.algorithm;
        let candidate = Zeroizing::new(candidate.to_owned());
        cx.cpu(move || {
            let hash = hash::Hash::parse(algorithm, &text);
            hash.is_some_and(|hash| hash.matches(&candidate))
        })
        .await
    }
}

/// Replaces an imported hash by a verifier, now that the password has been typed. Whoever signs in does so
/// with what is stored then: the request is run again.
pub(crate) async fn adopt(cx: &Cx, pool: &Pool, user: &User, typed: &str) -> Result<()> {
    let Some(before) = user.password.as_ref().filter(|it| it.is_imported()) else {
        return Ok(());
    };
    let made = derive(cx, pool, user, typed, before.temporary).await?;
    let mut after = user.clone();
    after.password = Some(Password {
        set_at: before.set_at,
        ..made
    });
    super::save(cx, pool, user, after).await?;
    Err(CommitError::Conflict { index: usize::MAX }.into())
}

/// Spends what checking a password costs, for a user who is not there.
pub(crate) async fn pretend(cx: &Cx, pool: &Pool, username: &str, candidate: &str) -> Result<()> {
    compute(cx, pool, username, candidate, vec![1; 16])
        .await
        .map(drop)
}

/// Sets a user's password. A permanent one is checked against the history and joins it; the policy has
/// been checked by the caller, since its text depends on the operation.
pub(crate) async fn set(
    cx: &Cx,
    pool: &Pool,
    user: &mut User,
    password: &str,
    temporary: bool,
) -> Result<()> {
    let remembered = pool
        .password_policy()
        .password_history_size
        .unwrap_or_default();
    let remembered = usize::try_from(remembered).unwrap_or_default();
    if remembered > 0 && !temporary {
        let current = user.password.iter().filter(|current| !current.temporary);
        for earlier in current.chain(user.history.iter().take(remembered)) {
            if earlier.matches(cx, pool, user, password).await? {
                return Err(Error::password_history());
            }
        }
    }
    let new = derive(cx, pool, user, password, temporary).await?;
    if let Some(old) = user.password.replace(new)
        && !old.temporary
    {
        user.history.insert(0, old);
    }
    user.history.truncate(remembered);
    Ok(())
}
