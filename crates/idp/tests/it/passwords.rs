//! ChangePassword, ForgotPassword, ConfirmForgotPassword.

use cenote_idp::ports::{Change, Write};

use crate::support::refusal;
use crate::support::world::{
    Answer, HOUR_MS, PASSWORD, World, attempt_limit, code_expired, code_mismatch, wrong,
};
use serde_json::{Value, json};

const NEW: &str = "Another1!";
const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];
const PHONE: [(&str, &str); 2] = [
    ("phone_number", "+12065551234"),
    ("phone_number_verified", "true"),
];

fn wrong_password() -> Answer {
    refusal("NotAuthorizedException", "Incorrect username or password.")
}

fn not_authorized(text: &str) -> Answer {
    refusal("NotAuthorizedException", text)
}

fn no_contact() -> Answer {
    refusal(
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    )
}

async fn world() -> World {
    World::new(json!({}), json!({})).await
}

async fn change(w: &World, token: &str, previous: &str, proposed: &str) -> Answer {
    let input = json!({"PreviousPassword": previous, "ProposedPassword": proposed});
    w.with(token, "ChangePassword", input).await
}

async fn forgot(w: &World, name: &str) -> Answer {
    w.public("ForgotPassword", json!({"Username": name})).await
}

async fn reset(w: &World, name: &str, code: &str, password: &str) -> Answer {
    let input = json!({"Username": name, "ConfirmationCode": code, "Password": password});
    w.public("ConfirmForgotPassword", input).await
}

#[tokio::test]
async fn a_changed_password_replaces_the_old_one_and_tokens_live_on() {
    let w = world().await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    assert_eq!(change(&w, &token, PASSWORD, NEW).await, Ok(json!({})));
    assert_eq!(w.sign_in("ada", PASSWORD).await, wrong_password());
    w.sign_in("ada", NEW).await.expect("a sign-in");
    w.with(&token, "GetUser", json!({}))
        .await
        .expect("a live token");
    assert_eq!(w.status("ada").await, "CONFIRMED");
}

#[tokio::test]
async fn a_change_wants_the_present_password_and_a_good_new_one() {
    let w = world().await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    assert_eq!(
        change(&w, &token, "Wrong-1-wrong", NEW).await,
        wrong_password()
    );
    let missing = w
        .with(&token, "ChangePassword", json!({"ProposedPassword": NEW}))
        .await;
    assert_eq!(
        missing,
        refusal(
            "InvalidParameterException",
            "Missing required parameter PreviousPassword"
        )
    );
    let weak = "Password does not conform to policy: Password not long enough";
    assert_eq!(
        change(&w, &token, PASSWORD, "Aa1!").await,
        refusal("InvalidPasswordException", weak)
    );
    w.sign_in("ada", PASSWORD).await.expect("the old password");
}

/// Takes the password from a user, as if he had always signed in without one.
async fn forget_password(w: &World, name: &str) {
    let store = &w.h.service.store;
    let row = store.user_by_name(&w.pool, name).await;
    let mut row = row.expect("the store answers").expect("a user");
    let mut doc: Value = serde_json::from_str(&row.doc).expect("a document");
    let gone = doc.as_object_mut().expect("an object").remove("password");
    assert!(gone.is_some());
    row.doc = doc.to_string();
    let change = Change::new().with(Write::UpdateUser {
        row,
        searched_changed: false,
    });
    store.commit(change).await.expect("it is saved");
}

#[tokio::test]
async fn who_has_no_password_sets_the_first_without_a_previous_one() {
    let w = world().await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    forget_password(&w, "ada").await;
    let first = json!({"ProposedPassword": "Aa1!"});
    let weak = "Password does not conform to policy: Password not long enough";
    assert_eq!(
        w.with(&token, "ChangePassword", first).await,
        refusal("InvalidPasswordException", weak)
    );
    let first = json!({"ProposedPassword": NEW});
    assert_eq!(
        w.with(&token, "ChangePassword", first.clone()).await,
        Ok(json!({}))
    );
    w.sign_in("ada", NEW).await.expect("a sign-in");
    assert_eq!(w.status("ada").await, "CONFIRMED");
    // From now on there is one to prove.
    assert_eq!(
        w.with(&token, "ChangePassword", first).await,
        refusal(
            "InvalidParameterException",
            "Missing required parameter PreviousPassword"
        )
    );
}

