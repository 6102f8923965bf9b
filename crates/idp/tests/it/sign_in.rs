//! InitiateAuth and its admin twin with a password: who gets in, and what the others are told.

use crate::support::signing::{
    admin_initiate, all_flows, beside, initiate, invalid, no_such_user, not_authorized, respond,
    result, secret, secret_hash, sub_of, verified, wrong_password,
};
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{refusal, text, with};
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &EMAIL).await;
    w
}

fn parameters(name: &str, password: &str) -> Value {
    json!({"USERNAME": name, "PASSWORD": password})
}

async fn about(w: &World, operation: &str, name: &str) {
    w.admin(operation, json!({"Username": name}))
        .await
        .expect("a change of state");
}

#[tokio::test]
async fn the_right_password_is_answered_with_tokens() {
    let w = world(json!({})).await;
    let answer = w.sign_in("ada", PASSWORD).await.expect("a sign-in");
    let members: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["AuthenticationResult", "ChallengeParameters"]);
    let result = result(Ok(answer));
    let members: Vec<&String> = result.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        [
            "AccessToken",
            "ExpiresIn",
            "IdToken",
            "RefreshToken",
            "TokenType"
        ]
    );
    assert_eq!(
        (&result["ExpiresIn"], &result["TokenType"]),
        (&json!(3600), &json!("Bearer"))
    );
    let refresh = text(&result["RefreshToken"]);
    assert!(
        refresh.starts_with("eyJjdHki") && refresh.split('.').count() == 5,
        "{refresh}"
    );
    let token = text(&result["AccessToken"]);
    let user = w
        .with(&token, "GetUser", json!({}))
        .await
        .expect("a live token");
    assert_eq!(user["Username"], "ada");
}

