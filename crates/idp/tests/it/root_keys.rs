//! A new root key, put before the old one: what is outstanding goes on, and users who do not exist stay
//! who they were.

use cenote_idp::crypto::RootKeys;
use serde_json::json;

use crate::support::ROOT;
use crate::support::mfa;
use crate::support::signing::{all_flows, answer_srp, result, start_srp};
use crate::support::with;
use crate::support::world::{PASSWORD, World, code_expired, code_mismatch, wrong};

const NEW_ROOT: [u8; 32] = [8; 32];
const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];

/// A world, and the same after the rotation of the root key.
async fn rotated(client: serde_json::Value) -> (World, World) {
    let pool = json!({"AutoVerifiedAttributes": ["email"]});
    let before = World::new(pool, with(all_flows(), client)).await;
    let after = before.through(before.h.beside(RootKeys::new(NEW_ROOT, [ROOT])));
    (before, after)
}

#[tokio::test]
async fn a_code_that_is_on_its_way_is_good_after_a_rotation() {
    let (before, after) = rotated(json!({})).await;
    before.sign_up("ada", &EMAIL[..1]).await.expect("a sign-up");
    let code = before.h.code(&before.pool, "ada").await;
    assert_eq!(after.confirm("ada", &wrong(&code)).await, code_mismatch());
    after.confirm("ada", &code).await.expect("a confirmation");
    after.h.clock.advance(1);
    let forgot = json!({"Username": "ada"});
    after
        .public("ForgotPassword", forgot)
        .await
        .expect("a code under the new key");
    let code = after.h.code(&after.pool, "ada").await;
    let reset = json!({"Username": "ada", "ConfirmationCode": code, "Password": "Another1!"});
    // A node without the new key does not know the code.
    assert_eq!(
        before.public("ConfirmForgotPassword", reset.clone()).await,
        code_mismatch()
    );
    after
        .public("ConfirmForgotPassword", reset.clone())
        .await
        .expect("a new password");
    assert_eq!(
        after.public("ConfirmForgotPassword", reset).await,
        code_expired()
    );
}

#[tokio::test]
async fn a_code_of_a_sign_in_is_good_after_a_rotation() {
    let before = mfa::world("OPTIONAL", &["SMS", "EMAIL"]).await;
    let after = before.through(before.h.beside(RootKeys::new(NEW_ROOT, [ROOT])));
    before.made("ada", &mfa::CONTACTS).await;
    for (factor, challenge, address) in [
        ("SMS*", "SMS_MFA", "+12065550100"),
        ("EMAIL*", "EMAIL_OTP", "ada@example.com"),
    ] {
        mfa::prefer(&before, "ada", &[factor]).await;
        let asked = mfa::asked(&before, "ada").await;
        assert_eq!(asked.name, challenge);
        let code = before.h.inbox(&before.pool, address).await.remove(0).code;
        let code = code.expect("a code");
        let refused = asked.code(&after, "ada", &wrong(&code)).await;
        assert_eq!(refused, mfa::wrong_code());
        result(asked.code(&after, "ada", &code).await);
        after.h.clock.advance(1);
    }
}

#[tokio::test]
async fn sign_ins_and_tokens_go_on_after_a_rotation() {
    let (before, after) = rotated(json!({})).await;
    before.made("ada", &EMAIL).await;
    let started = start_srp(&before, "ada").await;
    let tokens = result(before.sign_in("ada", PASSWORD).await);
    result(answer_srp(&after, started.proof(&after, PASSWORD)).await);
    result(after.sign_in("ada", PASSWORD).await);
    let refresh = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]},
    });
    after
        .public("InitiateAuth", refresh)
        .await
        .expect("new tokens");
}

#[tokio::test]
async fn nobody_is_the_same_nobody_after_a_rotation() {
    let hiding = json!({"PreventUserExistenceErrors": "ENABLED"});
    let (before, after) = rotated(hiding).await;
    before.made("ada", &EMAIL).await;
    for name in ["ada", "nobody"] {
        let (one, other) = (
            start_srp(&before, name).await,
            start_srp(&after, name).await,
        );
        for parameter in ["SALT", "USER_ID_FOR_SRP"] {
            assert_eq!(
                one.challenge[parameter], other.challenge[parameter],
                "{parameter} of {name}"
            );
        }
    }
}
