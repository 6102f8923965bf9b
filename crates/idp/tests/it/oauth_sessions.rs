//! The session of a browser: how long it lasts, for whom, and what ends it.

use cenote_idp::oauth::{self, Authorization, Cookie, Domain, Params};
use serde_json::{Value, json};

use crate::support::Harness;
use crate::support::oauth::{Hosted, app, error, refused};
use crate::support::signing::{MINUTE_MS, beside, sub_of, verified};
use crate::support::world::PASSWORD;

/// Whether the cookie is enough for the request.
async fn reused(h: &Hosted, authorization: &Authorization, cookie: &Cookie) -> bool {
    let found = Cookie::reuse(&h.cx(), authorization, &cookie.value).await;
    found.expect("no failure").is_some()
}

async fn tracking() -> Hosted {
    let h = Hosted::new(json!({})).await;
    let input = json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 2}});
    h.w.admin("SetUserPoolSessionConfiguration", input)
        .await
        .expect("tracking");
    h.again().await
}

async fn sessions(h: &Hosted) -> Vec<Value> {
    let listed =
        h.w.admin("AdminListUserSessions", json!({"Username": "ada"}))
            .await;
    let listed = listed.expect("sessions");
    listed["Sessions"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn it_lasts_an_hour_from_the_sign_in_whether_or_not_it_is_used() {
    let h = Hosted::new(json!({})).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    assert_eq!(cookie.max_age, 3600);
    h.w.h.clock.advance(59 * MINUTE_MS);
    assert!(reused(&h, &request, &cookie).await);
    h.w.h.clock.advance(MINUTE_MS);
    assert!(!reused(&h, &request, &cookie).await);
}

#[tokio::test]
async fn s37_it_serves_every_client_of_the_pool_and_keeps_the_time_of_the_sign_in() {
    let h = Hosted::new(json!({})).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    h.w.h.clock.advance(30 * MINUTE_MS);
    let other = beside(&h.w, app()).await;
    let more = json!({"client_id": other.client, "scope": "openid"});
    let request = h.good(more).await;
    let found = Cookie::reuse(&h.cx(), &request, &cookie.value).await;
    let found = found.expect("no failure").expect("ada");
    let location = oauth::complete(&h.cx(), &request, &found)
        .await
        .expect("a location");
    let code = crate::support::oauth::after(&location, '?')
        .get("code")
        .map(str::to_owned);
    let more = json!({"client_id": other.client});
    let tokens = h
        .redeem(&code.expect("a code"), more)
        .await
        .expect("tokens");
    let id = verified(&h.w, &tokens["id_token"]).await.claims;
    assert_eq!(id["auth_time"], crate::support::START_MS / 1000);
}

#[tokio::test]
async fn max_age_and_prompt_ask_for_a_sign_in() {
    let h = Hosted::on(Harness::new().await, json!({}), json!({}), 2).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    h.w.h.clock.advance(10_000);
    for (more, enough) in [
        (json!({"max_age": "10"}), true),
        (json!({"max_age": "9"}), false),
        (json!({"max_age": "0"}), false),
        (json!({"prompt": "login"}), false),
        (json!({"prompt": "none"}), true),
        (json!({"prompt": "consent"}), true),
    ] {
        let request = h.good(more.clone()).await;
        assert_eq!(reused(&h, &request, &cookie).await, enough, "{more}");
    }
    // The session itself goes on: it is there to be continued, or for others.
    let request = h.good(json!({"prompt": "login"})).await;
    let owner = Cookie::owner(&h.cx(), &request, &cookie.value).await;
    assert_eq!(owner.expect("no failure").expect("ada").username(), "ada");
}

#[tokio::test]
async fn s57_a_hint_at_another_person_asks_for_a_sign_in() {
    let h = Hosted::new(json!({})).await;
    h.w.made("bob", &[("email", "bob@example.com")]).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    let own = h.tokens(json!({})).await["id_token"].clone();
    let bob = h.w.sign_in("bob", PASSWORD).await.expect("a sign-in");
    let bob = bob["AuthenticationResult"]["IdToken"].clone();
    for (hint, enough) in [(own, true), (bob, false), ("x".into(), true)] {
        let request = h
            .good(json!({"prompt": "none", "id_token_hint": hint}))
            .await;
        assert_eq!(reused(&h, &request, &cookie).await, enough);
    }
}

#[tokio::test]
async fn signing_out_ends_it_for_every_copy_of_the_cookie_and_leaves_the_tokens() {
    let h = Hosted::new(json!({})).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    let tokens = h.tokens(json!({})).await;
    Cookie::end(&h.cx(), &h.domain, &cookie.value)
        .await
        .expect("an end");
    assert!(!reused(&h, &request, &cookie).await);
    h.refresh(&tokens["refresh_token"], json!({}))
        .await
        .expect("tokens");
    // What is no cookie of ours is not there.
    Cookie::end(&h.cx(), &h.domain, "x")
        .await
        .expect("nothing to end");
}

#[tokio::test]
async fn signing_out_everywhere_leaves_it_and_disabling_the_user_does_not() {
    let h = Hosted::new(json!({})).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    let name = json!({"Username": "ada"});
    h.w.admin("AdminUserGlobalSignOut", name.clone())
        .await
        .expect("signed out");
    assert!(reused(&h, &request, &cookie).await);
    h.w.admin("AdminDisableUser", name).await.expect("disabled");
    assert!(!reused(&h, &request, &cookie).await);
}

#[tokio::test]
async fn s29_it_has_a_new_value_each_time_and_is_nothing_in_another_pool() {
    let h = Hosted::new(json!({})).await;
    let request = h.good(json!({})).await;
    let (signed_in, cookie) = h.cookie(&request).await;
    let (_, next) = h.cookie(&request).await;
    assert_ne!(cookie.value, next.value);
    assert!(!cookie.value.contains(&sub_of(&h.w, "ada").await));
    assert_eq!(signed_in.attribute("email"), Some("ada@example.com"));
    let pool = h.w.h.pool(json!({})).await;
    let input = json!({"UserPoolId": pool, "Domain": "other"});
    h.w.h.ok("CreateUserPoolDomain", input).await;
    let client = h.w.h.client(&pool, app()).await;
    let domain = Domain::of_host(&h.w.h.service, "other.auth.localhost").await;
    let domain = domain.expect("no failure").expect("a domain");
    let query = h.query(json!({"client_id": client}));
    let params = Params::parse(query.as_bytes()).expect("a query");
    let request = Authorization::read(&h.cx(), &domain, &params)
        .await
        .expect("no failure");
    let cenote_idp::oauth::Outcome::Go(request) = request else {
        panic!("a good request")
    };
    assert!(!reused(&h, &request, &cookie).await);
}

#[tokio::test]
async fn where_sessions_are_tracked_an_sso_session_stands_behind_it() {
    let h = tracking().await;
    let request = h.good(json!({})).await;
    let (signed_in, cookie) = h.cookie(&request).await;
    let location = oauth::complete(&h.cx(), &request, &signed_in)
        .await
        .expect("a location");
    let code = crate::support::oauth::after(&location, '?')
        .get("code")
        .map(str::to_owned);
    let tokens = h
        .redeem(&code.expect("a code"), json!({}))
        .await
        .expect("tokens");
    let listed = sessions(&h).await;
    let kind = |kind: &str| {
        let found = listed.iter().find(|session| session["SessionType"] == kind);
        found
            .unwrap_or_else(|| panic!("no {kind} in {listed:?}"))
            .clone()
    };
    let (sso, token) = (kind("SSO"), kind("TOKEN"));
    assert_eq!(token["OriginSessionId"], sso["SessionId"]);
    assert!(
        sso["SessionId"]
            .as_str()
            .is_some_and(|id| id.starts_with("sso") && id.len() == 28)
    );
    assert!(reused(&h, &request, &cookie).await);
    let input = json!({
        "Username": "ada", "SessionId": sso["SessionId"], "RevokeAssociatedSessions": "LINKED",
    });
    h.w.admin("AdminRevokeUserSession", input)
        .await
        .expect("revoked");
    assert!(!reused(&h, &request, &cookie).await);
    assert_eq!(
        error(h.refresh(&tokens["refresh_token"], json!({})).await),
        "invalid_grant"
    );
    // Signing out ends the SSO session, and the number of them is bounded.
    for _ in 0..3 {
        h.w.h.clock.advance(1000);
        h.cookie(&request).await;
    }
    let (_, last) = h.cookie(&request).await;
    assert_eq!(sessions(&h).await.len(), 2);
    Cookie::end(&h.cx(), &h.domain, &last.value)
        .await
        .expect("an end");
    assert_eq!(sessions(&h).await.len(), 1);
}

#[tokio::test]
async fn each_client_says_for_how_long_it_relies_on_it() {
    let h = tracking().await;
    let set = async |minutes: i32| {
        let input = json!({"ClientId": h.w.client, "SSOSession": {"MaxValidityMinutes": minutes}});
        let done =
            h.w.admin("SetUserPoolClientSessionConfiguration", input)
                .await;
        done.expect("a setting");
    };
    set(0).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    assert_eq!(cookie.max_age, 129_600 * 60);
    assert!(!reused(&h, &request, &cookie).await);
    // It serves other clients all the same.
    let other = beside(&h.w, app()).await;
    let of_other = h.good(json!({"client_id": other.client})).await;
    assert!(reused(&h, &of_other, &cookie).await);
    set(180).await;
    let request = h.good(json!({})).await;
    h.w.h.clock.advance(179 * MINUTE_MS);
    assert!(reused(&h, &request, &cookie).await);
    assert!(!reused(&h, &of_other, &cookie).await);
    h.w.h.clock.advance(MINUTE_MS);
    assert!(!reused(&h, &request, &cookie).await);
}

#[tokio::test]
async fn the_pages_share_the_lockout_but_not_the_settings_of_the_api() {
    // No flow of the API is on, and the secret is not asked for.
    let settings =
        json!({"GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]});
    let h = Hosted::new(settings).await;
    let request = h.good(json!({})).await;
    h.sign_in(&request, "ada").await;
    let wrong = async |password: &str| {
        let answer = oauth::with_password(&h.cx(), &request, "ada", password).await;
        let error = answer.err().expect("a refusal");
        (
            error.code.name().to_owned(),
            error.message.unwrap_or_default(),
        )
    };
    let told = (
        "NotAuthorizedException".to_owned(),
        "Incorrect username or password.".to_owned(),
    );
    for _ in 0..5 {
        assert_eq!(wrong("wrong").await, told);
    }
    let (_, text) = wrong(PASSWORD).await;
    assert_eq!(text, "Password attempts exceeded");
}

#[tokio::test]
async fn a_challenge_on_the_pages_goes_on_to_the_end() {
    let h = Hosted::new(json!({"GenerateSecret": true})).await;
    crate::support::signing::invited(&h.w, "bob", "Temp-0ne!", &[("email", "bob@example.com")])
        .await;
    let request = h.good(json!({})).await;
    let asked = oauth::with_password(&h.cx(), &request, "bob", "Temp-0ne!").await;
    let Ok(oauth::Progress::Asked {
        challenge,
        session,
        parameters,
        ..
    }) = asked
    else {
        panic!("a question")
    };
    assert_eq!(challenge.as_str(), "NEW_PASSWORD_REQUIRED");
    assert_eq!(parameters["USER_ID_FOR_SRP"], "bob");
    let answers = [("USERNAME", "bob"), ("NEW_PASSWORD", PASSWORD)];
    let done = oauth::answer(&h.cx(), &request, challenge, &session, &answers).await;
    assert!(matches!(done, Ok(oauth::Progress::Done(_))));
    let again = oauth::answer(&h.cx(), &request, challenge, &session, &answers).await;
    let error = again
        .err()
        .map(cenote_idp::oauth::Refusal::from)
        .map(refused);
    assert_eq!(error.expect("a refusal").0, "invalid_grant");
}
