//! Changes that meet: exactly one of them wins, and nothing is lost.

use std::sync::Arc;

use cenote_idp::ports::{Change, CommitError, Expect, Kind, Store, Write};
use tokio::task::JoinSet;

use super::{NOW, POOL, change, claim, commit, found, put, require, sub, user};
use crate::with_store;

/// Commits all of them at once and counts the winners; whoever loses must be told of a conflict.
async fn race(store: &Arc<dyn Store>, changes: impl IntoIterator<Item = Change>) -> usize {
    let mut set = JoinSet::new();
    for change in changes {
        let store = Arc::clone(store);
        set.spawn(async move { store.commit(change).await });
    }
    let answers = set.join_all().await;
    answers
        .into_iter()
        .filter(|answer| match answer {
            Ok(()) => true,
            Err(CommitError::Conflict { .. } | CommitError::NameTaken { .. }) => false,
            Err(error @ CommitError::Full { .. }) => panic!("nothing is counted here: {error}"),
            Err(CommitError::Store(error)) => panic!("the store failed: {error}"),
        })
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_insert_of_a_record_wins() {
    with_store(async |store| {
        let absent = Expect::Absent { now: NOW };
        for round in 0..10 {
            let key = round.to_string();
            let contenders =
                (0..16).map(|n| change([put(Kind::Consumed, &key, &n.to_string(), absent)]));
            assert_eq!(race(&store, contenders).await, 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_update_of_a_version_wins() {
    with_store(async |store| {
        commit(&*store, [put(Kind::Pool, "p", "0", Expect::Any)]).await;
        for version in 1..=10 {
            let contenders = (0..16).map(|n| {
                change([put(
                    Kind::Pool,
                    "p",
                    &n.to_string(),
                    Expect::Version(version),
                )])
            });
            assert_eq!(race(&store, contenders).await, 1);
        }
        assert_eq!(found(&*store, Kind::Pool, "p").await.unwrap().version, 11);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_user_gets_a_name() {
    with_store(async |store| {
        let contenders =
            (0..16).map(|n| change([Write::InsertUser(user(n)), claim("wanted", &sub(n))]));
        assert_eq!(race(&store, contenders).await, 1);
        let users = store.users(POOL, None, None, 100).await.unwrap();
        assert_eq!(users.len(), 1);
        assert_eq!(
            store.user_by_name(POOL, "wanted").await.unwrap().as_ref(),
            users.first()
        );
        assert_eq!(store.user_count(POOL).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_required_does_not_change_under_a_commit() {
    with_store(async |store| {
        for round in 0..20 {
            let pool = format!("pool{round}");
            commit(&*store, [put(Kind::Pool, &pool, "doc", Expect::Any)]).await;
            let inserts = (0..8).map(|n| {
                let client = put(Kind::Client, &format!("{pool}/{n}"), "doc", Expect::Any);
                change([require(Kind::Pool, &pool, Expect::Version(1)), client])
            });
            let end = change([put(Kind::Pool, &pool, "deleted", Expect::Version(1))]);
            let won = race(&store, inserts.chain([end])).await;
            // A deadlock may cost the end its turn; then the pool is as it was.
            let ended = found(&*store, Kind::Pool, &pool).await.unwrap().version == 2;
            let clients = store
                .records(Kind::Client, POOL, &format!("{pool}/"), None, 100)
                .await
                .unwrap();
            assert_eq!(won, clients.len() + usize::from(ended));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_that_do_not_meet_all_go_through() {
    with_store(async |store| {
        let inserts = (0..200)
            .map(|n| change([Write::InsertUser(user(n)), claim(&format!("n{n}"), &sub(n))]));
        assert_eq!(race(&store, inserts).await, 200);
        assert_eq!(store.user_count(POOL).await.unwrap(), 200);
        assert_eq!(
            store.users(POOL, None, None, 1000).await.unwrap().len(),
            200
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweepers_that_meet_delete_each_row_once() {
    with_store(async |store| {
        let expired =
            |n: u32| super::put_until(Kind::Code, &n.to_string(), "doc", Some(NOW), Expect::Any);
        commit(&*store, (0..100).map(expired)).await;
        let mut set = JoinSet::new();
        for _ in 0..8 {
            let store = Arc::clone(&store);
            set.spawn(async move { store.sweep(NOW, 7).await.expect("the store sweeps") });
        }
        let swept: usize = set.join_all().await.into_iter().sum();
        let left = store
            .records(Kind::Code, POOL, "", None, 1000)
            .await
            .unwrap()
            .len();
        assert_eq!(swept + left, 100);
        assert!(swept > 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_is_seen_by_every_look_up_after_it() {
    with_store(async |store| {
        let mut set = JoinSet::new();
        for n in 0..16 {
            let store = Arc::clone(&store);
            set.spawn(async move {
                for version in 1..=10 {
                    let key = n.to_string();
                    commit(&*store, [put(Kind::Attempt, &key, "doc", Expect::Any)]).await;
                    assert_eq!(
                        found(&*store, Kind::Attempt, &key).await.unwrap().version,
                        version
                    );
                }
            });
        }
        set.join_all().await;
    })
    .await;
}
