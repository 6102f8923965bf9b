//! What proves somebody is good for one sign-in, however many nodes it reaches at once.

use std::sync::Arc;

use cenote_idp::crypto::RootKeys;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::devices::{asked as asked_for_device, known};
use crate::support::mfa::{self, asked, prefer, register, used_token_code};
use crate::support::passkeys;
use crate::support::signing::{
    MINUTE_MS, all_flows, initiate, invited, not_authorized, respond, result,
};
use crate::support::watched::Watched;
use crate::support::world::{Answer, PASSWORD, World, code_expired};
use crate::support::{Harness, ROOT, refusal, sms, text};

/// How often the same is sent.
const TIMES: usize = 8;

/// Two nodes on one database.
fn nodes(w: World) -> [Arc<World>; 2] {
    let other = w.through(w.h.beside(RootKeys::new(ROOT, [])));
    [Arc::new(w), Arc::new(other)]
}

/// Sends something through both nodes at once, again and again; exactly one gets through, and the others are
/// told one of these, or that others were always faster.
async fn one_of_many<F>(
    nodes: &[Arc<World>; 2],
    losers: &[Answer],
    act: impl Fn(Arc<World>, usize) -> F,
) -> Value
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for turn in 0..TIMES {
        tasks.spawn(act(Arc::clone(&nodes[turn % 2]), turn));
    }
    let answers = tasks.join_all().await;
    let (mut won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Answer::is_ok);
    assert_eq!(won.len(), 1, "{won:?} beside {lost:?}");
    let slow = refusal("TooManyRequestsException", "Too many requests");
    let is_told = |it| losers.contains(it) || *it == slow;
    assert!(lost.iter().all(is_told), "{lost:?}");
    won.remove(0).expect("an answer")
}

fn session_used() -> Answer {
    not_authorized("Invalid session for the user, session can only be used once.")
}

