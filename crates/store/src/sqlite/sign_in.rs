//! The look-up of a sign-in: a few reads of one snapshot.

use cenote_idp::ports::{Kind, SignInQuery, SignInRows, StoreError};
use rusqlite::Connection;

use super::look_up;

/// What the sign-in asks for.
pub(crate) fn look_up(
    connection: &Connection,
    query: &SignInQuery,
) -> Result<SignInRows, StoreError> {
    look_up::at_one_moment(connection, || read(connection, query))
}

fn read(connection: &Connection, query: &SignInQuery) -> Result<SignInRows, StoreError> {
    let pool = &query.pool;
    // Both are asked for, and the groups of nobody too: how long it takes must not tell who exists.
    let (mut user, mut by_name) = (None, None);
    if let Some(sub) = &query.sub {
        user = look_up::user(connection, pool, sub)?;
    }
    if let Some(name) = &query.name {
        by_name = look_up::user_by_name(connection, pool, name)?;
    }
    user = user.or(by_name);
    let mut rows = SignInRows {
        user,
        ..SignInRows::default()
    };
    if let Some((kind, key)) = &query.record {
        rows.record = look_up::record(connection, *kind, pool, key)?;
    }
    let sub = rows.user.as_ref().map(|user| &user.sub);
    let sub = sub.or(query.nobody.as_ref());
    if !query.attempts.is_empty()
        && let Some(sub) = sub
    {
        let key = format!("{}{sub}", query.attempts);
        rows.attempts = look_up::record(connection, Kind::Attempt, pool, &key)?;
    }
    if query.groups > 0
        && let Some(sub) = sub
    {
        rows.groups = look_up::groups_of(connection, pool, sub, None, query.groups)?;
    }
    Ok(rows)
}
