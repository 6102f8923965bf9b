//! From settings to a running server, and to its end.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use cenote_idp::crypto::RootKeys;
use cenote_idp::ports::{Store, SystemClock, SystemEntropy};
use cenote_idp::{Config, Service};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::{Posture, RootSource, Settings, StartError};
use crate::outbound::{Mailer, deliver};
use crate::{log, serve, tls};

/// How often expired rows are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

/// The root key that the settings name; the first start in development makes one.
pub fn root_keys(source: &RootSource) -> Result<RootKeys, StartError> {
    let entropy = &SystemEntropy;
    let keys = match source {
        RootSource::Random => return Ok(RootKeys::random(entropy)),
        RootSource::Text(text) => RootKeys::parse(text, "`root_key`"),
        RootSource::File(path) => RootKeys::load(path),
        RootSource::FirstStart(path) if path.exists() => RootKeys::load(path),
        RootSource::FirstStart(path) => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| {
                    StartError::environment(format!(
                        "cannot make the folder {}: {error}; choose another with --data",
                        folder.display()
                    ))
                })?;
            }
            RootKeys::create(path, entropy)
        }
    };
    keys.map_err(|error| StartError::environment(error.to_string()))
}
