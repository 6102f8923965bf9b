//! PreventUserExistenceErrors: to a client that hides users, one who is not there behaves like one who is.

use crate::support::refusal;
use crate::support::world::{
    Answer, HOUR_MS, PASSWORD, World, attempt_limit, code_expired, code_mismatch,
};
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];

async fn hiding(mut pool: Value) -> World {
    pool["AutoVerifiedAttributes"] = json!(["email"]);
    World::new(pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await
}

async fn forgot(w: &World, name: &str) -> Answer {
    w.public("ForgotPassword", json!({"Username": name})).await
}

async fn reset(w: &World, name: &str) -> Answer {
    let input = json!({"Username": name, "ConfirmationCode": "nonsense", "Password": PASSWORD});
    w.public("ConfirmForgotPassword", input).await
}

async fn resend(w: &World, name: &str) -> Answer {
    w.public("ResendConfirmationCode", json!({"Username": name}))
        .await
}

/// A destination has the form of a masked e-mail address.
fn is_email_delivery(answer: &Answer) -> bool {
    let Ok(answer) = answer else { return false };
    let details = &answer["CodeDeliveryDetails"];
    let destination = details["Destination"].as_str().unwrap_or_default();
    details["DeliveryMedium"] == "EMAIL"
        && details["AttributeName"] == "email"
        && destination.len() == "a***@e***".len()
        && destination[1..].starts_with("***@")
        && destination.ends_with("***")
}

#[tokio::test]
async fn a_client_that_hides_nothing_says_who_is_unknown() {
    let w = World::verifying_email().await;
    let unknown = || {
        refusal(
            "UserNotFoundException",
            "Username/client id combination not found.",
        )
    };
    assert_eq!(forgot(&w, "nobody").await, unknown());
    assert_eq!(reset(&w, "nobody").await, unknown());
    assert_eq!(resend(&w, "nobody").await, unknown());
    assert_eq!(w.confirm("nobody", "123456").await, unknown());
}

#[tokio::test]
async fn a_reset_for_nobody_looks_like_anybodys() {
    let w = hiding(json!({})).await;
    w.made("ada", &EMAIL).await;
    for name in ["ada", "nobody"] {
        assert_eq!(reset(&w, name).await, code_expired());
        let first = forgot(&w, name).await;
        assert!(is_email_delivery(&first), "{first:?}");
        assert_eq!(forgot(&w, name).await, first);
        assert_eq!(reset(&w, name).await, code_mismatch());
        w.h.clock.advance(HOUR_MS);
        assert_eq!(reset(&w, name).await, code_expired());
    }
    assert_eq!((w.sent("ada").await, w.sent("nobody").await), (2, 0));
    assert_eq!(w.h.inbox(&w.pool, "").await.len(), 0);
}

#[tokio::test]
async fn invented_addresses_differ_by_name_and_follow_its_form() {
    let w = hiding(json!({"UsernameAttributes": ["email", "phone_number"]})).await;
    let details = async |name: &str| {
        forgot(&w, name).await.expect("an answer")["CodeDeliveryDetails"].clone()
    };
    assert_eq!(
        details("bob@company.org").await,
        json!({"Destination": "b***@c***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
    );
    assert_eq!(
        details("+12065550000").await,
        json!({"Destination": "+*******0000", "DeliveryMedium": "SMS", "AttributeName": "phone_number"})
    );
    let mut destinations = std::collections::BTreeSet::new();
    for name in ["a", "b", "c", "d", "e"] {
        destinations.insert(details(name).await["Destination"].to_string());
    }
    assert!(destinations.len() > 1);
}

#[tokio::test]
async fn who_cannot_recover_is_answered_like_nobody() {
    let w = hiding(json!({})).await;
    w.made("disabled", &EMAIL).await;
    w.admin("AdminDisableUser", json!({"Username": "disabled"}))
        .await
        .expect("disabled");
    w.made("unreachable", &[("email", "u@example.com")]).await;
    w.sign_up("unconfirmed", &[("email", "n@example.com")])
        .await
        .expect("a sign-up");
    let before = w.sent("unconfirmed").await;
    for name in ["disabled", "unreachable", "unconfirmed"] {
        assert_eq!(reset(&w, name).await, code_expired(), "{name}");
        let answer = forgot(&w, name).await;
        assert!(is_email_delivery(&answer), "{name}: {answer:?}");
        assert_eq!(reset(&w, name).await, code_mismatch(), "{name}");
    }
    assert_eq!(
        (w.sent("disabled").await, w.sent("unreachable").await),
        (0, 0)
    );
    assert_eq!(w.sent("unconfirmed").await, before);
}

#[tokio::test]
async fn where_only_administrators_reset_everybody_is_told_so() {
    let setting = json!({"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]});
    let w = hiding(json!({"AccountRecoverySetting": setting})).await;
    w.made("ada", &EMAIL).await;
    let told = refusal(
        "NotAuthorizedException",
        "Contact administrator to reset password.",
    );
    assert_eq!(forgot(&w, "ada").await, told);
    assert_eq!(forgot(&w, "nobody").await, told);
}

#[tokio::test]
async fn a_code_for_nobody_is_resent_and_never_right() {
    let w = hiding(json!({})).await;
    w.sign_up("ada", &EMAIL[..1]).await.expect("a sign-up");
    w.sign_up("disabled", &EMAIL[..1]).await.expect("a sign-up");
    w.admin("AdminDisableUser", json!({"Username": "disabled"}))
        .await
        .expect("disabled");
    assert_eq!(w.confirm("nobody", "nonsense").await, code_expired());
    for name in ["ada", "nobody", "disabled"] {
        for _ in 0..5 {
            let answer = resend(&w, name).await;
            assert!(is_email_delivery(&answer), "{name}: {answer:?}");
        }
        assert_eq!(resend(&w, name).await, attempt_limit(), "{name}");
        assert_eq!(w.confirm(name, "nonsense").await, code_mismatch(), "{name}");
    }
    assert_eq!(
        (
            w.sent("ada").await,
            w.sent("disabled").await,
            w.sent("nobody").await
        ),
        (6, 1, 0)
    );

    let w = World::new(json!({}), json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    w.sign_up("ada", &EMAIL[..1]).await.expect("a sign-up");
    let off = refusal(
        "InvalidParameterException",
        "Cannot resend codes. Auto verification not turned on.",
    );
    assert_eq!(resend(&w, "ada").await, off);
    assert_eq!(resend(&w, "nobody").await, off);
}

#[tokio::test]
async fn attempts_against_nobody_are_limited_alike() {
    let w = hiding(json!({})).await;
    w.made("ada", &EMAIL).await;
    for name in ["ada", "nobody"] {
        for _ in 0..10 {
            assert!(is_email_delivery(&forgot(&w, name).await));
            assert_eq!(reset(&w, name).await, code_mismatch());
        }
        assert_eq!(forgot(&w, name).await, attempt_limit());
        assert_eq!(reset(&w, name).await, attempt_limit());
    }
}

#[tokio::test]
async fn a_weak_password_is_refused_whoever_asks() {
    let w = hiding(json!({})).await;
    w.made("ada", &EMAIL).await;
    let weak = "Password does not conform to policy: Password not long enough";
    for name in ["ada", "nobody"] {
        let input = json!({"Username": name, "ConfirmationCode": "123456", "Password": "Aa1!"});
        let answer = w.public("ConfirmForgotPassword", input).await;
        assert_eq!(answer, refusal("InvalidPasswordException", weak));
    }
}
