//! ListUsers: filters, pages, chosen attributes.

use crate::support::{Harness, refusal};
use serde_json::{Value, json};

/// A pool with these users, each with attributes.
async fn pool_of(h: &Harness, users: &[(&str, &[(&str, &str)])]) -> String {
    let pool = h.pool(json!({})).await;
    for (name, attributes) in users {
        let attributes: Vec<Value> = attributes
            .iter()
            .map(|(name, value)| json!({"Name": name, "Value": value}))
            .collect();
        let new = json!({
            "UserPoolId": pool, "Username": name, "UserAttributes": attributes, "MessageAction": "SUPPRESS",
        });
        h.call("AdminCreateUser", new).await.expect("a new user");
    }
    pool
}

/// The usernames that a filter finds, sorted.
async fn found(h: &Harness, pool: &str, filter: &str) -> Vec<String> {
    let page = h
        .call("ListUsers", json!({"UserPoolId": pool, "Filter": filter}))
        .await
        .expect(filter);
    names(&page)
}

fn names(page: &Value) -> Vec<String> {
    let users = page["Users"].as_array().expect("a list of users");
    let mut names: Vec<String> = users
        .iter()
        .map(|user| user["Username"].as_str().expect("a name").to_owned())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_listed_user_is_the_user_that_was_created() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let new = json!({
        "UserPoolId": pool, "Username": "ada",
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
    });
    let created = h.call("AdminCreateUser", new).await.expect("a new user");
    let page = h
        .call("ListUsers", json!({"UserPoolId": pool}))
        .await
        .expect("a list");
    assert_eq!(page, json!({"Users": [created["User"]]}));
    let empty = h.pool(json!({})).await;
    let page = h
        .call("ListUsers", json!({"UserPoolId": empty}))
        .await
        .expect("a list");
    assert_eq!(page, json!({"Users": []}));
}

