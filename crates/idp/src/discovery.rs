//! The two public documents of a pool: its keys, and the OpenID Connect discovery document.

use serde_json::{Value, json};

use crate::pool::{domain, schema, scopes};
use crate::{Error, Result, Service, token};

/// `/{pool id}/.well-known/jwks.json` (RFC 7517).
pub async fn jwks(service: &Service, pool_id: &str) -> Result<Value> {
    service.rates.check_keys()?;
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
    let mut document = json!({
        "claims_supported": claims(),
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "issuer": issuer,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    if !service.config.oauth.omits_response_issuer {
        document["authorization_response_iss_parameter_supported"] = true.into();
    }
    if let Some(base) = domain::base_url(&service.config, &pool) {
        for (name, path) in ENDPOINTS {
            document[name] = format!("{base}{path}").into();
        }
        if scopes::registers_clients(&pool) {
            document["registration_endpoint"] = format!("{base}/oauth2/register").into();
        }
    }
    Ok(document)
}

/// The claims of ID tokens beside the attributes that every pool has.
const CLAIMS: [&str; 9] = [
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
];

/// The claims of ID tokens that OpenID Connect knows; a pool's own attributes are not told.
fn claims() -> Vec<&'static str> {
    let attributes = schema::STANDARD.into_iter();
    let known = attributes.filter(|name| *name != "identities");
    CLAIMS.into_iter().chain(known).collect()
}

/// The members that a domain gives, and where it answers.
const ENDPOINTS: [(&str, &str); 5] = [
    ("authorization_endpoint", "/oauth2/authorize"),
    ("end_session_endpoint", "/logout"),
    ("revocation_endpoint", "/oauth2/revoke"),
    ("token_endpoint", "/oauth2/token"),
    ("userinfo_endpoint", "/oauth2/userInfo"),
];
