//! The contract suite on PostgreSQL, and what only a server can do.

mod contract;
#[path = "postgres_only/plans.rs"]
mod plans;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use cenote_idp::ports::{CommitError, Expect, Kind, Store, Write};
use cenote_store::PostgresStore;
use tokio_postgres::{Client, NoTls};

use crate::contract::{change, claim, commit, found, put, record, sub, user};

/// A schema of the test's own.
struct Schema {
    name: String,
    url: String,
    admin: Client,
}

impl Schema {
    async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("CENOTE_TEST_POSTGRES").expect(
            "CENOTE_TEST_POSTGRES names a PostgreSQL server for tests: run `cargo xtask test`, which starts one",
        );
        let (admin, connection) = tokio_postgres::connect(&server, NoTls)
            .await
            .expect("CENOTE_TEST_POSTGRES answers");
        tokio::spawn(connection);
        let name = format!(
            "cenote_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        admin
            .batch_execute(&format!(
                "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
            ))
            .await
            .expect("a schema for the test");
        let sign = if server.contains('?') { '&' } else { '?' };
        // The name also tells the server's list of sessions which are this test's.
        let url = format!("{server}{sign}options=-csearch_path%3D{name}&application_name={name}");
        Self { name, url, admin }
    }

    async fn open(&self) -> PostgresStore {
        PostgresStore::connect(&self.url, 4)
            .await
            .expect("the store connects")
    }

    async fn refusal(&self) -> String {
        let text = PostgresStore::connect(&self.url, 4)
            .await
            .expect_err("the store refuses")
            .to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    }

    /// Ends every session of the store, as a restart of the server does.
    async fn cut(&self) {
        let sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1";
        let cut = self
            .admin
            .query(sql, &[&self.name])
            .await
            .expect("sessions can be ended");
        assert!(!cut.is_empty());
        assert!(cut.iter().all(|row| row.get(0)));
    }

    async fn drop(self) {
        self.admin
            .batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name))
            .await
            .expect("the schema can be dropped");
    }
}

pub(crate) async fn with_store(test: impl AsyncFnOnce(Arc<dyn Store>)) {
    let schema = Schema::new().await;
    test(Arc::new(schema.open().await)).await;
    schema.drop().await;
}

#[tokio::test]
async fn nodes_share_what_is_committed() {
    let schema = Schema::new().await;
    let (one, two) = (schema.open().await, schema.open().await);
    assert!(one.shared());
    commit(&one, [Write::InsertUser(user(1)), claim("n", &sub(1))]).await;
    assert_eq!(
        two.user_by_name(contract::POOL, "n").await.unwrap(),
        Some(user(1))
    );
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_together_migrate_once() {
    let schema = Schema::new().await;
    let starts = (0..6).map(|_| {
        let url = schema.url.clone();
        tokio::spawn(async move { PostgresStore::connect(&url, 2).await.map(drop) })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap().expect("every node starts");
    }
    let sql = format!("SELECT count(*) FROM {}.schema_version", schema.name);
    let versions: i64 = schema.admin.query_one(&sql, &[]).await.unwrap().get(0);
    assert_eq!(versions, 3);
    schema.drop().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let schema = Schema::new().await;
    drop(schema.open().await);
    let sql = format!(
        "INSERT INTO {}.schema_version (version) VALUES (7)",
        schema.name
    );
    schema.admin.batch_execute(&sql).await.unwrap();
    assert_eq!(
        schema.refusal().await,
        "the data in PostgreSQL was written by a newer Cenote (schema 7, this one knows 3); \
         use that version or restore a backup"
    );
    schema.drop().await;
}

#[tokio::test]
async fn a_lost_connection_is_replaced() {
    let schema = Schema::new().await;
    let store = schema.open().await;
    commit(&store, [put(Kind::Group, "g", "one", Expect::Any)]).await;
    schema.cut().await;
    assert_eq!(
        found(&store, Kind::Group, "g").await,
        Some(record("g", "one", 1))
    );
    schema.cut().await;
    // A commit may be told that its connection is gone, but then only that; the next one goes through.
    let mut answer = store
        .commit(change([put(Kind::Group, "g", "two", Expect::Any)]))
        .await;
    if matches!(answer, Err(CommitError::Store(_))) {
        answer = store
            .commit(change([put(Kind::Group, "g", "two", Expect::Any)]))
            .await;
    }
    answer.expect("the connection was replaced");
    assert_eq!(
        found(&store, Kind::Group, "g").await,
        Some(record("g", "two", 2))
    );
    schema.drop().await;
}

#[tokio::test]
async fn a_commit_goes_on_when_its_caller_is_dropped() {
    let schema = Schema::new().await;
    let store = schema.open().await;
    for n in 0..20 {
        let insert = change([Write::InsertUser(user(n)), claim(&format!("n{n}"), &sub(n))]);
        let mut commit = store.commit(insert);
        let once = commit
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(once.is_pending());
    }
    let started = Instant::now();
    while store.user_count(contract::POOL).await.unwrap() < 20 {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the commits went missing"
        );
    }
    // No connection was left inside a transaction.
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state LIKE '%transaction%'";
    while schema
        .admin
        .query_one(sql, &[&schema.name])
        .await
        .unwrap()
        .get::<_, i64>(0)
        > 0
    {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "a transaction stands open"
        );
    }
    schema.drop().await;
}

