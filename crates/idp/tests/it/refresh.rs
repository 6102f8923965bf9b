//! REFRESH_TOKEN_AUTH and GetTokensFromRefreshToken.

use crate::support::signing;
use crate::support::signing::{
    all_flows, beside, initiate, invalid, no_such_user, not_authorized, result, secret,
    secret_hash, sub_of, verified,
};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World};
use crate::support::{START_MS, refusal, text, with};
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];
const DAY_MS: i64 = 24 * HOUR_MS;

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &EMAIL).await;
    w
}

async fn tokens(w: &World) -> Value {
    result(w.sign_in("ada", PASSWORD).await)
}

async fn by_flow(w: &World, token: &Value) -> Answer {
    initiate(w, "REFRESH_TOKEN_AUTH", json!({"REFRESH_TOKEN": token})).await
}

async fn by_operation(w: &World, token: &Value) -> Answer {
    w.public("GetTokensFromRefreshToken", json!({"RefreshToken": token}))
        .await
}

/// A refusal that both ways share.
async fn refused(w: &World, token: &Value, told: Answer) {
    assert_eq!(by_flow(w, token).await, told);
    assert_eq!(by_operation(w, token).await, told);
}

#[tokio::test]
async fn a_refresh_answers_new_tokens_of_the_same_sign_in() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let old = [
        verified(&w, &first["IdToken"]).await,
        verified(&w, &first["AccessToken"]).await,
    ];
    w.h.clock.advance(HOUR_MS);
    let operation = by_operation(&w, &first["RefreshToken"])
        .await
        .expect("tokens");
    let members: Vec<&String> = operation.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["AuthenticationResult"]);
    let answers = [
        result(by_flow(&w, &first["RefreshToken"]).await),
        result(
            initiate(
                &w,
                "REFRESH_TOKEN",
                json!({"REFRESH_TOKEN": first["RefreshToken"]}),
            )
            .await,
        ),
        operation["AuthenticationResult"].clone(),
    ];
    for fresh in answers {
        let members: Vec<&String> = fresh.as_object().expect("an object").keys().collect();
        assert_eq!(
            members,
            ["AccessToken", "ExpiresIn", "IdToken", "TokenType"]
        );
        let new = [
            verified(&w, &fresh["IdToken"]).await,
            verified(&w, &fresh["AccessToken"]).await,
        ];
        for (old, new) in old.iter().zip(&new) {
            for name in ["origin_jti", "auth_time", "sub", "iss", "token_use"] {
                assert_eq!(old.claims[name], new.claims[name], "{name}");
            }
            assert_ne!(old.claims["jti"], new.claims["jti"]);
            let now = (START_MS + HOUR_MS) / 1000;
            assert_eq!(
                (&new.claims["iat"], &new.claims["exp"]),
                (&json!(now), &json!(now + 3600))
            );
        }
        let token = text(&fresh["AccessToken"]);
        w.with(&token, "GetUser", json!({}))
            .await
            .expect("a live token");
    }
}

#[tokio::test]
async fn a_refresh_shows_the_user_as_he_is_now() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let attributes = json!([{"Name": "given_name", "Value": "Ada"}]);
    let update = json!({"Username": "ada", "UserAttributes": attributes});
    w.admin("AdminUpdateUserAttributes", update)
        .await
        .expect("an update");
    w.admin("CreateGroup", json!({"GroupName": "admins"}))
        .await
        .expect("a group");
    let member = json!({"Username": "ada", "GroupName": "admins"});
    w.admin("AdminAddUserToGroup", member)
        .await
        .expect("a membership");
    let fresh = result(by_flow(&w, &first["RefreshToken"]).await);
    let claims = verified(&w, &fresh["IdToken"]).await.claims;
    assert_eq!(
        (&claims["given_name"], &claims["cognito:groups"]),
        (&json!("Ada"), &json!(["admins"]))
    );
}

#[tokio::test]
async fn a_refresh_token_expires() {
    let ten_days = json!({"RefreshTokenValidity": 10});
    let ninety_minutes =
        json!({"RefreshTokenValidity": 90, "TokenValidityUnits": {"RefreshToken": "minutes"}});
    for (settings, lives) in [
        (json!({}), 30 * DAY_MS),
        (ten_days, 10 * DAY_MS),
        (ninety_minutes, 90 * 60 * 1000),
    ] {
        let w = world(settings).await;
        let first = tokens(&w).await;
        // A token's times are whole seconds, and the clock began 123 ms after one.
        w.h.clock.advance(lives - 124);
        result(by_flow(&w, &first["RefreshToken"]).await);
        w.h.clock.advance(1);
        refused(
            &w,
            &first["RefreshToken"],
            not_authorized("Refresh Token has expired"),
        )
        .await;
    }
}

