//! Custom scopes: those of resource servers, written `identifier/name`.

use std::collections::{BTreeSet, HashMap, HashSet};

use cenote_model::{ResourceServerType, StatusType};

use super::{Client, Pool};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Result};

/// The system's scope that lets a token register clients. No resource server stands behind it.
pub(crate) const REGISTRATION: &str = "aws.cognito/dcr/register";

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

/// Why a client does not get a scope for itself.
pub(crate) enum Unfit<'a> {
    /// It does not exist, or is not custom.
    Unknown(&'a str),
    /// It is not the client's.
    NotAllowed(&'a str),
}

/// The custom scopes that a client gets for itself: the requested ones, every one of which must be the
/// client's and exist, or all that it has.
pub(crate) async fn for_machine<'a>(
    cx: &Cx,
    pool: &Pool,
    client: &'a Client,
    requested: &'a [String],
) -> Result<std::result::Result<Vec<&'a str>, Unfit<'a>>> {
    let allowed = client.shape.allowed_oauth_scopes.as_deref();
    let allowed = allowed.unwrap_or_default();
    let asked = if requested.is_empty() {
        allowed
    } else {
        requested
    };
    let mut existing = existing(cx, pool, asked).await?;
    if registers_clients(pool) {
        existing.insert(REGISTRATION);
    }
    if let Some(unknown) = requested.iter().find(|it| !existing.contains(it.as_str())) {
        return Ok(Err(Unfit::Unknown(unknown)));
    }
    if let Some(other) = requested.iter().find(|it| !allowed.contains(it)) {
        return Ok(Err(Unfit::NotAllowed(other)));
    }
    let mut seen = BTreeSet::new();
    let scopes = asked.iter().map(String::as_str);
    Ok(Ok(scopes
        .filter(|scope| existing.contains(scope) && seen.insert(*scope))
        .collect()))
}

/// Whether applications can register themselves.
pub(crate) fn registers_clients(pool: &Pool) -> bool {
    let registration = pool.shape.dcr_configuration.as_ref();
    registration.is_some_and(|it| it.enable_status == Some(StatusType::Enabled))
}
