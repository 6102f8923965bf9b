//! GetClientToken.

use cenote_model::{
    ClientAuthenticationResultType, ExplicitAuthFlowsType, GetClientTokenRequest,
    GetClientTokenResponse,
};

use crate::pool::scopes::{Unfit, for_machine};
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
    let granted = for_machine(cx, &pool, &client, requested).await?;
    let granted = granted.map_err(|unfit| match unfit {
        Unfit::Unknown(scope) | Unfit::NotAllowed(scope) => Error::machine_scope_invalid(scope),
    })?;
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