#[tokio::test]
async fn garbage_and_tokens_of_others_are_invalid() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let invalid = || not_authorized("Invalid Refresh Token.");
    let good = text(&first["RefreshToken"]);
    let bent = format!("{}x", &good[..good.len() - 1]);
    for garbage in [
        "garbage",
        "a.b.c.d.e",
        &bent,
        &format!("{good}.x"),
        &text(&first["AccessToken"]),
    ] {
        refused(&w, &json!(garbage), invalid()).await;
    }
    let other = beside(&w, all_flows()).await;
    refused(&other, &first["RefreshToken"], invalid()).await;
    let elsewhere = w.h.pool(json!({})).await;
    let client = w.h.client(&elsewhere, all_flows()).await;
    let elsewhere = World {
        h: w.h.clone(),
        pool: elsewhere,
        client,
    };
    refused(&elsewhere, &first["RefreshToken"], invalid()).await;
    result(by_flow(&w, &first["RefreshToken"]).await);
}

#[tokio::test]
async fn the_state_of_the_user_decides() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let about = async |operation| {
        w.admin(operation, json!({"Username": "ada"}))
            .await
            .expect("a change")
    };
    about("AdminResetUserPassword").await;
    let reset = "Password reset required for the user";
    let by_flow = by_flow(&w, &first["RefreshToken"]).await;
    assert_eq!(by_flow, refusal("PasswordResetRequiredException", reset));
    // The operation does not declare that exception.
    assert_eq!(
        by_operation(&w, &first["RefreshToken"]).await,
        not_authorized(reset)
    );
    let input = json!({"Username": "ada", "Password": PASSWORD, "Permanent": true});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    signing::result(self::by_flow(&w, &first["RefreshToken"]).await);

    about("AdminDisableUser").await;
    refused(
        &w,
        &first["RefreshToken"],
        not_authorized("User is disabled."),
    )
    .await;
    about("AdminEnableUser").await;
    refused(
        &w,
        &first["RefreshToken"],
        not_authorized("Refresh Token has been revoked"),
    )
    .await;
    let second = tokens(&w).await;
    about("AdminUserGlobalSignOut").await;
    refused(
        &w,
        &second["RefreshToken"],
        not_authorized("Refresh Token has been revoked"),
    )
    .await;
    let third = tokens(&w).await;
    about("AdminDeleteUser").await;
    refused(&w, &third["RefreshToken"], no_such_user()).await;
}

#[tokio::test]
async fn a_new_password_leaves_tokens_alone() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let input = json!({"Username": "ada", "Password": "An0ther!x", "Permanent": true});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    result(by_flow(&w, &first["RefreshToken"]).await);
    w.with(&text(&first["AccessToken"]), "GetUser", json!({}))
        .await
        .expect("a live token");
}

#[tokio::test]
async fn the_flow_hashes_the_stored_username_and_the_operation_takes_the_secret() {
    let w = World::new(
        json!({"UsernameAttributes": ["email"]}),
        with(all_flows(), json!({"GenerateSecret": true})),
    )
    .await;
    w.made("ada@example.com", &[]).await;
    let secret = secret(&w).await;
    let hash = |name: &str| secret_hash(&secret, name, &w.client);
    let typed = "ada@example.com";
    let parameters = json!({"USERNAME": typed, "PASSWORD": PASSWORD, "SECRET_HASH": hash(typed)});
    let first = result(initiate(&w, "USER_PASSWORD_AUTH", parameters).await);
    let token = &first["RefreshToken"];

    let missing = format!(
        "Client {} is configured with secret but SECRET_HASH was not received",
        w.client
    );
    assert_eq!(by_flow(&w, token).await, not_authorized(&missing));
    let hashed = async |hash: String| {
        initiate(
            &w,
            "REFRESH_TOKEN_AUTH",
            json!({"REFRESH_TOKEN": token, "SECRET_HASH": hash}),
        )
        .await
    };
    let wrong = not_authorized(&format!(
        "SecretHash does not match for the client: {}",
        w.client
    ));
    assert_eq!(hashed(hash(typed)).await, wrong);
    result(hashed(hash(&sub_of(&w, typed).await)).await);

    let wrong = not_authorized("Invalid client secret.");
    assert_eq!(by_operation(&w, token).await, wrong);
    let with_secret = async |secret: &str| {
        let input = json!({"RefreshToken": token, "ClientSecret": secret});
        w.public("GetTokensFromRefreshToken", input).await
    };
    assert_eq!(with_secret("thisisnotthesecretofthisclient").await, wrong);
    with_secret(&secret).await.expect("tokens");
}

#[tokio::test]
async fn a_client_without_a_secret_is_sent_none() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let input = json!({"RefreshToken": first["RefreshToken"], "ClientSecret": "thisclienthasnosecretatall"});
    let answer = w.public("GetTokensFromRefreshToken", input).await;
    assert_eq!(answer, not_authorized("Invalid client secret."));
    let parameters = json!({"REFRESH_TOKEN": first["RefreshToken"], "SECRET_HASH": "eA=="});
    let told = format!("Unable to verify secret hash for client {}", w.client);
    assert_eq!(
        initiate(&w, "REFRESH_TOKEN_AUTH", parameters).await,
        not_authorized(&told)
    );
}

#[tokio::test]
async fn the_flow_can_be_off() {
    let w = world(json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]})).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    assert_eq!(
        by_flow(&w, &first).await,
        invalid("REFRESH_TOKEN_AUTH is not enabled for the client.")
    );
}
