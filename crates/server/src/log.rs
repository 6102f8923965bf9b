//! Where log lines go: to stderr, as text or JSON. Stdout says one thing only, where the server listens.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::{Log, LogFormat, StartError};

/// Sets the log up, for the whole process.
pub fn start(log: &Log) -> Result<(), StartError> {
    let filter = filter(&log.level)?;
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

/// A bare level is that of Cenote's own lines. What the libraries below it tell of connections goes
/// deep enough to hold secrets, so that they warn at most unless they are named.
fn filter(text: &str) -> Result<Targets, StartError> {
    if let Ok(level) = text.parse::<LevelFilter>() {
        let others = level.min(LevelFilter::WARN);
        return Ok(Targets::new()
            .with_default(others)
            .with_target("cenote", level));
    }
    text.parse().map_err(|_| {
        StartError::config(format!(
            "`log.level` is {text:?}; set off, error, warn, info, debug or trace"
        ))
    })
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::filter;

    #[test]
    fn a_bare_level_is_cenotes_own() {
        let debug = filter("debug").unwrap();
        assert!(debug.would_enable("cenote_server::rpc", &Level::DEBUG));
        assert!(!debug.would_enable("h2::codec", &Level::INFO));
        assert!(debug.would_enable("h2::codec", &Level::WARN));
        let error = filter("ERROR").unwrap();
        assert!(!error.would_enable("h2::codec", &Level::WARN));
        assert!(
            filter("info,h2=debug")
                .unwrap()
                .would_enable("h2::codec", &Level::DEBUG)
        );
        assert!(filter("loud=very").is_err());
    }
}
