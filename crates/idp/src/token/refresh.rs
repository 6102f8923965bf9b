//! Refresh tokens: sealed and self-contained, so that a sign-in leaves no row behind. Rows exist only for
//! revoked families and for families that have rotated.

use cenote_model::{AuthenticationResultType, RevokeAssociatedSessionsType, UserStatusType};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::issue::issue;
use super::{Grant, SignIn, session};
use crate::auth::Proof;
use crate::crypto::Purpose;
use crate::pool::{Client, Pool};
use crate::ports::{Change, Expect, Kind, Record, Write};
use crate::trigger::{Metadata, TokenSource};
use crate::user::{User, sign_in};
use crate::{Cx, Error, Result};

/// The first of the five parts: what the real service's tokens begin with.
const HEADER: &[u8] = br#"{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}"#;

/// What the sealed value puts before its ciphertext: version, key id and nonce.
const NONCE_END: usize = 17;
const KEY_END: usize = 5;
const TAG_LENGTH: usize = 16;

/// What a refresh token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshToken {
    pub(crate) pool: String,
    pub(crate) client: String,
    pub(crate) sub: String,
    pub(crate) origin_jti: String,
    /// Seconds since the epoch.
    pub(crate) auth_time: i64,
    /// Seconds since the epoch; rotation does not move it.
    pub(crate) exp: i64,
    /// The user's token generation at the sign-in.
    pub(crate) generation: u32,
    /// How often the family had rotated when this token was made.
    #[serde(default)]
    pub(crate) rotation: u32,
    /// What the user proved at the sign-in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) proofs: Vec<Proof>,
    /// The device of the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device_key: Option<String>,
    /// What the application was granted at the pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<Grant>,
}

impl RefreshToken {
    pub(super) fn new(cx: &Cx, client: &Client, user: &User, sign_in: &SignIn) -> Self {
        Self {
            pool: client.pool_id.clone(),
            client: client.id.clone(),
            sub: user.sub.clone(),
            origin_jti: sign_in.origin_jti.clone(),
            auth_time: sign_in.auth_time,
            exp: cx.now() / 1000 + client.refresh_token_seconds(),
            generation: user.generation,
            rotation: 0,
            proofs: sign_in.proofs.clone(),
            device_key: sign_in.device_key.clone(),
            grant: sign_in.grant.clone(),
        }
    }

    /// The token's text: five parts, as a JWE has, of which only the first says anything.
    pub(crate) fn seal(&self, cx: &Cx) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error.to_string()))?;
        let sealed =
            cx.service
                .sealer
                .seal(Purpose::RefreshToken, HEADER, &plain, &*cx.service.entropy);
        let (head, body) = sealed.split_at(NONCE_END);
        let (key, nonce) = head.split_at(KEY_END);
        let (text, tag) = body.split_at(body.len() - TAG_LENGTH);
        Ok([HEADER, key, nonce, text, tag]
            .map(|part| BASE64URL_NOPAD.encode(part))
            .join("."))
    }

    /// Opens a token; `None` when it is not one of ours.
    pub(crate) fn open(cx: &Cx, token: &str) -> Option<Self> {
        let mut parts = token
            .split('.')
            .map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
        if parts.next()?? != HEADER {
            return None;
        }
        let mut sealed = Vec::with_capacity(token.len());
        for _ in 0..4 {
            sealed.extend(parts.next()??);
        }
        if parts.next().is_some() {
            return None;
        }
        let plain = cx
            .service
            .sealer
            .open(Purpose::RefreshToken, HEADER, &sealed)
            .ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// What stays the same for all tokens of the family.
    pub(crate) fn sign_in(&self) -> SignIn {
        SignIn {
            origin_jti: self.origin_jti.clone(),
            auth_time: self.auth_time,
            proofs: self.proofs.clone(),
            device_key: self.device_key.clone(),
            grant: self.grant.clone(),
            sso: None,
        }
    }
}

/// A refresh token that is good, with the user whose it is.
pub(crate) struct Redeemed {
    pub(crate) token: RefreshToken,
    pub(crate) user: User,
}