#[tokio::test]
async fn every_searchable_attribute_finds_by_value_and_by_prefix() {
    let h = Harness::new().await;
    let ada: &[(&str, &str)] = &[
        ("email", "ada@example.com"),
        ("phone_number", "+12065550100"),
        ("name", "Ada \"the first\" L"),
        ("given_name", "Ada"),
        ("family_name", "Lovelace"),
        ("preferred_username", "countess"),
    ];
    let pool = pool_of(
        &h,
        &[
            ("ada", ada),
            ("adam", &[("given_name", "Adam")]),
            ("bob", &[]),
        ],
    )
    .await;
    let only_ada = ["ada"];
    for filter in [
        r#"username = "ada""#,
        r#"email = "ada@example.com""#,
        r#"email ^= "ada@""#,
        r#"phone_number = "+12065550100""#,
        r#"phone_number ^= "+1206""#,
        r#"name = "Ada \"the first\" L""#,
        r#"name ^= "Ada \"the""#,
        r#"given_name = "Ada""#,
        r#"family_name ^= "Love""#,
        r#"preferred_username = "countess""#,
    ] {
        assert_eq!(found(&h, &pool, filter).await, only_ada, "{filter}");
    }
    assert_eq!(
        found(&h, &pool, r#"username ^= "ada""#).await,
        ["ada", "adam"]
    );
    assert_eq!(
        found(&h, &pool, r#"given_name ^= "Ada""#).await,
        ["ada", "adam"]
    );
    assert_eq!(found(&h, &pool, r#"given_name = "ada""#).await, [""; 0]);
    assert_eq!(found(&h, &pool, r#"username = "Ada""#).await, [""; 0]);
    assert_eq!(found(&h, &pool, "").await, ["ada", "adam", "bob"]);

    let bob = h
        .call(
            "AdminGetUser",
            json!({"UserPoolId": pool, "Username": "bob"}),
        )
        .await
        .expect("bob");
    let sub = bob["UserAttributes"][0]["Value"]
        .as_str()
        .expect("a sub")
        .to_owned();
    assert_eq!(found(&h, &pool, &format!("sub = \"{sub}\"")).await, ["bob"]);
    assert!(
        found(&h, &pool, &format!("sub ^= \"{}\"", &sub[..13]))
            .await
            .contains(&"bob".to_owned())
    );
}

#[tokio::test]
async fn status_filters_follow_the_users() {
    let h = Harness::new().await;
    let pool = pool_of(&h, &[("ada", &[]), ("bob", &[])]).await;
    let by = json!({"UserPoolId": pool, "Username": "bob"});
    h.call("AdminDisableUser", by).await.expect("disabled");
    let password =
        json!({"UserPoolId": pool, "Username": "bob", "Password": "Perm4nent!", "Permanent": true});
    h.call("AdminSetUserPassword", password)
        .await
        .expect("confirmed");
    for (filter, names) in [
        (r#"status = "Enabled""#, vec!["ada"]),
        (r#"status = "Disabled""#, vec!["bob"]),
        (r#"status = "disabled""#, vec![]),
        (r#"cognito:user_status = "CONFIRMED""#, vec!["bob"]),
        (r#"cognito:user_status = "Confirmed""#, vec!["bob"]),
        (r#"cognito:user_status ^= "force_""#, vec!["ada"]),
    ] {
        assert_eq!(found(&h, &pool, filter).await, names, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_that_is_none_is_refused() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let list = |filter: &str| json!({"UserPoolId": pool, "Filter": filter});
    assert_eq!(
        h.call("ListUsers", list(r#"custom:foo = "x""#)).await,
        refusal(
            "InvalidParameterException",
            "Invalid search attribute: custom:foo"
        )
    );
    assert_eq!(
        h.call("ListUsers", list("email is mine")).await,
        refusal("InvalidParameterException", "Error while parsing filter")
    );
    let long = h
        .call(
            "ListUsers",
            list(&format!("email = \"{}\"", "x".repeat(250))),
        )
        .await;
    assert_eq!(long.expect_err("too long").0, "InvalidParameterException");
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_or_repeats() {
    let h = Harness::new().await;
    let users: Vec<String> = (0..7).map(|number| format!("user{number}")).collect();
    let users: Vec<(&str, &[(&str, &str)])> = users
        .iter()
        .map(|name| (name.as_str(), &[("family_name", "Same")][..]))
        .collect();
    let pool = pool_of(&h, &users).await;
    for filter in ["", r#"family_name = "Same""#, r#"username ^= "user""#] {
        let (mut seen, mut sizes, mut token) = (Vec::new(), Vec::new(), Value::Null);
        loop {
            let input =
                json!({"UserPoolId": pool, "Filter": filter, "Limit": 3, "PaginationToken": token});
            let page = h.call("ListUsers", input).await.expect("a page");
            sizes.push(names(&page).len());
            seen.extend(names(&page));
            token = page["PaginationToken"].clone();
            if token.is_null() {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!(
            seen,
            users.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "{filter}"
        );
        assert_eq!(sizes, [3, 3, 1], "{filter}");
    }
    let all = h
        .call("ListUsers", json!({"UserPoolId": pool, "Limit": 0}))
        .await
        .expect("a page");
    assert_eq!(names(&all).len(), 7);
}

#[tokio::test]
async fn a_page_token_fits_its_pool_and_filter_for_an_hour() {
    let h = Harness::new().await;
    let pool = pool_of(&h, &[("ada", &[]), ("adam", &[])]).await;
    let other = pool_of(&h, &[]).await;
    let first = h
        .call("ListUsers", json!({"UserPoolId": pool, "Limit": 1}))
        .await
        .expect("a page");
    let token = first["PaginationToken"].clone();
    for input in [
        json!({"UserPoolId": other, "PaginationToken": token}),
        json!({"UserPoolId": pool, "Filter": "username ^= \"a\"", "PaginationToken": token}),
        json!({"UserPoolId": pool, "PaginationToken": "AAAA"}),
    ] {
        let refused = h.call("ListUsers", input).await;
        assert_eq!(
            refused.expect_err("it does not fit").0,
            "InvalidParameterException"
        );
    }
    let next = json!({"UserPoolId": pool, "PaginationToken": token});
    assert_eq!(
        names(&h.call("ListUsers", next.clone()).await.expect("a page")).len(),
        1
    );
    h.clock.advance(60 * 60 * 1000 + 1);
    let refused = h.call("ListUsers", next).await;
    assert_eq!(
        refused.expect_err("it is too old").0,
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn attributes_to_get_names_what_every_listed_user_must_have() {
    let h = Harness::new().await;
    let with_email: &[(&str, &str)] = &[("email", "ada@example.com"), ("name", "Ada")];
    let pool = pool_of(&h, &[("ada", with_email), ("bob", &[("name", "Bob")])]).await;
    let list = |filter: &str, names: Value| json!({"UserPoolId": pool, "Filter": filter, "AttributesToGet": names});
    let page = h
        .call("ListUsers", list(r#"username = "ada""#, json!(["email"])))
        .await
        .expect("a page");
    assert_eq!(
        page["Users"][0]["Attributes"],
        json!([{"Name": "email", "Value": "ada@example.com"}])
    );
    let page = h
        .call("ListUsers", list("", json!(["name"])))
        .await
        .expect("a page");
    assert_eq!(names(&page), ["ada", "bob"]);
    for missing in ["email", "custom:foo"] {
        assert_eq!(
            h.call("ListUsers", list("", json!([missing]))).await,
            refusal(
                "InvalidParameterException",
                "One or more requested attributes do not exist."
            )
        );
    }
}

#[tokio::test]
async fn an_unknown_pool_has_no_users() {
    let h = Harness::new().await;
    assert_eq!(
        h.call("ListUsers", json!({"UserPoolId": "us-east-1_nowhere00"}))
            .await,
        refusal(
            "ResourceNotFoundException",
            "User pool us-east-1_nowhere00 does not exist."
        )
    );
}
