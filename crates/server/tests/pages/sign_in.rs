//! Signing in.

use hyper::StatusCode;
use serde_json::json;

use super::browser::{PASSWORD, Site, assert_done, assert_leads_to, assert_says, body_of};

#[tokio::test]
async fn a_password_signs_in_and_the_browser_is_known_afterwards() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    let to_login = browser.open("/oauth2/authorize").await;
    let page = browser.follow(&to_login).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_says(&page, "<h1>Sign in</h1>");
    assert_says(&page, "autocomplete=\"current-password\"");
    let done = browser
        .fill("/login", &[("username", "ann"), ("password", PASSWORD)])
        .await;
    assert_done(&done);
    assert!(browser.cookies.contains_key("cognito"));
    assert_done(&browser.open("/oauth2/authorize").await);

    // A direct visit asks first.
    let page = browser.open("/login").await;
    assert_says(&page, "Continue as ann");
    assert_done(&browser.fill("/login", &[("continue", "1")]).await);
    let form = browser.fill("/login", &[("switch", "1")]).await;
    assert_says(&form, "autocomplete=\"current-password\"");
    site.wait(3601).await;
    assert_says(
        &browser.open("/login").await,
        "autocomplete=\"current-password\"",
    );
}

#[tokio::test]
async fn known_and_unknown_people_with_a_wrong_password_see_the_same_page() {
    let site = Site::new().await;
    site.user("annabelle-77").await;
    let mut pages = Vec::new();
    for name in ["annabelle-77", "nobody-77"] {
        let mut browser = site.browser();
        browser.open("/login").await;
        browser
            .cookies
            .insert("XSRF-TOKEN".to_owned(), "0".repeat(36));
        let page = browser
            .fill("/login", &[("username", name), ("password", "wrong")])
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert_says(&page, "Incorrect username or password.");
        assert_says(&page, "<title>Error: Sign in</title>");
        assert_says(&page, "aria-invalid=\"true\"");
        pages.push(page.text().replace(name, "name"));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn guesses_on_the_page_count_like_all_others() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    browser.open("/login").await;
    for _ in 0..5 {
        let fields = [("username", "ann"), ("password", "wrong")];
        assert_says(
            &browser.fill("/login", &fields).await,
            "Incorrect username or password.",
        );
    }
    let fields = [("username", "ann"), ("password", PASSWORD)];
    assert_says(&browser.fill("/login", &fields).await, "Too many attempts.");
    site.wait(3600).await;
    assert_done(&browser.fill("/login", &fields).await);
}

#[tokio::test]
async fn empty_fields_are_named() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.open("/login").await;
    assert_says(&browser.fill("/login", &[]).await, "Fill in: Username");
    let page = browser
        .fill("/login", &[("username", "a\"><script>")])
        .await;
    assert_says(&page, "Fill in: Password");
    assert!(!body_of(&page).contains("<script"), "{}", body_of(&page));
    assert_says(&page, "value=\"a&#34;&#62;&#60;script&#62;\"");
}

#[tokio::test]
async fn a_temporary_password_gives_way_to_one_of_the_users_own() {
    let site = Site::new().await;
    site.user("ann").await;
    site.password("ann", false).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_leads_to(&asked, "/changePassword");
    let page = browser.follow(&asked).await;
    assert_says(&page, "Choose a new password");
    assert_says(&page, "at least 8 characters");
    let new = "Other-Horse-10";
    let fields = [("password", new), ("confirm_password", "else")];
    let page = browser.fill("/changePassword", &fields).await;
    assert_says(&page, "The two passwords are not the same.");
    let fields = [("password", "short"), ("confirm_password", "short")];
    let page = browser.fill("/changePassword", &fields).await;
    assert_says(&page, "The password does not meet the requirements.");
    let fields = [("password", new), ("confirm_password", new)];
    assert_done(&browser.fill("/changePassword", &fields).await);
    assert!(!browser.cookies.contains_key("page-data"));
}

#[tokio::test]
async fn who_must_reset_the_password_gets_to_the_reset_page() {
    let site = Site::new().await;
    site.user("ann").await;
    let body = json!({"UserPoolId": site.pool, "Username": "ann"});
    site.ok("AdminResetUserPassword", body).await;
    let mut browser = site.browser();
    let asked = browser.sign_in("ann").await;
    assert_leads_to(&asked, "/confirmforgotPassword");
    assert_says(&browser.follow(&asked).await, "has to be reset");
}

