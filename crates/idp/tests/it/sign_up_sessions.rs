//! From SignUp through ConfirmSignUp into a sign-in, by the sessions that they answer.
use serde_json::{Value, json};

use super::support::signing::{
    MINUTE_MS, beside, initiate, invalid, not_authorized, result, secret, secret_hash, verified,
};
use super::support::world::{Answer, PASSWORD, World, attributes, code_mismatch, wrong};
use super::support::{sms, text, with};

fn user_auth() -> Value {
    json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})
}

async fn world() -> World {
    World::new(json!({"AutoVerifiedAttributes": ["email"]}), user_auth()).await
}

/// Signs up and answers the session.
async fn signed_up(w: &World, name: &str) -> String {
    let address = format!("{name}@example.com");
    let answer = w.sign_up(name, &[("email", &address)]).await;
    text(&answer.expect("a sign-up")["Session"])
}

/// ConfirmSignUp with the code that was sent.
async fn confirm(w: &World, name: &str, session: &str) -> Answer {
    let code = w.h.code(&w.pool, name).await;
    let input = json!({"Username": name, "ConfirmationCode": code, "Session": session});
    w.public("ConfirmSignUp", input).await
}

/// The session of a confirmation.
async fn confirmed(w: &World, name: &str) -> String {
    let session = signed_up(w, name).await;
    let answer = confirm(w, name, &session).await.expect("a confirmation");
    text(&answer["Session"])
}

/// USER_AUTH with a session.
async fn enter(w: &World, session: &str, parameters: Value) -> Answer {
    let input = json!({"AuthFlow": "USER_AUTH", "Session": session, "AuthParameters": parameters});
    w.public("InitiateAuth", input).await
}

fn no_session() -> Answer {
    not_authorized("Invalid session for the user.")
}

#[tokio::test]
async fn the_code_of_the_sign_up_signs_in() {
    let w = world().await;
    let session = confirmed(&w, "ada").await;
    let tokens = result(enter(&w, &session, json!({"USERNAME": "ada"})).await);
    let id = verified(&w, &tokens["IdToken"]).await;
    assert_eq!(id.claims["email_verified"], true);
    assert_eq!(
        enter(&w, &session, json!({"USERNAME": "ada"})).await,
        not_authorized("Invalid session for the user, session can only be used once.")
    );

    // The session says who it is, and an administrator's call takes it too.
    result(enter(&w, &confirmed(&w, "bob").await, json!({})).await);
    let session = confirmed(&w, "cyd").await;
    let input = json!({"ClientId": w.client, "AuthFlow": "USER_AUTH", "Session": session});
    result(w.admin("AdminInitiateAuth", input).await);
}

#[tokio::test]
async fn a_session_is_answered_only_where_it_leads_somewhere() {
    let w = World::verifying_email().await;
    let answer = w.sign_up("ada", &[("email", "ada@example.com")]).await;
    assert_eq!(answer.expect("a sign-up").get("Session"), None);

    // Nothing was sent, so there is nothing to prove.
    let w = world().await;
    let answer = w.sign_up("eve", &[]).await.expect("a sign-up");
    assert_eq!(answer.get("Session"), None);

    // A code that went to an address of before proves nothing of the present one.
    signed_up(&w, "ada").await;
    let code = w.h.code(&w.pool, "ada").await;
    let list = attributes(&[("email", "new@example.com")]);
    let input = json!({"Username": "ada", "UserAttributes": list});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an address");
    assert_eq!(w.confirm("ada", &code).await, Ok(json!({})));
    assert_eq!(w.status("ada").await, "CONFIRMED");
}

#[tokio::test]
async fn a_confirmation_needs_no_session_and_an_expired_one_is_none() {
    let w = world().await;
    let session = signed_up(&w, "ada").await;
    w.h.clock.advance(3 * MINUTE_MS);
    let answer = confirm(&w, "ada", &session).await.expect("a confirmation");
    result(enter(&w, &text(&answer["Session"]), json!({})).await);

    signed_up(&w, "bob").await;
    let code = w.h.code(&w.pool, "bob").await;
    let answer = w.confirm("bob", &code).await.expect("a confirmation");
    result(enter(&w, &text(&answer["Session"]), json!({})).await);
}

