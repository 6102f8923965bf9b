//! Authentication events: what users and those who claim to be them did, kept for two years.

use std::net::IpAddr;

use cenote_model::{
    AuthEventType, ChallengeResponseType, ContextDataType, ErrorCode, EventContextDataType,
    EventFeedbackType, EventResponseType, EventRiskType, EventType, RiskDecisionType,
    RiskLevelType, Timestamp, UserContextDataType,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::compromised::Finding;
use super::{Mode, log};
use crate::pool::{Client, Pool};
use crate::ports::{Change, Expect, Kind, Record, Write};
use crate::user::{Account, User};
use crate::{Cx, Error, Result};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long an event is kept.
const KEPT_MS: i64 = 2 * 365 * DAY_MS;

/// The longest name of a device, in characters.
const MAX_DEVICE: usize = 256;

/// Failures of one user in an hour after which further ones leave no record: strangers can cause them.
const MAX_FAILURES: usize = 20;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Where a request of a user came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) ip: Option<IpAddr>,
    /// The program, as it names itself.
    pub(crate) device: Option<String>,
    /// Whether the app sent context of its own.
    given: bool,
}

impl Context {
    /// Of a public operation: the connection. The app's word on the address counts only where the client
    /// may pass it on.
    pub(crate) fn of_user(cx: &Cx, client: &Client, given: Option<&UserContextDataType>) -> Self {
        let may = client.shape.enable_propagate_additional_user_context_data == Some(true);
        let told = given
            .filter(|_| may)
            .and_then(|given| given.ip_address.as_deref())
            .and_then(|text| text.trim().parse().ok());
        Self {
            ip: told.or(cx.peer.ip).map(|ip: IpAddr| ip.to_canonical()),
            device: cx.peer.user_agent.as_deref().and_then(device),
            given: given
                .is_some_and(|given| given.encoded_data.is_some() || given.ip_address.is_some()),
        }
    }

    /// Of an operation with an access token.
    pub(crate) fn of_connection(cx: &Cx) -> Self {
        Self {
            ip: cx.peer.ip.map(|ip| ip.to_canonical()),
            device: cx.peer.user_agent.as_deref().and_then(device),
            given: false,
        }
    }

    /// Of an administrator's operation: only what he says, since the connection is his, not the user's.
    pub(crate) fn of_admin(given: Option<&ContextDataType>) -> Self {
        let Some(given) = given else {
            return Self::default();
        };
        let user_agent = given.http_headers.iter().find_map(|header| {
            let name = header.header_name.as_deref()?;
            name.eq_ignore_ascii_case("user-agent")
                .then_some(header.header_value.as_deref()?)
        });
        Self {
            ip: given
                .ip_address
                .trim()
                .parse()
                .ok()
                .map(|ip: IpAddr| ip.to_canonical()),
            device: user_agent.and_then(device),
            given: true,
        }
    }
}

fn device(user_agent: &str) -> Option<String> {
    let name: String = user_agent.trim().chars().take(MAX_DEVICE).collect();
    (!name.is_empty()).then_some(name)
}

/// What threat protection makes of an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) decision: RiskDecisionType,
    pub(crate) level: Option<RiskLevelType>,
    pub(crate) compromised: bool,
}

/// One event, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: EventType,
    /// Milliseconds since the epoch.
    pub(crate) at: i64,
    pub(crate) response: EventResponseType,
    pub(crate) verdict: Verdict,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) challenges: Vec<ChallengeResponseType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ip: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    pub(crate) given_context: bool,
    pub(crate) client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) feedback: Option<EventFeedbackType>,
}

impl Event {
    /// An event of now. Its id tells its time, so that it is found by its id alone.
    pub(crate) fn new(
        cx: &Cx,
        client_id: &str,
        context: &Context,
        kind: EventType,
        response: EventResponseType,
    ) -> Self {
        let at = cx.now();
        Self {
            id: new_id(cx, at),
            kind,
            at,
            response,
            verdict: Verdict::default(),
            challenges: Vec::new(),
            ip: context.ip,
            device: context.device.clone(),
            given_context: context.given,
            client_id: client_id.to_owned(),
            feedback: None,
        }
    }

    /// Takes the id that was chosen for it before, and the time with it.
    pub(super) fn identify(&mut self, id: &str) {
        id.clone_into(&mut self.id);
        self.at = time_of(id).unwrap_or(self.at);
    }

    /// The same with what is known of the password.
    #[must_use]
    pub(crate) fn with_finding(mut self, finding: Finding) -> Self {
        self.verdict.compromised = finding.is_compromised();
        self
    }

    /// What an administrator sees of it.
    pub(crate) fn shape(&self) -> AuthEventType {
        AuthEventType {
            event_id: Some(self.id.clone()),
            event_type: Some(self.kind),
            creation_date: Some(Timestamp(self.at)),
            event_response: Some(self.response),
            event_risk: Some(EventRiskType {
                risk_decision: Some(self.verdict.decision),
                risk_level: self.verdict.level,
                compromised_credentials_detected: Some(self.verdict.compromised),
            }),
            challenge_responses: Some(self.challenges.clone()),
            event_context_data: Some(EventContextDataType {
                ip_address: self.ip.map(|ip| ip.to_string()),
                device_name: self.device.clone(),
                ..Default::default()
            }),
            event_feedback: self.feedback.clone(),
        }
    }

