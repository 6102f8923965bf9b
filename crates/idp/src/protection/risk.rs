//! Risk configurations: one for a pool, and one for each client that has its own.

use cenote_model::RiskConfigurationType;

use crate::pool::Pool;
use crate::ports::{Expect, Kind, Write};
use crate::{Cx, Error, Result};

/// The key of the pool's own configuration; no client id has this form.
const POOL_KEY: &str = "ALL";

fn key(client_id: Option<&str>) -> &str {
    client_id.unwrap_or(POOL_KEY)
}

/// What was set for exactly this client, or for the pool.
pub(crate) async fn stored(
    cx: &Cx,
    pool: &Pool,
    client_id: Option<&str>,
) -> Result<Option<RiskConfigurationType>> {
    let key = key(client_id);
    let store = &cx.service.store;
    let Some(record) = store.record(Kind::RiskConfiguration, &pool.id, key).await? else {
        return Ok(None);
    };
    serde_json::from_str(&record.doc)
        .map(Some)
        .map_err(|error| Error::internal(format!("risk configuration {}/{key}: {error}", pool.id)))
}

/// What counts for a client: its own configuration, or else the pool's, or else nothing.
pub(crate) async fn of_client(
    cx: &Cx,
    pool: &Pool,
    client_id: &str,
) -> Result<RiskConfigurationType> {
    if let Some(own) = stored(cx, pool, Some(client_id)).await? {
        return Ok(own);
    }
    Ok(stored(cx, pool, None).await?.unwrap_or_default())
}

/// The write that stores a configuration under its own ids.
pub(crate) fn put(pool: &Pool, configuration: &RiskConfigurationType) -> Result<Write> {
    Ok(Write::Put {
        kind: Kind::RiskConfiguration,
        pool: pool.id.clone(),
        key: key(configuration.client_id.as_deref()).to_owned(),
        doc: serde_json::to_string(configuration)
            .map_err(|error| Error::internal(error.to_string()))?,
        expires_at: None,
        expect: Expect::Any,
    })
}

/// The write that goes back to the defaults: the pool's for a client, nothing for the pool.
pub(crate) fn reset(pool: &Pool, client_id: Option<&str>) -> Write {
    Write::Delete {
        kind: Kind::RiskConfiguration,
        pool: pool.id.clone(),
        key: key(client_id).to_owned(),
        expect: Expect::Any,
    }
}
