//! `[[log_destinations]]`: where the records go that pools deliver to log groups, streams and buckets.

use std::path::PathBuf;

use serde::Deserialize;

use super::StartError;
use super::check::http_url;

/// One table as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    arn: String,
    file: Option<PathBuf>,
    url: Option<String>,
    bearer_token: Option<String>,
    endpoint: Option<String>,
}

/// What stands behind the destinations of pools.
#[derive(Clone, PartialEq, Eq)]
pub struct LogDestinations {
    /// The ARN of a log group, stream or bucket; `*` stands for any run of characters.
    pub arn: String,
    /// Who takes the records.
    pub target: LogTarget,
}

/// Who takes the records of a destination.
#[derive(Clone, PartialEq, Eq)]
pub enum LogTarget {
    /// A file that grows by a line a record.
    File(PathBuf),
    /// An address that is sent lines of JSON.
    Url {
        /// The address.
        url: String,
        /// What it knows the server by.
        bearer_token: Option<String>,
    },
    /// The API of the destination's own service, or of what stands in for it. In its address `{region}` stands
    /// for the region of the ARN.
    Service(String),
}

/// Checks every table.
pub(super) fn settle(
    tables: Vec<Table>,
    has_credentials: bool,
) -> Result<Vec<LogDestinations>, StartError> {
    tables
        .into_iter()
        .map(|table| destinations(table, has_credentials))
        .collect()
}

fn destinations(table: Table, has_credentials: bool) -> Result<LogDestinations, StartError> {
    let arn = table.arn;
    let refuse = |what: &str| StartError::config(format!("[[log_destinations]] {arn:?}: {what}"));
    if !(arn.starts_with("arn:") || arn.contains('*')) {
        return Err(refuse(
            "that is no ARN; set `arn` to one of a log group, a stream or a bucket, in which `*` stands for any characters",
        ));
    }
    if table.bearer_token.is_some() && table.url.is_none() {
        return Err(refuse("`bearer_token` goes with `url`; leave it out"));
    }
    let target = match (table.file, table.url, table.endpoint) {
        (Some(file), None, None) => LogTarget::File(file),
        (None, Some(url), None) => {
            http_url(&url).map_err(|error| refuse(&format!("`url` {error}")))?;
            LogTarget::Url {
                url,
                bearer_token: table.bearer_token,
            }
        }
        (None, None, Some(endpoint)) => {
            http_url(&endpoint.replace("{region}", "us-east-1"))
                .map_err(|error| refuse(&format!("`endpoint` {error}")))?;
            if !has_credentials {
                return Err(refuse(
                    "calls of `endpoint` are signed; set `access_key_id` and `secret_access_key` in [aws]",
                ));
            }
            LogTarget::Service(endpoint)
        }
        _ => return Err(refuse("set one of `file`, `url` and `endpoint`")),
    };
    Ok(LogDestinations { arn, target })
}
