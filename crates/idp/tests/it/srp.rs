//! USER_SRP_AUTH and PASSWORD_VERIFIER.

use crate::support::signing;
use crate::support::signing::{
    MINUTE_MS, all_flows, answer_srp, beside, initiate, invalid, no_such_user, not_authorized,
    respond, result, secret, secret_hash, start_srp, sub_of, timestamp, wrong_password,
};
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{refusal, text, with};
use cenote_idp::crypto::srp;
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &EMAIL).await;
    w
}

async fn sign_in(w: &World, name: &str, password: &str) -> Answer {
    let exchange = start_srp(w, name).await;
    answer_srp(w, exchange.proof(w, password)).await
}

#[tokio::test]
async fn the_challenge_has_all_that_a_client_needs_and_no_session() {
    let w = world(json!({})).await;
    // `start_srp` compares the members beside the parameters.
    let challenge = start_srp(&w, "ada").await.challenge;
    let members: Vec<&String> = challenge.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        [
            "SALT",
            "SECRET_BLOCK",
            "SRP_B",
            "USERNAME",
            "USER_ID_FOR_SRP"
        ]
    );
    assert_eq!(
        (&challenge["USERNAME"], &challenge["USER_ID_FOR_SRP"]),
        (&json!("ada"), &json!("ada"))
    );
    assert_eq!(text(&challenge["SALT"]).len(), 32);
    assert!((700..=768).contains(&text(&challenge["SRP_B"]).len()));
    assert_eq!(
        start_srp(&w, "ada").await.challenge["SALT"],
        challenge["SALT"]
    );
}

#[tokio::test]
async fn the_right_password_is_answered_with_tokens() {
    let w = world(json!({})).await;
    let tokens = result(sign_in(&w, "ada", PASSWORD).await);
    let token = text(&tokens["AccessToken"]);
    w.with(&token, "GetUser", json!({}))
        .await
        .expect("a live token");
    assert_eq!(sign_in(&w, "ada", "Wrong1!x").await, wrong_password());

    // Some clients send a Session though they got none.
    let exchange = start_srp(&w, "ada").await;
    let session = "AYABeEcho-of-nothing-in-particular";
    result(
        respond(
            &w,
            "PASSWORD_VERIFIER",
            Some(session),
            exchange.proof(&w, PASSWORD),
        )
        .await,
    );
}

#[tokio::test]
async fn an_administrator_can_relay_both_calls() {
    let w = world(json!({})).await;
    let exchange = start_srp(&w, "ada").await;
    let client = srp::client::Client::new(&[5; 32]);
    let started = signing::admin_initiate(
        &w,
        "USER_SRP_AUTH",
        json!({"USERNAME": "ada", "SRP_A": client.public_hex()}),
    );
    assert_eq!(
        started.await.expect("a challenge")["ChallengeName"],
        "PASSWORD_VERIFIER"
    );
    let input = json!({
        "ClientId": w.client, "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": exchange.proof(&w, PASSWORD),
    });
    result(w.admin("AdminRespondToAuthChallenge", input).await);
}

#[tokio::test]
async fn an_alias_leads_to_the_immutable_username() {
    let w = World::new(json!({"AliasAttributes": ["email"]}), all_flows()).await;
    w.made("ada", &EMAIL).await;
    let exchange = start_srp(&w, "ada@example.com").await;
    assert_eq!(exchange.challenge["USERNAME"], "ada");
    // The alias is tolerated where the username belongs; the proof is made with the username.
    let proof = with(
        exchange.proof(&w, PASSWORD),
        json!({"USERNAME": "ada@example.com"}),
    );
    result(answer_srp(&w, proof).await);

    let w = World::new(json!({"UsernameAttributes": ["email"]}), all_flows()).await;
    w.made("ada@example.com", &[]).await;
    let exchange = start_srp(&w, "ada@example.com").await;
    assert_eq!(
        exchange.challenge["USERNAME"],
        sub_of(&w, "ada@example.com").await.as_str()
    );
    result(answer_srp(&w, exchange.proof(&w, PASSWORD)).await);
}

#[tokio::test]
async fn a_public_value_without_a_secret_is_refused() {
    let w = world(json!({})).await;
    let n = data_encoding::HEXLOWER.encode(cenote_bignum::prime());
    for public in [
        "0",
        "00",
        n.as_str(),
        &format!("00{n}"),
        "xyz",
        &"f".repeat(772),
    ] {
        let answer = initiate(
            &w,
            "USER_SRP_AUTH",
            json!({"USERNAME": "ada", "SRP_A": public}),
        )
        .await;
        assert_eq!(answer, invalid("Invalid SRP_A value."), "{public}");
    }
}

