//! ConfirmSignUp, ResendConfirmationCode, and the link that confirms.

use std::sync::Arc;

use crate::support::refusal;
use crate::support::world::{
    HOUR_MS, PASSWORD, World, attempt_limit, code_expired, code_mismatch, wrong,
};
use cenote_idp::{Cx, confirm_by_link};
use serde_json::json;
use uuid::Uuid;

const EMAIL: (&str, &str) = ("email", "ada@example.com");

#[tokio::test]
async fn the_right_code_confirms_once() {
    let w = World::verifying_email().await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(w.confirm("ada", &wrong(&code)).await, code_mismatch());
    assert_eq!(
        w.sign_in("ada", PASSWORD).await,
        refusal("UserNotConfirmedException", "User is not confirmed.")
    );
    assert_eq!(w.confirm("ada", &code).await, Ok(json!({})));
    assert_eq!(w.status("ada").await, "CONFIRMED");
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("true")
    );
    let again = "User cannot be confirmed. Current status is CONFIRMED";
    assert_eq!(
        w.confirm("ada", &code).await,
        refusal("NotAuthorizedException", again)
    );
    w.sign_in("ada", PASSWORD).await.expect("a sign-in");
}

#[tokio::test]
async fn a_code_lives_a_day_and_the_next_one_replaces_it() {
    let w = World::verifying_email().await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    let first = w.h.code(&w.pool, "ada").await;
    w.h.clock.advance(24 * HOUR_MS);
    assert_eq!(w.confirm("ada", &first).await, code_expired());
    let answer = w
        .public("ResendConfirmationCode", json!({"Username": "ada"}))
        .await;
    let details =
        json!({"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"});
    assert_eq!(answer, Ok(json!({"CodeDeliveryDetails": details})));
    let second = w.h.code(&w.pool, "ada").await;
    w.h.clock.advance(1);
    w.public("ResendConfirmationCode", json!({"Username": "ada"}))
        .await
        .expect("a code");
    let third = w.h.code(&w.pool, "ada").await;
    assert_ne!(second, third);
    assert_eq!(w.confirm("ada", &second).await, code_mismatch());
    w.h.clock.advance(24 * HOUR_MS - 1);
    assert_eq!(w.confirm("ada", &third).await, Ok(json!({})));
}

#[tokio::test]
async fn attempts_are_limited_by_the_hour() {
    let w = World::verifying_email().await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    let code = w.h.code(&w.pool, "ada").await;
    for _ in 0..15 {
        assert_eq!(w.confirm("ada", &wrong(&code)).await, code_mismatch());
    }
    assert_eq!(w.confirm("ada", &code).await, attempt_limit());
    w.h.clock.advance(HOUR_MS);
    for _ in 0..5 {
        w.public("ResendConfirmationCode", json!({"Username": "ada"}))
            .await
            .expect("a code");
        w.h.clock.advance(1);
    }
    let answer = w
        .public("ResendConfirmationCode", json!({"Username": "ada"}))
        .await;
    assert_eq!(answer, attempt_limit());
    assert_eq!(
        w.confirm("ada", &w.h.code(&w.pool, "ada").await).await,
        Ok(json!({}))
    );
}

#[tokio::test]
async fn thirty_wrong_guesses_kill_a_code() {
    let w = World::verifying_email().await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    let code = w.h.code(&w.pool, "ada").await;
    for guess in 0..30 {
        if guess == 15 {
            w.h.clock.advance(HOUR_MS);
        }
        assert_eq!(w.confirm("ada", &wrong(&code)).await, code_mismatch());
    }
    w.h.clock.advance(HOUR_MS);
    let dead = "Too many failed attempts. Please request a new code.";
    assert_eq!(
        w.confirm("ada", &code).await,
        refusal("TooManyFailedAttemptsException", dead)
    );
    w.public("ResendConfirmationCode", json!({"Username": "ada"}))
        .await
        .expect("a code");
    assert_eq!(
        w.confirm("ada", &w.h.code(&w.pool, "ada").await).await,
        Ok(json!({}))
    );
}

/// An alias pool in which `ada` holds the address and `eve` has signed up with it: eve's code.
async fn contested() -> (World, String) {
    let pool = json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]});
    let w = World::new(pool, json!({})).await;
    w.member("ada", &[EMAIL]).await;
    w.sign_in(EMAIL.1, PASSWORD)
        .await
        .expect("a sign-in by alias");
    w.h.clock.advance(1);
    w.sign_up("eve", &[EMAIL])
        .await
        .expect("a sign-up with an address that is another's");
    let code = w.h.code(&w.pool, "eve").await;
    (w, code)
}

