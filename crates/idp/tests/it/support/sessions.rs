//! Pools that track the sessions of their users.

use serde_json::{Value, json};

use super::signing::{all_flows, initiate, not_authorized, result, verified};
use super::world::{Answer, PASSWORD, World};
use super::{refusal, text, with};

pub(crate) async fn track(w: &World, max_per_user: i32) {
    let input =
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": max_per_user}});
    w.admin("SetUserPoolSessionConfiguration", input)
        .await
        .expect("tracking");
}

pub(crate) async fn stop_tracking(w: &World) {
    let input = json!({"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}});
    w.admin("SetUserPoolSessionConfiguration", input)
        .await
        .expect("no tracking");
}

pub(crate) async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &[]).await;
    track(&w, 20).await;
    w
}

pub(crate) async fn tokens(w: &World) -> Value {
    result(w.sign_in("ada", PASSWORD).await)
}

/// The id of the session that a sign-in began, as the family in its tokens has it.
pub(crate) async fn session_of(w: &World, tokens: &Value) -> String {
    let claims = verified(w, &tokens["AccessToken"]).await.claims;
    let digits = text(&claims["origin_jti"]).replace('-', "");
    let mut rest = u128::from_str_radix(&digits, 16).expect("a UUID");
    let mut id = String::new();
    for _ in 0..25 {
        let digit = u32::try_from(rest % 36).expect("a small number");
        let digit = char::from_digit(digit, 36).expect("a digit");
        id.insert(0, digit);
        rest /= 36;
    }
    format!("tkn{id}")
}

pub(crate) async fn admin_list(w: &World) -> Vec<Value> {
    let listed = w
        .admin("AdminListUserSessions", json!({"Username": "ada"}))
        .await;
    listed.expect("a list")["Sessions"]
        .as_array()
        .expect("sessions")
        .clone()
}

pub(crate) async fn ids(w: &World) -> Vec<String> {
    let listed = admin_list(w).await;
    listed.iter().map(|item| text(&item["SessionId"])).collect()
}

pub(crate) async fn refresh(w: &World, tokens: &Value) -> Answer {
    let parameters = json!({"REFRESH_TOKEN": tokens["RefreshToken"]});
    initiate(w, "REFRESH_TOKEN_AUTH", parameters).await
}

pub(crate) async fn get_user(w: &World, tokens: &Value) -> Answer {
    w.with(&text(&tokens["AccessToken"]), "GetUser", json!({}))
        .await
}

pub(crate) async fn assert_alive(w: &World, tokens: &Value) {
    get_user(w, tokens).await.expect("a live access token");
    result(refresh(w, tokens).await);
}

pub(crate) async fn assert_dead(w: &World, tokens: &Value) {
    assert_eq!(
        get_user(w, tokens).await,
        not_authorized("Access Token has been revoked")
    );
    assert_eq!(
        refresh(w, tokens).await,
        not_authorized("Refresh Token has been revoked")
    );
}

pub(crate) async fn admin_revoke(w: &World, id: &str, associated: Value) -> Answer {
    let input = with(json!({"Username": "ada", "SessionId": id}), associated);
    w.admin("AdminRevokeUserSession", input).await
}

pub(crate) fn no_such_session(id: &str) -> Answer {
    refusal(
        "ResourceNotFoundException",
        &format!("Session {id} does not exist."),
    )
}
