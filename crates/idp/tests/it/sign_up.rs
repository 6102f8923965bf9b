//! SignUp: who may, what is stored, what is sent, and the secret hash of the operations around it.

use crate::support::world::{PASSWORD, World, attributes, code_expired};
use crate::support::{refusal, sms};
use aws_lc_rs::hmac;
use serde_json::{Value, json};

const EMAIL: (&str, &str) = ("email", "ada@example.com");
const PHONE: (&str, &str) = ("phone_number", "+12065551234");

#[tokio::test]
async fn a_sign_up_makes_an_unconfirmed_user_and_sends_one_code() {
    let w = World::verifying_email().await;
    let answer = w
        .sign_up("ada", &[EMAIL, ("name", "Ada")])
        .await
        .expect("a sign-up");
    let details =
        json!({"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"});
    let sub = w.attribute("ada", "sub").await.expect("a sub");
    assert_eq!(
        answer,
        json!({"UserConfirmed": false, "UserSub": sub, "CodeDeliveryDetails": details})
    );
    let user = w
        .admin("AdminGetUser", json!({"Username": "ada"}))
        .await
        .expect("a user");
    assert_eq!(user["UserStatus"], "UNCONFIRMED");
    let list = [
        ("sub", sub.as_str()),
        EMAIL,
        ("email_verified", "false"),
        ("name", "Ada"),
    ];
    assert_eq!(user["UserAttributes"], attributes(&list));
    let sent = w.h.inbox(&w.pool, "ada").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (sent[0].purpose, sent[0].medium, sent[0].to.as_str()),
        ("sign_up", "EMAIL", "ada@example.com")
    );
    let code = sent[0].code.clone().expect("a code");
    assert_eq!(code.len(), 6);
    assert_eq!(sent[0].body, format!("Your confirmation code is {code}"));
}

#[tokio::test]
async fn the_phone_alone_gets_the_code_where_both_are_verified() {
    let w = World::new(
        json!({"AutoVerifiedAttributes": ["email", "phone_number"], "SmsConfiguration": sms()}),
        json!({}),
    )
    .await;
    let answer = w.sign_up("ada", &[EMAIL, PHONE]).await.expect("a sign-up");
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({"Destination": "+*******1234", "DeliveryMedium": "SMS", "AttributeName": "phone_number"})
    );
    assert_eq!((w.sent("ada").await, w.sent(PHONE.1).await), (1, 1));
    w.confirm("ada", &w.h.code(&w.pool, "ada").await)
        .await
        .expect("a confirmation");
    assert_eq!(
        w.attribute("ada", "phone_number_verified").await.as_deref(),
        Some("true")
    );
    assert_eq!(
        w.attribute("ada", "email_verified").await.as_deref(),
        Some("false")
    );
}

