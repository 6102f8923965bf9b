//! `[[triggers]]`: where the functions run that pools name by their ARNs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use data_encoding::BASE64;
use serde::Deserialize;

use super::StartError;
use super::check::http_url;

/// What the service gives a function.
const PATIENCE_MS: u64 = 5_000;

/// Longer than this nobody waits for a sign-in, not even under a debugger.
const MOST_PATIENCE_MS: u64 = 15 * 60 * 1_000;

/// Calls of one target at the same time, unless the configuration says otherwise.
const CONCURRENCY: usize = 64;

/// Processes of one bootstrap, unless the configuration says otherwise.
const ENVIRONMENTS: usize = 4;

const MOST_CONCURRENCY: usize = 1_000;

/// One table as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    arn: String,
    lambda_endpoint: Option<String>,
    function: Option<String>,
    rie: Option<String>,
    webhook: Option<String>,
    secret: Option<String>,
    command: Option<Vec<String>>,
    bootstrap: Option<Vec<String>>,
    handler: Option<String>,
    directory: Option<PathBuf>,
    environment: Option<BTreeMap<String, String>>,
    timeout_ms: Option<u64>,
    concurrency: Option<usize>,
}

/// Where functions run.
#[derive(Clone, PartialEq, Eq)]
pub struct Trigger {
    /// The ARN; `*` stands for any run of characters.
    pub arn: String,
    /// Who is called.
    pub target: TriggerTarget,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The most calls at the same time.
    pub concurrency: usize,
}

/// Who is called in place of a function.
#[derive(Clone, PartialEq, Eq)]
pub enum TriggerTarget {
    /// The Invoke API of Lambda, or of what speaks it.
    Lambda {
        /// Its address; `{region}` stands for the region of the ARN.
        endpoint: String,
        /// The name to call it by, instead of its ARN.
        function: Option<String>,
    },
    /// The Runtime Interface Emulator of a Lambda image at this address.
    Rie(String),
    /// An address that takes signed events (Standard Webhooks).
    Webhook {
        /// The address.
        url: String,
        /// The key of the signature.
        secret: Vec<u8>,
    },
    /// A program that reads an event from stdin and writes it to stdout, once a call.
    Command(Program),
    /// A Lambda bootstrap, or any program that speaks the Lambda Runtime API.
    Bootstrap {
        /// The program.
        program: Program,
        /// What `_HANDLER` says to it.
        handler: Option<String>,
    },
}

/// A program and what it is started with.
#[derive(Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name and its arguments.
    pub command: Vec<String>,
    /// The folder that it starts in.
    pub directory: Option<PathBuf>,
    /// Variables beside those of the server, of which it gets none that begins with `CENOTE_`.
    pub environment: BTreeMap<String, String>,
}

/// Checks every table; `has_credentials` tells whether requests to AWS can be signed.
pub(super) fn settle(
    tables: Vec<Table>,
    has_credentials: bool,
) -> Result<Vec<Trigger>, StartError> {
    let mut triggers: Vec<Trigger> = Vec::with_capacity(tables.len());
    for table in tables {
        let arn = table.arn.clone();
        let refuse = |what: &str| StartError::config(format!("[[triggers]] {arn:?}: {what}"));
        if triggers.iter().any(|before| before.arn == arn) {
            return Err(refuse("it is there twice; keep one of them"));
        }
        triggers.push(trigger(table, has_credentials, &refuse)?);
    }
    Ok(triggers)
}

