//! Configuration: command line, environment and file become one checked [`Settings`].

mod check;
mod cli;
mod env;
mod file;
mod kms;
mod load;
mod logs;
mod senders;
mod settings;
#[cfg(test)]
mod tests;
mod triggers;

use std::fmt;

pub(crate) use check::is_region;
pub use cli::{ApplyArgs, Cli, Command, DevArgs, ExportArgs, PlaceArgs, RootKeyArgs, ServeArgs};
pub use file::{Issuer, LogFormat, SmtpSecurity};
pub use kms::{KmsKey, KmsSource};
pub use load::{dev, serve};
pub use logs::{LogDestinations, LogTarget};
pub use senders::{Ses, SmsGateway, Sns};
pub use settings::{
    AccessKey, AwsCredentials, Limits, Log, Posture, RootSource, Settings, Smtp, Storage, TlsFiles,
};
pub use triggers::{Program, Trigger, TriggerTarget};

/// Why the server does not start: one line that says what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    message: String,
    exit_code: u8,
}

impl StartError {
    /// A mistake in the configuration.
    pub fn config(message: impl Into<String>) -> Self {
        Self {
            message: one_line(&message.into()),
            exit_code: 2,
        }
    }

    /// Something outside that the server cannot do without.
    pub fn environment(message: impl Into<String>) -> Self {
        Self {
            message: one_line(&message.into()),
            exit_code: 1,
        }
    }

    /// What the process exits with.
    pub const fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cenote: {}", self.message)
    }
}

impl std::error::Error for StartError {}

fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}
