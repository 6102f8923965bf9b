//! Log delivery: what a pool's log configuration sends out is queued in the change that causes it, and a
//! worker takes it from there.

use std::sync::atomic::Ordering;

use cenote_model::{
    EventSourceName, EventType, LogConfigurationType, RiskDecisionType, RiskLevelType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event::Event;
use crate::crypto::srp;
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Expect, Kind, Record, Write};
use crate::user::User;
use crate::{Cx, Error, Result, Service};

const MINUTE_MS: i64 = 60 * 1000;

/// A record that cannot be delivered is kept this long.
const KEPT_MS: i64 = 24 * 60 * MINUTE_MS;

/// While a worker has a record, no other takes it.
const LEASE_MS: i64 = 2 * MINUTE_MS;

/// The longest wait between two tries, in minutes.
const MAX_WAIT: i64 = 64;

/// The kind of a log destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogService {
    /// A log group of CloudWatch Logs.
    CloudWatch,
    /// A delivery stream of Data Firehose.
    Firehose,
    /// A bucket of S3.
    S3,
}

/// Where a pool wants its records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogDestination {
    /// What it is.
    pub service: LogService,
    /// Its name.
    pub arn: String,
}

impl LogDestination {
    /// The destinations of one configuration: a valid one has exactly one.
    pub(crate) fn all_of(configuration: &LogConfigurationType) -> Vec<Self> {
        let cloud_watch = configuration
            .cloud_watch_logs_configuration
            .as_ref()
            .and_then(|it| it.log_group_arn.clone());
        let firehose = configuration
            .firehose_configuration
            .as_ref()
            .and_then(|it| it.stream_arn.clone());
        let s3 = configuration
            .s3_configuration
            .as_ref()
            .and_then(|it| it.bucket_arn.clone());
        [
            (LogService::CloudWatch, cloud_watch),
            (LogService::Firehose, firehose),
            (LogService::S3, s3),
        ]
        .into_iter()
        .filter_map(|(service, arn)| Some(Self { service, arn: arn? }))
        .collect()
    }
}

/// What a row of the queue holds.
#[derive(Clone, Serialize, Deserialize)]
struct Queued {
    pool_id: String,
    destination: LogDestination,
    /// Milliseconds since the epoch: when it happened.
    at: i64,
    record: Value,
    tries: i32,
}

/// The write that queues a record of a source, when the pool delivers that source and somebody takes it.
fn queue(
    service: &Service,
    pool: &Pool,
    source: EventSourceName,
    message: &Value,
) -> Result<Option<Write>> {
    if !service.config.delivers_logs {
        return Ok(None);
    }
    let Some(configuration) = pool.logs.iter().find(|it| it.event_source == source) else {
        return Ok(None);
    };
    let Some(destination) = LogDestination::all_of(configuration).pop() else {
        return Ok(None);
    };
    let at = service.clock.now_ms();
    let source = match source {
        EventSourceName::UserNotification => "USER_NOTIFICATION",
        EventSourceName::UserAuthEvents => "USER_ACTIVITY",
    };
    let record = json!({
        "eventTimestamp": at.to_string(),
        "eventSource": source,
        "logLevel": configuration.log_level.as_str(),
        "message": message,
        "logSourceId": {"userPoolId": pool.id},
    });
    let queued = Queued {
        pool_id: pool.id.clone(),
        destination,
        at,
        record,
        tries: 0,
    };
    let id = crate::crypto::uuid(&*service.entropy).to_string();
    Ok(Some(put(&queued, at, &id)?))
}

fn put(queued: &Queued, due: i64, id: &str) -> Result<Write> {
    Ok(Write::Put {
        kind: Kind::LogDelivery,
        pool: String::new(),
        key: format!("{due:016x}/{id}"),
        doc: serde_json::to_string(queued).map_err(|error| Error::internal(error.to_string()))?,
        expires_at: Some(queued.at + KEPT_MS),
        expect: Expect::Any,
    })
}

