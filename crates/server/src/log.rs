//! Where log lines go: to stderr, as text or JSON. Stdout says one thing only, where the server listens.

use std::io::IsTerminal;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::{Log, LogFormat, StartError};

/// Sets the log up, for the whole process.
pub fn start(log: &Log) -> Result<(), StartError> {
    let filter: Targets = log.level.parse().map_err(|_| {
        StartError::config(format!(
            "`log.level` is {:?}; set error, warn, info, debug or trace",
            log.level
        ))
    })?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry();
    let outcome = match log.format {
        LogFormat::Json => registry
            .with(lines.json().flatten_event(true).with_filter(filter))
            .try_init(),
        LogFormat::Text => {
            let lines = lines.with_ansi(std::io::stderr().is_terminal());
            registry.with(lines.with_filter(filter)).try_init()
        }
    };
    outcome.map_err(|error| StartError::environment(format!("cannot start the log: {error}")))
}
