//! The way of a browser to a provider and back: sealed into what the provider hands back (`state`,
//! `RelayState`), bound to the browser by a cookie, good once and not for long.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::arrive::Arrival;
use super::provider::Provider;
use super::state::{self, LIFETIME_MS, Way};
use crate::oauth::{Authorization, Domain, Outcome, Params, Refusal, Through};
use crate::ports::{Change, CommitError, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Result};

/// A journey that has begun.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    /// Names it, and is spent when it ends.
    pub(crate) id: Uuid,
    /// The name of the provider, and the id of what had that name.
    pub(crate) provider: String,
    provider_id: String,
    /// What an ID token of the provider has to say.
    pub(crate) nonce: String,
    /// The authorization request, as it came.
    query: String,
    /// The cookie of the browser.
    browser: Uuid,
    /// Milliseconds since the epoch.
    until: i64,
}

/// Where a browser goes that leaves for a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The address.
    pub location: String,
    /// The cookie that the browser is known by when it returns.
    pub browser: String,
    /// How many seconds the browser keeps it.
    pub max_age: i64,
}

/// A journey that has ended, with what it was for.
pub(crate) struct Return {
    pub(crate) journey: Journey,
    pub(crate) provider: Stored<Provider>,
    pub(crate) authorization: Box<Authorization>,
}

impl Journey {
    /// When it began, in milliseconds since the epoch.
    pub(super) fn begun_at(&self) -> i64 {
        self.until - LIFETIME_MS
    }

    /// Begins one. `browser` is the cookie of an earlier one: other tabs may still be on their way.
    pub(super) fn begin(
        cx: &Cx,
        provider: &Stored<Provider>,
        query: &str,
        browser: Option<&str>,
    ) -> Self {
        let known = browser.and_then(|value| Uuid::try_parse(value).ok());
        Self {
            id: cx.uuid(),
            provider: provider.key.clone(),
            provider_id: provider.value.id.clone(),
            nonce: state::nonce(cx),
            query: query.to_owned(),
            browser: known.unwrap_or_else(|| cx.uuid()),
            until: cx.now() + LIFETIME_MS,
        }
    }

    /// What the provider hands back.
    pub(super) fn seal(&self, cx: &Cx, domain: &Domain) -> Result<String> {
        state::seal(cx, domain, Way::In, self)
    }

    /// Leaves for this address.
    pub(super) fn departure(&self, location: String) -> Departure {
        Departure {
            location,
            browser: self.browser.to_string(),
            max_age: LIFETIME_MS / 1000,
        }
    }

    /// Ends a journey: it is this browser's, on this domain, young and not ended before, and its provider and
    /// its application are still there.
    pub(super) async fn end(
        cx: &Cx,
        domain: &Domain,
        sealed: &str,
        browser: Option<&str>,
    ) -> Result<Result<Return, Arrival>> {
        let over = || Ok(Err(Arrival::Page(Refusal::journey_over())));
        let Some(journey) = state::open::<Self>(cx, domain, Way::In, sealed) else {
            return over();
        };
        let known = browser.and_then(|value| Uuid::try_parse(value).ok());
        let is_bound = known == Some(journey.browser) && journey.until > cx.now();
        if !is_bound || !journey.spend(cx, domain).await? {
            return over();
        }
        let pool = domain.pool_id();
        let provider =
            Stored::<Provider>::find(cx, Kind::Provider, pool, &journey.provider).await?;
        let Some(provider) = provider.filter(|it| it.value.id == journey.provider_id) else {
            return over();
        };
        let Ok(params) = Params::parse(journey.query.as_bytes()) else {
            return over();
        };
        Ok(match Authorization::read(cx, domain, &params).await? {
            Outcome::Go(authorization) if matches!(&authorization.through, Through::Provider(name) if *name == journey.provider) => {
                Ok(Return {
                    journey,
                    provider,
                    authorization,
                })
            }
            Outcome::Go(_) => Err(Arrival::Page(Refusal::login_option())),
            Outcome::Page(refusal) => Err(Arrival::Page(refusal)),
            Outcome::Redirect(location) => Err(Arrival::elsewhere(location)),
        })
    }

    /// Whether it had not ended before.
    async fn spend(&self, cx: &Cx, domain: &Domain) -> Result<bool> {
        let write = Write::mark(domain.pool_id(), self.id, cx.now(), self.until);
        match cx.try_commit(Change::new().with(write)).await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
