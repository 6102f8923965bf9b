//! What a sign-in reads of a user, in one look-up: the user with the groups, the count of wrong passwords
//! and one record beside.

use super::limits::Lockout;
use super::{Account, User, admit, groups, names};
use crate::pool::{Client, Pool};
use crate::ports::{Kind, Record, SignInQuery};
use crate::{Cx, Error, Result};

/// Finds who signs in under a name, as [`super::find_public`] does, and refuses while the account is locked.
pub(crate) async fn find_by_name(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    name: &str,
) -> Result<(Account, Lockout)> {
    let seen = cx.service.attempts.now();
    let invented_sub = names::invented_sub(cx, pool, name);
    let query = SignInQuery {
        sub: names::is_uuid_shaped(name).then(|| name.to_owned()),
        name: Some(names::normalise(pool, name)),
        attempts: Lockout::PREFIX.to_owned(),
        nobody: Some(invented_sub.clone()),
        ..of(pool)
    };
    let rows = read(cx, query).await?;
    let account = admit(rows.user, client, || invented_sub).ok_or_else(Error::user_not_found)?;
    cx.count_user(account.sub())?;
    let lockout = Lockout::of_password(cx, account.sub(), rows.attempts, seen)?;
    Ok((account, lockout))
}

/// Finds who goes on with a sign-in, and a record of it. The count of wrong passwords comes with its refusal
/// of a locked account, since some refusals go before that one.
pub(crate) async fn find_by_sub(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    (kind, key): (Kind, &str),
) -> Result<(Option<User>, Option<Record>, Result<Lockout>)> {
    cx.count_user(sub)?;
    let seen = cx.service.attempts.now();
    let query = SignInQuery {
        sub: Some(sub.to_owned()),
        attempts: Lockout::PREFIX.to_owned(),
        nobody: Some(sub.to_owned()),
        record: Some((kind, key.to_owned())),
        ..of(pool)
    };
    let rows = read(cx, query).await?;
    let lockout = Lockout::of_password(cx, sub, rows.attempts, seen);
    Ok((rows.user, cx.unless_expired(rows.record), lockout))
}

/// Finds who gets new tokens without a password, and a record of the old ones.
pub(crate) async fn find_for_tokens(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    (kind, key): (Kind, &str),
) -> Result<(Option<User>, Option<Record>)> {
    cx.count_user(sub)?;
    let query = SignInQuery {
        sub: Some(sub.to_owned()),
        record: Some((kind, key.to_owned())),
        ..of(pool)
    };
    let rows = read(cx, query).await?;
    Ok((rows.user, cx.unless_expired(rows.record)))
}

/// Finds who signed in for an authorization code.
pub(crate) async fn find_for_code(cx: &Cx, pool: &Pool, sub: &str) -> Result<Option<User>> {
    let query = SignInQuery {
        sub: Some(sub.to_owned()),
        ..of(pool)
    };
    Ok(read(cx, query).await?.user)
}

/// A question for a user of this pool and the groups.
fn of(pool: &Pool) -> SignInQuery {
    SignInQuery {
        pool: pool.id.clone(),
        groups: groups::READ_ALONG,
        ..SignInQuery::default()
    }
}

struct Rows {
    user: Option<User>,
    attempts: Option<Record>,
    record: Option<Record>,
}

async fn read(cx: &Cx, query: SignInQuery) -> Result<Rows> {
    let rows = cx.service.store.sign_in(query).await?;
    let mut user = rows.user.map(User::from_row).transpose()?;
    if let Some(user) = &mut user {
        user.groups = groups::read_along(rows.groups)?;
    }
    Ok(Rows {
        user,
        attempts: rows.attempts,
        record: rows.record,
    })
}
