//! The outbox: sealed rows, what a sender takes from them, and what the development inbox shows.

use std::sync::atomic::Ordering;
use std::time::Duration;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use cenote_model::DeliveryMediumType;

use super::mail::{Mail, Wishes};
use super::template::Text;
use super::{Letter, Purpose, Target};
use crate::crypto;
use crate::ports::{Change, CommitError, Message, MessageFilter, Write};
use crate::protection::log;
use crate::user::User;
use crate::{Cx, Error, Result, Service};

const MINUTE_MS: i64 = 60 * 1000;

/// A message, sent or not, is kept this long.
const KEPT_MS: i64 = 24 * 60 * MINUTE_MS;

const LEASE_MINUTES: i64 = 2;

/// How long a message that was taken is out of others' reach: no try to send it may last longer.
pub const LEASE: Duration = Duration::from_secs(60 * LEASE_MINUTES.unsigned_abs());

/// Tries before a message is given up.
const MAX_TRIES: i32 = 8;

/// When a message that was given up is due: never. It stays until it expires, for whoever looks after it.
const NEVER: i64 = i64::MAX;

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
    #[serde(default)]
    function: Option<SenderFunction>,
    #[serde(default, skip_serializing_if = "Mail::is_usual")]
    mail: Mail,
}

/// The function of a pool that takes a message in place of the server's own sender.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderFunction {
    /// Its ARN.
    pub arn: String,
    /// The ARN of the KMS key that the code is encrypted with.
    pub kms_key: String,
    /// Its event. `request.code` gets the encrypted code.
    pub event: Value,
    /// What is encrypted: the code, or the temporary password escaped for HTML.
    pub secret: Option<String>,
}

/// The row that sends a text.
pub(super) fn row(
    cx: &Cx,
    letter: &Letter<'_>,
    text: Text,
    function: Option<SenderFunction>,
) -> Result<Message> {
    let content = Content {
        purpose: letter.cause.purpose(),
        username: letter.user.username.clone(),
        medium: letter.target.medium(),
        to: letter.target.value.clone(),
        subject: text.subject,
        body: text.body,
        code: text.code,
        link: text.link,
        function,
        mail: Mail::default(),
    };
    sealed(cx, letter.user, &content)
}

/// The row that sends a notice by mail.
pub(super) fn notice_row(
    cx: &Cx,
    user: &User,
    target: &Target,
    text: Text,
    mail: Mail,
    function: Option<SenderFunction>,
) -> Result<Message> {
    let content = Content {
        purpose: Purpose::ThreatNotice,
        username: user.username.clone(),
        medium: target.medium(),
        to: target.value.clone(),
        subject: text.subject,
        body: text.body,
        code: None,
        link: None,
        function,
        mail,
    };
    sealed(cx, user, &content)
}

fn sealed(cx: &Cx, user: &User, content: &Content) -> Result<Message> {
    let id = cx.uuid().to_string();
    let plain = serde_json::to_vec(content).map_err(|error| Error::internal(error.to_string()))?;
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
    /// `waiting`, `sent` or `given_up`.
    pub state: Option<String>,
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
    /// `waiting` for a sender, `sent`, or `given_up`.
    pub state: &'static str,
    /// How often a sender tried.
    pub tries: i32,
}

/// What became of a row so far.
const fn state(row: &Message) -> &'static str {
    match row.due_at {
        None => "sent",
        Some(NEVER) => "given_up",
        Some(_) => "waiting",
    }
}

impl InboxQuery {
    fn fits(&self, message: &InboxMessage) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        is(&self.to, &message.to)
            && is(&self.purpose, message.purpose)
            && is(&self.state, message.state)
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
            state: state(&row),
            tries: row.tries,
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
    /// What it is for.
    pub purpose: Purpose,
    /// The pool that sends it.
    pub pool: String,
    /// The pool's function, where it has one that takes it.
    pub function: Option<SenderFunction>,
    /// How the pool wants it sent.
    pub wishes: Wishes,
    /// Only e-mail has one.
    pub subject: Option<String>,
    /// The text; HTML in e-mail, unless [`Mail`] says otherwise.
    pub body: String,
    /// See [`Mail`].
    pub mail: Mail,
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
        due_at: Some(if content.is_some() {
            leased_until
        } else {
            NEVER
        }),
        expires_at: row.expires_at,
    };
    match service.store.commit(Change::new().with(write)).await {
        Err(CommitError::Conflict { .. }) => return Ok(None),
        committed => committed?,
    }
    let Some(content) = content else {
        service.messages_given_up.fetch_add(1, Ordering::Relaxed);
        return Ok(None);
    };
    let pool = service.pool(&row.pool).await?;
    Ok(Some(Delivery {
        purpose: content.purpose,
        wishes: pool
            .map(|pool| Wishes::of(&pool))
            .unwrap_or_default()
            .sent_by(content.mail.sender.as_ref()),
        function: content.function,
        pool: row.pool,
        id: row.id,
        medium: content.medium,
        to: content.to,
        subject: content.subject,
        body: content.body,
        mail: content.mail,
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
    let due_at = if again {
        Some(service.clock.now_ms() + wait)
    } else {
        (outcome != Outcome::Sent).then_some(NEVER)
    };
    let write = Write::Reschedule {
        id: delivery.id.clone(),
        // What was sent is done with, whoever has it now; what failed is the business of whoever has it.
        was_due: failed.then_some(delivery.leased_until),
        tries: delivery.tries,
        due_at,
        expires_at: delivery.expires_at,
    };
    let mut change = Change::new().with(write);
    if due_at == Some(NEVER) {
        change.writes.extend(lost(service, delivery).await?);
    }
    match service.store.commit(change).await {
        Err(CommitError::Conflict { .. }) if failed => return Ok(()),
        committed => committed?,
    }
    if due_at == Some(NEVER) {
        service.messages_given_up.fetch_add(1, Ordering::Relaxed);
        tracing::error!(
            message.id = %delivery.id,
            message.pool = delivery.pool,
            message.medium = delivery.medium.as_str(),
            message.tries = delivery.tries,
            "A message is given up"
        );
    }
    Ok(())
}

/// The write that tells the pool's log of a message that will not arrive.
async fn lost(service: &Service, delivery: &Delivery) -> Result<Option<Write>> {
    let Some(pool) = service.pool(&delivery.pool).await? else {
        return Ok(None);
    };
    let (medium, to) = match delivery.medium {
        DeliveryMediumType::Email => ("e-mail", super::mask_email(&delivery.to)),
        DeliveryMediumType::Sms => ("SMS", super::mask_phone(&delivery.to)),
    };
    let details = format!(
        "The {medium} message {} to {to} could not be delivered.",
        delivery.id
    );
    log::of_lost_message(service, &pool, &details)
}
