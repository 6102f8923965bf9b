//! Applying a change. Each write is a statement whose own condition is its precondition: when it
//! touches no row, the precondition did not hold.

use cenote_idp::ports::{Change, CommitError, Expect, Kind, Message, StoreError, UserRow, Write};
use rusqlite::{Connection, Params, ToSql, ffi, params};

use crate::rules;

/// How SQLite says that a key is taken.
const TAKEN: [Option<i32>; 2] = [
    Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY),
    Some(ffi::SQLITE_CONSTRAINT_UNIQUE),
];

/// Why a task did not go through.
#[derive(Debug)]
pub(crate) enum Refused {
    /// This is the answer to it, and no fault of the database.
    Answer(CommitError),
    /// SQLite failed.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Answer(error.into())
    }
}

impl From<Refused> for CommitError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Answer(error) => error,
            Refused::Failed(error) => StoreError(format!("SQLite could not write: {error}")).into(),
        }
    }
}

/// Applies all writes of a change, up to the first that is refused.
pub(crate) fn change(connection: &Connection, change: &Change) -> Result<usize, Refused> {
    for (index, write) in change.writes.iter().enumerate() {
        let held = match apply(connection, write) {
            // A key that had to be free is taken: of a user, a message, or a client in another pool.
            Err(error) if TAKEN.contains(&error.sqlite_extended_error_code()) => false,
            other => other?,
        };
        if !held {
            return Err(Refused::Answer(match write {
                Write::ClaimName { name, .. } => CommitError::NameTaken { name: name.clone() },
                Write::Count { kind, .. } => CommitError::Full { kind: *kind },
                _ => CommitError::Conflict { index },
            }));
        }
    }
    Ok(change.writes.len())
}

/// Applies one write and says whether its precondition held.
fn apply(connection: &Connection, write: &Write) -> rusqlite::Result<bool> {
    let execute = |sql: &str, parameters: &[&dyn ToSql]| execute(connection, sql, parameters);
    match write {
        Write::Put {
            kind,
            pool,
            key,
            doc,
            expires_at,
            expect,
        } => put(connection, *kind, [pool, key, doc, expires_at], *expect),
        Write::Delete {
            kind,
            pool,
            key,
            expect,
        } => delete(connection, *kind, pool, key, *expect),
        Write::Require {
            kind,
            pool,
            key,
            expect,
        } => require(connection, *kind, pool, key, *expect),
        Write::InsertUser(row) => insert_user(connection, row),
        Write::UpdateUser {
            row,
            searched_changed,
        } => update_user(connection, row, *searched_changed),
        Write::DeleteUser { pool, sub, version } => delete_user(connection, pool, sub, *version),
        Write::ClaimName { pool, name, sub } => touched(execute(
            "INSERT INTO names (pool_id, name, sub) VALUES (?1, ?2, ?3) \
             ON CONFLICT (pool_id, name) DO UPDATE SET sub = excluded.sub WHERE names.sub = excluded.sub",
            params![pool, name, sub],
        )),
        Write::ReleaseName { pool, name, sub } => regardless(execute(
            "DELETE FROM names WHERE pool_id = ?1 AND name = ?2 AND sub = ?3",
            params![pool, name, sub],
        )),
        Write::AddMember {
            pool,
            group,
            group_id,
            sub,
        } => regardless(execute(
            "INSERT INTO members (pool_id, sub, group_name, group_id) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (pool_id, sub, group_name) DO UPDATE SET group_id = excluded.group_id \
             WHERE members.group_id <> excluded.group_id",
            params![pool, sub, group, group_id],
        )),
        Write::RemoveMember {
            pool,
            group_id,
            sub,
        } => regardless(execute(
            "DELETE FROM members WHERE pool_id = ?1 AND group_id = ?2 AND sub = ?3",
            params![pool, group_id, sub],
        )),
        Write::Count {
            kind,
            pool,
            by,
            most,
        } => touched(execute(
            "INSERT INTO record_counts (pool_id, kind, n) SELECT ?1, ?2, ?3 WHERE ?3 <= ?4 \
             ON CONFLICT (pool_id, kind) DO UPDATE SET n = n + excluded.n WHERE n + excluded.n <= ?4",
            params![pool, kind.table(), by, most],
        )),
        Write::Queue(message) => queue(connection, message),
        Write::Reschedule {
            id,
            was_due,
            tries,
            due_at,
            expires_at,
        } => execute(
            "UPDATE messages SET tries = ?2, due_at = ?3, expires_at = ?4 \
             WHERE id = ?1 AND (?5 IS NULL OR due_at = ?5)",
            params![id, tries, due_at, expires_at, was_due],
        )
        .map(|rows| rows > 0 || was_due.is_none()),
        Write::DropMessage { id } => {
            regardless(execute("DELETE FROM messages WHERE id = ?1", params![id]))
        }
    }
}

fn put(
    connection: &Connection,
    kind: Kind,
    parameters: [&dyn ToSql; 4],
    expect: Expect,
) -> rusqlite::Result<bool> {
    let table = kind.table();
    let upsert = format!(
        "INSERT INTO {table} (pool_id, key, doc, version, expires_at) VALUES (?1, ?2, ?3, 1, ?4) \
         ON CONFLICT (pool_id, key) DO UPDATE \
         SET doc = excluded.doc, version = {table}.version + 1, expires_at = excluded.expires_at"
    );
    let update = format!(
        "UPDATE {table} SET doc = ?3, version = version + 1, expires_at = ?4 WHERE pool_id = ?1 AND key = ?2"
    );
    let (sql, fifth) = match expect {
        Expect::Any => (upsert, None),
        Expect::Absent { now } => (
            format!("{upsert} WHERE {table}.expires_at <= ?5"),
            Some(now),
        ),
        Expect::Present => (update, None),
        Expect::Version(version) => (format!("{update} AND version = ?5"), Some(version)),
    };
    let mut parameters = parameters.to_vec();
    parameters.extend(fifth.as_ref().map(|fifth| fifth as &dyn ToSql));
    touched(execute(connection, &sql, parameters.as_slice()))
}