#[tokio::test]
async fn who_has_no_password_may_name_any_previous_one_and_nobody_signs_in_by_it() {
    let w = world().await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    forget_password(&w, "ada").await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, wrong_password());
    assert_eq!(change(&w, &token, "Whatever-1", NEW).await, Ok(json!({})));
    w.sign_in("ada", NEW).await.expect("a sign-in");
}

#[tokio::test]
async fn guesses_at_the_present_password_lock_the_account_and_end_by_the_hour() {
    let w = world().await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    for _ in 0..5 {
        assert_eq!(
            change(&w, &token, "Wrong-1-wrong", NEW).await,
            wrong_password()
        );
    }
    assert_eq!(
        w.sign_in("ada", PASSWORD).await,
        not_authorized("Password attempts exceeded")
    );
    assert_eq!(change(&w, &token, PASSWORD, NEW).await, attempt_limit());
    w.h.clock.advance(1000);
    w.sign_in("ada", PASSWORD)
        .await
        .expect("a sign-in after the lock");
    assert_eq!(change(&w, &token, PASSWORD, NEW).await, attempt_limit());
    w.h.clock.advance(HOUR_MS - 1000);
    let token = w.token("ada").await;
    assert_eq!(change(&w, &token, PASSWORD, NEW).await, Ok(json!({})));
}

#[tokio::test]
async fn remembered_passwords_are_refused() {
    let policy = json!({
        "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
        "RequireNumbers": true, "RequireSymbols": true, "PasswordHistorySize": 2,
    });
    let w = World::new(json!({"Policies": {"PasswordPolicy": policy}}), json!({})).await;
    w.made("ada", &EMAIL).await;
    let token = w.token("ada").await;
    let used = || {
        let text = "Password has previously been used and cannot be reused.";
        refusal("PasswordHistoryPolicyViolationException", text)
    };
    assert_eq!(change(&w, &token, PASSWORD, PASSWORD).await, used());
    assert_eq!(change(&w, &token, PASSWORD, NEW).await, Ok(json!({})));
    assert_eq!(change(&w, &token, NEW, PASSWORD).await, used());

    forgot(&w, "ada").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(reset(&w, "ada", &code, NEW).await, used());
    // The refusal did not use the code up.
    assert_eq!(
        reset(&w, "ada", &code, "Third-1-third").await,
        Ok(json!({}))
    );
    w.sign_in("ada", "Third-1-third").await.expect("a sign-in");
}

#[tokio::test]
async fn a_reset_code_sets_a_new_password_once() {
    let w = world().await;
    w.made("ada", &EMAIL).await;
    let token = w.token("ada").await;
    let details =
        json!({"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"});
    assert_eq!(
        forgot(&w, "ada").await,
        Ok(json!({"CodeDeliveryDetails": details}))
    );
    assert_eq!(w.status("ada").await, "CONFIRMED");
    w.sign_in("ada", PASSWORD)
        .await
        .expect("the old password until then");
    let sent = w.h.inbox(&w.pool, "ada").await;
    assert_eq!(
        (sent[0].purpose, sent[0].subject.as_deref()),
        ("reset_password", Some("Your verification code"))
    );
    let code = sent[0].code.clone().expect("a code");
    assert_eq!(sent[0].body, format!("Your password reset code is {code}"));

    assert_eq!(reset(&w, "ada", &wrong(&code), NEW).await, code_mismatch());
    assert_eq!(reset(&w, "ada", &code, NEW).await, Ok(json!({})));
    assert_eq!(w.sign_in("ada", PASSWORD).await, wrong_password());
    w.sign_in("ada", NEW).await.expect("a sign-in");
    w.with(&token, "GetUser", json!({}))
        .await
        .expect("a live token");
    assert_eq!(reset(&w, "ada", &code, NEW).await, code_expired());
}

