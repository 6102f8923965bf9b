//! The sweeper's share: what has expired, and what remains of deleted pools and groups.

use cenote_idp::ports::Kind;
use rusqlite::{Connection, Params, params};

use super::apply::Refused;
use crate::rules::{self, PURGES_A_SWEEP, Purge};

/// Deletes up to `batch` rows and says how many.
pub(crate) fn sweep(connection: &Connection, now: i64, batch: usize) -> Result<usize, Refused> {
    let mut left = batch;
    for table in Kind::ALL.map(Kind::table).into_iter().chain(["messages"]) {
        left -= delete(
            connection,
            &format!(
                "DELETE FROM {table} WHERE rowid IN \
                 (SELECT rowid FROM {table} WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
            ),
            params![now, rules::limit(left)],
        )?;
    }
    for key in purges(connection)? {
        let Some(wanted) = Purge::of_key(&key) else {
            continue;
        };
        left -= purge(connection, wanted, left)?;
        if left == 0 {
            break;
        }
        // There was room for more, so nothing more is there.
        left -= delete(
            connection,
            "DELETE FROM purges WHERE pool_id = '' AND key = ?1",
            params![key],
        )?;
        if left == 0 {
            break;
        }
    }
    Ok(batch - left)
}

/// Deletes every message.
pub(crate) fn clear_messages(connection: &Connection) -> Result<usize, Refused> {
    Ok(delete(connection, "DELETE FROM messages", params![])?)
}

fn purges(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection
        .prepare_cached("SELECT key FROM purges WHERE pool_id = '' ORDER BY key LIMIT ?1")?;
    statement
        .query_map(params![rules::limit(PURGES_A_SWEEP)], |row| row.get(0))?
        .collect()
}

/// Deletes up to `batch` rows of what a purge covers.
fn purge(connection: &Connection, purge: Purge<'_>, batch: usize) -> rusqlite::Result<usize> {
    let pool = match purge {
        Purge::Pool(pool) => pool,
        Purge::Group { pool, id } => {
            return delete(
                connection,
                "DELETE FROM members WHERE rowid IN \
                 (SELECT rowid FROM members WHERE pool_id = ?1 AND group_id = ?2 LIMIT ?3)",
                params![pool, id, rules::limit(batch)],
            );
        }
    };
    let mut left = batch;
    for (table, _) in rules::pool_tables() {
        left -= delete(
            connection,
            &format!(
                "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE pool_id = ?1 LIMIT ?2)"
            ),
            params![pool, rules::limit(left)],
        )?;
    }
    Ok(batch - left)
}

fn delete(connection: &Connection, sql: &str, parameters: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(parameters)
}
