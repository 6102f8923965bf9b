//! AdminCreateUser: temporary passwords and the invitations that carry them.

use crate::support::{Harness, refusal, with};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Signs in with a password and answers the challenge or `"tokens"`.
async fn sign_in(
    h: &Harness,
    pool: &str,
    client: &str,
    name: &str,
    password: &str,
) -> Result<String, String> {
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
    Ok(answer["ChallengeName"]
        .as_str()
        .unwrap_or("tokens")
        .to_owned())
}

async fn client(h: &Harness, pool: &str) -> String {
    h.client(
        pool,
        json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]}),
    )
    .await
}

#[tokio::test]
async fn a_given_temporary_password_must_meet_the_policy_and_signs_in_once() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let client = client(&h, &pool).await;
    let new = |password: &str| json!({"UserPoolId": pool, "Username": "ada", "TemporaryPassword": password, "MessageAction": "SUPPRESS"});
    assert_eq!(
        h.call("AdminCreateUser", new("short")).await,
        refusal(
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough"
        )
    );
    h.call("AdminCreateUser", new("Temp0rary!"))
        .await
        .expect("a new user");
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", "Temp0rary!")
            .await
            .as_deref(),
        Ok("NEW_PASSWORD_REQUIRED")
    );
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
    h.call("AdminCreateUser", new("ada", json!({})))
        .await
        .expect("a new user");
    let sent = h.inbox(&pool, "ada").await;
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (sent[0].medium, sent[0].to.as_str(), sent[0].purpose),
        ("SMS", "+12065550100", "invitation")
    );
    let password = sent[0].code.clone().expect("a password");
    assert_eq!(
        sent[0].body,
        format!("Your username is ada and temporary password is {password}.")
    );
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", &password)
            .await
            .as_deref(),
        Ok("NEW_PASSWORD_REQUIRED")
    );

    h.call(
        "AdminCreateUser",
        new("bob", json!({"DesiredDeliveryMediums": ["EMAIL", "SMS"]})),
    )
    .await
    .expect("a new user");
    let mut mediums: Vec<_> = h
        .inbox(&pool, "bob")
        .await
        .iter()
        .map(|message| message.medium)
        .collect();
    mediums.sort_unstable();
    assert_eq!(mediums, ["EMAIL", "SMS"]);

    h.call(
        "AdminCreateUser",
        new("eve", json!({"MessageAction": "SUPPRESS"})),
    )
    .await
    .expect("a new user");
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
    h.call("AdminCreateUser", new("a", json!(null)))
        .await
        .expect("SMS by default, to nobody");
    assert_eq!(h.inbox(&pool, "a").await.len(), 0);
    h.call("AdminCreateUser", new("b", json!(["SMS", "EMAIL"])))
        .await
        .expect("by e-mail alone");
    assert_eq!(h.inbox(&pool, "b").await.len(), 1);
    let refused = h.call("AdminCreateUser", new("c", json!(["SMS"]))).await;
    assert_eq!(
        refused.expect_err("nowhere to send it").0,
        "InvalidParameterException"
    );
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
        assert_eq!(
            sent[0].body,
            "Your username is ada@example.com and temporary password is Temp0rary!."
        );
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
    let first = h
        .call("AdminCreateUser", invite(json!(null)))
        .await
        .expect("a new user")["User"]
        .clone();
    let old = h.code(&pool, "ada").await;
    h.clock.advance(8 * DAY_MS);
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", &old).await,
        Err("Temporary password has expired and must be reset by an administrator.".to_owned())
    );
    let again = h
        .call("AdminCreateUser", invite(json!("RESEND")))
        .await
        .expect("resent")["User"]
        .clone();
    assert_eq!(again["Attributes"], first["Attributes"]);
    assert_eq!(again["UserCreateDate"], first["UserCreateDate"]);
    assert_ne!(again["UserLastModifiedDate"], first["UserLastModifiedDate"]);
    let new = h.code(&pool, "ada").await;
    assert_ne!(new, old);
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", &new).await.as_deref(),
        Ok("NEW_PASSWORD_REQUIRED")
    );
    assert_eq!(
        sign_in(&h, &pool, &client, "ada", &old).await,
        Err("Incorrect username or password.".to_owned())
    );

    let permanent =
        json!({"UserPoolId": pool, "Username": "ada", "Password": "Perm4nent!", "Permanent": true});
    h.call("AdminSetUserPassword", permanent)
        .await
        .expect("confirmed");
    assert_eq!(
        h.call("AdminCreateUser", invite(json!("RESEND"))).await,
        refusal(
            "UnsupportedUserStateException",
            "Resend not possible. ada status is not FORCE_CHANGE_PASSWORD"
        )
    );
}
