//! Session settings of pools and clients.

use crate::support::signing::not_authorized;
use crate::support::world::{Answer, World};
use crate::support::{refusal, with};
use serde_json::{Value, json};

async fn set(w: &World, tracking: &str, max_per_user: i32) -> Answer {
    let input =
        json!({"UserSessionTracking": tracking, "TokenSession": {"MaxPerUser": max_per_user}});
    w.admin("SetUserPoolSessionConfiguration", input).await
}

async fn get(w: &World) -> Answer {
    w.admin("GetUserPoolSessionConfiguration", json!({})).await
}

async fn set_client(w: &World, minutes: i32) -> Answer {
    let input = json!({"ClientId": w.client, "SSOSession": {"MaxValidityMinutes": minutes}});
    w.admin("SetUserPoolClientSessionConfiguration", input)
        .await
}

async fn get_client(w: &World) -> Answer {
    let input = json!({"ClientId": w.client});
    w.admin("GetUserPoolClientSessionConfiguration", input)
        .await
}

fn settings(w: &World, tracking: &str, max_per_user: i32) -> Value {
    json!({
        "UserPoolId": w.pool, "UserSessionTracking": tracking,
        "TokenSession": {"MaxPerUser": max_per_user},
    })
}

fn client_settings(w: &World, minutes: i32) -> Value {
    json!({
        "UserPoolId": w.pool, "ClientId": w.client, "SSOSession": {"MaxValidityMinutes": minutes},
    })
}

fn tracking_off() -> Answer {
    refusal(
        "OperationNotEnabledException",
        "Session tracking is not enabled for the user pool.",
    )
}

fn not_in_lite() -> Answer {
    refusal(
        "FeatureUnavailableInTierException",
        "The following feature is not available for the LITE pricing tier configured: User Session Tracking",
    )
}

#[tokio::test]
async fn tracking_is_off_until_it_is_turned_on() {
    let w = World::new(json!({}), json!({})).await;
    assert_eq!(get(&w).await, Ok(settings(&w, "DISABLED", 20)));
    assert_eq!(set(&w, "ENABLED", 3).await, Ok(settings(&w, "ENABLED", 3)));
    assert_eq!(get(&w).await, Ok(settings(&w, "ENABLED", 3)));
    w.admin("UpdateUserPool", json!({})).await.expect("updated");
    assert_eq!(get(&w).await, Ok(settings(&w, "ENABLED", 3)));
    assert_eq!(
        set(&w, "DISABLED", 100).await,
        Ok(settings(&w, "DISABLED", 100))
    );
    assert_eq!(get(&w).await, Ok(settings(&w, "DISABLED", 100)));
}

#[tokio::test]
async fn every_setting_is_required_and_within_its_bounds() {
    let w = World::new(json!({}), json!({})).await;
    for input in [
        json!({"UserSessionTracking": "ENABLED"}),
        json!({"TokenSession": {"MaxPerUser": 1}}),
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {}}),
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 0}}),
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 101}}),
    ] {
        let refused = w.admin("SetUserPoolSessionConfiguration", input).await;
        assert_eq!(
            refused.expect_err("a refusal").0,
            "InvalidParameterException"
        );
    }
    for minutes in [-1, 129_601] {
        let refused = set_client(&w, minutes).await;
        assert_eq!(
            refused.expect_err("a refusal").0,
            "InvalidParameterException"
        );
    }
    assert_eq!(get(&w).await, Ok(settings(&w, "DISABLED", 20)));
}

#[tokio::test]
async fn a_client_s_setting_needs_tracking_and_sleeps_without_it() {
    let w = World::new(json!({}), json!({})).await;
    assert_eq!(get_client(&w).await, Ok(client_settings(&w, 60)));
    assert_eq!(set_client(&w, 5).await, tracking_off());
    set(&w, "ENABLED", 20).await.expect("tracking");
    assert_eq!(set_client(&w, 0).await, Ok(client_settings(&w, 0)));
    assert_eq!(
        set_client(&w, 129_600).await,
        Ok(client_settings(&w, 129_600))
    );
    let update = json!({"ClientId": w.client});
    w.admin("UpdateUserPoolClient", update)
        .await
        .expect("updated");
    set(&w, "DISABLED", 20).await.expect("no tracking");
    assert_eq!(get_client(&w).await, Ok(client_settings(&w, 129_600)));
    assert_eq!(set_client(&w, 5).await, tracking_off());
    set(&w, "ENABLED", 20).await.expect("tracking");
    assert_eq!(get_client(&w).await, Ok(client_settings(&w, 129_600)));
}

#[tokio::test]
async fn lite_pools_do_not_track() {
    let w = World::new(json!({"UserPoolTier": "LITE"}), json!({})).await;
    assert_eq!(set(&w, "ENABLED", 20).await, not_in_lite());
    assert_eq!(set(&w, "DISABLED", 20).await, not_in_lite());
    assert_eq!(set_client(&w, 60).await, not_in_lite());
    assert_eq!(get(&w).await, Ok(settings(&w, "DISABLED", 20)));

    let w = World::new(json!({}), json!({})).await;
    set(&w, "ENABLED", 20).await.expect("tracking");
    let down = json!({"UserPoolTier": "LITE"});
    assert_eq!(
        w.admin("UpdateUserPool", down.clone()).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: \
             User Session Tracking"
        )
    );
    set(&w, "DISABLED", 20).await.expect("no tracking");
    w.admin("UpdateUserPool", down).await.expect("a lower tier");
}

#[tokio::test]
async fn pools_and_clients_must_be_there() {
    let w = World::new(json!({}), json!({})).await;
    let nowhere = "us-east-1_nowhere00";
    let body = |more: Value| with(json!({"UserPoolId": nowhere}), more);
    let client = json!({"ClientId": w.client});
    let pool_settings =
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 1}});
    let sso = json!({"SSOSession": {"MaxValidityMinutes": 1}});
    for (operation, input) in [
        ("GetUserPoolSessionConfiguration", body(json!({}))),
        ("SetUserPoolSessionConfiguration", body(pool_settings)),
        (
            "GetUserPoolClientSessionConfiguration",
            body(client.clone()),
        ),
        (
            "SetUserPoolClientSessionConfiguration",
            body(with(client, sso.clone())),
        ),
    ] {
        assert_eq!(
            w.h.call(operation, input).await,
            refusal(
                "ResourceNotFoundException",
                &format!("User pool {nowhere} does not exist.")
            )
        );
    }
    let nobody = json!({"ClientId": "nobody"});
    let missing = refusal(
        "ResourceNotFoundException",
        "User pool client nobody does not exist.",
    );
    let get = w.admin("GetUserPoolClientSessionConfiguration", nobody.clone());
    assert_eq!(get.await, missing);
    let set = w.admin("SetUserPoolClientSessionConfiguration", with(nobody, sso));
    assert_eq!(set.await, missing);
    // An access token is checked before anything else.
    assert_eq!(
        w.with("nonsense", "ListUserSessions", json!({})).await,
        not_authorized("Invalid Access Token")
    );
}
