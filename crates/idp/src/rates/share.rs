//! Beside the categories, each user has a rate of reads and one of writes, and each operation on the resources
//! of a pool a rate for that pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cenote_model::Operation;
use quick_cache::sync::Cache;

use super::{Category, Limiter, Ticks, limiter};
use crate::{Error, Result};

/// Reads, and writes, of one user in a second.
const OF_USER: u32 = 10;

/// Calls of one operation on the resources of one pool in a second.
const OF_POOL: u32 = 5;

/// The most users, and the most operations on pools, that are kept in mind: who is forgotten begins anew.
const USERS: usize = 100_000;
const POOLS: usize = 10_000;

/// Which share a request takes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Read,
    Write,
    OfPool(Operation),
}

impl Kind {
    /// Of an operation; `None` when it is neither about a user nor about a pool's resources.
    const fn of(category: Category, operation: Operation) -> Option<Self> {
        match category {
            Category::UserAuthentication | Category::UserRead | Category::UserResourceRead => {
                Some(Self::Read)
            }
            Category::UserCreation
            | Category::UserAccountRecovery
            | Category::UserUpdate
            | Category::UserResourceUpdate => Some(Self::Write),
            Category::UserPoolResourceRead
            | Category::UserPoolResourceUpdate
            | Category::UserPoolClientRead
            | Category::UserPoolClientUpdate => Some(Self::OfPool(operation)),
            Category::UserFederation
            | Category::UserToken
            | Category::UserList
            | Category::UserPoolRead
            | Category::UserPoolUpdate
            | Category::ClientAuthentication
            | Category::LimitManagement => None,
        }
    }
}

/// What counts for single users and pools.
pub(super) struct Shares {
    users: Cache<(Kind, String), Arc<Limiter>>,
    pools: Cache<(Kind, String), Arc<Limiter>>,
    ticks: Ticks,
}

impl Shares {
    pub(super) fn new(ticks: Ticks) -> Self {
        Self {
            users: Cache::new(USERS),
            pools: Cache::new(POOLS),
            ticks,
        }
    }

    fn take(
        &self,
        cache: &Cache<(Kind, String), Arc<Limiter>>,
        key: &(Kind, String),
        rate: u32,
    ) -> Result<()> {
        let found = cache.get_or_insert_with(key, || {
            Ok::<_, Error>(Arc::new(limiter(rate, self.ticks.clone())))
        })?;
        found.check().map_err(|_| Error::busy())
    }
}

/// What one request takes, once, although it may be run again and look its user up more than once.
#[derive(Clone)]
pub(crate) struct Share {
    shares: Arc<Shares>,
    kind: Kind,
    is_taken: Arc<AtomicBool>,
}

impl Share {
    pub(super) fn new(shares: &Arc<Shares>, operation: Operation) -> Option<Self> {
        Some(Self {
            shares: Arc::clone(shares),
            kind: Kind::of(Category::of(operation), operation)?,
            is_taken: Arc::default(),
        })
    }

    /// Counts the request to the user that it is about, somebody or nobody.
    pub(crate) fn of_user(&self, sub: &str) -> Result<()> {
        if matches!(self.kind, Kind::OfPool(_)) || self.is_taken.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let key = (self.kind, sub.to_owned());
        self.shares.take(&self.shares.users, &key, OF_USER)
    }

    /// Counts the request to the pool whose resources it is about.
    pub(crate) fn of_pool(&self, pool: &str) -> Result<()> {
        if !matches!(self.kind, Kind::OfPool(_)) || self.is_taken.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let key = (self.kind, pool.to_owned());
        self.shares.take(&self.shares.pools, &key, OF_POOL)
    }
}
