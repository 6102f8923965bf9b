//! The token endpoint (RFC 6749, 3.2): which grant takes which request.

use cenote_model::{AuthenticationResultType, ExplicitAuthFlowsType, OAuthFlowType, Operation};
use serde_json::{Map, Value};

use super::{Domain, OAuthCode, Params, Refusal, Result, client, code, exchange, machine};
use crate::pool::{Client, Pool};
use crate::ports::Change;
use crate::trigger::TokenSource;
use crate::user::devices;
use crate::{Cx, rpc, token as tokens};

/// What a client presents for its tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GrantType {
    Code,
    RefreshToken,
    ClientCredentials,
    TokenExchange,
}

impl GrantType {
    fn read(params: &Params) -> Result<Self> {
        match params.required("grant_type")? {
            "authorization_code" => Ok(Self::Code),
            "refresh_token" => Ok(Self::RefreshToken),
            "client_credentials" => Ok(Self::ClientCredentials),
            "urn:ietf:params:oauth:grant-type:token-exchange" => Ok(Self::TokenExchange),
            _ => Err(Refusal::bare(OAuthCode::UnsupportedGrantType)),
        }
    }

    /// The operation whose rate it shares.
    const fn like(self) -> Operation {
        match self {
            Self::Code => Operation::RespondToAuthChallenge,
            Self::RefreshToken => Operation::GetTokensFromRefreshToken,
            Self::ClientCredentials => Operation::GetClientToken,
            Self::TokenExchange => Operation::GetDerivedToken,
        }
    }
}

/// Answers a request for tokens. `authorization` is the header of this name.
pub async fn token(
    cx: &Cx,
    domain: &Domain,
    authorization: Option<&str>,
    params: &Params,
) -> Result<Map<String, Value>> {
    params.check_once()?;
    let grant_type = GrantType::read(params)?;
    let cx = &*rpc::counted(cx, grant_type.like(), b"").await?;
    let client = client::authenticate(cx, domain, authorization, params).await?;
    let pool = &domain.pool;
    let mut run = 1;
    loop {
        let answer = match grant_type {
            GrantType::Code => from_code(cx, pool, &client, params).await,
            GrantType::RefreshToken => refreshed(cx, pool, &client, params).await,
            GrantType::ClientCredentials => machine::grant(cx, pool, &client, params).await,
            GrantType::TokenExchange => exchange::grant(cx, &client, params).await,
        };
        match answer {
            Err(refusal) if refusal.retry && run < rpc::RUNS => run += 1,
            answer => return answer,
        }
    }
}

async fn from_code(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    params: &Params,
) -> Result<Map<String, Value>> {
    let flows = client.shape.allowed_oauth_flows.as_deref();
    let is_on = client.shape.allowed_oauth_flows_user_pool_client == Some(true)
        && flows.unwrap_or_default().contains(&OAuthFlowType::Code);
    if !is_on {
        return Err(Refusal::flow_off());
    }
    let result = code::redeem(cx, pool, client, params).await?;
    Ok(answer(client, result))
}

/// New tokens for a refresh token. A scope that is named must be among the granted ones, and narrows the
/// new tokens alone.
async fn refreshed(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    params: &Params,
) -> Result<Map<String, Value>> {
    let grace_ms = client.rotation_grace_ms();
    let is_off = client
        .check_flow(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .is_err();
    // Rotation and the flow exclude each other.
    if grace_ms.is_none() && is_off {
        return Err(Refusal::flow_off());
    }
    let presented = params.required("refresh_token")?;
    let mut redeemed = tokens::redeem(cx, pool, client, presented).await?;
    if redeemed.token.grant.is_none() {
        // A browser has no device key to show, so that devices matter to sign-ins through the API alone.
        devices::check_refresh(cx, pool, &redeemed.token, None).await?;
    }
    let mut change = Change::new();
    let next = match grace_ms {
        Some(grace_ms) => {
            let next = redeemed.token.rotate(cx, grace_ms, &mut change).await?;
            Some(next.seal(cx)?)
        }
        None => None,
    };
    narrow(&mut redeemed.token, params.get("scope"))?;
    let asked = (TokenSource::RefreshTokens, None);
    let mut result = tokens::refresh(cx, pool, client, &redeemed, asked, change).await?;
    result.refresh_token = next.map(Into::into);
    Ok(answer(client, result))
}

fn narrow(token: &mut tokens::RefreshToken, asked: Option<&str>) -> Result<()> {
    let asked = super::authorization::words(asked);
    let admin = [tokens::ADMIN_SCOPE.to_owned()];
    let granted = token
        .grant
        .as_ref()
        .map_or(&admin[..], |grant| &grant.scopes);
    if let Some(other) = asked.iter().find(|scope| !granted.contains(scope)) {
        return Err(Refusal::scope(other));
    }
    if let Some(grant) = &mut token.grant
        && !asked.is_empty()
    {
        grant.scopes = asked;
    }
    Ok(())
}

/// The members of an answer.
fn answer(client: &Client, result: AuthenticationResultType) -> Map<String, Value> {
    let mut answer = Map::new();
    let tokens = [
        ("id_token", result.id_token),
        ("access_token", result.access_token),
        ("refresh_token", result.refresh_token),
    ];
    for (name, token) in tokens {
        if let Some(token) = token {
            answer.insert(name.to_owned(), token.as_str().into());
        }
    }
    answer.insert(
        "expires_in".to_owned(),
        client.access_token_seconds().into(),
    );
    answer.insert("token_type".to_owned(), "Bearer".into());
    answer
}
