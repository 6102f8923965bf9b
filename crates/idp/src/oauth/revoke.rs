//! The revocation endpoint (RFC 7009): it ends a refresh token, and every token of its family.

use cenote_model::Operation;

use super::{Domain, OAuthCode, Params, Refusal, Result, client};
use crate::token::{self, RefreshToken};
use crate::{Cx, rpc};

/// Revokes a token. What is no token of this client is as good as revoked.
pub async fn revoke(
    cx: &Cx,
    domain: &Domain,
    authorization: Option<&str>,
    params: &Params,
) -> Result<()> {
    params.check_once()?;
    let cx = &*rpc::counted(cx, Operation::RevokeToken, b"").await?;
    let presented = params.required("token")?;
    let client = client::authenticate(cx, domain, authorization, params).await?;
    if !client.revokes_tokens() {
        return Err(Refusal::revocation_off());
    }
    match RefreshToken::open(cx, presented) {
        Some(token) if token.client == client.id => {
            Ok(token::revoke(cx, &domain.pool, &token, None).await?)
        }
        None if token::is_signed(presented) => Err(Refusal::bare(OAuthCode::UnsupportedTokenType)),
        _ => Ok(()),
    }
}
