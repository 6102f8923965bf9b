//! How many pools, clients, groups and users there may be: counted where they are made, so that no bound costs
//! a scan.

use crate::pool::Pool;
use crate::ports::{Kind, Write};
use crate::{Cx, Error, Result};

/// The bounds, by default those of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// User pools in a region.
    pub pools: i64,
    /// App clients of a pool.
    pub clients: i64,
    /// Groups of a pool.
    pub groups: i64,
    /// Users of a pool.
    pub users: i64,
    /// Rows of a file that is imported.
    pub import_rows: u64,
    /// Rows that an import leaves out before it is given up, if they are more than it has imported.
    pub import_failures: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pools: 1_000,
            clients: 1_000,
            groups: 10_000,
            users: 40_000_000,
            import_rows: 500_000,
            import_failures: 1_000,
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

/// Refuses `more` new users where the pool has as many as there may be. Users are many and their count is
/// spread over several rows, so that those who arrive at the same moment may pass together.
pub(crate) async fn check_users(cx: &Cx, pool: &Pool, more: i64) -> Result<()> {
    let most = cx.service.config.limits.users;
    let there = cx.service.store.user_count(&pool.id).await?;
    if there.saturating_add(more) > most {
        return Err(Error::too_many_users());
    }
    Ok(())
}
