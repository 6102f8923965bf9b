//! The rates of what a domain serves: of the domain, of each address that calls, and of each client; and that
//! of the public keys of all pools.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::{Limiter, Ticks, limiter};
use crate::{Error, Result};

/// Requests to one domain in a second.
const OF_DOMAIN: u32 = 500;

/// Requests from one address, and for one client, in a second.
const OF_CALLER: u32 = 300;

/// Reads of public keys in a second.
const OF_KEYS: u32 = 50_000;

/// The most domains, addresses and clients that are kept in mind: who is forgotten begins anew.
const DOMAINS: usize = 1_000;
const ADDRESSES: usize = 100_000;
const CLIENTS: usize = 10_000;

/// What counts at the endpoints and pages of domains.
pub(super) struct Hosted {
    domains: Cache<String, Arc<Limiter>>,
    addresses: Cache<IpAddr, Arc<Limiter>>,
    clients: Cache<String, Arc<Limiter>>,
    keys: Limiter,
    ticks: Ticks,
}

impl Hosted {
    pub(super) fn new(ticks: Ticks) -> Self {
        Self {
            domains: Cache::new(DOMAINS),
            addresses: Cache::new(ADDRESSES),
            clients: Cache::new(CLIENTS),
            keys: limiter(OF_KEYS, ticks.clone()),
            ticks,
        }
    }

    /// Counts a request to a domain. The address comes first: who floods does not use up what others have.
    pub(super) fn admit(&self, domain: &str, address: Option<IpAddr>) -> Result<()> {
        if let Some(address) = address {
            self.take(&self.addresses, &address, OF_CALLER)?;
        }
        self.take(&self.domains, domain, OF_DOMAIN)
    }

    /// Counts a request for a client.
    pub(super) fn client(&self, id: &str) -> Result<()> {
        self.take(&self.clients, id, OF_CALLER)
    }

    /// Counts a read of public keys.
    pub(super) fn keys(&self) -> Result<()> {
        self.keys.check().map_err(|_| Error::busy())
    }

    fn take<K: Eq + Hash, Q: Hash + Equivalent<K> + ToOwned<Owned = K> + ?Sized>(
        &self,
        cache: &Cache<K, Arc<Limiter>>,
        key: &Q,
        rate: u32,
    ) -> Result<()> {
        let found = cache.get_or_insert_with(key, || {
            Ok::<_, Error>(Arc::new(limiter(rate, self.ticks.clone())))
        })?;
        found.check().map_err(|_| Error::busy())
    }
}
