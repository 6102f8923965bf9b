//! GetDerivedToken: token exchange (RFC 8693).

use cenote_model::{
    ExplicitAuthFlowsType, GetDerivedTokenRequest, GetDerivedTokenResponse,
    IssuedTokenTypeIdentifierType, OAuthTokenTypeType, TokenTypeIdentifierType,
};

use crate::federation::exchange;
use crate::pool::{Client, Pool, scopes};
use crate::token::{self, Party, Presented, TokenUse, Wish};
use crate::{Cx, Error, Result};

/// Exchanges a user's token for one that is meant for another service.
pub(crate) async fn get_derived_token(
    cx: &Cx,
    input: &GetDerivedTokenRequest,
) -> Result<GetDerivedTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let secret = input.client_secret.as_deref();
    let is_vouched_for = secret.is_none() && cx.peer.is_signed;
    if !is_vouched_for && !super::is_the_client(cx, &client, secret)? {
        return Err(Error::client_secret_wrong());
    }
    client.check_flow(if input.actor_token.is_some() {
        ExplicitAuthFlowsType::AllowTokenExchangeDelegation
    } else {
        ExplicitAuthFlowsType::AllowTokenExchangeImpersonation
    })?;
    let audience = audience(cx, &pool, input).await?;
    let subject = presented(
        cx,
        &pool,
        Party::Subject,
        &input.subject_token,
        input.subject_token_type,
        input.subject_token_provider_name.as_deref(),
    )
    .await?;
    let actor = actor(cx, &pool, input).await?;
    // A token that a client got for itself is nobody's: there is no user to derive one for.
    let user = subject.user.as_ref().ok_or_else(Error::user_not_found)?;
    let granted = granted(&client, &subject, input.scopes.as_deref());
    let issued = input
        .requested_token_type
        .unwrap_or(IssuedTokenTypeIdentifierType::AccessToken);
    let is_access = issued == IssuedTokenTypeIdentifierType::AccessToken;
    let wish = Wish {
        token_use: if is_access {
            TokenUse::Access
        } else {
            TokenUse::Id
        },
        scopes: &granted,
        audience,
        actor: actor.as_ref(),
    };
    let derived = token::derive(cx, &pool, &client, user, &subject, &wish).await?;
    Ok(GetDerivedTokenResponse {
        issued_token: derived.token.into(),
        issued_token_type: issued,
        // RFC 8693, 2.2.1: what is no access token is not used as one.
        token_type: if is_access {
            OAuthTokenTypeType::Bearer
        } else {
            OAuthTokenTypeType::NA
        },
        expires_in: i32::try_from(derived.expires_in).ok(),
        scopes: is_access.then(|| granted.into_iter().map(str::to_owned).collect()),
    })
}

/// The one service that the token is for: an audience by its name, or a resource server of the pool.
async fn audience<'a>(
    cx: &Cx,
    pool: &Pool,
    input: &'a GetDerivedTokenRequest,
) -> Result<Option<&'a str>> {
    let first = |list: &'a Option<Vec<String>>| list.as_ref()?.first().map(String::as_str);
    match (first(&input.audiences), first(&input.resources)) {
        (Some(_), Some(_)) => Err(Error::audience_and_resource()),
        (None, Some(resource)) => {
            let server = scopes::resource_server(cx, pool, resource).await?;
            match server {
                Some(_) => Ok(Some(resource)),
                None => Err(Error::resource_server_not_found(resource)),
            }
        }
        (audience, None) => Ok(audience),
    }
}

/// The actor's token, whose type comes with it and only with it.
async fn actor(cx: &Cx, pool: &Pool, input: &GetDerivedTokenRequest) -> Result<Option<Presented>> {
    let provider = input.actor_token_provider_name.as_deref();
    match (&input.actor_token, input.actor_token_type) {
        (Some(token), Some(token_type)) => {
            let actor = presented(cx, pool, Party::Actor, token, token_type, provider).await?;
            Ok(Some(actor))
        }
        (Some(_), None) => Err(Error::missing_parameter("ActorTokenType")),
        (None, Some(_)) => Err(Error::actor_without_token("ActorTokenType")),
        (None, None) if provider.is_some() => {
            Err(Error::actor_without_token("ActorTokenProviderName"))
        }
        (None, None) => Ok(None),
    }
}

/// Checks a token that the caller presents: one of this pool, or of an identity provider that is named.
async fn presented(
    cx: &Cx,
    pool: &Pool,
    party: Party,
    token: &str,
    token_type: TokenTypeIdentifierType,
    provider: Option<&str>,
) -> Result<Presented> {
    if let Some(provider) = provider {
        return exchange::presented(cx, pool, party, provider, token, token_type).await;
    }
    let token_use = match token_type {
        TokenTypeIdentifierType::AccessToken => TokenUse::Access,
        TokenTypeIdentifierType::IdToken => TokenUse::Id,
        TokenTypeIdentifierType::Saml2 => return Err(Error::assertion_without_provider(party)),
    };
    token::check_presented(cx, pool, party, token_use, token).await
}

/// The scopes of the new token: what was requested, as far as the subject's token has it and the client may;
/// without a request, those of the subject's token.
fn granted<'a>(
    client: &Client,
    subject: &'a Presented,
    requested: Option<&[String]>,
) -> Vec<&'a str> {
    let mut scopes = subject.scopes();
    if let Some(requested) = requested.filter(|list| !list.is_empty()) {
        let allowed = client.shape.allowed_oauth_scopes.as_deref();
        let allowed = allowed.unwrap_or_default();
        let is_in = |list: &[String], scope: &str| list.iter().any(|one| one == scope);
        scopes.retain(|scope| is_in(requested, scope) && is_in(allowed, scope));
    }
    scopes
}
