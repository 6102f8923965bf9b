//! Refresh tokens that rotate: one successor each, a grace period, and what a replay costs.

use crate::support::signing::{all_flows, initiate, not_authorized, result};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World};
use crate::support::{refusal, text, with};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * HOUR_MS;

/// A client that rotates, which cannot have REFRESH_TOKEN_AUTH too.
fn rotating(grace_seconds: i64) -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": grace_seconds},
    })
}

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &[]).await;
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

/// The successor of a token.
async fn rotate(w: &World, token: &Value) -> Value {
    let answer = by_operation(w, token).await.expect("tokens");
    answer["AuthenticationResult"]["RefreshToken"].clone()
}

fn reused() -> Answer {
    let told = "Refresh token has already been used. Please sign in again.";
    refusal("RefreshTokenReuseException", told)
}

#[tokio::test]
async fn rotation_replaces_the_token_and_keeps_its_end() {
    let w = world(rotating(0)).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    w.h.clock.advance(20 * DAY_MS);
    let second = rotate(&w, &first).await;
    assert_ne!(first, second);
    let third = rotate(&w, &second).await;
    w.h.clock.advance(10 * DAY_MS);
    assert_eq!(
        by_operation(&w, &third).await,
        not_authorized("Refresh Token has expired")
    );
}

#[tokio::test]
async fn a_rotated_out_token_ends_the_family_and_no_other() {
    let w = world(rotating(0)).await;
    let (first, bystander) = (tokens(&w).await, tokens(&w).await);
    let answer = by_operation(&w, &first["RefreshToken"])
        .await
        .expect("tokens");
    let second = &answer["AuthenticationResult"];
    assert_eq!(by_operation(&w, &first["RefreshToken"]).await, reused());
    let revoked = not_authorized("Refresh Token has been revoked");
    assert_eq!(by_operation(&w, &second["RefreshToken"]).await, revoked);
    let dead = not_authorized("Access Token has been revoked");
    for access in [&first["AccessToken"], &second["AccessToken"]] {
        assert_eq!(w.with(&text(access), "GetUser", json!({})).await, dead);
    }
    let access = text(&bystander["AccessToken"]);
    w.with(&access, "GetUser", json!({}))
        .await
        .expect("a live token");
    rotate(&w, &bystander["RefreshToken"]).await;
}

#[tokio::test]
async fn during_the_grace_period_the_old_token_answers_the_present_generation() {
    let w = world(rotating(30)).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    let second = rotate(&w, &first).await;
    w.h.clock.advance(29_999);
    let twin = rotate(&w, &first).await;
    let third = rotate(&w, &twin).await;
    // The twin was as good as the second, so both are rotated out now, and in their grace.
    rotate(&w, &second).await;
    assert_eq!(
        by_operation(&w, &first).await,
        reused(),
        "two rotations ago"
    );
    assert_eq!(
        by_operation(&w, &third).await,
        not_authorized("Refresh Token has been revoked")
    );
}

#[tokio::test]
async fn the_grace_period_ends() {
    let w = world(rotating(30)).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    rotate(&w, &first).await;
    w.h.clock.advance(30_000);
    assert_eq!(by_operation(&w, &first).await, reused());
}

#[tokio::test]
async fn two_racing_rotations_share_the_grace_period() {
    let w = world(rotating(10)).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    let (one, two) = tokio::join!(rotate(&w, &first), rotate(&w, &first));
    for token in [one, two] {
        rotate(&w, &token).await;
    }
}

#[tokio::test]
async fn rotation_closes_the_flow() {
    let w = world(rotating(0)).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    let told = "Refresh token rotation is enabled for this client. Use GetTokensFromRefreshToken.";
    assert_eq!(
        by_flow(&w, &first).await,
        refusal("UnsupportedOperationException", told)
    );
}

#[tokio::test]
async fn turning_rotation_off_revives_no_token() {
    let w = world(rotating(60)).await;
    let first = tokens(&w).await["RefreshToken"].clone();
    let second = rotate(&w, &first).await;
    let settings = json!({
        "ClientId": w.client, "ExplicitAuthFlows": all_flows()["ExplicitAuthFlows"],
        "RefreshTokenRotation": {"Feature": "DISABLED"},
    });
    w.admin("UpdateUserPoolClient", settings)
        .await
        .expect("an update");
    let revoked = not_authorized("Refresh Token has been revoked");
    assert_eq!(by_flow(&w, &first).await, revoked);
    assert_eq!(by_operation(&w, &first).await, revoked);
    result(by_flow(&w, &second).await);
    assert_eq!(rotate(&w, &second).await, Value::Null);
}
