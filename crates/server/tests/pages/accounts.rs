//! Accounts: sign-up with its confirmation, and the reset of a forgotten password.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::browser::{PASSWORD, Site, assert_done, assert_leads_to, assert_says, body_of, merge};

const SIGN_UP: [(&str, &str); 4] = [
    ("username", "bea"),
    ("email", "bea@example.com"),
    ("password", PASSWORD),
    ("confirm_password", PASSWORD),
];

#[tokio::test]
async fn somebody_signs_up_confirms_and_signs_in() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let page = browser.open("/signup").await;
    // Nothing requires it, but the code has to go somewhere.
    assert_says(&page, "autocomplete=\"email\"");
    let asked = browser.fill("/signup", &SIGN_UP).await;
    assert_leads_to(&asked, "/confirm");
    let page = browser.follow(&asked).await;
    assert_says(&page, "We have sent a code by email to b***@e***.");
    assert_says(
        &browser.fill("/confirm", &[("code", "000000")]).await,
        "The code is not right.",
    );

    let resent = browser.fill("/resendcode", &[("resend", "1")]).await;
    assert_says(&browser.follow(&resent).await, "We have sent a new code.");
    let code = site.code().await;
    let done = browser.fill("/confirm", &[("code", &code)]).await;
    assert_leads_to(&done, "/login");
    let page = browser.follow(&done).await;
    assert_says(&page, "Your account is confirmed.");
    assert_says(&page, "value=\"bea\"");
    assert_done(&browser.sign_in("bea").await);

    let taken = browser.fill("/signup", &SIGN_UP).await;
    assert_says(&taken, "An account with this name exists already.");
    assert!(!body_of(&taken).contains(PASSWORD));
}

#[tokio::test]
async fn the_code_of_a_sign_up_signs_in_where_users_choose() {
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]});
    let site = Site::with(json!({}), flows).await;
    let mut browser = site.browser();
    browser.open("/signup").await;
    browser.fill("/signup", &SIGN_UP).await;
    let code = site.code().await;
    assert_done(&browser.fill("/confirm", &[("code", &code)]).await);
}

/// Passwords and codes by e-mail, of which people choose.
fn codes() -> (Value, Value) {
    (
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}}),
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
}

#[tokio::test]
async fn where_codes_sign_in_a_sign_up_needs_no_password() {
    let (pool, client) = codes();
    let site = Site::with(pool, client).await;
    let mut browser = site.browser();
    let page = browser.open("/signup").await;
    assert_says(&page, "You can leave this empty, and sign in with codes.");
    let password = body_of(&page);
    let (_, password) = password.split_once("id=\"password\"").expect("a field");
    let (password, _) = password.split_once('>').expect("an end");
    assert!(!password.contains("required"), "{password}");
    let fields = [("username", "bea"), ("email", "bea@example.com")];
    let lone = [&fields[..], &[("password", PASSWORD)]].concat();
    let page = browser.fill("/signup", &lone).await;
    assert_says(&page, "The two passwords are not the same.");
    let asked = browser.fill("/signup", &fields).await;
    assert_leads_to(&asked, "/confirm");
    let code = site.code().await;
    assert_done(&browser.fill("/confirm", &[("code", &code)]).await);

    // The next time there is nothing to choose.
    let mut browser = site.browser();
    browser.open("/login").await;
    let asked = browser.fill("/login", &[("username", "bea")]).await;
    assert_leads_to(&asked, "/mfa");
    assert_says(&browser.follow(&asked).await, "b***@e***");
    let code = site.code().await;
    assert_done(&browser.fill("/mfa", &[("code", &code)]).await);
}

