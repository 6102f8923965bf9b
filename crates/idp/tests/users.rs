//! Users in the hands of administrators: looking up, status, passwords, sign-out, deletion.

mod support;

use serde_json::{Value, json};
use support::{Harness, refusal, with};

fn attribute(user: &Value, name: &str) -> Option<String> {
    let found = user["UserAttributes"].as_array()?.iter().find(|attribute| attribute["Name"] == name)?;
    Some(found["Value"].as_str()?.to_owned())
}

/// A pool with a client for admin sign-in, and the calls that these tests repeat.
struct World {
    h: Harness,
    pool: String,
    client: String,
}

impl World {
    async fn new(pool: Value) -> Self {
        let h = Harness::new().await;
        let pool = h.pool(pool).await;
        let flows = json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
        let client = h.client(&pool, flows).await;
        Self { h, pool, client }
    }

    /// Calls an operation about one user, with these members beside pool and name.
    async fn about(&self, operation: &str, name: &str, more: Value) -> Result<Value, (String, String)> {
        let input = with(json!({"UserPoolId": self.pool, "Username": name}), more);
        self.h.call(operation, input).await
    }

    async fn create(&self, name: &str, attributes: &[(&str, &str)]) {
        let attributes: Vec<Value> =
            attributes.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        let more = json!({"UserAttributes": attributes, "MessageAction": "SUPPRESS"});
        self.about("AdminCreateUser", name, more).await.expect("a new user");
    }

    async fn set_password(&self, name: &str, password: &str, permanent: bool) -> Result<Value, (String, String)> {
        self.about("AdminSetUserPassword", name, json!({"Password": password, "Permanent": permanent})).await
    }

    async fn get(&self, name: &str) -> Value {
        self.about("AdminGetUser", name, json!({})).await.expect("the user")
    }

    async fn status(&self, name: &str) -> Value {
        self.get(name).await["UserStatus"].clone()
    }

    async fn sign_in(&self, name: &str, password: &str) -> Result<Value, (String, String)> {
        let input = json!({
            "UserPoolId": self.pool, "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": password},
        });
        self.h.call("AdminInitiateAuth", input).await
    }

    /// Signs in and answers access and refresh token.
    async fn tokens(&self, name: &str, password: &str) -> (String, String) {
        let answer = self.sign_in(name, password).await.expect("a sign-in");
        let token = |member: &str| {
            answer["AuthenticationResult"][member].as_str().expect("a token").to_owned()
        };
        (token("AccessToken"), token("RefreshToken"))
    }

    async fn refresh(&self, token: &str) -> Result<Value, (String, String)> {
        let input = json!({
            "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": token},
        });
        self.h.call("InitiateAuth", input).await
    }
}

