//! Password guessing: five failures are free, then each locks the account for twice as long.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::Poll;

use cenote_idp::crypto::RootKeys;
use cenote_idp::ports::Kind;
use tokio::task::JoinHandle;

use crate::support::signing::{
    MINUTE_MS, admin_initiate, all_flows, answer_srp, beside, initiate, not_authorized, result,
    start_srp, wrong_password,
};
use crate::support::watched::Watched;
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{CPU_THREADS, Harness, ROOT, with};
use serde_json::{Value, json};

const SECOND_MS: i64 = 1000;

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &[]).await;
    w
}

fn locked_out() -> Answer {
    not_authorized("Password attempts exceeded")
}

/// A wrong password that is heard.
async fn fail(w: &World, name: &str) {
    assert_eq!(w.sign_in(name, "Wrong1!x").await, wrong_password());
}

async fn fail_times(w: &World, name: &str, times: usize) {
    for _ in 0..times {
        fail(w, name).await;
    }
}

#[tokio::test]
async fn four_failures_lock_nothing_and_a_success_forgets_them() {
    let w = world(json!({})).await;
    for _ in 0..3 {
        fail_times(&w, "ada", 4).await;
        result(w.sign_in("ada", PASSWORD).await);
    }
}

#[tokio::test]
async fn the_fifth_failure_locks_for_a_second_even_for_the_right_password() {
    let w = world(json!({})).await;
    fail_times(&w, "ada", 5).await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
    assert_eq!(w.sign_in("ada", "Wrong1!x").await, locked_out());
    w.h.clock.advance(SECOND_MS - 1);
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
    w.h.clock.advance(1);
    result(w.sign_in("ada", PASSWORD).await);
    fail_times(&w, "ada", 5).await;
}

