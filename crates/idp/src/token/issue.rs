//! Claims of ID and access tokens, and their issue.

use std::sync::Arc;

use cenote_model::AuthenticationResultType;
use serde_json::{Value, json};
use uuid::Uuid;

use super::acr::{self, Level};
use super::{ADMIN_SCOPE, Grant, RefreshToken, issuer, jwt, session};
use crate::auth::Proof;
use crate::pool::{Client, Pool};
use crate::trigger::{self, Claims, Metadata, Origin, TokenSource, Trigger};
use crate::user::{User, attributes, groups};
use crate::{Cx, Error, Result};

/// What stays the same for all tokens of one sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// Names the family of tokens.
    pub(crate) origin_jti: String,
    /// Seconds since the epoch.
    pub(crate) auth_time: i64,
    /// What the user proved.
    pub(crate) proofs: Vec<Proof>,
    /// The device, where the pool tracks them.
    pub(crate) device_key: Option<String>,
    /// What an application was granted at the pages; `None` for a sign-in through the API.
    pub(crate) grant: Option<Grant>,
    /// The SSO session that it came through, where the pool tracks them.
    pub(crate) sso: Option<String>,
}

/// Issues the tokens of a new sign-in, refresh token included.
pub(crate) async fn sign_in(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    user: &User,
    sign_in: &SignIn,
    asked: (TokenSource, Option<&Metadata>),
) -> Result<AuthenticationResultType> {
    let refresh = RefreshToken::new(cx, client, user, sign_in);
    let mut result = issue(cx, pool, client, user, sign_in, asked).await?;
    session::begin(cx, pool, user, &refresh, sign_in.sso.as_deref()).await?;
    result.refresh_token = Some(refresh.seal(cx)?.into());
    Ok(result)
}

/// Issues an ID and an access token, whose claims a trigger may change: it is told what they are issued for.
/// Without the scope `openid` there is no ID token. The two signatures run one after the other on one CPU
/// thread.
pub(crate) async fn issue(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    user: &User,
    sign_in: &SignIn,
    (source, metadata): (TokenSource, Option<&Metadata>),
) -> Result<AuthenticationResultType> {
    let keys = cx.service.pool_keys(&pool.id).await?;
    let keys =
        keys.ok_or_else(|| Error::internal(format!("pool {} has no signing keys", pool.id)))?;
    let groups = groups::of_user(cx, user).await?;
    let (mut id_claims, mut access_claims) = claims(cx, pool, client, user, &groups, sign_in);
    if let Some(grant) = &sign_in.grant {
        grant
            .apply(cx, pool, user, &mut id_claims, &mut access_claims)
            .await?;
    }
    let has_hash = sign_in.grant.is_some();
    let has_id = sign_in.grant.as_ref().is_none_or(Grant::has_id_token);
    if Trigger::PreTokenGeneration.is_set(pool) {
        let origin = Origin::client(&client.id, metadata);
        let tokens = (&mut id_claims, &mut access_claims);
        trigger::token_generation(cx, pool, origin, user, source, tokens).await?;
    }
    let (id_key, access_key) = (Arc::clone(&keys.id), Arc::clone(&keys.access));
    let signed = cx
        .cpu(move || {
            let access = jwt::sign(&access_key, &access_claims)?;
            if !has_id {
                return Ok((None, access));
            }
            if has_hash {
                id_claims.insert("at_hash".into(), jwt::half_hash(&access).into());
            }
            Ok((Some(jwt::sign(&id_key, &id_claims)?), access))
        })
        .await?;
    let (id, access) =
        signed.map_err(|error: serde_json::Error| Error::internal(error.to_string()))?;
    Ok(AuthenticationResultType {
        access_token: Some(access.into()),
        id_token: id.map(Into::into),
        expires_in: i32::try_from(client.access_token_seconds()).ok(),
        token_type: Some("Bearer".to_owned()),
        refresh_token: None,
        new_device_metadata: None,
    })
}

