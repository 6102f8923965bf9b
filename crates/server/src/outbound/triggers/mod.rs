//! Where the functions of pools run: the targets of the configuration behind the port of
//! [`cenote_idp::ports::Triggers`].

mod answer;
mod bootstrap;
mod command;
mod lambda;
mod process;
mod runtime_api;
mod webhook;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cenote_idp::ports::{Clock, TriggerError, Triggers};
use hyper::body::Bytes;
use tokio::sync::{Semaphore, TryAcquireError};
use uuid::Uuid;

use self::answer::refused;
use self::bootstrap::Bootstrap;
use self::lambda::Lambda;
use self::webhook::Webhook;
use super::http::Http;
use crate::Metrics;
use crate::config::{Program, Settings, Trigger, TriggerTarget};

/// Attempts of one call.
const ATTEMPTS: u32 = 3;

/// The pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(100);

/// Calls that may wait for a target that has as many as it takes.
const QUEUE: usize = 1_000;

/// The longest event of a call, and the longest answer: what Lambda allows.
const MOST_BYTES: usize = 6 * 1024 * 1024;

/// The longest event that is only handed over.
const MOST_TOLD_BYTES: usize = 1024 * 1024;

/// The targets of the configuration.
pub struct Targets {
    entries: Vec<Arc<Entry>>,
    metrics: Arc<Metrics>,
}

struct Entry {
    pattern: String,
    target: Target,
    timeout: Duration,
    /// Calls in progress.
    slots: Semaphore,
    /// Calls in progress or waiting.
    places: Semaphore,
}

enum Target {
    Lambda(Lambda),
    Rie { http: Http, url: String },
    Webhook(Box<Webhook>),
    Command(Program),
    Bootstrap(Bootstrap),
}

/// One event on its way to a function.
#[derive(Clone)]
struct Call {
    /// The member of LambdaConfig.
    trigger: &'static str,
    arn: String,
    event: Bytes,
    request_id: Uuid,
    /// Whether the caller waits for the answer.
    awaited: bool,
    timeout: Duration,
}

/// Why an attempt failed, and whether another may do better.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Final(TriggerError),
    Passing(TriggerError),
}

impl Targets {
    /// Calls nobody before there is something to call for. `clock` is the server's.
    pub fn new(
        settings: &Settings,
        http: &Http,
        clock: &Arc<dyn Clock>,
        metrics: &Arc<Metrics>,
    ) -> Self {
        let entry = |trigger: &Trigger| {
            let target =
                match &trigger.target {
                    TriggerTarget::Lambda { endpoint, function } => Target::Lambda(Lambda {
                        http: http.clone(),
                        clock: Arc::clone(clock),
                        endpoint: endpoint.clone(),
                        function: function.clone(),
                        credentials: settings.aws.clone(),
                        default_region: settings.default_region.clone(),
                    }),
                    TriggerTarget::Rie(url) => Target::Rie {
                        http: http.clone(),
                        url: url.clone(),
                    },
                    TriggerTarget::Webhook { url, secret } => {
                        Target::Webhook(Box::new(Webhook::new(http, clock, url, secret)))
                    }
                    TriggerTarget::Command(program) => Target::Command(program.clone()),
                    TriggerTarget::Bootstrap { program, handler } => Target::Bootstrap(
                        Bootstrap::new(program, handler.as_deref(), trigger.concurrency, clock),
                    ),
                };
            Arc::new(Entry {
                pattern: trigger.arn.clone(),
                target,
                timeout: trigger.timeout,
                slots: Semaphore::new(trigger.concurrency),
                places: Semaphore::new(trigger.concurrency + QUEUE),
            })
        };
        Self {
            entries: settings.triggers.iter().map(entry).collect(),
            metrics: Arc::clone(metrics),
        }
    }

    async fn run(
        &self,
        trigger: &'static str,
        arn: &str,
        event: &[u8],
        request_id: Uuid,
        awaited: bool,
    ) -> Result<Vec<u8>, TriggerError> {
        let Some(entry) = self.entries.iter().find(|entry| fits(&entry.pattern, arn)) else {
            tracing::warn!(
                trigger.name = trigger,
                trigger.arn = arn,
                "A pool names a function that no [[triggers]] of the configuration fits"
            );
            let error = TriggerError::Misconfigured;
            self.metrics
                .trigger(trigger, Some(&error), 0, Duration::ZERO);
            return Err(error);
        };
        let entry = Arc::clone(entry);
        let metrics = Arc::clone(&self.metrics);
        let call = Call {
            trigger,
            arn: arn.to_owned(),
            event: Bytes::copy_from_slice(event),
            request_id,
            awaited,
            timeout: entry.timeout,
        };
        // In a task of its own: a function that began is not cut off when the caller hangs up.
        tokio::spawn(async move { entry.run(&call, &metrics).await })
            .await
            .unwrap_or_else(|_| Err(refused("ServiceException")))
    }
}

