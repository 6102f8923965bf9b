//! AdminCreateUser: names and attributes of new users.

use crate::support::{Harness, refusal};
use serde_json::{Value, json};

fn attribute(user: &Value, name: &str) -> Option<String> {
    let list = user
        .get("Attributes")
        .or_else(|| user.get("UserAttributes"))?
        .as_array()?;
    let found = list.iter().find(|attribute| attribute["Name"] == name)?;
    Some(found["Value"].as_str()?.to_owned())
}

#[tokio::test]
async fn the_reply_is_the_whole_new_user() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let user = h
        .call(
            "AdminCreateUser",
            json!({
                "UserPoolId": pool, "Username": "Ada",
                "UserAttributes": [
                    {"Name": "email", "Value": "ada@example.com"},
                    {"Name": "email_verified", "Value": "True"},
                    {"Name": "given_name", "Value": ""},
                ],
            }),
        )
        .await
        .expect("a new user")["User"]
        .clone();
    let sub = attribute(&user, "sub").expect("a sub");
    assert_eq!(sub.len(), 36);
    let now = user["UserCreateDate"].clone();
    assert!(now.is_number());
    assert_eq!(
        user,
        json!({
            "Username": "Ada",
            "Attributes": [
                {"Name": "sub", "Value": sub},
                {"Name": "email", "Value": "ada@example.com"},
                {"Name": "email_verified", "Value": "true"},
            ],
            "UserCreateDate": now,
            "UserLastModifiedDate": now,
            "Enabled": true,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
        })
    );
}

#[tokio::test]
async fn a_username_is_taken_once_in_a_pool() {
    let h = Harness::new().await;
    let (pool, other) = (h.pool(json!({})).await, h.pool(json!({})).await);
    let new = |pool: &str, name: &str| json!({"UserPoolId": pool, "Username": name});
    h.call("AdminCreateUser", new(&pool, "ada@example.com"))
        .await
        .expect("a new user");
    h.call("AdminCreateUser", new(&other, "ada@example.com"))
        .await
        .expect("another pool");
    h.call("AdminCreateUser", new(&pool, "Ada@example.com"))
        .await
        .expect("case counts");
    let mut again = new(&pool, "ada@example.com");
    again["UserAttributes"] = json!([{"Name": "email", "Value": "ada@example.com"}]);
    assert_eq!(
        h.call("AdminCreateUser", again).await,
        refusal("UsernameExistsException", "User account already exists")
    );
}

#[tokio::test]
async fn of_racing_creations_one_wins() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let create = || {
        h.call(
            "AdminCreateUser",
            json!({"UserPoolId": pool, "Username": "ada"}),
        )
    };
    let (a, b, c) = tokio::join!(create(), create(), create());
    let (made, refused): (Vec<_>, Vec<_>) = [a, b, c].into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    let taken = refusal("UsernameExistsException", "User account already exists");
    assert!(refused.iter().all(|answer| *answer == taken), "{refused:?}");
}

#[tokio::test]
async fn case_variants_are_one_name_where_the_pool_ignores_case() {
    let h = Harness::new().await;
    let pool = h
        .pool(json!({"UsernameConfiguration": {"CaseSensitive": false}}))
        .await;
    let new = |name: &str| json!({"UserPoolId": pool, "Username": name});
    let user = h
        .call("AdminCreateUser", new("Ada"))
        .await
        .expect("a new user");
    assert_eq!(user["User"]["Username"], "ada");
    assert_eq!(
        h.call("AdminCreateUser", new("ADA")).await,
        refusal("UsernameExistsException", "User account already exists")
    );
    let found = h.call("AdminGetUser", new("aDa")).await.expect("the user");
    assert_eq!(found["Username"], "ada");
}

#[tokio::test]
async fn username_attributes_make_the_sub_the_username() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"UsernameAttributes": ["email"]})).await;
    let new = |name: &str| {
        json!({
            "UserPoolId": pool, "Username": name,
            "UserAttributes": [{"Name": "email_verified", "Value": "true"}],
        })
    };
    let user = h
        .call("AdminCreateUser", new("ada@example.com"))
        .await
        .expect("a new user")["User"]
        .clone();
    assert_eq!(
        user["Username"].as_str(),
        attribute(&user, "sub").as_deref()
    );
    assert_eq!(
        attribute(&user, "email").as_deref(),
        Some("ada@example.com")
    );
    assert_eq!(
        h.call("AdminCreateUser", new("ada@example.com")).await,
        refusal(
            "UsernameExistsException",
            "An account with the given email already exists."
        )
    );
    for name in ["ada", "+12065550100"] {
        assert_eq!(
            h.call("AdminCreateUser", new(name)).await,
            refusal("InvalidParameterException", "Username should be an email.")
        );
    }
    let both = h
        .pool(json!({"UsernameAttributes": ["email", "phone_number"]}))
        .await;
    assert_eq!(
        h.call(
            "AdminCreateUser",
            json!({"UserPoolId": both, "Username": "ada"})
        )
        .await,
        refusal(
            "InvalidParameterException",
            "Username should be either an email or a phone number."
        )
    );
    let phone = h
        .pool(json!({"UsernameAttributes": ["phone_number"]}))
        .await;
    assert_eq!(
        h.call(
            "AdminCreateUser",
            json!({"UserPoolId": phone, "Username": "a@b.c"})
        )
        .await,
        refusal(
            "InvalidParameterException",
            "Username should be a phone number."
        )
    );
}

