//! USER_AUTH: what a user can choose from, and each first factor to its tokens.
use cenote_idp::crypto::srp;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use super::support::signing::{
    MINUTE_MS, initiate, invalid, no_such_user, not_authorized, respond, result, timestamp,
    verified, wrong_password,
};
use super::support::world::{Answer, PASSWORD, World};
use super::support::{refusal, sms, text, with};

/// A pool that allows all first factors but passkeys.
pub(crate) async fn world(client: Value) -> World {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]});
    let pool = json!({"Policies": {"SignInPolicy": factors}, "SmsConfiguration": sms()});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    World::new(pool, with(flows, client)).await
}

pub(crate) async fn with_ada() -> World {
    let w = world(json!({})).await;
    w.made(
        "ada",
        &[
            ("email", "ada@example.com"),
            ("phone_number", "+12065550100"),
        ],
    )
    .await;
    w
}

async fn begin(w: &World, parameters: Value) -> Answer {
    initiate(w, "USER_AUTH", with(json!({"USERNAME": "ada"}), parameters)).await
}

fn all() -> Value {
    json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"])
}

/// The session of a challenge that asks for this.
#[track_caller]
fn session(answer: Answer, challenge: &str) -> String {
    let answer = answer.expect("a challenge");
    assert_eq!(answer["ChallengeName"], challenge);
    text(&answer["Session"])
}

#[tokio::test]
async fn without_a_preference_the_user_is_asked_to_choose() {
    let w = with_ada().await;
    for parameters in [
        json!({}),
        json!({"PREFERRED_CHALLENGE": "WEB_AUTHN"}),
        json!({"PREFERRED_CHALLENGE": "NONSENSE"}),
    ] {
        let mut answer = begin(&w, parameters).await.expect("a challenge");
        assert!(answer["Session"].take().is_string());
        assert_eq!(
            answer,
            json!({
                "ChallengeName": "SELECT_CHALLENGE", "AvailableChallenges": all(),
                "ChallengeParameters": {}, "Session": null,
            })
        );
    }
}

#[tokio::test]
async fn a_password_that_comes_along_signs_in_at_once() {
    let w = with_ada().await;
    let parameters = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD});
    let tokens = result(begin(&w, parameters).await);
    assert!(tokens["RefreshToken"].is_string());
    let wrong = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "Wrong0ne!"});
    assert_eq!(begin(&w, wrong).await, wrong_password());
}

#[tokio::test]
async fn a_password_is_asked_for_and_chosen() {
    choose_a_password(&with_ada().await).await;
}

