//! The keys of the configuration file.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::{kms, logs, senders, triggers};

/// Everything that a file may say. Flags of the command line and variables go through it too.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "a field is named as its key")]
pub(super) struct File {
    pub(super) listen: Option<SocketAddr>,
    pub(super) metrics_listen: Option<SocketAddr>,
    pub(super) public_url: Option<String>,
    pub(super) prefix_host: Option<String>,
    pub(super) data: Option<PathBuf>,
    pub(super) database: Option<String>,
    pub(super) database_connections: Option<usize>,
    pub(super) account_id: Option<String>,
    pub(super) default_region: Option<String>,
    pub(super) regions: Option<Vec<String>>,
    pub(super) issuer: Option<Issuer>,
    pub(super) root_key: Option<String>,
    pub(super) root_key_file: Option<PathBuf>,
    pub(super) behind_proxy: Option<bool>,
    pub(super) compromised_passwords: Option<PathBuf>,
    pub(super) oauth: OAuth,
    pub(super) provider_origins: Vec<String>,
    pub(super) tls: Option<Tls>,
    pub(super) access_keys: Vec<AccessKey>,
    pub(super) aws: Option<Aws>,
    pub(super) triggers: Vec<triggers::Table>,
    pub(super) kms_keys: Vec<kms::Table>,
    pub(super) log_destinations: Vec<logs::Table>,
    pub(super) smtp: Option<Smtp>,
    pub(super) ses: Option<senders::SesTable>,
    pub(super) sms: Option<senders::SmsTable>,
    pub(super) sns: Option<senders::SnsTable>,
    pub(super) limits: Limits,
    pub(super) log: Log,
}

/// `issuer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Issuer {
    /// This server's public address.
    Local,
    /// The address of the real service.
    Aws,
}

/// `[oauth]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OAuth {
    pub(super) hardened: Vec<String>,
    pub(super) userinfo_types: UserInfoTypes,
    pub(super) response_issuer: Option<bool>,
}

/// The types of what user info answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum UserInfoTypes {
    /// Texts, as the real service answers.
    #[default]
    Aws,
    /// Those of OpenID Connect Core 1.0, 5.1.
    Oidc,
}

/// `[tls]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

/// `[[access_keys]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessKey {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) session_token: Option<String>,
    pub(super) expires_at: Option<toml::value::Datetime>,
}

/// `[aws]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Aws {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: Option<String>,
}

/// `[smtp]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Smtp {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    #[serde(default)]
    pub(super) tls: SmtpSecurity,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) from: String,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Not at all.
    None,
    /// In clear at first, then upgraded; never sent without the upgrade.
    #[default]
    Starttls,
    /// From the first byte.
    Tls,
}

/// `[limits]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) body_bytes: Option<usize>,
    pub(super) connections: Option<usize>,
    pub(super) header_timeout_seconds: Option<u64>,
    pub(super) body_timeout_seconds: Option<u64>,
    pub(super) request_rates: Option<bool>,
}

/// `[log]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Log {
    pub(super) format: LogFormat,
    pub(super) level: Option<String>,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
