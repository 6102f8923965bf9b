//! User pools: their life, and lists.

use crate::support::pools::{STANDARD, described, names_of};
use crate::support::{Harness, refusal, text, with};
use serde_json::{Value, json};

#[tokio::test]
async fn a_pool_made_with_only_a_name_has_the_defaults() {
    let h = Harness::new().await;
    let mut made = h.ok("CreateUserPool", json!({"PoolName": "p"})).await["UserPool"].clone();
    let id = text(&made["Id"]);
    let random = id.strip_prefix("us-east-1_").expect("the region first");
    assert_eq!(random.len(), 9);
    assert!(
        random.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{id}"
    );
    assert_eq!(described(&h, &id).await, made);
    assert_eq!(
        names_of(&made),
        STANDARD.split_whitespace().collect::<Vec<_>>()
    );
    made.as_object_mut()
        .expect("an object")
        .remove("SchemaAttributes");
    assert_eq!(
        made,
        json!({
            "Id": id, "Name": "p", "Arn": format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{id}"),
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
                    "RequireNumbers": true, "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
                },
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
            },
            "DeletionProtection": "INACTIVE", "LambdaConfig": {},
            "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_000.123,
            "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
            "MfaConfiguration": "OFF", "EstimatedNumberOfUsers": 0,
            "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"}, "UserPoolTags": {},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7},
            "UserPoolTier": "ESSENTIALS",
            "AcrConfiguration": {
                "Level1": {"AcrValue": "urn:cognito:loa:1"}, "Level2": {"AcrValue": "urn:cognito:loa:2"},
                "Level3": {"AcrValue": "urn:cognito:loa:3"}, "Level4": {"AcrValue": "urn:cognito:loa:4"},
            },
        })
    );
    let keys = cenote_idp::discovery::jwks(&h.service, &id)
        .await
        .expect("the keys");
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2));
    assert_ne!(keys["keys"][0]["kid"], keys["keys"][1]["kid"]);
}

#[tokio::test]
async fn an_update_with_only_the_id_resets_what_can_change_and_keeps_the_rest() {
    let h = Harness::new().await;
    let function = "arn:aws:lambda:us-east-1:123456789012:function:one";
    let pool = h
        .pool(json!({
            "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"],
            "UsernameConfiguration": {"CaseSensitive": false}, "LambdaConfig": {"PreSignUp": function},
            "Schema": [{"Name": "team", "AttributeDataType": "String"}], "UserPoolTags": {"team": "blue"},
            "Policies": {"PasswordPolicy": {"MinimumLength": 12}}, "DeletionProtection": "ACTIVE",
            "DcrConfiguration": {"OpenDcrEnabled": true}, "AcrConfiguration": {"Level1": {"AcrValue": "low"}},
        }))
        .await;
    let before = described(&h, &pool).await;
    assert_eq!(before["LambdaConfig"], json!({"PreSignUp": function}));
    assert_eq!(
        before["DcrConfiguration"],
        json!({
            "EnableStatus": "Enabled", "OpenDcrEnabled": true,
            "AuthenticatedGrantTypes": ["code", "client_credentials"], "OpenDcrGrantTypes": ["code"],
        })
    );
    h.clock.advance(1_000);
    assert_eq!(
        h.ok("UpdateUserPool", json!({"UserPoolId": pool})).await,
        json!({})
    );
    let after = described(&h, &pool).await;

    let bare = described(&h, &h.pool(json!({})).await).await;
    let mut expected = bare;
    for kept in [
        "Id",
        "Name",
        "Arn",
        "CreationDate",
        "SchemaAttributes",
        "AliasAttributes",
        "UsernameConfiguration",
        "UserPoolTags",
        "DcrConfiguration",
    ] {
        expected[kept] = before[kept].clone();
    }
    assert_eq!(after["LastModifiedDate"], 1_780_000_001.123);
    assert_eq!(after, expected);
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let mut expected = described(&h, &pool).await;
    let more = json!({
        "Name": "renamed", "DeletionProtection": "ACTIVE", "UserPoolTags": {"team": "blue"},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
    });
    let mut input = with(
        json!({"UserPoolId": pool, "PoolName": "renamed"}),
        more.clone(),
    );
    input.as_object_mut().expect("an object").remove("Name");
    h.ok("UpdateUserPool", input).await;
    expected = with(expected, more);
    expected["AdminCreateUserConfig"]["UnusedAccountValidityDays"] = json!(7);
    assert_eq!(described(&h, &pool).await, expected);
}