#[tokio::test]
async fn a_weak_password_does_not_cost_the_code() {
    let w = world().await;
    w.made("ada", &EMAIL).await;
    forgot(&w, "ada").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    let weak = "Password does not conform to policy: Password must have symbol characters";
    assert_eq!(
        reset(&w, "ada", &code, "Passw0rds").await,
        refusal("InvalidPasswordException", weak)
    );
    assert_eq!(reset(&w, "ada", &code, NEW).await, Ok(json!({})));
}

#[tokio::test]
async fn a_reset_code_lives_an_hour() {
    let w = world().await;
    w.made("ada", &EMAIL).await;
    assert_eq!(reset(&w, "ada", "123456", NEW).await, code_expired());
    forgot(&w, "ada").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    w.h.clock.advance(HOUR_MS);
    assert_eq!(reset(&w, "ada", &code, NEW).await, code_expired());
}

#[tokio::test]
async fn a_reset_that_an_administrator_asked_for_ends_with_the_code() {
    let w = world().await;
    w.made("ada", &EMAIL).await;
    w.admin("AdminResetUserPassword", json!({"Username": "ada"}))
        .await
        .expect("a reset");
    assert_eq!(w.status("ada").await, "RESET_REQUIRED");
    w.h.clock.advance(1);
    forgot(&w, "ada").await.expect("a newer code");
    assert_eq!(w.status("ada").await, "RESET_REQUIRED");
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(reset(&w, "ada", &code, NEW).await, Ok(json!({})));
    assert_eq!(w.status("ada").await, "CONFIRMED");
    w.sign_in("ada", NEW).await.expect("a sign-in");
}

/// The attribute that a code would go to, in a pool with these recovery mechanisms.
async fn recovers_by(mechanisms: Option<Value>, list: &[(&str, &str)]) -> Answer {
    let setting = mechanisms.map(|list| json!({"RecoveryMechanisms": list}));
    let pool = setting.map_or(
        json!({}),
        |setting| json!({"AccountRecoverySetting": setting}),
    );
    let w = World::new(pool, json!({})).await;
    w.made("ada", list).await;
    let answer = forgot(&w, "ada").await?;
    Ok(answer["CodeDeliveryDetails"]["AttributeName"].clone())
}

#[tokio::test]
async fn the_code_goes_to_the_first_verified_attribute_of_the_pools_order() {
    let both = [EMAIL, PHONE].concat();
    let email_first = json!([
        {"Priority": 2, "Name": "verified_phone_number"}, {"Priority": 1, "Name": "verified_email"},
    ]);
    let email_only = json!([{"Priority": 1, "Name": "verified_email"}]);
    let admin_only = json!([{"Priority": 1, "Name": "admin_only"}]);
    let [email, phone] = ["email", "phone_number"].map(|name| Ok(json!(name)));

    assert_eq!(recovers_by(None, &both).await, phone);
    assert_eq!(recovers_by(None, &EMAIL).await, email);
    assert_eq!(recovers_by(Some(email_first.clone()), &both).await, email);
    assert_eq!(recovers_by(Some(email_first), &PHONE).await, phone);
    assert_eq!(recovers_by(Some(email_only), &PHONE).await, no_contact());
    assert_eq!(recovers_by(None, &EMAIL[..1]).await, no_contact());
    assert_eq!(recovers_by(None, &[]).await, no_contact());
    let contact_admin = not_authorized("Contact administrator to reset password.");
    assert_eq!(recovers_by(Some(admin_only), &both).await, contact_admin);
}