#[tokio::test]
async fn without_something_to_verify_no_code_is_sent() {
    for (pool, list) in [
        (json!({"AutoVerifiedAttributes": ["email"]}), PHONE),
        (json!({}), EMAIL),
    ] {
        let w = World::new(pool, json!({})).await;
        let answer = w.sign_up("ada", &[list]).await.expect("a sign-up");
        assert_eq!(
            answer,
            json!({"UserConfirmed": false, "UserSub": answer["UserSub"]})
        );
        assert_eq!(w.sent("ada").await, 0);
        assert_eq!(w.status("ada").await, "UNCONFIRMED");
        assert_eq!(w.confirm("ada", "123456").await, code_expired());
    }
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_and_leaves_no_user() {
    let schema = json!([
        {"Name": "given_name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "badge", "Mutable": false, "AttributeDataType": "Number"},
    ]);
    let pool = json!({"Schema": schema, "AliasAttributes": ["preferred_username"]});
    let client = json!({"WriteAttributes": ["given_name", "email", "preferred_username"]});
    let w = World::new(pool, client).await;
    let given = ("given_name", "Ada");
    let unwritable = (
        "NotAuthorizedException",
        "A client attempted to write unauthorized attribute".to_owned(),
    );
    let invalid = |text: &str| ("InvalidParameterException", text.to_owned());
    let schema = |text: &str| invalid(&format!("Attributes did not conform to the schema: {text}"));
    let cases = [
        (vec![], schema("given_name: The attribute is required\n")),
        (
            vec![("given_name", "")],
            schema("given_name: The attribute is required\n"),
        ),
        (
            vec![given, ("email", "nobody")],
            invalid("Invalid email address format."),
        ),
        (vec![given, ("phone_number", "+1")], unwritable.clone()),
        (vec![given, ("custom:badge", "7")], unwritable.clone()),
        (vec![given, ("email_verified", "true")], unwritable.clone()),
        (vec![given, ("sub", "x")], unwritable),
        (
            vec![given, ("preferred_username", "countess")],
            invalid(
                "preferred_username is an alias and cannot be set before the user is confirmed.",
            ),
        ),
    ];
    for (list, (name, message)) in cases {
        assert_eq!(
            w.sign_up("ada", &list).await,
            refusal(name, &message),
            "{list:?}"
        );
    }
    let not_found = refusal("UserNotFoundException", "User does not exist.");
    assert_eq!(
        w.admin("AdminGetUser", json!({"Username": "ada"})).await,
        not_found
    );
}

#[tokio::test]
async fn unknown_attributes_and_bad_values_are_refused() {
    let schema = json!([{"Name": "badge", "Mutable": true, "AttributeDataType": "Number"}]);
    let w = World::new(json!({"Schema": schema}), json!({})).await;
    let invalid = |text: &str| refusal("InvalidParameterException", text);
    let schema = |text: &str| invalid(&format!("Attributes did not conform to the schema: {text}"));
    let answer = w.sign_up("ada", &[("custom:nope", "1")]).await;
    assert_eq!(
        answer,
        schema("custom:nope: Attribute does not exist in the schema.")
    );
    let answer = w.sign_up("ada", &[("custom:badge", "seven")]).await;
    assert_eq!(
        answer,
        schema("custom:badge: Attribute value must be a number.")
    );
    let answer = w.sign_up("ada", &[("phone_number", "12065551234")]).await;
    assert_eq!(answer, invalid("Invalid phone number format."));
    w.sign_up("ada", &[("custom:badge", "7")])
        .await
        .expect("a sign-up");
    assert_eq!(
        w.attribute("ada", "custom:badge").await.as_deref(),
        Some("7")
    );
}

#[tokio::test]
async fn the_password_is_required_and_meets_the_policy() {
    let w = World::verifying_email().await;
    let missing = "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null";
    let answer = w.public("SignUp", json!({"Username": "ada"})).await;
    assert_eq!(answer, refusal("InvalidParameterException", missing));
    for (password, reason) in [
        ("Aa1!", "Password not long enough"),
        ("passw0rd!", "Password must have uppercase characters"),
        ("PASSW0RD!", "Password must have lowercase characters"),
        ("Password!", "Password must have numeric characters"),
        ("Passw0rds", "Password must have symbol characters"),
    ] {
        let answer = w
            .public("SignUp", json!({"Username": "ada", "Password": password}))
            .await;
        let text = format!("Password did not conform with policy: {reason}");
        assert_eq!(answer, refusal("InvalidPasswordException", &text));
    }
}

#[tokio::test]
async fn pools_of_administrators_and_unknown_clients_take_no_sign_up() {
    let config = json!({"AllowAdminCreateUserOnly": true});
    let w = World::new(json!({"AdminCreateUserConfig": config}), json!({})).await;
    let text = "SignUp is not permitted for this user pool";
    assert_eq!(
        w.sign_up("ada", &[]).await,
        refusal("NotAuthorizedException", text)
    );
    let input = json!({"ClientId": "nobody", "Username": "ada", "Password": PASSWORD});
    let text = "User pool client nobody does not exist.";
    assert_eq!(
        w.public("SignUp", input).await,
        refusal("ResourceNotFoundException", text)
    );
}

#[tokio::test]
async fn a_username_is_taken_whatever_the_client_hides() {
    let taken = || refusal("UsernameExistsException", "User already exists");
    for mode in ["LEGACY", "ENABLED"] {
        let w = World::new(json!({}), json!({"PreventUserExistenceErrors": mode})).await;
        w.sign_up("ada", &[]).await.expect("a sign-up");
        assert_eq!(w.sign_up("ada", &[]).await, taken());
        // A pool that was made without a word about it tells cases apart.
        w.sign_up("Ada", &[]).await.expect("another sign-up");
    }
    let configuration = json!({"UsernameConfiguration": {"CaseSensitive": false}});
    let w = World::new(configuration, json!({})).await;
    w.sign_up("Ada", &[]).await.expect("a sign-up");
    assert_eq!(w.sign_up("aDA", &[]).await, taken());
    let user = w
        .admin("AdminGetUser", json!({"Username": "ADA"}))
        .await
        .expect("a user");
    assert_eq!(user["Username"], "ada");
}

#[tokio::test]
async fn somebody_elses_sub_as_a_username_does_not_shadow_him() {
    let w = World::new(json!({}), json!({})).await;
    let victim = w.sign_up("ada", &[]).await.expect("a sign-up");
    let sub = victim["UserSub"].as_str().expect("a sub");
    w.sign_up(sub, &[]).await.expect("another sign-up");
    let user = w
        .admin("AdminGetUser", json!({"Username": sub}))
        .await
        .expect("a user");
    assert_eq!(user["Username"], "ada");
}

#[tokio::test]
async fn an_address_in_place_of_a_username_is_unique() {
    let w = World::new(
        json!({"UsernameAttributes": ["email", "phone_number"], "AutoVerifiedAttributes": ["email"]}),
        json!({}),
    )
    .await;
    let answer = w.sign_up("ada@example.com", &[]).await.expect("a sign-up");
    let user = w
        .admin("AdminGetUser", json!({"Username": "ada@example.com"}))
        .await
        .expect("a user");
    assert_eq!(user["Username"], answer["UserSub"]);
    assert_eq!(
        w.attribute("ada@example.com", "email").await.as_deref(),
        Some("ada@example.com")
    );
    w.confirm(
        "ada@example.com",
        &w.h.code(&w.pool, "ada@example.com").await,
    )
    .await
    .expect("confirmed");

    let exists = |attribute: &str| {
        let text = format!("An account with the given {attribute} already exists.");
        refusal("UsernameExistsException", &text)
    };
    assert_eq!(w.sign_up("ada@example.com", &[]).await, exists("email"));
    w.sign_up(PHONE.1, &[]).await.expect("a sign-up by phone");
    assert_eq!(w.sign_up(PHONE.1, &[]).await, exists("phone_number"));
    assert_eq!(
        w.sign_up("bob@example.com", &[PHONE]).await,
        exists("phone_number")
    );
}

#[tokio::test]
async fn the_form_of_a_username_follows_from_the_pool() {
    for (kinds, name, text) in [
        (json!(["email"]), "ada", "Username should be an email."),
        (json!(["email"]), PHONE.1, "Username should be an email."),
        (
            json!(["phone_number"]),
            "ada@example.com",
            "Username should be a phone number.",
        ),
        (
            json!(["email", "phone_number"]),
            "ada",
            "Username should be either an email or a phone number.",
        ),
    ] {
        let w = World::new(json!({"UsernameAttributes": kinds}), json!({})).await;
        assert_eq!(
            w.sign_up(name, &[]).await,
            refusal("InvalidParameterException", text)
        );
    }
    let w = World::new(
        json!({"AliasAttributes": ["email", "phone_number"]}),
        json!({}),
    )
    .await;
    for (name, form, alias) in [
        ("ada@example.com", "email", "email"),
        (PHONE.1, "phone number", "phone number"),
    ] {
        let text = format!(
            "Username cannot be of {form} format, since user pool is configured for {alias} alias."
        );
        assert_eq!(
            w.sign_up(name, &[]).await,
            refusal("InvalidParameterException", &text)
        );
    }
}

fn secret_hash(secret: &str, username: &str, client: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{username}{client}").as_bytes());
    data_encoding::BASE64.encode(tag.as_ref())
}

#[tokio::test]
async fn a_client_with_a_secret_wants_its_hash() {
    assert_eq!(
        secret_hash("mysecret", "alice", "1example23456789"),
        "vaj8HTBe5GbOXXYp/c3Y8ONQDrEIMNo6p+wW9dQfQmQ="
    );
    let mut w = World::verifying_email().await;
    let hash = "AAAA";
    let text = format!("Unable to verify secret hash for client {}", w.client);
    let input = json!({"Username": "ada", "Password": PASSWORD, "SecretHash": hash});
    assert_eq!(
        w.public("SignUp", input).await,
        refusal("NotAuthorizedException", &text)
    );

    let made = w
        .admin(
            "CreateUserPoolClient",
            json!({"ClientName": "b", "GenerateSecret": true}),
        )
        .await;
    let made = made.expect("a client")["UserPoolClient"].clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (id, secret) = (text(&made["ClientId"]), text(&made["ClientSecret"]));
    w.client = id.clone();
    for (operation, mut input) in [
        (
            "SignUp",
            json!({"Password": PASSWORD, "UserAttributes": attributes(&[EMAIL])}),
        ),
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "000000"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "000000", "Password": PASSWORD}),
        ),
    ] {
        input["Username"] = json!("ada");
        let missing =
            format!("Client {id} is configured with secret but SECRET_HASH was not received");
        let answer = w.public(operation, input.clone()).await;
        assert_eq!(
            answer,
            refusal("NotAuthorizedException", &missing),
            "{operation}"
        );
        input["SecretHash"] = json!(secret_hash(&secret, "eve", &id));
        let answer = w.public(operation, input.clone()).await;
        let wrong = format!("Unable to verify secret hash for client {id}");
        assert_eq!(
            answer,
            refusal("NotAuthorizedException", &wrong),
            "{operation}"
        );
        input["SecretHash"] = json!(secret_hash(&secret, "ada", &id));
        let answer = w.public(operation, input.clone()).await;
        assert_ne!(
            answer.err().map(|(name, _)| name).as_deref(),
            Some("NotAuthorizedException")
        );
    }
    assert_eq!(w.status("ada").await, "UNCONFIRMED");
}
