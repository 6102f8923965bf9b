//! The outbox.

use cenote_idp::ports::{Message, MessageFilter, Store, Write};

use super::{NOW, OTHER, POOL, commit, conflict, sub};
use crate::with_store;

fn message(id: &str, at: i64) -> Message {
    Message {
        id: id.to_owned(),
        pool: POOL.to_owned(),
        sub: sub(1),
        at,
        doc: format!("sealed {id}"),
        tries: 0,
        due_at: Some(at),
        expires_at: at + 1000,
    }
}

async fn listed(
    store: &dyn Store,
    pool: Option<&str>,
    of: Option<&str>,
    limit: usize,
) -> Vec<String> {
    let filter = MessageFilter {
        pool: pool.map(str::to_owned),
        sub: of.map(str::to_owned),
    };
    ids(store
        .messages(&filter, limit)
        .await
        .expect("the store answers"))
}

fn ids(messages: Vec<Message>) -> Vec<String> {
    messages.into_iter().map(|message| message.id).collect()
}

#[tokio::test]
async fn messages_are_listed_newest_first() {
    with_store(async |store| {
        let elsewhere = Message {
            pool: OTHER.to_owned(),
            sub: sub(2),
            ..message("d", NOW)
        };
        let kept = Message {
            due_at: None,
            sub: sub(2),
            ..message("c", NOW + 5)
        };
        let queued = [
            message("b", NOW),
            message("a", NOW),
            kept.clone(),
            elsewhere,
        ];
        commit(&*store, queued.map(Write::Queue)).await;
        assert_eq!(listed(&*store, None, None, 10).await, ["c", "d", "b", "a"]);
        assert_eq!(listed(&*store, None, None, 2).await, ["c", "d"]);
        assert_eq!(listed(&*store, Some(POOL), None, 10).await, ["c", "b", "a"]);
        assert_eq!(listed(&*store, None, Some(&sub(2)), 10).await, ["c", "d"]);
        assert_eq!(listed(&*store, Some(OTHER), Some(&sub(2)), 10).await, ["d"]);
        let first = store.messages(&MessageFilter::default(), 1).await.unwrap();
        assert_eq!(first, [kept]);
    })
    .await;
}

#[tokio::test]
async fn due_messages_come_oldest_due_first() {
    with_store(async |store| {
        let due = |id: &str, due_at| Message {
            due_at,
            ..message(id, NOW)
        };
        let queued = [
            due("later", Some(NOW + 1)),
            due("now", Some(NOW)),
            due("never", None),
            due("before", Some(NOW - 9)),
        ];
        commit(&*store, queued.map(Write::Queue)).await;
        assert_eq!(
            ids(store.due_messages(NOW, 10).await.unwrap()),
            ["before", "now"]
        );
        assert_eq!(ids(store.due_messages(NOW, 1).await.unwrap()), ["before"]);
        assert_eq!(store.due_messages(NOW - 10, 10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_outcome_of_sending_is_recorded() {
    with_store(async |store| {
        commit(
            &*store,
            [
                Write::Queue(message("a", NOW)),
                Write::Queue(message("b", NOW)),
            ],
        )
        .await;
        let outcome = |id: &str, due_at| Write::Reschedule {
            id: id.to_owned(),
            was_due: None,
            tries: 3,
            due_at,
            expires_at: NOW + 77,
        };
        commit(
            &*store,
            [
                outcome("a", Some(NOW + 10)),
                outcome("b", None),
                outcome("gone", None),
            ],
        )
        .await;
        let expected = Message {
            tries: 3,
            due_at: Some(NOW + 10),
            expires_at: NOW + 77,
            ..message("a", NOW)
        };
        assert_eq!(store.due_messages(NOW + 10, 10).await.unwrap(), [expected]);
    })
    .await;
}

#[tokio::test]
async fn of_two_senders_one_takes_a_message() {
    with_store(async |store| {
        let take = |id: &str, was_due, due_at| Write::Reschedule {
            id: id.to_owned(),
            was_due: Some(was_due),
            tries: 1,
            due_at: Some(due_at),
            expires_at: NOW + 1000,
        };
        let kept = Message {
            due_at: None,
            ..message("kept", NOW)
        };
        commit(
            &*store,
            [Write::Queue(message("a", NOW)), Write::Queue(kept)],
        )
        .await;
        commit(&*store, [take("a", NOW, NOW + 50)]).await;
        for (late, was_due) in [("a", NOW), ("kept", NOW), ("gone", NOW)] {
            conflict(&*store, 0, [take(late, was_due, NOW + 60)]).await;
        }
        assert_eq!(store.due_messages(NOW + 49, 10).await.unwrap(), []);
        let taken = Message {
            tries: 1,
            due_at: Some(NOW + 50),
            ..message("a", NOW)
        };
        assert_eq!(store.due_messages(NOW + 50, 10).await.unwrap(), [taken]);
        commit(&*store, [take("a", NOW + 50, NOW + 90)]).await;
    })
    .await;
}

#[tokio::test]
async fn an_id_is_queued_once() {
    with_store(async |store| {
        commit(&*store, [Write::Queue(message("a", NOW))]).await;
        conflict(
            &*store,
            1,
            [
                Write::Queue(message("b", NOW)),
                Write::Queue(message("a", NOW)),
            ],
        )
        .await;
        assert_eq!(listed(&*store, None, None, 10).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn messages_are_dropped_one_by_one_or_all_at_once() {
    with_store(async |store| {
        commit(
            &*store,
            ["a", "b", "c"].map(|id| Write::Queue(message(id, NOW))),
        )
        .await;
        let dropped = |id: &str| Write::DropMessage { id: id.to_owned() };
        commit(&*store, [dropped("b"), dropped("gone")]).await;
        assert_eq!(listed(&*store, None, None, 10).await, ["c", "a"]);
        store.clear_messages().await.unwrap();
        assert_eq!(listed(&*store, None, None, 10).await, [""; 0]);
    })
    .await;
}
