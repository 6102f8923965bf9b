//! Feedback on events: an administrator's, and a user's by the token in a notice.

use cenote_model::{EventFeedbackType, FeedbackValueType, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::event;
use crate::crypto::Purpose;
use crate::pool::Pool;
use crate::ports::{Change, Expect};
use crate::{Cx, Error, Result};

/// How long a notice can be answered.
const LIFETIME_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What a feedback token holds.
#[derive(Serialize, Deserialize)]
struct Token {
    sub: String,
    event: String,
    /// Milliseconds since the epoch.
    expires_at: i64,
}

/// Whose feedback it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Admin,
    User,
}

impl Provider {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::User => "User",
        }
    }
}

/// Keeps feedback with its event; the last word counts.
pub(crate) async fn give(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    event_id: &str,
    value: FeedbackValueType,
    provider: Provider,
) -> Result<()> {
    let (mut event, version) = event::find(cx, pool, sub, event_id)
        .await?
        .ok_or_else(Error::auth_event_not_found)?;
    event.feedback = Some(EventFeedbackType {
        feedback_value: value,
        provider: provider.as_str().to_owned(),
        feedback_date: Some(Timestamp(cx.now())),
    });
    let write = event.put(pool, sub, Expect::Version(version))?;
    cx.commit(Change::new().with(write)).await
}

/// The token that lets a user speak of one event.
pub(crate) fn token(cx: &Cx, pool: &Pool, sub: &str, event_id: &str) -> Result<String> {
    let token = Token {
        sub: sub.to_owned(),
        event: event_id.to_owned(),
        expires_at: cx.now() + LIFETIME_MS,
    };
    let plain = serde_json::to_vec(&token).map_err(|error| Error::internal(error.to_string()))?;
    let sealed = cx.service.sealer.seal(
        Purpose::Feedback,
        pool.id.as_bytes(),
        &plain,
        &*cx.service.entropy,
    );
    Ok(BASE64URL_NOPAD.encode(&sealed))
}

/// The `sub` of the user whom a token lets speak of this event.
pub(crate) fn open(cx: &Cx, pool: &Pool, token: &str, event_id: &str) -> Result<String> {
    let opened: Option<Token> = BASE64URL_NOPAD
        .decode(token.as_bytes())
        .ok()
        .and_then(|sealed| {
            let sealer = &cx.service.sealer;
            sealer
                .open(Purpose::Feedback, pool.id.as_bytes(), &sealed)
                .ok()
        })
        .and_then(|plain| serde_json::from_slice(&plain).ok());
    opened
        .filter(|token| token.event == event_id && token.expires_at > cx.now())
        .map(|token| token.sub)
        .ok_or_else(Error::feedback_token_invalid)
}
