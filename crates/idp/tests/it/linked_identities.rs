//! Linking people at identity providers to users.

use crate::support::refusal;
use crate::support::world::{PASSWORD, World};
use serde_json::{Value, json};

type Answer = Result<Value, (String, String)>;

async fn world() -> World {
    let w = World::new(json!({}), json!({})).await;
    let oidc = json!({
        "client_id": "id", "client_secret": "s", "authorize_scopes": "openid",
        "attributes_request_method": "GET", "oidc_issuer": "https://idp.example.com",
    });
    let input = json!({
        "ProviderName": "MyIdp", "ProviderType": "OIDC", "ProviderDetails": oidc,
        "AttributeMapping": {"email": "mail"},
    });
    w.admin("CreateIdentityProvider", input)
        .await
        .expect("a provider");
    let details = json!({"client_id": "i", "client_secret": "s", "authorize_scopes": "openid"});
    let input =
        json!({"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": details});
    w.admin("CreateIdentityProvider", input)
        .await
        .expect("a provider");
    w.made("ada", &[]).await;
    w
}

fn person(provider: &str, attribute: &str, value: &str) -> Value {
    json!({
        "ProviderName": provider, "ProviderAttributeName": attribute, "ProviderAttributeValue": value,
    })
}

fn local(name: &str) -> Value {
    json!({"ProviderName": "Cognito", "ProviderAttributeValue": name})
}

async fn link(w: &World, destination: Value, source: Value) -> Answer {
    let input = json!({"DestinationUser": destination, "SourceUser": source});
    w.admin("AdminLinkProviderForUser", input).await
}

async fn unlink(w: &World, user: Value) -> Answer {
    w.admin("AdminDisableProviderForUser", json!({"User": user}))
        .await
}

async fn identities(w: &World, name: &str) -> Value {
    let text = w.attribute(name, "identities").await;
    text.map_or(Value::Null, |text| {
        serde_json::from_str(&text).expect("JSON")
    })
}

#[tokio::test]
async fn a_linked_identity_is_listed_until_it_is_unlinked() {
    let w = world().await;
    let source = person("MyIdp", "Cognito_Subject", "42");
    assert_eq!(link(&w, local("ada"), source.clone()).await, Ok(json!({})));
    let google = person("Google", "Cognito_Subject", "g");
    link(&w, local("ada"), google.clone())
        .await
        .expect("a link");
    assert_eq!(
        identities(&w, "ada").await,
        json!([
            {"userId": "42", "providerName": "MyIdp", "providerType": "OIDC",
             "issuer": "https://idp.example.com", "primary": false, "dateCreated": 1_780_000_000_123_i64},
            {"userId": "g", "providerName": "Google", "providerType": "Google",
             "issuer": null, "primary": false, "dateCreated": 1_780_000_000_123_i64},
        ])
    );
    assert_eq!(
        link(&w, local("ada"), source.clone()).await,
        refusal(
            "InvalidParameterException",
            "SourceUser is already linked to DestinationUser"
        )
    );
    w.made("bob", &[]).await;
    assert_eq!(
        link(&w, local("bob"), source.clone()).await,
        refusal(
            "AliasExistsException",
            "SourceUser is already linked to another user."
        )
    );
    // A federated person is a destination too.
    let third = person("MyIdp", "email", "ada@example.com");
    link(&w, google.clone(), third.clone())
        .await
        .expect("a link");
    for user in [source.clone(), third] {
        assert_eq!(unlink(&w, user).await, Ok(json!({})));
    }
    assert_eq!(identities(&w, "ada").await[0]["userId"], "g");
    link(&w, local("bob"), source).await.expect("free again");
    unlink(&w, google).await.expect("no link");
    assert_eq!(identities(&w, "ada").await, Value::Null);
}

#[tokio::test]
async fn a_deleted_user_gives_his_identities_back() {
    let w = world().await;
    let source = person("MyIdp", "Cognito_Subject", "42");
    link(&w, local("ada"), source.clone())
        .await
        .expect("a link");
    w.admin("AdminDeleteUser", json!({"Username": "ada"}))
        .await
        .expect("gone");
    w.made("bob", &[]).await;
    link(&w, local("bob"), source).await.expect("a link");
}

