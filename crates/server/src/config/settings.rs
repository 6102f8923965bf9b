//! What the server runs with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cenote_idp::{IssuerMode, OAuthRules};

use super::file::{LogFormat, SmtpSecurity};
use super::kms::KmsKey;
use super::logs::LogDestinations;
use super::senders::{Ses, SmsGateway, Sns};
use super::triggers::Trigger;

/// The two ways to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posture {
    /// `cenote dev`.
    Dev,
    /// `cenote serve`.
    Serve,
}

/// Where the data are.
#[derive(Clone, PartialEq, Eq)]
pub enum Storage {
    /// Nowhere.
    Memory,
    /// In SQLite files in this folder.
    Directory(PathBuf),
    /// In PostgreSQL.
    Postgres {
        /// Its URL.
        url: String,
        /// The most connections to it.
        connections: usize,
    },
}

/// Where the root key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum RootSource {
    /// The key itself, from a variable or the file.
    Text(String),
    /// A key file that must be there.
    File(PathBuf),
    /// A key file that the first start makes.
    FirstStart(PathBuf),
    /// A new one at each start.
    Random,
}

/// Credentials that callers sign with.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// For temporary credentials.
    pub session_token: Option<String>,
    /// When they end, in seconds since the epoch.
    pub expires_at: Option<i64>,
}

/// What requests to AWS, or to what stands in for it, are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsCredentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// Of temporary credentials.
    pub session_token: Option<String>,
}

/// The mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// See [`SmtpSecurity`].
    pub security: SmtpSecurity,
    /// User name and password.
    pub credentials: Option<(String, String)>,
    /// The sender's address.
    pub from: String,
}

/// What strangers may make grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest request body.
    pub body_bytes: usize,
    /// The most connections at once.
    pub connections: usize,
    /// How long a request's head may take, and a connection may rest between two requests.
    pub header_timeout: Duration,
    /// How long a request's body may take.
    pub body_timeout: Duration,
    /// Whether requests are counted against the rates of their categories.
    pub request_rates: bool,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// A level, or levels by module (`info,hyper=warn`).
    pub level: String,
}

/// The files of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain, PEM.
    pub cert: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// Everything that the server runs with.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// How it runs.
    pub posture: Posture,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where whoever reads the metrics reaches it, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where clients reach it; `None` means where it listens.
    pub public_url: Option<String>,
    /// The name under which prefix domains have names of their own.
    pub prefix_host: Option<String>,
    /// Where the data are.
    pub storage: Storage,
    /// Where the root key comes from.
    pub root: RootSource,
    /// Part of every ARN.
    pub account_id: String,
    /// The region of requests that name none.
    pub default_region: String,
    /// The regions that it answers for; empty means any.
    pub regions: Vec<String>,
    /// What the issuer of tokens is made of.
    pub issuer: IssuerMode,
    /// What is asked of OAuth.
    pub oauth: OAuthRules,
    /// Who may call; signatures are checked when there is one.
    pub access_keys: Vec<AccessKey>,
    /// The certificate, when it speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Whether every connection comes from a proxy, whose word on the caller's address counts.
    pub behind_proxy: bool,
    /// What requests to AWS are signed with.
    pub aws: Option<AwsCredentials>,
    /// Where the functions of pools run; the first that fits an ARN counts.
    pub triggers: Vec<Trigger>,
    /// The list of compromised passwords: a folder, or a sorted file.
    pub compromised_passwords: Option<PathBuf>,
    /// Addresses of identity providers that are called besides public ones: scheme, name and port.
    pub provider_origins: Vec<String>,
    /// What stands behind the log destinations of pools; the first that fits an ARN counts.
    pub log_destinations: Vec<LogDestinations>,
    /// The keys that pools name for their senders.
    pub kms_keys: Vec<KmsKey>,
    /// The mail server, if mail is sent.
    pub smtp: Option<Smtp>,
    /// The mail API of AWS, in place of a mail server.
    pub ses: Option<Ses>,
    /// The gateway for text messages, if they are sent.
    pub sms: Option<SmsGateway>,
    /// The text messages of AWS, in place of a gateway.
    pub sns: Option<Sns>,
    /// See [`Limits`].
    pub limits: Limits,
    /// See [`Log`].
    pub log: Log,
    /// What is applied before requests are taken.
    pub seed: Option<PathBuf>,
}
