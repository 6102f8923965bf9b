//! AdminSetUserPassword and AdminResetUserPassword.

use crate::support::people::People;
use crate::support::refusal;
use serde_json::json;

#[tokio::test]
async fn a_permanent_password_confirms_and_a_temporary_one_must_be_changed() {
    let w = People::new(json!({})).await;
    w.create("ada", &[]).await;
    assert_eq!(
        w.set_password("ada", "permanent", true).await,
        refusal(
            "InvalidPasswordException",
            "Password does not conform to policy: Password must have uppercase characters"
        )
    );
    assert_eq!(
        w.set_password("ada", "Perm4nent!", true).await,
        Ok(json!({}))
    );
    assert_eq!(w.status("ada").await, "CONFIRMED");
    let (access, _) = w.tokens("ada", "Perm4nent!").await;

    let temporary = w
        .about(
            "AdminSetUserPassword",
            "ada",
            json!({"Password": "Temp0rary!"}),
        )
        .await;
    assert_eq!(temporary, Ok(json!({})));
    assert_eq!(w.status("ada").await, "FORCE_CHANGE_PASSWORD");
    let challenge = w.sign_in("ada", "Temp0rary!").await.expect("a challenge");
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert_eq!(
        w.sign_in("ada", "Perm4nent!").await,
        refusal("NotAuthorizedException", "Incorrect username or password.")
    );
    w.h.call("GetUser", json!({"AccessToken": access}))
        .await
        .expect("a password ends no session");
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
    let w = People::new(json!({})).await;
    let sign_up = json!({"ClientId": w.client, "Username": "ada", "Password": "Perm4nent!"});
    w.h.call("SignUp", sign_up).await.expect("a sign-up");
    assert_eq!(w.status("ada").await, "UNCONFIRMED");
    w.set_password("ada", "Perm4nent?", true)
        .await
        .expect("a new password");
    assert_eq!(w.status("ada").await, "CONFIRMED");
    w.tokens("ada", "Perm4nent?").await;
}

#[tokio::test]
async fn the_history_refuses_permanent_passwords_alone() {
    let policy = json!({"MinimumLength": 8, "PasswordHistorySize": 2});
    let w = People::new(json!({"Policies": {"PasswordPolicy": policy}})).await;
    w.create("ada", &[]).await;
    for password in ["password-1", "password-2"] {
        w.set_password("ada", password, true)
            .await
            .expect("a new password");
    }
    for password in ["password-1", "password-2"] {
        let refused = w.set_password("ada", password, true).await;
        assert_eq!(
            refused.expect_err("it was used").0,
            "PasswordHistoryPolicyViolationException"
        );
    }
    w.set_password("ada", "password-1", false)
        .await
        .expect("a temporary one");
    w.set_password("ada", "password-3", true)
        .await
        .expect("a new password");
}

#[tokio::test]
async fn a_reset_sends_a_code_and_requires_a_new_password() {
    let w = People::new(json!({})).await;
    let contact = [("email", "ada@example.com"), ("email_verified", "true")];
    w.create("ada", &contact).await;
    assert_eq!(
        w.about("AdminResetUserPassword", "ada", json!({})).await,
        refusal(
            "NotAuthorizedException",
            "User password cannot be reset in the current state."
        )
    );
    w.set_password("ada", "Perm4nent!", true)
        .await
        .expect("confirmed");
    for _ in 0..2 {
        // The inbox orders by time.
        w.h.clock.advance(1);
        assert_eq!(
            w.about("AdminResetUserPassword", "ada", json!({})).await,
            Ok(json!({}))
        );
        assert_eq!(w.status("ada").await, "RESET_REQUIRED");
    }
    let sent = w.h.inbox(&w.pool, "ada").await;
    assert_eq!(sent.len(), 2);
    assert_eq!(
        (sent[0].to.as_str(), sent[0].purpose),
        ("ada@example.com", "reset_password")
    );
    assert_eq!(
        w.sign_in("ada", "Perm4nent!").await,
        refusal(
            "PasswordResetRequiredException",
            "Password reset required for the user"
        )
    );
    let confirm = json!({
        "ClientId": w.client, "Username": "ada", "Password": "An0ther-one!",
        "ConfirmationCode": w.h.code(&w.pool, "ada").await,
    });
    w.h.call("ConfirmForgotPassword", confirm)
        .await
        .expect("the code works");
    assert_eq!(w.status("ada").await, "CONFIRMED");
    w.tokens("ada", "An0ther-one!").await;
}

#[tokio::test]
async fn a_reset_needs_an_enabled_user_whom_a_code_can_reach() {
    let w = People::new(json!({})).await;
    w.create("ada", &[("email", "ada@example.com")]).await;
    w.set_password("ada", "Perm4nent!", true)
        .await
        .expect("confirmed");
    assert_eq!(
        w.about("AdminResetUserPassword", "ada", json!({})).await,
        refusal(
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number"
        )
    );
    w.about("AdminDisableUser", "ada", json!({}))
        .await
        .expect("disabled");
    assert_eq!(
        w.about("AdminResetUserPassword", "ada", json!({})).await,
        refusal("NotAuthorizedException", "User is disabled.")
    );
    assert_eq!(w.status("ada").await, "CONFIRMED");
}
