//! Where users are hidden, one who is not there costs the work of one who is: as many look-ups, writes and
//! CPU jobs of the same kinds. How long they take is measured by the benchmarks.

use std::sync::Arc;

use cenote_idp::crypto::srp;
use serde_json::{Value, json};

use crate::support::Harness;
use crate::support::signing::sub_of;
use crate::support::watched::Watched;
use crate::support::with;
use crate::support::world::{HOUR_MS, PASSWORD, World};

const NOBODYS_SUB: &str = "5f5c2d4e-70a1-7000-8000-3f1d2c4b5a69";

struct Scene {
    w: World,
    store: Arc<Watched>,
}

/// A hiding client, and the users `ada` (confirmed) and `eve` (not yet), each with an address.
async fn scene(pool: Value) -> Scene {
    let store = Arc::new(Watched::new());
    let h = Harness::on(Arc::clone(&store) as _);
    let pool = with(pool, json!({"AutoVerifiedAttributes": ["email"]}));
    let client = json!({
        "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
    });
    let w = World::on(h, pool, client).await;
    w.made(
        "ada",
        &[("email", "ada@example.com"), ("email_verified", "true")],
    )
    .await;
    w.sign_up("eve", &[("email", "eve@example.com")])
        .await
        .expect("a sign-up");
    Scene { w, store }
}

/// What an operation about a user asked of the store, and the CPU jobs that it took.
async fn work(scene: &Scene, operation: &str, input: Value) -> (Vec<String>, u64) {
    let Scene { w, store } = scene;
    let before = w.h.service.cpu.taken();
    store.asked();
    let _answer = w.public(operation, input).await;
    (store.asked(), w.h.service.cpu.taken() - before)
}

/// The operations that a stranger can call about anybody, with what they are given.
fn calls(name: &str) -> [(&'static str, Value); 6] {
    let password = json!({"USERNAME": name, "PASSWORD": "Wrong1!x"});
    let public_a = srp::client::Client::new(&[9; 32]).public_hex();
    let srp = json!({"USERNAME": name, "SRP_A": public_a});
    let code = json!({"Username": name, "ConfirmationCode": "nonsense"});
    [
        (
            "InitiateAuth",
            json!({"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": password}),
        ),
        (
            "InitiateAuth",
            json!({"AuthFlow": "USER_SRP_AUTH", "AuthParameters": srp}),
        ),
        ("ForgotPassword", json!({"Username": name})),
        (
            "ConfirmForgotPassword",
            with(code.clone(), json!({"Password": PASSWORD})),
        ),
        ("ResendConfirmationCode", json!({"Username": name})),
        ("ConfirmSignUp", code),
    ]
}

/// Whether an operation is for people who have not confirmed themselves yet.
fn is_of_sign_up(operation: &str) -> bool {
    ["ResendConfirmationCode", "ConfirmSignUp"].contains(&operation)
}

async fn assert_alike(scene: &Scene, confirmed: &str, unconfirmed: &str, nobody: &str) {
    // The first round fills the caches, and in the second a code is outstanding.
    for round in ["first", "second"] {
        for (known, unknown) in calls(confirmed).into_iter().zip(calls(nobody)) {
            let (operation, input) = if is_of_sign_up(known.0) {
                let mut of = calls(unconfirmed).into_iter();
                of.find(|(operation, _)| *operation == known.0)
                    .expect("the same operation")
            } else {
                known
            };
            let of_user = work(scene, operation, input).await;
            let of_nobody = work(scene, unknown.0, unknown.1).await;
            assert!(!of_user.0.is_empty(), "{operation}");
            if round == "second" {
                assert_eq!(of_user, of_nobody, "{operation} about {confirmed}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_costs_the_work_of_a_user() {
    let scene = scene(json!({})).await;
    assert_alike(&scene, "ada", "eve", "nobody").await;
    scene.w.h.clock.advance(HOUR_MS);
    let (ada, eve) = (sub_of(&scene.w, "ada").await, sub_of(&scene.w, "eve").await);
    assert_alike(&scene, &ada, &eve, NOBODYS_SUB).await;
}

#[tokio::test]
async fn nobody_costs_the_work_of_a_user_found_by_address() {
    let scene = scene(json!({"AliasAttributes": ["email"]})).await;
    // An address that is not confirmed signs nobody in, so the second of them is as unknown as nobody's.
    assert_alike(&scene, "ada@example.com", "eve", "nobody@example.com").await;
}