fn trigger(
    table: Table,
    has_credentials: bool,
    refuse: &dyn Fn(&str) -> StartError,
) -> Result<Trigger, StartError> {
    let arn = table.arn.clone();
    if !(arn.starts_with("arn:") || arn.contains('*')) {
        return Err(refuse(
            "that is no ARN; set `arn` to one like arn:aws:lambda:us-east-1:000000000000:function:name, \
             in which `*` stands for any characters",
        ));
    }
    let one_at_a_time = table.rie.is_some();
    let default = match (&table.rie, &table.bootstrap) {
        (Some(_), _) => 1,
        (_, Some(_)) => ENVIRONMENTS,
        _ => CONCURRENCY,
    };
    let concurrency = table.concurrency.unwrap_or(default);
    if !(1..=MOST_CONCURRENCY).contains(&concurrency) {
        return Err(refuse("set `concurrency` to a number from 1 to 1000"));
    }
    if one_at_a_time && concurrency != 1 {
        return Err(refuse(
            "the Runtime Interface Emulator takes one call at a time; leave `concurrency` out",
        ));
    }
    let timeout = table.timeout_ms.unwrap_or(PATIENCE_MS);
    if !(1..=MOST_PATIENCE_MS).contains(&timeout) {
        return Err(refuse("set `timeout_ms` to a number from 1 to 900000"));
    }
    let target = target(table, refuse)?;
    if matches!(target, TriggerTarget::Lambda { .. }) && !has_credentials {
        return Err(refuse(
            "calls of `lambda_endpoint` are signed; set `access_key_id` and `secret_access_key` in [aws], \
             or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ));
    }
    Ok(Trigger {
        arn,
        target,
        timeout: Duration::from_millis(timeout),
        concurrency,
    })
}

fn target(table: Table, refuse: &dyn Fn(&str) -> StartError) -> Result<TriggerTarget, StartError> {
    let only = |present: bool, key: &str, with: &str| {
        if present {
            Err(refuse(&format!(
                "`{key}` goes with {with} only; leave it out"
            )))
        } else {
            Ok(())
        }
    };
    let is_program = table.command.is_some() || table.bootstrap.is_some();
    only(
        table.function.is_some() && table.lambda_endpoint.is_none(),
        "function",
        "`lambda_endpoint`",
    )?;
    only(
        table.secret.is_some() && table.webhook.is_none(),
        "secret",
        "`webhook`",
    )?;
    only(
        table.handler.is_some() && table.bootstrap.is_none(),
        "handler",
        "`bootstrap`",
    )?;
    let of_programs = "`command` and `bootstrap`";
    only(
        table.directory.is_some() && !is_program,
        "directory",
        of_programs,
    )?;
    only(
        table.environment.is_some() && !is_program,
        "environment",
        of_programs,
    )?;
    let url = |key: &str, url: String| {
        http_url(&url.replace("{region}", "us-east-1"))
            .map(|()| url.trim_end_matches('/').to_owned())
            .map_err(|problem| refuse(&format!("`{key}` {problem}")))
    };
    let (directory, environment) = (table.directory, table.environment.unwrap_or_default());
    let program = |key: &str, command: Vec<String>| {
        if command.first().is_none_or(String::is_empty) {
            return Err(refuse(&format!(
                "`{key}` is empty; set it to a list of a program and its arguments"
            )));
        }
        Ok(Program {
            command,
            directory,
            environment,
        })
    };
    match (
        table.lambda_endpoint,
        table.rie,
        table.webhook,
        table.command,
        table.bootstrap,
    ) {
        (Some(endpoint), None, None, None, None) => Ok(TriggerTarget::Lambda {
            endpoint: url("lambda_endpoint", endpoint)?,
            function: table.function,
        }),
        (None, Some(rie), None, None, None) => Ok(TriggerTarget::Rie(url("rie", rie)?)),
        (None, None, Some(webhook), None, None) => Ok(TriggerTarget::Webhook {
            url: url("webhook", webhook)?,
            secret: webhook_key(table.secret.as_deref()).ok_or_else(|| {
                refuse("set `secret` to whsec_ and the base64 of 24 to 64 random bytes")
            })?,
        }),
        (None, None, None, Some(command), None) => {
            Ok(TriggerTarget::Command(program("command", command)?))
        }
        (None, None, None, None, Some(bootstrap)) => Ok(TriggerTarget::Bootstrap {
            program: program("bootstrap", bootstrap)?,
            handler: table.handler,
        }),
        _ => Err(refuse(
            "set exactly one of `lambda_endpoint`, `rie`, `webhook`, `command` and `bootstrap`",
        )),
    }
}

/// The key in a secret of Standard Webhooks.
fn webhook_key(secret: Option<&str>) -> Option<Vec<u8>> {
    let text = secret?.strip_prefix("whsec_")?;
    let key = BASE64.decode(text.as_bytes()).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}
