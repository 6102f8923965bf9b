//! The user info endpoint (OpenID Connect Core 1.0, 5.3): who the user of an access token is.

use cenote_model::Operation;
use serde_json::{Map, Value};

use super::{Domain, OAuthCode, Refusal, Result};
use crate::token::{self, shows};
use crate::user::attributes;
use crate::{Cx, Error, rpc};

/// Answers whoever bears an access token with the scope `openid`. `None` is a request without one.
pub async fn user_info(
    cx: &Cx,
    domain: &Domain,
    token: Option<&str>,
) -> Result<Map<String, Value>> {
    let token = token.ok_or_else(Refusal::user_info_request)?;
    let cx = &*rpc::counted(cx, Operation::GetUser, b"").await?;
    let (caller, scopes) = token::authenticate_for(cx, token, "openid")
        .await
        .map_err(refused)?;
    if caller.pool.id != domain.pool.id {
        return Err(Refusal::user_info_token());
    }
    cx.service.rates.check_client(&caller.client.id)?;
    let mut members = Map::new();
    members.insert("sub".into(), caller.user.sub.as_str().into());
    members.insert("username".into(), caller.user.username.as_str().into());
    let scopes: Vec<&str> = scopes.split(' ').collect();
    for (name, value) in &caller.user.attributes {
        let is_shown = shows(scopes.iter().copied(), name);
        if is_shown && attributes::may_read(&caller.client, name) {
            // The service answers texts; OpenID Connect Core 1.0, 5.1, has the types of ID tokens.
            let shown = if cx.service.config.oauth.typed_user_info {
                token::attribute_claim(name, value)
            } else {
                value.as_str().into()
            };
            members.insert(name.clone(), shown);
        }
    }
    Ok(members)
}

/// Whatever is wrong with the token is told alike; our own failures are not its fault.
fn refused(error: Error) -> Refusal {
    let refusal = Refusal::from(error);
    match refusal.code {
        OAuthCode::ServerError | OAuthCode::TemporarilyUnavailable => refusal,
        _ => Refusal::user_info_token(),
    }
}