#[tokio::test]
async fn every_part_of_the_answer_is_needed_and_covered() {
    let w = world(json!({})).await;
    w.made("bob", &[]).await;
    let exchange = start_srp(&w, "ada").await;
    let proof = exchange.proof(&w, PASSWORD);
    let parts = [
        "USERNAME",
        "PASSWORD_CLAIM_SECRET_BLOCK",
        "TIMESTAMP",
        "PASSWORD_CLAIM_SIGNATURE",
    ];
    for part in parts {
        let mut lacking = proof.clone();
        lacking.as_object_mut().expect("an object").remove(part);
        let told = invalid(&format!("Missing required parameter {part}"));
        assert_eq!(answer_srp(&w, lacking).await, told);
    }
    let other = start_srp(&w, "ada").await;
    let swapped = [
        ("USERNAME", json!("bob")),
        ("USERNAME", json!("nobody")),
        (
            "PASSWORD_CLAIM_SECRET_BLOCK",
            other.challenge["SECRET_BLOCK"].clone(),
        ),
        ("PASSWORD_CLAIM_SECRET_BLOCK", json!("AgV4bm9uc2Vuc2U=")),
        ("PASSWORD_CLAIM_SECRET_BLOCK", json!("%%%")),
        ("PASSWORD_CLAIM_SIGNATURE", json!("bm9uc2Vuc2U=")),
    ];
    for (part, value) in swapped {
        let altered = with(proof.clone(), json!({part: value}));
        assert_eq!(answer_srp(&w, altered).await, wrong_password(), "{part}");
    }
    // Failures do not use the block up.
    result(answer_srp(&w, proof).await);
}

#[tokio::test]
async fn the_time_of_the_claim_is_checked() {
    let w = world(json!({})).await;
    let exchange = start_srp(&w, "ada").await;
    let told = invalid("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.");
    for form in [
        "2026-05-28T20:26:40Z",
        "1780000000",
        "Thu May 28 20:26:40 CET 2026",
    ] {
        let proof = exchange.proof_at(&w, PASSWORD, form);
        assert_eq!(answer_srp(&w, proof).await, told, "{form}");
    }
    for far in [
        "Thu May 28 20:32:00 UTC 2026",
        "Thu May 28 20:21:00 UTC 2026",
    ] {
        let proof = exchange.proof_at(&w, PASSWORD, far);
        assert_eq!(answer_srp(&w, proof).await, wrong_password(), "{far}");
    }
    let near = exchange.proof_at(&w, PASSWORD, "Thu May 28 20:25:00 UTC 2026");
    result(answer_srp(&w, near).await);
}

#[tokio::test]
async fn a_block_works_once() {
    let w = world(json!({})).await;
    let exchange = start_srp(&w, "ada").await;
    let proof = exchange.proof(&w, PASSWORD);
    result(answer_srp(&w, proof.clone()).await);
    assert_eq!(answer_srp(&w, proof).await, wrong_password());
    w.h.clock.advance(1000);
    assert_eq!(
        answer_srp(&w, exchange.proof(&w, PASSWORD)).await,
        wrong_password()
    );
}

#[tokio::test]
async fn of_two_racing_answers_to_one_block_one_wins() {
    let w = world(json!({})).await;
    for _ in 0..5 {
        let proof = start_srp(&w, "ada").await.proof(&w, PASSWORD);
        let (one, two) = tokio::join!(answer_srp(&w, proof.clone()), answer_srp(&w, proof));
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
        assert!([one, two].contains(&wrong_password()));
    }
}

#[tokio::test]
async fn a_block_expires_with_the_session_validity_of_the_client() {
    let w = world(json!({"AuthSessionValidity": 4})).await;
    let (early, late) = (start_srp(&w, "ada").await, start_srp(&w, "ada").await);
    w.h.clock.advance(4 * MINUTE_MS - 1);
    result(answer_srp(&w, early.proof(&w, PASSWORD)).await);
    w.h.clock.advance(1);
    assert_eq!(
        answer_srp(&w, late.proof(&w, PASSWORD)).await,
        wrong_password()
    );
}

