//! Sign-in names: unique in a pool, claimed and released.

use cenote_idp::ports::{CommitError, Store, UserFilter, UserRow, Write};

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

/// This many characters that do not repeat, so that no database makes them short.
fn long(count: u32) -> String {
    let character = |n: u32| char::from_u32(0x4e00 + n * 7919 % 20_000).expect("a character");
    (0..count).map(character).collect()
}

#[tokio::test]
async fn the_longest_name_is_claimed_found_and_refused_like_any() {
    with_store(async |store| {
        // 1,024 bytes: longer names come as their digests.
        let name = format!("{}a", long(341));
        let other = format!("{}b", long(341));
        assert_eq!(name.len(), 1024);
        let claims = [claim(&name, &sub(1)), claim(&other, &sub(1))];
        commit(&*store, [Write::InsertUser(user(1))]).await;
        commit(&*store, claims).await;
        commit(&*store, [Write::InsertUser(user(2))]).await;
        let refused = store.commit(change([claim(&name, &sub(2))])).await;
        assert!(matches!(refused, Err(CommitError::NameTaken { name: taken }) if taken == name));
        commit(&*store, [release(&name, &sub(1)), claim(&name, &sub(2))]).await;
        assert_eq!(owner(&*store, &name).await, Some(user(2)));
        assert_eq!(owner(&*store, &other).await, Some(user(1)));
    })
    .await;
}

#[tokio::test]
async fn the_longest_attributes_are_stored_and_searched() {
    with_store(async |store| {
        let value = long(2048);
        let mut row = user(1);
        row.searched.email = Some(value.clone());
        row.searched.preferred_username = Some(value.clone());
        commit(&*store, [Write::InsertUser(row.clone())]).await;
        for column in ["email", "preferred_username"] {
            for (wanted, prefix, found) in [
                (value.clone(), false, true),
                (long(2047), true, true),
                (long(2047), false, false),
                (format!("{}x", long(2047)), true, false),
            ] {
                let filter = UserFilter {
                    column,
                    value: wanted,
                    prefix,
                };
                let users = store.users(POOL, Some(&filter), None, 10).await.unwrap();
                let expected: Vec<_> = found.then(|| row.clone()).into_iter().collect();
                assert_eq!(users, expected, "{column} {prefix}");
            }
        }
    })
    .await;
}