/// Checks a refresh token that this client presents.
pub(crate) async fn redeem(cx: &Cx, pool: &Pool, client: &Client, token: &str) -> Result<Redeemed> {
    let token = RefreshToken::open(cx, token).ok_or_else(Error::refresh_token_invalid)?;
    if token.pool != pool.id || token.client != client.id {
        return Err(Error::refresh_token_invalid());
    }
    if token.exp * 1000 <= cx.now() {
        return Err(Error::refresh_token_expired());
    }
    if cx.service.is_revoked(&pool.id, &token.origin_jti).await? {
        return Err(Error::refresh_token_revoked());
    }
    // A family that has rotated keeps its present token only, even if rotation was turned off since.
    let family = (Kind::RefreshFamily, token.origin_jti.as_str());
    let (user, family) = sign_in::find_for_tokens(cx, pool, &token.sub, family).await?;
    let rotation = Family::parse(family.as_ref())?.rotation;
    if client.rotation_grace_ms(cx).is_none() && token.rotation != rotation {
        return Err(Error::refresh_token_revoked());
    }
    let user = user.ok_or_else(Error::user_not_found)?;
    user.check_enabled()?;
    if user.generation != token.generation {
        return Err(Error::refresh_token_revoked());
    }
    if user.status == UserStatusType::ResetRequired {
        return Err(Error::password_reset_required());
    }
    Ok(Redeemed { token, user })
}

/// New ID and access tokens for a refresh token, which the caller's writes are part of.
pub(crate) async fn refresh(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    redeemed: &Redeemed,
    asked: (TokenSource, Option<&Metadata>),
    mut change: Change,
) -> Result<AuthenticationResultType> {
    let Redeemed { token, user } = redeemed;
    session::refreshed(cx, pool, user, token, &mut change).await?;
    let result = issue(cx, pool, client, user, &token.sign_in(), asked).await?;
    if !change.writes.is_empty() {
        cx.commit(change).await?;
    }
    Ok(result)
}

/// The state of a family that has rotated.
#[derive(Default, Serialize, Deserialize)]
struct Family {
    rotation: u32,
    /// Milliseconds since the epoch.
    rotated_at: i64,
}

impl Family {
    fn parse(record: Option<&Record>) -> Result<Self> {
        record.map_or_else(
            || Ok(Self::default()),
            |record| {
                serde_json::from_str(&record.doc)
                    .map_err(|error| Error::internal(format!("family {}: {error}", record.key)))
            },
        )
    }
}

impl RefreshToken {
    /// The family as it stands, and the record that says so; one that has not rotated has none.
    async fn family(&self, cx: &Cx) -> Result<(Family, Option<Record>)> {
        let record = cx
            .live(Kind::RefreshFamily, &self.pool, &self.origin_jti)
            .await?;
        let family = Family::parse(record.as_ref())?;
        Ok((family, record))
    }

    /// The successor of this token where rotation is on. The one before it goes on working for the grace
    /// period, and answers with another copy of the present one; later its use is a replay, which ends the
    /// family (RFC 9700, 4.14.2). The writes join the caller's change.
    pub(crate) async fn rotate(&self, cx: &Cx, grace_ms: i64, change: &mut Change) -> Result<Self> {
        let (family, record) = self.family(cx).await?;
        let now = cx.now();
        if self.rotation != family.rotation {
            let in_grace =
                self.rotation + 1 == family.rotation && now < family.rotated_at + grace_ms;
            if in_grace {
                return Ok(Self {
                    rotation: family.rotation,
                    ..self.clone()
                });
            }
            let writes = self.end(now);
            cx.commit(Change { writes }).await?;
            return Err(Error::refresh_token_reused());
        }
        let next = Family {
            rotation: family.rotation + 1,
            rotated_at: now,
        };
        change.push(Write::Put {
            kind: Kind::RefreshFamily,
            pool: self.pool.clone(),
            key: self.origin_jti.clone(),
            doc: serde_json::to_string(&next)
                .map_err(|error| Error::internal(error.to_string()))?,
            expires_at: Some(self.exp * 1000),
            expect: record.map_or(Expect::Absent { now }, |record| {
                Expect::Version(record.version)
            }),
        });
        Ok(Self {
            rotation: next.rotation,
            ..self.clone()
        })
    }

    /// The writes that end the family.
    fn end(&self, now: i64) -> Vec<Write> {
        session::end_family(
            &self.pool,
            &self.sub,
            &self.origin_jti,
            self.exp * 1000,
            now,
        )
    }
}

/// Revokes a family by its name; `expires_at` is when its refresh token expires, in milliseconds since the
/// epoch.
pub(crate) async fn revoke_family(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    origin_jti: &str,
    expires_at: i64,
) -> Result<()> {
    let writes = session::end_family(&pool.id, sub, origin_jti, expires_at, cx.now());
    cx.commit(Change { writes }).await
}

/// Revokes the family of a refresh token; doing it again is harmless. `LINKED` ends the SSO session that it
/// came through as well.
pub(crate) async fn revoke(
    cx: &Cx,
    pool: &Pool,
    token: &RefreshToken,
    associated: Option<RevokeAssociatedSessionsType>,
) -> Result<()> {
    let mut change = Change {
        writes: token.end(cx.now()),
    };
    if associated == Some(RevokeAssociatedSessionsType::Linked) {
        session::end_origin(cx, pool, token, &mut change).await?;
    }
    cx.commit(change).await
}
