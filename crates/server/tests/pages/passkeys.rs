//! Passkeys: the pages around them. A real browser makes and uses them in the tests of clients.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::browser::{Site, assert_done, assert_leads_to, assert_says, body_of};
use super::support::Reply;

async fn site() -> Site {
    Site::with(
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}}),
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await
}

#[tokio::test]
async fn a_passkey_is_offered_after_a_sign_up_and_need_not_be_taken() {
    let site = site().await;
    let mut browser = site.browser();
    browser.open("/signup").await;
    let fields = [
        ("username", "bea"),
        ("email", "bea@example.com"),
        ("password", super::browser::PASSWORD),
        ("confirm_password", super::browser::PASSWORD),
    ];
    browser.fill("/signup", &fields).await;
    let code = site.code().await;
    let offered = browser.fill("/confirm", &[("code", &code)]).await;
    assert_leads_to(&offered, "/passkeys/add");
    let page = browser.follow(&offered).await;
    assert_says(&page, "Create a passkey");
    assert_says(&page, "&#34;challenge&#34;");
    let wrong = browser.fill("/passkeys/add", &[("credential", "{}")]).await;
    assert_says(&wrong, "The passkey could not be used.");
    assert_done(&browser.fill("/passkeys/add", &[("skip", "1")]).await);
}

#[tokio::test]
async fn only_these_pages_have_a_script_and_the_policy_names_it() {
    let site = site().await;
    site.user("ann").await;
    let mut browser = site.browser();
    let asked = browser.open("/passkeys/add").await;
    assert_leads_to(&asked, "/login");
    let page = browser.follow(&asked).await;
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(!policy.contains("script-src"), "{policy}");
    browser.fill("/login", &[("username", "ann")]).await;
    let fields = [("password", super::browser::PASSWORD)];
    let offered = browser.fill("/mfa", &fields).await;
    assert_leads_to(&offered, "/passkeys/add");
    let page = browser.follow(&offered).await;
    let policy = page.header("content-security-policy").expect("a policy");
    let body = body_of(&page);
    let (_, script) = body.split_once("<script>").expect("a script");
    let (script, _) = script.split_once("</script>").expect("an end");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
    let hash = data_encoding::BASE64.encode(hash.as_ref());
    assert!(
        policy.contains(&format!("script-src 'sha256-{hash}'")),
        "{policy}"
    );
}

#[tokio::test]
async fn pools_without_passkeys_have_no_page_for_them() {
    let site = Site::new().await;
    let page = site.browser().open("/passkeys/add").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(!body_of(&page).contains("<script"));
}

#[tokio::test]
async fn what_a_passkey_is_asked_for_stays_out_of_the_cookie() {
    let site = site().await;
    let mut browser = site.browser();
    browser.open("/login").await;
    // The longest names that there are, and nobody's: every other one is told to have a passkey.
    for n in 0..64 {
        let name = format!("{}{n:02}", "\u{1f511}".repeat(126));
        let asked = browser.fill("/login", &[("username", &name)]).await;
        let page = browser.follow(&asked).await;
        if body_of(&page).contains("How do you want to sign in?") {
            break;
        }
    }
    let asked = browser.fill("/mfa", &[("answer", "WEB_AUTHN")]).await;
    assert_leads_to(&asked, "/mfa");
    assert!(browser.cookies["page-data"].len() < 2500);
    let options = |page: &Reply| {
        let text = body_of(page);
        let (_, rest) = text.split_once("data-options=\"").expect("options");
        let (options, _) = rest.split_once('"').expect("an end");
        let options = options.replace("&#34;", "\"");
        serde_json::from_str::<Value>(&options).expect("JSON")
    };
    let page = options(&browser.follow(&asked).await);
    assert_eq!(page["rpId"], "app.auth.localhost");
    assert_eq!(page["allowCredentials"].as_array().map(Vec::len), Some(1));
    // Whoever fails is asked the same again.
    let credential = json!({
        "id": "AAAA", "rawId": "AAAA", "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": data_encoding::BASE64URL_NOPAD.encode(
                b"{\"type\":\"webauthn.get\",\"challenge\":\"AAAA\",\"origin\":\"http://localhost\"}",
            ),
            "authenticatorData": data_encoding::BASE64URL_NOPAD.encode(&[0; 37]),
            "signature": "AAAA",
        },
    });
    let fields = [("credential", &*credential.to_string())];
    let wrong = browser.fill("/mfa", &fields).await;
    assert_says(&wrong, "The passkey could not be used.");
    assert_eq!(options(&wrong), page);
}
