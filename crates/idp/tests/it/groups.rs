//! Groups: making, showing, changing, and what is not there.

use crate::support::groups::{World, not_found};
use crate::support::{Harness, refusal, with};
use serde_json::json;

#[tokio::test]
async fn a_group_is_shown_as_it_was_made() {
    let w = World::new().await;
    let role = "arn:aws:iam::000000000000:role/admin";
    let input =
        json!({"GroupName": "admins", "Description": "They may", "RoleArn": role, "Precedence": 0});
    let made = w.ok("CreateGroup", input).await;
    assert_eq!(
        made,
        json!({"Group": {
            "GroupName": "admins", "UserPoolId": w.pool, "Description": "They may", "RoleArn": role,
            "Precedence": 0, "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_000.123,
        }})
    );
    assert_eq!(w.ok("GetGroup", json!({"GroupName": "admins"})).await, made);
    let bare = w.group("bare").await;
    assert_eq!(bare.as_object().expect("an object").len(), 4, "{bare}");
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let w = World::new().await;
    w.group("one").await;
    assert_eq!(
        w.call("CreateGroup", json!({"GroupName": "one"})).await,
        refusal(
            "GroupExistsException",
            "A group with the name already exists."
        )
    );
    let other = w.h.pool(json!({})).await;
    w.h.ok(
        "CreateGroup",
        json!({"UserPoolId": other, "GroupName": "one"}),
    )
    .await;
    w.group("One").await;
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let w = World::new().await;
    w.ok(
        "CreateGroup",
        json!({"GroupName": "g", "Description": "old", "Precedence": 7}),
    )
    .await;
    w.h.clock.advance(1_000);
    let updated = w
        .ok(
            "UpdateGroup",
            json!({"GroupName": "g", "Description": "new"}),
        )
        .await;
    assert_eq!(
        updated,
        json!({"Group": {
            "GroupName": "g", "UserPoolId": w.pool, "Description": "new", "Precedence": 7,
            "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_001.123,
        }})
    );
    assert_eq!(w.ok("GetGroup", json!({"GroupName": "g"})).await, updated);
}

#[tokio::test]
async fn a_group_that_is_not_there_is_not_found() {
    let w = World::new().await;
    w.user("ada").await;
    for operation in ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"] {
        assert_eq!(
            w.call(operation, json!({"GroupName": "nope"})).await,
            not_found(),
            "{operation}"
        );
    }
    for operation in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"] {
        let input = json!({"GroupName": "nope", "Username": "ada"});
        assert_eq!(w.call(operation, input).await, not_found(), "{operation}");
    }
}

#[tokio::test]
async fn a_pool_that_is_not_there_is_not_found() {
    let h = Harness::new().await;
    for (operation, input) in [
        ("CreateGroup", json!({"GroupName": "g"})),
        ("GetGroup", json!({"GroupName": "g"})),
        ("ListGroups", json!({})),
        ("AdminListGroupsForUser", json!({"Username": "ada"})),
    ] {
        assert_eq!(
            h.call(
                operation,
                with(json!({"UserPoolId": "us-east-1_nowhere00"}), input)
            )
            .await,
            refusal(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist."
            ),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn numbers_and_names_have_bounds() {
    let w = World::new().await;
    let (name, message) = w
        .call(
            "CreateGroup",
            json!({"GroupName": "two words", "Precedence": -1}),
        )
        .await
        .expect_err("a refusal");
    assert_eq!(name, "InvalidParameterException");
    assert!(
        message.starts_with("2 validation errors detected: "),
        "{message}"
    );
    let highest = w
        .ok(
            "CreateGroup",
            json!({"GroupName": "last", "Precedence": i32::MAX}),
        )
        .await;
    assert_eq!(highest["Group"]["Precedence"], 2_147_483_647);
}
