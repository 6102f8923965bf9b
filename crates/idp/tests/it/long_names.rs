//! Aliases as long as an attribute can be: longer than a database key, and no less unique.

use serde_json::{Value, json};

use crate::support::refusal;
use crate::support::signing::{all_flows, result};
use crate::support::world::{Answer, PASSWORD, World, attributes};

const LENGTH: usize = 2048;

/// This many characters of three bytes that do not repeat, so that no database makes them short.
fn long(ending: &str) -> String {
    let count = u32::try_from(LENGTH - ending.chars().count()).expect("a small number");
    let character = |n: u32| char::from_u32(0x4e00 + n * 7919 % 20_000).expect("a character");
    (0..count).map(character).chain(ending.chars()).collect()
}

async fn world() -> World {
    let aliases = json!({"AliasAttributes": ["email", "preferred_username"]});
    World::new(aliases, all_flows()).await
}

async fn create(w: &World, name: &str, list: &[(&str, &str)], more: Value) -> Answer {
    let mut input = json!({
        "Username": name, "UserAttributes": attributes(list), "MessageAction": "SUPPRESS",
    });
    input
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().expect("an object").clone());
    w.admin("AdminCreateUser", input).await
}

/// The username of the token that a sign-in by this name gets.
async fn who(w: &World, name: &str) -> Option<String> {
    let answer = w.sign_in(name, PASSWORD).await.ok()?;
    let token = result(Ok(answer))["AccessToken"].clone();
    let token = crate::support::signing::verified(w, &token).await;
    Some(
        token.claims["username"]
            .as_str()
            .expect("a text")
            .to_owned(),
    )
}

#[tokio::test]
async fn a_long_address_signs_in_is_unique_and_moves_only_by_force() {
    let w = world().await;
    let address = long("@example.com");
    let almost = long("@example.org");
    assert_eq!(address.chars().count(), LENGTH);
    let verified = [("email", address.as_str()), ("email_verified", "true")];
    w.made("ada", &verified).await;
    w.made("bob", &[("email", &almost), ("email_verified", "true")])
        .await;
    assert_eq!(who(&w, &address).await.as_deref(), Some("ada"));
    assert_eq!(who(&w, &almost).await.as_deref(), Some("bob"));
    assert_eq!(
        create(&w, "cyd", &verified, json!({})).await,
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
    create(&w, "cyd", &verified, json!({"ForceAliasCreation": true}))
        .await
        .expect("a new user");
    let password = json!({"Username": "cyd", "Password": PASSWORD, "Permanent": true});
    w.admin("AdminSetUserPassword", password)
        .await
        .expect("a password");
    assert_eq!(who(&w, &address).await.as_deref(), Some("cyd"));
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );

    w.admin("AdminDeleteUser", json!({"Username": "cyd"}))
        .await
        .expect("deleted");
    assert_eq!(who(&w, &address).await, None);
}

#[tokio::test]
async fn a_long_preferred_name_signs_in_in_any_case_where_case_is_ignored() {
    let pool = json!({
        "AliasAttributes": ["preferred_username"], "UsernameConfiguration": {"CaseSensitive": false},
    });
    let w = World::new(pool, all_flows()).await;
    let name = long("abc");
    w.made("ada", &[("preferred_username", &name)]).await;
    assert_eq!(who(&w, &long("ABC")).await.as_deref(), Some("ada"));
    let taken = create(
        &w,
        "bob",
        &[("preferred_username", &long("aBc"))],
        json!({}),
    )
    .await;
    assert_eq!(
        taken,
        refusal(
            "AliasExistsException",
            "An account with the given preferred_username already exists."
        )
    );
}

#[tokio::test]
async fn the_digest_of_a_long_name_is_nobodys_name() {
    let w = world().await;
    let address = long("@example.com");
    w.made("ada", &[("email", &address), ("email_verified", "true")])
        .await;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, address.as_bytes());
    let stored = format!("sha256 {}", data_encoding::HEXLOWER.encode(hash.as_ref()));
    assert_eq!(who(&w, &stored).await, None);
}
