//! Memberships: from the group and from the user.

use cenote_idp::ports::{Expect, Kind, Store, Write};

use super::{POOL, commit, delete, put, record, sub, subs, user};
use crate::with_store;

fn add(group: &str, group_id: &str, n: u32) -> Write {
    let (group, group_id) = (group.to_owned(), group_id.to_owned());
    Write::AddMember {
        pool: POOL.to_owned(),
        group,
        group_id,
        sub: sub(n),
    }
}

fn remove(group_id: &str, n: u32) -> Write {
    Write::RemoveMember {
        pool: POOL.to_owned(),
        group_id: group_id.to_owned(),
        sub: sub(n),
    }
}

fn group(name: &str) -> Write {
    put(Kind::Group, name, name, Expect::Any)
}

async fn groups(
    store: &dyn Store,
    n: u32,
    after: Option<&str>,
    limit: usize,
) -> Vec<(String, String)> {
    let page = store
        .groups_of(POOL, &sub(n), after, limit)
        .await
        .expect("the store answers");
    page.into_iter()
        .map(|(group, id)| (group.key, id))
        .collect()
}

#[tokio::test]
async fn memberships_are_seen_from_both_sides() {
    with_store(async |store| {
        commit(
            &*store,
            [
                group("admins"),
                group("staff"),
                Write::InsertUser(user(1)),
                Write::InsertUser(user(2)),
            ],
        )
        .await;
        commit(
            &*store,
            [
                add("admins", "g1", 1),
                add("staff", "g2", 1),
                add("staff", "g2", 2),
            ],
        )
        .await;
        let of_user = store.groups_of(POOL, &sub(1), None, 10).await.unwrap();
        let expected = [("admins", "g1"), ("staff", "g2")];
        assert_eq!(
            of_user,
            expected.map(|(name, id)| (record(name, name, 1), id.to_owned()))
        );
        assert_eq!(
            store.members(POOL, "g2", None, 10).await.unwrap(),
            [user(1), user(2)]
        );
        assert_eq!(
            store.members(POOL, "g1", None, 10).await.unwrap(),
            [user(1)]
        );
        assert_eq!(
            store.members("elsewhere", "g1", None, 10).await.unwrap(),
            []
        );
        assert_eq!(
            store
                .groups_of("elsewhere", &sub(1), None, 10)
                .await
                .unwrap(),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn adding_and_removing_twice_is_fine() {
    with_store(async |store| {
        commit(&*store, [group("a"), Write::InsertUser(user(1))]).await;
        commit(
            &*store,
            [remove("g", 1), add("a", "g", 1), add("a", "g", 1)],
        )
        .await;
        assert_eq!(
            groups(&*store, 1, None, 10).await,
            [("a".to_owned(), "g".to_owned())]
        );
        commit(&*store, [remove("another", 1)]).await;
        assert_eq!(store.members(POOL, "g", None, 10).await.unwrap().len(), 1);
        commit(&*store, [remove("g", 1), remove("g", 1)]).await;
        assert_eq!(groups(&*store, 1, None, 10).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_membership_without_its_group_is_not_listed() {
    with_store(async |store| {
        commit(
            &*store,
            [group("a"), group("b"), Write::InsertUser(user(1))],
        )
        .await;
        commit(&*store, [add("a", "g1", 1), add("b", "g2", 1)]).await;
        commit(&*store, [delete(Kind::Group, "a", Expect::Present)]).await;
        assert_eq!(
            groups(&*store, 1, None, 10).await,
            [("b".to_owned(), "g2".to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn joining_a_group_made_anew_replaces_the_membership_of_the_old_one() {
    with_store(async |store| {
        commit(
            &*store,
            [group("a"), Write::InsertUser(user(1)), add("a", "old", 1)],
        )
        .await;
        commit(&*store, [add("a", "new", 1)]).await;
        assert_eq!(
            groups(&*store, 1, None, 10).await,
            [("a".to_owned(), "new".to_owned())]
        );
        assert_eq!(store.members(POOL, "old", None, 10).await.unwrap(), []);
        assert_eq!(
            store.members(POOL, "new", None, 10).await.unwrap(),
            [user(1)]
        );
    })
    .await;
}

#[tokio::test]
async fn both_lists_page_by_key() {
    with_store(async |store| {
        let names: Vec<String> = (10..21).map(|n| format!("group{n}")).collect();
        commit(&*store, names.iter().map(|name| group(name))).await;
        commit(&*store, names.iter().map(|name| add(name, name, 1))).await;
        commit(
            &*store,
            (0..11).flat_map(|n| [Write::InsertUser(user(n)), add("group10", "group10", n)]),
        )
        .await;

        let first = groups(&*store, 1, None, 5).await;
        let second = groups(&*store, 1, Some(&first[4].0), 5).await;
        let third = groups(&*store, 1, Some(&second[4].0), 5).await;
        let seen: Vec<String> = [first, second, third]
            .concat()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(seen, names);

        let mut expected: Vec<_> = (0..11).map(sub).collect();
        expected.sort();
        let first = subs(&store.members(POOL, "group10", None, 6).await.unwrap());
        let second = subs(
            &store
                .members(POOL, "group10", Some(&first[5]), 6)
                .await
                .unwrap(),
        );
        assert_eq!([first, second].concat(), expected);
    })
    .await;
}
