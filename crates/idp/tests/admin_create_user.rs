//! AdminCreateUser: names, attributes, temporary passwords, invitations.

mod support;

use serde_json::{Value, json};
use support::{Harness, refusal, with};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn attribute(user: &Value, name: &str) -> Option<String> {
    let list = user.get("Attributes").or_else(|| user.get("UserAttributes"))?.as_array()?;
    let found = list.iter().find(|attribute| attribute["Name"] == name)?;
    Some(found["Value"].as_str()?.to_owned())
}

/// Signs in with a password and answers the challenge or `"tokens"`.
async fn sign_in(h: &Harness, pool: &str, client: &str, name: &str, password: &str) -> Result<String, String> {
    let answer = h
        .call(
            "AdminInitiateAuth",
            json!({
                "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": name, "PASSWORD": password},
            }),
        )
        .await
        .map_err(|(_, message)| message)?;
    Ok(answer["ChallengeName"].as_str().unwrap_or("tokens").to_owned())
}

async fn client(h: &Harness, pool: &str) -> String {
    h.client(pool, json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]})).await
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
    h.call("AdminCreateUser", new(&pool, "ada@example.com")).await.expect("a new user");
    h.call("AdminCreateUser", new(&other, "ada@example.com")).await.expect("another pool");
    h.call("AdminCreateUser", new(&pool, "Ada@example.com")).await.expect("case counts");
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
    let create = || h.call("AdminCreateUser", json!({"UserPoolId": pool, "Username": "ada"}));
    let (a, b, c) = tokio::join!(create(), create(), create());
    let (made, refused): (Vec<_>, Vec<_>) = [a, b, c].into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    let taken = refusal("UsernameExistsException", "User account already exists");
    assert!(refused.iter().all(|answer| *answer == taken), "{refused:?}");
}

#[tokio::test]
async fn case_variants_are_one_name_where_the_pool_ignores_case() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"UsernameConfiguration": {"CaseSensitive": false}})).await;
    let new = |name: &str| json!({"UserPoolId": pool, "Username": name});
    let user = h.call("AdminCreateUser", new("Ada")).await.expect("a new user");
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
    let user = h.call("AdminCreateUser", new("ada@example.com")).await.expect("a new user")["User"].clone();
    assert_eq!(user["Username"].as_str(), attribute(&user, "sub").as_deref());
    assert_eq!(attribute(&user, "email").as_deref(), Some("ada@example.com"));
    assert_eq!(
        h.call("AdminCreateUser", new("ada@example.com")).await,
        refusal("UsernameExistsException", "An account with the given email already exists.")
    );
    for name in ["ada", "+12065550100"] {
        assert_eq!(
            h.call("AdminCreateUser", new(name)).await,
            refusal("InvalidParameterException", "Username should be an email.")
        );
    }
    let both = h.pool(json!({"UsernameAttributes": ["email", "phone_number"]})).await;
    assert_eq!(
        h.call("AdminCreateUser", json!({"UserPoolId": both, "Username": "ada"})).await,
        refusal("InvalidParameterException", "Username should be either an email or a phone number.")
    );
    let phone = h.pool(json!({"UsernameAttributes": ["phone_number"]})).await;
    assert_eq!(
        h.call("AdminCreateUser", json!({"UserPoolId": phone, "Username": "a@b.c"})).await,
        refusal("InvalidParameterException", "Username should be a phone number.")
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
    h.call("AdminCreateUser", new("+12065550100")).await.expect("a phone number is no alias here");
}

