//! Users: inserting, updating, deleting, counting and listing.

use cenote_idp::ports::{CommitError, Expect, Kind, Searched, UserRow, Write};

use super::{POOL, change, claim, commit, conflict, found, put, sub, subs, user};
use crate::with_store;

fn update(row: UserRow, searched_changed: bool) -> Write {
    Write::UpdateUser {
        row,
        searched_changed,
    }
}

fn delete_user(n: u32, version: i64) -> Write {
    Write::DeleteUser {
        pool: POOL.to_owned(),
        sub: sub(n),
        version,
    }
}

fn full(n: u32) -> UserRow {
    let text = |field: &str| Some(format!("{field} \u{e9}'\0 {n}"));
    UserRow {
        searched: Searched {
            username: "a'b".to_owned(),
            status: "FORCE_CHANGE_PASSWORD".to_owned(),
            enabled: false,
            email: text("email"),
            phone_number: text("phone"),
            name: text("name"),
            given_name: text("given"),
            family_name: text("family"),
            preferred_username: text("preferred"),
        },
        ..user(n)
    }
}

#[tokio::test]
async fn a_user_comes_back_as_inserted() {
    with_store(async |store| {
        commit(
            &*store,
            [Write::InsertUser(full(1)), Write::InsertUser(user(2))],
        )
        .await;
        assert_eq!(store.user(POOL, &sub(1)).await.unwrap(), Some(full(1)));
        assert_eq!(store.user(POOL, &sub(2)).await.unwrap(), Some(user(2)));
        assert_eq!(store.user(POOL, &sub(3)).await.unwrap(), None);
        assert_eq!(store.user("elsewhere", &sub(1)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_sub_must_be_free() {
    with_store(async |store| {
        commit(&*store, [Write::InsertUser(user(1))]).await;
        conflict(
            &*store,
            1,
            [Write::InsertUser(user(2)), Write::InsertUser(user(1))],
        )
        .await;
        assert_eq!(store.user(POOL, &sub(2)).await.unwrap(), None);
        assert_eq!(store.user_count(POOL).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_update_writes_the_searched_columns_when_they_changed() {
    with_store(async |store| {
        commit(&*store, [Write::InsertUser(user(1))]).await;
        let mut changed = full(1);
        commit(&*store, [update(changed.clone(), true)]).await;
        changed.version = 2;
        assert_eq!(store.user(POOL, &sub(1)).await.unwrap(), Some(changed));
    })
    .await;
}

#[tokio::test]
async fn an_update_leaves_the_searched_columns_when_they_did_not_change() {
    with_store(async |store| {
        commit(&*store, [Write::InsertUser(user(1))]).await;
        commit(
            &*store,
            [update(
                UserRow {
                    doc: "new".to_owned(),
                    ..full(1)
                },
                false,
            )],
        )
        .await;
        let expected = UserRow {
            doc: "new".to_owned(),
            version: 2,
            ..user(1)
        };
        assert_eq!(store.user(POOL, &sub(1)).await.unwrap(), Some(expected));
    })
    .await;
}

#[tokio::test]
async fn an_update_needs_the_version_that_was_read() {
    with_store(async |store| {
        commit(&*store, [Write::InsertUser(user(1))]).await;
        for searched_changed in [true, false] {
            let stale = UserRow {
                version: 2,
                ..full(1)
            };
            conflict(&*store, 0, [update(stale, searched_changed)]).await;
            conflict(&*store, 0, [update(user(7), searched_changed)]).await;
        }
        assert_eq!(store.user(POOL, &sub(1)).await.unwrap(), Some(user(1)));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_user_takes_names_memberships_and_own_records_along() {
    with_store(async |store| {
        let member = |n| Write::AddMember {
            pool: POOL.to_owned(),
            group: "g".to_owned(),
            group_id: "gid".to_owned(),
            sub: sub(n),
        };
        let own =
            |n| Kind::OF_USER.map(|kind| put(kind, &format!("{}/x", sub(n)), "own", Expect::Any));
        commit(&*store, [put(Kind::Group, "g", "group", Expect::Any)]).await;
        for n in [1, 2] {
            let names = [
                claim(&format!("user{n}"), &sub(n)),
                claim(&format!("alias{n}"), &sub(n)),
            ];
            commit(
                &*store,
                [Write::InsertUser(user(n)), member(n)]
                    .into_iter()
                    .chain(own(n))
                    .chain(names),
            )
            .await;
        }
        let key_near = format!("{}0", sub(1));
        let near = Kind::OF_USER.map(|kind| put(kind, &key_near, "nobody's", Expect::Any));
        commit(&*store, near).await;

        commit(&*store, [delete_user(1, 1)]).await;

        assert_eq!(store.user(POOL, &sub(1)).await.unwrap(), None);
        assert_eq!(store.user_by_name(POOL, "user1").await.unwrap(), None);
        for kind in Kind::OF_USER {
            let left = store.records(kind, POOL, "", None, 10).await.unwrap();
            let keys: Vec<_> = left.into_iter().map(|record| record.key).collect();
            assert_eq!(
                keys,
                [key_near.clone(), format!("{}/x", sub(2))],
                "{kind:?}"
            );
        }
        assert_eq!(
            store.members(POOL, "gid", None, 10).await.unwrap(),
            [user(2)]
        );
        assert_eq!(store.groups_of(POOL, &sub(1), None, 10).await.unwrap(), []);
        assert_eq!(
            store.user_by_name(POOL, "alias2").await.unwrap(),
            Some(user(2))
        );
        assert_eq!(store.user_count(POOL).await.unwrap(), 1);
        // The names are free again, not merely without an owner.
        commit(&*store, [claim("user1", &sub(2)), claim("alias1", &sub(2))]).await;
    })
    .await;
}

#[tokio::test]
async fn deleting_a_user_needs_the_version_that_was_read() {
    with_store(async |store| {
        conflict(&*store, 0, [delete_user(1, 1)]).await;
        commit(
            &*store,
            [Write::InsertUser(user(1)), claim("user1", &sub(1))],
        )
        .await;
        conflict(&*store, 0, [delete_user(1, 2)]).await;
        assert_eq!(
            store.user_by_name(POOL, "user1").await.unwrap(),
            Some(user(1))
        );
        assert_eq!(store.user_count(POOL).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn users_are_counted_in_and_out() {
    with_store(async |store| {
        assert_eq!(store.user_count(POOL).await.unwrap(), 0);
        for n in 0..40 {
            commit(&*store, [Write::InsertUser(user(n))]).await;
        }
        let stranger = UserRow {
            pool: "elsewhere".to_owned(),
            sub: "not hexadecimal".to_owned(),
            ..user(0)
        };
        commit(&*store, [Write::InsertUser(stranger)]).await;
        assert_eq!(store.user_count(POOL).await.unwrap(), 40);
        for n in 0..15 {
            commit(&*store, [delete_user(n, 1)]).await;
        }
        assert_eq!(store.user_count(POOL).await.unwrap(), 25);
        assert_eq!(store.user_count("elsewhere").await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn users_page_by_sub() {
    with_store(async |store| {
        let inserts = (0..20).map(|n| Write::InsertUser(user(n)));
        commit(&*store, inserts).await;
        commit(
            &*store,
            [Write::InsertUser(UserRow {
                pool: "elsewhere".to_owned(),
                ..user(3)
            })],
        )
        .await;
        let mut expected: Vec<_> = (0..20).map(sub).collect();
        expected.sort();
        let mut seen = Vec::new();
        loop {
            let page = store
                .users(POOL, None, seen.last().map(String::as_str), 7)
                .await
                .unwrap();
            seen.extend(subs(&page));
            if page.len() < 7 {
                break;
            }
        }
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_mixed_change_stays_when_its_last_write_is_refused() {
    with_store(async |store| {
        commit(
            &*store,
            [Write::InsertUser(user(1)), claim("taken", &sub(1))],
        )
        .await;
        let answer = store
            .commit(change([
                Write::InsertUser(user(2)),
                claim("user2", &sub(2)),
                Write::UpdateUser {
                    row: full(1),
                    searched_changed: true,
                },
                put(Kind::Attempt, "a", "doc", Expect::Any),
                claim("taken", &sub(2)),
            ]))
            .await;
        assert!(matches!(answer, Err(CommitError::NameTaken { name }) if name == "taken"));
        assert_eq!(store.users(POOL, None, None, 10).await.unwrap(), [user(1)]);
        assert_eq!(store.user_count(POOL).await.unwrap(), 1);
        assert!(found(&*store, Kind::Attempt, "a").await.is_none());
        commit(&*store, [claim("user2", &sub(1))]).await;
    })
    .await;
}
