//! The sessions that a pool tracks: a token session for each family of tokens, and the SSO sessions that
//! token sessions come through. Records exist only where tracking is on, bounded by the pool's setting.

use cenote_model::{
    RevokeAssociatedSessionsType, SessionDescriptionType, SessionLocationType, SessionTypeType,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RefreshToken;
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Expect, Kind, Record, Write};
use crate::user::User;
use crate::{Cx, Error, Result, page, user_agent};

/// What the ids of token sessions begin with.
const TOKEN: &str = "tkn";

/// What the ids of SSO sessions begin with.
const SSO: &str = "sso";

/// How many sessions a page holds.
const PAGE: usize = 125;

/// How many of a user's sessions are looked at in one go: more than a pool allows, since a lower limit
/// counts only from the next sign-in on.
const READ: usize = 500;

/// How often a change without preconditions is tried when the database asks to do it again.
const TRIES: usize = 5;

/// The id of the session that a token family is: the 128 bits of `origin_jti` as 25 digits of base 36.
pub(crate) fn id_of(origin_jti: &str) -> Option<String> {
    let id = Uuid::parse_str(origin_jti).ok()?;
    written(TOKEN, id)
}

/// The id of the SSO session that a browser's session is.
pub(crate) fn sso_id_of(id: Uuid) -> Option<String> {
    written(SSO, id)
}

fn written(prefix: &str, id: Uuid) -> Option<String> {
    let mut rest = id.as_u128();
    let mut digits = ['0'; 25];
    for digit in digits.iter_mut().rev() {
        *digit = char::from_digit(u32::try_from(rest % 36).ok()?, 36)?;
        rest /= 36;
    }
    Some(prefix.chars().chain(digits).collect())
}

/// The token family that a session is; `None` for an SSO session.
fn origin_jti_of(id: &str) -> Option<String> {
    let mut value = 0_u128;
    for digit in id.strip_prefix(TOKEN)?.chars() {
        let digit = digit.to_digit(36)?;
        value = value.checked_mul(36)?.checked_add(digit.into())?;
    }
    Some(Uuid::from_u128(value).to_string())
}

/// What is remembered of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Doc {
    client: String,
    /// Milliseconds since the epoch, as the next one.
    created_at: i64,
    active_at: i64,
    /// The system and program of the most recent activity.
    device: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// The SSO session that a token session came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// Of a token session: the user's token generation, with which it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generation: Option<u32>,
}

/// A session of a user that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pool: String,
    sub: String,
    pub(crate) id: String,
    /// Milliseconds since the epoch: when its last refresh token expires.
    expires_at: i64,
    doc: Doc,
}

impl Session {
    fn from_record(record: Record) -> Result<Self> {
        let broken = |what: &str| Error::internal(format!("user session {}: {what}", record.key));
        let doc = serde_json::from_str(&record.doc).map_err(|error| broken(&error.to_string()))?;
        let (sub, id) = record
            .key
            .split_once('/')
            .ok_or_else(|| broken("its key"))?;
        Ok(Self {
            sub: sub.to_owned(),
            id: id.to_owned(),
            expires_at: record.expires_at.ok_or_else(|| broken("it has no end"))?,
            pool: record.pool,
            doc,
        })
    }

    /// The token session that a sign-in begins.
    fn begun(cx: &Cx, token: &RefreshToken, origin: Option<&str>) -> Option<Self> {
        let now = cx.now();
        let doc = Doc {
            client: token.client.clone(),
            created_at: now,
            active_at: now,
            device: String::new(),
            ip: None,
            origin: origin.map(str::to_owned),
            generation: Some(token.generation),
        };
        let session = Self {
            pool: token.pool.clone(),
            sub: token.sub.clone(),
            id: id_of(&token.origin_jti)?,
            expires_at: token.exp * 1000,
            doc,
        };
        Some(session.seen(cx))
    }

    /// The session after the activity of this request.
    fn seen(mut self, cx: &Cx) -> Self {
        self.doc.active_at = cx.now();
        self.doc.device = user_agent::describe(cx.peer.user_agent.as_deref());
        self.doc.ip = cx.peer.ip.map(|ip| ip.to_string());
        self
    }

    /// Whether it goes on: it has not expired, and the user's tokens have not all been ended since.
    fn lives(&self, user: &User, now: i64) -> bool {
        self.expires_at > now
            && self
                .doc
                .generation
                .is_none_or(|generation| user.enabled && generation == user.generation)
    }

    fn put(&self, expect: Expect) -> Result<Write> {
        Ok(Write::Put {
            kind: Kind::UserSession,
            pool: self.pool.clone(),
            key: key(&self.sub, &self.id),
            doc: serde_json::to_string(&self.doc)
                .map_err(|error| Error::internal(error.to_string()))?,
            expires_at: Some(self.expires_at),
            expect,
        })
    }

