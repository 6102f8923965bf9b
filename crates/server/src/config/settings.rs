//! What the server runs with, checked: each posture has its own demands.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cenote_idp::IssuerMode;
use toml::Table;

use super::file::{self, File, Issuer, LogFormat, SmtpSecurity};
use super::{DevArgs, ServeArgs, StartError, env};
use crate::time;

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
    /// Where clients reach it; `None` means where it listens.
    pub public_url: Option<String>,
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
    /// Who may call; signatures are checked when there is one.
    pub access_keys: Vec<AccessKey>,
    /// The certificate, when it speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// The mail server, if mail is sent.
    pub smtp: Option<Smtp>,
    /// See [`Limits`].
    pub limits: Limits,
    /// See [`Log`].
    pub log: Log,
}

/// The settings of `cenote dev`.
pub fn dev(
    args: DevArgs,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, StartError> {
    let mut file = read(args.config.as_deref(), variable)?;
    file.listen = args.listen.or(file.listen);
    file.database = args.database.or(file.database);
    file.data = args.data.or(file.data);
    file.issuer = args.issuer.or(file.issuer);
    let data = file.data.clone().unwrap_or_else(default_data);
    let root = match given_root(&mut file)? {
        Some(root) => root,
        None if args.memory => RootSource::Random,
        None => RootSource::FirstStart(data.join("root.key")),
    };
    settle(Posture::Dev, file, args.memory, root)
}

/// The settings of `cenote serve`.
pub fn serve(
    args: &ServeArgs,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, StartError> {
    let mut file = read(args.config.as_deref(), variable)?;
    let missing = |key: &str, what: &str| {
        StartError::config(format!("`cenote serve` needs `{key}`; set it to {what}"))
    };
    if file.public_url.is_none() {
        return Err(missing(
            "public_url",
            "the address that clients use, like https://id.example.com",
        ));
    }
    let root = given_root(&mut file)?.ok_or_else(|| {
        missing(
            "root_key_file",
            "a file made with `cenote root-key --out FILE`",
        )
    })?;
    if file.access_keys.is_empty() {
        return Err(missing(
            "access_keys",
            "a list of tables with an `id` and a `secret` each",
        ));
    }
    if file.tls.is_none() && file.behind_proxy != Some(true) {
        return Err(StartError::config(
            "`cenote serve` needs TLS; set `cert` and `key` in [tls], or `behind_proxy = true` \
             when a proxy in front of it speaks TLS",
        ));
    }
    settle(Posture::Serve, file, false, root)
}

/// Reads the file, then the variables over it.
fn read(
    path: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<File, StartError> {
    let mut table = Table::new();
    if let Some(path) = path {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            StartError::config(format!(
                "cannot read {shown}: {error}; correct the path of --config"
            ))
        })?;
        // Read as a whole first, for errors that name the line.
        toml::from_str::<File>(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(1, |span| text[..span.start].lines().count().max(1));
            StartError::config(format!(
                "{shown}, line {line}: {}; correct it",
                error.message()
            ))
        })?;
        table = text.parse().map_err(|error: toml::de::Error| {
            StartError::config(format!("{shown}: {}; correct it", error.message()))
        })?;
    }
    env::overlay(&mut table, variable)?;
    table.try_into().map_err(|error: toml::de::Error| {
        StartError::config(format!(
            "a CENOTE_ variable: {}; correct it",
            error.message()
        ))
    })
}

fn given_root(file: &mut File) -> Result<Option<RootSource>, StartError> {
    match (file.root_key.take(), file.root_key_file.take()) {
        (Some(_), Some(_)) => Err(StartError::config(
            "both `root_key` and `root_key_file` are set; keep one of them",
        )),
        (Some(text), None) => Ok(Some(RootSource::Text(text))),
        (None, Some(path)) => Ok(Some(RootSource::File(path))),
        (None, None) => Ok(None),
    }
}

fn default_data() -> PathBuf {
    PathBuf::from("cenote-data")
}

