//! How tokens die before their time: RevokeToken, sign-out, disabling, deletion.

use std::task::Poll;

use cenote_idp::ports::{Change, Write};

use crate::support::signing::{
    all_flows, beside, initiate, no_such_user, not_authorized, result, secret, secret_hash, sub_of,
    verified,
};
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{refusal, text, with};
use serde_json::{Value, json};

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &[]).await;
    w
}

async fn tokens(w: &World) -> Value {
    result(w.sign_in("ada", PASSWORD).await)
}

async fn get_user(w: &World, tokens: &Value) -> Answer {
    w.with(&text(&tokens["AccessToken"]), "GetUser", json!({}))
        .await
}

async fn refresh(w: &World, tokens: &Value) -> Answer {
    initiate(
        w,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": tokens["RefreshToken"]}),
    )
    .await
}

async fn revoke(w: &World, token: &Value) -> Answer {
    w.public("RevokeToken", json!({"Token": token})).await
}

async fn assert_alive(w: &World, tokens: &Value) {
    get_user(w, tokens).await.expect("a live access token");
    result(refresh(w, tokens).await);
}

/// The tokens are dead to the service; who only checks signatures cannot know.
async fn assert_revoked(w: &World, tokens: &Value) {
    assert_eq!(
        get_user(w, tokens).await,
        not_authorized("Access Token has been revoked")
    );
    assert_eq!(
        refresh(w, tokens).await,
        not_authorized("Refresh Token has been revoked")
    );
    verified(w, &tokens["AccessToken"]).await;
}

async fn about(w: &World, operation: &str) {
    w.admin(operation, json!({"Username": "ada"}))
        .await
        .expect("a change");
}

#[tokio::test]
async fn revoking_a_refresh_token_kills_its_family_and_no_other() {
    let w = world(json!({})).await;
    let (first, other) = (tokens(&w).await, tokens(&w).await);
    // Both caches have seen the family alive.
    assert_alive(&w, &first).await;
    let refreshed = result(refresh(&w, &first).await);
    get_user(&w, &refreshed).await.expect("a live access token");

    assert_eq!(revoke(&w, &first["RefreshToken"]).await, Ok(json!({})));
    assert_revoked(&w, &first).await;
    assert_eq!(
        get_user(&w, &refreshed).await,
        not_authorized("Access Token has been revoked")
    );
    let by_operation = json!({"RefreshToken": first["RefreshToken"]});
    let by_operation = w.public("GetTokensFromRefreshToken", by_operation).await;
    assert_eq!(
        by_operation,
        not_authorized("Refresh Token has been revoked")
    );
    assert_alive(&w, &other).await;
    assert_alive(&w, &tokens(&w).await).await;
    assert_eq!(
        revoke(&w, &first["RefreshToken"]).await,
        Ok(json!({})),
        "once more is harmless"
    );
}

#[tokio::test]
async fn only_refresh_tokens_can_be_revoked_and_strange_ones_are_as_good_as_revoked() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let told = "Unsupported token type: only refresh tokens can be revoked.";
    for other in ["AccessToken", "IdToken"] {
        let answer = revoke(&w, &first[other]).await;
        assert_eq!(answer, refusal("UnsupportedTokenTypeException", told));
    }
    assert_eq!(revoke(&w, &json!("garbage")).await, Ok(json!({})));
    assert_alive(&w, &first).await;
}

#[tokio::test]
async fn only_the_client_itself_revokes() {
    let w = world(json!({"GenerateSecret": true})).await;
    let (secret, other) = (secret(&w).await, beside(&w, all_flows()).await);
    let hash = secret_hash(&secret, "ada", &w.client);
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
    let first = result(initiate(&w, "USER_PASSWORD_AUTH", parameters).await);
    let token = &first["RefreshToken"];

    let unauthorized = |text| refusal("UnauthorizedException", text);
    assert_eq!(
        revoke(&w, token).await,
        unauthorized("Invalid client secret.")
    );
    let with_secret = async |w: &World, secret: &str| {
        w.public(
            "RevokeToken",
            json!({"Token": token, "ClientSecret": secret}),
        )
        .await
    };
    let wrong = "thisisnotthesecretofthisclient";
    assert_eq!(
        with_secret(&w, wrong).await,
        unauthorized("Invalid client secret.")
    );
    assert_eq!(
        with_secret(&other, wrong).await,
        unauthorized("Invalid client secret.")
    );
    let told = "The token was not issued to this client.";
    assert_eq!(revoke(&other, token).await, unauthorized(told));
    get_user(&w, &first).await.expect("a live access token");
    assert_eq!(with_secret(&w, &secret).await, Ok(json!({})));
    assert_eq!(
        get_user(&w, &first).await,
        not_authorized("Access Token has been revoked")
    );
}

#[tokio::test]
async fn a_client_that_is_not_there_is_not_authorized() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    let input = json!({"ClientId": "nosuchclient", "Token": first["RefreshToken"]});
    assert_eq!(
        w.public("RevokeToken", input).await,
        refusal(
            "UnauthorizedException",
            "User pool client nosuchclient does not exist."
        )
    );
    assert_alive(&w, &first).await;
}

#[tokio::test]
async fn revocation_can_be_off() {
    let w = world(json!({"EnableTokenRevocation": false})).await;
    let first = tokens(&w).await;
    let told = "Token revocation is not enabled for this client.";
    let answer = revoke(&w, &first["RefreshToken"]).await;
    assert_eq!(answer, refusal("UnsupportedOperationException", told));
    assert_alive(&w, &first).await;
    // Signing out everywhere needs no origin_jti.
    about(&w, "AdminUserGlobalSignOut").await;
    assert_revoked(&w, &first).await;
}

