//! How many pools, clients and groups there may be: counted where they are made, so that no bound costs a
//! scan.

use crate::Cx;
use crate::ports::{Kind, Write};

/// The bounds, by default those of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// User pools in a region.
    pub pools: i64,
    /// App clients of a pool.
    pub clients: i64,
    /// Groups of a pool.
    pub groups: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pools: 1_000,
            clients: 1_000,
            groups: 10_000,
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    /// User pools; the "pool" of these is the region.
    Pools,
    /// App clients.
    Clients,
    /// Groups.
    Groups,
}

impl Counted {
    const fn kind(self) -> Kind {
        match self {
            Self::Pools => Kind::Pool,
            Self::Clients => Kind::Client,
            Self::Groups => Kind::Group,
        }
    }

    /// The write that goes with a new one: LimitExceededException when there may not be another.
    pub(crate) fn one_more(self, cx: &Cx, pool: &str) -> Write {
        let limits = &cx.service.config.limits;
        let most = match self {
            Self::Pools => limits.pools,
            Self::Clients => limits.clients,
            Self::Groups => limits.groups,
        };
        self.write(pool, 1, most)
    }

    /// The write that goes with the deletion of one.
    pub(crate) fn one_less(self, pool: &str) -> Write {
        self.write(pool, -1, i64::MAX)
    }

    fn write(self, pool: &str, by: i64, most: i64) -> Write {
        Write::Count {
            kind: self.kind(),
            pool: pool.to_owned(),
            by,
            most,
        }
    }
}