#[tokio::test]
async fn a_verified_alias_has_one_owner_until_creation_is_forced() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"AliasAttributes": ["email", "phone_number"]})).await;
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
    h.call("AdminCreateUser", new("first", "true", false)).await.expect("the first owner");
    h.call("AdminCreateUser", new("second", "false", true)).await.expect("unverified, so no alias");
    assert_eq!(h.call("AdminGetUser", by("ada@example.com")).await.expect("the owner")["Username"], "first");
    assert_eq!(
        h.call("AdminCreateUser", new("first", "true", false)).await,
        refusal("UsernameExistsException", "User account already exists")
    );
    let mut email_alone = new("third", "true", false);
    email_alone["UserAttributes"].as_array_mut().expect("a list").truncate(2);
    assert_eq!(
        h.call("AdminCreateUser", email_alone).await,
        refusal("UsernameExistsException", "An account with the given email already exists.")
    );
    assert_eq!(
        h.call("AdminGetUser", by("third")).await,
        refusal("UserNotFoundException", "User does not exist.")
    );

    h.call("AdminCreateUser", new("third", "true", true)).await.expect("forced");
    for alias in ["ada@example.com", "+12065550100"] {
        assert_eq!(h.call("AdminGetUser", by(alias)).await.expect("the owner")["Username"], "third");
    }
    let first = h.call("AdminGetUser", by("first")).await.expect("he is still there");
    assert_eq!(attribute(&first, "email").as_deref(), Some("ada@example.com"));
    assert_eq!(attribute(&first, "email_verified").as_deref(), Some("false"));
    assert_eq!(attribute(&first, "phone_number_verified").as_deref(), Some("false"));
}

#[tokio::test]
async fn attributes_must_fit_the_schema_but_required_ones_may_come_later() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"Schema": [{"Name": "given_name", "Required": true}]})).await;
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
        ("phone_number", "12065550100", "Invalid phone number format."),
        ("email_verified", "true", "Email is required to verify/un-verify a email"),
        ("phone_number_verified", "true", "Phone Number is required to verify/un-verify a phone number"),
    ] {
        assert_eq!(
            h.call("AdminCreateUser", new(name, value)).await,
            refusal("InvalidParameterException", message)
        );
    }
    h.call("AdminCreateUser", new("email", "ada@example.com")).await.expect("without given_name");
}

#[tokio::test]
async fn a_given_temporary_password_must_meet_the_policy_and_signs_in_once() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let client = client(&h, &pool).await;
    let new = |password: &str| {
        json!({"UserPoolId": pool, "Username": "ada", "TemporaryPassword": password, "MessageAction": "SUPPRESS"})
    };
    assert_eq!(
        h.call("AdminCreateUser", new("short")).await,
        refusal(
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough"
        )
    );
    h.call("AdminCreateUser", new("Temp0rary!")).await.expect("a new user");
    assert_eq!(sign_in(&h, &pool, &client, "ada", "Temp0rary!").await.as_deref(), Ok("NEW_PASSWORD_REQUIRED"));
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", "Temp0rary?").await,
        Err("Incorrect username or password.".to_owned())
    );
}

#[tokio::test]
async fn a_generated_password_arrives_by_sms_unless_other_mediums_are_named() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let client = client(&h, &pool).await;
    let new = |name: &str, more: Value| {
        let input = json!({
            "UserPoolId": pool, "Username": name,
            "UserAttributes": [
                {"Name": "email", "Value": format!("{name}@example.com")},
                {"Name": "phone_number", "Value": "+12065550100"},
            ],
        });
        with(input, more)
    };
    h.call("AdminCreateUser", new("ada", json!({}))).await.expect("a new user");
    let sent = h.inbox(&pool, "ada").await;
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].medium, sent[0].to.as_str(), sent[0].purpose), ("SMS", "+12065550100", "invitation"));
    let password = sent[0].code.clone().expect("a password");
    assert_eq!(sent[0].body, format!("Your username is ada and temporary password is {password}."));
    assert_eq!(sign_in(&h, &pool, &client, "ada", &password).await.as_deref(), Ok("NEW_PASSWORD_REQUIRED"));

    h.call("AdminCreateUser", new("bob", json!({"DesiredDeliveryMediums": ["EMAIL", "SMS"]})))
        .await
        .expect("a new user");
    let mut mediums: Vec<_> = h.inbox(&pool, "bob").await.iter().map(|message| message.medium).collect();
    mediums.sort_unstable();
    assert_eq!(mediums, ["EMAIL", "SMS"]);

    h.call("AdminCreateUser", new("eve", json!({"MessageAction": "SUPPRESS"}))).await.expect("a new user");
    assert_eq!(h.inbox(&pool, "eve").await.len(), 0);
}

