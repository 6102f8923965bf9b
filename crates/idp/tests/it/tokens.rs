//! What ID and access tokens say, and the two documents that verifiers fetch.

use crate::support::signing;
use crate::support::signing::{Token, all_flows, beside, result, sub_of, verified};
use crate::support::world::{PASSWORD, World};
use crate::support::{START_MS, text, with};
use cenote_idp::discovery;
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];
const NOW: i64 = START_MS / 1000;

async fn world(pool: Value, client: Value) -> World {
    let w = World::new(pool, with(all_flows(), client)).await;
    w.made("ada", &EMAIL).await;
    w
}

async fn signed_in(w: &World, name: &str) -> Value {
    result(w.sign_in(name, PASSWORD).await)
}

/// The ID token and the access token of a sign-in.
async fn both(w: &World, name: &str) -> (Token, Token) {
    let tokens = signed_in(w, name).await;
    (
        verified(w, &tokens["IdToken"]).await,
        verified(w, &tokens["AccessToken"]).await,
    )
}

/// Takes a claim that differs every time out, and checks that it has the form of a UUID.
#[track_caller]
fn take_uuid(claims: &mut Value, name: &str) -> String {
    let id = claims
        .as_object_mut()
        .expect("claims")
        .remove(name)
        .expect("the claim");
    let id = text(&id);
    assert_eq!(
        uuid::Uuid::parse_str(&id).expect("a UUID").to_string(),
        id,
        "{name}"
    );
    id
}

async fn set(w: &World, name: &str, attribute: &str, value: &str) {
    let attributes = json!([{"Name": attribute, "Value": value}]);
    let input = json!({"Username": name, "UserAttributes": attributes});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an update");
}

async fn group(w: &World, settings: Value) {
    let name = settings["GroupName"].clone();
    w.admin("CreateGroup", settings).await.expect("a group");
    let input = json!({"Username": "ada", "GroupName": name});
    w.admin("AdminAddUserToGroup", input)
        .await
        .expect("a membership");
}

