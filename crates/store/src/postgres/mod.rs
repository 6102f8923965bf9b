//! PostgreSQL 15 and later, and what speaks its protocol and the SQL they share.
//!
//! Nodes keep nothing that another node needs: what one commits, the next look-up of any other sees.

mod commit;
mod connect;
mod look_up;
mod migrate;
mod param;
mod plan;
mod sign_in;
mod sweep;

use async_trait::async_trait;
use cenote_idp::ports::{
    Change, CommitError, Kind, Message, MessageFilter, Record, SignInQuery, SignInRows, Store,
    StoreError, UserFilter, UserRow,
};

use self::connect::Connections;
use crate::rules;

/// The store in PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    connections: Connections,
}

impl PostgresStore {
    /// Connects and brings the schema up to date. `sslmode=require` in the URL asks for TLS with a
    /// certificate that the machine trusts; without it the connection is in the clear.
    /// The error is one line that says what to mend; it never shows the password.
    pub async fn connect(url: &str, pool_size: usize) -> Result<Self, StoreError> {
        let connections = Connections::new(url, pool_size)?;
        migrate::migrate(&connections).await?;
        Ok(Self { connections })
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn shared(&self) -> bool {
        true
    }

    async fn record(
        &self,
        kind: Kind,
        pool: &str,
        key: &str,
    ) -> Result<Option<Record>, StoreError> {
        look_up::record(&self.connections, kind, pool, key).await
    }

    async fn records(
        &self,
        kind: Kind,
        pool: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        look_up::records(&self.connections, kind, pool, prefix, after, limit).await
    }

    async fn client(&self, id: &str) -> Result<Option<Record>, StoreError> {
        look_up::client(&self.connections, id).await
    }

    async fn user_by_name(&self, pool: &str, name: &str) -> Result<Option<UserRow>, StoreError> {
        look_up::user_by_name(&self.connections, pool, name).await
    }

    async fn user(&self, pool: &str, sub: &str) -> Result<Option<UserRow>, StoreError> {
        look_up::user(&self.connections, pool, sub).await
    }

    async fn users(
        &self,
        pool: &str,
        filter: Option<&UserFilter>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UserRow>, StoreError> {
        look_up::users(&self.connections, pool, filter, after, limit).await
    }

    async fn user_count(&self, pool: &str) -> Result<i64, StoreError> {
        look_up::user_count(&self.connections, pool).await
    }

    async fn groups_of(
        &self,
        pool: &str,
        sub: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Record, String)>, StoreError> {
        look_up::groups_of(&self.connections, pool, sub, after, limit).await
    }

    async fn sign_in(&self, query: SignInQuery) -> Result<SignInRows, StoreError> {
        sign_in::look_up(&self.connections, &query).await
    }

    async fn members(
        &self,
        pool: &str,
        group_id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UserRow>, StoreError> {
        look_up::members(&self.connections, pool, group_id, after, limit).await
    }

    async fn messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        look_up::messages(&self.connections, filter, limit).await
    }

    async fn due_messages(&self, now: i64, limit: usize) -> Result<Vec<Message>, StoreError> {
        look_up::due_messages(&self.connections, now, limit).await
    }

    async fn clear_messages(&self) -> Result<(), StoreError> {
        self.connections
            .query("DELETE FROM messages", &[])
            .await
            .map(drop)
    }

    async fn sweep(&self, now: i64, batch: usize) -> Result<usize, StoreError> {
        sweep::sweep(&self.connections, now, batch).await
    }

    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        rules::check(&change)?;
        let connections = self.connections.clone();
        // A task of its own: a caller that is dropped half-way must not leave a connection half-way.
        let commit = tokio::spawn(async move { commit::commit(&connections, &change).await });
        commit.await.unwrap_or_else(|error| {
            Err(StoreError(format!("the commit was cut short: {error}")).into())
        })
    }
}