#[tokio::test]
async fn managed_login_takes_up_hint_and_language() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let path = format!("/login?{}&login_hint=ann&lang=de", site.query());
    let page = browser.get(&path).await;
    assert_says(&page, "<html lang=\"de\">");
    assert_says(&page, "<h1>Anmelden</h1>");
    assert_says(&page, "value=\"ann\"");
    assert_eq!(browser.cookies.get("lang").map(String::as_str), Some("de"));
    assert_says(
        &browser.open("/forgotPassword").await,
        "Passwort zurücksetzen",
    );
    let path = format!("/login?{}&lang=tlh", site.query());
    assert_says(&browser.get(&path).await, "<html lang=\"de\">");
}

#[tokio::test]
async fn who_chooses_names_himself_first() {
    let site = Site::with(
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}}),
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}),
    )
    .await;
    site.user("ann").await;
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    assert!(!body_of(&page).contains("type=\"password\""));
    let asked = browser.fill("/login", &[("username", "ann")]).await;
    assert_leads_to(&asked, "/mfa");
    assert_says(&browser.follow(&asked).await, "Code by email");
    let asked = browser.fill("/mfa", &[("answer", "EMAIL_OTP")]).await;
    assert_says(&browser.follow(&asked).await, "a***@e***");
    assert_says(
        &browser.fill("/mfa", &[("code", "00000000")]).await,
        "The code is not right.",
    );
    let code = site.code().await;
    assert_done(&browser.fill("/mfa", &[("code", &code)]).await);

    let mut browser = site.browser();
    browser.open("/login").await;
    browser.fill("/login", &[("username", "ann")]).await;
    let asked = browser.fill("/mfa", &[("answer", "PASSWORD")]).await;
    assert_says(&browser.follow(&asked).await, "Signing in as ann.");
    assert_done(&browser.fill("/mfa", &[("password", PASSWORD)]).await);
}

#[tokio::test]
async fn s30_who_names_himself_first_does_not_learn_who_exists() {
    for factors in [json!(["PASSWORD", "EMAIL_OTP"]), json!(["PASSWORD"])] {
        let policy = json!({"AllowedFirstAuthFactors": factors});
        let site = Site::with(
            json!({"Policies": {"SignInPolicy": policy}}),
            json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}),
        )
        .await;
        site.user("annabelle-77").await;
        let mut seen = Vec::new();
        for name in ["annabelle-77", "nobody-77"] {
            let mut browser = site.browser();
            browser.open("/login").await;
            let token = "0".repeat(36);
            browser.cookies.insert("XSRF-TOKEN".to_owned(), token);
            let mut steps = Vec::new();
            let asked = browser.fill("/login", &[("username", name)]).await;
            steps.push(asked.header("location").expect("a location").to_owned());
            steps.push(browser.follow(&asked).await.text());
            if factors.as_array().is_some_and(|factors| factors.len() > 1) {
                let asked = browser.fill("/mfa", &[("answer", "PASSWORD")]).await;
                steps.push(browser.follow(&asked).await.text());
            }
            let page = browser.fill("/mfa", &[("password", "wrong")]).await;
            assert_says(&page, "Incorrect username or password.");
            steps.push(page.text());
            seen.push(steps.join("\n").replace(name, "name"));
        }
        assert_eq!(seen[0], seen[1]);
    }
}

#[tokio::test]
async fn paths_count_in_any_case_and_below_the_prefix_path() {
    let site = Site::new().await;
    site.user("ann").await;
    let mut browser = site.browser();
    assert_eq!(browser.open("/LOGIN/").await.status, StatusCode::OK);
    assert_eq!(browser.open("/forgotpassword").await.status, StatusCode::OK);
    let mut browser = site.browser();
    browser.prefix = "/_domain/app".to_owned();
    let page = browser.open("/login").await;
    assert_says(&page, "action=\"/_domain/app/login?");
    let done = browser
        .fill("/login", &[("username", "ann"), ("password", PASSWORD)])
        .await;
    assert_done(&done);
    for cookie in done.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().expect("ASCII");
        assert!(cookie.contains("Path=/_domain/app;"), "{cookie}");
    }
}
