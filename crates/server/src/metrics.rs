//! What the server counts, in the text format of OpenMetrics that Prometheus reads. Labels are words of the
//! server's own, so that nobody outside can make their number grow.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cenote_idp::Service;
use cenote_idp::message::Outcome;
use cenote_idp::ports::TriggerError;
use cenote_model::{DeliveryMediumType, Operation};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The media type of [`Metrics::text`].
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds for answers of our own, in seconds.
const ANSWER_BOUNDS: [f64; 12] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0,
];

/// Bounds for answers of others.
const TRIGGER_BOUNDS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0,
];

/// The outcome of a request that was answered with what it asked for.
const SUCCESS: &str = "success";

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOperation {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDoor {
    path: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTrigger {
    trigger: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfMessage {
    medium: &'static str,
    outcome: &'static str,
}

/// What most requests count, found once.
struct OfSuccess {
    count: Counter,
    seconds: Histogram,
}

/// The counts of one server since it started.
pub struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    request_seconds: Histograms<OfOperation>,
    /// By operation.
    found: Vec<OnceLock<OfSuccess>>,
    doors: Family<OfDoor, Counter>,
    triggers: Histograms<OfTrigger>,
    trigger_attempts: Family<OfTrigger, Counter>,
    messages: Family<OfMessage, Counter>,
    connections: Gauge,
    accepted: Counter,
    turned_away: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(..)")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Nothing has been counted yet.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("cenote"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(|| Histogram::new(ANSWER_BOUNDS)),
            found: Operation::ALL.iter().map(|_| OnceLock::new()).collect(),
            doors: Family::default(),
            triggers: Family::new_with_constructor(|| Histogram::new(TRIGGER_BOUNDS)),
            trigger_attempts: Family::default(),
            messages: Family::default(),
            connections: Gauge::default(),
            accepted: Counter::default(),
            turned_away: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        all.register(
            "requests",
            "Requests of the JSON API by operation, and success or the name of the error",
            self.requests.clone(),
        );
        all.register_with_unit(
            "request_duration",
            "Time to the answer of a request of the JSON API",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        all.register(
            "http_requests",
            "Requests of all other doors by path and class of the status",
            self.doors.clone(),
        );
        all.register_with_unit(
            "trigger_call_duration",
            "Calls of pools' functions by trigger and outcome, all attempts together",
            Unit::Seconds,
            self.triggers.clone(),
        );
        all.register(
            "trigger_attempts",
            "Attempts of these calls",
            self.trigger_attempts.clone(),
        );
        all.register(
            "messages",
            "Tries to send a message by medium and outcome",
            self.messages.clone(),
        );
        all.register(
            "connections_open",
            "Connections now",
            self.connections.clone(),
        );
        all.register("connections", "Connections taken", self.accepted.clone());
        all.register(
            "connections_turned_away",
            "Connections beyond the bound",
            self.turned_away.clone(),
        );
    }

    /// Counts a request of the JSON API; `error` is the name of its refusal.
    pub(crate) fn request(
        &self,
        operation: Operation,
        error: Option<&'static str>,
        took: Duration,
    ) {
        let name = operation.name();
        let found = self.found[operation as usize].get_or_init(|| OfSuccess {
            count: self.requests.get_or_create_owned(&OfRequest {
                operation: name,
                outcome: SUCCESS,
            }),
            seconds: self
                .request_seconds
                .get_or_create_owned(&OfOperation { operation: name }),
        });
        found.seconds.observe(took.as_secs_f64());
        match error {
            None => {
                found.count.inc();
            }
            Some(error) => self.refused(name, error),
        }
    }

    /// Counts a request of the JSON API that names no operation.
    pub(crate) fn unknown_operation(&self, error: &'static str) {
        self.refused("unknown", error);
    }

    fn refused(&self, operation: &'static str, outcome: &'static str) {
        let labels = OfRequest { operation, outcome };
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts a request of another door: the path of its route, and its status.
    pub(crate) fn door(&self, path: String, status: hyper::StatusCode) {
        let status = match status.as_u16() / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.doors.get_or_create(&OfDoor { path, status }).inc();
    }

    /// Counts a call of a pool's function.
    pub(crate) fn trigger(
        &self,
        trigger: &'static str,
        error: Option<&TriggerError>,
        attempts: u32,
        took: Duration,
    ) {
        let labels = OfTrigger {
            trigger,
            outcome: match error {
                None => "answered",
                Some(TriggerError::Failed(_)) => "function_error",
                Some(TriggerError::Refused(_)) => "refused",
                Some(TriggerError::Misconfigured) => "not_configured",
                Some(TriggerError::TimedOut) => "timed_out",
                Some(TriggerError::Unreadable) => "unreadable",
            },
        };
        self.triggers
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
        self.trigger_attempts
            .get_or_create(&labels)
            .inc_by(attempts.into());
    }

    /// Counts a try to send a message.
    pub(crate) fn message(&self, medium: DeliveryMediumType, outcome: Outcome) {
        let labels = OfMessage {
            medium: medium.as_str(),
            outcome: match outcome {
                Outcome::Sent => "sent",
                Outcome::Failed => "failed",
                Outcome::GivenUp => "refused",
            },
        };
        self.messages.get_or_create(&labels).inc();
    }

    /// Counts a connection, which counts as open until what is returned is dropped.
    pub(crate) fn connection(&self) -> Open {
        self.accepted.inc();
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// Counts a connection that found no place.
    pub(crate) fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// All counts, with those of the service.
    pub(crate) fn text(&self, service: &Service) -> Result<String, fmt::Error> {
        let mut counted = Registry::with_prefix("cenote");
        let given_up = &service.messages_given_up;
        let records = &service.log_records_given_up;
        for (name, help, count) in [
            (
                "messages_given_up",
                "Messages that will not be sent",
                given_up.load(Ordering::Relaxed),
            ),
            (
                "log_records_given_up",
                "Records of pools' logs that will not be delivered",
                records.load(Ordering::Relaxed),
            ),
            (
                "cpu_jobs",
                "Jobs of the threads that compute",
                service.cpu.taken(),
            ),
            (
                "cpu_refusals",
                "Jobs that found the queue of these threads full",
                service.cpu.refused(),
            ),
        ] {
            counted.register(name, help, ConstCounter::new(count));
        }
        let mut text = String::new();
        text::encode_registry(&mut text, &self.registry)?;
        text::encode_registry(&mut text, &counted)?;
        text::encode_eof(&mut text)?;
        Ok(text)
    }
}

/// A connection that is open.
pub(crate) struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