#[tokio::test]
async fn an_alias_that_is_anothers_stops_the_confirmation() {
    let (w, code) = contested().await;
    let exists = refusal(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(w.confirm("eve", &code).await, exists);
    assert_eq!(w.status("eve").await, "UNCONFIRMED");
    assert_eq!(
        w.attribute("eve", "email_verified").await.as_deref(),
        Some("false")
    );
    // The refusal did not use the code up.
    assert_eq!(w.confirm("eve", &code).await, exists);
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("true")
    );
}

#[tokio::test]
async fn a_forced_confirmation_moves_the_alias() {
    let (w, code) = contested().await;
    let input = json!({"Username": "eve", "ConfirmationCode": code, "ForceAliasCreation": true});
    assert_eq!(w.public("ConfirmSignUp", input).await, Ok(json!({})));
    let user = w
        .admin("AdminGetUser", json!({"Username": EMAIL.1}))
        .await
        .expect("a user");
    assert_eq!(user["Username"], "eve");
    assert_eq!(w.attribute("ada", "email").await.as_deref(), Some(EMAIL.1));
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );
    w.sign_in("ada", PASSWORD)
        .await
        .expect("the username still signs in");
}

#[tokio::test]
async fn a_code_is_resent_only_to_who_waits_for_one() {
    let w = World::verifying_email().await;
    w.member("ada", &[EMAIL]).await;
    let resend = async |w: &World| {
        w.public("ResendConfirmationCode", json!({"Username": "ada"}))
            .await
    };
    let invalid = |text: &str| refusal("InvalidParameterException", text);
    assert_eq!(resend(&w).await, invalid("User is already confirmed."));

    let w = World::new(json!({}), json!({})).await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    assert_eq!(
        resend(&w).await,
        invalid("Cannot resend codes. Auto verification not turned on.")
    );

    let w = World::verifying_email().await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("disabled");
    assert_eq!(
        resend(&w).await,
        refusal("NotAuthorizedException", "User is disabled.")
    );
}

#[tokio::test]
async fn a_link_confirms_like_the_code_in_it() {
    let template = json!({"DefaultEmailOption": "CONFIRM_WITH_LINK"});
    let pool =
        json!({"AutoVerifiedAttributes": ["email"], "VerificationMessageTemplate": template});
    let w = World::new(pool, json!({})).await;
    w.sign_up("ada b+c", &[EMAIL])
        .await
        .expect_err("no blanks in usernames");
    w.sign_up("ada+c", &[EMAIL]).await.expect("a sign-up");
    let sent = w.h.inbox(&w.pool, "ada+c").await;
    let link = sent[0].link.clone().expect("a link");
    assert_eq!(sent[0].subject.as_deref(), Some("Your verification link"));
    assert!(link.contains(&format!(
        "/confirmUser/?client_id={}&user_name=ada%2Bc&",
        w.client
    )));
    let (_, code) = link.split_once("confirmation_code=").expect("a code");

    // A page is served by any thread.
    let by_link = async |code: String| {
        let cx = Cx::new(
            Arc::clone(&w.h.service),
            None,
            Uuid::nil(),
            cenote_idp::Peer::default(),
        );
        let client = w.client.clone();
        tokio::spawn(async move { confirm_by_link(&cx, &client, "ada+c", &code).await })
            .await
            .expect("a task that ends")
    };
    let refused = by_link(wrong(code)).await.expect_err("a wrong code");
    assert_eq!(refused.code.name(), "CodeMismatchException");
    by_link(code.to_owned()).await.expect("a confirmation");
    assert_eq!(w.status("ada+c").await, "CONFIRMED");
    assert_eq!(
        w.attribute("ada+c", "email_verified").await.as_deref(),
        Some("true")
    );
}

#[tokio::test]
async fn of_two_racing_confirmations_one_wins() {
    let w = World::verifying_email().await;
    w.sign_up("ada", &[EMAIL]).await.expect("a sign-up");
    let code = w.h.code(&w.pool, "ada").await;
    let (first, second) = tokio::join!(w.confirm("ada", &code), w.confirm("ada", &code));
    let again = "User cannot be confirmed. Current status is CONFIRMED";
    let mut answers = [first, second];
    answers.sort_by_key(Result::is_err);
    assert_eq!(
        answers,
        [Ok(json!({})), refusal("NotAuthorizedException", again)]
    );
}
