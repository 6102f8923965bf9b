//! A database that takes every change and forgets it, once it is frozen: no input depends on those before.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use cenote_idp::ports::{
    Change, CommitError, Kind, Message, MessageFilter, Record, SignInQuery, SignInRows, Store,
    StoreError, UserFilter, UserRow,
};
use cenote_store::SqliteStore;

/// SQLite in memory.
pub(crate) struct Frozen {
    inner: SqliteStore,
    is_frozen: AtomicBool,
}

impl Frozen {
    pub(crate) fn new() -> Self {
        let inner = SqliteStore::memory().expect("a database in memory");
        Self {
            inner,
            is_frozen: AtomicBool::new(false),
        }
    }

    pub(crate) fn freeze(&self) {
        self.is_frozen.store(true, Ordering::Release);
    }

    fn is_frozen(&self) -> bool {
        self.is_frozen.load(Ordering::Acquire)
    }
}

type Answer<T> = Result<T, StoreError>;

#[async_trait]
impl Store for Frozen {
    fn shared(&self) -> bool {
        false
    }

    async fn record(&self, kind: Kind, pool: &str, key: &str) -> Answer<Option<Record>> {
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
        self.inner.records(kind, pool, prefix, after, limit).await
    }

    async fn client(&self, id: &str) -> Answer<Option<Record>> {
        self.inner.client(id).await
    }

    async fn user_by_name(&self, pool: &str, name: &str) -> Answer<Option<UserRow>> {
        self.inner.user_by_name(pool, name).await
    }

    async fn user(&self, pool: &str, sub: &str) -> Answer<Option<UserRow>> {
        self.inner.user(pool, sub).await
    }

    async fn users(
        &self,
        pool: &str,
        filter: Option<&UserFilter>,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<UserRow>> {
        self.inner.users(pool, filter, after, limit).await
    }

    async fn user_count(&self, pool: &str) -> Answer<i64> {
        self.inner.user_count(pool).await
    }

    async fn groups_of(
        &self,
        pool: &str,
        sub: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(Record, String)>> {
        self.inner.groups_of(pool, sub, after, limit).await
    }

    async fn sign_in(&self, query: SignInQuery) -> Answer<SignInRows> {
        self.inner.sign_in(query).await
    }

    async fn members(
        &self,
        pool: &str,
        group_id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<UserRow>> {
        self.inner.members(pool, group_id, after, limit).await
    }

    async fn messages(&self, filter: &MessageFilter, limit: usize) -> Answer<Vec<Message>> {
        self.inner.messages(filter, limit).await
    }

    async fn due_messages(&self, now: i64, limit: usize) -> Answer<Vec<Message>> {
        self.inner.due_messages(now, limit).await
    }

    async fn clear_messages(&self) -> Answer<()> {
        Ok(())
    }

    async fn sweep(&self, _now: i64, _batch: usize) -> Answer<usize> {
        Ok(0)
    }

    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        if self.is_frozen() {
            return Ok(());
        }
        self.inner.commit(change).await
    }
}
