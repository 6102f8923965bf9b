//! Clients at the token endpoint: how they prove who they are, and the tokens they get for themselves.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::oauth::{Hosted, Told, error, form};
use crate::support::signing::verified;
use crate::support::{START_MS, with};

const SECRET: &str = "an_own_secret_of_36_characters_and+1";

fn machine() -> Value {
    json!({
        "ClientSecret": SECRET, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["orders/read", "a/b/c"], "CallbackURLs": [], "LogoutURLs": [],
    })
}

/// A machine's client, in a pool with resource servers.
async fn world() -> Hosted {
    let mut h = Hosted::new(json!({})).await;
    for (identifier, scopes) in [("orders", &["read", "write"][..]), ("a/b", &["c"])] {
        let scopes: Vec<Value> = scopes
            .iter()
            .map(|name| json!({"ScopeName": name, "ScopeDescription": name}))
            .collect();
        let input = json!({"Identifier": identifier, "Name": "server", "Scopes": scopes});
        h.w.admin("CreateResourceServer", input)
            .await
            .expect("a server");
    }
    let client = with(crate::support::oauth::app(), machine());
    h.w.client = h.w.h.client(&h.w.pool, client).await;
    h
}

async fn grant(h: &Hosted, more: Value) -> Told {
    let common = json!({"grant_type": "client_credentials", "client_secret": SECRET});
    h.token(with(common, more)).await
}

fn basic(id: &str, secret: &str) -> String {
    format!(
        "Basic {}",
        BASE64.encode(format!("{id}:{secret}").as_bytes())
    )
}

#[tokio::test]
async fn a_client_gets_a_token_for_itself() {
    let h = world().await;
    let mut answer = grant(&h, json!({})).await.expect("a token");
    let mut claims = verified(&h.w, &answer["access_token"].take()).await.claims;
    assert_eq!(
        answer,
        json!({"access_token": null, "expires_in": 3600, "token_type": "Bearer"})
    );
    assert!(claims["jti"].take().is_string());
    let now = START_MS / 1000;
    assert_eq!(
        claims,
        json!({
            "sub": h.w.client, "client_id": h.w.client, "token_use": "access", "version": 2, "jti": null,
            "iss": format!("http://localhost:9229/{}", h.w.pool), "scope": "orders/read a/b/c",
            "auth_time": now, "iat": now, "exp": now + 3600,
        })
    );
    // S26: a resource does not bind it.
    let bound = grant(&h, json!({"resource": "https://api.example"})).await;
    let bound = bound.expect("a token")["access_token"].clone();
    assert_eq!(verified(&h.w, &bound).await.claims.get("aud"), None);
    assert_eq!(error(h.user_info(&bound).await), "invalid_token");
}

#[tokio::test]
async fn scopes_are_the_clients_and_exist_or_the_request_fails_as_a_whole() {
    let h = world().await;
    let one = grant(&h, json!({"scope": "a/b/c"})).await.expect("a token");
    assert_eq!(
        verified(&h.w, &one["access_token"]).await.claims["scope"],
        "a/b/c"
    );
    for (scope, told) in [
        ("orders/write", "invalid_grant"),
        ("orders/read orders/write", "invalid_grant"),
        ("orders/none", "invalid_scope"),
        ("nowhere/read", "invalid_scope"),
        ("openid", "invalid_scope"),
        ("orders/read\u{7f}", "invalid_scope"),
    ] {
        assert_eq!(
            error(grant(&h, json!({"scope": scope})).await),
            told,
            "{scope}"
        );
    }
}

#[tokio::test]
async fn header_and_body_prove_the_client_with_either_secret() {
    let h = world().await;
    let id = h.w.client.clone();
    let second = "another_secret_of_36_characters_here";
    let input = json!({"ClientId": id, "ClientSecret": second});
    h.w.admin("AddUserPoolClientSecret", input)
        .await
        .expect("a second secret");
    let bare = form(&json!({"grant_type": "client_credentials"}));
    for header in [
        basic(&id, SECRET),
        basic(&id, &SECRET.replace('+', "%2B")),
        basic(&id, second),
    ] {
        h.token_as(Some(&header), &bare).await.expect("a token");
    }
    grant(&h, json!({"client_secret": second}))
        .await
        .expect("a token");
    let same = form(&json!({
        "grant_type": "client_credentials", "client_id": id, "client_secret": SECRET,
    }));
    h.token_as(Some(&basic(&id, SECRET)), &same)
        .await
        .expect("a token");
    for (header, form, told) in [
        (basic(&id, second), &same, "invalid_request"),
        (basic("other", SECRET), &same, "invalid_request"),
        (basic(&id, "wrong"), &bare, "invalid_client"),
        (basic(&id, ""), &bare, "invalid_client"),
        (basic("nobody", SECRET), &bare, "invalid_client"),
        ("Basic ?".to_owned(), &bare, "invalid_client"),
        ("Bearer x".to_owned(), &bare, "invalid_client"),
    ] {
        assert_eq!(
            error(h.token_as(Some(&header), form).await),
            told,
            "{header}"
        );
    }
    assert_eq!(
        grant(&h, json!({"client_secret": null})).await,
        Err(("invalid_client", Some("invalid_client_secret".to_owned())))
    );
}

#[tokio::test]
async fn a_client_of_another_pool_is_not_known_here() {
    let h = world().await;
    let elsewhere = h.w.h.pool(json!({})).await;
    let stranger =
        h.w.h
            .client(&elsewhere, json!({"ClientSecret": SECRET}))
            .await;
    assert_eq!(
        error(grant(&h, json!({"client_id": stranger})).await),
        "invalid_client"
    );
}

#[tokio::test]
async fn metadata_is_an_object_of_texts() {
    let h = world().await;
    let metadata = json!({"aws_client_metadata": "{\"trace\":\"1\"}"});
    grant(&h, metadata).await.expect("a token");
    for bad in ["1", "[\"a\"]", "{\"a\":1}", "{"] {
        let refused = grant(&h, json!({"aws_client_metadata": bad})).await;
        assert_eq!(error(refused), "invalid_request", "{bad}");
    }
}
