//! Functions of the pool behind the pages: what they throw is shown, and whom they know signs in.

use std::sync::Arc;

use async_trait::async_trait;
use cenote_idp::ports::{TriggerError, Triggers};
use cenote_server::config::Posture;
use serde_json::{Value, json};
use uuid::Uuid;

use super::browser::{PASSWORD, Site, assert_done, assert_leads_to, assert_says};
use super::support::{Server, settings};

/// Functions that throw, but for the one that knows users from elsewhere.
struct Functions;

#[async_trait]
impl Triggers for Functions {
    async fn call(
        &self,
        _: &'static str,
        arn: &str,
        event: &[u8],
        _: Uuid,
    ) -> Result<Vec<u8>, TriggerError> {
        if !arn.ends_with(":migrate") {
            return Err(TriggerError::Failed("Not <today>".to_owned()));
        }
        let mut event: Value = serde_json::from_slice(event).expect("an event");
        if event["userName"] != "mia" || event["request"]["password"] != PASSWORD {
            return Err(TriggerError::Failed("Nobody of that name".to_owned()));
        }
        event["response"] = json!({
            "userAttributes": {"email": "mia@example.com", "email_verified": "true"},
            "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
        });
        Ok(event.to_string().into_bytes())
    }

    async fn tell(&self, _: &'static str, _: &str, _: &[u8], _: Uuid) -> Result<(), TriggerError> {
        Ok(())
    }
}

async fn site(triggers: Value) -> Site {
    let server = Server::with(&settings(Posture::Dev), Arc::new(Functions));
    Site::on(server, 1, json!({"LambdaConfig": triggers}), json!({})).await
}

fn function(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:{name}")
}

#[tokio::test]
async fn what_a_function_throws_stands_above_the_form() {
    let before = site(json!({"PreAuthentication": function("throws")})).await;
    before.user("ann").await;
    let mut browser = before.browser();
    let page = browser.sign_in("ann").await;
    assert_says(
        &page,
        "PreAuthentication failed with error Not &#60;today&#62;.",
    );
    assert_says(&page, "value=\"ann\"");
    assert!(!browser.cookies.contains_key("cognito"));

    let before = site(json!({"PreSignUp": function("throws")})).await;
    let mut browser = before.browser();
    browser.open("/signup").await;
    let fields = [
        ("username", "bea"),
        ("email", "bea@example.com"),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
    ];
    let page = browser.fill("/signup", &fields).await;
    assert_says(&page, "PreSignUp failed with error Not &#60;today&#62;.");
    assert_says(&page, "value=\"bea@example.com\"");
}

#[tokio::test]
async fn who_comes_from_elsewhere_signs_in_with_the_password_that_the_function_knows() {
    let site = site(json!({"UserMigration": function("migrate")})).await;
    let mut browser = site.browser();
    browser.open("/login").await;
    let wrong = [("username", "mia"), ("password", "wrong")];
    assert_says(
        &browser.fill("/login", &wrong).await,
        "Incorrect username or password.",
    );
    assert_done(&browser.sign_in("mia").await);
    let body = json!({"UserPoolId": site.pool, "Username": "mia"});
    let user = site.ok("AdminGetUser", body).await;
    assert_eq!(user["UserStatus"], "CONFIRMED");
    // She is the pool's own from now on.
    let body = json!({"UserPoolId": site.pool, "LambdaConfig": {}});
    site.ok("UpdateUserPool", body).await;
    let mut browser = site.browser();
    assert_done(&browser.sign_in("mia").await);
    let reply = browser.open("/oauth2/authorize").await;
    assert_done(&reply);
    assert_leads_to(&reply, super::browser::CALLBACK);
}

#[tokio::test]
async fn who_chooses_is_brought_along_by_the_password_that_he_sends() {
    for hides in ["ENABLED", "LEGACY"] {
        let pool = json!({
            "LambdaConfig": {"UserMigration": function("migrate")},
            "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
        });
        let client = json!({
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "PreventUserExistenceErrors": hides,
        });
        let server = Server::with(&settings(Posture::Dev), Arc::new(Functions));
        let site = Site::on(server, 2, pool, client).await;
        let style = json!({
            "UserPoolId": site.pool, "ClientId": site.client, "UseCognitoProvidedValues": true,
        });
        site.ok("CreateManagedLoginBranding", style).await;
        let mut browser = site.browser();
        browser.open("/login").await;
        let mut asked = browser.fill("/login", &[("username", "mia")]).await;
        // Otherwise there is nothing to choose from.
        if hides == "ENABLED" {
            asked = browser.fill("/mfa", &[("answer", "PASSWORD")]).await;
        }
        assert_says(&browser.follow(&asked).await, "Signing in as mia.");
        assert_done(&browser.fill("/mfa", &[("password", PASSWORD)]).await);
        let mia = json!({"UserPoolId": site.pool, "Username": "mia"});
        let mia = site.ok("AdminGetUser", mia).await;
        assert_eq!(mia["UserStatus"], "CONFIRMED", "{hides}");
    }
}