#[tokio::test]
async fn a_refused_change_leaves_the_connection_usable() {
    let schema = Schema::new().await;
    let store = PostgresStore::connect(&schema.url, 1).await.unwrap();
    for _ in 0..3 {
        let writes = [
            put(Kind::Group, "a", "doc", Expect::Any),
            put(Kind::Group, "b", "doc", Expect::Present),
        ];
        let answer = store.commit(change(writes)).await;
        assert!(
            matches!(answer, Err(CommitError::Conflict { index: 1 })),
            "{answer:?}"
        );
    }
    commit(
        &store,
        [put(Kind::Group, "a", "doc", Expect::Absent { now: 0 })],
    )
    .await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    let sessions: i64 = schema
        .admin
        .query_one(sql, &[&schema.name])
        .await
        .unwrap()
        .get(0);
    assert_eq!(sessions, 1);
    schema.drop().await;
}

#[tokio::test]
async fn a_deadlock_is_a_conflict_of_no_write_in_particular() {
    let schema = Schema::new().await;
    let store = schema.open().await;
    let both = || ["a", "b"].map(|key| put(Kind::Group, key, "doc", Expect::Any));
    commit(&store, both()).await;
    // Only the store's session looks for deadlocks, so it is the one that is made to give way.
    let lock = |key| {
        format!(
            "UPDATE {}.groups SET doc = 'theirs' WHERE key = '{key}'",
            schema.name
        )
    };
    let begin = format!("SET deadlock_timeout = '60s'; BEGIN; {}", lock("b"));
    schema.admin.batch_execute(&begin).await.unwrap();
    let task = tokio::spawn({
        let (store, change) = (store.clone(), change(both()));
        async move { store.commit(change).await }
    });
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    let started = Instant::now();
    while schema
        .admin
        .query_one(sql, &[&schema.name])
        .await
        .unwrap()
        .get::<_, i64>(0)
        == 0
    {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the commit does not wait"
        );
        // The list of sessions stands still within a transaction unless it is told not to.
        schema
            .admin
            .batch_execute("SELECT pg_stat_clear_snapshot()")
            .await
            .unwrap();
    }
    schema
        .admin
        .batch_execute(&format!("{}; COMMIT", lock("a")))
        .await
        .unwrap();
    let answer = task.await.unwrap();
    assert!(
        matches!(answer, Err(CommitError::Conflict { index: usize::MAX })),
        "{answer:?}"
    );
    assert_eq!(
        found(&store, Kind::Group, "a").await,
        Some(record("a", "theirs", 1))
    );
    assert_eq!(
        found(&store, Kind::Group, "b").await,
        Some(record("b", "theirs", 1))
    );
    schema.drop().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_at_once() {
    let started = Instant::now();
    let url = "postgres://somebody:secret@127.0.0.1:9/nothing";
    let text = PostgresStore::connect(url, 4)
        .await
        .expect_err("nothing listens there")
        .to_string();
    assert!(
        text.starts_with("cannot connect to PostgreSQL at 127.0.0.1:9: "),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_url_that_is_none_is_refused() {
    let text = PostgresStore::connect("postgres://:::/", 4)
        .await
        .expect_err("no such URL")
        .to_string();
    assert!(
        text.starts_with("the PostgreSQL URL is not valid"),
        "{text}"
    );
}

#[tokio::test]
async fn tls_is_not_given_up_when_it_is_asked_for() {
    let schema = Schema::new().await;
    let url = format!("{}&sslmode=require", schema.url);
    let text = PostgresStore::connect(&url, 4)
        .await
        .expect_err("the test server has no TLS")
        .to_string();
    assert!(text.contains("TLS"), "{text}");
    schema.drop().await;
}
