//! App clients: defaults, secrets, replacement by update, lists.

use crate::support::clients::World;
use crate::support::{refusal, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_client_made_with_only_a_name_has_the_defaults() {
    let w = World::new().await;
    let made = w.create(json!({})).await;
    let id = text(&made["ClientId"]);
    assert_eq!(id.len(), 26);
    assert!(
        id.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
        "{id}"
    );
    assert_eq!(
        made,
        json!({
            "UserPoolId": w.pool, "ClientName": "app", "ClientId": id, "ClientType": "REGULAR",
            "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_000.123,
            "RefreshTokenValidity": 30, "TokenValidityUnits": {},
            "AllowedOAuthFlowsUserPoolClient": false, "EnableTokenRevocation": true,
            "EnablePropagateAdditionalUserContextData": false, "AuthSessionValidity": 3,
        })
    );
    assert_eq!(w.describe(&made).await, made);
}

#[tokio::test]
async fn secrets_are_generated_or_given_and_shown_again() {
    let w = World::new().await;
    let made = w.create(json!({"GenerateSecret": true})).await;
    let secret = text(&made["ClientSecret"]);
    assert_eq!(secret.len(), 52);
    assert_eq!(w.describe(&made).await["ClientSecret"], secret);
    let updated = w
        .about("UpdateUserPoolClient", &made, json!({}))
        .await
        .expect("updated");
    assert_eq!(updated["UserPoolClient"]["ClientSecret"], secret);

    let own = "an_own_secret_of_36_characters_and+1";
    assert_eq!(
        w.create(json!({"ClientSecret": own, "GenerateSecret": false}))
            .await["ClientSecret"],
        own
    );
    let both = json!({"ClientSecret": own, "GenerateSecret": true});
    w.assert_invalid(
        both,
        "GenerateSecret cannot be true when a ClientSecret is provided.",
    )
    .await;
}

#[tokio::test]
async fn an_update_resets_what_it_leaves_out() {
    let w = World::new().await;
    let made = w
        .create(json!({
            "GenerateSecret": true, "CallbackURLs": ["https://example.com/cb"],
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"], "ReadAttributes": ["email"],
            "AccessTokenValidity": 2, "AuthSessionValidity": 10, "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": false, "RefreshTokenValidity": 7,
        }))
        .await;
    w.h.clock.advance(1_000);
    let updated = w
        .about("UpdateUserPoolClient", &made, json!({}))
        .await
        .expect("updated");
    let expected = json!({
        "UserPoolId": w.pool, "ClientName": "app", "ClientId": made["ClientId"], "ClientType": "REGULAR",
        "ClientSecret": made["ClientSecret"],
        "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_001.123,
        "RefreshTokenValidity": 30, "TokenValidityUnits": {},
        "AllowedOAuthFlowsUserPoolClient": false, "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false, "AuthSessionValidity": 3,
    });
    assert_eq!(updated, json!({"UserPoolClient": expected}));
    assert_eq!(w.describe(&made).await, expected);
    let renamed = w
        .about("UpdateUserPoolClient", &made, json!({"ClientName": "new"}))
        .await
        .expect("updated");
    assert_eq!(renamed["UserPoolClient"]["ClientName"], "new");
}

#[tokio::test]
async fn a_client_that_is_gone_or_of_another_pool_is_not_found() {
    let w = World::new().await;
    let made = w.create(json!({})).await;
    let missing = refusal(
        "ResourceNotFoundException",
        &format!(
            "User pool client {} does not exist.",
            text(&made["ClientId"])
        ),
    );
    let other = World {
        pool: w.h.pool(json!({})).await,
        h: w.h,
    };
    let operations = [
        "DescribeUserPoolClient",
        "UpdateUserPoolClient",
        "DeleteUserPoolClient",
    ];
    for operation in operations {
        assert_eq!(
            other.about(operation, &made, json!({})).await,
            missing,
            "{operation}"
        );
    }
    let w = World {
        pool: w.pool,
        h: other.h,
    };
    assert_eq!(
        w.about("DeleteUserPoolClient", &made, json!({})).await,
        Ok(Value::Null)
    );
    for operation in operations {
        assert_eq!(
            w.about(operation, &made, json!({})).await,
            missing,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn clients_are_listed_by_three_members_and_in_pages() {
    let w = World::new().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(text(
            &w.create(json!({"GenerateSecret": true})).await["ClientId"],
        ));
    }
    made.sort_unstable();
    let (mut seen, mut sizes, mut token) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let input = json!({"UserPoolId": w.pool, "MaxResults": 2, "NextToken": token});
        let page = w.h.ok("ListUserPoolClients", input).await;
        let items = page["UserPoolClients"].as_array().expect("a list").clone();
        sizes.push(items.len());
        for item in items {
            let id = text(&item["ClientId"]);
            assert_eq!(
                item,
                json!({"ClientId": id, "UserPoolId": w.pool, "ClientName": "app"})
            );
            seen.push(id);
        }
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
    assert_eq!(seen, made);
    let filtered = async |wanted: &str| {
        let input = json!({"UserPoolId": w.pool, "ClientType": wanted});
        w.h.ok("ListUserPoolClients", input).await["UserPoolClients"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(
        (filtered("REGULAR").await, filtered("DCR").await),
        (Some(5), Some(0))
    );
}
