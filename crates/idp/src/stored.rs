//! Plain records whose document is one value.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::{Expect, Kind, Record, Write};
use crate::{Cx, Error, Result};

/// A record as it was read, or as it is to be stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored<T> {
    pub(crate) kind: Kind,
    pub(crate) pool: String,
    pub(crate) key: String,
    pub(crate) value: T,
    /// Of the record that was read; 0 for a new one.
    pub(crate) version: i64,
}

impl<T> Stored<T> {
    /// A record that is not stored yet.
    pub(crate) fn new(
        kind: Kind,
        pool: impl Into<String>,
        key: impl Into<String>,
        value: T,
    ) -> Self {
        Self {
            kind,
            pool: pool.into(),
            key: key.into(),
            value,
            version: 0,
        }
    }

    /// The write that deletes it, unless it has changed since it was read.
    pub(crate) fn delete(&self) -> Write {
        Write::Delete {
            kind: self.kind,
            pool: self.pool.clone(),
            key: self.key.clone(),
            expect: Expect::Version(self.version),
        }
    }
}

impl<T: Serialize> Stored<T> {
    /// The write that stores it, if nobody was there first.
    pub(crate) fn insert(&self, now: i64) -> Result<Write> {
        self.put(Expect::Absent { now })
    }

    /// The write that stores it, unless it has changed since it was read.
    pub(crate) fn update(&self) -> Result<Write> {
        self.put(Expect::Version(self.version))
    }

    /// The write that stores it.
    pub(crate) fn put(&self, expect: Expect) -> Result<Write> {
        let doc = serde_json::to_string(&self.value)
            .map_err(|error| Error::internal(error.to_string()))?;
        Ok(Write::Put {
            kind: self.kind,
            pool: self.pool.clone(),
            key: self.key.clone(),
            doc,
            expires_at: None,
            expect,
        })
    }
}

impl<T: DeserializeOwned> Stored<T> {
    /// Reads a record's document.
    pub(crate) fn from_record(kind: Kind, record: Record) -> Result<Self> {
        let value = serde_json::from_str(&record.doc).map_err(|error| {
            Error::internal(format!(
                "{}: {}/{}: {error}",
                kind.table(),
                record.pool,
                record.key
            ))
        })?;
        Ok(Self {
            kind,
            pool: record.pool,
            key: record.key,
            value,
            version: record.version,
        })
    }

    /// The record of this key, if there is one.
    pub(crate) async fn find(cx: &Cx, kind: Kind, pool: &str, key: &str) -> Result<Option<Self>> {
        let record = cx.service.store.record(kind, pool, key).await?;
        record
            .map(|record| Self::from_record(kind, record))
            .transpose()
    }

    /// Records by ascending key, of which `after` was the last that was seen.
    pub(crate) async fn list(
        cx: &Cx,
        kind: Kind,
        pool: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Self>> {
        let records = cx
            .service
            .store
            .records(kind, pool, "", after, limit)
            .await?;
        records
            .into_iter()
            .map(|record| Self::from_record(kind, record))
            .collect()
    }
}

/// Refuses what would be one record more than a pool may have of a kind.
pub(crate) async fn check_count(
    cx: &Cx,
    kind: Kind,
    pool: &str,
    limit: usize,
    refusal: impl FnOnce() -> Error,
) -> Result<()> {
    let stored = cx
        .service
        .store
        .records(kind, pool, "", None, limit)
        .await?;
    if stored.len() >= limit {
        return Err(refusal());
    }
    Ok(())
}