pub(crate) async fn choose_a_password(w: &World) {
    let asked = begin(w, json!({"PREFERRED_CHALLENGE": "PASSWORD"})).await;
    let asked = session(asked, "PASSWORD");
    let answers = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    result(respond(w, "PASSWORD", Some(&asked), answers.clone()).await);
    assert_eq!(
        respond(w, "PASSWORD", Some(&asked), answers).await,
        not_authorized("Invalid session for the user, session can only be used once.")
    );

    let choice = session(begin(w, json!({})).await, "SELECT_CHALLENGE");
    let answers = json!({"USERNAME": "ada", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    result(respond(w, "SELECT_CHALLENGE", Some(&choice), answers).await);

    let choice = session(begin(w, json!({})).await, "SELECT_CHALLENGE");
    let answers = json!({"USERNAME": "ada", "ANSWER": "PASSWORD"});
    let asked = respond(w, "SELECT_CHALLENGE", Some(&choice), answers).await;
    let asked = session(asked, "PASSWORD");
    let wrong = json!({"USERNAME": "ada", "PASSWORD": "Wrong0ne!"});
    assert_eq!(
        respond(w, "PASSWORD", Some(&asked), wrong).await,
        wrong_password()
    );
    let right = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    result(respond(w, "PASSWORD", Some(&asked), right).await);
}

/// The answers to a PASSWORD_VERIFIER.
fn proof(w: &World, client: &srp::client::Client, challenge: &Value) -> Value {
    let given = |name: &str| text(&challenge["ChallengeParameters"][name]);
    let salt = HEXLOWER.decode(given("SALT").as_bytes()).expect("hex");
    let (_, pool_name) = w.pool.split_once('_').expect("a pool's id");
    let user = given("USER_ID_FOR_SRP");
    let key = client
        .shared_key(&given("SRP_B"), &salt, pool_name, &user, PASSWORD)
        .expect("a fit SRP_B");
    let block = given("SECRET_BLOCK");
    let now = timestamp(w);
    let bytes = BASE64.decode(block.as_bytes()).expect("base64");
    let signature = key.sign(pool_name, &user, &bytes, &now);
    json!({
        "USERNAME": user, "PASSWORD_CLAIM_SECRET_BLOCK": block, "TIMESTAMP": now,
        "PASSWORD_CLAIM_SIGNATURE": BASE64.encode(&signature),
    })
}

#[tokio::test]
async fn srp_has_a_session_here_and_is_begun_at_once_or_by_choice() {
    choose_srp(&with_ada().await).await;
}

pub(crate) async fn choose_srp(w: &World) {
    let client = srp::client::Client::new(&[9; 32]);
    let srp_a = client.public_hex();
    let parameters = json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": srp_a});
    let challenge = begin(w, parameters).await.expect("a challenge");
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    assert_eq!(challenge["AvailableChallenges"], all());
    let session_text = text(&challenge["Session"]);
    let answers = proof(w, &client, &challenge);
    result(respond(w, "PASSWORD_VERIFIER", Some(&session_text), answers).await);

    let asked = begin(w, json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP"})).await;
    let asked = session(asked, "PASSWORD_SRP");
    let answers = json!({"USERNAME": "ada", "SRP_A": srp_a});
    let challenge = respond(w, "PASSWORD_SRP", Some(&asked), answers).await;
    let challenge = challenge.expect("a challenge");
    let answers = proof(w, &client, &challenge);
    result(respond(w, "PASSWORD_VERIFIER", None, answers).await);
}

#[tokio::test]
async fn a_code_of_eight_digits_signs_in_and_verifies_its_address() {
    choose_a_code(&with_ada().await).await;
}

pub(crate) async fn choose_a_code(w: &World) {
    let mut asked = begin(w, json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"}))
        .await
        .expect("a challenge");
    let session_text = text(&asked["Session"].take());
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "EMAIL_OTP", "AvailableChallenges": all(), "Session": null,
            "ChallengeParameters": {
                "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "a***@e***",
            },
        })
    );
    let code = w.h.code(&w.pool, "ada").await;
    assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()));
    let answer = async |code: &str| {
        let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": code});
        respond(w, "EMAIL_OTP", Some(&session_text), answers).await
    };
    let wrong = if code == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    assert_eq!(
        answer(wrong).await,
        refusal(
            "CodeMismatchException",
            "Invalid code or auth state for the user."
        )
    );
    let tokens = result(answer(&code).await);
    let id = verified(w, &tokens["IdToken"]).await;
    assert_eq!(id.claims["email_verified"], true);
    assert_eq!(
        answer(&code).await,
        not_authorized("Invalid session for the user, session can only be used once.")
    );
}

#[tokio::test]
async fn a_code_confirms_a_user_who_signed_up() {
    confirm_by_a_code(&world(json!({})).await).await;
}

/// A user signs up, and in with a code by SMS.
pub(crate) async fn confirm_by_a_code(w: &World) {
    w.sign_up("ada", &[("phone_number", "+12065550100")])
        .await
        .expect("a sign-up");
    let asked = begin(w, json!({"PREFERRED_CHALLENGE": "SMS_OTP"})).await;
    let asked = session(asked, "SMS_OTP");
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "SMS_OTP_CODE": code});
    result(respond(w, "SMS_OTP", Some(&asked), answers).await);
    assert_eq!(w.status("ada").await, "CONFIRMED");
    assert_eq!(
        w.attribute("ada", "phone_number_verified").await.as_deref(),
        Some("true")
    );
}

