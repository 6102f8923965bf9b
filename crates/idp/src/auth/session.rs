//! Challenge sessions: sealed, bound to pool, client, user and challenge, expiring, and used once.

use cenote_model::ChallengeNameType;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::crypto::Purpose;
use crate::pool::{Client, Pool};
use crate::ports::{CommitError, Expect, Kind, Write};
use crate::user::User;
use crate::{Cx, Error, Result};

/// The real service's sessions begin with these bytes, which read `AYAB` in base64.
const PREFIX: [u8; 4] = [0x01, 0x80, 0x01, 0x78];

/// The state of a sign-in between two calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// A UUID, recorded when the session is used.
    pub(crate) id: String,
    pub(crate) sub: String,
    pub(crate) challenge: ChallengeNameType,
    /// Milliseconds since the epoch.
    pub(crate) expires_at: i64,
    /// When the password was set that led here, in milliseconds since the epoch: a password that an
    /// administrator sets meanwhile ends the session.
    pub(crate) password_set_at: Option<i64>,
}

/// What the state of a sign-in is sealed to.
pub(super) fn context(pool: &Pool, client: &Client) -> String {
    format!("{}/{}", pool.id, client.id)
}

fn password_set_at(user: &User) -> Option<i64> {
    user.password.as_ref().map(|password| password.set_at)
}

impl Session {
    /// A new session for the next challenge.
    pub(crate) fn new(cx: &Cx, client: &Client, user: &User, challenge: ChallengeNameType) -> Self {
        Self {
            id: cx.uuid().to_string(),
            sub: user.sub.clone(),
            challenge,
            expires_at: cx.now() + client.session_ms(),
            password_set_at: password_set_at(user),
        }
    }

    /// Whether it is still about this user as he is now.
    pub(crate) fn fits(&self, user: &User) -> bool {
        self.sub == user.sub && self.password_set_at == password_set_at(user)
    }

    /// Its text.
    pub(crate) fn seal(&self, cx: &Cx, pool: &Pool, client: &Client) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error.to_string()))?;
        let context = context(pool, client);
        let sealed = cx.service.sealer.seal(
            Purpose::Session,
            context.as_bytes(),
            &plain,
            &*cx.service.entropy,
        );
        Ok(BASE64URL_NOPAD.encode(&[&PREFIX[..], &sealed].concat()))
    }

    /// Opens the session that answers `challenge`: of this pool and client, alive, and not used yet.
    pub(crate) async fn open(
        cx: &Cx,
        pool: &Pool,
        client: &Client,
        text: &str,
        challenge: ChallengeNameType,
    ) -> Result<Self> {
        let session: Self = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| {
                let sealed = bytes.strip_prefix(&PREFIX)?;
                let context = context(pool, client);
                cx.service
                    .sealer
                    .open(Purpose::Session, context.as_bytes(), sealed)
                    .ok()
            })
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(Error::session_invalid)?;
        if session.challenge != challenge {
            return Err(Error::session_invalid());
        }
        if session.expires_at <= cx.now() {
            return Err(Error::session_expired());
        }
        if cx
            .live(Kind::Consumed, &pool.id, &session.id)
            .await?
            .is_some()
        {
            return Err(Error::session_used());
        }
        Ok(session)
    }

    /// The write that uses the session up. It goes first in the change that the answer makes, so that of
    /// two racing answers one wins; [`refused`] tells the loser.
    pub(crate) fn consume(&self, cx: &Cx, pool: &Pool) -> Write {
        consume(cx, pool, &self.id, self.expires_at)
    }
}

/// The write that records a one-time value as used until it would have expired anyway.
pub(crate) fn consume(cx: &Cx, pool: &Pool, id: &str, expires_at: i64) -> Write {
    Write::Put {
        kind: Kind::Consumed,
        pool: pool.id.clone(),
        key: id.to_owned(),
        doc: "{}".to_owned(),
        expires_at: Some(expires_at),
        expect: Expect::Absent { now: cx.now() },
    }
}

/// The refusal of a change whose first write uses a session up.
pub(crate) fn refused(error: CommitError) -> Error {
    match error {
        CommitError::Conflict { index: 0 } => Error::session_used(),
        other => other.into(),
    }
}