#[tokio::test]
async fn a_wrong_code_leaves_the_session_and_a_foreign_session_leaves_the_code() {
    let w = world().await;
    let session = signed_up(&w, "ada").await;
    let of_eve = signed_up(&w, "eve").await;
    let code = w.h.code(&w.pool, "ada").await;
    let input = json!({"Username": "ada", "ConfirmationCode": wrong(&code), "Session": session});
    assert_eq!(w.public("ConfirmSignUp", input).await, code_mismatch());
    let nonsense = "n".repeat(40);
    for foreign in [of_eve.as_str(), nonsense.as_str()] {
        assert_eq!(confirm(&w, "ada", foreign).await, no_session());
    }
    assert_eq!(
        enter(&w, &session, json!({"USERNAME": "ada"})).await,
        no_session(),
        "a sign-up proves nothing yet"
    );
    let answer = confirm(&w, "ada", &session).await.expect("a confirmation");
    let going = text(&answer["Session"]);
    assert_eq!(
        enter(&w, &going, json!({"USERNAME": "eve"})).await,
        no_session()
    );
    let other = beside(&w, user_auth()).await;
    assert_eq!(enter(&other, &going, json!({})).await, no_session());
    w.h.clock.advance(3 * MINUTE_MS);
    assert_eq!(
        enter(&w, &going, json!({"USERNAME": "ada"})).await,
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_and_a_disabled_user_stays_out() {
    let client = with(user_auth(), json!({"GenerateSecret": true}));
    let w = World::new(json!({"AutoVerifiedAttributes": ["email"]}), client).await;
    let hash = secret_hash(&secret(&w).await, "ada", &w.client);
    let input = json!({
        "Username": "ada", "Password": PASSWORD, "SecretHash": hash,
        "UserAttributes": attributes(&[("email", "ada@example.com")]),
    });
    let session = text(&w.public("SignUp", input).await.expect("a sign-up")["Session"]);
    let code = w.h.code(&w.pool, "ada").await;
    let input = json!({
        "Username": "ada", "ConfirmationCode": code, "SecretHash": hash, "Session": session,
    });
    let answer = w.public("ConfirmSignUp", input).await;
    let session = text(&answer.expect("a confirmation")["Session"]);
    assert_eq!(
        enter(&w, &session, json!({})).await,
        invalid("Missing required parameter USERNAME")
    );
    let refused = enter(&w, &session, json!({"USERNAME": "ada"})).await;
    assert_eq!(refused.expect_err("a refusal").0, "NotAuthorizedException");
    let parameters = json!({"USERNAME": "ada", "SECRET_HASH": hash});
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("disabled");
    assert_eq!(
        enter(&w, &session, parameters.clone()).await,
        not_authorized("User is disabled.")
    );
    w.admin("AdminEnableUser", json!({"Username": "ada"}))
        .await
        .expect("enabled");
    result(enter(&w, &session, parameters).await);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_all_the_same() {
    let pool = json!({
        "AutoVerifiedAttributes": ["email"], "SmsConfiguration": sms(), "MfaConfiguration": "ON",
    });
    let w = World::new(pool, user_auth()).await;
    let list = [
        ("email", "ada@example.com"),
        ("phone_number", "+12065550100"),
    ];
    let answer = w.sign_up("ada", &list).await.expect("a sign-up");
    let answer = confirm(&w, "ada", &text(&answer["Session"])).await;
    let session = text(&answer.expect("a confirmation")["Session"]);
    let asked = enter(&w, &session, json!({"USERNAME": "ada"})).await;
    assert_eq!(asked.expect("a challenge")["ChallengeName"], "SMS_MFA");
    let parameters = json!({"USERNAME": "ada"});
    let asked = initiate(&w, "USER_AUTH", parameters).await;
    assert_eq!(
        asked.expect("a challenge")["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD"])
    );
}
