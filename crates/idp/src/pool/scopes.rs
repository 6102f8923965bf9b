//! Custom scopes: those of resource servers, written `identifier/name`.

use std::collections::{HashMap, HashSet};

use cenote_model::ResourceServerType;

use super::Pool;
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Result};

/// The resource server with this identifier, if the pool has it.
pub(crate) async fn resource_server(
    cx: &Cx,
    pool: &Pool,
    identifier: &str,
) -> Result<Option<ResourceServerType>> {
    let stored = Stored::find(cx, Kind::ResourceServer, &pool.id, identifier).await?;
    Ok(stored.map(|stored| stored.value))
}

/// Those of the scopes that a resource server of the pool has at present. A scope whose resource server was
/// deleted stays listed in clients, but is dead.
pub(crate) async fn existing<'a>(
    cx: &Cx,
    pool: &Pool,
    scopes: impl IntoIterator<Item = &'a String>,
) -> Result<HashSet<&'a str>> {
    let mut servers = HashMap::new();
    let mut existing = HashSet::new();
    for scope in scopes {
        let Some((identifier, name)) = scope.rsplit_once('/') else {
            continue;
        };
        if !servers.contains_key(identifier) {
            let server = resource_server(cx, pool, identifier).await?;
            servers.insert(identifier, server);
        }
        let mut known = servers[identifier]
            .iter()
            .flat_map(|server| server.scopes.iter().flatten());
        if known.any(|known| known.scope_name == name) {
            existing.insert(scope.as_str());
        }
    }
    Ok(existing)
}
