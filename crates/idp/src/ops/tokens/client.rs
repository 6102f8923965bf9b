//! GetClientToken.

use std::collections::BTreeSet;

use cenote_model::{
    ClientAuthenticationResultType, ExplicitAuthFlowsType, GetClientTokenRequest,
    GetClientTokenResponse,
};

use crate::pool::{Client, Pool, scopes};
use crate::{Cx, Error, Result, token};

/// An access token for the client itself.
pub(crate) async fn get_client_token(
    cx: &Cx,
    input: &GetClientTokenRequest,
) -> Result<GetClientTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    if !client.secret_matches(cx, &input.secret)? {
        return Err(Error::machine_secret_wrong());
    }
    client.check_flow(ExplicitAuthFlowsType::AllowClientTokenAuth)?;
    let requested = input.scopes.as_deref().unwrap_or_default();
    let granted = granted(cx, &pool, &client, requested).await?;
    let metadata = input.client_metadata.as_ref();
    let access = token::of_client(cx, &pool, &client, &granted, metadata).await?;
    Ok(GetClientTokenResponse {
        client_authentication_result: Some(ClientAuthenticationResultType {
            access_token: Some(access.into()),
            expires_in: i32::try_from(client.access_token_seconds()).ok(),
            token_type: Some("Bearer".to_owned()),
        }),
    })
}

/// The custom scopes that a client gets for itself: the requested ones, every one of which must be the
/// client's and exist, or all that it has.
async fn granted<'a>(
    cx: &Cx,
    pool: &Pool,
    client: &'a Client,
    requested: &'a [String],
) -> Result<Vec<&'a str>> {
    let allowed = client.shape.allowed_oauth_scopes.as_deref();
    let allowed = allowed.unwrap_or_default();
    if requested.is_empty() {
        let existing = scopes::existing(cx, pool, allowed).await?;
        let scopes = allowed.iter().map(String::as_str);
        return Ok(scopes.filter(|scope| existing.contains(scope)).collect());
    }
    let existing = scopes::existing(cx, pool, requested).await?;
    let is_unfit = |scope: &&String| !allowed.contains(scope) || !existing.contains(scope.as_str());
    if let Some(unfit) = requested.iter().find(is_unfit) {
        return Err(Error::machine_scope_invalid(unfit));
    }
    let mut seen = BTreeSet::new();
    let scopes = requested.iter().map(String::as_str);
    Ok(scopes.filter(|scope| seen.insert(*scope)).collect())
}
