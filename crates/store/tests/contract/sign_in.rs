//! What a sign-in reads, in one look-up.

use cenote_idp::ports::{Expect, Kind, SignInQuery, SignInRows, Store, Write};

use super::{OTHER, POOL, claim, commit, put, record, sub, user};
use crate::with_store;

/// Two users with names, a group and counted attempts, and a record of nobody in particular.
async fn filled(store: &dyn Store) {
    let member = |group: &str, n: u32| Write::AddMember {
        pool: POOL.to_owned(),
        group: group.to_owned(),
        group_id: format!("id of {group}"),
        sub: sub(n),
    };
    commit(
        store,
        [
            put(Kind::Group, "a", "{}", Expect::Any),
            put(Kind::Group, "b", "{}", Expect::Any),
            put(Kind::Consumed, "block", "used", Expect::Any),
            put(Kind::Attempt, &format!("word/{}", sub(1)), "1", Expect::Any),
            put(Kind::Attempt, &format!("else/{}", sub(2)), "2", Expect::Any),
            put(Kind::Attempt, "word/nobody\0", "3", Expect::Any),
            Write::InsertUser(user(1)),
            Write::InsertUser(user(2)),
            claim("ada", &sub(1)),
            claim("nul\0", &sub(2)),
            member("b", 1),
            member("a", 1),
            member("b", 2),
        ],
    )
    .await;
}

/// A question for everything.
fn asking(sub: Option<&str>, name: Option<&str>) -> SignInQuery {
    SignInQuery {
        pool: POOL.to_owned(),
        sub: sub.map(str::to_owned),
        name: name.map(str::to_owned),
        attempts: "word/".to_owned(),
        nobody: Some("nobody\0".to_owned()),
        record: Some((Kind::Consumed, "block".to_owned())),
        groups: 10,
    }
}

fn group(name: &str) -> (cenote_idp::ports::Record, String) {
    (record(name, "{}", 1), format!("id of {name}"))
}

/// What is found of the first user.
fn first() -> SignInRows {
    SignInRows {
        user: Some(user(1)),
        attempts: Some(record(&format!("word/{}", sub(1)), "1", 1)),
        record: Some(record("block", "used", 1)),
        groups: vec![group("a"), group("b")],
    }
}

#[tokio::test]
async fn a_user_is_found_by_sub_and_else_by_name() {
    with_store(async |store| {
        filled(&*store).await;
        let (one, two) = (sub(1), sub(2));
        for (sub, name) in [
            (None, Some("ada")),
            (Some(&*one), None),
            (Some(&*one), Some("nul\0")),
            (Some("unknown"), Some("ada")),
        ] {
            let found = store.sign_in(asking(sub, name)).await.unwrap();
            assert_eq!(found, first(), "{sub:?} {name:?}");
        }
        for (sub, name) in [(None, Some("nul\0")), (Some(&*two), Some("ada"))] {
            let found = store.sign_in(asking(sub, name)).await.unwrap();
            let second = SignInRows {
                user: Some(user(2)),
                attempts: None,
                record: Some(record("block", "used", 1)),
                groups: vec![group("b")],
            };
            assert_eq!(found, second, "{sub:?} {name:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_has_attempts_but_no_groups() {
    with_store(async |store| {
        filled(&*store).await;
        let nobody = SignInRows {
            attempts: Some(record("word/nobody\0", "3", 1)),
            record: Some(record("block", "used", 1)),
            ..SignInRows::default()
        };
        for (sub, name) in [(None, Some("bob")), (Some("unknown"), None), (None, None)] {
            let found = store.sign_in(asking(sub, name)).await.unwrap();
            assert_eq!(found, nobody, "{sub:?} {name:?}");
        }
        let unnamed = SignInQuery {
            nobody: None,
            ..asking(None, Some("bob"))
        };
        let found = store.sign_in(unnamed).await.unwrap();
        assert_eq!(found.attempts, None);
        let elsewhere = SignInQuery {
            pool: OTHER.to_owned(),
            ..asking(Some(&sub(1)), Some("ada"))
        };
        let found = store.sign_in(elsewhere).await.unwrap();
        assert_eq!(found, SignInRows::default());
    })
    .await;
}

#[tokio::test]
async fn only_what_is_asked_for_is_read() {
    with_store(async |store| {
        filled(&*store).await;
        let query = SignInQuery {
            attempts: String::new(),
            record: None,
            groups: 0,
            ..asking(None, Some("ada"))
        };
        let user_alone = SignInRows {
            user: Some(user(1)),
            ..SignInRows::default()
        };
        assert_eq!(store.sign_in(query).await.unwrap(), user_alone);
        let one_group = SignInQuery {
            groups: 1,
            ..asking(None, Some("ada"))
        };
        let found = store.sign_in(one_group).await.unwrap();
        assert_eq!(found.groups, [group("a")]);
    })
    .await;
}
