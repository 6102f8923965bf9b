//! Applying a seed: what is missing is created, what differs is updated, and the rest is left alone. What
//! was done before a failure is found again by the next run, which goes on from there.

mod clients;
mod families;
mod pool;
mod rules;
mod users;

use std::fmt;

use cenote_model::Operation;
use serde_json::Value;

use super::document::{Document, PoolSeed};
use super::door::Door;
use super::pages::{self, Listing};
use super::{failed, members, text};
use crate::config::StartError;

/// What a run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// One line for each thing that is not as it was, and for each that could not be looked into.
    pub lines: Vec<String>,
    created: usize,
    updated: usize,
    deleted: usize,
    unchanged: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} created, {} updated, {} deleted, {} unchanged",
            self.created, self.updated, self.deleted, self.unchanged
        )
    }
}

/// Makes a service what the document says. With `prune`, what the pools of the document have and the
/// document has not is deleted; other pools are never touched.
pub async fn apply(
    door: &dyn Door,
    document: &Document,
    region: &str,
    prune: bool,
) -> Result<Report, StartError> {
    let mut report = Report::default();
    for seed in &document.pools {
        let own = seed.id.as_deref().and_then(|id| id.split_once('_'));
        let region = own.map_or(region, |(region, _)| region);
        let mut work = Work {
            door,
            region,
            prune,
            pool: String::new(),
            shown: text(&seed.input, "PoolName"),
            report: &mut report,
        };
        work.pool(seed).await?;
    }
    Ok(report)
}

/// The pool that is worked on.
struct Work<'a> {
    door: &'a dyn Door,
    region: &'a str,
    prune: bool,
    /// Its id, once it is there.
    pool: String,
    /// Its name in the document.
    shown: &'a str,
    report: &'a mut Report,
}

/// What became of a thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Created,
    Updated,
    Deleted,
    Unchanged,
}

impl Work<'_> {
    async fn pool(&mut self, seed: &PoolSeed) -> Result<(), StartError> {
        self.pool_itself(seed).await?;
        self.family(&families::RESOURCE_SERVERS, &seed.resource_servers, &[])
            .await?;
        self.family(&families::PROVIDERS, &seed.providers, &[])
            .await?;
        // Each provider has a group for its users, which comes by itself.
        let of_providers: Vec<_> = seed
            .providers
            .iter()
            .map(|provider| format!("{}_{}", self.pool, text(provider, "ProviderName")))
            .collect();
        self.family(&families::GROUPS, &seed.groups, &of_providers)
            .await?;
        self.clients(&seed.clients).await?;
        // A domain may fail over to a replica.
        self.replicas(&seed.replicas).await?;
        self.domains(&seed.domains).await?;
        self.looks(seed).await?;
        self.terms(seed).await?;
        self.risks(seed).await?;
        self.logs(seed.logs.as_ref()).await?;
        self.users(&seed.users).await
    }

    /// Notes what became of something of the pool, or of the pool itself.
    fn told(&mut self, outcome: Outcome, what: &str) {
        let (count, done) = match outcome {
            Outcome::Created => (&mut self.report.created, "created"),
            Outcome::Updated => (&mut self.report.updated, "updated"),
            Outcome::Deleted => (&mut self.report.deleted, "deleted"),
            Outcome::Unchanged => (&mut self.report.unchanged, ""),
        };
        *count += 1;
        if outcome != Outcome::Unchanged {
            let what = if what.is_empty() {
                String::new()
            } else {
                format!("{what} of ")
            };
            let line = format!("{done} {what}pool {} ({})", self.pool, self.shown);
            self.report.lines.push(line);
        }
    }

    fn note(&mut self, text: String) {
        self.report.lines.push(text);
    }

    /// Calls an operation on the pool.
    async fn call(
        &self,
        what: &str,
        operation: Operation,
        input: &Value,
    ) -> Result<Value, StartError> {
        self.find(what, operation, input)
            .await?
            .ok_or_else(|| self.error(what, "it is not there"))
    }

    /// Calls an operation on the pool that may find nothing.
    async fn find(
        &self,
        what: &str,
        operation: Operation,
        input: &Value,
    ) -> Result<Option<Value>, StartError> {
        // A domain is described by its name alone.
        let input = if operation == Operation::DescribeUserPoolDomain {
            input.clone()
        } else {
            self.in_pool(input)
        };
        match self.door.call(self.region, operation, &input).await {
            Ok(answer) => Ok(Some(answer)),
            Err(refusal) if refusal.is_absence() && is_look_up(operation) => Ok(None),
            Err(refusal) => Err(failed(
                &format!("{what} of pool {}: {}", self.shown, operation.name()),
                &refusal,
            )),
        }
    }

    async fn all(
        &self,
        what: &str,
        listing: Listing,
        input: &Value,
    ) -> Result<Vec<Value>, StartError> {
        let input = self.in_pool(input);
        let list = pages::all(self.door, self.region, listing, &input).await;
        list.map_err(|refusal| failed(&format!("{what} of pool {}", self.shown), &refusal))
    }

    fn in_pool(&self, input: &Value) -> Value {
        let mut whole = serde_json::Map::new();
        whole.insert("UserPoolId".to_owned(), self.pool.clone().into());
        whole.extend(members(input).map(|(name, value)| (name.clone(), value.clone())));
        whole.into()
    }

    fn error(&self, what: &str, text: &str) -> StartError {
        StartError::environment(format!("{what} of pool {}: {text}", self.shown))
    }
}

fn is_look_up(operation: Operation) -> bool {
    ["Describe", "Get", "AdminGet"]
        .iter()
        .any(|verb| operation.name().starts_with(verb))
}