#[tokio::test]
async fn a_password_is_needed_where_a_code_could_go_nowhere() {
    let (pool, flows) = codes();
    let sms = json!({"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"});
    let names = json!({
        "UsernameAttributes": ["email", "phone_number"],
        "AutoVerifiedAttributes": ["email", "phone_number"],
        "SmsConfiguration": sms,
    });
    let names = with(pool.clone(), names);
    let only_password = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    for (pool, client, username) in [
        // Nobody chooses.
        (pool.clone(), only_password, "bea"),
        // The pool does not verify the address.
        (
            with(pool, json!({"AutoVerifiedAttributes": []})),
            flows.clone(),
            "bea",
        ),
        // Codes go to e-mail addresses alone.
        (names.clone(), flows.clone(), "+14325551212"),
    ] {
        let site = Site::with(pool, client).await;
        let mut browser = site.browser();
        browser.open("/signup").await;
        let fields = [("username", username), ("email", "bea@example.com")];
        let page = browser.fill("/signup", &fields).await;
        assert_says(&page, "Fill in: Password");
    }
    let site = Site::with(names, flows).await;
    let mut browser = site.browser();
    browser.open("/signup").await;
    let asked = browser
        .fill("/signup", &[("username", "bea@example.com")])
        .await;
    assert_leads_to(&asked, "/confirm");
}

#[tokio::test]
async fn classic_pages_ask_everybody_for_a_password() {
    let (pool, client) = codes();
    let site = Site::bare(1, pool, client).await;
    let mut browser = site.browser();
    browser.open("/signup").await;
    let fields = [("username", "bea"), ("email", "bea@example.com")];
    assert_says(&browser.fill("/signup", &fields).await, "Fill in: Password");
}

fn with(mut into: Value, from: Value) -> Value {
    merge(&mut into, from);
    into
}

#[tokio::test]
async fn where_a_link_confirms_nobody_is_asked_for_a_code() {
    let template = json!({"DefaultEmailOption": "CONFIRM_WITH_LINK"});
    let pool = json!({"VerificationMessageTemplate": template});
    let site = Site::with(pool, json!({})).await;
    let mut browser = site.browser();
    browser.open("/signup").await;
    let asked = browser.fill("/signup", &SIGN_UP).await;
    let page = browser.follow(&asked).await;
    assert_says(&page, "We have sent a link by email to b***@e***.");
    assert!(!body_of(&page).contains("name=\"code\""));
    let resent = browser.fill("/resendcode", &[("resend", "1")]).await;
    assert_says(&browser.follow(&resent).await, "We have sent a new link.");
    // Who comes back too early is told again.
    let mut browser = site.browser();
    let asked = browser.sign_in("bea").await;
    let page = browser.follow(&asked).await;
    assert_says(&page, "Open the link that we have sent you");
    let inbox = site.server.get("/_cenote/inbox?user=bea", &[]).await.json();
    let link = inbox["messages"][0]["link"].as_str().expect("a link");
    let (_, path) = link.split_once(":9229").expect("a path");
    assert_says(
        &browser.get(path).await,
        "Your registration has been confirmed!",
    );
    assert_done(&browser.sign_in("bea").await);
}

#[tokio::test]
async fn a_sign_up_that_nobody_confirmed_goes_on_where_it_stopped() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.open("/signup").await;
    browser.fill("/signup", &SIGN_UP).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("bea").await;
    assert_leads_to(&asked, "/confirm");
    assert_says(&browser.follow(&asked).await, "Send a new code");
}

#[tokio::test]
async fn the_form_asks_for_what_the_pool_requires() {
    let site = Site::with(
        json!({
            "UsernameAttributes": ["email"],
            "Schema": [
                {"Name": "family_name", "Required": true},
                {"Name": "birthdate", "Required": true},
            ],
        }),
        json!({}),
    )
    .await;
    let mut browser = site.browser();
    let page = body_of(&browser.open("/signup").await);
    assert!(
        page.contains("Email address") && page.contains("Last name"),
        "{page}"
    );
    assert!(
        page.contains("type=\"date\"") && !page.contains("name=\"email\""),
        "{page}"
    );
    let fields = [
        ("username", "cy@example.com"),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
    ];
    let page = browser.fill("/signup", &fields).await;
    assert_says(&page, "Fill in: ");
    assert_says(&page, "value=\"cy@example.com\"");
    let more = [("family_name", "Doe"), ("birthdate", "1990-02-03")];
    let asked = browser
        .fill("/signup", &[&fields[..], &more[..]].concat())
        .await;
    assert_leads_to(&asked, "/confirm");
}

