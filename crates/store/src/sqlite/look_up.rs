//! The look-ups. Every list is served by an index that has its order, and pages by key.

use cenote_idp::ports::{
    Kind, Message, MessageFilter, Record, Searched, StoreError, UserFilter, UserRow,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, ToSql, params};

use crate::rules::{self, Column};

const USER: &str = "u.pool_id, u.sub, u.username, u.status, u.enabled, u.email, u.phone_number, u.name, \
                    u.given_name, u.family_name, u.preferred_username, u.doc, u.version";
const MESSAGE: &str = "id, pool_id, sub, at, doc, tries, due_at, expires_at";

/// One record.
pub(crate) fn record(
    connection: &Connection,
    kind: Kind,
    pool: &str,
    key: &str,
) -> Result<Option<Record>, StoreError> {
    let table = kind.table();
    let sql = format!(
        "SELECT pool_id, key, doc, version, expires_at FROM {table} WHERE pool_id = ?1 AND key = ?2"
    );
    one(connection, &sql, params![pool, key], read_record)
}

/// Records by ascending key.
pub(crate) fn records(
    connection: &Connection,
    kind: Kind,
    pool: &str,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let table = kind.table();
    let (from, start) = rules::page_start(prefix, after);
    let end = rules::prefix_end(prefix);
    let until = if end.is_some() { "AND key < ?4" } else { "" };
    let sql = format!(
        "SELECT pool_id, key, doc, version, expires_at FROM {table} \
         WHERE pool_id = ?1 AND key {from} ?2 {until} ORDER BY key LIMIT ?3"
    );
    let limit = rules::limit(limit);
    match end {
        Some(end) => many(
            connection,
            &sql,
            params![pool, start, limit, end],
            read_record,
        ),
        None => many(connection, &sql, params![pool, start, limit], read_record),
    }
}

/// The client with this id.
pub(crate) fn client(connection: &Connection, id: &str) -> Result<Option<Record>, StoreError> {
    one(
        connection,
        "SELECT pool_id, key, doc, version, expires_at FROM clients WHERE key = ?1",
        params![id],
        read_record,
    )
}

/// The owner of a sign-in name.
pub(crate) fn user_by_name(
    connection: &Connection,
    pool: &str,
    name: &str,
) -> Result<Option<UserRow>, StoreError> {
    let sql = format!(
        "SELECT {USER} FROM names n JOIN users u ON u.pool_id = n.pool_id AND u.sub = n.sub \
         WHERE n.pool_id = ?1 AND n.name = ?2"
    );
    one(connection, &sql, params![pool, name], read_user)
}

/// The user with this `sub`.
pub(crate) fn user(
    connection: &Connection,
    pool: &str,
    sub: &str,
) -> Result<Option<UserRow>, StoreError> {
    let sql = format!("SELECT {USER} FROM users u WHERE u.pool_id = ?1 AND u.sub = ?2");
    one(connection, &sql, params![pool, sub], read_user)
}

/// Users by ascending `sub`, narrowed by a filter.
pub(crate) fn users(
    connection: &Connection,
    pool: &str,
    filter: Option<&UserFilter>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<UserRow>, StoreError> {
    let limit = rules::limit(limit);
    let after_sub = after.unwrap_or_default();
    let page = |condition: &str, parameters: &[&dyn ToSql]| {
        let sql = format!(
            "SELECT {USER} FROM users u WHERE u.pool_id = ?1 {condition} ORDER BY u.sub LIMIT ?3"
        );
        many(connection, &sql, parameters, read_user)
    };
    let Some(UserFilter {
        column,
        value,
        prefix,
    }) = filter
    else {
        return page("AND u.sub > ?2", params![pool, after_sub, limit]);
    };
    match Column::named(column)? {
        Column::Sub if *prefix => {
            let (from, start) = rules::page_start(value, after);
            match rules::prefix_end(value) {
                Some(end) => page(
                    &format!("AND u.sub {from} ?2 AND u.sub < ?4"),
                    params![pool, start, limit, end],
                ),
                None => page(&format!("AND u.sub {from} ?2"), params![pool, start, limit]),
            }
        }
        Column::Sub => page(
            "AND u.sub > ?2 AND u.sub = ?4",
            params![pool, after_sub, limit, value],
        ),
        Column::Enabled => match value.parse::<bool>() {
            Ok(enabled) => page(
                "AND u.sub > ?2 AND u.enabled = ?4",
                params![pool, after_sub, limit, enabled],
            ),
            Err(_) => Ok(Vec::new()),
        },
        Column::Short(name) | Column::Attribute(name) if !prefix => page(
            &format!("AND u.sub > ?2 AND u.{name} = ?4"),
            params![pool, after_sub, limit, value],
        ),
        Column::Short(name) | Column::Attribute(name) => {
            // The page is picked from the column's index alone. Without statistics SQLite might walk all
            // of the pool in the order of sub instead, hence the name of the index.
            let pick = |until: &str| {
                format!(
                    "AND u.sub IN (SELECT sub FROM users INDEXED BY users_{name} \
                     WHERE pool_id = ?1 AND sub > ?2 AND {name} >= ?4 {until} ORDER BY sub LIMIT ?3)"
                )
            };
            match rules::prefix_end(value) {
                Some(end) => page(
                    &pick(&format!("AND {name} < ?5")),
                    params![pool, after_sub, limit, value, end],
                ),
                None => page(&pick(""), params![pool, after_sub, limit, value]),
            }
        }
    }
}

/// How many users a pool has.
pub(crate) fn user_count(connection: &Connection, pool: &str) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(sum(n), 0) FROM user_counts WHERE pool_id = ?1";
    one(connection, sql, params![pool], |row| row.get(0)).map(Option::unwrap_or_default)
}