#[async_trait]
impl Triggers for Targets {
    async fn call(
        &self,
        trigger: &'static str,
        arn: &str,
        event: &[u8],
        request_id: Uuid,
    ) -> Result<Vec<u8>, TriggerError> {
        self.run(trigger, arn, event, request_id, true).await
    }

    async fn tell(
        &self,
        trigger: &'static str,
        arn: &str,
        event: &[u8],
        request_id: Uuid,
    ) -> Result<(), TriggerError> {
        let told = self.run(trigger, arn, event, request_id, false);
        told.await.map(drop)
    }
}

impl Entry {
    async fn run(&self, call: &Call, metrics: &Metrics) -> Result<Vec<u8>, TriggerError> {
        let begun = Instant::now();
        let mut attempts = 0;
        let outcome = self.attempt(call, &mut attempts).await;
        let took = begun.elapsed();
        let error = outcome.as_ref().err();
        metrics.trigger(call.trigger, error, attempts, took);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (arn, target) = (call.arn.as_str(), self.target.name());
        match error {
            None if attempts > 1 || took > self.timeout / 2 => tracing::warn!(
                trigger.name = call.trigger,
                trigger.arn = arn,
                trigger.target = target,
                trigger.attempts = attempts,
                trigger.ms = ms,
                trigger.outcome = "answered late",
                "A trigger was slow"
            ),
            None => tracing::debug!(
                trigger.name = call.trigger,
                trigger.arn = arn,
                trigger.target = target,
                trigger.attempts = attempts,
                trigger.ms = ms,
                "A trigger answered"
            ),
            Some(error) => tracing::warn!(
                trigger.name = call.trigger,
                trigger.arn = arn,
                trigger.target = target,
                trigger.attempts = attempts,
                trigger.ms = ms,
                trigger.outcome = outcome_name(error),
                "A trigger failed"
            ),
        }
        outcome
    }

    async fn attempt(&self, call: &Call, attempts: &mut u32) -> Result<Vec<u8>, TriggerError> {
        let most = if call.awaited {
            MOST_BYTES
        } else {
            MOST_TOLD_BYTES
        };
        if call.event.len() > most {
            return Err(refused("RequestTooLargeException"));
        }
        let busy = || refused("TooManyRequestsException");
        let _place = self
            .places
            .try_acquire()
            .map_err(|_: TryAcquireError| busy())?;
        let Ok(Ok(_slot)) = tokio::time::timeout(self.timeout, self.slots.acquire()).await else {
            return Err(busy());
        };
        let mut pause = PAUSE;
        loop {
            *attempts += 1;
            let fault = match tokio::time::timeout(self.timeout, self.target.invoke(call)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(fault)) => fault,
                Err(_) => Fault::Passing(TriggerError::TimedOut),
            };
            match fault {
                Fault::Passing(_) if *attempts < ATTEMPTS => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Fault::Passing(error) | Fault::Final(error) => return Err(error),
            }
        }
    }
}

impl Target {
    /// One attempt, without a deadline of its own. What it began ends when it is dropped.
    async fn invoke(&self, call: &Call) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Lambda(lambda) => lambda.invoke(call).await,
            Self::Rie { http, url } => lambda::invoke_rie(http, url, call).await,
            Self::Webhook(webhook) => webhook.invoke(call).await,
            Self::Command(program) => command::invoke(program, call).await,
            Self::Bootstrap(bootstrap) => bootstrap.invoke(call).await,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Lambda(_) => "lambda",
            Self::Rie { .. } => "rie",
            Self::Webhook(_) => "webhook",
            Self::Command(_) => "command",
            Self::Bootstrap(_) => "bootstrap",
        }
    }
}

/// What the log says: never a text that the function chose.
fn outcome_name(error: &TriggerError) -> &str {
    match error {
        TriggerError::Failed(_) => "function error",
        TriggerError::Refused(name) => name,
        TriggerError::Misconfigured => "not startable",
        TriggerError::TimedOut => "timed out",
        TriggerError::Unreadable => "unreadable answer",
    }
}

/// Whether an ARN fits a pattern, in which `*` stands for any run of characters.
pub(super) fn fits(pattern: &str, arn: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == arn;
    };
    let Some(mut rest) = arn.strip_prefix(before) else {
        return false;
    };
    let mut parts: Vec<&str> = after.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        // The earliest place leaves the most for what follows.
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:pre-sign-up:live";
        for pattern in [
            arn,
            "*",
            "arn:aws:lambda:*",
            "*:live",
            "arn:*:function:*:live",
            "arn:aws:lambda:us-east-1:000000000000:function:pre-sign-up*",
            "*sign*up*",
            "arn*:function:*",
        ] {
            assert!(fits(pattern, arn), "{pattern}");
        }
        for pattern in [
            "arn:aws:lambda:us-east-1:000000000000:function:pre-sign-up",
            "*:function",
            "arn:aws:lambda:eu-west-3:*",
            "*up*sign*",
            "*live*live",
            "",
        ] {
            assert!(!fits(pattern, arn), "{pattern}");
        }
    }
}
