//! The sweeper's share: what has expired, and what remains of deleted pools and groups.
//!
//! Several nodes may sweep at once. Rows are picked under a lock, which also looks again at a row that
//! changed meanwhile, so that a record that was renewed is not taken for the expired one.

use cenote_idp::ports::{Kind, StoreError};

use super::connect::Connections;
use super::param::{Param, text, value};
use crate::rules::{self, PURGES_A_SWEEP, Purge};

/// Deletes up to `batch` rows and says how many.
pub(crate) async fn sweep(
    connections: &Connections,
    now: i64,
    batch: usize,
) -> Result<usize, StoreError> {
    let mut left = batch;
    let records = Kind::ALL.map(|kind| (kind.table(), "pool_id, key"));
    for (table, columns) in records.into_iter().chain([("messages", "id")]) {
        let pick = "expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED";
        let params = [Param::Int(now), Param::Int(rules::limit(left))];
        left -= delete(connections, table, columns, pick, &params).await?;
    }
    for key in purges(connections).await? {
        let Some(wanted) = Purge::of_key(&key) else {
            continue;
        };
        left -= purge(connections, wanted, left).await?;
        if left == 0 {
            break;
        }
        // There was room for more, so nothing more is there.
        left -= delete(
            connections,
            "purges",
            "pool_id, key",
            "pool_id = '' AND key = $1",
            &[Param::text(&key)],
        )
        .await?;
        if left == 0 {
            break;
        }
    }
    Ok(batch - left)
}

async fn purges(connections: &Connections) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT key FROM purges WHERE pool_id = '' ORDER BY key LIMIT $1";
    let rows = connections
        .query(sql, &[Param::Int(rules::limit(PURGES_A_SWEEP))])
        .await?;
    rows.iter().map(|row| text(row, 0)).collect()
}

/// Deletes up to `batch` rows of what a purge covers. It waits for rows that another node is deleting:
/// to skip them would be to think the work done before it is.
async fn purge(
    connections: &Connections,
    purge: Purge<'_>,
    batch: usize,
) -> Result<usize, StoreError> {
    let pool = match purge {
        Purge::Pool(pool) => pool,
        Purge::Group { pool, id } => {
            let pick = "pool_id = $1 AND group_id = $2 ORDER BY sub LIMIT $3 FOR UPDATE";
            let params = [
                Param::text(pool),
                Param::text(id),
                Param::Int(rules::limit(batch)),
            ];
            return delete(
                connections,
                "members",
                "pool_id, sub, group_name",
                pick,
                &params,
            )
            .await;
        }
    };
    let mut left = batch;
    for (table, columns) in rules::pool_tables() {
        let pick = format!("pool_id = $1 ORDER BY {columns} LIMIT $2 FOR UPDATE");
        let params = [Param::text(pool), Param::Int(rules::limit(left))];
        left -= delete(
            connections,
            table,
            &format!("pool_id, {columns}"),
            &pick,
            &params,
        )
        .await?;
    }
    Ok(batch - left)
}

/// Deletes the rows that are picked, told apart by these columns.
async fn delete(
    connections: &Connections,
    table: &str,
    columns: &str,
    pick: &str,
    params: &[Param<'_>],
) -> Result<usize, StoreError> {
    let sql = format!(
        "WITH picked AS (SELECT {columns} FROM {table} WHERE {pick}), \
         gone AS (DELETE FROM {table} WHERE ({columns}) IN (SELECT {columns} FROM picked) RETURNING 1) \
         SELECT count(*) FROM gone"
    );
    let rows = connections.query(&sql, params).await?;
    let gone: i64 = rows.first().map_or(Ok(0), |row| value(row, 0))?;
    usize::try_from(gone).map_err(|_| StoreError("PostgreSQL counted less than nothing".to_owned()))
}
