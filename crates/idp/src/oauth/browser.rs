//! The session of a browser in which somebody has signed in: a sealed cookie, so that nothing is stored but
//! that it was ended. It lasts an hour from the sign-in, and using it does not make it last longer. Where
//! the pool tracks sessions, each client says how long it relies on it, and an SSO session stands behind it.

use cenote_model::UserStatusType;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Authorization, Domain, Prompt, Through};
use crate::auth::{Proof, SignedIn, Via, suffices};
use crate::crypto::Purpose;
use crate::pool::{Client, Pool};
use crate::ports::{Change, Expect, Kind, Write};
use crate::token::session;
use crate::user::User;
use crate::{Cx, Error, Result, token};

/// How long it lasts where clients have no say, in minutes.
const MINUTES: i32 = 60;

/// The most that a client can say, in minutes.
const MOST_MINUTES: i32 = 129_600;

/// The cookie `cognito`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its value.
    pub value: String,
    /// How many seconds the browser keeps it.
    pub max_age: i64,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    id: Uuid,
    sub: String,
    /// Seconds since the epoch, as the next one.
    auth_time: i64,
    exp: i64,
    proofs: Vec<Proof>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<Via>,
}

impl Cookie {
    /// Begins the session of somebody who has just signed in. Each has a new value, so that nobody can have
    /// left one in the browser before.
    pub async fn begin(
        cx: &Cx,
        authorization: &Authorization,
        signed_in: &mut SignedIn,
    ) -> Result<Self> {
        let Authorization { pool, client, .. } = authorization;
        let minutes = if pool.sessions.tracking {
            MOST_MINUTES
        } else {
            MINUTES
        };
        let max_age = i64::from(minutes) * 60;
        let id = cx.uuid();
        let exp = signed_in.auth_time + max_age;
        let user = &signed_in.user;
        signed_in.sso = session::begin_sso(cx, pool, user, &client.id, id, exp * 1000).await?;
        let sealed = Sealed {
            id,
            sub: user.sub.clone(),
            auth_time: signed_in.auth_time,
            exp,
            proofs: signed_in.proofs.clone(),
            device_key: signed_in.device_key.clone(),
            sso: signed_in.sso.clone(),
            via: signed_in.via.clone(),
        };
        let plain =
            serde_json::to_vec(&sealed).map_err(|error| Error::internal(error.to_string()))?;
        let value = cx.service.sealer.seal(
            Purpose::Browser,
            pool.id.as_bytes(),
            &plain,
            &*cx.service.entropy,
        );
        Ok(Self {
            value: BASE64URL_NOPAD.encode(&value),
            max_age,
        })
    }

    /// Who has signed in, if the session goes on for this client.
    pub async fn owner(
        cx: &Cx,
        authorization: &Authorization,
        value: &str,
    ) -> Result<Option<SignedIn>> {
        let Authorization { pool, client, .. } = authorization;
        let Some(sealed) = open(cx, pool, value) else {
            return Ok(None);
        };
        let lasts = i64::from(minutes(pool, client)) * 60;
        if sealed.auth_time + lasts <= cx.now() / 1000 {
            return Ok(None);
        }
        let key = sealed.id.to_string();
        if cx.live(Kind::Consumed, &pool.id, &key).await?.is_some() {
            return Ok(None);
        }
        let row = cx.service.store.user(&pool.id, &sealed.sub).await?;
        let Some(user) = row.map(User::from_row).transpose()? else {
            return Ok(None);
        };
        let may = user.enabled && user.status != UserStatusType::ResetRequired;
        if !may || !goes_on(cx, pool, &user, sealed.sso.as_deref()).await? {
            return Ok(None);
        }
        Ok(Some(SignedIn {
            user,
            auth_time: sealed.auth_time,
            proofs: sealed.proofs,
            device_key: sealed.device_key,
            sso: sealed.sso,
            via: sealed.via,
        }))
    }

    /// Who has signed in, if that is enough for the request without asking anybody.
    pub async fn reuse(
        cx: &Cx,
        authorization: &Authorization,
        value: &str,
    ) -> Result<Option<SignedIn>> {
        if authorization.prompt == Prompt::Login {
            return Ok(None);
        }
        let Some(signed_in) = Self::owner(cx, authorization, value).await? else {
            return Ok(None);
        };
        let via = signed_in.via.as_ref().map(|via| via.provider.as_str());
        let is_way = match &authorization.through {
            Through::Any => true,
            Through::OwnUsers => via.is_none(),
            Through::Provider(name) => via == Some(name),
        };
        let age = cx.now() / 1000 - signed_in.auth_time;
        let is_fresh = authorization.max_age.is_none_or(|most| age <= most);
        // The application expects somebody else (OpenID Connect Core 1.0, 3.1.2.1).
        let hint = authorization.id_token_hint.as_deref();
        let hinted = match hint {
            Some(hint) => token::hint(cx, &authorization.pool, hint).await?,
            None => None,
        };
        let is_expected = hinted.is_none_or(|hint| hint.sub == signed_in.user.sub);
        let (pool, user) = (&authorization.pool, &signed_in.user);
        let is_enough = suffices(pool, user, &signed_in.proofs, &authorization.levels);
        Ok((is_way && is_fresh && is_expected && is_enough).then_some(signed_in))
    }

    /// The `sub` of whose it is.
    pub(super) fn sub(cx: &Cx, domain: &Domain, value: &str) -> Option<String> {
        Some(open(cx, &domain.pool, value)?.sub)
    }

    /// The provider through which it began.
    pub(super) fn via(cx: &Cx, domain: &Domain, value: &str) -> Option<Via> {
        open(cx, &domain.pool, value)?.via
    }

    /// Ends the session, here and for whoever has a copy of the cookie.
    pub async fn end(cx: &Cx, domain: &Domain, value: &str) -> Result<()> {
        let pool = &domain.pool;
        let Some(sealed) = open(cx, pool, value) else {
            return Ok(());
        };
        let mut change = Change::new().with(Write::Put {
            kind: Kind::Consumed,
            pool: pool.id.clone(),
            key: sealed.id.to_string(),
            doc: "{}".to_owned(),
            expires_at: Some(sealed.exp * 1000),
            expect: Expect::Any,
        });
        if let Some(id) = &sealed.sso {
            change.push(session::end_sso(pool, &sealed.sub, id));
        }
        cx.commit(change).await
    }
}

/// For how long a client relies on the session, in minutes; 0 is never.
fn minutes(pool: &Pool, client: &Client) -> i32 {
    if pool.sessions.tracking {
        client.sso_minutes.unwrap_or(MINUTES)
    } else {
        MINUTES
    }
}

async fn goes_on(cx: &Cx, pool: &Pool, user: &User, sso: Option<&str>) -> Result<bool> {
    match sso {
        Some(id) if pool.sessions.tracking => session::sso_lives(cx, pool, user, id).await,
        _ => Ok(true),
    }
}

fn open(cx: &Cx, pool: &Pool, value: &str) -> Option<Sealed> {
    let sealed = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
    let plain = cx
        .service
        .sealer
        .open(Purpose::Browser, pool.id.as_bytes(), &sealed)
        .ok()?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    (sealed.exp * 1000 > cx.now()).then_some(sealed)
}