#[tokio::test]
async fn a_password_is_reset_only_in_a_state_that_has_one() {
    let w = world().await;
    let wrong_state = || not_authorized("User password cannot be reset in the current state.");
    w.made("ada", &EMAIL).await;
    forgot(&w, "ada").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    let temporary = json!({"Username": "ada", "Password": PASSWORD, "Permanent": false});
    w.admin("AdminSetUserPassword", temporary)
        .await
        .expect("a temporary password");
    assert_eq!(forgot(&w, "ada").await, wrong_state());
    assert_eq!(reset(&w, "ada", &code, NEW).await, wrong_state());

    w.made("bob", &EMAIL).await;
    w.admin("AdminDisableUser", json!({"Username": "bob"}))
        .await
        .expect("disabled");
    assert_eq!(forgot(&w, "bob").await, not_authorized("User is disabled."));
    assert_eq!(
        reset(&w, "bob", "123456", NEW).await,
        not_authorized("User is disabled.")
    );

    w.sign_up("eve", &[("email", "eve@example.com")])
        .await
        .expect("a sign-up");
    assert_eq!(forgot(&w, "eve").await, no_contact());
    let verified = json!([{"Name": "email_verified", "Value": "true"}]);
    let input = json!({"Username": "eve", "UserAttributes": verified});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("verified");
    assert_eq!(forgot(&w, "eve").await, wrong_state());
    let not_confirmed = refusal("UserNotConfirmedException", "User is not confirmed.");
    assert_eq!(reset(&w, "eve", "123456", NEW).await, not_confirmed);
}

#[tokio::test]
async fn a_code_that_went_to_an_earlier_address_is_worth_nothing() {
    let w = world().await;
    w.made("ada", &EMAIL).await;
    forgot(&w, "ada").await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    let other = json!([
        {"Name": "email", "Value": "other@example.com"}, {"Name": "email_verified", "Value": "true"},
    ]);
    let input = json!({"Username": "ada", "UserAttributes": other});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("another address");
    assert_eq!(reset(&w, "ada", &code, NEW).await, code_expired());
    w.sign_in("ada", PASSWORD).await.expect("the old password");
}

#[tokio::test]
async fn recovery_attempts_are_limited_by_the_hour() {
    let w = world().await;
    w.made("ada", &EMAIL).await;
    for _ in 0..10 {
        forgot(&w, "ada").await.expect("a code");
        assert_eq!(reset(&w, "ada", "nonsense", NEW).await, code_mismatch());
    }
    assert_eq!(forgot(&w, "ada").await, attempt_limit());
    assert_eq!(
        reset(&w, "ada", &w.h.code(&w.pool, "ada").await, NEW).await,
        attempt_limit()
    );
    w.h.clock.advance(HOUR_MS);
    forgot(&w, "ada").await.expect("a code in the next hour");
}

#[tokio::test]
async fn any_name_that_signs_in_recovers() {
    let pool = json!({"UsernameAttributes": ["email"], "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"}});
    let w = World::new(pool, json!({})).await;
    w.made("ada@example.com", &EMAIL[1..]).await;
    forgot(&w, "ada@example.com").await.expect("a code");
    // Only sign-ups use links.
    let code = w.h.code(&w.pool, "ada@example.com").await;
    let sub = w.attribute("ada@example.com", "sub").await.expect("a sub");
    assert_eq!(reset(&w, &sub, &code, NEW).await, Ok(json!({})));
    w.sign_in("ada@example.com", NEW).await.expect("a sign-in");
}

#[tokio::test]
async fn nobody_recovers_whom_the_pool_does_not_know() {
    let w = world().await;
    let unknown = || {
        refusal(
            "UserNotFoundException",
            "Username/client id combination not found.",
        )
    };
    assert_eq!(forgot(&w, "nobody").await, unknown());
    assert_eq!(reset(&w, "nobody", "123456", NEW).await, unknown());
}
