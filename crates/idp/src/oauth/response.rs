//! The authorization response: the address that a browser is sent to when somebody has signed in.

use cenote_model::Operation;

use super::authorization::{ResponseType, with_query};
use super::params::encode;
use super::{Authorization, code};
use crate::auth::SignedIn;
use crate::pool::Pool;
use crate::token::{self, Grant, SignIn};
use crate::trigger::TokenSource;
use crate::{Cx, Result, rpc};

impl Authorization {
    /// What the application is granted.
    pub(super) fn grant(&self) -> Grant {
        Grant {
            scopes: self.scopes.clone(),
            resource: self.resource.clone(),
            nonce: self.nonce.clone(),
        }
    }
}

/// The issuer that comes with an authorization response (RFC 9207), unless the configuration leaves it out.
pub(super) fn issuer(cx: &Cx, pool: &Pool) -> Option<String> {
    let is_on = !cx.service.config.oauth.omits_response_issuer;
    is_on.then(|| token::issuer(&cx.service, pool))
}

/// Answers a request for somebody who has signed in: with a code, or with the tokens themselves in the
/// fragment. The issuer comes with it (RFC 9207).
pub async fn complete(
    cx: &Cx,
    authorization: &Authorization,
    signed_in: &SignedIn,
) -> Result<String> {
    let issuer = issuer(cx, &authorization.pool).map(|issuer| ("iss", issuer));
    let state = authorization.state.clone().map(|state| ("state", state));
    let common = state.into_iter().chain(issuer);
    let is_code = authorization.response_type == ResponseType::Code;
    let mut params = if is_code {
        vec![("code", code::issue(cx, authorization, signed_in).await?)]
    } else {
        tokens(cx, authorization, signed_in).await?
    };
    params.extend(common);
    let text = encode(params.iter().map(|(name, value)| (*name, value.as_str())));
    let address = &authorization.redirect_uri;
    Ok(if is_code {
        with_query(address, &text)
    } else {
        format!("{address}#{text}")
    })
}

/// Answers a request for somebody who has signed in before, and was asked nothing now. Nothing has counted this
/// step yet.
pub async fn complete_silently(
    cx: &Cx,
    authorization: &Authorization,
    signed_in: &SignedIn,
) -> Result<String> {
    let cx = &*rpc::counted(cx, Operation::InitiateAuth, b"").await?;
    complete(cx, authorization, signed_in).await
}

/// The tokens of the implicit flow: never a refresh token.
async fn tokens(
    cx: &Cx,
    authorization: &Authorization,
    signed_in: &SignedIn,
) -> Result<Vec<(&'static str, String)>> {
    let Authorization { pool, client, .. } = authorization;
    let sign_in = SignIn {
        origin_jti: cx.uuid().to_string(),
        auth_time: signed_in.auth_time,
        proofs: signed_in.proofs.clone(),
        device_key: signed_in.device_key.clone(),
        grant: Some(authorization.grant()),
        sso: None,
    };
    let asked = (TokenSource::HostedAuth, None);
    let result = token::issue(cx, pool, client, &signed_in.user, &sign_in, asked).await?;
    let mut tokens = Vec::with_capacity(4);
    if let Some(token) = &result.id_token {
        tokens.push(("id_token", token.to_string()));
    }
    if let Some(token) = &result.access_token {
        tokens.push(("access_token", token.to_string()));
    }
    tokens.push(("expires_in", client.access_token_seconds().to_string()));
    tokens.push(("token_type", "Bearer".to_owned()));
    Ok(tokens)
}
