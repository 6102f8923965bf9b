//! Signing a single token.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::jwt;
use crate::pool::Pool;
use crate::{Cx, Error, Result};

/// What a token is for: it names the key that signs it, and is told in `token_use`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// Tells an application who its user is.
    Id,
    /// Opens a service.
    Access,
}

impl TokenUse {
    /// The value of `token_use`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// Signs a token on the CPU threads.
pub(super) async fn sign(
    cx: &Cx,
    pool: &Pool,
    token_use: TokenUse,
    claims: Map<String, Value>,
) -> Result<String> {
    let keys = cx.service.pool_keys(&pool.id).await?;
    let keys =
        keys.ok_or_else(|| Error::internal(format!("pool {} has no signing keys", pool.id)))?;
    let key = Arc::clone(match token_use {
        TokenUse::Id => &keys.id,
        TokenUse::Access => &keys.access,
    });
    cx.cpu(move || jwt::sign(&key, &claims))
        .await?
        .map_err(|error| Error::internal(error.to_string()))
}