/// The record of an authentication event.
pub(super) fn of_event(cx: &Cx, pool: &Pool, user: &User, event: &Event) -> Result<Option<Write>> {
    let kind = match event.kind {
        EventType::SignIn => "SIGN_IN",
        EventType::SignUp => "SIGN_UP",
        EventType::ForgotPassword => "FORGOT_PASSWORD",
        EventType::PasswordChange => "PASSWORD_CHANGE",
        EventType::ResendCode => "RESEND_CODE",
    };
    let decision = match event.verdict.decision {
        RiskDecisionType::NoRisk => "PASS",
        RiskDecisionType::AccountTakeover => "ACCOUNT_TAKEOVER",
        RiskDecisionType::Block => "BLOCK",
    };
    let level = match event.verdict.level {
        None => "",
        Some(RiskLevelType::Low) => "LOW",
        Some(RiskLevelType::Medium) => "MEDIUM",
        Some(RiskLevelType::High) => "HIGH",
    };
    let feedback = event.feedback.as_ref();
    let fed_back_at = feedback.and_then(|feedback| feedback.feedback_date);
    // Every member is a text, as the service writes them.
    let message = json!({
        "version": "1",
        "eventId": event.id,
        "eventType": kind,
        "userSub": user.sub,
        "userName": user.username,
        "userPoolId": pool.id,
        "clientId": event.client_id,
        "creationDate": srp::format_timestamp(event.at.div_euclid(1000)),
        "eventResponse": event.response.as_str(),
        "riskLevel": level,
        "riskDecision": decision,
        "challenges": event.challenges,
        "deviceName": event.device.as_deref().unwrap_or_default(),
        "ipAddress": event.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        "requestId": cx.request_id.to_string(),
        "idpName": "",
        "compromisedCredentialDetected": event.verdict.compromised.to_string(),
        "city": "",
        "country": "",
        "eventFeedbackValue": feedback.map(|it| it.feedback_value.as_str()).unwrap_or_default(),
        "eventFeedbackDate": fed_back_at
            .map(|at| srp::format_timestamp(at.millis().div_euclid(1000)))
            .unwrap_or_default(),
        "eventFeedbackProvider": feedback.map(|it| it.provider.as_str()).unwrap_or_default(),
        "hasContextData": event.given_context.to_string(),
    });
    queue(&cx.service, pool, EventSourceName::UserAuthEvents, &message)
}

/// The record of a message that could not be delivered.
pub(crate) fn of_lost_message(
    service: &Service,
    pool: &Pool,
    details: &str,
) -> Result<Option<Write>> {
    queue(
        service,
        pool,
        EventSourceName::UserNotification,
        &json!({"details": details}),
    )
}

/// A record that a worker should deliver now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDelivery {
    /// A UUID.
    pub id: String,
    /// The pool that it is from.
    pub pool_id: String,
    /// Where the pool wants it.
    pub destination: LogDestination,
    /// When it happened, in milliseconds since the epoch.
    pub at: i64,
    /// One line of JSON.
    pub record: String,
    /// How often it was tried before.
    pub tries: i32,
    key: String,
    doc: String,
}

/// Takes records that wait, oldest first, for a while: what is not settled by then is taken again.
/// Answers none when another node was faster.
pub async fn take(service: &Service, limit: usize) -> Result<Vec<LogDelivery>> {
    let now = service.clock.now_ms();
    let store = &service.store;
    let waiting = store
        .records(Kind::LogDelivery, "", "", None, limit)
        .await?;
    let mut change = Change::new();
    let mut taken = Vec::new();
    for record in &waiting {
        let Some((due, id)) = record.key.split_once('/') else {
            continue;
        };
        if i64::from_str_radix(due, 16).is_ok_and(|due| due > now) {
            break;
        }
        change.push(delete(&record.key, Expect::Version(record.version)));
        if record
            .expires_at
            .is_some_and(|expires_at| expires_at <= now)
        {
            continue;
        }
        let queued = parse(record)?;
        let write = put(&queued, now + LEASE_MS, id)?;
        if let Write::Put { key, doc, .. } = &write {
            taken.push(LogDelivery {
                id: id.to_owned(),
                pool_id: queued.pool_id,
                destination: queued.destination,
                at: queued.at,
                record: queued.record.to_string(),
                tries: queued.tries,
                key: key.clone(),
                doc: doc.clone(),
            });
        }
        change.push(write);
    }
    if change.writes.is_empty() {
        return Ok(Vec::new());
    }
    match store.commit(change).await {
        Ok(()) => Ok(taken),
        Err(CommitError::Conflict { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn parse(record: &Record) -> Result<Queued> {
    serde_json::from_str(&record.doc)
        .map_err(|error| Error::internal(format!("log delivery {}: {error}", record.key)))
}

fn delete(key: &str, expect: Expect) -> Write {
    Write::Delete {
        kind: Kind::LogDelivery,
        pool: String::new(),
        key: key.to_owned(),
        expect,
    }
}

/// Records what became of records that were taken: what was not delivered waits 1, 2, 4 … minutes, and is given
/// up when its time would be over by then.
pub async fn settle(service: &Service, taken: &[LogDelivery], delivered: bool) -> Result<()> {
    let mut change = Change::new();
    let mut given_up = 0;
    for delivery in taken {
        change.push(delete(&delivery.key, Expect::Any));
        if !delivered {
            let mut queued: Queued = serde_json::from_str(&delivery.doc)
                .map_err(|error| Error::internal(error.to_string()))?;
            let wait = (1 << delivery.tries.clamp(0, 6)).min(MAX_WAIT) * MINUTE_MS;
            let due = service.clock.now_ms() + wait;
            if due >= queued.at + KEPT_MS {
                given_up += 1;
                continue;
            }
            queued.tries += 1;
            change.push(put(&queued, due, &delivery.id)?);
        }
    }
    service.store.commit(change).await?;
    if given_up > 0 {
        service
            .log_records_given_up
            .fetch_add(given_up, Ordering::Relaxed);
        tracing::error!(records = given_up, "Log records are given up");
    }
    Ok(())
}
