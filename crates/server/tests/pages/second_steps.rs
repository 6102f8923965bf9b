//! Second steps: codes by message, authenticator apps, choices and set-ups.

use serde_json::{Value, json};

use super::browser::{Site, assert_done, assert_leads_to, assert_says, body_of};

/// A pool whose users need a second step.
async fn site(mfa: Value) -> Site {
    let pool = json!({
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
    });
    let site = Site::with(pool, json!({})).await;
    let mut body = json!({"UserPoolId": site.pool, "MfaConfiguration": "ON"});
    body.as_object_mut()
        .expect("an object")
        .extend(mfa.as_object().expect("an object").clone());
    site.ok("SetUserPoolMfaConfig", body).await;
    site
}

/// The code of an authenticator app, for a key that the page shows.
fn code_of(site: &Site, key: &str) -> String {
    let key = data_encoding::BASE32_NOPAD
        .decode(key.as_bytes())
        .expect("a key");
    let step = u64::try_from(site.server.service.clock.now_ms() / 30_000).expect("after 1970");
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes([tag[at] & 127, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// The key that a page shows.
fn key_on(page: &str) -> String {
    let (_, rest) = page.split_once("id=\"totp-key\">").expect("a key");
    let (key, _) = rest.split_once('<').expect("an end");
    key.replace(' ', "")
}

#[tokio::test]
async fn an_authenticator_app_is_set_up_and_then_asked_for() {
    let site = site(json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}})).await;
    site.user("ann").await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_leads_to(&asked, "/mfa");
    let page = browser.follow(&asked).await;
    assert_says(&page, "aria-label=\"QR code for your authenticator app\"");
    assert_says(&page, "<svg");
    let key = key_on(&page.text());
    let wrong = browser.fill("/mfa", &[("code", "000000")]).await;
    assert_says(&wrong, "The code is not right.");
    assert_eq!(key_on(&wrong.text()), key);
    let fields = [
        ("code", code_of(&site, &key)),
        ("device", "phone".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    assert_done(&browser.fill("/mfa", &fields).await);

    site.wait(60).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_says(&browser.follow(&asked).await, "authenticator app on phone.");
    assert_done(
        &browser
            .fill("/mfa", &[("code", &code_of(&site, &key))])
            .await,
    );
}

#[tokio::test]
async fn a_code_by_email_is_a_second_step() {
    let site = site(json!({
        "EmailMfaConfiguration": {}, "SoftwareTokenMfaConfiguration": {"Enabled": true},
    }))
    .await;
    site.user("ann").await;
    let body = json!({
        "UserPoolId": site.pool, "Username": "ann", "EmailMfaSettings": {"Enabled": true},
    });
    site.ok("AdminSetUserMFAPreference", body).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    let page = browser.follow(&asked).await;
    assert_says(&page, "We have sent a code by email to a***@e***.");
    assert_says(&page, "autocomplete=\"one-time-code\"");
    assert_says(&browser.fill("/mfa", &[]).await, "Fill in: Code");
    let code = site.code().await;
    assert_done(&browser.fill("/mfa", &[("code", &code)]).await);
}

#[tokio::test]
async fn what_to_set_up_can_be_chosen() {
    let site = site(json!({
        "EmailMfaConfiguration": {}, "SoftwareTokenMfaConfiguration": {"Enabled": true},
    }))
    .await;
    let body = json!({"UserPoolId": site.pool, "Username": "eve", "MessageAction": "SUPPRESS"});
    site.ok("AdminCreateUser", body).await;
    site.password("eve", true).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("eve").await;
    let page = body_of(&browser.follow(&asked).await);
    assert!(
        page.contains("Authenticator app") && page.contains("Code by email"),
        "{page}"
    );
    let asked = browser.fill("/mfa", &[("answer", "EMAIL_OTP")]).await;
    assert_says(&browser.follow(&asked).await, "Set up codes by email");
    let asked = browser.fill("/mfa", &[("email", "eve@example.com")]).await;
    assert_says(
        &browser.follow(&asked).await,
        "We have sent a code by email to e***@e***.",
    );
    let code = site.code().await;
    assert_done(&browser.fill("/mfa", &[("code", &code)]).await);
}

#[tokio::test]
async fn who_has_no_phone_number_gives_one_where_codes_go_by_sms_alone() {
    let site = site(json!({
        "SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}},
    }))
    .await;
    site.user("ann").await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_leads_to(&asked, "/mfa");
    let page = browser.follow(&asked).await;
    assert_says(&page, "Set up codes by text message");
    assert_says(&page, "name=\"phone_number\"");
    assert_says(&browser.fill("/mfa", &[]).await, "Fill in: Phone number");
    let wrong = browser.fill("/mfa", &[("phone_number", "0123")]).await;
    assert_says(&wrong, "Invalid phone number format.");
    let fields = [("phone_number", "+14325551212")];
    let asked = browser.fill("/mfa", &fields).await;
    assert_says(
        &browser.follow(&asked).await,
        "We have sent a code by text message to +*******1212.",
    );
    let code = site.code().await;
    assert_done(&browser.fill("/mfa", &[("code", &code)]).await);
    let body = json!({"UserPoolId": site.pool, "Username": "ann"});
    let user = site.ok("AdminGetUser", body).await;
    assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA"]));

    // From now on it is where codes go.
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_says(&browser.follow(&asked).await, "+*******1212");
}

#[tokio::test]
async fn a_step_that_takes_too_long_starts_again() {
    let site = site(json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}})).await;
    site.user("ann").await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    let page = browser.follow(&asked).await;
    let key = key_on(&page.text());
    site.wait(301).await;
    let late = browser
        .fill("/mfa", &[("code", &code_of(&site, &key))])
        .await;
    assert_says(&late, "Something went wrong");
    assert_says(&late, "Back to sign in");
}