#[tokio::test]
async fn a_block_belongs_to_one_client() {
    let w = world(json!({})).await;
    let other = beside(&w, all_flows()).await;
    let proof = start_srp(&w, "ada").await.proof(&w, PASSWORD);
    assert_eq!(answer_srp(&other, proof.clone()).await, wrong_password());
    result(answer_srp(&w, proof).await);
}

#[tokio::test]
async fn both_calls_prove_the_secret_of_the_client() {
    let w = world(json!({"GenerateSecret": true})).await;
    let secret = secret(&w).await;
    let hash = json!({"SECRET_HASH": secret_hash(&secret, "ada", &w.client)});
    let missing = format!(
        "Client {} is configured with secret but SECRET_HASH was not received",
        w.client
    );
    let start =
        json!({"USERNAME": "ada", "SRP_A": srp::client::Client::new(&[9; 32]).public_hex()});
    let bare = initiate(&w, "USER_SRP_AUTH", start.clone()).await;
    assert_eq!(bare, not_authorized(&missing));
    initiate(&w, "USER_SRP_AUTH", with(start, hash))
        .await
        .expect("a challenge");
    let answers = json!({
        "USERNAME": "ada", "TIMESTAMP": timestamp(&w), "PASSWORD_CLAIM_SIGNATURE": "eA==",
        "PASSWORD_CLAIM_SECRET_BLOCK": "eA==",
    });
    assert_eq!(answer_srp(&w, answers).await, not_authorized(&missing));
}

#[tokio::test]
async fn the_state_of_a_user_shows_only_after_the_right_proof() {
    let w = world(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    w.sign_up("new", &[]).await.expect("a sign-up");
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("a change of state");
    let cases = [
        ("ada", not_authorized("User is disabled.")),
        (
            "new",
            refusal("UserNotConfirmedException", "User is not confirmed."),
        ),
    ];
    for (name, told) in cases {
        assert_eq!(
            sign_in(&w, name, "Wrong1!x").await,
            wrong_password(),
            "{name}"
        );
        assert_eq!(sign_in(&w, name, PASSWORD).await, told, "{name}");
    }
}

#[tokio::test]
async fn an_unknown_user_is_named_to_clients_that_hide_nothing() {
    let w = world(json!({})).await;
    let public = srp::client::Client::new(&[9; 32]).public_hex();
    let answer = initiate(
        &w,
        "USER_SRP_AUTH",
        json!({"USERNAME": "nobody", "SRP_A": public}),
    )
    .await;
    assert_eq!(answer, no_such_user());
}

#[tokio::test]
async fn a_user_who_does_not_exist_has_a_stable_salt_and_id_and_no_password() {
    let w = world(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let first = start_srp(&w, "nobody").await;
    w.h.clock.advance(MINUTE_MS);
    let again = start_srp(&w, "nobody").await;
    for stable in ["SALT", "USERNAME", "USER_ID_FOR_SRP"] {
        assert_eq!(first.challenge[stable], again.challenge[stable], "{stable}");
    }
    for fresh in ["SRP_B", "SECRET_BLOCK"] {
        assert_ne!(first.challenge[fresh], again.challenge[fresh], "{fresh}");
    }
    let id = text(&first.challenge["USERNAME"]);
    assert_eq!(
        uuid::Uuid::parse_str(&id).expect("UUID-shaped").to_string(),
        id
    );
    assert_eq!(text(&first.challenge["SALT"]).len(), 32);
    let other = start_srp(&w, "somebody").await.challenge;
    assert_ne!(other["SALT"], first.challenge["SALT"]);
    assert_ne!(other["USERNAME"], id.as_str());
    assert_eq!(
        answer_srp(&w, again.proof(&w, PASSWORD)).await,
        wrong_password()
    );
}

#[tokio::test]
async fn made_up_salts_have_no_pattern_that_real_ones_lack() {
    let w = world(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let mut even = 0;
    for number in 0..40 {
        let salt = text(&start_srp(&w, &format!("nobody{number}")).await.challenge["SALT"]);
        assert_ne!(&salt[..2], "00", "clients drop leading zeros");
        let first = u8::from_str_radix(&salt[..2], 16).expect("hex digits");
        even += usize::from(first.is_multiple_of(2));
    }
    // All odd or all even once in 2^39 runs.
    assert!((1..40).contains(&even), "{even} of 40");
}
