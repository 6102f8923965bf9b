//! Accounts: sign-up with its confirmation, and the reset of a forgotten password.

use hyper::StatusCode;
use serde_json::json;

use super::browser::{PASSWORD, Site, assert_done, assert_leads_to, assert_says, body_of};

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
