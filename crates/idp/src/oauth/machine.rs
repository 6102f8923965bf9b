//! The grant `client_credentials` (RFC 6749, 4.4): a token for the client itself.

use cenote_model::{ExplicitAuthFlowsType, OAuthFlowType};
use serde_json::{Map, Value, json};

use super::authorization::{is_scope_text, words};
use super::{OAuthCode, Params, Refusal, Result};
use crate::pool::scopes::{Unfit, for_machine};
use crate::pool::{Client, Pool};
use crate::trigger::Metadata;
use crate::{Cx, token};

pub(super) async fn grant(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    params: &Params,
) -> Result<Map<String, Value>> {
    let flows = client.shape.allowed_oauth_flows.as_deref();
    let is_on = client.shape.allowed_oauth_flows_user_pool_client == Some(true)
        && flows
            .unwrap_or_default()
            .contains(&OAuthFlowType::ClientCredentials);
    if !is_on
        && client
            .check_flow(ExplicitAuthFlowsType::AllowClientTokenAuth)
            .is_err()
    {
        return Err(Refusal::flow_off());
    }
    let asked = params.get("scope");
    if !is_scope_text(asked.unwrap_or_default()) {
        return Err(Refusal::scope_malformed());
    }
    let asked = words(asked);
    let scopes = for_machine(cx, pool, client, &asked).await?;
    let scopes = scopes.map_err(|unfit| match unfit {
        Unfit::Unknown(scope) => Refusal::scope(scope),
        // The service says so of a scope that exists, but is not the client's.
        Unfit::NotAllowed(_) => Refusal::bare(OAuthCode::InvalidGrant),
    })?;
    let metadata = metadata(params.get("aws_client_metadata"))?;
    let access = token::of_client(cx, pool, client, &scopes, metadata.as_ref()).await?;
    let mut answer = Map::new();
    answer.insert("access_token".into(), access.into());
    answer.insert("expires_in".into(), json!(client.access_token_seconds()));
    answer.insert("token_type".into(), "Bearer".into());
    Ok(answer)
}

/// What the trigger is told: a JSON object of texts.
fn metadata(text: Option<&str>) -> Result<Option<Metadata>> {
    let read = text.map(serde_json::from_str).transpose();
    read.map_err(|_| Refusal::malformed("aws_client_metadata"))
}
