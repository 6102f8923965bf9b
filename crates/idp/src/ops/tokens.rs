//! Tokens for tokens and for clients, and their end.

mod client;
mod derived;

use cenote_model::{
    GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse, GlobalSignOutRequest,
    GlobalSignOutResponse, RevokeTokenRequest, RevokeTokenResponse,
};

pub(crate) use client::get_client_token;
pub(crate) use derived::get_derived_token;

use crate::pool::Client;
use crate::ports::Change;
use crate::token::{self, Caller, RefreshToken};
use crate::trigger::TokenSource;
use crate::user::{self, devices};
use crate::{Cx, Error, Result};

/// New tokens for a refresh token; a new refresh token too where rotation is on.
pub(crate) async fn get_tokens_from_refresh_token(
    cx: &Cx,
    input: &GetTokensFromRefreshTokenRequest,
) -> Result<GetTokensFromRefreshTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    if !is_the_client(cx, &client, input.client_secret.as_deref())? {
        return Err(Error::client_secret_wrong());
    }
    let redeemed = token::redeem(cx, &pool, &client, &input.refresh_token).await?;
    let device_key = input.device_key.as_deref();
    devices::check_refresh(cx, &pool, &redeemed.token, device_key).await?;
    let mut change = Change::new();
    let next = match client.rotation_grace_ms(cx) {
        Some(grace_ms) => Some(
            redeemed
                .token
                .rotate(cx, grace_ms, &mut change)
                .await?
                .seal(cx)?,
        ),
        None => None,
    };
    let asked = (TokenSource::RefreshTokens, input.client_metadata.as_ref());
    let mut result = token::refresh(cx, &pool, &client, &redeemed, asked, change).await?;
    result.refresh_token = next.map(Into::into);
    Ok(GetTokensFromRefreshTokenResponse {
        authentication_result: Some(result),
    })
}

/// Ends the family of a refresh token: its access tokens no longer call the API.
pub(crate) async fn revoke_token(
    cx: &Cx,
    input: &RevokeTokenRequest,
) -> Result<RevokeTokenResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    if !is_the_client(cx, &client, input.client_secret.as_deref())? {
        return Err(Error::revocation_secret_wrong());
    }
    if !client.revokes_tokens() {
        return Err(Error::revocation_off());
    }
    match RefreshToken::open(cx, &input.token) {
        Some(token) if token.client != client.id => Err(Error::revocation_of_other_client()),
        Some(token) => {
            token::revoke(cx, &pool, &token, input.revoke_associated_sessions).await?;
            Ok(RevokeTokenResponse::default())
        }
        None if input.token.split('.').count() == 3 => Err(Error::revocation_of_other_type()),
        // RFC 7009, 2.2: an unknown token is as good as revoked.
        None => Ok(RevokeTokenResponse::default()),
    }
}

/// Whether the caller is the client: one with a secret shows it, one without sends none.
fn is_the_client(cx: &Cx, client: &Client, secret: Option<&str>) -> Result<bool> {
    match secret {
        Some(secret) => client.secret_matches(cx, secret),
        None => Ok(!client.is_confidential()),
    }
}

/// Ends every token of the user.
pub(crate) async fn global_sign_out(
    cx: &Cx,
    caller: &Caller,
    _input: &GlobalSignOutRequest,
) -> Result<GlobalSignOutResponse> {
    user::sign_out(cx, &caller.pool, &caller.user).await?;
    Ok(GlobalSignOutResponse::default())
}
