//! Challenge sessions: sealed, bound to pool, client, user and challenge, expiring, and used once.

use cenote_model::{ChallengeNameType, ErrorCode};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::custom::Custom;
use super::mfa_setup::SetUp;
use super::one_time_code::SentCode;
use super::{Progress, Scene, Step};
use crate::crypto::Purpose;
use crate::pool::{Client, Pool};
use crate::ports::{Change, CommitError, Kind, Write};
use crate::user::mfa::Factor;
use crate::user::{self, Account, User, names};
use crate::{Cx, Error, Result};

/// The real service's sessions begin with these bytes, which read `AYAB` in base64.
const PREFIX: [u8; 4] = [0x01, 0x80, 0x01, 0x78];

/// The question that a session waits to have answered, with what only the server may know of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pending {
    /// NEW_PASSWORD_REQUIRED.
    NewPassword,
    /// DEVICE_SRP_AUTH.
    Device,
    /// SMS_MFA or EMAIL_OTP, with the code that went out.
    SecondFactor(Factor, SentCode),
    /// SOFTWARE_TOKEN_MFA.
    SoftwareToken,
    /// SELECT_MFA_TYPE, with what there is to choose from.
    SelectFactor(Vec<Factor>),
    /// MFA_SETUP.
    MfaSetup(SetUp),
    /// The EMAIL_OTP or SMS_MFA that ends a set-up: the address is not the user's yet.
    SetUpContact(SentCode),
    /// CUSTOM_CHALLENGE.
    Custom(Custom),
    /// PASSWORD_VERIFIER within CUSTOM_AUTH or USER_AUTH, whose state is in SECRET_BLOCK.
    PasswordVerifier,
    /// SELECT_CHALLENGE.
    Choice,
    /// PASSWORD.
    Password,
    /// PASSWORD_SRP.
    PasswordSrp,
    /// WEB_AUTHN, with the challenge to sign, base64url.
    Passkey(String),
    /// EMAIL_OTP or SMS_OTP as the first factor, with the code that went out.
    FirstCode(SentCode),
    /// ConfirmSignUp, which SignUp made the session for.
    SignUp,
    /// InitiateAuth, which ConfirmSignUp made the session for.
    SignedUp,
}

impl Pending {
    /// The name of the challenge; the sessions of a sign-up wait for an operation of their own.
    pub(crate) fn challenge(&self) -> Option<ChallengeNameType> {
        Some(match self {
            Self::NewPassword => ChallengeNameType::NewPasswordRequired,
            Self::Device => ChallengeNameType::DeviceSrpAuth,
            Self::SecondFactor(Factor::Sms, _) => ChallengeNameType::SmsMfa,
            Self::SetUpContact(sent) if !sent.is_by_email() => ChallengeNameType::SmsMfa,
            Self::SecondFactor(..) | Self::SetUpContact(_) => ChallengeNameType::EmailOtp,
            Self::SoftwareToken => ChallengeNameType::SoftwareTokenMfa,
            Self::SelectFactor(_) => ChallengeNameType::SelectMfaType,
            Self::MfaSetup(_) => ChallengeNameType::MfaSetup,
            Self::Custom(_) => ChallengeNameType::CustomChallenge,
            Self::PasswordVerifier => ChallengeNameType::PasswordVerifier,
            Self::Choice => ChallengeNameType::SelectChallenge,
            Self::Password => ChallengeNameType::Password,
            Self::PasswordSrp => ChallengeNameType::PasswordSrp,
            Self::Passkey(_) => ChallengeNameType::WebAuthn,
            Self::FirstCode(sent) if sent.is_by_email() => ChallengeNameType::EmailOtp,
            Self::FirstCode(_) => ChallengeNameType::SmsOtp,
            Self::SignUp | Self::SignedUp => return None,
        })
    }
}

