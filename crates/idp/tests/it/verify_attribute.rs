//! How users verify an address or number of theirs: UpdateUserAttributes, GetUserAttributeVerificationCode,
//! VerifyUserAttribute.

use crate::support::refusal;
use crate::support::world::{
    Answer, HOUR_MS, PASSWORD, World, attempt_limit, attributes, code_expired, code_mismatch, wrong,
};
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];
const PHONE: (&str, &str) = ("phone_number", "+12065551234");
const NEW: &str = "new@example.com";

fn invalid(text: &str) -> Answer {
    refusal("InvalidParameterException", text)
}

async fn update(w: &World, token: &str, list: &[(&str, &str)]) -> Answer {
    w.with(
        token,
        "UpdateUserAttributes",
        json!({"UserAttributes": attributes(list)}),
    )
    .await
}

async fn ask_for_code(w: &World, token: &str, attribute: &str) -> Answer {
    w.with(
        token,
        "GetUserAttributeVerificationCode",
        json!({"AttributeName": attribute}),
    )
    .await
}

async fn verify(w: &World, token: &str, attribute: &str, code: &str) -> Answer {
    let input = json!({"AttributeName": attribute, "Code": code});
    w.with(token, "VerifyUserAttribute", input).await
}

fn delivered(destination: &str) -> Value {
    json!({"Destination": destination, "DeliveryMedium": "EMAIL", "AttributeName": "email"})
}

#[tokio::test]
async fn a_new_address_is_unverified_until_its_code_comes_back() {
    let w = World::verifying_email().await;
    w.made("ada", &EMAIL).await;
    let token = w.token("ada").await;
    let answer = update(&w, &token, &[("email", NEW)]).await;
    assert_eq!(
        answer,
        Ok(json!({"CodeDeliveryDetailsList": [delivered("n***@e***")]}))
    );
    assert_eq!(w.attribute("ada", "email").await.as_deref(), Some(NEW));
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );
    let sent = w.h.inbox(&w.pool, NEW).await;
    assert_eq!((sent.len(), sent[0].purpose), (1, "verify_attribute"));

    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(
        verify(&w, &token, "email", &wrong(&code)).await,
        code_mismatch()
    );
    assert_eq!(verify(&w, &token, "email", &code).await, Ok(json!({})));
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("true")
    );
    assert_eq!(verify(&w, &token, "email", &code).await, code_expired());
}

#[tokio::test]
async fn in_pools_that_verify_first_the_old_address_stays_meanwhile() {
    let pool = json!({
        "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    });
    let w = World::new(pool, json!({})).await;
    w.made(EMAIL[0].1, &EMAIL[1..]).await;
    let token = w.token(EMAIL[0].1).await;
    let answer = update(&w, &token, &[("email", NEW)]).await;
    assert_eq!(
        answer,
        Ok(json!({"CodeDeliveryDetailsList": [delivered("n***@e***")]}))
    );
    let first = w.h.code(&w.pool, NEW).await;
    assert_eq!(
        w.attribute(EMAIL[0].1, "email").await.as_deref(),
        Some(EMAIL[0].1)
    );
    assert_eq!(
        w.attribute(EMAIL[0].1, "email_verified").await.as_deref(),
        Some("true")
    );
    w.sign_in(NEW, PASSWORD).await.expect_err("not yet a name");

    // Another code goes to the value that waits, and replaces the first.
    w.h.clock.advance(1);
    let answer = ask_for_code(&w, &token, "email").await;
    assert_eq!(
        answer,
        Ok(json!({"CodeDeliveryDetails": delivered("n***@e***")}))
    );
    let second = w.h.code(&w.pool, NEW).await;
    assert_eq!(verify(&w, &token, "email", &first).await, code_mismatch());
    assert_eq!(verify(&w, &token, "email", &second).await, Ok(json!({})));
    w.sign_in(NEW, PASSWORD)
        .await
        .expect("a sign-in with the new address");
    w.sign_in(EMAIL[0].1, PASSWORD)
        .await
        .expect_err("the old address is no name");
    assert_eq!(
        w.attribute(NEW, "email_verified").await.as_deref(),
        Some("true")
    );
}

#[tokio::test]
async fn a_name_that_was_taken_while_it_waited_is_refused() {
    let pool = json!({
        "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    });
    let w = World::new(pool, json!({})).await;
    w.made(EMAIL[0].1, &EMAIL[1..]).await;
    let token = w.token(EMAIL[0].1).await;
    update(&w, &token, &[("email", NEW)]).await.expect("a code");
    let code = w.h.code(&w.pool, NEW).await;
    w.made(NEW, &[]).await;
    let text = "An account with the given email already exists.";
    assert_eq!(
        verify(&w, &token, "email", &code).await,
        refusal("AliasExistsException", text)
    );
    assert_eq!(
        w.attribute(EMAIL[0].1, "email").await.as_deref(),
        Some(EMAIL[0].1)
    );
}

#[tokio::test]
async fn verifying_moves_an_alias_silently() {
    let pool = json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]});
    let w = World::new(pool, json!({})).await;
    w.made("ada", &EMAIL).await;
    w.made("eve", &[]).await;
    let token = w.token("eve").await;
    update(&w, &token, &EMAIL[..1]).await.expect("a code");
    let by_alias = json!({"Username": EMAIL[0].1});
    let owner = w
        .admin("AdminGetUser", by_alias.clone())
        .await
        .expect("an owner");
    assert_eq!(owner["Username"], "ada");
    let code = w.h.code(&w.pool, "eve").await;
    assert_eq!(verify(&w, &token, "email", &code).await, Ok(json!({})));
    let owner = w.admin("AdminGetUser", by_alias).await.expect("an owner");
    assert_eq!(owner["Username"], "eve");
    assert_eq!(
        w.attribute("ada", "email").await.as_deref(),
        Some(EMAIL[0].1)
    );
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );
}

