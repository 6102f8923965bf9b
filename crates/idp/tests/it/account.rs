//! GetUser, UpdateUserAttributes, DeleteUserAttributes, SetUserSettings, DeleteUser.

use crate::support::refusal;
use crate::support::world::{Answer, PASSWORD, World, attributes};
use serde_json::{Value, json};

const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];
const PHONE: [(&str, &str); 2] = [
    ("phone_number", "+12065551234"),
    ("phone_number_verified", "true"),
];

fn unwritable() -> Answer {
    refusal(
        "NotAuthorizedException",
        "A client attempted to write unauthorized attribute",
    )
}

fn invalid(text: &str) -> Answer {
    refusal("InvalidParameterException", text)
}

async fn update(w: &World, token: &str, list: &[(&str, &str)]) -> Answer {
    w.with(
        token,
        "UpdateUserAttributes",
        json!({"UserAttributes": attributes(list)}),
    )
    .await
}

async fn delete(w: &World, token: &str, names: &[&str]) -> Answer {
    w.with(
        token,
        "DeleteUserAttributes",
        json!({"UserAttributeNames": names}),
    )
    .await
}

#[tokio::test]
async fn users_see_what_their_client_may_read_and_nothing_of_their_state() {
    let client = json!({"ReadAttributes": ["email", "email_verified"]});
    let w = World::new(json!({}), client).await;
    w.made("ada", &[&EMAIL[..], &[("name", "Ada")]].concat())
        .await;
    let sub = w.attribute("ada", "sub").await.expect("a sub");
    let list = attributes(&[("sub", &sub), EMAIL[0], EMAIL[1]]);
    assert_eq!(
        w.with(&w.token("ada").await, "GetUser", json!({})).await,
        Ok(json!({"Username": "ada", "UserAttributes": list}))
    );
}

#[tokio::test]
async fn users_write_what_their_client_may_write() {
    let schema = json!([
        {"Name": "family_name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "badge", "Mutable": false, "AttributeDataType": "String"},
    ]);
    let client = json!({"WriteAttributes": ["family_name", "name", "custom:badge"]});
    let w = World::new(json!({"Schema": schema}), client).await;
    w.made("ada", &[("family_name", "King"), ("nickname", "A")])
        .await;
    let token = w.token("ada").await;
    assert_eq!(
        update(&w, &token, &[("name", "Ada"), ("family_name", "Lovelace")]).await,
        Ok(json!({"CodeDeliveryDetailsList": []}))
    );
    assert_eq!(
        w.attribute("ada", "family_name").await.as_deref(),
        Some("Lovelace")
    );
    for name in ["nickname", "sub", "email_verified", "custom:nope"] {
        assert_eq!(
            update(&w, &token, &[(name, "x")]).await,
            unwritable(),
            "{name}"
        );
        assert_eq!(delete(&w, &token, &[name]).await, unwritable(), "{name}");
    }
    let immutable = "Invalid user attributes: user.custom:badge: Attribute cannot be updated.\n";
    assert_eq!(
        update(&w, &token, &[("custom:badge", "7")]).await,
        invalid(immutable)
    );

    // A blank value deletes, like DeleteUserAttributes; what is required stays.
    let required = "Invalid user attributes: family_name: Required attribute cannot be deleted.";
    assert_eq!(
        update(&w, &token, &[("family_name", "")]).await,
        invalid(required)
    );
    assert_eq!(
        delete(&w, &token, &["family_name"]).await,
        invalid(required)
    );
    update(&w, &token, &[("name", "")])
        .await
        .expect("a deletion");
    assert_eq!(w.attribute("ada", "name").await, None);
    update(&w, &token, &[("name", "Ada")])
        .await
        .expect("a name");
    assert_eq!(delete(&w, &token, &["name"]).await, Ok(json!({})));
    assert_eq!(w.attribute("ada", "name").await, None);
}

#[tokio::test]
async fn a_deleted_address_takes_its_flag_along() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &[EMAIL, PHONE].concat()).await;
    let token = w.token("ada").await;
    assert_eq!(delete(&w, &token, &["email"]).await, Ok(json!({})));
    update(&w, &token, &[("phone_number", "")])
        .await
        .expect("a deletion");
    for name in [
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
    ] {
        assert_eq!(w.attribute("ada", name).await, None, "{name}");
    }
}

#[tokio::test]
async fn the_last_attribute_that_signs_in_stays() {
    let w = World::new(
        json!({"UsernameAttributes": ["email", "phone_number"]}),
        json!({}),
    )
    .await;
    w.made(EMAIL[0].1, &PHONE[..1]).await;
    let token = w.token(EMAIL[0].1).await;
    assert_eq!(delete(&w, &token, &["phone_number"]).await, Ok(json!({})));
    let kept = "Invalid user attributes: email: Required attribute cannot be deleted.";
    assert_eq!(delete(&w, &token, &["email"]).await, invalid(kept));
    assert_eq!(update(&w, &token, &[("email", "")]).await, invalid(kept));
    w.sign_in(EMAIL[0].1, PASSWORD).await.expect("a sign-in");
}

#[tokio::test]
async fn the_legacy_setting_turns_messages_on_and_off() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let sms = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
    let set = async |options: &Value| {
        w.with(&token, "SetUserSettings", json!({"MFAOptions": options}))
            .await
    };
    assert_eq!(
        set(&sms).await,
        invalid("User does not have delivery config set to turn on SMS_MFA")
    );
    update(&w, &token, &PHONE[..1])
        .await
        .expect("a phone number");
    let mail = json!([{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]);
    assert_eq!(
        set(&mail).await,
        invalid("Only SMS to phone_number can be set as an MFA option.")
    );
    assert_eq!(set(&sms).await, Ok(json!({})));
    let shown = w.with(&token, "GetUser", json!({})).await.expect("a user");
    assert_eq!(shown["MFAOptions"], sms);
    assert_eq!(set(&json!([])).await, Ok(json!({})));
    let shown = w.with(&token, "GetUser", json!({})).await.expect("a user");
    assert_eq!(shown.get("MFAOptions"), None);
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_the_name_is_free() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &EMAIL).await;
    let token = w.token("ada").await;
    assert_eq!(
        w.with(&token, "DeleteUser", json!({})).await,
        Ok(Value::Null)
    );
    let gone = || refusal("UserNotFoundException", "User does not exist.");
    assert_eq!(w.with(&token, "GetUser", json!({})).await, gone());
    assert_eq!(
        w.admin("AdminGetUser", json!({"Username": "ada"})).await,
        gone()
    );
    w.sign_up("ada", &[]).await.expect("the name is free");
}
