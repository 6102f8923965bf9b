//! What every store promises, told once: each database mounts these modules and says in `with_store`
//! how to open an empty store of its own.

mod concurrency;
mod counts;
mod filters;
mod groups;
mod messages;
mod names;
mod records;
mod sign_in;
mod sweep;
mod users;

use cenote_idp::ports::{
    Change, CommitError, Expect, Kind, Record, Searched, Store, UserRow, Write,
};

pub(crate) const POOL: &str = "us-east-1_Alpha";
pub(crate) const OTHER: &str = "us-east-1_Beta";
pub(crate) const NOW: i64 = 1_700_000_000_000;

/// A change of these writes.
pub(crate) fn change(writes: impl IntoIterator<Item = Write>) -> Change {
    Change {
        writes: writes.into_iter().collect(),
    }
}

/// Commits, and expects it to go through.
pub(crate) async fn commit(store: &dyn Store, writes: impl IntoIterator<Item = Write>) {
    store
        .commit(change(writes))
        .await
        .expect("the change is committed");
}

/// Commits, and expects the write at this position to be refused.
pub(crate) async fn conflict(
    store: &dyn Store,
    at: usize,
    writes: impl IntoIterator<Item = Write>,
) {
    match store.commit(change(writes)).await {
        Err(CommitError::Conflict { index }) => assert_eq!(index, at),
        other => panic!("expected a conflict at write {at}, found {other:?}"),
    }
}

/// A put without expiry.
pub(crate) fn put(kind: Kind, key: &str, doc: &str, expect: Expect) -> Write {
    put_until(kind, key, doc, None, expect)
}

/// A put with expiry.
pub(crate) fn put_until(
    kind: Kind,
    key: &str,
    doc: &str,
    expires_at: Option<i64>,
    expect: Expect,
) -> Write {
    Write::Put {
        kind,
        pool: POOL.to_owned(),
        key: key.to_owned(),
        doc: doc.to_owned(),
        expires_at,
        expect,
    }
}

/// A delete.
pub(crate) fn delete(kind: Kind, key: &str, expect: Expect) -> Write {
    Write::Delete {
        kind,
        pool: POOL.to_owned(),
        key: key.to_owned(),
        expect,
    }
}

/// A requirement.
pub(crate) fn require(kind: Kind, key: &str, expect: Expect) -> Write {
    Write::Require {
        kind,
        pool: POOL.to_owned(),
        key: key.to_owned(),
        expect,
    }
}

/// A record of [`POOL`] as it should be found.
pub(crate) fn record(key: &str, doc: &str, version: i64) -> Record {
    Record {
        pool: POOL.to_owned(),
        key: key.to_owned(),
        doc: doc.to_owned(),
        version,
        expires_at: None,
    }
}

/// What is found under a key of [`POOL`].
pub(crate) async fn found(store: &dyn Store, kind: Kind, key: &str) -> Option<Record> {
    store
        .record(kind, POOL, key)
        .await
        .expect("the store answers")
}

/// The `sub` of the n-th user; ascending, and spread over the shards of the counter.
pub(crate) fn sub(n: u32) -> String {
    format!("{:x}{n:07x}-0000-4000-8000-000000000000", n % 16)
}

/// The n-th user of [`POOL`] as it should be found after it was inserted.
pub(crate) fn user(n: u32) -> UserRow {
    UserRow {
        pool: POOL.to_owned(),
        sub: sub(n),
        searched: Searched {
            username: format!("user{n}"),
            status: "CONFIRMED".to_owned(),
            enabled: true,
            email: Some(format!("user{n}@example.com")),
            ..Searched::default()
        },
        doc: format!(r#"{{"n":{n}}}"#),
        version: 1,
    }
}

/// Claims a name for a user of [`POOL`].
pub(crate) fn claim(name: &str, sub: &str) -> Write {
    Write::ClaimName {
        pool: POOL.to_owned(),
        name: name.to_owned(),
        sub: sub.to_owned(),
    }
}

/// The subs of some users.
pub(crate) fn subs(users: &[UserRow]) -> Vec<String> {
    users.iter().map(|user| user.sub.clone()).collect()
}
