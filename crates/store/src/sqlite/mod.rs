//! SQLite: the embedded store, in a directory or in memory.
//!
//! Reads go to a few reader threads, each with a connection of its own, or are made where they are asked for when
//! that is a thread for CPU work; every write goes to one writer
//! thread, which commits whatever has queued up in one durable transaction (group commit).

mod apply;
mod look_up;
mod open;
#[cfg(test)]
mod plans;
mod reader;
mod sign_in;
mod sweep;
mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use cenote_idp::crypto::is_cpu_thread;
use cenote_idp::ports::{
    Change, CommitError, Kind, Message, MessageFilter, Record, SignInQuery, SignInRows, Store,
    StoreError, UserFilter, UserRow, Write,
};
use rusqlite::Connection;
use tokio::sync::oneshot;

use self::apply::Refused;
use self::reader::Readers;
use self::writer::{Task, Writer};
use crate::rules;

/// A read, as a thread with a connection runs it.
type Read = Box<dyn FnOnce(&Connection) + Send>;

/// How much has been written since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Changes that were committed.
    pub changes: u64,
    /// Durable transactions that they, and the sweeper, took; each costs one flush of the disk. Those that only mark
    /// one-time values as used are not among them.
    pub transactions: u64,
}

/// The store in SQLite. Dropping it finishes what is queued, folds the log into the file and closes it.
#[derive(Debug)]
pub struct SqliteStore {
    // In this order: SQLite folds its log into the file when the last connection, the writer's, closes,
    // and only then may another process have the directory.
    readers: Option<Readers>,
    writer: Writer,
    _lock: Option<File>,
    changes: AtomicU64,
}

impl SqliteStore {
    /// Opens the database in a directory, making both if need be. The error is one line that says what to mend.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let opened = open::directory(directory)?;
        Ok(Self {
            readers: Some(Readers::start(opened.readers)?),
            writer: Writer::start(opened.writer)?,
            _lock: Some(opened.lock),
            changes: AtomicU64::new(0),
        })
    }

    /// A database in memory, gone when this is dropped.
    pub fn memory() -> Result<Self, StoreError> {
        // Connections to one memory database would wait for each other's locks; its reads cost next to
        // nothing, so they share the writer's connection.
        Ok(Self {
            readers: None,
            writer: Writer::start(open::memory()?)?,
            _lock: None,
            changes: AtomicU64::new(0),
        })
    }

    /// How much was written so far.
    pub fn stats(&self) -> Stats {
        Stats {
            changes: self.changes.load(Ordering::Relaxed),
            transactions: self.writer.transactions(),
        }
    }

    async fn read<T, F>(&self, look_up: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        if is_cpu_thread()
            && let Some(connection) = self.readers.as_ref().and_then(Readers::free)
        {
            return look_up(&connection);
        }
        let (reply, answer) = oneshot::channel();
        let read: Read = Box::new(move |connection| {
            // Nobody waits for the answer to a request that was dropped.
            if !reply.is_closed() {
                let _ = reply.send(look_up(connection));
            }
        });
        match &self.readers {
            Some(readers) => readers.send(read)?,
            None => self.writer.read(read).await?,
        }
        answer.await.unwrap_or_else(|_| {
            Err(StoreError(
                "a reader of the database has stopped".to_owned(),
            ))
        })
    }

    async fn maintain<F>(&self, task: F) -> Result<usize, StoreError>
    where
        F: FnOnce(&Connection) -> Result<usize, Refused> + Send + 'static,
    {
        self.writer
            .write(Box::new(task), true)
            .await
            .map_err(|error| match error {
                CommitError::Store(error) => error,
                refused => StoreError(refused.to_string()),
            })
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn shared(&self) -> bool {
        false
    }

    async fn record(
        &self,
        kind: Kind,
        pool: &str,
        key: &str,
    ) -> Result<Option<Record>, StoreError> {
        let (pool, key) = (pool.to_owned(), key.to_owned());
        self.read(move |connection| look_up::record(connection, kind, &pool, &key))
            .await
    }

    async fn records(
        &self,
        kind: Kind,
        pool: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (pool, prefix, after) = (pool.to_owned(), prefix.to_owned(), after.map(str::to_owned));
        self.read(move |connection| {
            look_up::records(connection, kind, &pool, &prefix, after.as_deref(), limit)
        })
        .await
    }

    async fn client(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| look_up::client(connection, &id))
            .await
    }

    async fn user_by_name(&self, pool: &str, name: &str) -> Result<Option<UserRow>, StoreError> {
        let (pool, name) = (pool.to_owned(), name.to_owned());
        self.read(move |connection| look_up::user_by_name(connection, &pool, &name))
            .await
    }

    async fn user(&self, pool: &str, sub: &str) -> Result<Option<UserRow>, StoreError> {
        let (pool, sub) = (pool.to_owned(), sub.to_owned());
        self.read(move |connection| look_up::user(connection, &pool, &sub))
            .await
    }

    async fn users(
        &self,
        pool: &str,
        filter: Option<&UserFilter>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UserRow>, StoreError> {
        let (pool, filter, after) = (pool.to_owned(), filter.cloned(), after.map(str::to_owned));
        self.read(move |connection| {
            look_up::users(connection, &pool, filter.as_ref(), after.as_deref(), limit)
        })
        .await
    }

    async fn user_count(&self, pool: &str) -> Result<i64, StoreError> {
        let pool = pool.to_owned();
        self.read(move |connection| look_up::user_count(connection, &pool))
            .await
    }

    async fn groups_of(
        &self,
        pool: &str,
        sub: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Record, String)>, StoreError> {
        let (pool, sub, after) = (pool.to_owned(), sub.to_owned(), after.map(str::to_owned));
        self.read(move |connection| {
            look_up::groups_of(connection, &pool, &sub, after.as_deref(), limit)
        })
        .await
    }

    async fn sign_in(&self, query: SignInQuery) -> Result<SignInRows, StoreError> {
        self.read(move |connection| sign_in::look_up(connection, &query))
            .await
    }

    async fn members(
        &self,
        pool: &str,
        group_id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UserRow>, StoreError> {
        let (pool, group_id, after) = (
            pool.to_owned(),
            group_id.to_owned(),
            after.map(str::to_owned),
        );
        self.read(move |connection| {
            look_up::members(connection, &pool, &group_id, after.as_deref(), limit)
        })
        .await
    }

    async fn messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let filter = filter.clone();
        self.read(move |connection| look_up::messages(connection, &filter, limit))
            .await
    }

    async fn due_messages(&self, now: i64, limit: usize) -> Result<Vec<Message>, StoreError> {
        self.read(move |connection| look_up::due_messages(connection, now, limit))
            .await
    }

    async fn clear_messages(&self) -> Result<(), StoreError> {
        self.maintain(sweep::clear_messages).await.map(drop)
    }

    async fn sweep(&self, now: i64, batch: usize) -> Result<usize, StoreError> {
        self.maintain(move |connection| sweep::sweep(connection, now, batch))
            .await
    }

    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        rules::check(&change)?;
        let lasting = change.writes.iter().any(Write::is_lasting);
        let task: Task = Box::new(move |connection| apply::change(connection, &change));
        self.writer.write(task, lasting).await?;
        self.changes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
