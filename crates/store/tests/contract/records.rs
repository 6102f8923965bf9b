//! Plain records: look-ups, paging, and every precondition with both outcomes.

use cenote_idp::ports::{CommitError, Expect, Kind, Record, Store};

use super::{
    NOW, OTHER, POOL, change, commit, conflict, delete, found, put, put_until, record, require,
};
use crate::with_store;

const ABSENT: Expect = Expect::Absent { now: NOW };

#[tokio::test]
async fn every_kind_has_a_table_of_its_own() {
    with_store(async |store| {
        for kind in Kind::ALL {
            commit(
                &*store,
                [put_until(kind, "key", kind.table(), Some(NOW), ABSENT)],
            )
            .await;
        }
        for kind in Kind::ALL {
            let expected = Record {
                expires_at: Some(NOW),
                ..record("key", kind.table(), 1)
            };
            assert_eq!(
                found(&*store, kind, "key").await,
                Some(expected),
                "{kind:?}"
            );
            assert_eq!(store.record(kind, OTHER, "key").await.unwrap(), None);
            assert_eq!(found(&*store, kind, "other").await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn put_any_inserts_and_then_replaces() {
    with_store(async |store| {
        commit(
            &*store,
            [put_until(Kind::Group, "a", "one", Some(NOW), Expect::Any)],
        )
        .await;
        commit(&*store, [put(Kind::Group, "a", "two", Expect::Any)]).await;
        assert_eq!(
            found(&*store, Kind::Group, "a").await,
            Some(record("a", "two", 2))
        );
    })
    .await;
}

#[tokio::test]
async fn put_absent_is_refused_when_present() {
    with_store(async |store| {
        commit(&*store, [put(Kind::Group, "a", "one", ABSENT)]).await;
        conflict(&*store, 0, [put(Kind::Group, "a", "two", ABSENT)]).await;
        assert_eq!(
            found(&*store, Kind::Group, "a").await,
            Some(record("a", "one", 1))
        );
    })
    .await;
}

#[tokio::test]
async fn put_absent_replaces_what_has_expired() {
    with_store(async |store| {
        let write = |doc, until| put_until(Kind::Code, "a", doc, Some(until), ABSENT);
        commit(&*store, [write("later", NOW + 1)]).await;
        conflict(&*store, 0, [write("too early", NOW + 1)]).await;
        commit(
            &*store,
            [put_until(Kind::Code, "a", "now", Some(NOW), Expect::Any)],
        )
        .await;
        commit(&*store, [write("again", NOW + 9)]).await;
        let found = found(&*store, Kind::Code, "a").await.unwrap();
        assert_eq!(
            (found.doc.as_str(), found.expires_at),
            ("again", Some(NOW + 9))
        );
    })
    .await;
}

#[tokio::test]
async fn put_present_needs_the_record() {
    with_store(async |store| {
        conflict(&*store, 0, [put(Kind::Client, "a", "one", Expect::Present)]).await;
        assert_eq!(found(&*store, Kind::Client, "a").await, None);
        commit(
            &*store,
            [put_until(
                Kind::Client,
                "a",
                "one",
                Some(NOW - 1),
                Expect::Any,
            )],
        )
        .await;
        commit(&*store, [put(Kind::Client, "a", "two", Expect::Present)]).await;
        assert_eq!(
            found(&*store, Kind::Client, "a").await,
            Some(record("a", "two", 2))
        );
    })
    .await;
}

#[tokio::test]
async fn put_version_needs_that_version() {
    with_store(async |store| {
        conflict(
            &*store,
            0,
            [put(Kind::Pool, "a", "none", Expect::Version(1))],
        )
        .await;
        commit(&*store, [put(Kind::Pool, "a", "one", ABSENT)]).await;
        commit(&*store, [put(Kind::Pool, "a", "two", Expect::Version(1))]).await;
        conflict(
            &*store,
            0,
            [put(Kind::Pool, "a", "three", Expect::Version(1))],
        )
        .await;
        assert_eq!(
            found(&*store, Kind::Pool, "a").await,
            Some(record("a", "two", 2))
        );
    })
    .await;
}

#[tokio::test]
async fn delete_checks_its_precondition() {
    with_store(async |store| {
        commit(&*store, [delete(Kind::Group, "a", Expect::Any)]).await;
        conflict(&*store, 0, [delete(Kind::Group, "a", Expect::Present)]).await;
        conflict(&*store, 0, [delete(Kind::Group, "a", Expect::Version(1))]).await;
        for (expect, wrong) in [
            (Expect::Any, None),
            (Expect::Present, None),
            (Expect::Version(1), Some(Expect::Version(2))),
        ] {
            commit(&*store, [put(Kind::Group, "a", "doc", ABSENT)]).await;
            if let Some(wrong) = wrong {
                conflict(&*store, 0, [delete(Kind::Group, "a", wrong)]).await;
                assert_eq!(
                    found(&*store, Kind::Group, "a").await,
                    Some(record("a", "doc", 1))
                );
            }
            commit(&*store, [delete(Kind::Group, "a", expect)]).await;
            assert_eq!(found(&*store, Kind::Group, "a").await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn require_checks_without_writing() {
    with_store(async |store| {
        let written = || put(Kind::Client, "c", "doc", Expect::Any);
        conflict(
            &*store,
            1,
            [written(), require(Kind::Pool, "a", Expect::Present)],
        )
        .await;
        conflict(
            &*store,
            0,
            [require(Kind::Pool, "a", Expect::Version(1)), written()],
        )
        .await;
        assert_eq!(found(&*store, Kind::Client, "c").await, None);
        commit(&*store, [put(Kind::Pool, "a", "doc", ABSENT)]).await;
        conflict(
            &*store,
            0,
            [require(Kind::Pool, "a", Expect::Version(2)), written()],
        )
        .await;
        commit(
            &*store,
            [require(Kind::Pool, "a", Expect::Version(1)), written()],
        )
        .await;
        commit(&*store, [require(Kind::Pool, "a", Expect::Present)]).await;
        assert_eq!(
            found(&*store, Kind::Pool, "a").await,
            Some(record("a", "doc", 1))
        );
        assert_eq!(
            found(&*store, Kind::Client, "c").await,
            Some(record("c", "doc", 1))
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_leaves_nothing_behind() {
    with_store(async |store| {
        commit(
            &*store,
            [
                put(Kind::Group, "kept", "old", ABSENT),
                put(Kind::Group, "gone", "old", ABSENT),
            ],
        )
        .await;
        let refused = [
            put(Kind::Group, "kept", "new", Expect::Version(1)),
            delete(Kind::Group, "gone", Expect::Present),
            put(Kind::Group, "fresh", "new", ABSENT),
            put(Kind::Group, "kept", "newer", Expect::Version(1)),
            put(Kind::Group, "behind", "new", ABSENT),
        ];
        conflict(&*store, 3, refused).await;
        let left = store
            .records(Kind::Group, POOL, "", None, 10)
            .await
            .unwrap();
        assert_eq!(left, [record("gone", "old", 1), record("kept", "old", 1)]);
    })
    .await;
}

#[tokio::test]
async fn writes_of_a_change_see_those_before_them() {
    with_store(async |store| {
        commit(
            &*store,
            [
                put(Kind::Group, "a", "one", ABSENT),
                require(Kind::Group, "a", Expect::Version(1)),
                put(Kind::Group, "a", "two", Expect::Version(1)),
                delete(Kind::Group, "a", Expect::Version(2)),
                put(Kind::Group, "a", "three", ABSENT),
            ],
        )
        .await;
        assert_eq!(
            found(&*store, Kind::Group, "a").await,
            Some(record("a", "three", 1))
        );
    })
    .await;
}

#[tokio::test]
async fn an_empty_change_is_fine() {
    with_store(async |store| commit(&*store, []).await).await;
}

#[tokio::test]
async fn preconditions_that_make_no_sense_are_refused() {
    with_store(async |store| {
        for write in [
            delete(Kind::Group, "a", ABSENT),
            require(Kind::Group, "a", ABSENT),
            require(Kind::Group, "a", Expect::Any),
        ] {
            let answer = store
                .commit(change([put(Kind::Group, "b", "doc", Expect::Any), write]))
                .await;
            assert!(matches!(answer, Err(CommitError::Store(_))), "{answer:?}");
            assert_eq!(found(&*store, Kind::Group, "b").await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_is_found_by_its_id_alone_and_the_id_is_unique() {
    with_store(async |store| {
        commit(&*store, [put(Kind::Client, "id1", "doc", ABSENT)]).await;
        assert_eq!(
            store.client("id1").await.unwrap(),
            Some(record("id1", "doc", 1))
        );
        assert_eq!(store.client("id2").await.unwrap(), None);
        let mut elsewhere = put(Kind::Client, "id1", "thief", ABSENT);
        if let cenote_idp::ports::Write::Put { pool, .. } = &mut elsewhere {
            OTHER.clone_into(pool);
        }
        conflict(
            &*store,
            1,
            [put(Kind::Group, "g", "doc", Expect::Any), elsewhere],
        )
        .await;
        assert_eq!(
            store.client("id1").await.unwrap(),
            Some(record("id1", "doc", 1))
        );
        assert_eq!(found(&*store, Kind::Group, "g").await, None);
    })
    .await;
}

async fn keys(store: &dyn Store, prefix: &str, after: Option<&str>, limit: usize) -> Vec<String> {
    let page = store
        .records(Kind::SigningKey, POOL, prefix, after, limit)
        .await
        .unwrap();
    page.into_iter().map(|record| record.key).collect()
}

#[tokio::test]
async fn records_page_by_key_in_the_order_of_bytes() {
    with_store(async |store| {
        let names = [
            "B",
            "a",
            "b/1",
            "b/2",
            "b0",
            "\u{e9}",
            "\u{ffee}",
            "\u{1f600}",
        ];
        for name in names.iter().rev() {
            commit(&*store, [put(Kind::SigningKey, name, "doc", ABSENT)]).await;
        }
        assert_eq!(keys(&*store, "", None, 100).await, names);
        assert_eq!(keys(&*store, "", None, 3).await, names[..3]);
        assert_eq!(keys(&*store, "", Some("b/1"), 3).await, names[3..6]);
        assert_eq!(keys(&*store, "", Some("b/1x"), 1).await, names[3..4]);
        assert_eq!(keys(&*store, "", Some("\u{1f600}"), 3).await, [""; 0]);
        assert_eq!(keys(&*store, "", None, 0).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn records_narrow_to_a_prefix() {
    with_store(async |store| {
        for name in [
            "a",
            "b",
            "b/1",
            "b/2",
            "b0",
            "b_",
            "b%",
            "x\u{10ffff}",
            "x\u{10ffff}y",
            "y",
        ] {
            commit(&*store, [put(Kind::SigningKey, name, "doc", ABSENT)]).await;
        }
        assert_eq!(keys(&*store, "b/", None, 10).await, ["b/1", "b/2"]);
        assert_eq!(keys(&*store, "b/", Some("b/1"), 10).await, ["b/2"]);
        assert_eq!(keys(&*store, "b/", Some("a"), 1).await, ["b/1"]);
        assert_eq!(keys(&*store, "b/", Some("c"), 10).await, [""; 0]);
        assert_eq!(keys(&*store, "b_", None, 10).await, ["b_"]);
        assert_eq!(keys(&*store, "b%", None, 10).await, ["b%"]);
        assert_eq!(
            keys(&*store, "x\u{10ffff}", None, 10).await,
            ["x\u{10ffff}", "x\u{10ffff}y"]
        );
        assert_eq!(keys(&*store, "\u{10ffff}", None, 10).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn any_text_comes_back_as_it_went_in() {
    with_store(async |store| {
        for text in [
            "it's \"quoted\" \\ %_;--",
            "\u{fe0f}e\u{301}\u{10ffff}",
            "nul\0in\u{1}side\0",
            "\u{1}\u{2}",
        ] {
            commit(&*store, [put(Kind::Attempt, text, text, ABSENT)]).await;
            assert_eq!(
                found(&*store, Kind::Attempt, text).await,
                Some(record(text, text, 1))
            );
        }
        assert_eq!(found(&*store, Kind::Attempt, "nul").await, None);
    })
    .await;
}
