//! The log worker: takes queued records and hands them to what stands behind the pools' destinations.

mod service;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cenote_idp::Service;
use cenote_idp::protection::log::{self, LogDelivery, LogDestination};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::http::Http;
use super::triggers::fits;
use crate::config::{AwsCredentials, LogDestinations, LogTarget, Settings};

/// The most records of one round.
const AT_ONCE: usize = 100;

/// How often an empty queue is looked at again.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long handing over may take: less than the time for which the records are this worker's alone.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest answer that is read.
const MOST_BYTES: usize = 256 * 1024;

/// Hands records over.
pub struct LogWriter {
    targets: Vec<LogDestinations>,
    http: Http,
    credentials: Option<AwsCredentials>,
}

impl LogWriter {
    /// A writer for the configured targets; `None` when there are none.
    pub fn new(settings: &Settings, http: &Http) -> Option<Self> {
        (!settings.log_destinations.is_empty()).then(|| Self {
            targets: settings.log_destinations.clone(),
            http: http.clone(),
            credentials: settings.aws.clone(),
        })
    }

    /// Hands over records of one destination and pool. The error is for the log.
    async fn write(
        &self,
        destination: &LogDestination,
        records: &[LogDelivery],
        now: i64,
    ) -> Result<(), String> {
        let target = self
            .targets
            .iter()
            .find(|target| fits(&target.arn, &destination.arn))
            .map(|target| &target.target);
        match target {
            None => Err("no table of [[log_destinations]] fits it".to_owned()),
            Some(LogTarget::File(path)) => append(path, lines(records)).await,
            Some(LogTarget::Url { url, bearer_token }) => {
                self.post(url, bearer_token.as_deref(), lines(records))
                    .await
            }
            Some(LogTarget::Service(endpoint)) => {
                let Some(credentials) = &self.credentials else {
                    return Err("there are no credentials in [aws]".to_owned());
                };
                let caller = service::Caller {
                    http: &self.http,
                    endpoint,
                    credentials,
                    now,
                };
                caller.write(destination, records).await
            }
        }
    }

    async fn post(&self, url: &str, token: Option<&str>, lines: String) -> Result<(), String> {
        let mut request = Request::post(url).header(CONTENT_TYPE, "application/x-ndjson");
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| "`bearer_token` does not fit a header")?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = request
            .body(Full::new(Bytes::from(lines)))
            .map_err(|error| error.to_string())?;
        let answer = send(&self.http, request).await?;
        accepted(&answer)
    }
}

/// Sends a request and reads the answer.
async fn send(http: &Http, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
    http.send(request, MOST_BYTES)
        .await
        .map_err(|error| format!("{error:?}"))
}

fn accepted(answer: &Response<Bytes>) -> Result<(), String> {
    let status: StatusCode = answer.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("it answered {status}"))
    }
}

/// A line for each record.
fn lines(records: &[LogDelivery]) -> String {
    records
        .iter()
        .flat_map(|record| [record.record.as_str(), "\n"])
        .collect()
}

/// Appends to a file, durably.
async fn append(path: &Path, lines: String) -> Result<(), String> {
    let shown = path.display();
    let path = path.to_owned();
    let write = move || {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // What users did is nobody's business but the operator's.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(lines.as_bytes())?;
        file.sync_data()
    };
    let written = tokio::task::spawn_blocking(write).await;
    written
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("{shown}: {error}"))
}

/// Empties the queue, for as long as the server runs.
pub async fn deliver_logs(service: Arc<Service>, writer: LogWriter) {
    let writer = Arc::new(writer);
    loop {
        if !deliver_some(&service, &writer).await {
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// Delivers some of what waits; whether anything did. Every destination of every pool is written to on its
/// own, so that a dead one holds no other up for longer than its patience.
pub async fn deliver_some(service: &Arc<Service>, writer: &Arc<LogWriter>) -> bool {
    let taken = log::take(service, AT_ONCE).await.unwrap_or_else(|error| {
        let detail = error.detail.as_deref().unwrap_or_default();
        tracing::error!(detail, "The queue of log records could not be read");
        Vec::new()
    });
    if taken.is_empty() {
        return false;
    }
    let mut groups: BTreeMap<(LogDestination, String), Vec<LogDelivery>> = BTreeMap::new();
    for delivery in taken {
        let group = (delivery.destination.clone(), delivery.pool_id.clone());
        groups.entry(group).or_default().push(delivery);
    }
    let mut writing = JoinSet::new();
    for ((destination, _), records) in groups {
        writing.spawn(one(
            Arc::clone(service),
            Arc::clone(writer),
            destination,
            records,
        ));
    }
    writing.join_all().await;
    true
}

/// Writes the records of one destination and pool, and records what became of them.
async fn one(
    service: Arc<Service>,
    writer: Arc<LogWriter>,
    destination: LogDestination,
    mut records: Vec<LogDelivery>,
) {
    records.sort_by_key(|record| record.at);
    let now = service.clock.client_ms() / 1000;
    let outcome = timeout(PATIENCE, writer.write(&destination, &records, now)).await;
    let outcome = outcome.unwrap_or_else(|_| Err("it took too long".to_owned()));
    if let Err(detail) = &outcome {
        let count = records.len();
        tracing::warn!(
            arn = destination.arn,
            count,
            detail,
            "Log records were not delivered"
        );
    }
    if let Err(error) = log::settle(&service, &records, outcome.is_ok()).await {
        let detail = error.detail.as_deref().unwrap_or_default();
        tracing::error!(detail, "The fate of log records could not be recorded");
    }
}
