//! NEW_PASSWORD_REQUIRED: a user with a temporary password chooses his own.

use crate::support::signing;
use crate::support::signing::{
    MINUTE_MS, admin_initiate, all_flows, answer_srp, beside, invalid, invited, no_such_user,
    not_authorized, respond, result, secret, secret_hash, start_srp, verified, wrong_password,
};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World};
use crate::support::{refusal, text, with};
use serde_json::{Value, json};

const TEMPORARY: &str = "Tempor4ry!";
const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];

async fn world(pool: Value) -> World {
    let w = World::new(pool, all_flows()).await;
    invited(&w, "ada", TEMPORARY, &EMAIL).await;
    w
}

/// A pool that wants a given name and has an attribute of its own.
fn demanding() -> Value {
    json!({"Schema": [
        {"Name": "given_name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "shoe", "Mutable": true, "AttributeDataType": "String",
         "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "4"}},
    ]})
}

/// The challenge that follows the temporary password.
#[track_caller]
fn challenge(answer: Answer) -> Value {
    let answer = answer.expect("a challenge");
    let members: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["ChallengeName", "ChallengeParameters", "Session"]);
    assert_eq!(answer["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    answer
}

/// The session after the temporary password.
async fn session(w: &World) -> String {
    text(&challenge(w.sign_in("ada", TEMPORARY).await)["Session"])
}

async fn choose(w: &World, session: &str, more: Value) -> Answer {
    let answers = with(json!({"USERNAME": "ada", "NEW_PASSWORD": PASSWORD}), more);
    respond(w, "NEW_PASSWORD_REQUIRED", Some(session), answers).await
}

fn session_invalid() -> Answer {
    not_authorized("Invalid session for the user.")
}

#[tokio::test]
async fn a_temporary_password_leads_to_the_challenge_in_every_flow() {
    let w = world(demanding()).await;
    let parameters = || json!({"USERNAME": "ada", "PASSWORD": TEMPORARY});
    let answers = [
        w.sign_in("ada", TEMPORARY).await,
        admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", parameters()).await,
        answer_srp(&w, start_srp(&w, "ada").await.proof(&w, TEMPORARY)).await,
    ];
    for answer in answers {
        let challenge = challenge(answer);
        assert!(text(&challenge["Session"]).starts_with("AYABe"));
        let parameters = challenge["ChallengeParameters"].clone();
        assert_eq!(parameters["USER_ID_FOR_SRP"], "ada");
        assert_eq!(
            parameters["requiredAttributes"],
            r#"["userAttributes.given_name"]"#
        );
        let current: Value =
            serde_json::from_str(&text(&parameters["userAttributes"])).expect("JSON");
        assert_eq!(
            current,
            json!({"email": "ada@example.com", "email_verified": "true"})
        );
        assert_eq!(parameters.as_object().map(serde_json::Map::len), Some(3));
    }
    assert_eq!(w.sign_in("ada", "Wrong1!x").await, wrong_password());
}

#[tokio::test]
async fn the_answer_confirms_the_user_and_signs_him_in() {
    let w = world(json!({})).await;
    assert_eq!(w.status("ada").await, "FORCE_CHANGE_PASSWORD");
    let tokens = result(choose(&w, &session(&w).await, json!({})).await);
    assert_eq!(
        verified(&w, &tokens["IdToken"]).await.claims["cognito:username"],
        "ada"
    );
    assert_eq!(w.status("ada").await, "CONFIRMED");
    result(w.sign_in("ada", PASSWORD).await);
    result(answer_srp(&w, start_srp(&w, "ada").await.proof(&w, PASSWORD)).await);
    assert_eq!(w.sign_in("ada", TEMPORARY).await, wrong_password());
}

#[tokio::test]
async fn an_administrator_can_answer() {
    let w = world(json!({})).await;
    let parameters = json!({"USERNAME": "ada", "PASSWORD": TEMPORARY});
    let asked = challenge(admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", parameters).await);
    let input = json!({
        "ClientId": w.client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "ada", "NEW_PASSWORD": PASSWORD},
    });
    result(w.admin("AdminRespondToAuthChallenge", input).await);
}

#[tokio::test]
async fn required_attributes_must_be_given() {
    let w = world(demanding()).await;
    let session = session(&w).await;
    let told = invalid("Invalid attributes given, given_name is missing");
    assert_eq!(choose(&w, &session, json!({})).await, told);
    assert_eq!(
        choose(&w, &session, json!({"userAttributes.given_name": ""})).await,
        told
    );
    assert_eq!(w.status("ada").await, "FORCE_CHANGE_PASSWORD");
    let given = json!({"userAttributes.given_name": "Ada", "userAttributes.custom:shoe": "39"});
    let tokens = result(choose(&w, &session, given).await);
    let claims = verified(&w, &tokens["IdToken"]).await.claims;
    assert_eq!(
        (&claims["given_name"], &claims["custom:shoe"]),
        (&json!("Ada"), &json!("39"))
    );
    assert_eq!(
        w.attribute("ada", "given_name").await.as_deref(),
        Some("Ada")
    );
}

#[tokio::test]
async fn only_missing_writable_and_fitting_attributes_can_be_given() {
    let w = world(demanding()).await;
    let session = session(&w).await;
    let give = async |name: &str, value: &str| {
        let attributes = json!({
            "userAttributes.given_name": "Ada", format!("userAttributes.{name}"): value,
        });
        choose(&w, &session, attributes).await
    };
    let provided = not_authorized("Cannot modify an already provided email");
    assert_eq!(give("email", "other@example.com").await, provided);
    assert_eq!(give("email", "ada@example.com").await, provided);
    let unwritable = not_authorized("A client attempted to write unauthorized attribute");
    assert_eq!(give("phone_number_verified", "true").await, unwritable);
    assert_eq!(
        give("phone_number", "12").await,
        invalid("Invalid phone number format.")
    );
    let unknown = "Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema.";
    assert_eq!(give("custom:nope", "x").await, invalid(unknown));
    let short = "Attributes did not conform to the schema: custom:shoe: String must be at least 2 characters long.";
    assert_eq!(give("custom:shoe", "x").await, invalid(short));

    // What a client may not write stays out; a number that is given is not verified by that.
    let narrow = with(
        all_flows(),
        json!({"WriteAttributes": ["given_name", "phone_number"]}),
    );
    let narrow = beside(&w, narrow).await;
    let session = text(&challenge(narrow.sign_in("ada", TEMPORARY).await)["Session"]);
    let family = json!({"userAttributes.given_name": "Ada", "userAttributes.family_name": "L"});
    assert_eq!(choose(&narrow, &session, family).await, unwritable);
    let phone =
        json!({"userAttributes.given_name": "Ada", "userAttributes.phone_number": "+4930123"});
    result(choose(&narrow, &session, phone).await);
    assert_eq!(
        w.attribute("ada", "phone_number_verified").await.as_deref(),
        Some("false")
    );
}

#[tokio::test]
async fn the_challenge_shows_what_the_client_may_read() {
    let w = world(json!({})).await;
    let narrow = beside(&w, with(all_flows(), json!({"ReadAttributes": ["email"]}))).await;
    let parameters =
        challenge(narrow.sign_in("ada", TEMPORARY).await)["ChallengeParameters"].clone();
    assert_eq!(parameters["requiredAttributes"], "[]");
    assert_eq!(
        parameters["userAttributes"],
        r#"{"email":"ada@example.com"}"#
    );
}

#[tokio::test]
async fn the_new_password_obeys_policy_and_history_and_a_refusal_leaves_the_session() {
    let policy = json!({"Policies": {"PasswordPolicy": {
        "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
        "RequireSymbols": true, "PasswordHistorySize": 2,
    }}, "UserPoolTier": "ESSENTIALS"});
    let w = world(policy).await;
    let session = session(&w).await;
    let cases = [
        ("short1!", "Password not long enough"),
        ("passw0rd!", "Password must have uppercase characters"),
        ("PASSW0RD!", "Password must have lowercase characters"),
        ("Password!", "Password must have numeric characters"),
        ("Passw0rds", "Password must have symbol characters"),
    ];
    for (password, reason) in cases {
        let told = format!("Password does not conform to policy: {reason}");
        let answer = choose(&w, &session, json!({"NEW_PASSWORD": password})).await;
        assert_eq!(answer, refusal("InvalidPasswordException", &told));
    }
    result(choose(&w, &session, json!({})).await);

    let again = json!({"Username": "ada", "Password": TEMPORARY, "Permanent": false});
    w.admin("AdminSetUserPassword", again)
        .await
        .expect("a temporary password");
    let session = text(&challenge(w.sign_in("ada", TEMPORARY).await)["Session"]);
    let told = "Password has previously been used and cannot be reused.";
    let used = refusal("PasswordHistoryPolicyViolationException", told);
    assert_eq!(choose(&w, &session, json!({})).await, used);
    result(choose(&w, &session, json!({"NEW_PASSWORD": "An0ther!x"})).await);
}

#[tokio::test]
async fn all_of_the_answer_is_needed() {
    let w = world(json!({})).await;
    let session = session(&w).await;
    for missing in ["USERNAME", "NEW_PASSWORD"] {
        let answer = choose(&w, &session, json!({missing: ""})).await;
        assert_eq!(
            answer,
            invalid(&format!("Missing required parameter {missing}"))
        );
    }
    let answers = json!({"USERNAME": "ada", "NEW_PASSWORD": PASSWORD});
    let answer = respond(&w, "NEW_PASSWORD_REQUIRED", None, answers).await;
    assert_eq!(answer, invalid("Missing required parameter Session"));
}

#[tokio::test]
async fn a_session_works_once() {
    let w = world(json!({})).await;
    let (session, other) = (session(&w).await, session(&w).await);
    result(choose(&w, &session, json!({})).await);
    let used = not_authorized("Invalid session for the user, session can only be used once.");
    assert_eq!(
        choose(&w, &session, json!({"NEW_PASSWORD": "An0ther!x"})).await,
        used
    );
    // Another session of the same sign-in has nothing left to do.
    assert_eq!(
        choose(&w, &other, json!({"NEW_PASSWORD": "An0ther!x"})).await,
        session_invalid()
    );
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn of_two_racing_answers_to_one_session_one_wins() {
    let w = world(json!({})).await;
    let session = session(&w).await;
    let second = "An0ther!x";
    let (one, two) = tokio::join!(
        choose(&w, &session, json!({})),
        choose(&w, &session, json!({"NEW_PASSWORD": second})),
    );
    let (lost, password) = if one.is_ok() {
        (two, PASSWORD)
    } else {
        (one, second)
    };
    // Who comes a little later meets a user who has chosen already.
    let used = not_authorized("Invalid session for the user, session can only be used once.");
    let over = not_authorized("Invalid session for the user.");
    assert!(lost == used || lost == over, "{lost:?}");
    result(w.sign_in("ada", password).await);
}

#[tokio::test]
async fn a_session_expires() {
    let w = world(json!({})).await;
    let session = session(&w).await;
    w.h.clock.advance(3 * MINUTE_MS - 1);
    let told = refusal(
        "InvalidPasswordException",
        "Password does not conform to policy: Password not long enough",
    );
    assert_eq!(
        choose(&w, &session, json!({"NEW_PASSWORD": "short1!"})).await,
        told,
        "still alive"
    );
    w.h.clock.advance(1);
    let expired = not_authorized("Invalid session for the user, session is expired.");
    assert_eq!(choose(&w, &session, json!({})).await, expired);

    let long = beside(&w, with(all_flows(), json!({"AuthSessionValidity": 15}))).await;
    let session = text(&challenge(long.sign_in("ada", TEMPORARY).await)["Session"]);
    w.h.clock.advance(15 * MINUTE_MS - 1);
    result(choose(&long, &session, json!({})).await);
}

#[tokio::test]
async fn a_session_belongs_to_one_client_and_user() {
    let w = world(json!({})).await;
    invited(&w, "bob", TEMPORARY, &[]).await;
    let session = session(&w).await;
    let other = beside(&w, all_flows()).await;
    assert_eq!(choose(&other, &session, json!({})).await, session_invalid());
    assert_eq!(
        choose(&w, &session, json!({"USERNAME": "bob"})).await,
        session_invalid()
    );
    assert_eq!(
        choose(&w, &session, json!({"USERNAME": "nobody"})).await,
        session_invalid()
    );
    assert_eq!(
        choose(&w, "AYABeNonsenseNonsenseNonsense", json!({})).await,
        session_invalid()
    );
    result(choose(&w, &session, json!({})).await);
}

#[tokio::test]
async fn another_temporary_password_ends_the_session() {
    let w = world(json!({})).await;
    let session = session(&w).await;
    w.h.clock.advance(1);
    let again = json!({"Username": "ada", "Password": "An0ther-one!", "Permanent": false});
    w.admin("AdminSetUserPassword", again)
        .await
        .expect("a new temporary password");
    assert_eq!(choose(&w, &session, json!({})).await, session_invalid());
    let next = text(&challenge(w.sign_in("ada", "An0ther-one!").await)["Session"]);
    result(choose(&w, &next, json!({})).await);
}

#[tokio::test]
async fn a_user_who_was_disabled_or_deleted_meanwhile_cannot_answer() {
    let w = world(json!({})).await;
    let session = session(&w).await;
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("a change of state");
    assert_eq!(
        choose(&w, &session, json!({})).await,
        not_authorized("User is disabled.")
    );
    w.admin("AdminDeleteUser", json!({"Username": "ada"}))
        .await
        .expect("a deletion");
    assert_eq!(choose(&w, &session, json!({})).await, no_such_user());
}

#[tokio::test]
async fn a_taken_address_cannot_be_given() {
    let w = World::new(
        json!({"UsernameAttributes": ["email", "phone_number"]}),
        all_flows(),
    )
    .await;
    w.made("+4930123", &[]).await;
    invited(&w, "ada@example.com", TEMPORARY, &[]).await;
    let session = text(&challenge(w.sign_in("ada@example.com", TEMPORARY).await)["Session"]);
    let user = json!({"USERNAME": "ada@example.com"});
    let taken = with(
        user.clone(),
        json!({"userAttributes.phone_number": "+4930123"}),
    );
    let told = "An account with the given phone_number already exists.";
    assert_eq!(
        choose(&w, &session, taken).await,
        refusal("AliasExistsException", told)
    );
    result(
        choose(
            &w,
            &session,
            with(user, json!({"userAttributes.phone_number": "+4930124"})),
        )
        .await,
    );
    result(w.sign_in("+4930124", PASSWORD).await);
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_in_the_answer() {
    let w = world(json!({})).await;
    let w = beside(&w, with(all_flows(), json!({"GenerateSecret": true}))).await;
    let hash = json!({"SECRET_HASH": secret_hash(&secret(&w).await, "ada", &w.client)});
    let parameters = with(
        json!({"USERNAME": "ada", "PASSWORD": TEMPORARY}),
        hash.clone(),
    );
    let asked = challenge(signing::initiate(&w, "USER_PASSWORD_AUTH", parameters).await);
    let session = text(&asked["Session"]);
    let told = format!(
        "Client {} is configured with secret but SECRET_HASH was not received",
        w.client
    );
    assert_eq!(choose(&w, &session, json!({})).await, not_authorized(&told));
    result(choose(&w, &session, hash).await);
}

#[tokio::test]
async fn a_temporary_password_expires() {
    let policy = |days: i64| {
        json!({"Policies": {"PasswordPolicy": {
            "MinimumLength": 8, "TemporaryPasswordValidityDays": days,
        }}})
    };
    for (pool, days) in [(json!({}), 7), (policy(1), 1)] {
        let w = world(pool).await;
        w.h.clock.advance(days * 24 * HOUR_MS - 1);
        challenge(w.sign_in("ada", TEMPORARY).await);
        w.h.clock.advance(1);
        let told = "Temporary password has expired and must be reset by an administrator.";
        assert_eq!(w.sign_in("ada", TEMPORARY).await, not_authorized(told));
        assert_eq!(w.sign_in("ada", "Wrong1!x").await, wrong_password());
        let again = json!({"Username": "ada", "Password": TEMPORARY, "Permanent": false});
        w.admin("AdminSetUserPassword", again)
            .await
            .expect("a new temporary password");
        challenge(w.sign_in("ada", TEMPORARY).await);
    }
}
