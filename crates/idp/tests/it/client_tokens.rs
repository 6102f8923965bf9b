//! GetClientToken: access tokens that clients get for themselves.

use crate::support::signing::{MINUTE_MS, beside, invalid, not_authorized, verified};
use crate::support::world::{Answer, World};
use crate::support::{START_MS, refusal, with};
use serde_json::{Value, json};

const SECRET: &str = "an_own_secret_of_36_characters_and+1";

/// A pool with resource servers, and a machine's client in it.
async fn world(client: Value) -> World {
    let w = World::new(json!({}), json!({})).await;
    server(&w, "CreateResourceServer", "orders", &["read", "write"]).await;
    server(
        &w,
        "CreateResourceServer",
        "https://stock.example",
        &["read"],
    )
    .await;
    beside(&w, with(machine(), client)).await
}

fn machine() -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "ClientSecret": SECRET,
        "AllowedOAuthScopes": ["orders/read", "https://stock.example/read"],
        "AccessTokenValidity": 5, "TokenValidityUnits": {"AccessToken": "minutes"},
    })
}

async fn server(w: &World, operation: &str, identifier: &str, scopes: &[&str]) {
    let scopes: Vec<Value> = scopes
        .iter()
        .map(|name| json!({"ScopeName": name, "ScopeDescription": name}))
        .collect();
    let input = json!({"Identifier": identifier, "Name": "server", "Scopes": scopes});
    w.admin(operation, input).await.expect("a resource server");
}

async fn token(w: &World, more: Value) -> Answer {
    w.public("GetClientToken", with(json!({"Secret": SECRET}), more))
        .await
}

/// The `scope` claim of a token that was given.
async fn scope(w: &World, answer: Answer) -> Value {
    let answer = answer.expect("a token");
    let token = &answer["ClientAuthenticationResult"]["AccessToken"];
    verified(w, token).await.claims["scope"].clone()
}

#[tokio::test]
async fn a_client_gets_an_access_token_for_itself() {
    let w = world(json!({})).await;
    let metadata = json!({"ClientMetadata": {"trace": "1"}});
    let mut answer = token(&w, metadata).await.expect("a token");
    let access = answer["ClientAuthenticationResult"]["AccessToken"].take();
    let rest = json!({"AccessToken": null, "ExpiresIn": 300, "TokenType": "Bearer"});
    assert_eq!(answer, json!({"ClientAuthenticationResult": rest}));
    let mut claims = verified(&w, &access).await.claims;
    assert!(claims["jti"].take().is_string());
    let now = START_MS / 1000;
    assert_eq!(
        claims,
        json!({
            "sub": w.client, "client_id": w.client, "token_use": "access", "version": 2, "jti": null,
            "iss": format!("http://localhost:9229/{}", w.pool),
            "scope": "orders/read https://stock.example/read",
            "auth_time": now, "iat": now, "exp": now + 300,
        })
    );
    // It is nobody's token for the user pools API.
    let access = access.as_str().expect("a token");
    assert_eq!(
        w.with(access, "GetUser", json!({})).await,
        not_authorized("Access Token does not have required scopes")
    );
}

#[tokio::test]
async fn requested_scopes_are_the_client_s_and_exist() {
    let w = world(json!({})).await;
    let one = token(&w, json!({"Scopes": ["https://stock.example/read"]})).await;
    assert_eq!(scope(&w, one).await, "https://stock.example/read");
    let twice = token(&w, json!({"Scopes": ["orders/read", "orders/read"]})).await;
    assert_eq!(scope(&w, twice).await, "orders/read");
    let none = token(&w, json!({"Scopes": []})).await;
    assert_eq!(
        scope(&w, none).await,
        "orders/read https://stock.example/read"
    );
    for unfit in ["orders/write", "orders/none", "nowhere/read", "openid"] {
        // A request that is partly unfit fails as a whole.
        let refused = token(&w, json!({"Scopes": ["orders/read", unfit]})).await;
        assert_eq!(
            refused,
            invalid(&format!("Invalid scope requested: {unfit}"))
        );
    }
    // A scope whose resource server is gone stays listed, but is dead.
    let gone = json!({"Identifier": "orders"});
    w.admin("DeleteResourceServer", gone).await.expect("gone");
    assert_eq!(
        token(&w, json!({"Scopes": ["orders/read"]})).await,
        invalid("Invalid scope requested: orders/read")
    );
    let rest = token(&w, json!({})).await;
    assert_eq!(scope(&w, rest).await, "https://stock.example/read");
}

#[tokio::test]
async fn scopes_of_people_are_not_for_machines() {
    let w = world(json!({"AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"]})).await;
    let answer = token(&w, json!({})).await;
    assert_eq!(scope(&w, answer).await, Value::Null);
    let scopes = json!({"Scopes": ["aws.cognito.signin.user.admin"]});
    assert_eq!(
        token(&w, scopes).await,
        invalid("Invalid scope requested: aws.cognito.signin.user.admin")
    );
}

#[tokio::test]
async fn the_client_proves_itself_with_either_secret_and_has_the_flow() {
    let w = world(json!({})).await;
    let wrong = not_authorized("Invalid client or secret");
    let other = format!("{SECRET}2");
    assert_eq!(token(&w, json!({"Secret": other})).await, wrong);
    let second = json!({"ClientId": w.client, "ClientSecret": other});
    w.admin("AddUserPoolClientSecret", second)
        .await
        .expect("a second secret");
    token(&w, json!({"Secret": other})).await.expect("a token");
    token(&w, json!({})).await.expect("a token");

    let nobody = json!({"ClientId": "nobody"});
    assert_eq!(
        token(&w, nobody).await,
        refusal(
            "ResourceNotFoundException",
            "User pool client nobody does not exist."
        )
    );
    let public = beside(&w, json!({})).await;
    assert_eq!(token(&public, json!({})).await, wrong);
    let people = json!({"ClientSecret": SECRET, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]});
    assert_eq!(
        token(&beside(&w, people).await, json!({})).await,
        invalid("CLIENT_TOKEN_AUTH is not enabled for the client.")
    );
    let unset = beside(&w, json!({"ClientSecret": SECRET})).await;
    assert_eq!(
        token(&unset, json!({})).await,
        invalid("CLIENT_TOKEN_AUTH is not enabled for the client.")
    );
}

#[tokio::test]
async fn the_flow_stands_alone_and_needs_a_secret() {
    let w = world(json!({})).await;
    for (client, told) in [
        (
            json!({"ClientSecret": SECRET,
                "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}),
            "ALLOW_CLIENT_TOKEN_AUTH cannot be used with other auth flow names.",
        ),
        (
            json!({"ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"]}),
            "Client Secret is required to use ALLOW_CLIENT_TOKEN_AUTH.",
        ),
    ] {
        let input = with(json!({"ClientName": "machine"}), client);
        assert_eq!(w.admin("CreateUserPoolClient", input).await, invalid(told));
    }
    // Such a client signs nobody in.
    let parameters = json!({"USERNAME": "ada", "SRP_A": "2"});
    let input = json!({"AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters});
    assert_eq!(
        w.public("InitiateAuth", input).await,
        invalid("USER_SRP_AUTH is not enabled for the client.")
    );
    w.h.clock.advance(MINUTE_MS);
    token(&w, json!({})).await.expect("a token");
}