#[tokio::test]
async fn each_further_failure_doubles_the_lock_up_to_fifteen_minutes() {
    let w = world(json!({})).await;
    fail_times(&w, "ada", 4).await;
    let seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900];
    for lock in seconds {
        fail(&w, "ada").await;
        w.h.clock.advance(lock * SECOND_MS - 1);
        assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out(), "{lock} s");
        w.h.clock.advance(1);
    }
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn attempts_during_a_lock_do_not_count() {
    let w = world(json!({})).await;
    fail_times(&w, "ada", 5).await;
    for _ in 0..10 {
        assert_eq!(w.sign_in("ada", "Wrong1!x").await, locked_out());
    }
    w.h.clock.advance(SECOND_MS);
    fail(&w, "ada").await;
    w.h.clock.advance(2 * SECOND_MS - 1);
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
    w.h.clock.advance(1);
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn fifteen_quiet_minutes_forget_the_failures() {
    let w = world(json!({})).await;
    fail_times(&w, "ada", 4).await;
    w.h.clock.advance(15 * MINUTE_MS);
    fail_times(&w, "ada", 4).await;
    w.h.clock.advance(15 * MINUTE_MS - 1);
    fail(&w, "ada").await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
}

#[tokio::test]
async fn every_way_of_giving_a_password_counts_and_is_locked() {
    let w = world(json!({})).await;
    let other = beside(&w, all_flows()).await;
    let typed = |password: &str| json!({"USERNAME": "ada", "PASSWORD": password});
    let token = w.token("ada").await;
    let started = start_srp(&w, "ada").await;

    fail(&w, "ada").await;
    fail(&other, "ada").await;
    let admin = admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", typed("Wrong1!x")).await;
    assert_eq!(admin, wrong_password());
    assert_eq!(
        answer_srp(&w, started.proof(&w, "Wrong1!x")).await,
        wrong_password()
    );
    let change = json!({"PreviousPassword": "Wrong1!x", "ProposedPassword": "An0ther!x"});
    assert_eq!(
        w.with(&token, "ChangePassword", change).await,
        wrong_password()
    );

    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
    assert_eq!(other.sign_in("ada", PASSWORD).await, locked_out());
    let admin = admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", typed(PASSWORD)).await;
    assert_eq!(admin, locked_out());
    assert_eq!(
        answer_srp(&w, started.proof(&w, PASSWORD)).await,
        locked_out()
    );
    let start = initiate(
        &w,
        "USER_SRP_AUTH",
        json!({"USERNAME": "ada", "SRP_A": "1f"}),
    )
    .await;
    assert_eq!(start, locked_out());
    let change = json!({"PreviousPassword": PASSWORD, "ProposedPassword": "An0ther!x"});
    assert_eq!(w.with(&token, "ChangePassword", change).await, locked_out());

    w.h.clock.advance(SECOND_MS);
    result(answer_srp(&w, started.proof(&w, PASSWORD)).await);
    fail_times(&w, "ada", 4).await;
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn one_user_is_locked_under_all_names_and_nobody_else() {
    let w = World::new(json!({"AliasAttributes": ["email"]}), all_flows()).await;
    w.made(
        "ada",
        &[("email", "ada@example.com"), ("email_verified", "true")],
    )
    .await;
    w.made("bob", &[]).await;
    fail_times(&w, "ada", 3).await;
    fail_times(&w, "ada@example.com", 2).await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
    result(w.sign_in("bob", PASSWORD).await);
}

#[tokio::test]
async fn nobody_is_locked_like_anybody_where_users_are_hidden() {
    let w = world(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    for name in ["ada", "nobody"] {
        fail_times(&w, name, 5).await;
        assert_eq!(w.sign_in(name, PASSWORD).await, locked_out(), "{name}");
        let start = initiate(
            &w,
            "USER_SRP_AUTH",
            json!({"USERNAME": name, "SRP_A": "1f"}),
        )
        .await;
        assert_eq!(start, locked_out(), "{name}");
        w.h.clock.advance(SECOND_MS);
        fail(&w, name).await;
        w.h.clock.advance(SECOND_MS);
        assert_eq!(w.sign_in(name, PASSWORD).await, locked_out(), "{name}");
    }
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_heard_no_more_often_than_guesses_in_turn() {
    let w = world(json!({})).await;
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let w = w.through(w.h.clone());
        guesses.spawn(async move { w.sign_in("ada", "Wrong1!x").await });
    }
    let told = guesses.join_all().await;
    assert_eq!(
        told.iter()
            .filter(|answer| **answer == wrong_password())
            .count(),
        5
    );
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
}

/// Lets a call read what it reads and stop where it needs the CPU threads.
async fn begin(w: &World, mut call: Pin<&mut impl Future<Output = Answer>>) {
    let mut busy = tokio::task::JoinSet::new();
    let (started, starts) = mpsc::channel();
    let releases = [(); 2].map(|()| {
        let (release, released) = mpsc::channel::<()>();
        let (h, started) = (w.h.clone(), started.clone());
        busy.spawn(async move {
            let job = move || {
                started.send(()).expect("the test waits");
                released.recv().expect("the test lets go");
            };
            h.service.cpu.run(job).await
        });
        release
    });
    for _ in &releases {
        while starts.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
    }
    for _ in 0..10 {
        poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        // The database answers in turn: what the call asked is answered before this.
        let asked = w.h.service.store.record(Kind::Attempt, "", "").await;
        assert_eq!(asked.expect("an answer"), None);
    }
    for release in releases {
        release.send(()).expect("the job waits");
    }
    busy.join_all().await;
}

#[tokio::test]
async fn a_right_guess_is_not_heard_when_five_others_have_failed_since_it_began() {
    let w = world(json!({})).await;
    let mut right = pin!(w.sign_in("ada", PASSWORD));
    begin(&w, right.as_mut()).await;
    fail_times(&w, "ada", 5).await;
    assert_eq!(right.await, locked_out());
}

#[tokio::test]
async fn a_right_guess_is_heard_when_fewer_have_failed_and_forgets_them() {
    let w = world(json!({})).await;
    let mut right = pin!(w.sign_in("ada", PASSWORD));
    begin(&w, right.as_mut()).await;
    fail_times(&w, "ada", 4).await;
    result(right.await);
    fail_times(&w, "ada", 5).await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked_out());
}

#[tokio::test]
async fn a_right_guess_is_heard_whoever_else_fails_meanwhile() {
    let w = world(json!({})).await;
    w.made("bob", &[]).await;
    let mut right = pin!(w.sign_in("ada", PASSWORD));
    begin(&w, right.as_mut()).await;
    fail_times(&w, "bob", 5).await;
    result(right.await);
    assert_eq!(w.sign_in("bob", PASSWORD).await, locked_out());
}

/// Keeps a node's CPU threads busy until what this answers is dropped.
async fn held(w: &World) -> Vec<mpsc::Sender<()>> {
    let mut held = Vec::new();
    for _ in 0..CPU_THREADS {
        let (release, released) = mpsc::channel::<()>();
        held.push(release);
        let service = Arc::clone(&w.h.service);
        queued(w, async move {
            let wait = move || released.recv().is_err();
            service.cpu.run(wait).await.expect("a job that ends")
        })
        .await;
    }
    held
}

/// Starts something, and waits until it has queued a job for the CPU threads.
async fn queued<T: Send + 'static>(
    w: &World,
    work: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let before = w.h.service.cpu.taken();
    let started = tokio::spawn(work);
    while w.h.service.cpu.taken() == before {
        tokio::task::yield_now().await;
    }
    started
}

/// Two nodes on one database.
async fn nodes() -> (World, World) {
    let h = Harness::on(Arc::new(Watched::shared()));
    let w = World::on(h, json!({}), all_flows()).await;
    w.made("ada", &[]).await;
    let other = w.through(w.h.beside(RootKeys::new(ROOT, [])));
    (w, other)
}

#[tokio::test]
async fn a_right_guess_beside_five_wrong_ones_is_not_heard_on_any_node() {
    let (w, other) = nodes().await;
    let here = w.through(w.h.clone());
    let held = held(&w).await;
    let right = queued(&w, async move { here.sign_in("ada", PASSWORD).await }).await;
    // It was read that nobody had failed; now they do.
    fail_times(&other, "ada", 5).await;
    drop(held);
    assert_eq!(right.await.expect("an answer"), locked_out());
    w.h.clock.advance(SECOND_MS);
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn a_right_proof_beside_five_wrong_guesses_is_not_heard_on_any_node() {
    let (w, other) = nodes().await;
    let here = w.through(w.h.clone());
    let started = start_srp(&w, "ada").await;
    let proof = started.proof(&w, PASSWORD);
    let held = held(&w).await;
    let right = queued(&w, async move { answer_srp(&here, proof).await }).await;
    fail_times(&other, "ada", 5).await;
    drop(held);
    assert_eq!(right.await.expect("an answer"), locked_out());
    w.h.clock.advance(SECOND_MS);
    // The proof was right, and has not been used up.
    result(answer_srp(&w, started.proof(&w, PASSWORD)).await);
}

#[tokio::test]
async fn a_right_guess_beside_a_few_wrong_ones_of_another_node_is_heard() {
    let (w, other) = nodes().await;
    fail_times(&w, "ada", 2).await;
    let here = w.through(w.h.clone());
    let held = held(&w).await;
    let right = queued(&w, async move { here.sign_in("ada", PASSWORD).await }).await;
    fail_times(&other, "ada", 2).await;
    drop(held);
    result(right.await.expect("an answer"));
    fail_times(&w, "ada", 4).await;
    result(w.sign_in("ada", PASSWORD).await);
}
