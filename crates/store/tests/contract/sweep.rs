//! The sweeper: bounded batches, until nothing is left.

use cenote_idp::ports::{Expect, Kind, Message, MessageFilter, Store, UserRow, Write};

use super::{NOW, OTHER, POOL, claim, commit, found, put, put_until, sub, user};
use crate::with_store;

/// The kinds whose records belong to the pool that they are stored under.
fn owned() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.is_of_pool())
}

fn purge(key: &str) -> Write {
    Write::Put {
        kind: Kind::Purge,
        pool: String::new(),
        key: key.to_owned(),
        doc: "{}".to_owned(),
        expires_at: None,
        expect: Expect::Any,
    }
}

fn message(id: &str, expires_at: i64) -> Write {
    Write::Queue(Message {
        id: id.to_owned(),
        pool: POOL.to_owned(),
        sub: sub(1),
        at: NOW,
        doc: "sealed".to_owned(),
        tries: 0,
        due_at: None,
        expires_at,
    })
}

/// Sweeps until nothing is left; every batch is bounded. Says how much went.
async fn sweep(store: &dyn Store, batch: usize) -> usize {
    let mut all = 0;
    loop {
        let swept = store.sweep(NOW, batch).await.expect("the store sweeps");
        assert!(swept <= batch);
        if swept == 0 {
            return all;
        }
        all += swept;
    }
}

#[tokio::test]
async fn what_has_expired_goes_and_the_rest_stays() {
    with_store(async |store| {
        for kind in Kind::ALL {
            commit(
                &*store,
                [
                    put_until(kind, "past", "doc", Some(NOW - 1), Expect::Any),
                    put_until(kind, "now", "doc", Some(NOW), Expect::Any),
                    put_until(kind, "future", "doc", Some(NOW + 1), Expect::Any),
                    put(kind, "forever", "doc", Expect::Any),
                ],
            )
            .await;
        }
        commit(&*store, [message("past", NOW), message("future", NOW + 1)]).await;
        assert_eq!(sweep(&*store, 1000).await, 2 * Kind::ALL.len() + 1);
        for kind in Kind::ALL {
            let left = store.records(kind, POOL, "", None, 10).await.unwrap();
            let keys: Vec<_> = left.iter().map(|record| record.key.as_str()).collect();
            assert_eq!(keys, ["forever", "future"], "{kind:?}");
        }
        let left = store.messages(&MessageFilter::default(), 10).await.unwrap();
        assert_eq!(left.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_bounded() {
    with_store(async |store| {
        for n in 0..10 {
            let expired = |kind| put_until(kind, &n.to_string(), "doc", Some(NOW), Expect::Any);
            commit(&*store, [expired(Kind::Code), expired(Kind::Consumed)]).await;
        }
        assert_eq!(store.sweep(NOW, 15).await.unwrap(), 15);
        assert_eq!(store.sweep(NOW, 15).await.unwrap(), 5);
        assert_eq!(store.sweep(NOW, 15).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_purged_pool_leaves_nothing() {
    with_store(async |store| {
        for n in 1..=9 {
            let member = Write::AddMember {
                pool: POOL.to_owned(),
                group: "g".to_owned(),
                group_id: "gid".to_owned(),
                sub: sub(n),
            };
            commit(
                &*store,
                [
                    Write::InsertUser(user(n)),
                    claim(&format!("user{n}"), &sub(n)),
                    member,
                ],
            )
            .await;
        }
        for kind in owned() {
            commit(
                &*store,
                [
                    put(kind, "key1", "doc", Expect::Any),
                    put(kind, "key2", "doc", Expect::Any),
                ],
            )
            .await;
        }
        let count = Write::Count {
            kind: Kind::Group,
            pool: POOL.to_owned(),
            by: 1,
            most: 1,
        };
        commit(&*store, [message("m", NOW + 1), count.clone()]).await;
        let stranger = UserRow {
            pool: OTHER.to_owned(),
            ..user(1)
        };
        let name = Write::ClaimName {
            pool: OTHER.to_owned(),
            name: "n".to_owned(),
            sub: sub(1),
        };
        commit(
            &*store,
            [
                Write::InsertUser(stranger.clone()),
                name,
                put(Kind::Pool, "region's", "doc", Expect::Any),
            ],
        )
        .await;
        commit(&*store, [purge(&format!("pool/{POOL}"))]).await;

        // 9 users, names and memberships, 9 shards of the counter, two records of each kind, a count, a message,
        // the purge itself.
        assert_eq!(sweep(&*store, 4).await, 36 + 2 * owned().count() + 3);

        for kind in owned() {
            assert_eq!(
                store.records(kind, POOL, "", None, 10).await.unwrap(),
                [],
                "{kind:?}"
            );
        }
        assert_eq!(store.users(POOL, None, None, 10).await.unwrap(), []);
        assert_eq!(store.user_by_name(POOL, "user1").await.unwrap(), None);
        assert_eq!(store.members(POOL, "gid", None, 10).await.unwrap(), []);
        assert_eq!(store.user_count(POOL).await.unwrap(), 0);
        assert_eq!(
            store.messages(&MessageFilter::default(), 10).await.unwrap(),
            []
        );
        assert_eq!(
            store.records(Kind::Purge, "", "", None, 10).await.unwrap(),
            []
        );
        // Another pool, and the record of a pool, are not the purge's business.
        assert_eq!(
            store.user_by_name(OTHER, "n").await.unwrap(),
            Some(stranger)
        );
        assert_eq!(store.user_count(OTHER).await.unwrap(), 1);
        assert!(found(&*store, Kind::Pool, "region's").await.is_some());
        // The names are free again.
        commit(&*store, [claim("user1", &sub(77)), count]).await;
    })
    .await;
}

#[tokio::test]
async fn a_purged_group_loses_its_members_only() {
    with_store(async |store| {
        commit(
            &*store,
            [
                put(Kind::Group, "g", "doc", Expect::Any),
                put(Kind::Group, "h", "doc", Expect::Any),
            ],
        )
        .await;
        for n in 1..=5 {
            let member = |group: &str, id: &str| Write::AddMember {
                pool: POOL.to_owned(),
                group: group.to_owned(),
                group_id: id.to_owned(),
                sub: sub(n),
            };
            commit(
                &*store,
                [
                    Write::InsertUser(user(n)),
                    member("g", "a/b"),
                    member("h", "h"),
                ],
            )
            .await;
        }
        commit(&*store, [purge(&format!("group/{POOL}/a/b"))]).await;
        assert_eq!(sweep(&*store, 2).await, 6);
        assert_eq!(store.members(POOL, "a/b", None, 10).await.unwrap(), []);
        assert_eq!(store.members(POOL, "h", None, 10).await.unwrap().len(), 5);
        assert_eq!(store.user_count(POOL).await.unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_purge_that_names_nothing_does_not_stop_the_others() {
    with_store(async |store| {
        commit(&*store, [put(Kind::Group, "g", "doc", Expect::Any)]).await;
        commit(
            &*store,
            [
                purge("nonsense"),
                purge("group/unfinished"),
                purge(&format!("pool/{POOL}")),
            ],
        )
        .await;
        assert_eq!(sweep(&*store, 10).await, 2);
        assert!(found(&*store, Kind::Group, "g").await.is_none());
    })
    .await;
}