    /// Ends it: the record goes, and the tokens of a token session die.
    fn end(&self, now: i64, change: &mut Change) {
        match origin_jti_of(&self.id) {
            Some(origin_jti) => {
                let writes = end_family(&self.pool, &self.sub, &origin_jti, self.expires_at, now);
                change.writes.extend(writes);
            }
            None => {
                change.push(forget(&self.pool, &self.sub, &self.id));
            }
        }
    }
}

fn key(sub: &str, id: &str) -> String {
    format!("{sub}/{id}")
}

/// The write that deletes a session's record, if it is there.
fn forget(pool: &str, sub: &str, id: &str) -> Write {
    Write::Delete {
        kind: Kind::UserSession,
        pool: pool.to_owned(),
        key: key(sub, id),
        expect: Expect::Any,
    }
}

/// The writes that end a family of tokens: its refresh tokens are revoked, and its session is over. The
/// revocation must outlive every access token of the family, the longest of which lasts a day past the last
/// refresh. `expires_at` is when the refresh tokens expire, in milliseconds since the epoch.
pub(super) fn end_family(
    pool: &str,
    sub: &str,
    origin_jti: &str,
    expires_at: i64,
    now: i64,
) -> Vec<Write> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let revocation = Write::Put {
        kind: Kind::Revocation,
        pool: pool.to_owned(),
        key: origin_jti.to_owned(),
        doc: format!("{{\"revoked_at\":{now}}}"),
        expires_at: Some(expires_at + DAY_MS),
        expect: Expect::Any,
    };
    let session = id_of(origin_jti).map(|id| forget(pool, sub, &id));
    std::iter::once(revocation).chain(session).collect()
}

