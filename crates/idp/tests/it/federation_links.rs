//! Identities that administrators linked to users, when their people sign in.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::providers::Federated;
use crate::support::triggers::lambda_config;
use crate::support::with;

async fn link(f: &Federated, attribute: &str, value: &str) {
    let input = json!({
        "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
        "SourceUser": {
            "ProviderName": "MyIdp", "ProviderAttributeName": attribute, "ProviderAttributeValue": value,
        },
    });
    f.h.w
        .admin("AdminLinkProviderForUser", input)
        .await
        .expect("a link");
}

async fn unlink(f: &Federated, attribute: &str, value: &str) {
    let user = json!({
        "ProviderName": "MyIdp", "ProviderAttributeName": attribute, "ProviderAttributeValue": value,
    });
    f.h.w
        .admin("AdminDisableProviderForUser", json!({"User": user}))
        .await
        .expect("no link");
}

#[tokio::test]
async fn a_linked_person_is_the_user_whom_he_is_linked_to() {
    let f = Federated::new().await;
    link(&f, "Cognito_Subject", "42").await;
    let id = f.token(json!({"sub": "42", "name": "Countess"})).await;
    let ada = f.attributes("ada").await;
    assert_eq!(
        (
            &id["cognito:username"],
            &id["sub"],
            id.get("cognito:groups")
        ),
        (&"ada".into(), &ada["sub"], None)
    );
    assert_eq!(
        (&ada["name"], &ada["email"], &ada["email_verified"]),
        (
            &"Countess".into(),
            &"ada@example.com".into(),
            &"true".into()
        )
    );
    assert_eq!(f.h.w.status("ada").await, "CONFIRMED");
    assert_eq!(id["identities"][0]["primary"], "false");
    unlink(&f, "Cognito_Subject", "42").await;
    let id = f.token(json!({"sub": "42"})).await;
    assert_eq!(id["cognito:username"], "MyIdp_42");
}

#[tokio::test]
async fn a_link_by_an_attribute_becomes_one_by_subject_at_its_first_use() {
    let f = Federated::new().await;
    link(&f, "email", "ada@other.example").await;
    let claims = json!({"sub": "42", "mail": "ada@other.example"});
    assert_eq!(f.token(claims.clone()).await["cognito:username"], "ada");
    let ada = f.attributes("ada").await;
    assert_eq!(
        (&ada["email"], &ada["email_verified"]),
        (&"ada@other.example".into(), &"false".into())
    );
    let identities: Value =
        serde_json::from_str(ada["identities"].as_str().expect("a text")).expect("JSON");
    assert_eq!(
        (
            &identities[0]["userId"],
            identities.as_array().map(Vec::len)
        ),
        (&"42".into(), Some(1))
    );
    // The address is free again, the subject is known.
    let other = json!({"sub": "43", "mail": "ada@other.example"});
    assert_eq!(f.token(other).await["cognito:username"], "MyIdp_43");
    let moved = json!({"sub": "42", "mail": "moved@other.example"});
    assert_eq!(f.token(moved).await["cognito:username"], "ada");
    unlink(&f, "Cognito_Subject", "42").await;
    assert_eq!(f.token(claims).await["cognito:username"], "MyIdp_42");
}

#[tokio::test]
async fn people_with_a_profile_cannot_be_linked() {
    let f = Federated::new().await;
    f.token(json!({"sub": "42"})).await;
    let input = json!({
        "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
        "SourceUser": {
            "ProviderName": "MyIdp", "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": "42",
        },
    });
    let refused = f.h.w.admin("AdminLinkProviderForUser", input.clone()).await;
    let text = "Merging is not currently supported, provide a SourceUser that has not been signed up \
                in order to link";
    assert_eq!(
        refused,
        Err(("InvalidParameterException".to_owned(), text.to_owned()))
    );
    // Once it is deleted, he can.
    f.h.w
        .admin("AdminDeleteUser", json!({"Username": "MyIdp_42"}))
        .await
        .expect("gone");
    f.h.w
        .admin("AdminLinkProviderForUser", input)
        .await
        .expect("a link");
    assert_eq!(
        f.token(json!({"sub": "42"})).await["cognito:username"],
        "ada"
    );
}

#[tokio::test]
async fn a_profile_is_a_destination_and_takes_five_more() {
    let f = Federated::new().await;
    f.token(json!({"sub": "42"})).await;
    let input = |subject: &str| {
        json!({
            "DestinationUser": {"ProviderName": "MyIdp", "ProviderAttributeValue": "42"},
            "SourceUser": {
                "ProviderName": "MyIdp", "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": subject,
            },
        })
    };
    for subject in ["1", "2", "3", "4", "5"] {
        f.h.w
            .admin("AdminLinkProviderForUser", input(subject))
            .await
            .expect("a link");
    }
    let refused = f.h.w.admin("AdminLinkProviderForUser", input("6")).await;
    assert_eq!(refused.expect_err("a refusal").0, "LimitExceededException");
    assert_eq!(
        f.token(json!({"sub": "3"})).await["cognito:username"],
        "MyIdp_42"
    );
}

#[tokio::test]
async fn a_link_that_the_trigger_makes_counts_from_the_next_sign_in() {
    let config = lambda_config(&["PreSignUp"]);
    let f = Arc::new(Federated::on(json!({"LambdaConfig": config}), json!({}), json!({})).await);
    let world = f.h.w.through(f.h.w.h.clone());
    let world = Arc::new(world);
    f.script.acts("PreSignUp", move |event| {
        let world = Arc::clone(&world);
        async move {
            let input = json!({
                "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
                "SourceUser": {
                    "ProviderName": "MyIdp", "ProviderAttributeName": "Cognito_Subject",
                    "ProviderAttributeValue": "42",
                },
            });
            world
                .admin("AdminLinkProviderForUser", input)
                .await
                .expect("a link");
            Ok(event.to_string().into_bytes())
        }
    });
    assert_eq!(
        f.told(json!({"sub": "42"})).await,
        "Already found an entry for username MyIdp_42"
    );
    let id = f.token(with(json!({"sub": "42"}), json!({}))).await;
    assert_eq!(id["cognito:username"], "ada");
}
