//! Provisioned limits, and the request rates that follow from them.

use crate::support::oauth::Hosted;
use crate::support::signing::{all_flows, initiate, start_srp};
use crate::support::world::{PASSWORD, World};
use crate::support::{Harness, refusal, with};
use cenote_idp::oauth;
use serde_json::{Value, json};

fn definition(category: &str) -> Value {
    json!({"LimitClass": "API_CATEGORY", "Attributes": {"Category": category}})
}

fn shown(category: &str, value: u32, free: u32) -> Value {
    json!({"Limit": {
        "LimitDefinition": definition(category), "ProvisionedLimitValue": value,
        "FreeLimitValue": free,
    }})
}

async fn get(h: &Harness, category: &str) -> Result<Value, (String, String)> {
    let input = json!({"LimitDefinition": definition(category)});
    h.call("GetProvisionedLimit", input).await
}

async fn set(h: &Harness, category: &str, value: i64) -> Result<Value, (String, String)> {
    let input = json!({"LimitDefinition": definition(category), "RequestedLimitValue": value});
    h.call("UpdateProvisionedLimit", input).await
}

fn too_many() -> Result<Value, (String, String)> {
    refusal("TooManyRequestsException", "Rate exceeded")
}

#[tokio::test]
async fn a_limit_is_shown_and_raised_in_its_region() {
    let h = Harness::new().await;
    assert_eq!(
        get(&h, "UserCreation").await,
        Ok(shown("UserCreation", 50, 50))
    );
    assert_eq!(
        set(&h, "UserCreation", 80).await,
        Ok(shown("UserCreation", 80, 50))
    );
    assert_eq!(
        get(&h, "UserCreation").await,
        Ok(shown("UserCreation", 80, 50))
    );
    let input = json!({"LimitDefinition": definition("UserCreation")});
    assert_eq!(
        h.call_in(Some("eu-west-1"), "GetProvisionedLimit", input)
            .await,
        Ok(shown("UserCreation", 50, 50))
    );
    assert_eq!(get(&h, "UserList").await, Ok(shown("UserList", 30, 30)));
    set(&h, "UserCreation", 50).await.expect("the default");
}

#[tokio::test]
async fn limits_stay_between_default_and_quota() {
    let h = Harness::new().await;
    assert_eq!(
        set(&h, "UserCreation", 49).await,
        refusal(
            "InvalidParameterException",
            "RequestedLimitValue must be at least 50."
        )
    );
    assert_eq!(
        set(&h, "UserCreation", 10_001).await,
        refusal(
            "ServiceQuotaExceededException",
            "RequestedLimitValue exceeds the quota of 10000 requests per second."
        )
    );
    assert_eq!(
        set(&h, "UserList", 40).await,
        refusal(
            "InvalidParameterException",
            "The limit of category UserList is not adjustable."
        )
    );
    assert_eq!(
        get(&h, "Everything").await,
        refusal(
            "ResourceNotFoundException",
            "There is no limit of category Everything."
        )
    );
    for attributes in [
        json!({}),
        json!({"Category": "UserList", "Operation": "ListUsers"}),
    ] {
        let limit = json!({"LimitClass": "API_CATEGORY", "Attributes": attributes});
        assert_eq!(
            h.call("GetProvisionedLimit", json!({"LimitDefinition": limit}))
                .await,
            refusal(
                "InvalidParameterException",
                "Attributes must consist of Category."
            )
        );
    }
}

#[tokio::test]
async fn a_category_has_its_share_of_each_second() {
    let h = Harness::counting().await;
    let list = || h.call("ListUserPools", json!({"MaxResults": 1}));
    for _ in 0..15 {
        list().await.expect("within the rate");
    }
    assert_eq!(list().await, too_many());
    // Other categories and other Regions have their own, and what is not used comes back.
    h.pool(json!({})).await;
    let input = json!({"MaxResults": 1});
    h.call_in(Some("eu-west-1"), "ListUserPools", input)
        .await
        .expect("another Region");
    h.clock.advance(1_000 / 15 + 1);
    list().await.expect("one more");
    assert_eq!(list().await, too_many());
}

#[tokio::test]
async fn a_raised_limit_counts_at_once() {
    let h = Harness::counting().await;
    let token = json!({"Token": "x", "ClientId": "x".repeat(26)});
    let revoke = || h.call("RevokeToken", token.clone());
    for _ in 0..120 {
        assert_ne!(revoke().await, too_many());
    }
    assert_eq!(revoke().await, too_many());
    set(&h, "UserToken", 200).await.expect("a higher limit");
    for _ in 0..200 {
        assert_ne!(revoke().await, too_many());
    }
    assert_eq!(revoke().await, too_many());
}

