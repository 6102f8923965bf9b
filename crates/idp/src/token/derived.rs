//! Tokens that are derived from others (RFC 8693).

use serde_json::{Map, Value, json};

use super::issue::{self, SignIn};
use super::presented::Presented;
use super::sign::{TokenUse, sign};
use crate::pool::{Client, Pool};
use crate::trigger::{self, Origin, TokenSource, Trigger};
use crate::user::{User, groups};
use crate::{Cx, Result};

/// What a derived token is to be.
pub(crate) struct Wish<'a> {
    pub(crate) token_use: TokenUse,
    /// The scopes that are granted.
    pub(crate) scopes: &'a [&'a str],
    /// The service that the token is for.
    pub(crate) audience: Option<&'a str>,
    /// Who will act for the subject.
    pub(crate) actor: Option<&'a Presented>,
}

/// A derived token and the seconds that it lives.
pub(crate) struct Derived {
    pub(crate) token: String,
    pub(crate) expires_in: i64,
}

/// Issues a token for a user on the strength of one that the user has already. It belongs to the same family,
/// so that it is revoked with it, and does not outlive the one that it was derived from.
pub(crate) async fn derive(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    user: &User,
    subject: &Presented,
    wish: &Wish<'_>,
) -> Result<Derived> {
    let now = cx.now() / 1000;
    let origin_jti = subject.text("origin_jti");
    let sign_in = SignIn {
        origin_jti: origin_jti.unwrap_or_default().to_owned(),
        auth_time: subject.number("auth_time").unwrap_or(now),
        proofs: Vec::new(),
        device_key: None,
        grant: None,
        sso: None,
    };
    let groups = groups::of_user(cx, user).await?;
    let (mut id, mut access) = issue::claims(cx, pool, client, user, &groups, &sign_in);
    if wish.scopes.is_empty() {
        access.remove("scope");
    } else {
        access.insert("scope".into(), wish.scopes.join(" ").into());
    }
    if Trigger::PreTokenGeneration.is_set(pool) {
        let origin = Origin::client(&client.id, None);
        let tokens = (&mut id, &mut access);
        let source = TokenSource::TokenExchange;
        trigger::token_generation(cx, pool, origin, user, source, tokens).await?;
    }
    let (mut claims, seconds) = match wish.token_use {
        TokenUse::Id => (id, client.id_token_seconds()),
        TokenUse::Access => (access, client.access_token_seconds()),
    };
    let ends = subject.number("exp").unwrap_or(now);
    let expires_in = seconds.min(ends - now);
    claims.insert("exp".into(), (now + expires_in).into());
    claims.insert("jti".into(), cx.uuid().to_string().into());
    match origin_jti {
        Some(origin_jti) => claims.insert("origin_jti".into(), origin_jti.into()),
        None => claims.remove("origin_jti"),
    };
    for name in ["acr", "amr"] {
        if let Some(value) = subject.value(name) {
            claims.insert(name.into(), value.clone());
        }
    }
    if let Some(act) = act(subject, wish.actor) {
        claims.insert("act".into(), act);
    }
    if let Some(audience) = wish.audience {
        claims.insert("aud".into(), audience.into());
    }
    match wish.token_use {
        TokenUse::Id if wish.audience.is_some() => {
            claims.insert("azp".into(), client.id.as_str().into());
        }
        TokenUse::Id => {}
        TokenUse::Access => {
            claims.insert("version".into(), json!(2));
        }
    }
    let token = sign(cx, pool, wish.token_use, claims).await?;
    Ok(Derived { token, expires_in })
}

/// The `act` claim (RFC 8693, 4.1): who acts, and inside it who acted before. Without a new actor, the ones
/// before stay.
fn act(subject: &Presented, actor: Option<&Presented>) -> Option<Value> {
    let before = subject.value("act");
    let Some(actor) = actor else {
        return before.cloned();
    };
    let mut act = Map::new();
    act.insert("sub".into(), actor.text("sub")?.into());
    if let Some(before) = before {
        act.insert("act".into(), before.clone());
    }
    Some(act.into())
}