#[tokio::test]
async fn admin_get_user_shows_the_whole_profile_and_no_mfa_lists() {
    let w = World::new(json!({})).await;
    w.create("ada", &[("email", "ada@example.com"), ("name", "Ada")]).await;
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
    let w = World::new(json!({})).await;
    for (operation, more) in [
        ("AdminGetUser", json!({})),
        ("AdminUpdateUserAttributes", json!({"UserAttributes": []})),
        ("AdminDeleteUserAttributes", json!({"UserAttributeNames": ["name"]})),
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
    let w = World::new(json!({})).await;
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
    let w = World::new(json!({})).await;
    w.create("ada", &[]).await;
    w.set_password("ada", "Perm4nent!", true).await.expect("confirmed");
    let (access, refresh) = w.tokens("ada", "Perm4nent!").await;
    for _ in 0..2 {
        assert_eq!(w.about("AdminDisableUser", "ada", json!({})).await, Ok(json!({})));
    }
    let user = w.get("ada").await;
    assert_eq!((&user["Enabled"], &user["UserStatus"]), (&json!(false), &json!("CONFIRMED")));
    assert_eq!(
        w.sign_in("ada", "Perm4nent!").await,
        refusal("NotAuthorizedException", "User is disabled.")
    );
    for _ in 0..2 {
        assert_eq!(w.about("AdminEnableUser", "ada", json!({})).await, Ok(json!({})));
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
    let w = World::new(json!({})).await;
    w.create("ada", &[]).await;
    w.set_password("ada", "Perm4nent!", true).await.expect("confirmed");
    let sessions = [w.tokens("ada", "Perm4nent!").await, w.tokens("ada", "Perm4nent!").await];
    let before = w.get("ada").await;
    w.h.clock.advance(1000);
    assert_eq!(w.about("AdminUserGlobalSignOut", "ada", json!({})).await, Ok(json!({})));
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
    w.h.call("GetUser", json!({"AccessToken": access})).await.expect("a new session");
}

#[tokio::test]
async fn a_deleted_user_leaves_the_name_free() {
    let w = World::new(json!({"AliasAttributes": ["email"]})).await;
    let verified = [("email", "ada@example.com"), ("email_verified", "true")];
    w.create("ada", &verified).await;
    let first = attribute(&w.get("ada").await, "sub");
    assert_eq!(w.about("AdminDeleteUser", "ada@example.com", json!({})).await, Ok(Value::Null));
    assert_eq!(
        w.about("AdminDeleteUser", "ada", json!({})).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    w.create("ada", &verified).await;
    assert_ne!(attribute(&w.get("ada@example.com").await, "sub"), first);
}

#[tokio::test]
async fn an_administrator_confirms_a_sign_up_once_and_verifies_nothing() {
    let w = World::new(json!({"AutoVerifiedAttributes": ["email"]})).await;
    let sign_up = json!({
        "ClientId": w.client, "Username": "ada", "Password": "Perm4nent!",
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
    });
    w.h.call("SignUp", sign_up).await.expect("a sign-up");
    assert_eq!(w.about("AdminConfirmSignUp", "ada", json!({})).await, Ok(json!({})));
    let user = w.get("ada").await;
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_ne!(attribute(&user, "email_verified").as_deref(), Some("true"));
    assert_eq!(
        w.about("AdminConfirmSignUp", "ada", json!({})).await,
        refusal("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED")
    );
    w.tokens("ada", "Perm4nent!").await;
}

#[tokio::test]
async fn a_permanent_password_confirms_and_a_temporary_one_must_be_changed() {
    let w = World::new(json!({})).await;
    w.create("ada", &[]).await;
    assert_eq!(
        w.set_password("ada", "permanent", true).await,
        refusal(
            "InvalidPasswordException",
            "Password does not conform to policy: Password must have uppercase characters"
        )
    );
    assert_eq!(w.set_password("ada", "Perm4nent!", true).await, Ok(json!({})));
    assert_eq!(w.status("ada").await, "CONFIRMED");
    let (access, _) = w.tokens("ada", "Perm4nent!").await;

    let temporary = w.about("AdminSetUserPassword", "ada", json!({"Password": "Temp0rary!"})).await;
    assert_eq!(temporary, Ok(json!({})));
    assert_eq!(w.status("ada").await, "FORCE_CHANGE_PASSWORD");
    let challenge = w.sign_in("ada", "Temp0rary!").await.expect("a challenge");
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert_eq!(
        w.sign_in("ada", "Perm4nent!").await,
        refusal("NotAuthorizedException", "Incorrect username or password.")
    );
    w.h.call("GetUser", json!({"AccessToken": access})).await.expect("a password ends no session");
    w.h.clock.advance(7 * 24 * 60 * 60 * 1000 + 1);
    assert_eq!(
        w.sign_in("ada", "Temp0rary!").await,
        refusal(
            "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator."
        )
    );
}

#[tokio::test]
async fn a_password_confirms_a_sign_up_too() {
    let w = World::new(json!({})).await;
    let sign_up = json!({"ClientId": w.client, "Username": "ada", "Password": "Perm4nent!"});
    w.h.call("SignUp", sign_up).await.expect("a sign-up");
    assert_eq!(w.status("ada").await, "UNCONFIRMED");
    w.set_password("ada", "Perm4nent?", true).await.expect("a new password");
    assert_eq!(w.status("ada").await, "CONFIRMED");
    w.tokens("ada", "Perm4nent?").await;
}

#[tokio::test]
async fn the_history_refuses_permanent_passwords_alone() {
    let policy = json!({"MinimumLength": 8, "PasswordHistorySize": 2});
    let w = World::new(json!({"Policies": {"PasswordPolicy": policy}})).await;
    w.create("ada", &[]).await;
    for password in ["password-1", "password-2"] {
        w.set_password("ada", password, true).await.expect("a new password");
    }
    for password in ["password-1", "password-2"] {
        let refused = w.set_password("ada", password, true).await;
        assert_eq!(refused.expect_err("it was used").0, "PasswordHistoryPolicyViolationException");
    }
    w.set_password("ada", "password-1", false).await.expect("a temporary one");
    w.set_password("ada", "password-3", true).await.expect("a new password");
}

#[tokio::test]
async fn a_reset_sends_a_code_and_requires_a_new_password() {
    let w = World::new(json!({})).await;
    let contact = [("email", "ada@example.com"), ("email_verified", "true")];
    w.create("ada", &contact).await;
    assert_eq!(
        w.about("AdminResetUserPassword", "ada", json!({})).await,
        refusal("NotAuthorizedException", "User password cannot be reset in the current state.")
    );
    w.set_password("ada", "Perm4nent!", true).await.expect("confirmed");
    for _ in 0..2 {
        assert_eq!(w.about("AdminResetUserPassword", "ada", json!({})).await, Ok(json!({})));
        assert_eq!(w.status("ada").await, "RESET_REQUIRED");
    }
    let sent = w.h.inbox(&w.pool, "ada").await;
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[0].to.as_str(), sent[0].purpose), ("ada@example.com", "reset_password"));
    assert_eq!(
        w.sign_in("ada", "Perm4nent!").await,
        refusal("PasswordResetRequiredException", "Password reset required for the user")
    );
    let confirm = json!({
        "ClientId": w.client, "Username": "ada", "Password": "An0ther-one!",
        "ConfirmationCode": w.h.code(&w.pool, "ada").await,
    });
    w.h.call("ConfirmForgotPassword", confirm).await.expect("the code works");
    assert_eq!(w.status("ada").await, "CONFIRMED");
    w.tokens("ada", "An0ther-one!").await;
}

#[tokio::test]
async fn a_reset_needs_an_enabled_user_whom_a_code_can_reach() {
    let w = World::new(json!({})).await;
    w.create("ada", &[("email", "ada@example.com")]).await;
    w.set_password("ada", "Perm4nent!", true).await.expect("confirmed");
    assert_eq!(
        w.about("AdminResetUserPassword", "ada", json!({})).await,
        refusal(
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number"
        )
    );
    w.about("AdminDisableUser", "ada", json!({})).await.expect("disabled");
    assert_eq!(
        w.about("AdminResetUserPassword", "ada", json!({})).await,
        refusal("NotAuthorizedException", "User is disabled.")
    );
    assert_eq!(w.status("ada").await, "CONFIRMED");
}

#[tokio::test]
async fn the_legacy_setting_is_sms_to_a_phone_number() {
    let w = World::new(json!({})).await;
    w.create("ada", &[("phone_number", "+12065550100")]).await;
    w.create("bob", &[]).await;
    let sms = json!({"MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]});
    let email = json!({"MFAOptions": [{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]});
    assert_eq!(w.about("AdminSetUserSettings", "ada", sms.clone()).await, Ok(json!({})));
    assert_eq!(w.get("ada").await["MFAOptions"], sms["MFAOptions"]);
    for (name, settings) in [("ada", email), ("bob", sms)] {
        let refused = w.about("AdminSetUserSettings", name, settings).await;
        assert_eq!(refused.expect_err("it cannot be set").0, "InvalidParameterException");
    }
    w.about("AdminSetUserSettings", "ada", json!({"MFAOptions": []})).await.expect("turned off");
    assert_eq!(w.get("ada").await.get("MFAOptions"), None);
}