fn queue(connection: &Connection, message: &Message) -> rusqlite::Result<bool> {
    touched(execute(
        connection,
        "INSERT INTO messages (id, pool_id, sub, at, doc, tries, due_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            message.id,
            message.pool,
            message.sub,
            message.at,
            message.doc,
            message.tries,
            message.due_at,
            message.expires_at,
        ],
    ))
}

fn delete(
    connection: &Connection,
    kind: Kind,
    pool: &str,
    key: &str,
    expect: Expect,
) -> rusqlite::Result<bool> {
    let sql = format!(
        "DELETE FROM {} WHERE pool_id = ?1 AND key = ?2",
        kind.table()
    );
    match expect {
        Expect::Version(version) => touched(execute(
            connection,
            &format!("{sql} AND version = ?3"),
            params![pool, key, version],
        )),
        Expect::Present => touched(execute(connection, &sql, params![pool, key])),
        Expect::Any | Expect::Absent { .. } => {
            regardless(execute(connection, &sql, params![pool, key]))
        }
    }
}

/// There is one writer, so what is so now stays so until this change is committed.
fn require(
    connection: &Connection,
    kind: Kind,
    pool: &str,
    key: &str,
    expect: Expect,
) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT 1 FROM {} WHERE pool_id = ?1 AND key = ?2",
        kind.table()
    );
    if let Expect::Version(version) = expect {
        connection
            .prepare_cached(&format!("{sql} AND version = ?3"))?
            .exists(params![pool, key, version])
    } else {
        connection.prepare_cached(&sql)?.exists(params![pool, key])
    }
}

fn insert_user(connection: &Connection, row: &UserRow) -> rusqlite::Result<bool> {
    let searched = &row.searched;
    execute(
        connection,
        "INSERT INTO users (pool_id, sub, username, status, enabled, email, phone_number, name, given_name, \
         family_name, preferred_username, doc, version) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1)",
        params![
            row.pool,
            row.sub,
            searched.username,
            searched.status,
            searched.enabled,
            searched.email,
            searched.phone_number,
            searched.name,
            searched.given_name,
            searched.family_name,
            searched.preferred_username,
            row.doc,
        ],
    )?;
    count(connection, &row.pool, &row.sub, 1)
}

fn update_user(
    connection: &Connection,
    row: &UserRow,
    searched_changed: bool,
) -> rusqlite::Result<bool> {
    if !searched_changed {
        return touched(execute(
            connection,
            "UPDATE users SET doc = ?3, version = version + 1 WHERE pool_id = ?1 AND sub = ?2 AND version = ?4",
            params![row.pool, row.sub, row.doc, row.version],
        ));
    }
    let searched = &row.searched;
    touched(execute(
        connection,
        "UPDATE users SET username = ?3, status = ?4, enabled = ?5, email = ?6, phone_number = ?7, name = ?8, \
         given_name = ?9, family_name = ?10, preferred_username = ?11, doc = ?12, version = version + 1 \
         WHERE pool_id = ?1 AND sub = ?2 AND version = ?13",
        params![
            row.pool,
            row.sub,
            searched.username,
            searched.status,
            searched.enabled,
            searched.email,
            searched.phone_number,
            searched.name,
            searched.given_name,
            searched.family_name,
            searched.preferred_username,
            row.doc,
            row.version,
        ],
    ))
}

fn delete_user(
    connection: &Connection,
    pool: &str,
    sub: &str,
    version: i64,
) -> rusqlite::Result<bool> {
    let there = touched(execute(
        connection,
        "DELETE FROM users WHERE pool_id = ?1 AND sub = ?2 AND version = ?3",
        params![pool, sub, version],
    ))?;
    if !there {
        return Ok(false);
    }
    execute(
        connection,
        "DELETE FROM names WHERE pool_id = ?1 AND sub = ?2",
        params![pool, sub],
    )?;
    execute(
        connection,
        "DELETE FROM members WHERE pool_id = ?1 AND sub = ?2",
        params![pool, sub],
    )?;
    let (start, end) = rules::keys_of(sub);
    for kind in Kind::OF_USER {
        execute(
            connection,
            &format!(
                "DELETE FROM {} WHERE pool_id = ?1 AND key >= ?2 AND key < ?3",
                kind.table()
            ),
            params![pool, start, end],
        )?;
    }
    count(connection, pool, sub, -1)
}

/// Counts a user in or out of the pool.
fn count(connection: &Connection, pool: &str, sub: &str, by: i64) -> rusqlite::Result<bool> {
    touched(execute(
        connection,
        "INSERT INTO user_counts (pool_id, shard, n) VALUES (?1, ?2, ?3) \
         ON CONFLICT (pool_id, shard) DO UPDATE SET n = n + excluded.n",
        params![pool, rules::shard(sub), by],
    ))
}

fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(parameters)
}

fn touched(rows: rusqlite::Result<usize>) -> rusqlite::Result<bool> {
    rows.map(|rows| rows > 0)
}

fn regardless(rows: rusqlite::Result<usize>) -> rusqlite::Result<bool> {
    rows.map(|_| true)
}