/// The sessions of a user whose ids begin with `prefix`, by id; ended ones among them.
async fn read(
    cx: &Cx,
    user: &User,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Session>> {
    let store = &cx.service.store;
    let prefix = key(&user.sub, prefix);
    let records = store
        .records(Kind::UserSession, &user.pool_id, &prefix, after, limit)
        .await?;
    records.into_iter().map(Session::from_record).collect()
}

/// One session of a user, if it goes on.
async fn find(cx: &Cx, pool: &Pool, user: &User, id: &str) -> Result<Option<Session>> {
    if !pool.sessions.tracking {
        return Ok(None);
    }
    let record = cx
        .live(Kind::UserSession, &pool.id, &key(&user.sub, id))
        .await?;
    let session = record.map(Session::from_record).transpose()?;
    Ok(session.filter(|session| session.lives(user, cx.now())))
}

/// Records the session that a sign-in begins, where the pool tracks them. The least recently used ones make
/// way for it. Nothing here depends on what another request does meanwhile, since a sign-in whose proof is
/// used up cannot run again: two at the same moment may be one too many until the next.
/// `origin` is the SSO session that it came through.
pub(super) async fn begin(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    token: &RefreshToken,
    origin: Option<&str>,
) -> Result<()> {
    if !pool.sessions.tracking {
        return Ok(());
    }
    add(cx, pool, user, TOKEN, Session::begun(cx, token, origin)).await
}

/// Records the SSO session that a sign-in in a browser begins, as a token session is recorded. It says which
/// one, where the pool tracks sessions.
pub(crate) async fn begin_sso(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    client: &str,
    id: Uuid,
    expires_at: i64,
) -> Result<Option<String>> {
    let Some(id) = sso_id_of(id).filter(|_| pool.sessions.tracking) else {
        return Ok(None);
    };
    let now = cx.now();
    let session = Session {
        pool: pool.id.clone(),
        sub: user.sub.clone(),
        id: id.clone(),
        expires_at,
        doc: Doc {
            client: client.to_owned(),
            created_at: now,
            active_at: now,
            device: String::new(),
            ip: None,
            origin: None,
            generation: None,
        },
    };
    add(cx, pool, user, SSO, Some(session.seen(cx))).await?;
    Ok(Some(id))
}

/// Whether an SSO session goes on.
pub(crate) async fn sso_lives(cx: &Cx, pool: &Pool, user: &User, id: &str) -> Result<bool> {
    Ok(find(cx, pool, user, id).await?.is_some())
}

/// The write that ends an SSO session; the token sessions that came through it go on.
pub(crate) fn end_sso(pool: &Pool, sub: &str, id: &str) -> Write {
    forget(&pool.id, sub, id)
}

/// Adds a session to those of its kind.
async fn add(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    prefix: &str,
    session: Option<Session>,
) -> Result<()> {
    let now = cx.now();
    let mut change = Change::new();
    let known = read(cx, user, prefix, None, READ).await?;
    let (mut live, over): (Vec<_>, Vec<_>) = known
        .into_iter()
        .partition(|session| session.lives(user, now));
    for session in over {
        change.push(forget(&session.pool, &session.sub, &session.id));
    }
    live.sort_by_key(|session| session.doc.active_at);
    let excess = (live.len() + 1).saturating_sub(pool.sessions.max_per_user());
    for session in live.iter().take(excess) {
        session.end(now, &mut change);
    }
    if let Some(session) = session {
        change.push(session.put(Expect::Any)?);
    }
    for _ in 1..TRIES {
        match cx.try_commit(change.clone()).await {
            Err(CommitError::Conflict { .. }) => {}
            outcome => return Ok(outcome?),
        }
    }
    cx.commit(change).await
}

/// Adds the write that records a refresh. A session that began before the pool tracked them has no record,
/// and gets none.
pub(crate) async fn refreshed(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    token: &RefreshToken,
    change: &mut Change,
) -> Result<()> {
    let Some(id) = id_of(&token.origin_jti) else {
        return Ok(());
    };
    if let Some(session) = find(cx, pool, user, &id).await? {
        change.push(session.seen(cx).put(Expect::Present)?);
    }
    Ok(())
}

/// A page of the user's sessions that go on, and the token for the next. `current` is the session that the
/// caller's own token belongs to.
pub(crate) async fn list(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    current: Option<&str>,
    next_token: Option<&str>,
) -> Result<(Vec<SessionDescriptionType>, Option<String>)> {
    let scope = format!("UserSessions/{}/{}", pool.id, user.sub);
    let after = page::open(cx, "NextToken", &scope, next_token)?;
    if !pool.sessions.tracking {
        return Ok((Vec::new(), None));
    }
    let after = after.map(|id| key(&user.sub, &id));
    let mut sessions = read(cx, user, "", after.as_deref(), PAGE + 1).await?;
    let next_token = page::cut(cx, &scope, &mut sessions, PAGE, |session| &session.id);
    let now = cx.now();
    let listed = sessions
        .into_iter()
        .filter(|session| session.lives(user, now))
        .map(|session| session.described(current))
        .collect();
    Ok((listed, next_token))
}

impl Session {
    /// The session as it is shown. There is nothing here that knows places by addresses.
    fn described(self, current: Option<&str>) -> SessionDescriptionType {
        let session_type = if self.id.starts_with(SSO) {
            SessionTypeType::Sso
        } else {
            SessionTypeType::Token
        };
        SessionDescriptionType {
            is_current_session: Some(current == Some(self.id.as_str())),
            session_id: Some(self.id),
            session_type: Some(session_type),
            client_id: Some(self.doc.client.into()),
            create_date: Some(Timestamp(self.doc.created_at)),
            last_active_date: Some(Timestamp(self.doc.active_at)),
            device_type: Some(self.doc.device),
            last_ip_address: self.doc.ip.map(Into::into),
            last_location: Some(SessionLocationType {
                city: None,
                country: Some(user_agent::UNKNOWN.to_owned()),
            }),
            origin_session_id: self.doc.origin,
        }
    }
}

/// Ends a session of the user, and with `LINKED` the ones next to it: the SSO session that a token session
/// came through, or the token sessions that came through an SSO session.
pub(crate) async fn revoke(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    id: &str,
    associated: Option<RevokeAssociatedSessionsType>,
) -> Result<()> {
    let session = find(cx, pool, user, id).await?;
    let session = session.ok_or_else(|| Error::session_not_found(id))?;
    let now = cx.now();
    let mut change = Change::new();
    session.end(now, &mut change);
    if associated == Some(RevokeAssociatedSessionsType::Linked) {
        if let Some(origin) = &session.doc.origin {
            change.push(forget(&pool.id, &user.sub, origin));
        }
        let came_through = |other: &&Session| other.doc.origin.as_deref() == Some(id);
        let others = read(cx, user, TOKEN, None, READ).await?;
        for other in others.iter().filter(came_through) {
            other.end(now, &mut change);
        }
    }
    cx.commit(change).await
}

/// Adds the write that ends the SSO session which the token session of this refresh token came through, if
/// it did.
pub(super) async fn end_origin(
    cx: &Cx,
    pool: &Pool,
    token: &RefreshToken,
    change: &mut Change,
) -> Result<()> {
    let Some(id) = id_of(&token.origin_jti).filter(|_| pool.sessions.tracking) else {
        return Ok(());
    };
    let key = key(&token.sub, &id);
    let Some(record) = cx.live(Kind::UserSession, &pool.id, &key).await? else {
        return Ok(());
    };
    if let Some(origin) = Session::from_record(record)?.doc.origin {
        change.push(forget(&pool.id, &token.sub, &origin));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_id_is_the_family_in_another_writing() {
        for (origin_jti, id) in [
            (
                "00000000-0000-0000-0000-000000000000",
                "tkn0000000000000000000000000",
            ),
            (
                "00000000-0000-0000-0000-000000000024",
                "tkn0000000000000000000000010",
            ),
            (
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "tknf5lxx1zz5pnorynqglhzmsp33",
            ),
        ] {
            assert_eq!(id_of(origin_jti).as_deref(), Some(id));
            assert_eq!(origin_jti_of(id).as_deref(), Some(origin_jti));
        }
        assert_eq!(id_of("no family"), None);
        for id in [
            "ssof5lxx1zz5pnorynqglhzmsp33",
            "tknzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(origin_jti_of(id), None);
        }
    }
}
