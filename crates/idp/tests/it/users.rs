//! Users in the hands of administrators: looking up, status, sign-out, settings, deletion.

use crate::support::people::People;
use crate::support::refusal;
use serde_json::{Value, json};

fn attribute(user: &Value, name: &str) -> Option<String> {
    let found = user["UserAttributes"]
        .as_array()?
        .iter()
        .find(|attribute| attribute["Name"] == name)?;
    Some(found["Value"].as_str()?.to_owned())
}

#[tokio::test]
async fn admin_get_user_shows_the_whole_profile_and_no_mfa_lists() {
    let w = People::new(json!({})).await;
    w.create("ada", &[("email", "ada@example.com"), ("name", "Ada")])
        .await;
    let user = w.get("ada").await;
    let created = user["UserCreateDate"].clone();
    assert!(created.is_number());
    assert_eq!(
        user,
        json!({
            "Username": "ada",
            "UserAttributes": [
                {"Name": "sub", "Value": attribute(&user, "sub")},
                {"Name": "email", "Value": "ada@example.com"},
                {"Name": "name", "Value": "Ada"},
            ],
            "UserCreateDate": created,
            "UserLastModifiedDate": created,
            "Enabled": true,
            "UserStatus": "FORCE_CHANGE_PASSWORD",
        })
    );
}