/// The state of a sign-in between two calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// A UUID, recorded when the session is used.
    pub(crate) id: String,
    /// The user's `sub`, or the made-up one of nobody.
    pub(crate) sub: String,
    /// Milliseconds since the epoch.
    pub(crate) expires_at: i64,
    /// When the password was set that led here, in milliseconds since the epoch: a password that an
    /// administrator sets meanwhile ends the session.
    pub(crate) password_set_at: Option<i64>,
    /// What is asked.
    pub(crate) pending: Pending,
    /// What lies behind.
    pub(crate) progress: Progress,
}

/// What the state of a sign-in is sealed to.
pub(super) fn context(pool: &Pool, client: &Client) -> String {
    format!("{}/{}", pool.id, client.id)
}

fn password_set_at(user: &User) -> Option<i64> {
    user.password.as_ref().map(|password| password.set_at)
}

/// The parts of a session's bytes: the id of the client, and what is sealed.
fn parts(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.strip_prefix(&PREFIX)?.split_first()?;
    let (client, sealed) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(client).ok()?, sealed))
}

impl Session {
    /// A new session of a user for the next challenge.
    pub(crate) fn new(
        cx: &Cx,
        scene: &Scene,
        user: &User,
        pending: Pending,
        progress: Progress,
    ) -> Self {
        let who = (user.sub.clone(), password_set_at(user));
        Self::about(cx, scene, who, pending, progress)
    }

    /// A new session of whoever signs in, somebody or nobody.
    pub(crate) fn of(
        cx: &Cx,
        scene: &Scene,
        account: &Account,
        pending: Pending,
        progress: Progress,
    ) -> Self {
        let set_at = match account {
            Account::Known(user) => password_set_at(user),
            Account::Unknown { .. } => None,
        };
        let who = (account.sub().to_owned(), set_at);
        Self::about(cx, scene, who, pending, progress)
    }

    fn about(
        cx: &Cx,
        scene: &Scene,
        (sub, password_set_at): (String, Option<i64>),
        pending: Pending,
        progress: Progress,
    ) -> Self {
        Self {
            id: cx.uuid().to_string(),
            sub,
            expires_at: cx.now() + scene.client.session_ms(),
            password_set_at,
            pending,
            progress,
        }
    }

    /// Whether it is still about this user as he is now.
    pub(super) fn fits(&self, user: &User) -> bool {
        self.sub == user.sub && self.password_set_at == password_set_at(user)
    }

