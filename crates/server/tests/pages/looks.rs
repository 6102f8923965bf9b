//! What pages look like: styles of managed login, classic customization.

use data_encoding::BASE64;
use hyper::StatusCode;
use serde_json::json;

use super::browser::{Site, assert_says};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

#[tokio::test]
async fn managed_login_waits_for_a_style() {
    let site = Site::bare(2, json!({}), json!({})).await;
    let page = site.browser().open("/login").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_says(
        &page,
        "Login pages unavailable. Please contact an administrator.",
    );
    let classic = Site::bare(1, json!({}), json!({})).await;
    assert_eq!(
        classic.browser().open("/login").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_style_colours_the_pages_and_brings_its_images() {
    let site = Site::bare(2, json!({}), json!({})).await;
    let settings = json!({
        "categories": {"global": {"colorSchemeMode": "DYNAMIC", "pageHeader": {"enabled": true}}},
        "components": {
            "primaryButton": {"lightMode": {"defaults": {"backgroundColor": "123456ff"}}},
            "form": {"logo": {"enabled": true, "formInclusion": "IN"}},
        },
    });
    let body = json!({
        "UserPoolId": site.pool, "ClientId": site.client, "Settings": settings,
        "Assets": [{
            "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "SVG",
            "Bytes": BASE64.encode(SVG.as_bytes()),
        }],
    });
    let made = site.ok("CreateManagedLoginBranding", body).await;
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    assert_says(&page, "--primary:#123456ff;");
    assert_says(&page, "@media (prefers-color-scheme:dark)");
    assert_says(&page, "<header class=\"bar header\">");
    let text = page.text();
    let (_, rest) = text
        .split_once("<img class=\"only-light\" src=\"")
        .expect("the logo");
    let (path, _) = rest.split_once('"').expect("an end");
    let image = browser.get(path).await;
    assert_eq!(image.text(), SVG);
    assert_eq!(image.header("content-type"), Some("image/svg+xml"));
    let policy = image.header("content-security-policy");
    assert_eq!(
        policy,
        Some("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    );
    assert_eq!(image.header("x-content-type-options"), Some("nosniff"));
    let absent = browser.get(&path.replace("LIGHT", "DARK")).await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);

    // A change is seen at once.
    let settings = json!({
        "components": {"primaryButton": {"lightMode": {"defaults": {"backgroundColor": "654321ff"}}}},
    });
    let id = &made["ManagedLoginBranding"]["ManagedLoginBrandingId"];
    let body = json!({"UserPoolId": site.pool, "ManagedLoginBrandingId": id, "Settings": settings});
    site.ok("UpdateManagedLoginBranding", body).await;
    assert_says(&browser.open("/login").await, "--primary:#654321ff;");
}

#[tokio::test]
async fn classic_pages_take_sheet_and_logo_but_no_language() {
    let site = Site::bare(1, json!({}), json!({})).await;
    let css = ".submitButton-customizable{background:#abcdef}";
    let png = BASE64.encode(b"\x89PNG\r\n\x1a\nrest");
    let body = json!({"UserPoolId": site.pool, "CSS": css, "ImageFile": png});
    site.ok("SetUICustomization", body).await;
    let mut browser = site.browser();
    let page = browser
        .get(&format!("/login?{}&lang=de&login_hint=ann", site.query()))
        .await;
    assert_says(&page, &format!("{css}</style>"));
    assert_says(&page, "<html lang=\"en\">");
    assert!(!browser.cookies.contains_key("lang") && !page.text().contains("value=\"ann\""));
    let text = page.text();
    let (_, rest) = text
        .split_once("<img class=\"logo-customizable\" src=\"")
        .expect("the logo");
    let (path, _) = rest.split_once('"').expect("an end");
    let logo = browser.get(path).await;
    assert_eq!(logo.header("content-type"), Some("image/png"));
    for class in [
        "background",
        "banner",
        "label",
        "inputField",
        "textDescription",
        "redirect",
    ] {
        assert_says(&page, &format!("{class}-customizable"));
    }
}

#[tokio::test]
async fn what_a_password_needs_is_marked_as_kept_or_not() {
    let site = Site::bare(1, json!({}), json!({})).await;
    let mut browser = site.browser();
    let page = browser.open("/signup").await;
    let (kept, open) = (
        "<li class=\"kept passwordCheck-valid-customizable\">",
        "<li class=\"passwordCheck-notValid-customizable\">",
    );
    let count = |page: &str, mark: &str| page.matches(mark).count();
    let text = page.text();
    assert_eq!((count(&text, kept), count(&text, open)), (0, 5));
    let fields = [
        ("username", "bea"),
        ("email", "bea@example.com"),
        ("password", "Longer password"),
        ("confirm_password", "Longer password"),
    ];
    let page = browser.fill("/signup", &fields).await;
    assert_says(&page, "The password does not meet the requirements.");
    assert_says(&page, &format!("{kept}at least 8 characters</li>"));
    assert_says(&page, &format!("{open}a number</li>"));
    let text = page.text();
    assert_eq!((count(&text, kept), count(&text, open)), (4, 1));
}

#[tokio::test]
async fn a_style_colours_messages_and_their_signs() {
    let site = Site::bare(2, json!({}), json!({})).await;
    let status = |base: &str| {
        let colours = |mode: &str, kind: &str| {
            json!({
                "backgroundColor": format!("{base}{mode}{kind}1ff"),
                "borderColor": format!("{base}{mode}{kind}2ff"),
                "indicatorColor": format!("{base}{mode}{kind}3ff"),
            })
        };
        let of = |mode| {
            json!({
                "error": colours(mode, "a"), "pending": colours(mode, "b"),
                "success": colours(mode, "c"), "warning": colours(mode, "d"),
            })
        };
        json!({"lightMode": of("1"), "darkMode": of("0")})
    };
    let settings = json!({
        "categories": {"global": {"colorSchemeMode": "DYNAMIC"}},
        "componentClasses": {"statusIndicator": status("abc")},
    });
    let body = json!({"UserPoolId": site.pool, "ClientId": site.client, "Settings": settings});
    site.ok("CreateManagedLoginBranding", body).await;
    let page = site.browser().open("/login").await;
    let text = page.text();
    let (light, dark) = text
        .split_once("@media (prefers-color-scheme:dark){:root{")
        .expect("both modes");
    for (sheet, mode) in [(light, "1"), (dark, "0")] {
        for (property, value) in [
            ("invalid-border", "a2"),
            ("error-sign", "a3"),
            ("pending-sign", "b3"),
            ("success", "c1"),
            ("success-border", "c2"),
            ("success-sign", "c3"),
            ("warning", "d1"),
            ("warning-border", "d2"),
            ("warning-sign", "d3"),
        ] {
            let rule = format!("--{property}:#abc{mode}{value}ff;");
            assert!(sheet.contains(&rule), "{rule}");
        }
    }
}