#[tokio::test]
async fn terms_are_shown_when_both_documents_are_there() {
    let site = Site::new().await;
    let mut browser = site.browser();
    for (name, path, is_shown) in [
        ("terms-of-use", "tou", false),
        ("privacy-policy", "pp", true),
    ] {
        let links = json!({
            "cognito:default": format!("https://example.com/{path}"),
            "cognito:german": format!("https://example.com/de/{path}"),
        });
        let body = json!({
            "UserPoolId": site.pool, "ClientId": site.client, "TermsName": name,
            "TermsSource": "LINK", "Enforcement": "NONE", "Links": links,
        });
        site.ok("CreateTerms", body).await;
        let page = browser.open("/signup").await;
        assert_eq!(page.text().contains("By signing up, you agree"), is_shown);
    }
    assert_says(
        &browser.open("/signup").await,
        "href=\"https://example.com/tou\"",
    );
    let path = format!("/signup?{}&lang=de", site.query());
    assert_says(
        &browser.get(&path).await,
        "href=\"https://example.com/de/pp\"",
    );
}

#[tokio::test]
async fn a_forgotten_password_is_reset_by_a_code() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    browser.open("/forgotPassword").await;
    let asked = browser
        .fill("/forgotPassword", &[("username", "ann")])
        .await;
    assert_leads_to(&asked, "/confirmforgotPassword");
    assert_says(&browser.follow(&asked).await, "If this account exists");
    let new = "Other-Horse-10";
    let fields = |code| [("code", code), ("password", new), ("confirm_password", new)];
    let page = browser
        .fill("/confirmforgotPassword", &fields("000000"))
        .await;
    assert_says(&page, "The code is not right.");
    let code = site.code().await;
    let done = browser.fill("/confirmforgotPassword", &fields(&code)).await;
    assert_leads_to(&done, "/login");
    assert_says(
        &browser.follow(&done).await,
        "Your password has been changed.",
    );
    let done = browser
        .fill("/login", &[("username", "ann"), ("password", new)])
        .await;
    assert_done(&done);
}

#[tokio::test]
async fn the_reset_does_not_tell_who_exists() {
    for prevent in ["ENABLED", "LEGACY"] {
        let client = json!({"PreventUserExistenceErrors": prevent});
        let site = Site::with(json!({}), client).await;
        site.user("annabelle-77").await;
        let mut pages = Vec::new();
        for name in ["annabelle-77", "nobody-77"] {
            let mut browser = site.browser();
            browser.open("/forgotPassword").await;
            browser
                .cookies
                .insert("XSRF-TOKEN".to_owned(), "0".repeat(36));
            let asked = browser.fill("/forgotPassword", &[("username", name)]).await;
            let shown = browser.follow(&asked).await;
            let fields = [
                ("code", "000000"),
                ("password", PASSWORD),
                ("confirm_password", PASSWORD),
            ];
            let wrong = browser.fill("/confirmforgotPassword", &fields).await;
            pages.push((shown.text(), wrong.text()));
        }
        assert_eq!(pages[0], pages[1], "{prevent}");
    }
}

#[tokio::test]
async fn what_the_pool_does_not_offer_is_not_there() {
    let site = Site::with(
        json!({
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
            "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
        }),
        json!({}),
    )
    .await;
    let mut browser = site.browser();
    let page = body_of(&browser.open("/login").await);
    assert!(
        !page.contains("/signup") && !page.contains("/forgotPassword"),
        "{page}"
    );
    for (path, text) in [
        ("/signup", "Sign-up is not available."),
        (
            "/forgotPassword",
            "Contact an administrator to reset your password.",
        ),
    ] {
        let page = browser.open(path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert_says(&page, text);
    }
}
