//! The contract suite on SQLite in a directory, and what only files can do.

mod contract;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cenote_idp::ports::{Expect, Kind, Store, Write};
use cenote_store::SqliteStore;
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::contract::{change, claim, commit, found, put, record, require, sub, user};

/// An empty directory, deleted at the end of the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "store-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a directory for the test");
        Self(path)
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.0).expect("the database opens")
    }

    fn database(&self) -> PathBuf {
        self.0.join("cenote.db")
    }

    fn refusal(&self) -> String {
        let text = SqliteStore::open(&self.0)
            .expect_err("the database does not open")
            .to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) async fn with_store(test: impl AsyncFnOnce(Arc<dyn Store>)) {
    let directory = Directory::new();
    test(Arc::new(directory.open())).await;
}

#[tokio::test]
async fn data_outlives_the_store() {
    let directory = Directory::new();
    let store = directory.open();
    commit(
        &store,
        [
            Write::InsertUser(user(1)),
            claim("n", &sub(1)),
            put(Kind::Group, "g", "doc", Expect::Any),
        ],
    )
    .await;
    drop(store);
    assert!(
        !directory.0.join("cenote.db-wal").exists(),
        "the log is folded into the file"
    );
    let store = directory.open();
    assert_eq!(
        store.user_by_name(contract::POOL, "n").await.unwrap(),
        Some(user(1))
    );
    assert_eq!(
        found(&store, Kind::Group, "g").await,
        Some(record("g", "doc", 1))
    );
    assert!(!store.shared());
}

#[tokio::test]
async fn what_is_queued_is_committed_before_the_store_closes() {
    let directory = Directory::new();
    let store = Arc::new(directory.open());
    let mut set = JoinSet::new();
    for n in 0..100 {
        let store = Arc::clone(&store);
        set.spawn(async move { store.commit(change([Write::InsertUser(user(n))])).await });
    }
    drop(store);
    assert!(set.join_all().await.iter().all(Result::is_ok));
    assert_eq!(
        directory.open().user_count(contract::POOL).await.unwrap(),
        100
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_changes_share_a_transaction() {
    let directory = Directory::new();
    let store = Arc::new(directory.open());
    let mut set = JoinSet::new();
    for n in 0..640 {
        let store = Arc::clone(&store);
        set.spawn(async move { store.commit(change([Write::InsertUser(user(n))])).await });
    }
    assert!(set.join_all().await.iter().all(Result::is_ok));
    let stats = store.stats();
    assert_eq!(stats.changes, 640);
    assert!(stats.transactions * 4 <= stats.changes, "{stats:?}");
    assert_eq!(store.user_count(contract::POOL).await.unwrap(), 640);
}

#[tokio::test]
async fn marks_of_used_values_wait_for_no_flush() {
    let directory = Directory::new();
    let store = directory.open();
    let mark = |key| put(Kind::Consumed, key, "{}", Expect::Absent { now: 0 });
    store.commit(change([mark("one")])).await.unwrap();
    assert_eq!((store.stats().changes, store.stats().transactions), (1, 0));
    // Beside anything else they are as lasting as that, and then so is what came before.
    let group = put(Kind::Group, "g", "doc", Expect::Any);
    store.commit(change([mark("two"), group])).await.unwrap();
    // A precondition writes nothing to wait for.
    let there = require(Kind::Group, "g", Expect::Present);
    store.commit(change([mark("three"), there])).await.unwrap();
    assert_eq!((store.stats().changes, store.stats().transactions), (3, 1));
    assert!(store.commit(change([mark("one")])).await.is_err());
    drop(store);
    let store = directory.open();
    for key in ["one", "two", "three"] {
        let found = store.record(Kind::Consumed, contract::POOL, key).await;
        assert!(found.unwrap().is_some(), "{key}");
    }
}

#[tokio::test]
async fn a_refused_change_is_not_counted() {
    let directory = Directory::new();
    let store = directory.open();
    let answer = store
        .commit(change([put(Kind::Group, "g", "doc", Expect::Present)]))
        .await;
    assert!(answer.is_err());
    assert_eq!(
        store.stats(),
        cenote_store::Stats {
            changes: 0,
            transactions: 0
        }
    );
}

#[tokio::test]
async fn an_answered_change_is_in_the_log_before_the_store_closes() {
    let directory = Directory::new();
    let store = directory.open();
    commit(&store, [put(Kind::Group, "g", "doc", Expect::Any)]).await;
    // Another connection sees it: it would also after the process was killed here.
    let other = Connection::open(directory.database()).unwrap();
    let count: i64 = other
        .query_row("SELECT count(*) FROM groups", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_failing_database_answers_with_an_error_and_recovers() {
    let directory = Directory::new();
    let store = directory.open();
    commit(&store, [put(Kind::Group, "before", "doc", Expect::Any)]).await;
    let other = Connection::open(directory.database()).unwrap();
    other
        .execute_batch("CREATE TRIGGER broken BEFORE INSERT ON groups BEGIN SELECT abs(-9223372036854775807 - 1); END")
        .unwrap();
    let answer = store
        .commit(change([put(Kind::Group, "during", "doc", Expect::Any)]))
        .await;
    assert!(
        matches!(answer, Err(cenote_idp::ports::CommitError::Store(_))),
        "{answer:?}"
    );
    other.execute_batch("DROP TRIGGER broken").unwrap();
    commit(&store, [put(Kind::Group, "after", "doc", Expect::Any)]).await;
    assert_eq!(
        store
            .records(Kind::Group, contract::POOL, "", None, 10)
            .await
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let directory = Directory::new();
    drop(directory.open());
    let other = Connection::open(directory.database()).unwrap();
    other
        .execute_batch("INSERT INTO schema_version (version) VALUES (7)")
        .unwrap();
    drop(other);
    assert_eq!(
        directory.refusal(),
        format!(
            "the data in {} was written by a newer Cenote (schema 7, this one knows 3); \
             use that version or restore a backup",
            directory.0.display()
        )
    );
}

#[test]
fn a_directory_is_opened_once_at_a_time() {
    let directory = Directory::new();
    let store = directory.open();
    let text = directory.refusal();
    assert!(
        text.ends_with("is in use by another process; stop that one first"),
        "{text}"
    );
    drop(store);
    drop(directory.open());
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let directory = Directory::new();
    let content = "not a database".repeat(1000);
    fs::write(directory.database(), &content).unwrap();
    let text = directory.refusal();
    assert!(text.contains("is damaged or not a database"), "{text}");
    assert_eq!(fs::read_to_string(directory.database()).unwrap(), content);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let directory = Directory::new();
    Connection::open(directory.database())
        .unwrap()
        .execute_batch("CREATE TABLE theirs (a)")
        .unwrap();
    let text = directory.refusal();
    assert!(text.ends_with("is a database of another program"), "{text}");
}

#[test]
fn a_directory_that_cannot_be_made_is_refused() {
    let directory = Directory::new();
    let file = directory.0.join("file");
    fs::write(&file, "").unwrap();
    let text = SqliteStore::open(&file.join("data"))
        .expect_err("it is below a file")
        .to_string();
    assert!(
        text.starts_with("cannot create the data directory"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    let text = SqliteStore::open(Path::new("/proc/self"))
        .expect_err("nothing can be made there")
        .to_string();
    assert!(
        text.starts_with("the data directory /proc/self cannot be written"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Directory::new();
    let inner = directory.0.join("a/b");
    let _store = SqliteStore::open(&inner).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    for file in ["cenote.db", "cenote.db-wal", "cenote.db-shm", "lock"] {
        assert_eq!(mode(&inner.join(file)), 0o600, "{file}");
    }
}