#[tokio::test]
async fn a_username_may_not_look_like_an_alias_of_the_pool() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"AliasAttributes": ["email"]})).await;
    let new = |name: &str| json!({"UserPoolId": pool, "Username": name});
    assert_eq!(
        h.call("AdminCreateUser", new("ada@example.com")).await,
        refusal(
            "InvalidParameterException",
            "Username cannot be of email format, since user pool is configured for email alias."
        )
    );
    h.call("AdminCreateUser", new("+12065550100"))
        .await
        .expect("a phone number is no alias here");
}

#[tokio::test]
async fn a_verified_alias_has_one_owner_until_creation_is_forced() {
    let h = Harness::new().await;
    let pool = h
        .pool(json!({"AliasAttributes": ["email", "phone_number"]}))
        .await;
    let new = |name: &str, verified: &str, force: bool| {
        json!({
            "UserPoolId": pool, "Username": name, "ForceAliasCreation": force,
            "UserAttributes": [
                {"Name": "email", "Value": "ada@example.com"},
                {"Name": "email_verified", "Value": verified},
                {"Name": "phone_number", "Value": "+12065550100"},
                {"Name": "phone_number_verified", "Value": verified},
            ],
        })
    };
    let by = |name: &str| json!({"UserPoolId": pool, "Username": name});
    h.call("AdminCreateUser", new("first", "true", false))
        .await
        .expect("the first owner");
    h.call("AdminCreateUser", new("second", "false", true))
        .await
        .expect("unverified, so no alias");
    assert_eq!(
        h.call("AdminGetUser", by("ada@example.com"))
            .await
            .expect("the owner")["Username"],
        "first"
    );
    assert_eq!(
        h.call("AdminCreateUser", new("first", "true", false)).await,
        refusal("UsernameExistsException", "User account already exists")
    );
    let mut email_alone = new("third", "true", false);
    email_alone["UserAttributes"]
        .as_array_mut()
        .expect("a list")
        .truncate(2);
    assert_eq!(
        h.call("AdminCreateUser", email_alone).await,
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
    assert_eq!(
        h.call("AdminGetUser", by("third")).await,
        refusal("UserNotFoundException", "User does not exist.")
    );

    h.call("AdminCreateUser", new("third", "true", true))
        .await
        .expect("forced");
    for alias in ["ada@example.com", "+12065550100"] {
        assert_eq!(
            h.call("AdminGetUser", by(alias)).await.expect("the owner")["Username"],
            "third"
        );
    }
    let first = h
        .call("AdminGetUser", by("first"))
        .await
        .expect("he is still there");
    assert_eq!(
        attribute(&first, "email").as_deref(),
        Some("ada@example.com")
    );
    assert_eq!(
        attribute(&first, "email_verified").as_deref(),
        Some("false")
    );
    assert_eq!(
        attribute(&first, "phone_number_verified").as_deref(),
        Some("false")
    );
}

#[tokio::test]
async fn attributes_must_fit_the_schema_but_required_ones_may_come_later() {
    let h = Harness::new().await;
    let pool = h
        .pool(json!({"Schema": [{"Name": "given_name", "Required": true}]}))
        .await;
    let new = |name: &str, value: &str| {
        json!({
            "UserPoolId": pool, "Username": "ada",
            "UserAttributes": [{"Name": name, "Value": value}],
        })
    };
    for (name, value, message) in [
        (
            "custom:nope",
            "x",
            "Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema.",
        ),
        ("email", "nobody", "Invalid email address format."),
        (
            "phone_number",
            "12065550100",
            "Invalid phone number format.",
        ),
        (
            "email_verified",
            "true",
            "Email is required to verify/un-verify a email",
        ),
        (
            "phone_number_verified",
            "true",
            "Phone Number is required to verify/un-verify a phone number",
        ),
    ] {
        assert_eq!(
            h.call("AdminCreateUser", new(name, value)).await,
            refusal("InvalidParameterException", message)
        );
    }
    h.call("AdminCreateUser", new("email", "ada@example.com"))
        .await
        .expect("without given_name");
}
