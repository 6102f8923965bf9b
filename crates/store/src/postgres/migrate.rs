//! Bringing the schema up to date: forward only, as a whole or not at all, one node at a time.

use cenote_idp::ports::StoreError;

use super::connect::{Connections, failed};

/// The migrations, oldest first, each with the version of the schema that it makes.
const MIGRATIONS: [(i64, &str); 3] = [
    (
        1,
        include_str!("../../migrations/postgres/0001_foundation.sql"),
    ),
    (
        2,
        include_str!("../../migrations/postgres/0002_families.sql"),
    ),
    (3, include_str!("../../migrations/postgres/0003_counts.sql")),
];
/// The version that this code works with.
const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// The number of the advisory lock that nodes starting together queue for: "Cenote".
const LOCK: i64 = 0x4365_6e6f_7465;

/// Runs what the schema has not had yet.
pub(crate) async fn migrate(connections: &Connections) -> Result<(), StoreError> {
    let mut client = connections.client().await?;
    run(&mut client).await.map_err(|error| failed(&error))?
}

async fn run(
    client: &mut deadpool_postgres::Object,
) -> Result<Result<(), StoreError>, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    // Building an index, and waiting for the node that builds it, may take its time.
    transaction
        .batch_execute(&format!(
            "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
        ))
        .await?;
    transaction
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)",
        )
        .await?;
    let found: i64 = transaction
        .query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[])
        .await?
        .try_get(0)?;
    if found > KNOWN {
        return Ok(Err(StoreError(format!(
            "the data in PostgreSQL was written by a newer Cenote (schema {found}, this one knows {KNOWN}); \
             use that version or restore a backup"
        ))));
    }
    for (version, migration) in MIGRATIONS
        .into_iter()
        .filter(|(version, _)| *version > found)
    {
        transaction.batch_execute(migration).await?;
        transaction
            .execute(
                "INSERT INTO schema_version (version) VALUES ($1)",
                &[&version],
            )
            .await?;
    }
    transaction.commit().await.map(Ok)
}