    /// Its text: what is sealed, after the id of the client, since some operations take a session alone.
    pub(crate) fn seal(&self, cx: &Cx, scene: &Scene) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error.to_string()))?;
        let context = context(&scene.pool, &scene.client);
        let sealed = cx.service.sealer.seal(
            Purpose::Session,
            context.as_bytes(),
            &plain,
            &*cx.service.entropy,
        );
        let client = scene.client.id.as_bytes();
        let length = u8::try_from(client.len())
            .map_err(|_| Error::internal("the id of a client is too long for a session"))?;
        let text = [&PREFIX[..], &[length], client, &sealed].concat();
        Ok(BASE64URL_NOPAD.encode(&text))
    }

    /// The challenge that this session asks, with what the client is told.
    pub(crate) fn ask<'a>(
        &self,
        cx: &Cx,
        scene: &Scene,
        parameters: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Result<Step> {
        let name = self.pending.challenge();
        Ok(Step::Challenge {
            name: name.ok_or_else(|| Error::internal("no challenge waits for this session"))?,
            session: Some(self.seal(cx, scene)?),
            parameters: parameters
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            available: None,
        })
    }

    /// Opens a session of this pool and client that is alive and not used yet.
    pub(crate) async fn open(cx: &Cx, scene: &Scene, text: &str) -> Result<Self> {
        let session = Self::open_if_alive(cx, scene, text).await?;
        session.ok_or_else(Error::session_expired)
    }

    /// The same for a caller who has another use for an expired one.
    pub(super) async fn open_if_alive(cx: &Cx, scene: &Scene, text: &str) -> Result<Option<Self>> {
        let session: Self = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| {
                let (client, sealed) = parts(&bytes)?;
                let context = context(&scene.pool, &scene.client);
                let opened = cx
                    .service
                    .sealer
                    .open(Purpose::Session, context.as_bytes(), sealed);
                opened.ok().filter(|_| client == scene.client.id)
            })
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(Error::session_invalid)?;
        if session.expires_at <= cx.now() {
            return Ok(None);
        }
        if cx
            .live(Kind::Consumed, &scene.pool.id, &session.id)
            .await?
            .is_some()
        {
            return Err(Error::session_used());
        }
        Ok(Some(session))
    }

    /// Opens a session by itself: it says to which client it belongs.
    pub(crate) async fn open_alone(cx: &Cx, text: &str) -> Result<(Scene, Self)> {
        let bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| Error::session_invalid())?;
        let (client, _) = parts(&bytes).ok_or_else(Error::session_invalid)?;
        let (pool, client) = cx.client(client).await.map_err(|error| match error.code {
            ErrorCode::ResourceNotFound => Error::session_invalid(),
            _ => error,
        })?;
        let scene = Scene::new(pool, client);
        let session = Self::open(cx, &scene, text).await?;
        Ok((scene, session))
    }

    /// Whose it is, where the caller names nobody.
    pub(crate) async fn owner(&self, cx: &Cx, scene: &Scene) -> Result<User> {
        let row = cx.service.store.user(&scene.pool.id, &self.sub).await?;
        row.map(User::from_row)
            .transpose()?
            .filter(|user| self.fits(user))
            .ok_or_else(Error::session_invalid)
    }

    /// Whose it is, if the caller names him: by any of his names, or nobody by the name that was typed. Who
    /// was deleted meanwhile is not found, where the client may know that.
    pub(crate) async fn account(&self, cx: &Cx, scene: &Scene, username: &str) -> Result<Account> {
        let pool = &scene.pool;
        cx.count_user(&self.sub)?;
        match user::find(cx, pool, username).await? {
            Some(user) if self.fits(&user) => Ok(Account::Known(Box::new(user))),
            None if names::invented_sub(cx, pool, username) == self.sub => Ok(Account::Unknown {
                sub: self.sub.clone(),
            }),
            None if !scene.client.hides_users() && self.is_orphaned(cx, pool).await? => {
                Err(Error::user_not_found())
            }
            _ => Err(Error::session_invalid()),
        }
    }

    /// Whether its user is no more.
    async fn is_orphaned(&self, cx: &Cx, pool: &Pool) -> Result<bool> {
        let row = cx.service.store.user(&pool.id, &self.sub).await?;
        Ok(row.is_none())
    }

    /// Whose it is, when it can only be somebody's. He may still sign in.
    pub(crate) async fn user(&self, cx: &Cx, scene: &Scene, username: &str) -> Result<User> {
        match self.account(cx, scene, username).await? {
            Account::Known(user) if user.enabled => Ok(*user),
            Account::Known(_) => Err(Error::user_disabled()),
            Account::Unknown { .. } => Err(Error::session_invalid()),
        }
    }

    /// The write that uses the session up. It goes first in the change that the answer makes, so that of
    /// two racing answers one wins; [`refused`] tells the loser.
    pub(crate) fn consume(&self, cx: &Cx, pool: &Pool) -> Write {
        Write::mark(&pool.id, &self.id, cx.now(), self.expires_at)
    }
}

/// Records the use of a session that led to a question, where there was one.
pub(super) async fn use_up(cx: &Cx, first: Option<Write>) -> Result<()> {
    let Some(first) = first else { return Ok(()) };
    let change = Change::new().with(first);
    cx.try_commit(change).await.map_err(refused)
}

/// The refusal of a change whose first write uses a session up.
pub(crate) fn refused(error: CommitError) -> Error {
    match error {
        CommitError::Conflict { index: 0 } => Error::session_used(),
        other => other.into(),
    }
}
