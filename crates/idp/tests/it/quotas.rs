//! How many pools, clients, groups and users there may be.

use cenote_idp::Limits;
use serde_json::{Value, json};

use crate::support::world::{Answer, World};
use crate::support::{Harness, refusal, text};

const SMALL: Limits = Limits {
    pools: 2,
    clients: 2,
    groups: 2,
    users: 2,
    import_rows: 2,
    import_failures: 2,
};

fn too_many(what: &str) -> Answer {
    refusal(
        "LimitExceededException",
        &format!("The limit of {what} has been reached."),
    )
}

async fn group(h: &Harness, pool: &str, name: &str) -> Answer {
    let input = json!({"UserPoolId": pool, "GroupName": name});
    h.call("CreateGroup", input).await
}

#[tokio::test]
async fn a_pool_has_so_many_groups_and_a_deleted_one_makes_room() {
    let h = Harness::with_limits(SMALL);
    let (pool, other) = (h.pool(json!({})).await, h.pool(json!({})).await);
    for name in ["a", "b"] {
        group(&h, &pool, name).await.expect("a group");
    }
    let full = || too_many("groups in this user pool");
    assert_eq!(group(&h, &pool, "c").await, full());
    assert_eq!(
        group(&h, &pool, "a").await,
        refusal(
            "GroupExistsException",
            "A group with the name already exists."
        )
    );
    group(&h, &other, "c").await.expect("another pool's group");
    let listed = h.ok("ListGroups", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["Groups"].as_array().map(Vec::len), Some(2));

    let gone = json!({"UserPoolId": pool, "GroupName": "a"});
    h.ok("DeleteGroup", gone).await;
    group(&h, &pool, "c").await.expect("room");
    assert_eq!(group(&h, &pool, "d").await, full());
}

#[tokio::test]
async fn a_pool_has_so_many_clients_and_a_deleted_one_makes_room() {
    let h = Harness::with_limits(SMALL);
    let pool = h.pool(json!({})).await;
    let first = h.client(&pool, json!({})).await;
    h.client(&pool, json!({})).await;
    let another = json!({"UserPoolId": pool, "ClientName": "another"});
    assert_eq!(
        h.call("CreateUserPoolClient", another.clone()).await,
        too_many("app clients in this user pool")
    );
    let gone = json!({"UserPoolId": pool, "ClientId": first});
    h.ok("DeleteUserPoolClient", gone).await;
    h.ok("CreateUserPoolClient", another.clone()).await;
    assert_eq!(
        h.call("CreateUserPoolClient", another).await,
        too_many("app clients in this user pool")
    );
}

#[tokio::test]
async fn a_region_has_so_many_pools_and_a_deleted_one_makes_room() {
    let h = Harness::with_limits(SMALL);
    let create = async |region: &str| -> Result<Value, (String, String)> {
        let input = json!({"PoolName": "p"});
        h.call_in(Some(region), "CreateUserPool", input).await
    };
    let first = create("us-east-1").await.expect("a pool");
    create("us-east-1").await.expect("a pool");
    let full = || too_many("user pools in this region");
    assert_eq!(create("us-east-1").await, full());
    create("eu-west-1").await.expect("another region's pool");
    let gone = json!({"UserPoolId": text(&first["UserPool"]["Id"])});
    h.ok("DeleteUserPool", gone).await;
    create("us-east-1").await.expect("room");
    assert_eq!(create("us-east-1").await, full());
}

#[tokio::test]
async fn a_pool_has_so_many_users_and_a_deleted_one_makes_room() {
    let w = World::on(Harness::with_limits(SMALL), json!({}), json!({})).await;
    w.made("ada", &[]).await;
    w.made("bob", &[]).await;
    assert_eq!(
        w.sign_up("eve", &[]).await,
        too_many("users in this user pool")
    );
    // AdminCreateUser has no word of its own for it.
    assert_eq!(
        w.admin("AdminCreateUser", json!({"Username": "eve"})).await,
        refusal(
            "TooManyRequestsException",
            "The limit of users in this user pool has been reached."
        )
    );
    w.admin("AdminDeleteUser", json!({"Username": "ada"}))
        .await
        .expect("a deletion");
    w.sign_up("eve", &[]).await.expect("room");
}

#[tokio::test]
async fn of_many_clients_made_at_once_no_more_get_in_than_may() {
    let h = Harness::with_limits(Limits {
        clients: 5,
        ..SMALL
    });
    let pool = h.pool(json!({})).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (h, pool) = (h.clone(), pool.clone());
        tasks.spawn(async move {
            let input = json!({"UserPoolId": pool, "ClientName": "one"});
            h.call("CreateUserPoolClient", input).await.is_ok()
        });
    }
    let made = tasks.join_all().await.into_iter().filter(|made| *made);
    assert_eq!(made.count(), 5);
}