#[tokio::test]
async fn where_addresses_are_no_aliases_verifying_takes_nothing_from_others() {
    let w = World::verifying_email().await;
    // Both a username and the verified address of the same user.
    w.made(EMAIL[0].1, &EMAIL).await;
    w.made("eve", &EMAIL[..1]).await;
    let token = w.token("eve").await;
    ask_for_code(&w, &token, "email").await.expect("a code");
    let code = w.h.code(&w.pool, "eve").await;
    assert_eq!(verify(&w, &token, "email", &code).await, Ok(json!({})));
    assert_eq!(
        w.attribute("eve", "email_verified").await.as_deref(),
        Some("true")
    );
    assert_eq!(
        w.attribute(EMAIL[0].1, "email_verified").await.as_deref(),
        Some("true")
    );
}

#[tokio::test]
async fn a_code_for_a_value_that_was_replaced_is_worth_nothing() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &EMAIL[..1]).await;
    let token = w.token("ada").await;
    ask_for_code(&w, &token, "email").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    update(&w, &token, &[("email", NEW)])
        .await
        .expect("another address");
    assert_eq!(verify(&w, &token, "email", &code).await, code_expired());
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );
}

#[tokio::test]
async fn codes_are_for_contacts_that_are_there_in_any_pool() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &[PHONE]).await;
    let token = w.token("ada").await;
    let details = json!({"Destination": "+*******1234", "DeliveryMedium": "SMS", "AttributeName": "phone_number"});
    for _ in 0..5 {
        let answer = ask_for_code(&w, &token, "phone_number").await;
        assert_eq!(answer, Ok(json!({"CodeDeliveryDetails": details})));
    }
    assert_eq!(
        ask_for_code(&w, &token, "phone_number").await,
        attempt_limit()
    );
    let other = "Invalid attribute name. Only phone_number and email can be verified.";
    assert_eq!(ask_for_code(&w, &token, "name").await, invalid(other));
    assert_eq!(verify(&w, &token, "name", "123456").await, invalid(other));
    let none = "User does not have a valid registered email address";
    assert_eq!(ask_for_code(&w, &token, "email").await, invalid(none));
    assert_eq!(verify(&w, &token, "email", "123456").await, code_expired());
}

#[tokio::test]
async fn guesses_at_a_code_are_limited_by_the_hour_and_in_all() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &EMAIL[..1]).await;
    let mut token = w.token("ada").await;
    ask_for_code(&w, &token, "email").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    for _ in 0..2 {
        for _ in 0..15 {
            assert_eq!(
                verify(&w, &token, "email", &wrong(&code)).await,
                code_mismatch()
            );
        }
        assert_eq!(verify(&w, &token, "email", &code).await, attempt_limit());
        w.h.clock.advance(HOUR_MS);
        token = w.token("ada").await;
    }
    assert_eq!(verify(&w, &token, "email", &code).await, attempt_limit());
    ask_for_code(&w, &token, "email")
        .await
        .expect("another code");
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(verify(&w, &token, "email", &code).await, Ok(json!({})));
}
