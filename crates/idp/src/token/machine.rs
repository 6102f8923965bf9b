//! Access tokens that clients get for themselves, with nobody signed in.

use serde_json::{Map, Value, json};

use super::issuer;
use super::sign::{TokenUse, sign};
use crate::pool::{Client, Pool};
use crate::trigger::{self, Metadata, Origin};
use crate::{Cx, Result};

/// Issues an access token to the client itself, with these scopes.
pub(crate) async fn of_client(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    scopes: &[&str],
    metadata: Option<&Metadata>,
) -> Result<String> {
    let now = cx.now() / 1000;
    let mut claims = Map::new();
    let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    claim("sub", client.id.as_str().into());
    claim("token_use", "access".into());
    if !scopes.is_empty() {
        claim("scope", scopes.join(" ").into());
    }
    claim("auth_time", now.into());
    claim("iss", issuer(&cx.service, pool).into());
    claim("exp", (now + client.access_token_seconds()).into());
    claim("iat", now.into());
    claim("version", json!(2));
    claim("jti", cx.uuid().to_string().into());
    claim("client_id", client.id.as_str().into());
    let origin = Origin::client(&client.id, metadata);
    trigger::client_token_generation(cx, pool, origin, &mut claims).await?;
    sign(cx, pool, TokenUse::Access, claims).await
}