#[tokio::test]
async fn an_unknown_user_is_told_apart_only_by_clients_that_hide_nothing() {
    let w = world(json!({})).await;
    assert_eq!(w.sign_in("ada", "Wrong1!x").await, wrong_password());
    assert_eq!(w.sign_in("nobody", PASSWORD).await, no_such_user());
    let admin = admin_initiate(
        &w,
        "ADMIN_USER_PASSWORD_AUTH",
        parameters("nobody", PASSWORD),
    );
    assert_eq!(admin.await, no_such_user());

    let hiding = world(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    assert_eq!(hiding.sign_in("ada", "Wrong1!x").await, wrong_password());
    assert_eq!(hiding.sign_in("nobody", PASSWORD).await, wrong_password());
    let admin = admin_initiate(
        &hiding,
        "ADMIN_USER_PASSWORD_AUTH",
        parameters("nobody", PASSWORD),
    );
    assert_eq!(admin.await, wrong_password());
}

#[tokio::test]
async fn the_state_of_a_user_shows_only_after_the_right_password() {
    for mode in ["LEGACY", "ENABLED"] {
        let w = world(json!({"PreventUserExistenceErrors": mode})).await;
        about(&w, "AdminDisableUser", "ada").await;
        w.made(
            "reset",
            &[("email", "r@example.com"), ("email_verified", "true")],
        )
        .await;
        about(&w, "AdminResetUserPassword", "reset").await;
        w.sign_up("new", &[]).await.expect("a sign-up");

        let cases = [
            ("ada", not_authorized("User is disabled.")),
            (
                "reset",
                refusal(
                    "PasswordResetRequiredException",
                    "Password reset required for the user",
                ),
            ),
            (
                "new",
                refusal("UserNotConfirmedException", "User is not confirmed."),
            ),
        ];
        for (name, told) in cases {
            assert_eq!(
                w.sign_in(name, "Wrong1!x").await,
                wrong_password(),
                "{name} {mode}"
            );
            assert_eq!(w.sign_in(name, PASSWORD).await, told, "{name} {mode}");
            let admin = admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", parameters(name, PASSWORD));
            assert_eq!(admin.await, told, "{name} {mode}");
        }
        about(&w, "AdminEnableUser", "ada").await;
        result(w.sign_in("ada", PASSWORD).await);
    }
}

#[tokio::test]
async fn missing_parameters_are_named() {
    let w = world(json!({})).await;
    let cases = [
        ("USER_PASSWORD_AUTH", json!({}), "USERNAME"),
        (
            "USER_PASSWORD_AUTH",
            json!({"USERNAME": "", "PASSWORD": PASSWORD}),
            "USERNAME",
        ),
        ("USER_PASSWORD_AUTH", json!({"USERNAME": "ada"}), "PASSWORD"),
        ("USER_SRP_AUTH", json!({"SRP_A": "1f"}), "USERNAME"),
        ("USER_SRP_AUTH", json!({"USERNAME": "ada"}), "SRP_A"),
        ("REFRESH_TOKEN_AUTH", json!({}), "REFRESH_TOKEN"),
        ("REFRESH_TOKEN", json!({}), "REFRESH_TOKEN"),
    ];
    for (flow, parameters, missing) in cases {
        let told = invalid(&format!("Missing required parameter {missing}"));
        assert_eq!(initiate(&w, flow, parameters).await, told, "{flow}");
    }
    let bare = w
        .public("InitiateAuth", json!({"AuthFlow": "USER_PASSWORD_AUTH"}))
        .await;
    assert_eq!(bare, invalid("Missing required parameter USERNAME"));
}

#[tokio::test]
async fn pools_and_clients_must_be_there_and_belong_together() {
    let w = world(json!({})).await;
    let input = json!({
        "ClientId": "nosuchclient", "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": parameters("ada", PASSWORD),
    });
    let no_client = refusal(
        "ResourceNotFoundException",
        "User pool client nosuchclient does not exist.",
    );
    assert_eq!(w.h.call("InitiateAuth", input).await, no_client);

    let input = json!({"ClientId": w.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"});
    let other = w.h.pool(json!({})).await;
    let answer =
        w.h.call(
            "AdminInitiateAuth",
            with(input.clone(), json!({"UserPoolId": other})),
        )
        .await;
    let told = format!("User pool client {} does not exist.", w.client);
    assert_eq!(answer, refusal("ResourceNotFoundException", &told));
    let unknown = json!({"UserPoolId": "us-east-1_000000000"});
    let answer = w.h.call("AdminInitiateAuth", with(input, unknown)).await;
    let told = "User pool us-east-1_000000000 does not exist.";
    assert_eq!(answer, refusal("ResourceNotFoundException", told));
}

const PASSWORD_OFF: &str = "USER_PASSWORD_AUTH flow not enabled for this client";
const SRP_OFF: &str = "USER_SRP_AUTH is not enabled for the client.";
const ADMIN_OFF: &str = "Auth flow not enabled for this client";
const REFRESH_OFF: &str = "REFRESH_TOKEN_AUTH is not enabled for the client.";
const CUSTOM_OFF: &str = "CUSTOM_AUTH is not enabled for the client.";
const NO_TRIGGER: &str = "Custom auth lambda trigger is not configured for the user pool.";

/// How far each flow comes with empty parameters; a flow that is on misses them.
async fn reach(w: &World) -> [Answer; 5] {
    let none = || json!({"X": "y"});
    [
        initiate(w, "USER_PASSWORD_AUTH", none()).await,
        initiate(w, "USER_SRP_AUTH", none()).await,
        admin_initiate(w, "ADMIN_USER_PASSWORD_AUTH", none()).await,
        initiate(w, "REFRESH_TOKEN_AUTH", none()).await,
        initiate(w, "CUSTOM_AUTH", none()).await,
    ]
}

#[tokio::test]
async fn a_client_allows_the_flows_that_it_lists() {
    const ON: &str = "Missing required parameter USERNAME";
    const REFRESH_ON: &str = "Missing required parameter REFRESH_TOKEN";
    let w = world(json!({})).await;
    let cases: [(&[&str], [&str; 5]); 9] = [
        (&[], [PASSWORD_OFF, ON, ADMIN_OFF, REFRESH_ON, NO_TRIGGER]),
        (
            &["ALLOW_USER_PASSWORD_AUTH"],
            [ON, SRP_OFF, ADMIN_OFF, REFRESH_OFF, CUSTOM_OFF],
        ),
        (
            &["ALLOW_USER_SRP_AUTH"],
            [PASSWORD_OFF, ON, ADMIN_OFF, REFRESH_OFF, CUSTOM_OFF],
        ),
        (
            &["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
            [PASSWORD_OFF, SRP_OFF, ON, REFRESH_OFF, CUSTOM_OFF],
        ),
        (
            &["ALLOW_REFRESH_TOKEN_AUTH"],
            [PASSWORD_OFF, SRP_OFF, ADMIN_OFF, REFRESH_ON, CUSTOM_OFF],
        ),
        (
            &["ALLOW_CUSTOM_AUTH"],
            [PASSWORD_OFF, SRP_OFF, ADMIN_OFF, REFRESH_OFF, NO_TRIGGER],
        ),
        (
            &["ADMIN_NO_SRP_AUTH"],
            [PASSWORD_OFF, ON, ON, REFRESH_ON, NO_TRIGGER],
        ),
        (
            &["USER_PASSWORD_AUTH"],
            [ON, ON, ADMIN_OFF, REFRESH_ON, NO_TRIGGER],
        ),
        (
            &["CUSTOM_AUTH_FLOW_ONLY"],
            [PASSWORD_OFF, SRP_OFF, ADMIN_OFF, REFRESH_ON, NO_TRIGGER],
        ),
    ];
    for (flows, told) in cases {
        let w = beside(&w, json!({"ExplicitAuthFlows": flows})).await;
        assert_eq!(reach(&w).await, told.map(invalid), "{flows:?}");
    }
    let w = beside(&w, json!({})).await;
    assert_eq!(
        reach(&w).await,
        [PASSWORD_OFF, ON, ADMIN_OFF, REFRESH_ON, NO_TRIGGER].map(invalid)
    );
    let choice = initiate(&w, "USER_AUTH", json!({"USERNAME": "ada"})).await;
    assert_eq!(choice, invalid("USER_AUTH is not enabled for the client."));
}

#[tokio::test]
async fn administrators_sign_users_in_by_flows_of_their_own() {
    let w = world(json!({})).await;
    for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
        result(admin_initiate(&w, flow, parameters("ada", PASSWORD)).await);
        assert_eq!(
            admin_initiate(&w, flow, parameters("ada", "Wrong1!x")).await,
            wrong_password()
        );
        let public = initiate(&w, flow, parameters("ada", PASSWORD)).await;
        assert_eq!(public, invalid("Initiate Auth method not supported."));
    }
    let public = admin_initiate(&w, "USER_PASSWORD_AUTH", parameters("ada", PASSWORD)).await;
    assert_eq!(public, invalid("Initiate Auth method not supported."));
}

#[tokio::test]
async fn the_legacy_answer_with_a_password_is_for_administrators_whose_flow_is_on() {
    let w = world(json!({})).await;
    let answer = async |w: &World| {
        let input = json!({
            "ClientId": w.client, "ChallengeName": "ADMIN_NO_SRP_AUTH",
            "ChallengeResponses": parameters("ada", PASSWORD),
        });
        w.admin("AdminRespondToAuthChallenge", input).await
    };
    result(answer(&w).await);
    let public = respond(&w, "ADMIN_NO_SRP_AUTH", None, parameters("ada", PASSWORD)).await;
    assert_eq!(public, not_authorized("Invalid session for the user."));

    let w = beside(&w, json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]})).await;
    assert_eq!(answer(&w).await, invalid(ADMIN_OFF));
}

