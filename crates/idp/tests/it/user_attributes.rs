//! AdminUpdateUserAttributes and AdminDeleteUserAttributes.

use std::collections::BTreeMap;

use crate::support::people::{Answer, People, list};
use crate::support::refusal;
use serde_json::{Value, json};

impl People {
    async fn update(&self, name: &str, attributes: &[(&str, &str)]) -> Answer {
        let more = json!({"UserAttributes": list(attributes)});
        self.about("AdminUpdateUserAttributes", name, more).await
    }

    async fn delete(&self, name: &str, attributes: &[&str]) -> Answer {
        let more = json!({"UserAttributeNames": attributes});
        self.about("AdminDeleteUserAttributes", name, more).await
    }

    async fn find(&self, name: &str) -> Answer {
        self.about("AdminGetUser", name, json!({})).await
    }

    /// The attributes but `sub`.
    async fn attributes(&self, name: &str) -> BTreeMap<String, String> {
        let user = self.get(name).await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let list = user["UserAttributes"].as_array().expect("a list").iter();
        let mut all: BTreeMap<_, _> = list
            .map(|attribute| (text(&attribute["Name"]), text(&attribute["Value"])))
            .collect();
        all.remove("sub");
        all
    }
}

fn map(attributes: &[(&str, &str)]) -> BTreeMap<String, String> {
    attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn values_are_set_replaced_and_deleted_by_a_blank_one() {
    let w = People::new(
        json!({"Schema": [{"Name": "team", "AttributeDataType": "String", "Mutable": true}]}),
    )
    .await;
    w.create("ada", &[("name", "Ada"), ("nickname", "A")]).await;
    let before = w.find("ada").await.expect("the user");
    w.h.clock.advance(1000);
    let update = [
        ("name", "Countess"),
        ("nickname", ""),
        ("custom:team", "analysts"),
    ];
    assert_eq!(w.update("ada", &update).await, Ok(json!({})));
    assert_eq!(
        w.attributes("ada").await,
        map(&[("custom:team", "analysts"), ("name", "Countess")])
    );
    let after = w.find("ada").await.expect("the user");
    assert_eq!(after["UserCreateDate"], before["UserCreateDate"]);
    assert_ne!(
        after["UserLastModifiedDate"],
        before["UserLastModifiedDate"]
    );
}

#[tokio::test]
async fn a_new_address_is_unverified_unless_the_request_vouches_for_it() {
    let w = People::new(json!({"AutoVerifiedAttributes": ["email"]})).await;
    w.create(
        "ada",
        &[("email", "old@example.com"), ("email_verified", "true")],
    )
    .await;
    w.update("ada", &[("email", "new@example.com")])
        .await
        .expect("updated");
    assert_eq!(
        w.attributes("ada").await,
        map(&[("email", "new@example.com"), ("email_verified", "false")])
    );
    let sent = w.h.inbox(&w.pool, "ada").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (sent[0].to.as_str(), sent[0].purpose),
        ("new@example.com", "verify_attribute")
    );

    w.update(
        "ada",
        &[("email", "newer@example.com"), ("email_verified", "true")],
    )
    .await
    .expect("updated");
    assert_eq!(
        w.attributes("ada").await,
        map(&[("email", "newer@example.com"), ("email_verified", "true")])
    );
    // The phone number is not verified automatically, and the address stays the same.
    w.update(
        "ada",
        &[
            ("phone_number", "+12065550100"),
            ("email", "newer@example.com"),
        ],
    )
    .await
    .expect("updated");
    assert_eq!(w.h.inbox(&w.pool, "ada").await.len(), 1);
    assert_eq!(w.attributes("ada").await["phone_number_verified"], "false");
    assert_eq!(w.attributes("ada").await["email_verified"], "true");
    w.update("ada", &[("email", "")]).await.expect("updated");
    assert_eq!(
        w.attributes("ada").await,
        map(&[
            ("phone_number", "+12065550100"),
            ("phone_number_verified", "false")
        ])
    );
}

#[tokio::test]
async fn only_what_is_there_can_be_verified() {
    let w = People::new(json!({})).await;
    w.create("ada", &[]).await;
    assert_eq!(
        w.update("ada", &[("email_verified", "true")]).await,
        refusal(
            "InvalidParameterException",
            "Email is required to verify/un-verify a email"
        )
    );
    assert_eq!(
        w.update("ada", &[("phone_number_verified", "true")]).await,
        refusal(
            "InvalidParameterException",
            "Phone Number is required to verify/un-verify a phone number"
        )
    );
    assert_eq!(w.attributes("ada").await, map(&[]));
}