/// The groups of a user by ascending name.
pub(crate) fn groups_of(
    connection: &Connection,
    pool: &str,
    sub: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(Record, String)>, StoreError> {
    many(
        connection,
        "SELECT g.pool_id, g.key, g.doc, g.version, g.expires_at, m.group_id \
         FROM members m JOIN groups g ON g.pool_id = m.pool_id AND g.key = m.group_name \
         WHERE m.pool_id = ?1 AND m.sub = ?2 AND m.group_name > ?3 ORDER BY m.group_name LIMIT ?4",
        params![pool, sub, after.unwrap_or_default(), rules::limit(limit)],
        |row| Ok((read_record(row)?, row.get(5)?)),
    )
}

/// The members of a group by ascending `sub`.
pub(crate) fn members(
    connection: &Connection,
    pool: &str,
    group_id: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<UserRow>, StoreError> {
    let sql = format!(
        "SELECT {USER} FROM members m JOIN users u ON u.pool_id = m.pool_id AND u.sub = m.sub \
         WHERE m.pool_id = ?1 AND m.group_id = ?2 AND m.sub > ?3 ORDER BY m.sub LIMIT ?4"
    );
    let parameters = params![
        pool,
        group_id,
        after.unwrap_or_default(),
        rules::limit(limit)
    ];
    many(connection, &sql, parameters, read_user)
}

/// Messages, newest first.
pub(crate) fn messages(
    connection: &Connection,
    filter: &MessageFilter,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let of_pool = if filter.pool.is_some() {
        "AND pool_id = ?2"
    } else {
        "AND ?2 IS NULL"
    };
    let of_user = if filter.sub.is_some() {
        "AND sub = ?3"
    } else {
        "AND ?3 IS NULL"
    };
    let sql = format!(
        "SELECT {MESSAGE} FROM messages WHERE true {of_pool} {of_user} ORDER BY at DESC, id DESC LIMIT ?1"
    );
    many(
        connection,
        &sql,
        params![rules::limit(limit), filter.pool, filter.sub],
        read_message,
    )
}

/// Messages that are due, oldest due first.
pub(crate) fn due_messages(
    connection: &Connection,
    now: i64,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {MESSAGE} FROM messages WHERE due_at <= ?1 ORDER BY due_at, at, id LIMIT ?2"
    );
    many(
        connection,
        &sql,
        params![now, rules::limit(limit)],
        read_message,
    )
}

/// Runs reads on one snapshot: that is also cheaper than a transaction for each of them.
pub(crate) fn at_one_moment<T>(
    connection: &Connection,
    reads: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let run = |statement: &str| {
        connection
            .prepare_cached(statement)
            .and_then(|mut statement| statement.execute([]))
            .map_err(failed)
    };
    run("BEGIN")?;
    let read = reads();
    // It has written nothing: this only lets go of the snapshot, whatever came of the reads.
    run("ROLLBACK")?;
    read
}

fn one<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row(parameters, read).optional())
        .map_err(failed)
}

fn many<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_map(parameters, read)?.collect())
        .map_err(failed)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is the argument of map_err"
)]
fn failed(error: rusqlite::Error) -> StoreError {
    StoreError(format!("SQLite could not read: {error}"))
}

fn read_record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        pool: row.get(0)?,
        key: row.get(1)?,
        doc: row.get(2)?,
        version: row.get(3)?,
        expires_at: row.get(4)?,
    })
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        pool: row.get(0)?,
        sub: row.get(1)?,
        searched: Searched {
            username: row.get(2)?,
            status: row.get(3)?,
            enabled: row.get(4)?,
            email: row.get(5)?,
            phone_number: row.get(6)?,
            name: row.get(7)?,
            given_name: row.get(8)?,
            family_name: row.get(9)?,
            preferred_username: row.get(10)?,
        },
        doc: row.get(11)?,
        version: row.get(12)?,
    })
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: row.get(0)?,
        pool: row.get(1)?,
        sub: row.get(2)?,
        at: row.get(3)?,
        doc: row.get(4)?,
        tries: row.get(5)?,
        due_at: row.get(6)?,
        expires_at: row.get(7)?,
    })
}
