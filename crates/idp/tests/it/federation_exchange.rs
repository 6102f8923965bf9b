//! Tokens of identity providers in exchange for the pool's own.

use serde_json::{Value, json};

use crate::support::providers::{Federated, ISSUER, id_token};
use crate::support::signing::verified;
use crate::support::world::Answer;
use crate::support::{START_MS, refusal, with};

const SECRET: &str = "an_own_secret_of_36_characters_and+1";

/// A pool with a client that may exchange, and somebody who has signed in through `MyIdp`.
async fn scene() -> Federated {
    let mut f = Federated::new().await;
    f.token(json!({"sub": "42", "mail": "a@b.example"})).await;
    let client = json!({
        "ClientSecret": SECRET,
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"],
        "AllowedOAuthScopes": ["openid", "email"], "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": ["https://app.example/cb"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    f.h.w.client = f.h.w.h.client(&f.h.w.pool, client).await;
    f
}

fn claims(more: Value) -> Value {
    let now = START_MS / 1000;
    let common = json!({
        "iss": ISSUER, "aud": "rp", "exp": now + 600, "sub": "42", "scope": "email other",
        "acr": "x", "amr": ["pwd"], "origin_jti": "theirs", "auth_time": now - 5,
    });
    with(common, more)
}

async fn exchange(f: &Federated, token: &str, more: Value) -> Answer {
    let input = json!({
        "ClientId": f.h.w.client, "ClientSecret": SECRET, "SubjectToken": token, "SubjectTokenType": "ID_TOKEN",
        "SubjectTokenProviderName": "MyIdp",
    });
    f.h.w.h.call("GetDerivedToken", with(input, more)).await
}

fn invalid(text: &str) -> Answer {
    refusal("NotAuthorizedException", text)
}

#[tokio::test]
async fn an_id_token_of_a_provider_becomes_a_token_of_the_pool() {
    let f = scene().await;
    let answer = exchange(&f, &id_token(&claims(json!({}))), json!({})).await;
    let answer = answer.expect("a token");
    assert_eq!(
        (&answer["ExpiresIn"], &answer["TokenType"]),
        (&600.into(), &"Bearer".into())
    );
    let access = verified(&f.h.w, &answer["IssuedToken"]).await.claims;
    let user = f.attributes("MyIdp_42").await;
    assert_eq!(
        (&access["sub"], &access["username"], &access["auth_time"]),
        (
            &user["sub"],
            &"MyIdp_42".into(),
            &(START_MS / 1000 - 5).into()
        )
    );
    // What the provider says of its own tokens is nothing that ours could say.
    assert_eq!(
        (&access["acr"], &access["amr"], access.get("origin_jti")),
        (&"urn:cognito:loa:1".into(), &json!(["fed"]), None)
    );
    let wanted = json!({"Scopes": ["email"]});
    let narrow = exchange(&f, &id_token(&claims(json!({}))), wanted).await;
    assert_eq!(narrow.expect("a token")["Scopes"], json!(["email"]));
}

#[tokio::test]
async fn an_access_token_has_to_name_the_pool_s_client() {
    let f = scene().await;
    let access = json!({"SubjectTokenType": "ACCESS_TOKEN"});
    let own = claims(json!({"aud": "https://api.example", "client_id": "rp"}));
    exchange(&f, &id_token(&own), access.clone())
        .await
        .expect("a token");
    let other = claims(json!({"aud": "https://api.example", "client_id": "somebody"}));
    for token in [id_token(&other), "opaque".to_owned()] {
        let refused = exchange(&f, &token, access.clone()).await;
        assert_eq!(refused, invalid("Invalid Subject Token"));
    }
    let refused = exchange(&f, &id_token(&own), json!({"SubjectTokenType": "SAML2"})).await;
    assert_eq!(refused, invalid("Invalid Subject Token"));
}

#[tokio::test]
async fn tokens_that_are_not_good_are_refused() {
    let f = scene().await;
    for (wrong, text) in [
        (
            json!({"iss": "https://evil.example.com"}),
            "Invalid Subject Token",
        ),
        (json!({"aud": "other"}), "Invalid Subject Token"),
        (json!({"sub": null}), "Invalid Subject Token"),
        (json!({"exp": START_MS / 1000}), "Subject Token has expired"),
    ] {
        let refused = exchange(&f, &id_token(&claims(wrong)), json!({})).await;
        assert_eq!(refused, invalid(text));
    }
    let stranger = exchange(&f, &id_token(&claims(json!({"sub": "43"}))), json!({})).await;
    assert_eq!(
        stranger,
        refusal("UserNotFoundException", "User does not exist.")
    );
    let unknown = json!({"SubjectTokenProviderName": "Okta"});
    let refused = exchange(&f, "x", unknown).await;
    assert_eq!(
        refused.expect_err("a refusal").0,
        "ResourceNotFoundException"
    );
    let user = json!({"Username": "MyIdp_42"});
    f.h.w
        .admin("AdminDisableUser", user)
        .await
        .expect("disabled");
    let refused = exchange(&f, &id_token(&claims(json!({}))), json!({})).await;
    assert_eq!(refused, invalid("Subject Token has been revoked"));
}

#[tokio::test]
async fn assertions_of_saml_providers_are_not_exchanged() {
    let f = scene().await;
    let provider = json!({
        "ProviderName": "Corp", "ProviderType": "SAML",
        "ProviderDetails": {"MetadataFile": crate::support::saml::metadata(&[])},
    });
    let made = f.h.w.admin("CreateIdentityProvider", provider).await;
    made.expect("a provider");
    let of_corp = json!({"SubjectTokenType": "SAML2", "SubjectTokenProviderName": "Corp"});
    assert_eq!(
        exchange(&f, "assertion", of_corp).await,
        refusal(
            "InvalidParameterException",
            "SubjectTokenType of a SAML assertion is not supported."
        )
    );
}
