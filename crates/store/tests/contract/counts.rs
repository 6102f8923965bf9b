//! Counters that bound the number of records without a scan.

use cenote_idp::ports::{CommitError, Expect, Kind, Store, Write};

use super::{NOW, OTHER, POOL, change, commit, found, put};
use crate::with_store;

fn count(kind: Kind, pool: &str, by: i64, most: i64) -> Write {
    Write::Count {
        kind,
        pool: pool.to_owned(),
        by,
        most,
    }
}

/// Counts one more group of [`POOL`], and expects that it is one too many.
async fn full(store: &dyn Store, writes: impl IntoIterator<Item = Write>) {
    let answer = store.commit(change(writes)).await;
    let refused = matches!(answer, Err(CommitError::Full { kind: Kind::Group }));
    assert!(refused, "{answer:?}");
}

#[tokio::test]
async fn a_count_ends_at_its_bound_and_goes_on_below_it() {
    with_store(async |store| {
        let more = || count(Kind::Group, POOL, 1, 2);
        let less = || count(Kind::Group, POOL, -1, i64::MAX);
        commit(&*store, [more()]).await;
        commit(&*store, [more()]).await;
        full(&*store, [more()]).await;
        // Others are counted by themselves, and a bound can be raised.
        commit(&*store, [count(Kind::Client, POOL, 1, 1)]).await;
        commit(&*store, [count(Kind::Group, OTHER, 1, 1)]).await;
        commit(&*store, [count(Kind::Group, POOL, 1, 3)]).await;
        commit(&*store, [less()]).await;
        commit(&*store, [less()]).await;
        commit(&*store, [more()]).await;
        full(&*store, [more()]).await;
        full(&*store, [count(Kind::Group, "empty", 1, 0)]).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_one_too_many_is_not_stored_and_what_is_refused_is_not_counted() {
    with_store(async |store| {
        let group = |key: &str| put(Kind::Group, key, "doc", Expect::Absent { now: NOW });
        let more = || count(Kind::Group, POOL, 1, 2);
        commit(&*store, [more(), group("a")]).await;
        assert!(
            store.commit(change([more(), group("a")])).await.is_err(),
            "it is there already"
        );
        commit(&*store, [more(), group("b")]).await;
        full(&*store, [group("c"), more()]).await;
        assert_eq!(found(&*store, Kind::Group, "c").await, None);
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_no_more_get_in_than_may() {
    with_store(async |store| {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let store = std::sync::Arc::clone(&store);
            tasks.spawn(async move {
                let more = count(Kind::Group, POOL, 1, 7);
                store.commit(change([more])).await.is_ok()
            });
        }
        let counted = tasks.join_all().await.into_iter().filter(|it| *it).count();
        assert_eq!(counted, 7);
    })
    .await;
}
