//! Requests that go through providers: to which, at what level, and with which sessions of a browser.

use cenote_idp::oauth::{Authorization, Cookie, Outcome};
use serde_json::{Value, json};

use crate::support::oauth::{CALLBACK, after};
use crate::support::providers::{Federated, ISSUER, arrived, shown, told};

#[tokio::test]
async fn levels_are_translated_on_the_way_there_and_back() {
    let provider = json!({"AcrMapping": {"Level1": "low", "Level3": "high"}});
    let f = Federated::on(json!({}), provider, json!({})).await;
    let wanted = json!({"acr_values": "urn:cognito:loa:3 urn:cognito:loa:2 urn:cognito:loa:1"});
    let departure = f.leave(wanted).await;
    assert_eq!(
        after(&departure.location, '?').get("acr_values"),
        Some("high low")
    );
    for (acr, level) in [
        (json!("high"), "urn:cognito:loa:3"),
        (json!("low"), "urn:cognito:loa:1"),
        (json!("unheard of"), "urn:cognito:loa:1"),
        (Value::Null, "urn:cognito:loa:1"),
    ] {
        let id = f.token(json!({"sub": "42", "acr": acr})).await;
        assert_eq!((&id["acr"], &id["amr"]), (&level.into(), &json!(["fed"])));
    }
}

#[tokio::test]
async fn how_old_a_sign_in_may_be_is_told_and_checked() {
    let f = Federated::new().await;
    let sent = crate::support::START_MS / 1000;
    for (max_age, prompt) in [("100", None), ("0", Some("login"))] {
        let departure = f.leave(json!({"max_age": max_age})).await;
        let left = after(&departure.location, '?');
        assert_eq!(
            (left.get("max_age"), left.get("prompt")),
            (Some(max_age), prompt)
        );
    }
    let both = json!({"max_age": "0", "prompt": "select_account login"});
    let left = after(&f.leave(both).await.location, '?');
    assert_eq!(left.get("prompt"), Some("select_account login"));
    assert_eq!(
        after(&f.leave(json!({})).await.location, '?').get("max_age"),
        None
    );
    // A clock may be off by a minute.
    for (auth_time, is_good) in [
        (json!(sent - 160), true),
        (json!(sent), true),
        (json!(sent - 161), false),
        (json!("now"), false),
        (Value::Null, false),
    ] {
        let departure = f.leave(json!({"max_age": "100"})).await;
        f.says(&departure, json!({"sub": "42", "auth_time": auth_time}));
        let arrival = f.back(&departure).await;
        if is_good {
            arrived(arrival);
        } else {
            assert_eq!(told(arrival), "Bad id_token auth_time", "{auth_time}");
        }
    }
    // Nobody asked how old it is.
    f.comes(json!({"sub": "42", "auth_time": sent - 10_000}))
        .await;
}

async fn reuse(f: &Federated, cookie: &Cookie, more: Value) -> bool {
    let authorization: Authorization = f.h.good(more).await;
    let reused = Cookie::reuse(&f.h.cx(), &authorization, &cookie.value).await;
    reused.expect("no failure").is_some()
}

#[tokio::test]
async fn a_session_counts_for_the_way_in_which_it_began() {
    let f = Federated::new().await;
    let (_, cookie) = f.comes(json!({"sub": "42"})).await;
    assert!(reuse(&f, &cookie, json!({})).await);
    assert!(reuse(&f, &cookie, json!({"identity_provider": "MyIdp"})).await);
    assert!(!reuse(&f, &cookie, json!({"identity_provider": "COGNITO"})).await);
    let authorization = f.h.good(json!({})).await;
    let (_, local) = f.h.cookie(&authorization).await;
    assert!(reuse(&f, &local, json!({"identity_provider": "COGNITO"})).await);
    assert!(!reuse(&f, &local, json!({"identity_provider": "MyIdp"})).await);
}

#[tokio::test]
async fn requests_lead_to_providers_that_the_client_has() {
    let provider = json!({"IdpIdentifiers": ["other.example"]});
    let only = json!({"SupportedIdentityProviders": ["MyIdp"]});
    let f = Federated::on(json!({}), provider, only).await;
    // A client without another way is sent on at once.
    for more in [
        json!({}),
        json!({"identity_provider": "MyIdp"}),
        json!({"idp_identifier": "other.example"}),
    ] {
        let query = f.h.query(more);
        let departure = f.depart(&query, None).await.expect("a departure");
        assert!(departure.location.starts_with(ISSUER));
    }
    for more in [
        json!({"identity_provider": "COGNITO"}),
        json!({"identity_provider": "Google"}),
        json!({"identity_provider": "myidp"}),
        json!({"idp_identifier": "unheard.example"}),
    ] {
        match f.h.read(&f.h.query(more.clone())).await {
            Outcome::Page(refusal) => assert_eq!(
                refusal.description.as_deref(),
                Some("Login option is not available. Please try another one"),
                "{more}"
            ),
            other => panic!("{other:?}"),
        }
    }
    let none =
        f.h.told(json!({"identity_provider": "Google", "prompt": "none"}))
            .await;
    assert_eq!(none.get("error"), Some("login_required"));
    let departure = f.leave(json!({"redirect_uri": CALLBACK})).await;
    f.h.w
        .admin("DeleteIdentityProvider", json!({"ProviderName": "MyIdp"}))
        .await
        .expect("gone");
    assert_eq!(shown(f.back(&departure).await), "Something went wrong");
}