#[tokio::test]
async fn codes_expire_with_their_session() {
    let w = with_ada().await;
    let asked = begin(&w, json!({"PREFERRED_CHALLENGE": "SMS_OTP"})).await;
    let asked = session(asked, "SMS_OTP");
    let code = w.h.code(&w.pool, "ada").await;
    w.h.clock.advance(3 * MINUTE_MS);
    let answers = json!({"USERNAME": "ada", "SMS_OTP_CODE": code});
    assert_eq!(
        respond(&w, "SMS_OTP", Some(&asked), answers).await,
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[tokio::test]
async fn guesses_lock_the_account_and_a_new_session_does_not_unlock_it() {
    let w = with_ada().await;
    for _ in 0..5 {
        let asked = begin(&w, json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"})).await;
        let asked = session(asked, "EMAIL_OTP");
        let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": "1"});
        assert_eq!(
            respond(&w, "EMAIL_OTP", Some(&asked), answers).await,
            refusal(
                "CodeMismatchException",
                "Invalid code or auth state for the user."
            )
        );
    }
    let parameters = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD});
    result(begin(&w, parameters).await);
    let choice = begin(&w, json!({"PREFERRED_CHALLENGE": "SMS_OTP"})).await;
    let asked = session(choice, "SMS_OTP");
    let code = w.h.code(&w.pool, "+12065550100").await;
    let answers = json!({"USERNAME": "ada", "SMS_OTP_CODE": code});
    assert_eq!(
        respond(&w, "SMS_OTP", Some(&asked), answers.clone()).await,
        not_authorized("Password attempts exceeded")
    );
    w.h.clock.advance(1_000);
    result(respond(&w, "SMS_OTP", Some(&asked), answers).await);
}

#[tokio::test]
async fn a_temporary_password_is_all_that_its_user_can_choose() {
    let w = world(json!({})).await;
    let input = json!({
        "Username": "ada", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
    });
    w.admin("AdminCreateUser", input).await.expect("a user");
    let asked = begin(&w, json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"})).await;
    let asked = asked.expect("a challenge");
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD"])
    );
    let choice = text(&asked["Session"]);
    let answers = json!({"USERNAME": "ada", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    let asked = respond(&w, "SELECT_CHALLENGE", Some(&choice), answers).await;
    session(asked, "NEW_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn a_known_device_may_be_named_in_any_answer() {
    let w = world(json!({})).await;
    let devices = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}});
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let pool = json!({"Policies": {"SignInPolicy": factors}});
    w.admin("UpdateUserPool", with(pool, devices))
        .await
        .expect("an update");
    w.made("ada", &[("email", "ada@example.com")]).await;
    let by_password = json!({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD});
    let tokens = result(begin(&w, by_password).await);
    let key = text(&tokens["NewDeviceMetadata"]["DeviceKey"]);
    let access = text(&tokens["AccessToken"]);
    w.with(&access, "ConfirmDevice", json!({"DeviceKey": key}))
        .await
        .expect("a confirmation");
    let asked = begin(&w, json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"})).await;
    let asked = session(asked, "EMAIL_OTP");
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": code, "DEVICE_KEY": key});
    let tokens = result(respond(&w, "EMAIL_OTP", Some(&asked), answers).await);
    assert_eq!(tokens.get("NewDeviceMetadata"), None);
    let access = verified(&w, &tokens["AccessToken"]).await;
    assert_eq!(access.claims["device_key"], key);
}

#[tokio::test]
async fn what_is_not_offered_cannot_be_chosen() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    let asked = begin(&w, json!({})).await.expect("a challenge");
    assert_eq!(
        asked["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD"])
    );
    let choice = text(&asked["Session"]);
    for answer in ["EMAIL_OTP", "WEB_AUTHN", "SMS_MFA", "NONSENSE"] {
        let answers = json!({"USERNAME": "ada", "ANSWER": answer});
        let refused = respond(&w, "SELECT_CHALLENGE", Some(&choice), answers).await;
        assert_eq!(
            refused,
            invalid("Selected challenge is not available."),
            "{answer}"
        );
    }
    let nothing = json!({"USERNAME": "ada"});
    assert_eq!(
        respond(&w, "SELECT_CHALLENGE", Some(&choice), nothing).await,
        invalid("Missing required parameter ANSWER")
    );
}

#[tokio::test]
async fn an_unknown_user_is_told_apart_in_legacy_clients_only() {
    let w = world(json!({})).await;
    assert_eq!(begin(&w, json!({})).await, no_such_user());

    let w = world(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let asked = begin(&w, json!({})).await.expect("a challenge");
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(asked["AvailableChallenges"], all());
    let choice = text(&asked["Session"]);
    let answers = json!({"USERNAME": "ada", "ANSWER": "EMAIL_OTP"});
    let asked = respond(&w, "SELECT_CHALLENGE", Some(&choice), answers).await;
    let asked = asked.expect("a challenge");
    let destination = text(&asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"]);
    assert!(destination.contains("***@"), "{destination}");
    let code = text(&asked["Session"]);
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": "12345678"});
    assert_eq!(
        respond(&w, "EMAIL_OTP", Some(&code), answers).await,
        refusal(
            "CodeMismatchException",
            "Invalid code or auth state for the user."
        )
    );
    assert_eq!(w.sent("ada").await, 0);

    let asked = begin(&w, json!({"PREFERRED_CHALLENGE": "PASSWORD"})).await;
    let asked = session(asked, "PASSWORD");
    let answers = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    assert_eq!(
        respond(&w, "PASSWORD", Some(&asked), answers).await,
        wrong_password()
    );
}

#[tokio::test]
async fn the_flow_must_be_allowed_and_the_session_is_its_users() {
    let w = with_ada().await;
    w.made("eve", &[]).await;
    let choice = session(begin(&w, json!({})).await, "SELECT_CHALLENGE");
    let answers = json!({"USERNAME": "eve", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    assert_eq!(
        respond(&w, "SELECT_CHALLENGE", Some(&choice), answers).await,
        not_authorized("Invalid session for the user.")
    );

    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &[]).await;
    assert_eq!(
        begin(&w, json!({})).await,
        invalid("USER_AUTH is not enabled for the client.")
    );
}
