//! What a sender takes from the outbox, and what it reports.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cenote_idp::message::{Delivery, InboxQuery, LEASE, Outcome, inbox, report, take};
use cenote_idp::ports::{Change, Message, Write};

use crate::support::signing::MINUTE_MS;
use crate::support::world::World;

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

fn lease_ms() -> i64 {
    i64::try_from(LEASE.as_millis()).expect("minutes")
}

/// A world in which each of these users waits for a code by e-mail.
async fn waiting(names: &[&str]) -> World {
    let w = World::verifying_email().await;
    for name in names {
        let address = format!("{name}@example.com");
        w.sign_up(name, &[("email", &address)])
            .await
            .expect("a sign-up");
        w.h.clock.advance(1);
    }
    w
}

async fn taken(w: &World, limit: usize) -> Vec<Delivery> {
    take(&w.h.service, limit).await.expect("the outbox")
}

#[tokio::test]
async fn whoever_sends_is_told_of_a_new_message_at_once() {
    let w = waiting(&[]).await;
    let posted = w.h.service.posted.notified();
    w.sign_up("ann", &[("email", "ann@example.com")])
        .await
        .expect("a sign-up");
    tokio::time::timeout(Duration::from_secs(5), posted)
        .await
        .expect("news of the message");
    assert_eq!(briefly(&taken(&w, 9).await), [("ann@example.com", 1)]);
}

/// To whom, and which try it is.
fn briefly(deliveries: &[Delivery]) -> Vec<(&str, i32)> {
    deliveries
        .iter()
        .map(|delivery| (delivery.to.as_str(), delivery.tries))
        .collect()
}

async fn reported(w: &World, delivery: &Delivery, outcome: Outcome) {
    report(&w.h.service, delivery, outcome)
        .await
        .expect("it is recorded");
}

#[tokio::test]
async fn what_is_taken_is_nobody_elses() {
    let w = waiting(&["ada", "bob", "cyd"]).await;
    let first = taken(&w, 2).await;
    assert_eq!(
        briefly(&first),
        [("ada@example.com", 1), ("bob@example.com", 1)]
    );
    assert_eq!(briefly(&taken(&w, 2).await), [("cyd@example.com", 1)]);
    assert_eq!(briefly(&taken(&w, 2).await), []);
}

#[tokio::test]
async fn senders_at_the_same_time_share_what_there_is() {
    let w = waiting(&["ada", "bob", "cyd", "dan"]).await;
    let (one, other) = tokio::join!(taken(&w, 4), taken(&w, 4));
    let mut all: Vec<_> = briefly(&one).into_iter().chain(briefly(&other)).collect();
    all.sort_unstable();
    let each = ["ada", "bob", "cyd", "dan"].map(|name| (format!("{name}@example.com"), 1));
    assert_eq!(
        all,
        each.iter()
            .map(|(to, n)| (to.as_str(), *n))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn what_a_lost_sender_had_is_taken_over_when_its_time_is_over() {
    let w = waiting(&["ada"]).await;
    let lost = taken(&w, 1).await;
    w.h.clock.advance(lease_ms() - 1);
    assert_eq!(briefly(&taken(&w, 1).await), []);
    w.h.clock.advance(1);
    let again = taken(&w, 1).await;
    assert_eq!(briefly(&again), [("ada@example.com", 2)]);
    assert_eq!(lost[0].id, again[0].id);

    // The lost one comes back: its failure is not the message's any more, its success is.
    reported(&w, &lost[0], Outcome::Failed).await;
    w.h.clock.advance(MINUTE_MS);
    assert_eq!(briefly(&taken(&w, 1).await), []);
    reported(&w, &lost[0], Outcome::Sent).await;
    reported(&w, &again[0], Outcome::Failed).await;
    w.h.clock.advance(DAY_MS - 10 * MINUTE_MS);
    assert_eq!(briefly(&taken(&w, 1).await), []);
}

#[tokio::test]
async fn what_fails_is_tried_eight_times_with_growing_pauses() {
    let w = waiting(&["ada"]).await;
    for n in 1..=8 {
        let delivery = taken(&w, 1).await;
        assert_eq!(briefly(&delivery), [("ada@example.com", n)]);
        reported(&w, &delivery[0], Outcome::Failed).await;
        let pause = MINUTE_MS << (n - 1);
        w.h.clock.advance(pause - 1);
        assert_eq!(briefly(&taken(&w, 1).await), []);
        w.h.clock.advance(1);
    }
    let query = InboxQuery {
        state: Some("given_up".to_owned()),
        ..InboxQuery::default()
    };
    let given_up = inbox(&w.h.service, &query).await.expect("the inbox");
    assert_eq!((given_up.len(), given_up[0].tries), (1, 8));
    assert_eq!(w.h.service.messages_given_up.load(Ordering::Relaxed), 1);
    w.h.clock.advance(DAY_MS);
    assert_eq!(briefly(&taken(&w, 1).await), []);
}

#[tokio::test]
async fn a_message_that_ends_every_sender_is_given_up() {
    let w = waiting(&["ada"]).await;
    for n in 1..=8 {
        assert_eq!(briefly(&taken(&w, 1).await), [("ada@example.com", n)]);
        w.h.clock.advance(lease_ms());
    }
    assert_eq!(briefly(&taken(&w, 1).await), []);
}

#[tokio::test]
async fn a_message_that_does_not_open_is_given_up_and_holds_up_nobody() {
    let w = waiting(&[]).await;
    let now = w.h.service.clock.now_ms();
    let unreadable = Message {
        id: "0".to_owned(),
        pool: w.pool.clone(),
        sub: String::new(),
        at: now,
        doc: "nonsense".to_owned(),
        tries: 0,
        due_at: Some(now),
        expires_at: now + DAY_MS,
    };
    let change = Change::new().with(Write::Queue(unreadable));
    w.h.service.store.commit(change).await.expect("queued");
    w.h.clock.advance(1);
    w.sign_up("ada", &[("email", "ada@example.com")])
        .await
        .expect("a sign-up");
    assert_eq!(briefly(&taken(&w, 1).await), [("ada@example.com", 1)]);
    let left = w.h.service.store.due_messages(now + DAY_MS, 10).await;
    assert_eq!(left.expect("the outbox").len(), 1);
}