fn session_invalid() -> Answer {
    not_authorized("Invalid session for the user.")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_first_code_signs_in_once() {
    for (challenge, parameter) in [("EMAIL_OTP", "EMAIL_OTP_CODE"), ("SMS_OTP", "SMS_OTP_CODE")] {
        let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]});
        let pool = json!({"Policies": {"SignInPolicy": factors}, "SmsConfiguration": sms()});
        let w = World::new(pool, json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})).await;
        w.made("ada", &mfa::CONTACTS).await;
        let parameters = json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": challenge});
        let asked = initiate(&w, "USER_AUTH", parameters).await;
        let session = text(&asked.expect("a challenge")["Session"]);
        let code = w.h.code(&w.pool, "ada").await;
        one_of_many(&nodes(w), &[session_used()], |w, _| {
            let (session, answers) = (session.clone(), json!({"USERNAME": "ada", parameter: code}));
            async move { respond(&w, challenge, Some(&session), answers).await }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_of_an_app_signs_in_once_whatever_the_session() {
    let w = mfa::world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let app = register(&w, &w.token("ada").await).await;
    prefer(&w, "ada", &["TOTP"]).await;
    let mut sessions = Vec::new();
    for _ in 0..TIMES / 2 {
        sessions.push(asked(&w, "ada").await.session);
    }
    let code = app.code(&w);
    one_of_many(
        &nodes(w),
        &[used_token_code(), session_used()],
        |w, turn| {
            let session = sessions[turn / 2].clone();
            let answers = json!({"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code});
            async move { respond(&w, "SOFTWARE_TOKEN_MFA", Some(&session), answers).await }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_assertion_of_a_passkey_signs_in_once() {
    let w = passkeys::world(json!({})).await;
    let passkey = passkeys::with_passkey(&w, "ada").await;
    let asked = passkeys::asked(&w, "ada").await;
    let credential = passkey.get(&asked.options);
    one_of_many(&nodes(w), &[session_used()], |w, _| {
        let session = asked.session.clone();
        let answers = json!({"USERNAME": "ada", "CREDENTIAL": credential});
        async move { respond(&w, "WEB_AUTHN", Some(&session), answers).await }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_proof_of_a_device_signs_in_once() {
    let devices = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}});
    let w = World::new(devices, all_flows()).await;
    w.made("ada", &[]).await;
    let device = known(&w).await.confirmed(&w).await;
    w.h.clock.advance(MINUTE_MS);
    let session = asked_for_device(device.sign_in(&w).await);
    let proof = device.own_proof(&w, &session).await;
    one_of_many(&nodes(w), &[session_used(), session_invalid()], |w, _| {
        let (session, proof) = (session.clone(), proof.clone());
        async move { respond(&w, "DEVICE_PASSWORD_VERIFIER", Some(&session), proof).await }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_is_answered_once() {
    let w = World::new(json!({}), all_flows()).await;
    invited(&w, "ada", "Tempor4ry!", &[]).await;
    let asked = w.sign_in("ada", "Tempor4ry!").await.expect("a challenge");
    let session = text(&asked["Session"]);
    let losers = [session_used(), session_invalid()];
    one_of_many(&nodes(w), &losers, |w, _| {
        let session = session.clone();
        let answers = json!({"USERNAME": "ada", "NEW_PASSWORD": PASSWORD});
        async move { respond(&w, "NEW_PASSWORD_REQUIRED", Some(&session), answers).await }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rotating_refresh_token_is_redeemed_once() {
    let rotating = json!({
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let w = World::new(json!({}), rotating).await;
    w.made("ada", &[]).await;
    let token = result(w.sign_in("ada", PASSWORD).await)["RefreshToken"].clone();
    let losers = [
        refusal(
            "RefreshTokenReuseException",
            "Refresh token has already been used. Please sign in again.",
        ),
        not_authorized("Refresh Token has been revoked"),
    ];
    one_of_many(&nodes(w), &losers, |w, _| {
        let input = json!({"RefreshToken": token});
        async move { w.public("GetTokensFromRefreshToken", input).await }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_resets_a_password_does_so_once() {
    let w = World::new(json!({}), json!({})).await;
    w.made(
        "ada",
        &[("email", "ada@example.com"), ("email_verified", "true")],
    )
    .await;
    w.public("ForgotPassword", json!({"Username": "ada"}))
        .await
        .expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    one_of_many(&nodes(w), &[code_expired()], |w, turn| {
        let password = format!("An0ther!{turn}");
        let input = json!({"Username": "ada", "ConfirmationCode": code, "Password": password});
        async move { w.public("ConfirmForgotPassword", input).await }
    })
    .await;
}

#[tokio::test]
async fn who_loses_six_times_in_a_row_is_told_so() {
    let store = Arc::new(Watched::new());
    let w = World::on(Harness::on(Arc::clone(&store) as _), json!({}), json!({})).await;
    let group = json!({"GroupName": "g"});
    w.admin("CreateGroup", group.clone())
        .await
        .expect("a group");
    let client = json!({"ClientId": w.client});
    let tracking = json!({
        "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5},
    });
    let concurrent = "The resource was changed by another request at the same time.";
    for (operation, input, expected) in [
        (
            "UpdateUserPool",
            json!({}),
            ("ConcurrentModificationException", concurrent),
        ),
        (
            "UpdateUserPoolClient",
            client,
            ("ConcurrentModificationException", concurrent),
        ),
        (
            "SetUserPoolSessionConfiguration",
            tracking,
            ("ConcurrentModificationException", concurrent),
        ),
        // Most operations have no word of their own for it.
        (
            "UpdateGroup",
            group,
            ("TooManyRequestsException", "Too many requests"),
        ),
    ] {
        store.lose(5);
        let sixth = w.admin(operation, input.clone()).await;
        sixth.unwrap_or_else(|error| panic!("{operation} gave up: {error:?}"));
        store.lose(6);
        let told = w.admin(operation, input.clone()).await;
        assert_eq!(told, refusal(expected.0, expected.1), "{operation}");
        store.lose(0);
    }
}
