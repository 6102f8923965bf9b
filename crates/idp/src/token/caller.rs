//! Who calls with an access token.

use std::sync::Arc;

use cenote_model::UserStatusType;
use serde::Deserialize;

use super::{ADMIN_SCOPE, acr, issue, jwt};
use crate::auth::Proof;
use crate::pool::{Client, Pool};
use crate::user::User;
use crate::{Cx, Error, Result, replica};

/// A user who proved who they are with a live access token.
pub(crate) struct Caller {
    /// The pool that issued the token.
    pub(crate) pool: Arc<Pool>,
    /// The client that it was issued to.
    pub(crate) client: Arc<Client>,
    /// The user, freshly read.
    pub(crate) user: User,
    /// The device that the token was issued to, where the pool tracked them.
    pub(crate) device_key: Option<String>,
    /// The family of the token, when it names one.
    pub(crate) origin_jti: Option<String>,
    /// When its user signed in, in seconds since the epoch.
    pub(crate) auth_time: i64,
    /// What its user proved then.
    pub(crate) proofs: Vec<Proof>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iss: String,
    exp: i64,
    token_use: String,
    client_id: Option<String>,
    scope: Option<String>,
    origin_jti: Option<String>,
    event_id: Option<String>,
    device_key: Option<String>,
    #[serde(default)]
    auth_time: i64,
    #[serde(default)]
    amr: Vec<String>,
}

/// Checks an access token that calls the API.
pub(crate) async fn authenticate(cx: &Cx, token: &str) -> Result<Caller> {
    let (caller, _) = authenticate_for(cx, token, ADMIN_SCOPE).await?;
    Ok(caller)
}

/// Checks an access token: form, signature, expiry, scope, revocation, and that pool, client and user are
/// still there and the user may act. All its scopes come with the answer.
pub(crate) async fn authenticate_for(
    cx: &Cx,
    token: &str,
    scope: &str,
) -> Result<(Caller, String)> {
    let token = jwt::parse(token).ok_or_else(Error::access_token_invalid)?;
    let claims: Claims =
        serde_json::from_slice(&token.payload).map_err(|_| Error::access_token_invalid())?;
    let pool_id = claims.iss.rsplit_once('/').map_or("", |(_, pool)| pool);
    let (Some(pool), Some(keys)) = (
        cx.service.pool(pool_id).await?,
        cx.service.pool_keys(pool_id).await?,
    ) else {
        return Err(Error::access_token_invalid());
    };
    let key = keys
        .verifying(&token.kid)
        .ok_or_else(Error::access_token_signature)?;
    // 13 microseconds: less than handing it to another thread would cost.
    if !token.is_signed_by(key) {
        return Err(Error::access_token_signature());
    }
    let (Some(client_id), "access") = (claims.client_id, claims.token_use.as_str()) else {
        return Err(Error::access_token_invalid());
    };
    if claims.exp * 1000 <= cx.now() {
        return Err(Error::access_token_expired());
    }
    let scopes = claims.scope.unwrap_or_default();
    if !scopes.split(' ').any(|one| one == scope) {
        return Err(Error::access_token_scope());
    }
    let client = cx
        .service
        .client(&client_id)
        .await?
        .filter(|client| client.pool_id == pool.id);
    let client = client.ok_or_else(Error::access_token_revoked)?;
    if !replica::is_there(cx, &pool).await? {
        return Err(Error::access_token_invalid());
    }
    if let Some(origin_jti) = &claims.origin_jti
        && cx.service.is_revoked(&pool.id, origin_jti).await?
    {
        return Err(Error::access_token_revoked());
    }
    cx.count_user(&claims.sub)?;
    let row = cx.service.store.user(&pool.id, &claims.sub).await?;
    let user = User::from_row(row.ok_or_else(Error::user_not_found)?)?;
    let generation = claims.event_id.as_deref().and_then(issue::generation_of);
    if !user.enabled || generation != Some(user.generation) {
        return Err(Error::access_token_revoked());
    }
    match user.status {
        UserStatusType::Unconfirmed => Err(Error::user_not_confirmed()),
        UserStatusType::ResetRequired => Err(Error::password_reset_required()),
        _ => {
            let caller = Caller {
                pool,
                client,
                user,
                device_key: claims.device_key,
                origin_jti: claims.origin_jti,
                auth_time: claims.auth_time,
                proofs: acr::proofs(claims.amr.iter().map(String::as_str)),
            };
            Ok((caller, scopes))
        }
    }
}