#[tokio::test]
async fn deletion_protection_keeps_a_pool() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"DeletionProtection": "ACTIVE"})).await;
    let message = "The user pool cannot be deleted because deletion protection is activated. \
                   Deletion protection must be inactivated first.";
    let id = json!({"UserPoolId": pool});
    assert_eq!(
        h.call("DeleteUserPool", id.clone()).await,
        refusal("InvalidParameterException", message)
    );
    h.ok(
        "UpdateUserPool",
        json!({"UserPoolId": pool, "DeletionProtection": "INACTIVE"}),
    )
    .await;
    assert_eq!(h.ok("DeleteUserPool", id).await, Value::Null);
}

#[tokio::test]
async fn a_deleted_pool_is_gone_with_all_that_it_had() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let other = h.pool(json!({})).await;
    let client = h.client(&pool, json!({})).await;
    for pool in [&pool, &other] {
        let input = json!({"UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS"});
        h.ok("AdminCreateUser", input).await;
        h.ok("CreateGroup", json!({"UserPoolId": pool, "GroupName": "g"}))
            .await;
    }
    assert_eq!(described(&h, &pool).await["EstimatedNumberOfUsers"], 1);
    h.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    let missing = refusal(
        "ResourceNotFoundException",
        &format!("User pool {pool} does not exist."),
    );
    for operation in [
        "DescribeUserPool",
        "UpdateUserPool",
        "DeleteUserPool",
        "GetUserPoolMfaConfig",
        "SetUserPoolMfaConfig",
        "ListUsers",
        "ListGroups",
        "ListUserPoolClients",
    ] {
        assert_eq!(
            h.call(operation, json!({"UserPoolId": pool})).await,
            missing,
            "{operation}"
        );
    }
    let input = json!({"ClientId": client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": {}});
    let refused = h
        .call("InitiateAuth", input)
        .await
        .expect_err("a client of no pool");
    assert_eq!(refused.0, "ResourceNotFoundException");

    while cenote_idp::sweep(&h.service).await.expect("swept") > 0 {}
    assert_eq!(
        h.service.store.client(&client).await.expect("the store"),
        None
    );
    assert_eq!(
        h.service.store.user_count(&pool).await.expect("the store"),
        0
    );
    assert_eq!(described(&h, &other).await["EstimatedNumberOfUsers"], 1);
    let listed = h.ok("ListUserPools", json!({"MaxResults": 60})).await;
    assert_eq!(listed["UserPools"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_list_shows_one_region_in_pages() {
    let h = Harness::new().await;
    let region = Some("eu-central-1");
    let function = "arn:aws:lambda:eu-central-1:123456789012:function:one";
    let mut made = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let input = json!({"PoolName": name, "LambdaConfig": {"CustomMessage": function}});
        let pool = h
            .call_in(region, "CreateUserPool", input)
            .await
            .expect("a pool");
        assert!(text(&pool["UserPool"]["Arn"]).starts_with("arn:aws:cognito-idp:eu-central-1:"));
        made.push(pool["UserPool"].clone());
    }
    let here = h.pool(json!({})).await;
    let (mut seen, mut sizes, mut token) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let input = json!({"MaxResults": 2, "NextToken": token});
        let page = h
            .call_in(region, "ListUserPools", input)
            .await
            .expect("a page");
        let items = page["UserPools"].as_array().expect("a list").clone();
        sizes.push(items.len());
        seen.extend(items);
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
        let elsewhere = h
            .call(
                "ListUserPools",
                json!({"MaxResults": 2, "NextToken": token}),
            )
            .await;
        let message = "NextToken is invalid or has expired.";
        assert_eq!(elsewhere, refusal("InvalidParameterException", message));
    }
    assert_eq!(sizes, [2, 2, 1]);
    made.sort_by_key(|pool| text(&pool["Id"]));
    let expected: Vec<_> = made
        .iter()
        .map(|pool| {
            json!({
                "Id": pool["Id"], "Name": pool["Name"], "LambdaConfig": {"CustomMessage": function},
                "CreationDate": pool["CreationDate"], "LastModifiedDate": pool["LastModifiedDate"],
            })
        })
        .collect();
    assert_eq!(seen, expected);
    let listed = h.ok("ListUserPools", json!({"MaxResults": 60})).await;
    assert_eq!(listed["UserPools"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["UserPools"][0]["Id"], here);
}

#[tokio::test]
async fn the_size_of_a_page_of_pools_must_be_given() {
    let h = Harness::new().await;
    let message = "1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: \
                   Member must not be null";
    assert_eq!(
        h.call("ListUserPools", json!({})).await,
        refusal("InvalidParameterException", message)
    );
}
