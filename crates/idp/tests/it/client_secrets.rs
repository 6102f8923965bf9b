//! The secrets of a client: two at a time, one after the other.

use crate::support::clients::World;
use crate::support::signing::{self, beside, initiate, not_authorized, result, secret_hash};
use crate::support::world::{self, Answer, PASSWORD};
use crate::support::{refusal, text, with};
use serde_json::{Value, json};

const OWN: &str = "an_own_secret_of_36_characters_and+1";

async fn add(w: &World, client: &Value, more: Value) -> Answer {
    w.about("AddUserPoolClientSecret", client, more).await
}

async fn delete(w: &World, client: &Value, id: &Value) -> Answer {
    let input = json!({"ClientSecretId": id});
    w.about("DeleteUserPoolClientSecret", client, input).await
}

async fn list(w: &World, client: &Value) -> Answer {
    w.about("ListUserPoolClientSecrets", client, json!({}))
        .await
}

fn invalid(text: &str) -> Answer {
    refusal("InvalidParameterException", text)
}

#[tokio::test]
async fn a_secret_is_added_listed_and_takes_over() {
    let w = World::new().await;
    let client = w.create(json!({"GenerateSecret": true})).await;
    let id = text(&client["ClientId"]);
    let first = json!({"ClientSecretId": format!("{id}--1780000000"), "ClientSecretCreateDate": 1_780_000_000.123});
    assert_eq!(
        list(&w, &client).await,
        Ok(json!({"ClientSecrets": [first]}))
    );

    w.h.clock.advance(5_000);
    let mut added = add(&w, &client, json!({})).await.expect("a secret");
    let value = added["ClientSecretDescriptor"]
        .as_object_mut()
        .and_then(|descriptor| descriptor.remove("ClientSecretValue"));
    let value = text(&value.expect("the generated value"));
    assert_eq!(value.len(), 52);
    let second = json!({"ClientSecretId": format!("{id}--1780000005"), "ClientSecretCreateDate": 1_780_000_005.123});
    assert_eq!(added, json!({"ClientSecretDescriptor": second}));
    assert_eq!(
        list(&w, &client).await,
        Ok(json!({"ClientSecrets": [first, second]}))
    );
    let described = w.describe(&client).await;
    assert_eq!(described["ClientSecret"], client["ClientSecret"]);
    assert_eq!(described["LastModifiedDate"], 1_780_000_005.123);

    let gone = delete(&w, &client, &first["ClientSecretId"]).await;
    assert_eq!(gone, Ok(json!({})));
    assert_eq!(
        list(&w, &client).await,
        Ok(json!({"ClientSecrets": [second]}))
    );
    assert_eq!(w.describe(&client).await["ClientSecret"], value);
    let updated = w.about("UpdateUserPoolClient", &client, json!({})).await;
    assert_eq!(
        updated.expect("updated")["UserPoolClient"]["ClientSecret"],
        value
    );
}

#[tokio::test]
async fn an_own_secret_is_not_shown_and_ids_differ_within_a_second() {
    let w = World::new().await;
    let client = w.create(json!({"ClientSecret": OWN})).await;
    let id = text(&client["ClientId"]);
    let other = format!("{OWN}2");
    assert_eq!(
        add(&w, &client, json!({"ClientSecret": other})).await,
        Ok(json!({"ClientSecretDescriptor": {
            "ClientSecretId": format!("{id}--1780000001"), "ClientSecretCreateDate": 1_780_000_000.123,
        }}))
    );
}

#[tokio::test]
async fn a_client_has_one_secret_or_two() {
    let w = World::new().await;
    let public = w.create(json!({})).await;
    assert_eq!(
        add(&w, &public, json!({})).await,
        invalid("Client secrets can be added only to a client that has a client secret.")
    );
    assert_eq!(list(&w, &public).await, Ok(json!({"ClientSecrets": []})));

    let client = w.create(json!({"ClientSecret": OWN})).await;
    assert_eq!(
        add(&w, &client, json!({"ClientSecret": OWN})).await,
        invalid("The client has this client secret already.")
    );
    let id = text(&client["ClientId"]);
    let only = json!(format!("{id}--1780000000"));
    assert_eq!(
        delete(&w, &client, &only).await,
        invalid("The last client secret of a client cannot be deleted.")
    );
    add(&w, &client, json!({})).await.expect("a second secret");
    assert_eq!(
        add(&w, &client, json!({})).await,
        refusal(
            "LimitExceededException",
            "Client secrets cannot exceed limit of 2 secrets."
        )
    );
    assert_eq!(
        delete(&w, &client, &json!("nobody--1")).await,
        refusal(
            "ResourceNotFoundException",
            "Client secret nobody--1 does not exist."
        )
    );
    delete(&w, &client, &only).await.expect("a deletion");
    assert_eq!(
        delete(&w, &client, &only).await,
        refusal(
            "ResourceNotFoundException",
            &format!("Client secret {id}--1780000000 does not exist.")
        )
    );
}

#[tokio::test]
async fn nobody_was_given_a_page_token_and_the_client_must_be_there() {
    let w = World::new().await;
    let client = w.create(json!({"GenerateSecret": true})).await;
    let forged = json!({"NextToken": "made-up"});
    assert_eq!(
        w.about("ListUserPoolClientSecrets", &client, forged).await,
        invalid("NextToken is invalid or has expired.")
    );
    let nobody = json!({"ClientId": "nobody"});
    let missing = refusal(
        "ResourceNotFoundException",
        "User pool client nobody does not exist.",
    );
    assert_eq!(add(&w, &nobody, json!({})).await, missing);
    assert_eq!(list(&w, &nobody).await, missing);
    assert_eq!(delete(&w, &nobody, &json!("nobody--1")).await, missing);
}

/// Whether a secret proves the client, by hash and in the clear.
async fn works(w: &world::World, secret: &str) -> bool {
    let hash = secret_hash(secret, "ada", &w.client);
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
    let by_hash = initiate(w, "USER_PASSWORD_AUTH", parameters).await;
    let Ok(answer) = by_hash else {
        let told = format!("Unable to verify secret hash for client {}", w.client);
        assert_eq!(by_hash, not_authorized(&told));
        return false;
    };
    let refresh = result(Ok(answer))["RefreshToken"].clone();
    let input = json!({"RefreshToken": refresh, "ClientSecret": secret});
    w.public("GetTokensFromRefreshToken", input)
        .await
        .expect("new tokens");
    let input = json!({"Token": refresh, "ClientSecret": secret});
    w.public("RevokeToken", input).await.expect("a revocation");
    true
}

#[tokio::test]
async fn either_secret_proves_the_client_until_one_is_deleted() {
    let plain = world::World::new(json!({}), json!({})).await;
    plain.made("ada", &[]).await;
    let w = beside(
        &plain,
        with(signing::all_flows(), json!({"ClientSecret": OWN})),
    )
    .await;
    let about = json!({"ClientId": w.client});
    let added = w.admin("AddUserPoolClientSecret", about.clone()).await;
    let added = added.expect("a secret")["ClientSecretDescriptor"].clone();
    let new = text(&added["ClientSecretValue"]);
    assert!(works(&w, OWN).await && works(&w, &new).await);

    let old = json!({"ClientSecretId": format!("{}--1780000000", w.client)});
    w.admin("DeleteUserPoolClientSecret", with(about, old))
        .await
        .expect("a deletion");
    assert!(!works(&w, OWN).await && works(&w, &new).await);
}