#[tokio::test]
async fn where_updates_wait_for_verification_the_old_address_stays() {
    let w = People::new(json!({
        "AliasAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    }))
    .await;
    let old = [("email", "old@example.com"), ("email_verified", "true")];
    w.create("ada", &old).await;
    w.update("ada", &[("email", "new@example.com"), ("name", "Ada")])
        .await
        .expect("updated");
    let mut expected = map(&old);
    expected.insert("name".to_owned(), "Ada".to_owned());
    assert_eq!(w.attributes("ada").await, expected);
    assert_eq!(
        w.find("old@example.com").await.expect("still an alias")["Username"],
        "ada"
    );
    assert!(w.find("new@example.com").await.is_err());
    assert_eq!(w.h.inbox(&w.pool, "new@example.com").await.len(), 1);

    w.update(
        "ada",
        &[("email", "now@example.com"), ("email_verified", "true")],
    )
    .await
    .expect("updated");
    assert_eq!(
        w.find("now@example.com").await.expect("the new alias")["Username"],
        "ada"
    );
    assert!(w.find("old@example.com").await.is_err());
    assert_eq!(w.h.inbox(&w.pool, "now@example.com").await.len(), 0);
}

#[tokio::test]
async fn an_alias_of_another_user_is_refused() {
    let w = People::new(json!({"AliasAttributes": ["email", "preferred_username"]})).await;
    let verified = [("email", "ada@example.com"), ("email_verified", "true")];
    w.create("ada", &verified).await;
    w.create("bob", &[]).await;
    assert_eq!(
        w.update("bob", &verified).await,
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
    assert_eq!(
        w.update("bob", &[("preferred_username", "ada")]).await,
        refusal(
            "AliasExistsException",
            "An account with the given preferred_username already exists."
        )
    );
    assert_eq!(w.attributes("bob").await, map(&[]));
    w.update("bob", &[("email", "ada@example.com")])
        .await
        .expect("unverified, so no alias");
    assert_eq!(
        w.find("ada@example.com").await.expect("the owner")["Username"],
        "ada"
    );
    w.update("bob", &[("preferred_username", "bobby")])
        .await
        .expect("a free name");
    assert_eq!(w.find("bobby").await.expect("by alias")["Username"], "bob");
}

#[tokio::test]
async fn racing_updates_of_one_user_all_count() {
    let w = People::new(json!({})).await;
    w.create("ada", &[]).await;
    let (a, b, c) = tokio::join!(
        w.update("ada", &[("name", "Ada")]),
        w.update("ada", &[("nickname", "A")]),
        w.update("ada", &[("locale", "en")]),
    );
    assert_eq!([a, b, c], [Ok(json!({})), Ok(json!({})), Ok(json!({}))]);
    assert_eq!(
        w.attributes("ada").await,
        map(&[("locale", "en"), ("name", "Ada"), ("nickname", "A")])
    );
}

#[tokio::test]
async fn a_username_attribute_moves_at_once_and_stays_unique() {
    let w = People::new(json!({"UsernameAttributes": ["email"]})).await;
    w.create("ada@example.com", &[]).await;
    w.create("bob@example.com", &[]).await;
    let sub = w.find("ada@example.com").await.expect("the user")["Username"].clone();
    w.update("ada@example.com", &[("email", "countess@example.com")])
        .await
        .expect("updated");
    assert_eq!(
        w.find("countess@example.com").await.expect("the new name")["Username"],
        sub
    );
    assert_eq!(
        w.find("ada@example.com").await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    assert_eq!(
        w.update("countess@example.com", &[("email", "bob@example.com")])
            .await,
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
}

#[tokio::test]
async fn a_taken_username_attribute_cannot_wait_for_verification() {
    let w = People::new(json!({
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    }))
    .await;
    w.create("ada@example.com", &[]).await;
    w.create("bob@example.com", &[]).await;
    assert_eq!(
        w.update("ada@example.com", &[("email", "bob@example.com")])
            .await,
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
    w.update("ada@example.com", &[("email", "countess@example.com")])
        .await
        .expect("it waits");
    assert!(w.find("countess@example.com").await.is_err());
    w.find("ada@example.com")
        .await
        .expect("the old name signs in");
}

#[tokio::test]
async fn immutable_required_and_unknown_attributes_are_refused() {
    let w = People::new(json!({"Schema": [
        {"Name": "birth", "AttributeDataType": "String", "Mutable": false},
        {"Name": "name", "Required": true, "Mutable": true},
    ]}))
    .await;
    w.create("ada", &[("name", "Ada")]).await;
    for (name, value, message) in [
        (
            "custom:birth",
            "1815",
            "Invalid user attributes: user.custom:birth: Attribute cannot be updated.\n",
        ),
        (
            "sub",
            "x",
            "Invalid user attributes: user.sub: Attribute cannot be updated.\n",
        ),
        (
            "custom:nope",
            "x",
            "Invalid user attributes: user.custom:nope: Attribute does not exist in the schema.\n",
        ),
        (
            "name",
            "",
            "Invalid user attributes: name: Required attribute cannot be deleted.",
        ),
        ("email", "nobody", "Invalid email address format."),
    ] {
        assert_eq!(
            w.update("ada", &[(name, value)]).await,
            refusal("InvalidParameterException", message)
        );
    }
    for (name, message) in [
        (
            "name",
            "Invalid user attributes: name: Required attribute cannot be deleted.",
        ),
        (
            "custom:nope",
            "Invalid user attributes: user.custom:nope: Attribute does not exist in the schema.\n",
        ),
    ] {
        assert_eq!(
            w.delete("ada", &[name]).await,
            refusal("InvalidParameterException", message)
        );
    }
    assert_eq!(w.attributes("ada").await, map(&[("name", "Ada")]));
}

#[tokio::test]
async fn deleting_an_address_takes_its_flag_and_its_alias_along() {
    let w = People::new(json!({"AliasAttributes": ["email"]})).await;
    w.create(
        "ada",
        &[
            ("email", "ada@example.com"),
            ("email_verified", "true"),
            ("name", "Ada"),
        ],
    )
    .await;
    assert_eq!(w.delete("ada", &["email", "nickname"]).await, Ok(json!({})));
    assert_eq!(w.attributes("ada").await, map(&[("name", "Ada")]));
    assert!(w.find("ada@example.com").await.is_err());
    w.create(
        "bob",
        &[("email", "ada@example.com"), ("email_verified", "true")],
    )
    .await;
    assert_eq!(
        w.find("ada@example.com").await.expect("the new owner")["Username"],
        "bob"
    );
}