#[tokio::test]
async fn answers_to_challenges_have_three_times_the_rate_first() {
    let h = Harness::counting().await;
    let answer = |challenge: &str| {
        let input = json!({"ClientId": "x".repeat(26), "ChallengeName": challenge, "Session": "s".repeat(20)});
        let h = h.clone();
        async move { h.call("RespondToAuthChallenge", input).await }
    };
    for _ in 0..30 {
        assert_ne!(answer("NEW_PASSWORD_REQUIRED").await, too_many());
    }
    assert_eq!(answer("NEW_PASSWORD_REQUIRED").await, too_many());
    for _ in 0..480 {
        assert_ne!(answer("PASSWORD_VERIFIER").await, too_many());
    }
    assert_eq!(answer("PASSWORD_VERIFIER").await, too_many());
}

#[tokio::test]
async fn each_user_is_read_and_written_ten_times_a_second() {
    let w = World::on(Harness::counting().await, json!({}), all_flows()).await;
    w.made("ada", &[]).await;
    w.made("bob", &[]).await;
    w.h.clock.advance(1_000);
    let token = w.token("ada").await;
    let get = || w.with(&token, "GetUser", json!({}));
    for _ in 0..4 {
        get().await.expect("within the rate");
        w.admin("AdminGetUser", json!({"Username": "ada"}))
            .await
            .expect("within the rate");
    }
    // The tenth is a sign-in with a wrong password, and all ways to the user are closed then.
    w.sign_in("ada", "Wr0ng-passw0rd")
        .await
        .expect_err("a wrong password");
    assert_eq!(get().await, too_many());
    assert_eq!(w.sign_in("ada", PASSWORD).await, too_many());
    let about = |name: &str| json!({"Username": name});
    assert_eq!(w.admin("AdminGetUser", about("ada")).await, too_many());
    w.admin("AdminGetUser", about("bob"))
        .await
        .expect("another user");
    for _ in 0..10 {
        w.admin("AdminEnableUser", about("ada"))
            .await
            .expect("writes have a rate of their own");
    }
    assert_eq!(w.admin("AdminDisableUser", about("ada")).await, too_many());
    w.h.clock.advance(101);
    get().await.expect("one more");
    assert_eq!(get().await, too_many());
}

#[tokio::test]
async fn the_pages_take_from_the_same_share_of_a_user() {
    let o = Hosted::on(Harness::counting().await, json!({}), json!({}), 1).await;
    let (w, page) = (&o.w, o.good(json!({})).await);
    w.h.clock.advance(1_000);
    for _ in 0..5 {
        o.sign_in(&page, "ada").await;
        w.sign_in("ada", PASSWORD).await.expect("within the rate");
    }
    assert_eq!(w.sign_in("ada", PASSWORD).await, too_many());
    let refused = oauth::with_password(&o.cx(), &page, "ada", PASSWORD).await;
    let refused = refused.err().expect("a refusal");
    assert_eq!(
        refused.to_string(),
        "TooManyRequestsException: Rate exceeded"
    );
    w.h.clock.advance(101);
    o.sign_in(&page, "ada").await;
}

#[tokio::test]
async fn nobody_has_the_share_of_somebody() {
    let hides = with(
        all_flows(),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    );
    let w = World::on(Harness::counting().await, json!({}), hides).await;
    w.made("ada", &[]).await;
    for name in ["ada", "nobody"] {
        w.h.clock.advance(1_000);
        for _ in 0..10 {
            let begun = start_srp(&w, name).await;
            assert!(begun.challenge["SECRET_BLOCK"].is_string());
        }
        let start = json!({"USERNAME": name, "SRP_A": "2"});
        assert_eq!(initiate(&w, "USER_SRP_AUTH", start).await, too_many());
    }
}

#[tokio::test]
async fn an_operation_on_the_resources_of_a_pool_has_a_rate_for_that_pool() {
    let h = Harness::counting().await;
    let (pool, other) = (h.pool(json!({})).await, h.pool(json!({})).await);
    let list = async |operation: &str, pool: &str| {
        let max = if operation == "ListGroups" {
            "Limit"
        } else {
            "MaxResults"
        };
        h.call(operation, json!({"UserPoolId": pool, max: 1})).await
    };
    for operation in ["ListGroups", "ListUserPoolClients"] {
        for _ in 0..5 {
            list(operation, &pool).await.expect("within the rate");
        }
        assert_eq!(list(operation, &pool).await, too_many());
        list(operation, &other).await.expect("another pool");
    }
    list("ListResourceServers", &pool)
        .await
        .expect("another operation");
    h.clock.advance(201);
    list("ListGroups", &pool).await.expect("one more");
    assert_eq!(list("ListGroups", &pool).await, too_many());
}