    /// The write that stores it.
    pub(crate) fn put(&self, pool: &Pool, sub: &str, expect: Expect) -> Result<Write> {
        Ok(Write::Put {
            kind: Kind::AuthEvent,
            pool: pool.id.clone(),
            key: key(sub, self.at, &self.id),
            doc: serde_json::to_string(self).map_err(|error| Error::internal(error.to_string()))?,
            expires_at: Some(self.at + KEPT_MS),
            expect,
        })
    }

    pub(crate) fn from_record(record: &Record) -> Result<Self> {
        serde_json::from_str(&record.doc)
            .map_err(|error| Error::internal(format!("event {}: {error}", record.key)))
    }
}

/// A UUID of version 7: milliseconds in its first 48 bits, then chance.
pub(super) fn new_id(cx: &Cx, at: i64) -> String {
    let mut bytes = *cx.uuid().as_bytes();
    bytes[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    uuid::Builder::from_bytes(bytes)
        .with_version(uuid::Version::SortRand)
        .into_uuid()
        .to_string()
}

/// When the event with this id was, if it is the id of one.
fn time_of(id: &str) -> Option<i64> {
    let id = Uuid::try_parse(id).ok()?;
    let mut at = [0; 8];
    at[2..].copy_from_slice(&id.as_bytes()[..6]);
    Some(i64::from_be_bytes(at))
}

/// Sorts newest first among the events of a user.
fn key(sub: &str, at: i64, id: &str) -> String {
    format!("{sub}/{:016x}/{id}", i64::MAX - at)
}

/// The events of a user, newest first. `after` is the key of the last one before.
pub(crate) async fn list(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Record>> {
    let prefix = format!("{sub}/");
    let store = &cx.service.store;
    Ok(store
        .records(Kind::AuthEvent, &pool.id, &prefix, after, limit)
        .await?)
}

/// The newest events of a user, newest first.
pub(crate) async fn newest(cx: &Cx, pool: &Pool, sub: &str, limit: usize) -> Result<Vec<Event>> {
    let records = list(cx, pool, sub, None, limit).await?;
    records.iter().map(Event::from_record).collect()
}

/// One event of a user, with the version of its record.
pub(crate) async fn find(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    id: &str,
) -> Result<Option<(Event, i64)>> {
    let Some(at) = time_of(id) else {
        return Ok(None);
    };
    let record = cx
        .live(Kind::AuthEvent, &pool.id, &key(sub, at, id))
        .await?;
    record
        .map(|record| Ok((Event::from_record(&record)?, record.version)))
        .transpose()
}

/// The writes that record what a user did outside of a sign-in: none where threat protection is off.
pub(crate) fn record(cx: &Cx, pool: &Pool, user: &User, event: &Event) -> Result<Vec<Write>> {
    if Mode::of(pool) == Mode::Off {
        return Ok(Vec::new());
    }
    keep(cx, pool, user, event)
}

/// The writes that keep an event and deliver it to the pool's log.
pub(super) fn keep(cx: &Cx, pool: &Pool, user: &User, event: &Event) -> Result<Vec<Write>> {
    let mut writes = vec![event.put(pool, &user.sub, Expect::Any)?];
    writes.extend(log::of_event(cx, pool, user, event)?);
    Ok(writes)
}

/// The same for a failure.
pub(crate) async fn record_failure(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    event: &Event,
) -> Result<Vec<Write>> {
    if Mode::of(pool) == Mode::Off {
        return Ok(Vec::new());
    }
    keep_failure(cx, pool, user, event).await
}

/// Records on its own that a wrong code was typed; other errors are no attempts.
pub(crate) async fn record_wrong_code(
    cx: &Cx,
    pool: &Pool,
    account: &Account,
    event: Event,
    error: &Error,
) -> Result<()> {
    let is_wrong = matches!(error.code, ErrorCode::CodeMismatch | ErrorCode::ExpiredCode);
    let Account::Known(user) = account else {
        return Ok(());
    };
    if !is_wrong || Mode::of(pool) == Mode::Off {
        return Ok(());
    }
    let event = Event {
        response: EventResponseType::Fail,
        ..event
    };
    let writes = keep_failure(cx, pool, user, &event).await?;
    if writes.is_empty() {
        return Ok(());
    }
    cx.commit(Change { writes }).await
}

/// What a failure of somebody who does not exist costs, so that it takes as long as that of a user: the record
/// is over as soon as it is written.
pub(super) async fn keep_for_nobody(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    event: &Event,
) -> Result<Vec<Write>> {
    newest(cx, pool, sub, MAX_FAILURES).await?;
    let mut write = event.put(pool, sub, Expect::Any)?;
    if let Write::Put { expires_at, .. } = &mut write {
        *expires_at = Some(event.at);
    }
    Ok(vec![write])
}

/// The writes that keep a failure, unless the user had too many of them in the last hour.
pub(super) async fn keep_failure(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    event: &Event,
) -> Result<Vec<Write>> {
    let newest = newest(cx, pool, &user.sub, MAX_FAILURES).await?;
    let hour_ago = event.at - HOUR_MS;
    let is_recent_failure =
        |event: &Event| event.response == EventResponseType::Fail && event.at > hour_ago;
    if newest.len() == MAX_FAILURES && newest.iter().all(is_recent_failure) {
        return Ok(Vec::new());
    }
    keep(cx, pool, user, event)
}
