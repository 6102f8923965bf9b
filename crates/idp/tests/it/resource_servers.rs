//! Resource servers: making, showing, changing, listing, and the scopes of clients.

use crate::support::{Harness, refusal, text, with};
use serde_json::{Value, json};

struct World {
    h: Harness,
    pool: String,
}

type Answer = Result<Value, (String, String)>;

impl World {
    async fn new() -> Self {
        let h = Harness::new().await;
        let pool = h.pool(json!({})).await;
        Self { h, pool }
    }

    async fn call(&self, operation: &str, input: Value) -> Answer {
        let input = with(json!({"UserPoolId": self.pool}), input);
        self.h.call(operation, input).await
    }

    async fn server(&self, identifier: &str, scopes: &[&str]) {
        let scopes: Vec<_> = scopes
            .iter()
            .map(|name| json!({"ScopeName": name, "ScopeDescription": "d"}))
            .collect();
        let input = json!({"Identifier": identifier, "Name": "n", "Scopes": scopes});
        self.call("CreateResourceServer", input)
            .await
            .expect("a server");
    }

    async fn client_with(&self, scope: &str) -> Answer {
        let settings = json!({
            "ClientName": "c", "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": [scope], "CallbackURLs": ["https://example.com"],
        });
        self.call("CreateUserPoolClient", settings).await
    }
}

fn not_found(identifier: &str) -> Answer {
    refusal(
        "ResourceNotFoundException",
        &format!("Resource server {identifier} does not exist."),
    )
}

#[tokio::test]
async fn a_resource_server_is_shown_as_it_was_made_and_replaced_by_an_update() {
    let w = World::new().await;
    let id = "https://api.example.com/v1";
    let scopes = json!([{"ScopeName": "read", "ScopeDescription": "Reads"}]);
    let made = w
        .call(
            "CreateResourceServer",
            json!({"Identifier": id, "Name": "My API", "Scopes": scopes}),
        )
        .await
        .expect("a server");
    let expected = json!({"ResourceServer": {
        "UserPoolId": w.pool, "Identifier": id, "Name": "My API", "Scopes": scopes,
    }});
    assert_eq!(made, expected);
    let key = json!({"Identifier": id});
    assert_eq!(
        w.call("DescribeResourceServer", key.clone()).await,
        Ok(made)
    );
    let updated = w
        .call(
            "UpdateResourceServer",
            json!({"Identifier": id, "Name": "Ours"}),
        )
        .await;
    let expected = json!({"ResourceServer": {
        "UserPoolId": w.pool, "Identifier": id, "Name": "Ours", "Scopes": [],
    }});
    assert_eq!(updated, Ok(expected.clone()));
    assert_eq!(
        w.call("DescribeResourceServer", key.clone()).await,
        Ok(expected)
    );
    assert_eq!(
        w.call("DeleteResourceServer", key.clone()).await,
        Ok(Value::Null)
    );
    for operation in ["DescribeResourceServer", "DeleteResourceServer"] {
        assert_eq!(w.call(operation, key.clone()).await, not_found(id));
    }
    assert_eq!(
        w.call(
            "UpdateResourceServer",
            json!({"Identifier": "x", "Name": "n"})
        )
        .await,
        not_found("x")
    );
}

#[tokio::test]
async fn an_identifier_is_taken_once_in_a_pool_and_never_the_services_own() {
    let w = World::new().await;
    w.server("api", &[]).await;
    let input = json!({"Identifier": "api", "Name": "n"});
    assert_eq!(
        w.call("CreateResourceServer", input.clone()).await,
        refusal(
            "InvalidParameterException",
            &format!("api already exists in user pool {}.", w.pool)
        )
    );
    let other = w.h.pool(json!({})).await;
    w.h.ok(
        "CreateResourceServer",
        with(json!({"UserPoolId": other}), input),
    )
    .await;
    let (name, _) = w
        .call(
            "CreateResourceServer",
            json!({"Identifier": "aws.cognito/dcr", "Name": "n"}),
        )
        .await
        .expect_err("a refusal");
    assert_eq!(name, "InvalidParameterException");
    let twice = json!([
        {"ScopeName": "a", "ScopeDescription": "1"}, {"ScopeName": "a", "ScopeDescription": "2"},
    ]);
    assert_eq!(
        w.call(
            "CreateResourceServer",
            json!({"Identifier": "b", "Name": "n", "Scopes": twice})
        )
        .await,
        refusal(
            "InvalidParameterException",
            "The scope a is given more than once."
        )
    );
}

#[tokio::test]
async fn lists_page_by_identifier_and_a_pool_has_25() {
    let w = World::new().await;
    for n in 0..25 {
        w.server(&format!("s{n:02}"), &[]).await;
    }
    assert_eq!(
        w.call(
            "CreateResourceServer",
            json!({"Identifier": "more", "Name": "n"})
        )
        .await,
        refusal(
            "LimitExceededException",
            "A user pool can have at most 25 resource servers."
        )
    );
    let first = w
        .call("ListResourceServers", json!({"MaxResults": 20}))
        .await
        .expect("a page");
    assert_eq!(first["ResourceServers"].as_array().map(Vec::len), Some(20));
    let token = text(&first["NextToken"]);
    let rest = w
        .call("ListResourceServers", json!({"NextToken": token}))
        .await
        .expect("a page");
    assert_eq!(rest["ResourceServers"][0]["Identifier"], "s20");
    assert_eq!(rest["ResourceServers"].as_array().map(Vec::len), Some(5));
    assert_eq!(rest.get("NextToken"), None);
    assert_eq!(
        w.call("ListResourceServers", json!({"NextToken": "x"}))
            .await,
        refusal(
            "InvalidParameterException",
            "NextToken is invalid or has expired."
        )
    );
}

#[tokio::test]
async fn clients_have_the_scopes_that_resource_servers_define() {
    let w = World::new().await;
    w.server("https://api", &["read"]).await;
    let made = w.client_with("https://api/read").await.expect("a client");
    for unknown in ["https://api/write", "api/read", "read"] {
        assert_eq!(
            w.client_with(unknown).await,
            refusal(
                "ScopeDoesNotExistException",
                &format!("Invalid scope requested: {unknown}")
            )
        );
    }
    // A scope of a deleted server stays listed in the client.
    w.call("DeleteResourceServer", json!({"Identifier": "https://api"}))
        .await
        .expect("gone");
    let id = &made["UserPoolClient"]["ClientId"];
    let shown = w
        .call("DescribeUserPoolClient", json!({"ClientId": id}))
        .await
        .expect("a client");
    assert_eq!(
        shown["UserPoolClient"]["AllowedOAuthScopes"],
        json!(["https://api/read"])
    );
}

#[tokio::test]
async fn the_scope_of_registration_is_there_while_registration_is_on() {
    let w = World::new().await;
    let scope = "aws.cognito/dcr/register";
    assert_eq!(
        w.client_with(scope).await,
        refusal(
            "ScopeDoesNotExistException",
            &format!("Invalid scope requested: {scope}")
        )
    );
    w.call(
        "UpdateUserPool",
        json!({"DcrConfiguration": {"EnableStatus": "Enabled"}}),
    )
    .await
    .expect("an update");
    w.client_with(scope).await.expect("a client");
}
