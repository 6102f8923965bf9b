//! Sign-in names: unique in a pool, claimed and released.

use cenote_idp::ports::{CommitError, Store, UserRow, Write};

use super::{OTHER, POOL, change, claim, commit, sub, user};
use crate::with_store;

fn release(name: &str, sub: &str) -> Write {
    Write::ReleaseName {
        pool: POOL.to_owned(),
        name: name.to_owned(),
        sub: sub.to_owned(),
    }
}

async fn owner(store: &dyn Store, name: &str) -> Option<UserRow> {
    store
        .user_by_name(POOL, name)
        .await
        .expect("the store answers")
}

#[tokio::test]
async fn a_name_leads_to_its_user() {
    with_store(async |store| {
        let names = ["plain", "A", "a", "it's", "\u{e9}", "e\u{301}", "nul\0"];
        commit(&*store, [Write::InsertUser(user(1))]).await;
        for name in names {
            assert_eq!(owner(&*store, name).await, None);
            commit(&*store, [claim(name, &sub(1))]).await;
            assert_eq!(owner(&*store, name).await, Some(user(1)));
        }
        assert_eq!(store.user_by_name(OTHER, "plain").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_name_of_another_user_is_refused() {
    with_store(async |store| {
        commit(&*store, [Write::InsertUser(user(1)), claim("n", &sub(1))]).await;
        let answer = store
            .commit(change([Write::InsertUser(user(2)), claim("n", &sub(2))]))
            .await;
        assert!(matches!(answer, Err(CommitError::NameTaken { name }) if name == "n"));
        assert_eq!(owner(&*store, "n").await, Some(user(1)));
        assert_eq!(store.user(POOL, &sub(2)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn one_own_name_may_be_claimed_again() {
    with_store(async |store| {
        commit(
            &*store,
            [
                Write::InsertUser(user(1)),
                claim("n", &sub(1)),
                claim("n", &sub(1)),
            ],
        )
        .await;
        commit(&*store, [claim("n", &sub(1))]).await;
        assert_eq!(owner(&*store, "n").await, Some(user(1)));
    })
    .await;
}

#[tokio::test]
async fn the_same_name_may_be_taken_in_two_pools() {
    with_store(async |store| {
        let elsewhere = UserRow {
            pool: OTHER.to_owned(),
            ..user(2)
        };
        let name = Write::ClaimName {
            pool: OTHER.to_owned(),
            name: "n".to_owned(),
            sub: sub(2),
        };
        commit(&*store, [Write::InsertUser(user(1)), claim("n", &sub(1))]).await;
        commit(&*store, [Write::InsertUser(elsewhere.clone()), name]).await;
        assert_eq!(owner(&*store, "n").await, Some(user(1)));
        assert_eq!(
            store.user_by_name(OTHER, "n").await.unwrap(),
            Some(elsewhere)
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_releases_a_name() {
    with_store(async |store| {
        commit(&*store, [Write::InsertUser(user(1)), claim("n", &sub(1))]).await;
        commit(
            &*store,
            [release("n", &sub(2)), release("unknown", &sub(1))],
        )
        .await;
        assert_eq!(owner(&*store, "n").await, Some(user(1)));
        commit(
            &*store,
            [
                Write::InsertUser(user(2)),
                release("n", &sub(1)),
                claim("n", &sub(2)),
            ],
        )
        .await;
        assert_eq!(owner(&*store, "n").await, Some(user(2)));
    })
    .await;
}