/// The claims of both tokens.
pub(super) fn claims(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    user: &User,
    groups: &[groups::Group],
    sign_in: &SignIn,
) -> (Claims, Claims) {
    let now = cx.now() / 1000;
    let mut common = Claims::new();
    common.insert("sub".into(), user.sub.as_str().into());
    common.insert("iss".into(), issuer(&cx.service, pool).into());
    common.insert("auth_time".into(), sign_in.auth_time.into());
    common.insert("iat".into(), now.into());
    common.insert("event_id".into(), event_id(cx, user.generation).into());
    if !groups.is_empty() {
        let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
        common.insert("cognito:groups".into(), names.into());
    }
    let is_revocable =
        client.revokes_tokens() || client.rotation_grace_ms().is_some() || pool.sessions.tracking;
    if is_revocable {
        common.insert("origin_jti".into(), sign_in.origin_jti.as_str().into());
    }

    if let Some(level) = Level::of(&sign_in.proofs) {
        common.insert("acr".into(), level.name(pool).into());
        common.insert("amr".into(), acr::methods(&sign_in.proofs).into());
    }

    let mut access = common.clone();
    access.insert("jti".into(), cx.uuid().to_string().into());
    access.insert("token_use".into(), "access".into());
    access.insert("scope".into(), ADMIN_SCOPE.into());
    access.insert("client_id".into(), client.id.as_str().into());
    access.insert("username".into(), user.username.as_str().into());
    if let Some(device_key) = &sign_in.device_key {
        access.insert("device_key".into(), device_key.as_str().into());
    }
    access.insert("exp".into(), (now + client.access_token_seconds()).into());

    let mut id = common;
    id.insert("jti".into(), cx.uuid().to_string().into());
    id.insert("token_use".into(), "id".into());
    id.insert("aud".into(), client.id.as_str().into());
    id.insert("cognito:username".into(), user.username.as_str().into());
    id.insert("exp".into(), (now + client.id_token_seconds()).into());
    if !groups.is_empty() {
        add_roles(&mut id, groups);
    }
    for (name, value) in &user.attributes {
        if attributes::may_read(client, name) {
            id.insert(name.clone(), attribute_claim(name, value));
        }
    }
    if !is_revocable {
        access.remove("jti");
        id.remove("jti");
    }
    (id, access)
}

/// `cognito:roles`, and `cognito:preferred_role` unless two groups of the best precedence disagree.
fn add_roles(id: &mut Claims, groups: &[groups::Group]) {
    let roles: Vec<&str> = groups
        .iter()
        .filter_map(|group| group.role_arn.as_deref())
        .collect();
    if roles.is_empty() {
        return;
    }
    id.insert("cognito:roles".into(), roles.into());
    let rank = |group: &groups::Group| group.precedence.unwrap_or(i32::MAX);
    let with_role = groups.iter().filter(|group| group.role_arn.is_some());
    let Some(best) = with_role.clone().map(rank).min() else {
        return;
    };
    let mut preferred: Vec<&str> = with_role
        .filter(|group| rank(group) == best)
        .filter_map(|group| group.role_arn.as_deref())
        .collect();
    preferred.dedup();
    if let [role] = preferred[..] {
        id.insert("cognito:preferred_role".into(), role.into());
    }
}

/// Attributes are strings in the ID token too, but for the verified flags, `address`, `identities` and
/// `updated_at` (OpenID Connect Core 1.0, 5.1).
fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => Value::Bool(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value
            .parse::<i64>()
            .map_or_else(|_| value.into(), Value::from),
        "identities" => identities(value).unwrap_or_else(|| value.into()),
        _ => value.into(),
    }
}

/// The entries of `identities`, whose flags and times are texts in a token.
fn identities(value: &str) -> Option<Value> {
    let mut entries: Vec<serde_json::Map<String, Value>> = serde_json::from_str(value).ok()?;
    for entry in &mut entries {
        for name in ["primary", "dateCreated"] {
            if let Some(member) = entry.get_mut(name) {
                *member = member.to_string().into();
            }
        }
    }
    Some(entries.into())
}

/// A random UUID that also carries the user's token generation: its first four bytes are the generation,
/// masked with its last four. A token is dead when the user's generation has moved on; a time would not do,
/// since `iat` counts in seconds.
fn event_id(cx: &Cx, generation: u32) -> String {
    let mut bytes = *cx.uuid().as_bytes();
    for (at, byte) in generation.to_be_bytes().into_iter().enumerate() {
        bytes[at] = byte ^ bytes[12 + at];
    }
    Uuid::from_bytes(bytes).to_string()
}

/// The generation in an `event_id`.
pub(super) fn generation_of(event_id: &str) -> Option<u32> {
    let bytes = *Uuid::parse_str(event_id).ok()?.as_bytes();
    Some(u32::from_be_bytes(std::array::from_fn(|at| {
        bytes[at] ^ bytes[12 + at]
    })))
}
