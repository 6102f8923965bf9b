//! The outbox: sealed rows, what a sender takes from them, and what the development inbox shows.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use cenote_model::DeliveryMediumType;

use super::template::Text;
use super::{Purpose, Target};
use crate::crypto;
use crate::ports::{Change, Message, MessageFilter, Write};
use crate::user::User;
use crate::{Cx, Error, Result, Service};

const MINUTE_MS: i64 = 60 * 1000;

/// A message, sent or not, is kept this long.
const KEPT_MS: i64 = 24 * 60 * MINUTE_MS;

/// Tries before a message is given up.
const MAX_TRIES: i32 = 8;

/// The most messages that the inbox shows.
const INBOX_LIMIT: usize = 1000;

/// What a row holds, sealed, since codes and addresses are in it.
#[derive(Serialize, Deserialize)]
struct Content {
    purpose: Purpose,
    username: String,
    medium: DeliveryMediumType,
    to: String,
    subject: Option<String>,
    body: String,
    code: Option<String>,
    link: Option<String>,
}

/// The row that sends a text.
pub(super) fn row(
    cx: &Cx,
    user: &User,
    purpose: Purpose,
    target: &Target,
    text: Text,
) -> Result<Message> {
    let id = cx.uuid().to_string();
    let content = Content {
        purpose,
        username: user.username.clone(),
        medium: target.medium(),
        to: target.value.clone(),
        subject: text.subject,
        body: text.body,
        code: text.code,
        link: text.link,
    };
    let plain = serde_json::to_vec(&content).map_err(|error| Error::internal(error.to_string()))?;
    let sealed = cx.service.sealer.seal(
        crypto::Purpose::Message,
        id.as_bytes(),
        &plain,
        &*cx.service.entropy,
    );
    let now = cx.now();
    Ok(Message {
        id,
        pool: user.pool_id.clone(),
        sub: user.sub.clone(),
        at: now,
        doc: BASE64.encode(&sealed),
        tries: 0,
        due_at: Some(now),
        expires_at: now + KEPT_MS,
    })
}

fn open(service: &Service, message: &Message) -> Option<Content> {
    let sealed = BASE64.decode(message.doc.as_bytes()).ok()?;
    let plain = service
        .sealer
        .open(crypto::Purpose::Message, message.id.as_bytes(), &sealed)
        .ok()?;
    serde_json::from_slice(&plain).ok()
}

/// Which messages the inbox shows; every member is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct InboxQuery {
    /// A pool id.
    pub pool: Option<String>,
    /// A username, `sub` or address.
    pub user: Option<String>,
    /// An address or phone number.
    pub to: Option<String>,
    /// See [`Purpose::as_str`].
    pub purpose: Option<String>,
    /// `EMAIL` or `SMS`, in any case.
    pub medium: Option<String>,
}

/// One message of the development inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InboxMessage {
    /// A UUID.
    pub id: String,
    /// Milliseconds since the epoch.
    pub at: i64,
    /// The pool.
    pub pool_id: String,
    /// The user's username.
    pub username: String,
    /// The user's `sub`.
    pub sub: String,
    /// `EMAIL` or `SMS`.
    pub medium: &'static str,
    /// The address or phone number.
    pub to: String,
    /// See [`Purpose::as_str`].
    pub purpose: &'static str,
    /// Only e-mail has one.
    pub subject: Option<String>,
    /// The text; HTML in e-mail.
    pub body: String,
    /// The code or temporary password in it.
    pub code: Option<String>,
    /// The link in it.
    pub link: Option<String>,
}

impl InboxQuery {
    fn fits(&self, message: &InboxMessage) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        is(&self.to, &message.to)
            && is(&self.purpose, message.purpose)
            && self
                .medium
                .as_deref()
                .is_none_or(|medium| medium.eq_ignore_ascii_case(message.medium))
            && self.user.as_deref().is_none_or(|user| {
                [&message.username, &message.sub, &message.to]
                    .into_iter()
                    .any(|value| value == user)
            })
    }
}

/// The newest messages that fit, newest first.
pub async fn inbox(service: &Service, query: &InboxQuery) -> Result<Vec<InboxMessage>> {
    let filter = MessageFilter {
        pool: query.pool.clone(),
        sub: None,
    };
    let rows = service.store.messages(&filter, INBOX_LIMIT).await?;
    let messages = rows.into_iter().filter_map(|row| {
        let content = open(service, &row)?;
        Some(InboxMessage {
            id: row.id,
            at: row.at,
            pool_id: row.pool,
            username: content.username,
            sub: row.sub,
            medium: content.medium.as_str(),
            to: content.to,
            purpose: content.purpose.as_str(),
            subject: content.subject,
            body: content.body,
            code: content.code,
            link: content.link,
        })
    });
    Ok(messages.filter(|message| query.fits(message)).collect())
}

/// Empties the inbox.
pub async fn clear_inbox(service: &Service) -> Result<()> {
    Ok(service.store.clear_messages().await?)
}

/// A message that a sender should deliver now.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// A UUID: the idempotency key.
    pub id: String,
    /// E-mail or SMS.
    pub medium: DeliveryMediumType,
    /// The address or phone number.
    pub to: String,
    /// Only e-mail has one.
    pub subject: Option<String>,
    /// The text; HTML in e-mail.
    pub body: String,
    /// How often it was tried before.
    pub tries: i32,
    expires_at: i64,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took it.
    Sent,
    /// It did not; try again later.
    Failed,
    /// It never will (the address is refused, or no sender serves the medium).
    GivenUp,
}

/// The messages that wait to be sent, oldest first.
pub async fn due(service: &Service, limit: usize) -> Result<Vec<Delivery>> {
    let rows = service
        .store
        .due_messages(service.clock.now_ms(), limit)
        .await?;
    let deliveries = rows.into_iter().filter_map(|row| {
        let content = open(service, &row)?;
        Some(Delivery {
            id: row.id,
            medium: content.medium,
            to: content.to,
            subject: content.subject,
            body: content.body,
            tries: row.tries,
            expires_at: row.expires_at,
        })
    });
    Ok(deliveries.collect())
}

/// Records what became of a delivery: what failed is tried again after 1, 2, 4 … minutes, eight times.
pub async fn report(service: &Service, delivery: &Delivery, outcome: Outcome) -> Result<()> {
    let tries = delivery.tries + 1;
    let again = outcome == Outcome::Failed && tries < MAX_TRIES;
    let due_at = again.then(|| service.clock.now_ms() + (MINUTE_MS << delivery.tries.clamp(0, 8)));
    let write = Write::Reschedule {
        id: delivery.id.clone(),
        tries,
        due_at,
        expires_at: delivery.expires_at,
    };
    Ok(service.store.commit(Change::new().with(write)).await?)
}
