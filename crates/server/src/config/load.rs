//! From the command line, variables and a file to settings: each posture has its own demands.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use cenote_idp::{IssuerMode, OAuthRules};
use toml::Table;

use super::check::{
    access_key, aws_credentials, is_region, limits, positive, prefix_host, provider_origin,
    public_url, smtp,
};
use super::file::{File, Issuer, OAuth, UserInfoTypes};
use super::settings::{Log, Posture, RootSource, Settings, Storage, TlsFiles};
use super::{DevArgs, ServeArgs, StartError, env, kms, logs, senders, triggers};

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
    Ok(Settings {
        seed: args.seed,
        ..settle(Posture::Dev, file, args.memory, root)?
    })
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
            let before = error.span().map_or("", |span| &text[..span.start]);
            let line = before.matches('\n').count() + 1;
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
    one_sender_each(&file)?;
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
    let aws = file.aws.map(aws_credentials).transpose()?;
    let has_credentials = aws.is_some();
    let ses = file
        .ses
        .map(|table| senders::ses(table, &default_region, has_credentials));
    let sns = file
        .sns
        .map(|table| senders::sns(table, &default_region, has_credentials));
    Ok(Settings {
        posture,
        listen,
        metrics_listen: file.metrics_listen,
        public_url: file.public_url.map(|url| public_url(&url)).transpose()?,
        prefix_host: file
            .prefix_host
            .map(|name| prefix_host(&name))
            .transpose()?,
        storage,
        root,
        account_id,
        default_region,
        regions,
        issuer: match file.issuer {
            Some(Issuer::Aws) => IssuerMode::Aws,
            Some(Issuer::Local) | None => IssuerMode::Local,
        },
        oauth: oauth_rules(file.oauth),
        access_keys: file
            .access_keys
            .into_iter()
            .map(access_key)
            .collect::<Result<_, _>>()?,
        tls: file.tls.map(|tls| TlsFiles {
            cert: tls.cert,
            key: tls.key,
        }),
        behind_proxy: file.behind_proxy == Some(true),
        kms_keys: kms::settle(file.kms_keys, has_credentials)?,
        triggers: triggers::settle(file.triggers, has_credentials)?,
        log_destinations: logs::settle(file.log_destinations, has_credentials)?,
        aws,
        compromised_passwords: file.compromised_passwords,
        provider_origins: file
            .provider_origins
            .iter()
            .map(|origin| provider_origin(origin))
            .collect::<Result<_, _>>()?,
        smtp: file.smtp.map(smtp).transpose()?,
        ses: ses.transpose()?,
        sms: file.sms.map(senders::sms).transpose()?,
        sns: sns.transpose()?,
        limits: limits(&file.limits, posture)?,
        log: Log {
            format: file.log.format,
            level: file.log.level.unwrap_or_else(|| "info".to_owned()),
        },
        seed: None,
    })
}

fn oauth_rules(oauth: OAuth) -> OAuthRules {
    OAuthRules {
        hardened: oauth.hardened,
        typed_user_info: oauth.userinfo_types == UserInfoTypes::Oidc,
        omits_response_issuer: oauth.response_issuer == Some(false),
    }
}

/// A medium has one sender.
fn one_sender_each(file: &File) -> Result<(), StartError> {
    for (one, other, both) in [
        ("smtp", "ses", file.smtp.is_some() && file.ses.is_some()),
        ("sms", "sns", file.sms.is_some() && file.sns.is_some()),
    ] {
        if both {
            return Err(StartError::config(format!(
                "both [{one}] and [{other}] are set; keep one of them"
            )));
        }
    }
    Ok(())
}
