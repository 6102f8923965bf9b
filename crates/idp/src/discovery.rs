//! The two public documents of a pool: its keys, and the OpenID Connect discovery document.

use serde_json::{Value, json};

use crate::{Error, Result, Service, token};

/// `/{pool id}/.well-known/jwks.json` (RFC 7517).
pub async fn jwks(service: &Service, pool_id: &str) -> Result<Value> {
    let keys = match service.pool(pool_id).await? {
        Some(_) => service.pool_keys(pool_id).await?,
        None => None,
    };
    Ok(keys
        .ok_or_else(|| Error::pool_not_found(pool_id))?
        .jwks()
        .clone())
}

/// `/{pool id}/.well-known/openid-configuration` (OpenID Connect Discovery 1.0). Members that a domain
/// gives (the OAuth endpoints) are missing while the pool has none.
pub async fn openid_configuration(service: &Service, pool_id: &str) -> Result<Value> {
    let pool = service
        .pool(pool_id)
        .await?
        .ok_or_else(|| Error::pool_not_found(pool_id))?;
    let issuer = token::issuer(service, &pool);
    Ok(json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "issuer": issuer,
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }))
}
