//! The outbox: sealed rows, what a sender takes from them, and what the development inbox shows.

use std::time::Duration;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use cenote_model::DeliveryMediumType;

use super::template::Text;
use super::{Letter, Purpose};
use crate::crypto;
use crate::ports::{Change, CommitError, Message, MessageFilter, Write};
use crate::{Cx, Error, Result, Service};

const MINUTE_MS: i64 = 60 * 1000;

/// A message, sent or not, is kept this long.
const KEPT_MS: i64 = 24 * 60 * MINUTE_MS;

const LEASE_MINUTES: i64 = 2;

/// How long a message that was taken is out of others' reach: no try to send it may last longer.
pub const LEASE: Duration = Duration::from_secs(60 * LEASE_MINUTES.unsigned_abs());

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
pub(super) fn row(cx: &Cx, letter: &Letter<'_>, text: Text) -> Result<Message> {
    let user = letter.user;
    let id = cx.uuid().to_string();
    let content = Content {
        purpose: letter.cause.purpose(),
        username: user.username.clone(),
        medium: letter.target.medium(),
        to: letter.target.value.clone(),
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

/// A message that this sender has taken and should deliver now.
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
    /// Which try this is, from 1.
    pub tries: i32,
    /// Until then nobody else takes it.
    leased_until: i64,
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

/// Takes messages that wait to be sent, oldest first. Each is this caller's alone for [`LEASE`]; of a
/// sender that ends before it has reported, another takes over after that time. An empty answer means
/// that nothing waits.
pub async fn take(service: &Service, limit: usize) -> Result<Vec<Delivery>> {
    loop {
        let now = service.clock.now_ms();
        let rows = service.store.due_messages(now, limit).await?;
        let nothing_waits = rows.is_empty();
        let mut taken = Vec::with_capacity(rows.len());
        for row in rows {
            taken.extend(take_one(service, row, now).await?);
        }
        if nothing_waits || !taken.is_empty() {
            return Ok(taken);
        }
    }
}

/// Takes a message, unless another sender was faster or it cannot be sent at all.
async fn take_one(service: &Service, row: Message, now: i64) -> Result<Option<Delivery>> {
    let content = open(service, &row).filter(|_| row.tries < MAX_TRIES);
    if content.is_none() {
        tracing::error!(
            message.id = %row.id,
            message.tries = row.tries,
            "A message is given up: it cannot be opened, or each try to send it ended the sender"
        );
    }
    let leased_until = now + MINUTE_MS * LEASE_MINUTES;
    let tries = row.tries + i32::from(content.is_some());
    let write = Write::Reschedule {
        id: row.id.clone(),
        was_due: row.due_at,
        tries,
        due_at: content.is_some().then_some(leased_until),
        expires_at: row.expires_at,
    };
    match service.store.commit(Change::new().with(write)).await {
        Err(CommitError::Conflict { .. }) => return Ok(None),
        committed => committed?,
    }
    Ok(content.map(|content| Delivery {
        id: row.id,
        medium: content.medium,
        to: content.to,
        subject: content.subject,
        body: content.body,
        tries,
        leased_until,
        expires_at: row.expires_at,
    }))
}

/// Records what became of a delivery: what failed is tried again after 1, 2, 4 … minutes, eight times.
pub async fn report(service: &Service, delivery: &Delivery, outcome: Outcome) -> Result<()> {
    let failed = outcome == Outcome::Failed;
    let again = failed && delivery.tries < MAX_TRIES;
    let wait = MINUTE_MS << (delivery.tries - 1).clamp(0, 8);
    let write = Write::Reschedule {
        id: delivery.id.clone(),
        // What was sent is done with, whoever has it now; what failed is the business of whoever has it.
        was_due: failed.then_some(delivery.leased_until),
        tries: delivery.tries,
        due_at: again.then(|| service.clock.now_ms() + wait),
        expires_at: delivery.expires_at,
    };
    match service.store.commit(Change::new().with(write)).await {
        Err(CommitError::Conflict { .. }) if failed => Ok(()),
        committed => Ok(committed?),
    }
}
