//! Tokens of a pool that are presented to be exchanged for others.

use cenote_model::UserStatusType;
use serde_json::{Map, Value};

use super::sign::TokenUse;
use super::{issue, jwt};
use crate::pool::Pool;
use crate::user::User;
use crate::{Cx, Error, Result};

/// As what a token is presented (RFC 8693, 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// On whose behalf the new token is.
    Subject,
    /// Who will act.
    Actor,
}

impl Party {
    /// What refusals call it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "Subject",
            Self::Actor => "Actor",
        }
    }
}

/// A token that is good, and whose it is.
pub(crate) struct Presented {
    claims: Map<String, Value>,
    /// The user; `None` when a client got the token for itself.
    pub(crate) user: Option<User>,
}

impl Presented {
    /// What an identity provider's token comes to here.
    pub(crate) fn of_provider(claims: Map<String, Value>, user: User) -> Self {
        Self {
            claims,
            user: Some(user),
        }
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    pub(crate) fn number(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }

    pub(crate) fn value(&self, claim: &str) -> Option<&Value> {
        self.claims.get(claim)
    }

    /// The scopes; an ID token has none.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        let scope = self.text("scope").unwrap_or_default();
        scope.split(' ').filter(|one| !one.is_empty()).collect()
    }

    /// The client that the token was issued to: an ID token for another audience names it in `azp`.
    fn client(&self) -> Option<&str> {
        let names = ["client_id", "azp", "aud"];
        names.into_iter().find_map(|name| self.text(name))
    }
}

/// Checks a token of this pool: form, signature, use, expiry, revocation, and that its client and its user
/// are still there and the user may act.
pub(crate) async fn check(
    cx: &Cx,
    pool: &Pool,
    party: Party,
    token_use: TokenUse,
    token: &str,
) -> Result<Presented> {
    let invalid = || Error::presented_token_invalid(party);
    let token = jwt::parse(token).ok_or_else(invalid)?;
    let keys = cx.service.pool_keys(&pool.id).await?.ok_or_else(invalid)?;
    let key = keys.verifying(&token.kid).ok_or_else(invalid)?;
    if !token.is_signed_by(key) {
        return Err(invalid());
    }
    let claims = serde_json::from_slice(&token.payload).map_err(|_| invalid())?;
    let mut presented = Presented { claims, user: None };
    let issuer = presented.text("iss").and_then(|iss| iss.rsplit_once('/'));
    if issuer.is_none_or(|(_, id)| id != pool.id)
        || presented.text("token_use") != Some(token_use.as_str())
    {
        return Err(invalid());
    }
    if presented.number("exp").unwrap_or_default() * 1000 <= cx.now() {
        return Err(Error::presented_token_expired(party));
    }
    let revoked = || Error::presented_token_revoked(party);
    if let Some(origin_jti) = presented.text("origin_jti")
        && cx.service.is_revoked(&pool.id, origin_jti).await?
    {
        return Err(revoked());
    }
    let client_id = presented.client().ok_or_else(invalid)?;
    let client = cx.service.client(client_id).await?;
    if client.is_none_or(|client| client.pool_id != pool.id) {
        return Err(revoked());
    }
    let sub = presented.text("sub").ok_or_else(invalid)?;
    if sub == client_id {
        return Ok(presented);
    }
    let row = cx.service.store.user(&pool.id, sub).await?;
    let user = User::from_row(row.ok_or_else(Error::user_not_found)?)?;
    let generation = presented.text("event_id").and_then(issue::generation_of);
    if !user.enabled || generation != Some(user.generation) {
        return Err(revoked());
    }
    if user.status == UserStatusType::ResetRequired {
        return Err(Error::password_reset_required());
    }
    presented.user = Some(user);
    Ok(presented)
}

/// Whom an ID token that the pool once issued is about.
pub(crate) struct Hint {
    pub(crate) sub: String,
    /// The client that it was issued to.
    pub(crate) client: String,
}

/// Reads an ID token that the pool once issued, expired or not; `None` for anything else.
pub(crate) async fn hint(cx: &Cx, pool: &Pool, token: &str) -> Result<Option<Hint>> {
    let Some(token) = jwt::parse(token) else {
        return Ok(None);
    };
    let keys = cx.service.pool_keys(&pool.id).await?;
    let key = keys.as_ref().and_then(|keys| keys.verifying(&token.kid));
    if !key.is_some_and(|key| token.is_signed_by(key)) {
        return Ok(None);
    }
    let claims = serde_json::from_slice(&token.payload).unwrap_or_default();
    let presented = Presented { claims, user: None };
    let is_id = presented.text("token_use") == Some(TokenUse::Id.as_str());
    let (sub, client) = (presented.text("sub"), presented.client());
    Ok(sub.zip(client).filter(|_| is_id).map(|(sub, client)| Hint {
        sub: sub.to_owned(),
        client: client.to_owned(),
    }))
}