#[tokio::test]
async fn the_access_token_has_these_claims_and_no_others() {
    let w = world(json!({}), json!({})).await;
    let mut claims = both(&w, "ada").await.1.claims;
    for name in ["jti", "origin_jti", "event_id"] {
        take_uuid(&mut claims, name);
    }
    let expected = json!({
        "sub": sub_of(&w, "ada").await,
        "iss": format!("http://localhost:9229/{}", w.pool),
        "client_id": w.client,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": NOW,
        "iat": NOW,
        "exp": NOW + 3600,
        "username": "ada",
        "acr": "urn:cognito:loa:1",
        "amr": ["pwd"],
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn the_id_token_has_these_claims_and_no_others() {
    let w = world(json!({}), json!({})).await;
    let mut claims = both(&w, "ada").await.0.claims;
    for name in ["jti", "origin_jti", "event_id"] {
        take_uuid(&mut claims, name);
    }
    let expected = json!({
        "sub": sub_of(&w, "ada").await,
        "iss": format!("http://localhost:9229/{}", w.pool),
        "aud": w.client,
        "token_use": "id",
        "auth_time": NOW,
        "iat": NOW,
        "exp": NOW + 3600,
        "cognito:username": "ada",
        "acr": "urn:cognito:loa:1",
        "amr": ["pwd"],
        "email": "ada@example.com",
        "email_verified": true,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn ids_are_shared_within_a_sign_in_and_not_between_two() {
    let w = world(json!({}), json!({})).await;
    let (mut id, mut access) = both(&w, "ada").await;
    let mut take = |name: &str| {
        (
            take_uuid(&mut id.claims, name),
            take_uuid(&mut access.claims, name),
        )
    };
    let (origin, same_origin) = take("origin_jti");
    assert_eq!(origin, same_origin);
    let (event, same_event) = take("event_id");
    assert_eq!(event, same_event);
    let (one, two) = take("jti");
    assert_ne!(one, two);
    let next = both(&w, "ada").await.0.claims;
    assert_ne!(next["origin_jti"], origin.as_str());
    assert_ne!(next["event_id"], event.as_str());
}

#[tokio::test]
async fn the_two_kinds_of_token_are_signed_with_different_published_keys() {
    let w = world(json!({}), json!({})).await;
    let (id, access) = both(&w, "ada").await;
    for token in [&id, &access] {
        let members: Vec<&String> = token
            .header
            .as_object()
            .expect("an object")
            .keys()
            .collect();
        assert_eq!(members, ["alg", "kid"]);
        assert_eq!(token.header["alg"], "RS256");
        let kid = text(&token.header["kid"]);
        assert!(kid.len() == 44 && kid.ends_with('='), "{kid}");
    }
    assert_ne!(id.header["kid"], access.header["kid"]);

    let jwks = discovery::jwks(&w.h.service, &w.pool).await.expect("keys");
    let keys = jwks["keys"].as_array().expect("a list");
    assert_eq!(keys.len(), 2);
    for key in keys {
        let members: Vec<&String> = key.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        let of = |name: &str| key[name].as_str().expect("a string");
        assert_eq!(
            (of("alg"), of("e"), of("kty"), of("use")),
            ("RS256", "AQAB", "RSA", "sig")
        );
        assert_eq!(of("n").len(), 342, "2048 bits in base64url");
    }
    let other = w.h.pool(json!({})).await;
    let others = discovery::jwks(&w.h.service, &other).await.expect("keys");
    assert_ne!(others["keys"][0]["n"], keys[0]["n"]);
}

#[tokio::test]
async fn the_discovery_document_agrees_with_the_tokens() {
    let w = world(json!({}), json!({})).await;
    let issuer = format!("http://localhost:9229/{}", w.pool);
    let document = discovery::openid_configuration(&w.h.service, &w.pool)
        .await
        .expect("a document");
    let expected = json!({
        "authorization_response_iss_parameter_supported": true,
        // The list is spelled out where a pool has a domain.
        "claims_supported": document["claims_supported"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    assert_eq!(document, expected);

    w.admin("DeleteUserPool", json!({}))
        .await
        .expect("a deletion");
    let told = format!("User pool {} does not exist.", w.pool);
    for gone in [
        discovery::openid_configuration(&w.h.service, &w.pool).await,
        discovery::jwks(&w.h.service, &w.pool).await,
    ] {
        let error = gone.expect_err("a refusal");
        assert_eq!(
            (error.code.name(), error.message),
            ("ResourceNotFoundException", Some(told.clone()))
        );
    }
}

#[tokio::test]
async fn validity_counts_in_the_units_of_the_client() {
    let cases = [
        (
            json!({"AccessTokenValidity": 2, "IdTokenValidity": 3}),
            7200,
            10800,
        ),
        (
            json!({"AccessTokenValidity": 10, "IdTokenValidity": 1,
                   "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "days"}}),
            600,
            86400,
        ),
        (
            json!({"AccessTokenValidity": 301, "IdTokenValidity": 3601,
                   "TokenValidityUnits": {"AccessToken": "seconds", "IdToken": "seconds"}}),
            301,
            3601,
        ),
    ];
    for (settings, access_lives, id_lives) in cases {
        let w = world(json!({}), settings).await;
        let tokens = signed_in(&w, "ada").await;
        assert_eq!(tokens["ExpiresIn"], access_lives);
        let access = verified(&w, &tokens["AccessToken"]).await.claims;
        let id = verified(&w, &tokens["IdToken"]).await.claims;
        assert_eq!(
            (&access["exp"], &id["exp"]),
            (&json!(NOW + access_lives), &json!(NOW + id_lives))
        );

        let token = text(&tokens["AccessToken"]);
        w.h.clock.advance(access_lives * 1000 - 124);
        w.with(&token, "GetUser", json!({}))
            .await
            .expect("a live token");
        w.h.clock.advance(1);
        let expired = signing::not_authorized("Access Token has expired");
        assert_eq!(w.with(&token, "GetUser", json!({})).await, expired);
    }
}

#[tokio::test]
async fn without_revocation_there_is_nothing_to_revoke_by() {
    let w = world(json!({}), json!({"EnableTokenRevocation": false})).await;
    let (id, access) = both(&w, "ada").await;
    for token in [id, access] {
        assert_eq!(
            (token.claims.get("origin_jti"), token.claims.get("jti")),
            (None, None)
        );
    }
}

#[tokio::test]
async fn attributes_have_the_types_that_verifiers_expect() {
    let schema = json!({"Schema": [
        {"Name": "age", "Mutable": true, "AttributeDataType": "Number"},
        {"Name": "vip", "Mutable": true, "AttributeDataType": "Boolean"},
        {"Name": "secret", "Mutable": true, "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
    ]});
    let w = world(schema, json!({})).await;
    for (name, value) in [
        ("custom:age", "12"),
        ("custom:vip", "true"),
        ("dev:custom:secret", "x"),
        ("phone_number", "+4930123"),
        ("updated_at", "1700000000"),
        ("address", "1 Main Street"),
        ("given_name", "Ada"),
    ] {
        set(&w, "ada", name, value).await;
    }
    let (id, access) = both(&w, "ada").await;
    let expected = [
        ("email", json!("ada@example.com")),
        ("email_verified", json!(true)),
        ("phone_number", json!("+4930123")),
        ("phone_number_verified", json!(false)),
        ("custom:age", json!("12")),
        ("custom:vip", json!("true")),
        ("updated_at", json!(1_700_000_000)),
        ("address", json!({"formatted": "1 Main Street"})),
        ("given_name", json!("Ada")),
    ];
    for (name, value) in expected {
        assert_eq!(id.claims[name], value, "{name}");
        assert_eq!(access.claims.get(name), None, "{name}");
    }
    assert_eq!(id.claims.get("dev:custom:secret"), None);
}

#[tokio::test]
async fn the_id_token_shows_what_the_client_may_read() {
    let w = world(
        json!({}),
        json!({"ReadAttributes": ["given_name", "email_verified"]}),
    )
    .await;
    set(&w, "ada", "given_name", "Ada").await;
    let claims = both(&w, "ada").await.0.claims;
    assert_eq!(
        (&claims["given_name"], &claims["email_verified"]),
        (&json!("Ada"), &json!(true))
    );
    assert_eq!(claims.get("email"), None);
    assert_eq!(claims["sub"], sub_of(&w, "ada").await.as_str());
}

#[tokio::test]
async fn groups_are_in_both_tokens_by_precedence_and_roles_in_the_id_token() {
    let w = world(json!({}), json!({})).await;
    let role = |name: &str| format!("arn:aws:iam::000000000000:role/{name}");
    group(&w, json!({"GroupName": "unranked", "RoleArn": role("c")})).await;
    group(
        &w,
        json!({"GroupName": "second", "Precedence": 5, "RoleArn": role("b")}),
    )
    .await;
    group(&w, json!({"GroupName": "plain", "Precedence": 0})).await;
    group(
        &w,
        json!({"GroupName": "first", "Precedence": 1, "RoleArn": role("a")}),
    )
    .await;
    let (id, access) = both(&w, "ada").await;
    let order = json!(["plain", "first", "second", "unranked"]);
    assert_eq!(id.claims["cognito:groups"], order);
    assert_eq!(access.claims["cognito:groups"], order);
    assert_eq!(
        id.claims["cognito:roles"],
        json!([role("a"), role("b"), role("c")])
    );
    assert_eq!(id.claims["cognito:preferred_role"], role("a").as_str());
    for name in ["cognito:roles", "cognito:preferred_role"] {
        assert_eq!(access.claims.get(name), None);
    }
}

#[tokio::test]
async fn groups_of_the_best_precedence_must_agree_about_the_role() {
    let w = world(json!({}), json!({})).await;
    let role = |name: &str| format!("arn:aws:iam::000000000000:role/{name}");
    group(
        &w,
        json!({"GroupName": "one", "Precedence": 1, "RoleArn": role("a")}),
    )
    .await;
    group(
        &w,
        json!({"GroupName": "two", "Precedence": 1, "RoleArn": role("a")}),
    )
    .await;
    assert_eq!(
        both(&w, "ada").await.0.claims["cognito:preferred_role"],
        role("a").as_str()
    );
    group(
        &w,
        json!({"GroupName": "three", "Precedence": 1, "RoleArn": role("b")}),
    )
    .await;
    assert_eq!(
        both(&w, "ada").await.0.claims.get("cognito:preferred_role"),
        None
    );
}

#[tokio::test]
async fn a_token_calls_the_api_only_as_what_it_is() {
    let w = world(json!({}), json!({})).await;
    let tokens = signed_in(&w, "ada").await;
    let get = async |token: &str| w.with(token, "GetUser", json!({})).await;
    let malformed = || signing::not_authorized("Invalid Access Token");
    assert_eq!(get(&text(&tokens["IdToken"])).await, malformed());
    assert_eq!(get(&text(&tokens["RefreshToken"])).await, malformed());
    assert_eq!(get("nonsense").await, malformed());
    assert_eq!(get("a.b.c").await, malformed());

    let access = text(&tokens["AccessToken"]);
    let unsigned = signing::not_authorized("Could not verify signature for Access Token");
    let (signed, signature) = access.rsplit_once('.').expect("three parts");
    let other = text(&signed_in(&w, "ada").await["AccessToken"]);
    let (_, other_signature) = other.rsplit_once('.').expect("three parts");
    assert_ne!(signature, other_signature);
    assert_eq!(get(&format!("{signed}.{other_signature}")).await, unsigned);
    assert_eq!(get(&format!("{signed}.")).await, unsigned);
    get(&access).await.expect("a live token");
}

#[tokio::test]
async fn tokens_of_one_client_say_so() {
    let w = world(json!({}), json!({})).await;
    let other = beside(&w, all_flows()).await;
    let (id, access) = both(&other, "ada").await;
    assert_eq!(
        (&id.claims["aud"], &access.claims["client_id"]),
        (&json!(other.client), &json!(other.client))
    );
    assert_ne!(other.client, w.client);
}