#[tokio::test]
async fn a_global_sign_out_kills_every_token_and_not_the_next_sign_in_of_the_same_millisecond() {
    let w = world(json!({})).await;
    let other_client = beside(&w, all_flows()).await;
    let (first, second) = (tokens(&w).await, tokens(&w).await);
    let elsewhere = tokens(&other_client).await;
    let access = text(&first["AccessToken"]);
    assert_eq!(
        w.with(&access, "GlobalSignOut", json!({})).await,
        Ok(json!({}))
    );
    let next = tokens(&w).await;
    for dead in [&first, &second] {
        assert_revoked(&w, dead).await;
    }
    assert_revoked(&other_client, &elsewhere).await;
    assert_alive(&w, &next).await;
    let again = w.with(&access, "GlobalSignOut", json!({})).await;
    assert_eq!(again, not_authorized("Access Token has been revoked"));

    about(&w, "AdminUserGlobalSignOut").await;
    assert_revoked(&w, &next).await;
    assert_alive(&w, &tokens(&w).await).await;
}

#[tokio::test]
async fn sign_outs_are_counted_round_and_round() {
    let w = world(json!({})).await;
    let sub = sub_of(&w, "ada").await;
    for operation in [
        "AdminUserGlobalSignOut",
        "AdminDisableUser",
        "GlobalSignOut",
    ] {
        let store = &w.h.service.store;
        let row = store.user(&w.pool, &sub).await.expect("a store");
        let mut row = row.expect("a user");
        let mut doc: Value = serde_json::from_str(&row.doc).expect("JSON");
        doc["generation"] = u32::MAX.into();
        row.doc = doc.to_string();
        let last = Change::new().with(Write::UpdateUser {
            row,
            searched_changed: false,
        });
        store
            .commit(last)
            .await
            .expect("the last of the generations");
        let first = tokens(&w).await;
        if operation == "GlobalSignOut" {
            let access = text(&first["AccessToken"]);
            let out = w.with(&access, operation, json!({})).await;
            assert_eq!(out, Ok(json!({})));
        } else {
            about(&w, operation).await;
            about(&w, "AdminEnableUser").await;
        }
        assert_revoked(&w, &first).await;
        assert_alive(&w, &tokens(&w).await).await;
    }
}

#[tokio::test]
async fn disabling_kills_for_good() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    about(&w, "AdminDisableUser").await;
    assert_eq!(
        get_user(&w, &first).await,
        not_authorized("Access Token has been revoked")
    );
    assert_eq!(
        refresh(&w, &first).await,
        not_authorized("User is disabled.")
    );
    about(&w, "AdminEnableUser").await;
    assert_revoked(&w, &first).await;
    assert_alive(&w, &tokens(&w).await).await;
}

#[tokio::test]
async fn a_deleted_user_is_not_found() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    about(&w, "AdminDeleteUser").await;
    assert_eq!(get_user(&w, &first).await, no_such_user());
    assert_eq!(refresh(&w, &first).await, no_such_user());
    // GlobalSignOut does not declare that exception.
    let access = text(&first["AccessToken"]);
    let answer = w.with(&access, "GlobalSignOut", json!({})).await;
    assert_eq!(answer, not_authorized("Access Token has been revoked"));
    // A namesake is somebody else.
    w.made("ada", &[]).await;
    assert_eq!(get_user(&w, &first).await, no_such_user());
}

#[tokio::test]
async fn the_tokens_of_a_deleted_client_die_with_it() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    w.admin("DeleteUserPoolClient", json!({"ClientId": w.client}))
        .await
        .expect("a deletion");
    assert_eq!(
        get_user(&w, &first).await,
        not_authorized("Access Token has been revoked")
    );
    let told = format!("User pool client {} does not exist.", w.client);
    assert_eq!(
        refresh(&w, &first).await,
        refusal("ResourceNotFoundException", &told)
    );
}

#[tokio::test]
async fn the_tokens_of_a_deleted_pool_die_with_it() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    w.admin("DeleteUserPool", json!({}))
        .await
        .expect("a deletion");
    assert_eq!(
        get_user(&w, &first).await,
        not_authorized("Invalid Access Token")
    );
    let told = format!("User pool client {} does not exist.", w.client);
    assert_eq!(
        refresh(&w, &first).await,
        refusal("ResourceNotFoundException", &told)
    );
}

#[tokio::test]
async fn a_reset_user_is_asked_for_the_reset() {
    let w = World::new(json!({}), all_flows()).await;
    w.made(
        "ada",
        &[("email", "ada@example.com"), ("email_verified", "true")],
    )
    .await;
    let first = tokens(&w).await;
    about(&w, "AdminResetUserPassword").await;
    let told = "Password reset required for the user";
    let required = refusal("PasswordResetRequiredException", told);
    assert_eq!(get_user(&w, &first).await, required);
    assert_eq!(refresh(&w, &first).await, required);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_no_stale_cache_behind() {
    let w = world(json!({})).await;
    let first = tokens(&w).await;
    assert_alive(&w, &first).await;
    // The first poll hands the change over and waits for it; then the request is gone.
    let mut call = Box::pin(revoke(&w, &first["RefreshToken"]));
    let polled = std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
    assert!(polled.is_pending());
    drop(call);
    // Changes are committed in turn, so the other is done when this one is.
    w.made("bob", &[]).await;
    assert_revoked(&w, &first).await;
}
