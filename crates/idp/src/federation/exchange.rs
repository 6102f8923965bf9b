//! Tokens of identity providers that are exchanged for the pool's own (RFC 8693).

use cenote_model::{IdentityProviderTypeType as Type, TokenTypeIdentifierType, UserStatusType};
use serde_json::{Map, Value};

use super::provider::Provider;
use super::said::{self, Said};
use super::{linked, mapping, oidc};
use crate::pool::Pool;
use crate::ports::Kind;
use crate::stored::Stored;
use crate::token::{Party, Presented};
use crate::{Cx, Error, Result};

/// Checks a token that a provider issued, and finds the user here of whom it speaks: somebody who has signed
/// in through the provider, or is linked.
pub(crate) async fn presented(
    cx: &Cx,
    pool: &Pool,
    party: Party,
    name: &str,
    token: &str,
    token_type: TokenTypeIdentifierType,
) -> Result<Presented> {
    let provider = Stored::<Provider>::find(cx, Kind::Provider, &pool.id, name).await?;
    let provider = provider.ok_or_else(|| Error::no_such_provider(name, &pool.id))?;
    let is_access = match (provider.value.kind, token_type) {
        (Type::Saml, TokenTypeIdentifierType::Saml2) => {
            return Err(Error::assertion_not_exchanged(party));
        }
        (kind, TokenTypeIdentifierType::IdToken) if oidc::has_id_tokens(kind) => false,
        (Type::Oidc, TokenTypeIdentifierType::AccessToken) => true,
        _ => return Err(Error::presented_token_invalid(party)),
    };
    let told = oidc::check_token(cx, pool, &provider, token, is_access).await;
    let claims = told.map_err(|error| {
        if error == Error::bad_id_token("expiry") {
            Error::presented_token_expired(party)
        } else {
            Error {
                detail: error.message,
                ..Error::presented_token_invalid(party)
            }
        }
    })?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let invalid = || Error::presented_token_invalid(party);
    let said = Said {
        subject: text("sub")
            .filter(|sub| !sub.is_empty())
            .ok_or_else(invalid)?,
        attributes: said::texts(&claims),
        shown: Value::Null,
        acr: text("acr"),
        access_token: None,
        id_token: None,
        provider,
        session: None,
    };
    let mapped = mapping::mapped(&said.provider.value, &said, &said.attributes);
    let found = linked::recognise(cx, pool, &said, &mapped).await?;
    let user = found.ok_or_else(Error::user_not_found)?.user;
    cx.count_user(&user.sub)?;
    if !user.enabled || user.status == UserStatusType::ResetRequired {
        return Err(Error::presented_token_revoked(party));
    }
    // Of what a stranger claims only this is for tokens of ours.
    let mut kept = Map::new();
    for name in ["exp", "auth_time", "scope"] {
        if let Some(value) = claims.get(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    let level = said.provider.value.level_of(said.acr.as_deref());
    kept.insert("sub".to_owned(), user.sub.as_str().into());
    kept.insert("acr".to_owned(), level.name(pool).into());
    kept.insert("amr".to_owned(), vec!["fed"].into());
    Ok(Presented::of_provider(kept, user))
}
