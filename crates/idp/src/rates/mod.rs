//! Request rates: each category of operations has so many requests a second in each Region, and what domains
//! serve has rates of its own.

mod category;
mod hosted;
mod share;

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZero;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cenote_model::Operation;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use serde::{Deserialize, Serialize};

use crate::ports::{Clock, Kind, Store};
use crate::stored::Stored;
use crate::{Error, Result};

pub(crate) use category::Category;
pub(crate) use share::Share;

use hosted::Hosted;
use share::Shares;

/// Answers to challenges come in several to a sign-in: so many times the rate of sign-ins is free.
const ANSWERS: u32 = 3;

/// How long limits that another node changed may go unseen.
const STALENESS_MS: i64 = 60_000;

/// Regions that are kept; a deployment that answers for any has as many as callers name.
const REGIONS: usize = 64;

/// A provisioned limit as it is stored, by its category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provisioned {
    pub(crate) value: u32,
}

/// The service's clock, as the rate limiters read it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now_ms()).unwrap_or_default())
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>;

/// The limiters of one Region.
struct Region {
    categories: [Limiter; Category::ALL.len()],
    answers: Limiter,
    /// Milliseconds since the epoch.
    read_at: i64,
}

/// Counts requests, unless it is turned off.
pub(crate) struct Rates {
    clock: Arc<dyn Clock>,
    /// `None` when nothing is counted.
    regions: Option<RwLock<HashMap<String, Arc<Region>>>>,
    shares: Option<Arc<Shares>>,
    hosted: Option<Hosted>,
}

impl Rates {
    /// Counts when `is_on`.
    pub(crate) fn new(is_on: bool, clock: Arc<dyn Clock>) -> Self {
        let shares = is_on.then(|| Arc::new(Shares::new(Ticks(Arc::clone(&clock)))));
        let hosted = is_on.then(|| Hosted::new(Ticks(Arc::clone(&clock))));
        Self {
            hosted,
            clock,
            regions: is_on.then(RwLock::default),
            shares,
        }
    }

    /// Counts a request, and refuses it when its category has had its share.
    pub(crate) async fn check(
        &self,
        store: &dyn Store,
        region: &str,
        operation: Operation,
        body: &[u8],
    ) -> Result<()> {
        let Some(limits) = self.limits(store, region).await? else {
            return Ok(());
        };
        let is_answer = matches!(
            operation,
            Operation::RespondToAuthChallenge | Operation::AdminRespondToAuthChallenge
        );
        let category = if is_answer && sets_password(body) {
            Category::UserAccountRecovery
        } else if is_answer && limits.answers.check().is_ok() {
            return Ok(());
        } else {
            Category::of(operation)
        };
        limits.categories[category as usize]
            .check()
            .map_err(|_| Error::busy())
    }

    /// Counts a sign-in through an identity provider.
    pub(crate) async fn check_federation(&self, store: &dyn Store, region: &str) -> Result<()> {
        let Some(limits) = self.limits(store, region).await? else {
            return Ok(());
        };
        limits.categories[Category::UserFederation as usize]
            .check()
            .map_err(|_| Error::busy())
    }

    /// The limits of a Region; `None` when nothing is counted.
    async fn limits(&self, store: &dyn Store, region: &str) -> Result<Option<Arc<Region>>> {
        let Some(regions) = &self.regions else {
            return Ok(None);
        };
        let known = regions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(region)
            .cloned();
        let fresh = known
            .filter(|known| !store.shared() || self.clock.now_ms() - known.read_at < STALENESS_MS);
        Ok(Some(match fresh {
            Some(limits) => limits,
            None => self.read(store, regions, region).await?,
        }))
    }

    /// Reads the limits of a Region.
    async fn read(
        &self,
        store: &dyn Store,
        regions: &RwLock<HashMap<String, Arc<Region>>>,
        region: &str,
    ) -> Result<Arc<Region>> {
        let most = Category::ALL.len();
        let records = store
            .records(Kind::ProvisionedLimit, region, "", None, most)
            .await?;
        let mut values = Category::ALL.map(|category| category.row().1);
        for record in records {
            if let Some(category) = Category::from_name(&record.key) {
                let stored = Stored::<Provisioned>::from_record(Kind::ProvisionedLimit, record)?;
                values[category as usize] = stored.value.value;
            }
        }
        let limits = Arc::new(Region {
            categories: values.map(|value| self.limiter(value)),
            answers: self.limiter(ANSWERS * values[Category::UserAuthentication as usize]),
            read_at: self.clock.now_ms(),
        });
        let mut regions = regions.write().unwrap_or_else(PoisonError::into_inner);
        if regions.len() >= REGIONS && !regions.contains_key(region) {
            regions.clear();
        }
        regions.insert(region.to_owned(), Arc::clone(&limits));
        Ok(limits)
    }

    fn limiter(&self, per_second: u32) -> Limiter {
        limiter(per_second, Ticks(Arc::clone(&self.clock)))
    }

    /// What a request takes of the shares of its user or pool; `None` when nothing is counted.
    pub(crate) fn share(&self, operation: Operation) -> Option<Share> {
        Share::new(self.shares.as_ref()?, operation)
    }

    /// Counts a request to an endpoint or a page of a domain.
    pub(crate) fn admit(&self, domain: &str, address: Option<IpAddr>) -> Result<()> {
        let hosted = self.hosted.as_ref();
        hosted.map_or(Ok(()), |hosted| hosted.admit(domain, address))
    }

    /// Counts a request there to the client that it is for.
    pub(crate) fn check_client(&self, id: &str) -> Result<()> {
        self.hosted
            .as_ref()
            .map_or(Ok(()), |hosted| hosted.client(id))
    }

    /// Counts a read of a pool's public keys.
    pub(crate) fn check_keys(&self) -> Result<()> {
        self.hosted.as_ref().map_or(Ok(()), Hosted::keys)
    }

    /// Forgets the limits of a Region, since one of them has changed.
    pub(crate) fn forget(&self, region: &str) {
        if let Some(regions) = &self.regions {
            regions
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(region);
        }
    }
}

fn limiter(per_second: u32, ticks: Ticks) -> Limiter {
    let rate = NonZero::new(per_second).unwrap_or(NonZero::<u32>::MIN);
    Limiter::direct_with_clock(Quota::per_second(rate), ticks)
}

/// Whether an answer sets a new password, which counts as recovering an account.
fn sets_password(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|body| body.contains("\"NEW_PASSWORD_REQUIRED\""))
}
