//! The members of groups, and lists.

use crate::support::groups::{World, names, not_found};
use crate::support::{refusal, with};
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_that_is_not_there_is_not_found() {
    let w = World::new().await;
    w.group("g").await;
    for operation in [
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
        "AdminListGroupsForUser",
    ] {
        let mut input = json!({"Username": "nobody"});
        if operation != "AdminListGroupsForUser" {
            input["GroupName"] = json!("g");
        }
        let refused = w.call(operation, input).await;
        assert_eq!(
            refused,
            refusal("UserNotFoundException", "User does not exist."),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn adding_and_removing_can_be_repeated() {
    let w = World::new().await;
    w.group("g").await;
    w.user("ada").await;
    w.add("ada", "g").await;
    w.add("ada", "g").await;
    assert_eq!(w.groups_of("ada").await, ["g"]);
    assert_eq!(w.members("g").await, ["ada"]);
    for _ in 0..2 {
        let input = json!({"Username": "ada", "GroupName": "g"});
        assert_eq!(w.ok("AdminRemoveUserFromGroup", input).await, Value::Null);
        assert_eq!(w.groups_of("ada").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn members_are_listed_as_users_are() {
    let w = World::new().await;
    w.group("g").await;
    w.user("ada").await;
    w.add("ada", "g").await;
    let listed = w.ok("ListUsersInGroup", json!({"GroupName": "g"})).await;
    assert_eq!(listed["Users"], w.ok("ListUsers", json!({})).await["Users"]);
    assert_eq!(listed["Users"][0]["UserStatus"], "FORCE_CHANGE_PASSWORD");
}

#[tokio::test]
async fn a_deleted_group_takes_its_members_along() {
    let w = World::new().await;
    w.group("g").await;
    w.group("h").await;
    w.user("ada").await;
    w.user("bob").await;
    for user in ["ada", "bob"] {
        w.add(user, "g").await;
        w.add(user, "h").await;
    }
    assert_eq!(
        w.ok("DeleteGroup", json!({"GroupName": "g"})).await,
        Value::Null
    );
    assert_eq!(
        w.call("GetGroup", json!({"GroupName": "g"})).await,
        not_found()
    );
    assert_eq!(w.groups_of("ada").await, ["h"]);

    w.group("g").await;
    assert_eq!(
        w.members("g").await,
        Vec::<String>::new(),
        "the new group is another"
    );
    assert_eq!(w.groups_of("ada").await, ["h"]);
    w.add("ada", "g").await;
    assert_eq!(w.groups_of("ada").await, ["g", "h"]);

    while cenote_idp::sweep(&w.h.service).await.expect("swept") > 0 {}
    assert_eq!(w.groups_of("ada").await, ["g", "h"]);
    assert_eq!(w.groups_of("bob").await, ["h"]);
    assert_eq!(w.members("g").await, ["ada"]);
}

#[tokio::test]
async fn a_deleted_user_is_in_no_group() {
    let w = World::new().await;
    w.group("g").await;
    w.user("ada").await;
    w.add("ada", "g").await;
    w.ok("AdminDeleteUser", json!({"Username": "ada"})).await;
    assert_eq!(w.members("g").await, Vec::<String>::new());
    w.user("ada").await;
    assert_eq!(w.groups_of("ada").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_user_is_in_at_most_a_hundred_groups() {
    let w = World::new().await;
    w.user("ada").await;
    for number in 0..101 {
        w.group(&format!("g{number}")).await;
    }
    for number in 0..100 {
        w.add("ada", &format!("g{number}")).await;
    }
    assert_eq!(
        w.call(
            "AdminAddUserToGroup",
            json!({"Username": "ada", "GroupName": "g100"})
        )
        .await,
        refusal(
            "InvalidParameterException",
            "A user can be a member of at most 100 groups."
        )
    );
    w.add("ada", "g7").await;
    w.ok(
        "AdminRemoveUserFromGroup",
        json!({"Username": "ada", "GroupName": "g7"}),
    )
    .await;
    w.add("ada", "g100").await;
}

#[tokio::test]
async fn pages_join_to_the_whole() {
    let w = World::new().await;
    w.group("all").await;
    let users = ["ada", "bob", "cid", "dot", "eve"];
    for user in users {
        w.user(user).await;
        w.add(user, "all").await;
        w.group(&format!("g-{user}")).await;
        w.add("ada", &format!("g-{user}")).await;
    }
    let mut groups = users.map(|user| format!("g-{user}")).to_vec();
    groups.insert(0, "all".to_owned());
    for (operation, input, list, member, whole) in [
        (
            "ListGroups",
            json!({}),
            "Groups",
            "GroupName",
            groups.clone(),
        ),
        (
            "AdminListGroupsForUser",
            json!({"Username": "ada"}),
            "Groups",
            "GroupName",
            groups,
        ),
        (
            "ListUsersInGroup",
            json!({"GroupName": "all"}),
            "Users",
            "Username",
            users.map(String::from).to_vec(),
        ),
    ] {
        let mut seen = Vec::new();
        let mut token = Value::Null;
        loop {
            let input = with(input.clone(), json!({"Limit": 2, "NextToken": token}));
            let page = w.ok(operation, input).await;
            let page_names = names(&page[list], member);
            assert!(page_names.len() <= 2, "{operation}");
            seen.extend(page_names);
            token = page["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        if member == "Username" {
            seen.sort_unstable();
        }
        assert_eq!(seen, whole, "{operation}");
        let whole_page = w.ok(operation, with(input, json!({"Limit": 0}))).await;
        assert_eq!(
            whole_page[list].as_array().map(Vec::len),
            Some(whole.len()),
            "{operation}"
        );
        assert_eq!(whole_page.get("NextToken"), None, "{operation}");
    }
}

#[tokio::test]
async fn page_tokens_fit_their_own_list_for_an_hour() {
    let w = World::new().await;
    for name in ["a", "b", "c"] {
        w.group(name).await;
    }
    w.user("ada").await;
    let page = w.ok("ListGroups", json!({"Limit": 1})).await;
    let token = &page["NextToken"];
    let refused = refusal(
        "InvalidParameterException",
        "NextToken is invalid or has expired.",
    );
    let input = json!({"Username": "ada", "NextToken": token});
    assert_eq!(w.call("AdminListGroupsForUser", input).await, refused);
    assert_eq!(
        w.call("ListGroups", json!({"NextToken": "made-up"})).await,
        refused
    );
    w.h.clock.advance(60 * 60 * 1000 - 1);
    assert_eq!(
        names(
            &w.ok("ListGroups", json!({"NextToken": token})).await["Groups"],
            "GroupName"
        ),
        ["b", "c"]
    );
    w.h.clock.advance(1);
    assert_eq!(
        w.call("ListGroups", json!({"NextToken": token})).await,
        refused
    );
}