#[tokio::test]
async fn a_medium_without_an_attribute_is_passed_over() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let new = |name: &str, mediums: Value| {
        json!({
            "UserPoolId": pool, "Username": name, "DesiredDeliveryMediums": mediums,
            "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
        })
    };
    h.call("AdminCreateUser", new("a", json!(null))).await.expect("SMS by default, to nobody");
    assert_eq!(h.inbox(&pool, "a").await.len(), 0);
    h.call("AdminCreateUser", new("b", json!(["SMS", "EMAIL"]))).await.expect("by e-mail alone");
    assert_eq!(h.inbox(&pool, "b").await.len(), 1);
    let refused = h.call("AdminCreateUser", new("c", json!(["SMS"]))).await;
    assert_eq!(refused.expect_err("nowhere to send it").0, "InvalidParameterException");
}

#[tokio::test]
async fn an_invitation_names_what_the_user_signs_in_with() {
    let h = Harness::new().await;
    let pool = h.pool(json!({"UsernameAttributes": ["email"]})).await;
    let new = json!({
        "UserPoolId": pool, "Username": "ada@example.com", "DesiredDeliveryMediums": ["EMAIL", "SMS"],
        "TemporaryPassword": "Temp0rary!",
        "UserAttributes": [{"Name": "phone_number", "Value": "+12065550100"}],
    });
    h.call("AdminCreateUser", new).await.expect("a new user");
    for to in ["ada@example.com", "+12065550100"] {
        let sent = h.inbox(&pool, to).await;
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body, "Your username is ada@example.com and temporary password is Temp0rary!.");
    }
}

#[tokio::test]
async fn resend_gives_a_new_password_and_a_new_life() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let client = client(&h, &pool).await;
    let invite = |action: Value| {
        json!({
            "UserPoolId": pool, "Username": "ada", "MessageAction": action,
            "UserAttributes": [{"Name": "phone_number", "Value": "+12065550100"}],
        })
    };
    assert_eq!(
        h.call("AdminCreateUser", invite(json!("RESEND"))).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    let first = h.call("AdminCreateUser", invite(json!(null))).await.expect("a new user")["User"].clone();
    let old = h.code(&pool, "ada").await;
    h.clock.advance(8 * DAY_MS);
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", &old).await,
        Err("Temporary password has expired and must be reset by an administrator.".to_owned())
    );
    let again = h.call("AdminCreateUser", invite(json!("RESEND"))).await.expect("resent")["User"].clone();
    assert_eq!(again["Attributes"], first["Attributes"]);
    assert_eq!(again["UserCreateDate"], first["UserCreateDate"]);
    assert_ne!(again["UserLastModifiedDate"], first["UserLastModifiedDate"]);
    let new = h.code(&pool, "ada").await;
    assert_ne!(new, old);
    assert_eq!(sign_in(&h, &pool, &client, "ada", &new).await.as_deref(), Ok("NEW_PASSWORD_REQUIRED"));
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", &old).await,
        Err("Incorrect username or password.".to_owned())
    );

    let permanent =
        json!({"UserPoolId": pool, "Username": "ada", "Password": "Perm4nent!", "Permanent": true});
    h.call("AdminSetUserPassword", permanent).await.expect("confirmed");
    assert_eq!(
        h.call("AdminCreateUser", invite(json!("RESEND"))).await,
        refusal(
            "UnsupportedUserStateException",
            "Resend not possible. ada status is not FORCE_CHANGE_PASSWORD"
        )
    );
}