fn settle(
    posture: Posture,
    file: File,
    memory: bool,
    root: RootSource,
) -> Result<Settings, StartError> {
    let listen = file
        .listen
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 9229)));
    if !listen.ip().is_loopback() && file.access_keys.is_empty() {
        return Err(StartError::config(format!(
            "{listen} can be reached from other machines, and anybody could administer this server; \
             set `access_keys`, or listen on 127.0.0.1"
        )));
    }
    let default_region = file
        .default_region
        .unwrap_or_else(|| "us-east-1".to_owned());
    let regions = file.regions.unwrap_or_default();
    for region in regions.iter().chain([&default_region]) {
        if !is_region(region) {
            return Err(StartError::config(format!(
                "{region:?} is not a region; set one like us-east-1"
            )));
        }
    }
    if !regions.is_empty() && !regions.contains(&default_region) {
        return Err(StartError::config(format!(
            "`regions` does not hold the default region {default_region}; add it, or set `default_region`"
        )));
    }
    let account_id = file.account_id.unwrap_or_else(|| "000000000000".to_owned());
    if account_id.len() != 12 || !account_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(StartError::config(format!(
            "`account_id` is {account_id:?}; set twelve digits"
        )));
    }
    let storage = match file.database {
        _ if memory => Storage::Memory,
        Some(url) => Storage::Postgres {
            url,
            connections: positive("database_connections", file.database_connections, 16)?,
        },
        None => Storage::Directory(file.data.unwrap_or_else(default_data)),
    };
    Ok(Settings {
        posture,
        listen,
        public_url: file.public_url.map(|url| public_url(&url)).transpose()?,
        storage,
        root,
        account_id,
        default_region,
        regions,
        issuer: match file.issuer {
            Some(Issuer::Aws) => IssuerMode::Aws,
            Some(Issuer::Local) | None => IssuerMode::Local,
        },
        access_keys: file
            .access_keys
            .into_iter()
            .map(access_key)
            .collect::<Result<_, _>>()?,
        tls: file.tls.map(|tls| TlsFiles {
            cert: tls.cert,
            key: tls.key,
        }),
        smtp: file.smtp.map(smtp).transpose()?,
        limits: limits(&file.limits)?,
        log: Log {
            format: file.log.format,
            level: file.log.level.unwrap_or_else(|| "info".to_owned()),
        },
    })
}

/// Whether a text can be the region part of a pool id.
pub(crate) fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn public_url(url: &str) -> Result<String, StartError> {
    let trimmed = url.trim_end_matches('/');
    let host = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"));
    let fits = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#@\"<>".contains(&byte))
    };
    if host.is_some_and(fits) {
        return Ok(trimmed.to_owned());
    }
    Err(StartError::config(format!(
        "`public_url` is {url:?}; set an address like https://id.example.com"
    )))
}

fn access_key(key: file::AccessKey) -> Result<AccessKey, StartError> {
    if key.id.is_empty() || key.secret.is_empty() {
        return Err(StartError::config(
            "an access key has an empty `id` or `secret`; set both",
        ));
    }
    let expires_at = key
        .expires_at
        .map(|at| {
            time::from_toml(&at).ok_or_else(|| {
                StartError::config(format!(
                    "`expires_at` of access key {} is no full time; set one like 2030-01-31T12:00:00Z",
                    key.id
                ))
            })
        })
        .transpose()?;
    Ok(AccessKey {
        id: key.id,
        secret: key.secret,
        session_token: key.session_token,
        expires_at,
    })
}

fn smtp(smtp: file::Smtp) -> Result<Smtp, StartError> {
    let credentials = match (smtp.username, smtp.password) {
        (None, None) => None,
        (Some(username), Some(password)) => Some((username, password)),
        _ => {
            return Err(StartError::config(
                "[smtp] has only one of `username` and `password`; set both or none",
            ));
        }
    };
    let port = smtp.port.unwrap_or(match smtp.tls {
        SmtpSecurity::None => 25,
        SmtpSecurity::Starttls => 587,
        SmtpSecurity::Tls => 465,
    });
    Ok(Smtp {
        host: smtp.host,
        port,
        security: smtp.tls,
        credentials,
        from: smtp.from,
    })
}

fn limits(limits: &file::Limits) -> Result<Limits, StartError> {
    let seconds = |key, value: Option<u64>| {
        let value = value.map(|value| usize::try_from(value).unwrap_or(usize::MAX));
        let seconds = positive(key, value, 30)?.min(24 * 60 * 60);
        Ok(Duration::from_secs(seconds as u64))
    };
    Ok(Limits {
        body_bytes: positive("limits.body_bytes", limits.body_bytes, 1024 * 1024)?,
        // A semaphore counts them, which has a bound of its own.
        connections: positive("limits.connections", limits.connections, 20_000)?.min(1_000_000),
        header_timeout: seconds(
            "limits.header_timeout_seconds",
            limits.header_timeout_seconds,
        )?,
        body_timeout: seconds("limits.body_timeout_seconds", limits.body_timeout_seconds)?,
    })
}

fn positive(key: &str, value: Option<usize>, default: usize) -> Result<usize, StartError> {
    match value {
        Some(0) => Err(StartError::config(format!("`{key}` is 0; set at least 1"))),
        value => Ok(value.unwrap_or(default)),
    }
}
