//! Opening: the directory, its lock, the connections and the migrations.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::thread;
use std::time::Duration;

use cenote_idp::ports::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

/// The migrations, oldest first, each with the version of the schema that it makes.
const MIGRATIONS: [(i64, &str); 3] = [
    (
        1,
        include_str!("../../migrations/sqlite/0001_foundation.sql"),
    ),
    (2, include_str!("../../migrations/sqlite/0002_families.sql")),
    (3, include_str!("../../migrations/sqlite/0003_counts.sql")),
];
/// The version that this code works with.
const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

const FILE: &str = "cenote.db";
const LOCK: &str = "lock";

/// Tells a database of ours from any other: "Ceno".
const APPLICATION_ID: i32 = 0x4365_6e6f;

/// Enough for every statement there is, so that none is prepared twice.
const STATEMENTS: usize = 400;

/// A database in a directory, opened.
pub(crate) struct Opened {
    pub(crate) writer: Connection,
    pub(crate) readers: Vec<Connection>,
    pub(crate) lock: File,
}

/// Opens the database in a directory and brings its schema up to date.
pub(crate) fn directory(directory: &Path) -> Result<Opened, StoreError> {
    create_directory(directory).map_err(|error| {
        StoreError(format!(
            "cannot create the data directory {}: {error}",
            directory.display()
        ))
    })?;
    let lock = lock(directory)?;
    let path = directory.join(FILE);
    create_file(&path).map_err(|error| {
        StoreError(format!(
            "cannot write the database {}: {error}",
            path.display()
        ))
    })?;
    let explain = |error: rusqlite::Error| explain(&path, &error);
    let writer = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(explain)?;
    // SQLite opens what it may not write for reading, and says so only later.
    if writer.is_readonly(MAIN_DB).map_err(explain)? {
        return Err(StoreError(format!(
            "the database {} is read-only",
            path.display()
        )));
    }
    check_owner(&writer, &path)?;
    writer
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; \
             PRAGMA checkpoint_fullfsync = ON; PRAGMA wal_autocheckpoint = 4000; \
             PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;",
        )
        .map_err(explain)?;
    prepare(&writer).map_err(explain)?;
    migrate(&writer, &directory.display().to_string(), explain)?;
    let readers = thread::available_parallelism().map_or(2, NonZero::get);
    let readers = (0..readers)
        .map(|_| reader(&path).map_err(explain))
        .collect::<Result<_, _>>()?;
    Ok(Opened {
        writer,
        readers,
        lock,
    })
}

/// A fresh database in memory.
pub(crate) fn memory() -> Result<Connection, StoreError> {
    let explain = |error: rusqlite::Error| {
        StoreError(format!("SQLite cannot open a database in memory: {error}"))
    };
    let connection = Connection::open_in_memory().map_err(explain)?;
    prepare(&connection).map_err(explain)?;
    migrate(&connection, "memory", explain)?;
    Ok(connection)
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch("PRAGMA cache_size = -8192;")?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without this, a statement whose parameters stand beside a partial index is prepared anew whenever it
    // is bound anew, in case the new values would let the index be used: that is eight times the read itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch("PRAGMA temp_store = MEMORY;")?;
    connection.busy_timeout(Duration::from_secs(5))
}

#[cfg(unix)]
fn create_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

#[cfg(not(unix))]
fn create_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Makes an empty file for SQLite, which hands its permissions on to the log beside it.
fn create_file(path: &Path) -> io::Result<()> {
    writable(path).map(drop)
}

fn writable(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn lock(directory: &Path) -> Result<File, StoreError> {
    let shown = directory.display();
    let file = writable(&directory.join(LOCK)).map_err(|error| {
        StoreError(format!(
            "the data directory {shown} cannot be written: {error}"
        ))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError(format!(
            "the data in {shown} is in use by another process; stop that one first"
        ))),
        Err(TryLockError::Error(error)) => Err(StoreError(format!(
            "the data directory {shown} cannot be locked: {error}"
        ))),
    }
}

/// Refuses a file that some other program made; marks a new one.
fn check_owner(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let explain = |error: rusqlite::Error| explain(path, &error);
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
        .map_err(explain)?;
    if tables == 0 {
        return connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .map_err(explain);
    }
    let owner: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(explain)?;
    if owner == APPLICATION_ID {
        Ok(())
    } else {
        Err(StoreError(format!(
            "{} is a database of another program",
            path.display()
        )))
    }
}

fn migrate(
    connection: &Connection,
    place: &str,
    explain: impl Fn(rusqlite::Error) -> StoreError + Copy,
) -> Result<(), StoreError> {
    let found = schema_version(connection).map_err(explain)?;
    if found > KNOWN {
        return Err(StoreError(format!(
            "the data in {place} was written by a newer Cenote (schema {found}, this one knows {KNOWN}); \
             use that version or restore a backup"
        )));
    }
    if found == KNOWN {
        return Ok(());
    }
    // A transaction that is dropped is rolled back: a schema changes as a whole or not at all.
    let transaction = connection.unchecked_transaction().map_err(explain)?;
    transaction
        .execute_batch("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY) STRICT")
        .map_err(explain)?;
    for (version, migration) in MIGRATIONS
        .into_iter()
        .filter(|(version, _)| *version > found)
    {
        transaction.execute_batch(migration).map_err(explain)?;
        transaction
            .execute(
                "INSERT INTO schema_version (version) VALUES (?1)",
                [version],
            )
            .map_err(explain)?;
    }
    transaction.commit().map_err(explain)
}

fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    if !connection.table_exists(Some(MAIN_DB), c"schema_version")? {
        return Ok(0);
    }
    connection.query_row(
        "SELECT coalesce(max(version), 0) FROM schema_version",
        [],
        |row| row.get(0),
    )
}

fn explain(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.display();
    StoreError(match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            format!("{path} is damaged or not a database ({error}); restore a backup")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            format!("the database {path} cannot be written: {error}")
        }
        Some(ErrorCode::DiskFull) => {
            format!("the database {path} cannot be opened: the disk is full")
        }
        _ => format!("the database {path} cannot be opened: {error}"),
    })
}
