//! A store that tells what it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cenote_idp::ports::{
    Change, CommitError, Kind, Message, MessageFilter, Record, SignInQuery, SignInRows, Store,
    StoreError, UserFilter, UserRow, Write,
};
use cenote_store::SqliteStore;

/// SQLite in memory, with a list of what was asked.
pub(crate) struct Watched {
    inner: SqliteStore,
    asked: Mutex<Vec<String>>,
    is_shared: bool,
    /// How many of the next changes somebody else is faster than.
    conflicts: AtomicUsize,
}

type Answer<T> = Result<T, StoreError>;

impl Watched {
    pub(crate) fn new() -> Self {
        Self {
            inner: SqliteStore::memory().expect("a database in memory"),
            asked: Mutex::default(),
            is_shared: false,
            conflicts: AtomicUsize::new(0),
        }
    }

    /// One that tells its nodes that there are others.
    pub(crate) fn shared() -> Self {
        Self {
            is_shared: true,
            ..Self::new()
        }
    }

    /// What was asked since this was asked last, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets somebody else be faster than the next changes.
    pub(crate) fn lose(&self, races: usize) {
        self.conflicts.store(races, Ordering::Relaxed);
    }

    fn note(&self, what: impl Into<String>) {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what.into());
    }
}

/// The kind of a write, and where it goes.
fn kind(write: &Write) -> String {
    match write {
        Write::Put { kind, .. } => format!("put {}", kind.table()),
        Write::Delete { kind, .. } => format!("delete {}", kind.table()),
        Write::Require { kind, .. } => format!("require {}", kind.table()),
        other => {
            let name = format!("{other:?}");
            let end = name.find([' ', '(']).unwrap_or(name.len());
            name[..end].to_owned()
        }
    }
}

#[async_trait]
impl Store for Watched {
    fn shared(&self) -> bool {
        self.is_shared
    }

    async fn record(&self, kind: Kind, pool: &str, key: &str) -> Answer<Option<Record>> {
        self.note(format!("record {}", kind.table()));
        self.inner.record(kind, pool, key).await
    }

    async fn records(
        &self,
        kind: Kind,
        pool: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<Record>> {
        self.note(format!("records {}", kind.table()));
        self.inner.records(kind, pool, prefix, after, limit).await
    }

    async fn client(&self, id: &str) -> Answer<Option<Record>> {
        self.note("client");
        self.inner.client(id).await
    }

    async fn sign_in(&self, query: SignInQuery) -> Answer<SignInRows> {
        self.note("sign_in");
        self.inner.sign_in(query).await
    }

    async fn user_by_name(&self, pool: &str, name: &str) -> Answer<Option<UserRow>> {
        self.note("user_by_name");
        self.inner.user_by_name(pool, name).await
    }

    async fn user(&self, pool: &str, sub: &str) -> Answer<Option<UserRow>> {
        self.note("user");
        self.inner.user(pool, sub).await
    }

    async fn users(
        &self,
        pool: &str,
        filter: Option<&UserFilter>,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<UserRow>> {
        self.note("users");
        self.inner.users(pool, filter, after, limit).await
    }

    async fn user_count(&self, pool: &str) -> Answer<i64> {
        self.note("user_count");
        self.inner.user_count(pool).await
    }

    async fn groups_of(
        &self,
        pool: &str,
        sub: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(Record, String)>> {
        self.note("groups_of");
        self.inner.groups_of(pool, sub, after, limit).await
    }

    async fn members(
        &self,
        pool: &str,
        group_id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<UserRow>> {
        self.note("members");
        self.inner.members(pool, group_id, after, limit).await
    }

    async fn messages(&self, filter: &MessageFilter, limit: usize) -> Answer<Vec<Message>> {
        self.note("messages");
        self.inner.messages(filter, limit).await
    }

    async fn due_messages(&self, now: i64, limit: usize) -> Answer<Vec<Message>> {
        self.note("due_messages");
        self.inner.due_messages(now, limit).await
    }

    async fn clear_messages(&self) -> Answer<()> {
        self.note("clear_messages");
        self.inner.clear_messages().await
    }

    async fn sweep(&self, now: i64, batch: usize) -> Answer<usize> {
        self.note("sweep");
        self.inner.sweep(now, batch).await
    }

    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let mut writes: Vec<_> = change.writes.iter().map(kind).collect();
        // What a change costs does not hang on its order.
        writes.sort_unstable();
        self.note(format!("commit: {}", writes.join(", ")));
        let left = self.conflicts.load(Ordering::Relaxed);
        if left > 0 {
            self.conflicts.store(left - 1, Ordering::Relaxed);
            return Err(CommitError::Conflict { index: 0 });
        }
        self.inner.commit(change).await
    }
}
