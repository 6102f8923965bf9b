//! `cenote apply` and `cenote export`.

use std::io::Write as _;
use std::sync::Arc;

use cenote_idp::Service;

use super::{Choice, Direct, Document, Door, Endpoint, Remote, apply, export};
use crate::config::{ApplyArgs, ExportArgs, StartError};

/// Where seeds go when nothing else is said.
const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:9229";

/// The region of pools whose id does not say it.
const DEFAULT_REGION: &str = "us-east-1";

/// Applies a document, and says what was done.
pub async fn run_apply(
    args: &ApplyArgs,
    document: &Document,
    service: Option<Arc<Service>>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), StartError> {
    let region = region(args.place.region.as_deref(), service.as_deref(), variable);
    let door = door(args.place.endpoint.as_deref(), service, variable)?;
    let report = apply(&*door, document, &region, args.prune).await?;
    for line in &report.lines {
        say(line)?;
    }
    say(&report.to_string())
}

/// Writes a document to stdout, and what it does not hold to stderr.
pub async fn run_export(
    args: &ExportArgs,
    service: Option<Arc<Service>>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), StartError> {
    let choice = Choice {
        pools: args.pools.clone(),
        region: region(args.place.region.as_deref(), service.as_deref(), variable),
        users: !args.without_users,
        form: args.format,
    };
    let door = door(args.place.endpoint.as_deref(), service, variable)?;
    let (text, notes) = export(&*door, &choice).await?;
    for note in notes {
        eprintln!("cenote: {note}");
    }
    say(text.trim_end())
}

fn door(
    endpoint: Option<&str>,
    service: Option<Arc<Service>>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Box<dyn Door>, StartError> {
    Ok(match service {
        Some(service) => Box::new(Direct(service)),
        None => Box::new(Remote::new(Endpoint::new(
            endpoint.unwrap_or(DEFAULT_ENDPOINT),
            variable,
        )?)),
    })
}

fn region(
    given: Option<&str>,
    service: Option<&Service>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> String {
    let configured = service.map(|service| service.config.default_region.clone());
    given
        .map(str::to_owned)
        .or(configured)
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .filter(|region| !region.is_empty())
        .unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

fn say(line: &str) -> Result<(), StartError> {
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| StartError::environment(format!("cannot write to stdout: {error}")))
}