#[tokio::test]
async fn sources_are_people_without_a_profile_at_a_provider_of_the_pool() {
    let w = world().await;
    w.made("MyIdp_7", &[]).await;
    for (source, message) in [
        (
            person("Cognito", "Cognito_Subject", "ada"),
            "SourceUser must be a user of an external identity provider.".to_owned(),
        ),
        (
            person("Nowhere", "Cognito_Subject", "1"),
            format!(
                "The provider Nowhere does not exist for User Pool {}",
                w.pool
            ),
        ),
        (
            person("Google", "email", "a@example.com"),
            "ProviderAttributeName must be Cognito_Subject or a mapped attribute, not email."
                .to_owned(),
        ),
        (
            person("MyIdp", "mail", "a@example.com"),
            "ProviderAttributeName must be Cognito_Subject or a mapped attribute, not mail."
                .to_owned(),
        ),
        (
            person("MyIdp", "", "1"),
            "ProviderAttributeName is required.".to_owned(),
        ),
        (
            json!({"ProviderName": "MyIdp"}),
            "ProviderAttributeValue is required.".to_owned(),
        ),
        (
            json!({"ProviderAttributeValue": "x"}),
            "ProviderName is required.".to_owned(),
        ),
        (
            person("MyIdp", "Cognito_Subject", "7"),
            "Merging is not currently supported, provide a SourceUser that has not been signed up \
             in order to link"
                .to_owned(),
        ),
    ] {
        assert_eq!(
            link(&w, local("ada"), source.clone()).await,
            refusal("InvalidParameterException", &message),
            "{source}"
        );
    }
    let source = person("MyIdp", "Cognito_Subject", "1");
    assert_eq!(
        link(&w, local("nobody"), source.clone()).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    assert_eq!(
        unlink(&w, source).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
}

#[tokio::test]
async fn a_provider_of_the_same_name_inherits_no_identities() {
    let w = world().await;
    let source = person("MyIdp", "Cognito_Subject", "42");
    link(&w, local("ada"), source.clone())
        .await
        .expect("a link");
    w.admin("DeleteIdentityProvider", json!({"ProviderName": "MyIdp"}))
        .await
        .expect("gone");
    let input = json!({
        "ProviderName": "MyIdp", "ProviderType": "SAML",
        "ProviderDetails": {"MetadataFile": crate::support::saml::metadata(&[])},
    });
    w.admin("CreateIdentityProvider", input)
        .await
        .expect("another provider");
    assert_eq!(
        unlink(&w, source.clone()).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    w.made("bob", &[]).await;
    link(&w, local("bob"), source).await.expect("a link");
}

#[tokio::test]
async fn a_user_has_five_identities() {
    let w = world().await;
    for n in 0..5 {
        let source = person("MyIdp", "Cognito_Subject", &n.to_string());
        link(&w, local("ada"), source).await.expect("a link");
    }
    assert_eq!(
        link(&w, local("ada"), person("MyIdp", "Cognito_Subject", "5")).await,
        refusal(
            "LimitExceededException",
            "A user can have at most 5 linked identities."
        )
    );
}

#[tokio::test]
async fn a_local_user_who_is_disabled_has_no_password_left() {
    let w = world().await;
    w.sign_in("ada", PASSWORD).await.expect("a sign-in");
    assert_eq!(
        unlink(&w, person("Cognito", "email", "ada")).await,
        refusal(
            "InvalidParameterException",
            "ProviderAttributeName must be Cognito_Subject or a mapped attribute, not email."
        )
    );
    unlink(&w, person("Cognito", "Cognito_Subject", "ada"))
        .await
        .expect("no password");
    assert_eq!(
        w.sign_in("ada", PASSWORD).await,
        refusal("NotAuthorizedException", "Incorrect username or password.")
    );
}
