//! The discovery document, and what else of the profile concerns more than one endpoint.

use cenote_idp::{IssuerMode, discovery};
use serde_json::{Value, json};

use crate::support::Harness;
use crate::support::oauth::{CALLBACK, Hosted, error};
use crate::support::signing::{sub_of, verified};
use crate::support::world::{PASSWORD, World};

async fn document(w: &World) -> Value {
    discovery::openid_configuration(&w.h.service, &w.pool)
        .await
        .expect("a document")
}

#[tokio::test]
async fn s9_s45_the_document_names_the_endpoints_and_the_issuer_of_tokens() {
    let h = Hosted::new(json!({})).await;
    let found = document(&h.w).await;
    let issuer = format!("http://localhost:9229/{}", h.w.pool);
    let base = "http://app.auth.localhost:9229";
    assert_eq!(
        found,
        json!({
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "authorization_response_iss_parameter_supported": true,
            "claims_supported": [
                "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sub", "name",
                "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale",
                "phone_number", "phone_number_verified", "address", "updated_at",
            ],
            "code_challenge_methods_supported": ["S256"],
            "end_session_endpoint": format!("{base}/logout"),
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "response_types_supported": ["code", "token"],
            "revocation_endpoint": format!("{base}/oauth2/revoke"),
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint": format!("{base}/oauth2/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "userinfo_endpoint": format!("{base}/oauth2/userInfo"),
        })
    );
    let tokens = h.tokens(json!({})).await;
    let id = verified(&h.w, &tokens["id_token"]).await.claims;
    assert_eq!(id["iss"], found["issuer"]);
}

#[tokio::test]
async fn with_two_domains_the_document_names_the_custom_one() {
    let pool = json!({"DcrConfiguration": {}});
    let h = Hosted::on(Harness::new().await, pool, json!({}), 1).await;
    let registration = "http://app.auth.localhost:9229/oauth2/register";
    assert_eq!(document(&h.w).await["registration_endpoint"], registration);
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/abc";
    let input =
        json!({"Domain": "auth.example.com", "CustomDomainConfig": {"CertificateArn": arn}});
    h.w.admin("CreateUserPoolDomain", input)
        .await
        .expect("a domain");
    let found = document(&h.w).await;
    assert_eq!(
        found["token_endpoint"],
        "http://auth.example.com:9229/oauth2/token"
    );
    // The prefix goes on working.
    h.tokens(json!({})).await;
    for domain in ["app", "auth.example.com"] {
        let gone =
            h.w.admin("DeleteUserPoolDomain", json!({"Domain": domain}))
                .await;
        gone.expect("a deletion");
    }
    let found = document(&h.w).await;
    assert_eq!(
        (
            found.get("token_endpoint"),
            found.get("registration_endpoint")
        ),
        (None, None)
    );
}

#[tokio::test]
async fn s25_s42_s59_a_sub_is_its_users_alone() {
    let h = Hosted::new(json!({})).await;
    let before = sub_of(&h.w, "ada").await;
    let tokens = h.tokens(json!({})).await;
    let id = verified(&h.w, &tokens["id_token"]).await.claims;
    assert_eq!(id["sub"], before.as_str());
    assert!(before.is_ascii() && before.len() <= 255 && before != h.w.client);
    // Ids of clients have no dashes, subs have.
    assert!(before.contains('-') && !h.w.client.contains('-'));
    h.w.admin("AdminDeleteUser", json!({"Username": "ada"}))
        .await
        .expect("a deletion");
    assert_eq!(
        error(h.refresh(&tokens["refresh_token"], json!({})).await),
        "invalid_grant"
    );
    h.w.made("ada", &[("email", "ada@example.com")]).await;
    assert_ne!(sub_of(&h.w, "ada").await, before);
}

#[tokio::test]
async fn s54_addresses_of_native_apps_come_back_as_they_are() {
    for uri in [
        "com.example.app:/oauth2redirect/x",
        "https://app.example/claimed",
        "http://127.0.0.1:8080/cb",
    ] {
        let h = Hosted::new(json!({"CallbackURLs": [CALLBACK, uri]})).await;
        let location = h.location(json!({"redirect_uri": uri})).await;
        assert!(location.starts_with(&format!("{uri}?code=")), "{location}");
    }
}

#[tokio::test]
async fn a_token_through_the_api_is_refreshed_here_as_it_was() {
    let h = Hosted::new(json!({})).await;
    let answer =
        h.w.sign_in("ada", crate::support::world::PASSWORD)
            .await
            .expect("a sign-in");
    let token = answer["AuthenticationResult"]["RefreshToken"].clone();
    let next = h.refresh(&token, json!({})).await.expect("tokens");
    let access = verified(&h.w, &next["access_token"]).await.claims;
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert!(next["id_token"].is_string());
    // And one from here by the API.
    let tokens = h.tokens(json!({"scope": "openid email"})).await;
    let parameters = json!({"REFRESH_TOKEN": tokens["refresh_token"]});
    let input = json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters});
    let answer = h.w.public("InitiateAuth", input).await.expect("tokens");
    let access = &answer["AuthenticationResult"]["AccessToken"];
    assert_eq!(verified(&h.w, access).await.claims["scope"], "openid email");
}

#[tokio::test]
async fn with_the_issuers_of_aws_a_pool_of_the_updated_type_has_the_newer_host() {
    let h = Harness::adjusted(|parts| parts.config.issuer = IssuerMode::Aws);
    for (settings, host) in [
        (json!({}), "cognito-idp"),
        (
            json!({"IssuerConfiguration": {"Type": "ORIGINAL"}}),
            "cognito-idp",
        ),
        (
            json!({"IssuerConfiguration": {"Type": "UPDATED"}}),
            "issuer-cognito-idp",
        ),
    ] {
        let w = World::on(h.clone(), settings, json!({})).await;
        let issuer = format!("https://{host}.us-east-1.amazonaws.com/{}", w.pool);
        let found = document(&w).await;
        assert_eq!(found["issuer"], issuer);
        assert_eq!(found["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
        w.made("ada", &[]).await;
        let signed_in = w.sign_in("ada", PASSWORD).await.expect("tokens");
        let token = verified(&w, &signed_in["AuthenticationResult"]["AccessToken"]).await;
        assert_eq!(token.claims["iss"], issuer);
    }
}