#[tokio::test]
async fn nobody_is_found_by_no_operation() {
    let w = People::new(json!({})).await;
    for (operation, more) in [
        ("AdminGetUser", json!({})),
        ("AdminUpdateUserAttributes", json!({"UserAttributes": []})),
        (
            "AdminDeleteUserAttributes",
            json!({"UserAttributeNames": ["name"]}),
        ),
        ("AdminDeleteUser", json!({})),
        ("AdminEnableUser", json!({})),
        ("AdminDisableUser", json!({})),
        ("AdminConfirmSignUp", json!({})),
        ("AdminResetUserPassword", json!({})),
        ("AdminSetUserPassword", json!({"Password": "Perm4nent!"})),
        ("AdminSetUserSettings", json!({"MFAOptions": []})),
        ("AdminUserGlobalSignOut", json!({})),
    ] {
        assert_eq!(
            w.about(operation, "nobody", more).await,
            refusal("UserNotFoundException", "User does not exist."),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_sub_finds_its_user_even_when_somebody_chose_it_as_a_username() {
    let w = People::new(json!({})).await;
    w.create("ada", &[("email", "ada@example.com")]).await;
    let sub = attribute(&w.get("ada").await, "sub").expect("a sub");
    w.create(&sub, &[]).await;
    assert_eq!(w.get(&sub).await["Username"], "ada");
    assert_eq!(
        w.about("AdminGetUser", "ada@example.com", json!({})).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
}

#[tokio::test]
async fn disabling_kills_the_tokens_for_good_and_keeps_the_status() {
    let w = People::new(json!({})).await;
    w.create("ada", &[]).await;
    w.set_password("ada", "Perm4nent!", true)
        .await
        .expect("confirmed");
    let (access, refresh) = w.tokens("ada", "Perm4nent!").await;
    for _ in 0..2 {
        assert_eq!(
            w.about("AdminDisableUser", "ada", json!({})).await,
            Ok(json!({}))
        );
    }
    let user = w.get("ada").await;
    assert_eq!(
        (&user["Enabled"], &user["UserStatus"]),
        (&json!(false), &json!("CONFIRMED"))
    );
    assert_eq!(
        w.sign_in("ada", "Perm4nent!").await,
        refusal("NotAuthorizedException", "User is disabled.")
    );
    for _ in 0..2 {
        assert_eq!(
            w.about("AdminEnableUser", "ada", json!({})).await,
            Ok(json!({}))
        );
    }
    assert_eq!(
        w.h.call("GetUser", json!({"AccessToken": access})).await,
        refusal("NotAuthorizedException", "Access Token has been revoked")
    );
    assert_eq!(
        w.refresh(&refresh).await,
        refusal("NotAuthorizedException", "Refresh Token has been revoked")
    );
    w.tokens("ada", "Perm4nent!").await;
}

#[tokio::test]
async fn global_sign_out_ends_every_session_and_leaves_the_profile_as_it_was() {
    let w = People::new(json!({})).await;
    w.create("ada", &[]).await;
    w.set_password("ada", "Perm4nent!", true)
        .await
        .expect("confirmed");
    let sessions = [
        w.tokens("ada", "Perm4nent!").await,
        w.tokens("ada", "Perm4nent!").await,
    ];
    let before = w.get("ada").await;
    w.h.clock.advance(1000);
    assert_eq!(
        w.about("AdminUserGlobalSignOut", "ada", json!({})).await,
        Ok(json!({}))
    );
    for (access, refresh) in sessions {
        assert_eq!(
            w.h.call("GetUser", json!({"AccessToken": access})).await,
            refusal("NotAuthorizedException", "Access Token has been revoked")
        );
        assert_eq!(
            w.refresh(&refresh).await,
            refusal("NotAuthorizedException", "Refresh Token has been revoked")
        );
    }
    assert_eq!(w.get("ada").await, before);
    let (access, _) = w.tokens("ada", "Perm4nent!").await;
    w.h.call("GetUser", json!({"AccessToken": access}))
        .await
        .expect("a new session");
}

#[tokio::test]
async fn a_deleted_user_leaves_the_name_free() {
    let w = People::new(json!({"AliasAttributes": ["email"]})).await;
    let verified = [("email", "ada@example.com"), ("email_verified", "true")];
    w.create("ada", &verified).await;
    let first = attribute(&w.get("ada").await, "sub");
    assert_eq!(
        w.about("AdminDeleteUser", "ada@example.com", json!({}))
            .await,
        Ok(Value::Null)
    );
    assert_eq!(
        w.about("AdminDeleteUser", "ada", json!({})).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    w.create("ada", &verified).await;
    assert_ne!(attribute(&w.get("ada@example.com").await, "sub"), first);
}

#[tokio::test]
async fn an_administrator_confirms_a_sign_up_once_and_verifies_nothing() {
    let w = People::new(json!({"AutoVerifiedAttributes": ["email"]})).await;
    let sign_up = json!({
        "ClientId": w.client, "Username": "ada", "Password": "Perm4nent!",
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
    });
    w.h.call("SignUp", sign_up).await.expect("a sign-up");
    assert_eq!(
        w.about("AdminConfirmSignUp", "ada", json!({})).await,
        Ok(json!({}))
    );
    let user = w.get("ada").await;
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_ne!(attribute(&user, "email_verified").as_deref(), Some("true"));
    assert_eq!(
        w.about("AdminConfirmSignUp", "ada", json!({})).await,
        refusal(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is CONFIRMED"
        )
    );
    w.tokens("ada", "Perm4nent!").await;
}

#[tokio::test]
async fn the_legacy_setting_is_sms_to_a_phone_number() {
    let w = People::new(json!({})).await;
    w.create("ada", &[("phone_number", "+12065550100")]).await;
    w.create("bob", &[]).await;
    let sms = json!({"MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]});
    let email = json!({"MFAOptions": [{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]});
    assert_eq!(
        w.about("AdminSetUserSettings", "ada", sms.clone()).await,
        Ok(json!({}))
    );
    assert_eq!(w.get("ada").await["MFAOptions"], sms["MFAOptions"]);
    for (name, settings) in [("ada", email), ("bob", sms)] {
        let refused = w.about("AdminSetUserSettings", name, settings).await;
        assert_eq!(
            refused.expect_err("it cannot be set").0,
            "InvalidParameterException"
        );
    }
    w.about("AdminSetUserSettings", "ada", json!({"MFAOptions": []}))
        .await
        .expect("turned off");
    assert_eq!(w.get("ada").await.get("MFAOptions"), None);
}