#[tokio::test]
async fn a_secret_must_be_proved_and_only_a_secret_can_be() {
    let w = world(json!({"GenerateSecret": true})).await;
    let secret = secret(&w).await;
    let hashed = |hash: &str| with(parameters("ada", PASSWORD), json!({"SECRET_HASH": hash}));
    let hash = |name: &str| secret_hash(&secret, name, &w.client);

    let missing = format!(
        "Client {} is configured with secret but SECRET_HASH was not received",
        w.client
    );
    assert_eq!(w.sign_in("ada", PASSWORD).await, not_authorized(&missing));
    let wrong = not_authorized(&format!(
        "Unable to verify secret hash for client {}",
        w.client
    ));
    for bad in [
        hash("bob"),
        "bm9uc2Vuc2U=".to_owned(),
        "not base64".replace(' ', "_"),
    ] {
        assert_eq!(
            initiate(&w, "USER_PASSWORD_AUTH", hashed(&bad)).await,
            wrong,
            "{bad}"
        );
    }
    result(initiate(&w, "USER_PASSWORD_AUTH", hashed(&hash("ada"))).await);
    result(admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", hashed(&hash("ada"))).await);

    let public = beside(&w, all_flows()).await;
    let told = format!("Unable to verify secret hash for client {}", public.client);
    let answer = initiate(&public, "USER_PASSWORD_AUTH", hashed(&hash("ada"))).await;
    assert_eq!(answer, not_authorized(&told));
}

#[tokio::test]
async fn the_hash_is_made_with_the_name_as_it_was_typed() {
    let pool = json!({"AliasAttributes": ["email"]});
    let w = World::new(pool, with(all_flows(), json!({"GenerateSecret": true}))).await;
    w.made("ada", &EMAIL).await;
    let secret = secret(&w).await;
    let typed = "ada@example.com";
    let hash = |name: &str| {
        let hash = secret_hash(&secret, name, &w.client);
        with(parameters(typed, PASSWORD), json!({"SECRET_HASH": hash}))
    };
    result(initiate(&w, "USER_PASSWORD_AUTH", hash(typed)).await);
    let told = format!("Unable to verify secret hash for client {}", w.client);
    assert_eq!(
        initiate(&w, "USER_PASSWORD_AUTH", hash("ada")).await,
        not_authorized(&told)
    );
}

#[tokio::test]
async fn names_that_sign_in() {
    let w = world(json!({})).await;
    let sub = sub_of(&w, "ada").await;
    result(w.sign_in(&sub, PASSWORD).await);
    assert_eq!(w.sign_in("ADA", PASSWORD).await, no_such_user());
    assert_eq!(w.sign_in("ada@example.com", PASSWORD).await, no_such_user());

    let folded =
        json!({"UsernameConfiguration": {"CaseSensitive": false}, "AliasAttributes": ["email"]});
    let w = World::new(folded, all_flows()).await;
    w.made("ada", &EMAIL).await;
    w.made("bob", &[("email", "bob@example.com")]).await;
    for name in ["ada", "ADA", "ada@example.com", "Ada@Example.com"] {
        result(w.sign_in(name, PASSWORD).await);
    }
    assert_eq!(
        w.sign_in("bob@example.com", PASSWORD).await,
        no_such_user(),
        "not verified"
    );

    let w = World::new(json!({"UsernameAttributes": ["email"]}), all_flows()).await;
    w.made("ada@example.com", &[]).await;
    let tokens = result(w.sign_in("ada@example.com", PASSWORD).await);
    let sub = sub_of(&w, "ada@example.com").await;
    let (id, access) = (
        verified(&w, &tokens["IdToken"]).await,
        verified(&w, &tokens["AccessToken"]).await,
    );
    assert_eq!(id.claims["cognito:username"], sub.as_str());
    assert_eq!(access.claims["username"], sub.as_str());
}

#[tokio::test]
async fn a_deleted_user_signs_in_no_more() {
    let w = world(json!({})).await;
    result(w.sign_in("ada", PASSWORD).await);
    about(&w, "AdminDeleteUser", "ada").await;
    assert_eq!(w.sign_in("ada", PASSWORD).await, no_such_user());
}
