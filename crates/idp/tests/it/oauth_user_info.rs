//! The user info, revocation and sign-out endpoints.

use cenote_idp::oauth::{self, Logout, Params};
use serde_json::{Value, json};

use crate::support::oauth::{CALLBACK, Hosted, Told, app, error, form, refused};
use crate::support::signing::{MINUTE_MS, beside, secret, sub_of};
use crate::support::with;
use crate::support::world::PASSWORD;

async fn revoke(h: &Hosted, params: Value) -> Told {
    let form = form(&with(json!({"client_id": h.w.client}), params));
    let params = Params::parse(form.as_bytes()).expect("a form");
    let answer = oauth::revoke(&h.cx(), &h.domain, None, &params).await;
    answer.map(|()| Value::Null).map_err(refused)
}

async fn logout(h: &Hosted, params: Value) -> Logout {
    let query = form(&with(json!({"client_id": h.w.client}), params));
    let params = Params::parse(query.as_bytes()).expect("a query");
    oauth::logout(&h.cx(), &h.domain, &params, None)
        .await
        .expect("no failure")
}

#[tokio::test]
async fn s38_a_bearer_learns_what_the_scopes_show() {
    let h = Hosted::new(json!({})).await;
    let sub = sub_of(&h.w, "ada").await;
    let group = json!({"GroupName": "staff"});
    h.w.admin("CreateGroup", group).await.expect("a group");
    let member = json!({"GroupName": "staff", "Username": "ada"});
    h.w.admin("AdminAddUserToGroup", member)
        .await
        .expect("a member");
    for (scope, more) in [
        (
            "openid",
            json!({"email": "ada@example.com", "email_verified": "true", "name": "Ada"}),
        ),
        (
            "openid email",
            json!({"email": "ada@example.com", "email_verified": "true"}),
        ),
        ("openid profile", json!({"name": "Ada"})),
        ("openid phone", json!({})),
    ] {
        let tokens = h.tokens(json!({"scope": scope})).await;
        let members = h
            .user_info(&tokens["access_token"])
            .await
            .expect("a person");
        assert_eq!(
            members,
            with(json!({"sub": sub, "username": "ada"}), more),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn what_the_client_may_not_read_is_not_shown() {
    let h = Hosted::new(json!({"ReadAttributes": ["name"]})).await;
    let tokens = h.tokens(json!({"scope": "openid"})).await;
    let members = h
        .user_info(&tokens["access_token"])
        .await
        .expect("a person");
    assert_eq!(
        (members.get("name"), members.get("email")),
        (Some(&"Ada".into()), None)
    );
}

#[tokio::test]
async fn a_token_that_is_not_good_shows_nothing() {
    let h = Hosted::new(json!({})).await;
    let told =
        "Access token is expired, disabled, or deleted, or the user has globally signed out.";
    let invalid = || Err(("invalid_token", Some(told.to_owned())));
    assert_eq!(error(h.user_info(&Value::Null).await), "invalid_request");
    assert_eq!(h.user_info(&"a.b.c".into()).await, invalid());
    // Through the API there is no openid.
    let api = h.w.token("ada").await;
    assert_eq!(h.user_info(&api.into()).await, invalid());
    let tokens = h.tokens(json!({"scope": "openid"})).await;
    assert_eq!(h.user_info(&tokens["id_token"]).await, invalid());
    // A changed token is no token.
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    let (head, signature) = access.rsplit_once('.').expect("three parts");
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("{head}.{other}{}", &signature[1..]);
    assert_eq!(h.user_info(&changed.into()).await, invalid());
    let old = h.tokens(json!({})).await["access_token"].clone();
    h.w.admin("AdminUserGlobalSignOut", json!({"Username": "ada"}))
        .await
        .expect("signed out");
    assert_eq!(h.user_info(&old).await, invalid());
    let last = h.tokens(json!({})).await["access_token"].clone();
    h.w.h.clock.advance(60 * MINUTE_MS);
    assert_eq!(h.user_info(&last).await, invalid());
}

#[tokio::test]
async fn s33_revoking_ends_a_family_and_garbage_is_as_good_as_revoked() {
    let h = Hosted::new(json!({})).await;
    let (tokens, other) = (h.tokens(json!({})).await, h.tokens(json!({})).await);
    let token = json!({"token": tokens["refresh_token"]});
    for _ in 0..2 {
        assert_eq!(revoke(&h, token.clone()).await, Ok(Value::Null));
    }
    assert_eq!(
        error(h.refresh(&tokens["refresh_token"], json!({})).await),
        "invalid_grant"
    );
    assert_eq!(
        error(h.user_info(&tokens["access_token"]).await),
        "invalid_token"
    );
    h.user_info(&other["access_token"]).await.expect("a person");
    for garbage in ["x", "a.b.c", "a.b.c.d.e"] {
        assert_eq!(
            revoke(&h, json!({"token": garbage})).await,
            Ok(Value::Null),
            "{garbage}"
        );
    }
    for kind in ["access_token", "id_token"] {
        let refused = revoke(&h, json!({"token": other[kind]})).await;
        assert_eq!(error(refused), "unsupported_token_type");
    }
    assert_eq!(error(revoke(&h, json!({})).await), "invalid_request");
    // Somebody else's token is none of this client's.
    let stranger = beside(&h.w, app()).await;
    let theirs = json!({"token": other["refresh_token"], "client_id": stranger.client});
    assert_eq!(revoke(&h, theirs).await, Ok(Value::Null));
    h.refresh(&other["refresh_token"], json!({}))
        .await
        .expect("tokens");
}

#[tokio::test]
async fn revoking_takes_the_secret_and_must_be_on() {
    let h = Hosted::new(json!({"GenerateSecret": true})).await;
    let secret = secret(&h.w).await;
    let wrong = json!({"token": "x", "client_secret": "wrong"});
    assert_eq!(error(revoke(&h, wrong).await), "invalid_client");
    assert_eq!(
        error(revoke(&h, json!({"token": "x"})).await),
        "invalid_client"
    );
    let right = json!({"token": "x", "client_secret": secret});
    assert_eq!(revoke(&h, right).await, Ok(Value::Null));
    let h = Hosted::new(json!({"EnableTokenRevocation": false})).await;
    assert_eq!(
        error(revoke(&h, json!({"token": "x"})).await),
        "invalid_request"
    );
}

#[tokio::test]
async fn s4_signing_out_goes_to_registered_addresses_only() {
    let h = Hosted::new(json!({})).await;
    let out = "https://app.example/out";
    let gone =
        json!({"logout_uri": out, "state": "s", "redirect_uri": "x", "response_type": "code"});
    assert_eq!(logout(&h, gone).await, Logout::Application(out.to_owned()));
    for other in [
        json!({"logout_uri": "https://evil.example"}),
        json!({"logout_uri": CALLBACK}),
        json!({"logout_uri": "https://app.example/out/"}),
        json!({"redirect_uri": out, "response_type": "code"}),
        json!({"redirect_uri": CALLBACK}),
        json!({"logout_uri": out, "client_id": null}),
        json!({"logout_uri": out, "client_id": "nobody"}),
    ] {
        assert!(
            matches!(logout(&h, other.clone()).await, Logout::Page(_)),
            "{other}"
        );
    }
    // OpenID Connect clients say it in their own words, and get their state back.
    let hint = h.tokens(json!({})).await["id_token"].clone();
    for params in [json!({}), json!({"client_id": null, "id_token_hint": hint})] {
        let standard = json!({"post_logout_redirect_uri": out, "state": "a b"});
        let location = logout(&h, with(standard, params)).await;
        assert_eq!(location, Logout::Application(format!("{out}?state=a+b")));
    }
    let stranger = beside(&h.w, app()).await;
    for other in [
        json!({"post_logout_redirect_uri": CALLBACK}),
        json!({"post_logout_redirect_uri": out, "client_id": null, "id_token_hint": "a.b.c"}),
        json!({"post_logout_redirect_uri": out, "client_id": stranger.client, "id_token_hint": hint}),
        json!({"post_logout_redirect_uri": out, "id_token_hint": "a.b.c"}),
        json!({"post_logout_redirect_uri": out, "client_id": null}),
    ] {
        assert!(
            matches!(logout(&h, other.clone()).await, Logout::Page(_)),
            "{other}"
        );
    }
    let again = json!({
        "redirect_uri": CALLBACK, "response_type": "code", "state": "a b", "scope": "openid",
    });
    let Logout::SignIn(query) = logout(&h, again).await else {
        panic!("the sign-in page")
    };
    assert_eq!(
        query,
        format!(
            "client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid&state=a+b",
            h.w.client
        )
    );
    let more = json!({"code_challenge": "c", "code_challenge_method": "S256", "nonce": "n"});
    let protected = json!({"redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"});
    let Logout::SignIn(query) = logout(&h, with(protected, more)).await else {
        panic!("the sign-in page")
    };
    let carried = "scope=openid&nonce=n&code_challenge=c&code_challenge_method=S256";
    assert!(query.ends_with(carried), "{query}");
    let all = json!({"redirect_uri": CALLBACK, "response_type": "code"});
    let Logout::SignIn(query) = logout(&h, all).await else {
        panic!("the sign-in page")
    };
    let all = "scope=openid+email+phone+profile+aws.cognito.signin.user.admin";
    assert!(query.ends_with(all), "{query}");
}

#[tokio::test]
async fn signing_out_without_an_address_leads_nowhere_and_is_of_whoever_has_signed_in() {
    let h = Hosted::new(json!({})).await;
    h.w.made("bob", &[("email", "bob@example.com")]).await;
    let request = h.good(json!({})).await;
    let (_, cookie) = h.cookie(&request).await;
    let hint = h.tokens(json!({})).await["id_token"].clone();
    let bob = h.w.sign_in("bob", PASSWORD).await.expect("a sign-in");
    let of_bob = bob["AuthenticationResult"]["IdToken"].clone();
    let decided = async |params: Value, cookie: Option<&str>| {
        let params = Params::parse(form(&params).as_bytes()).expect("a query");
        let decided = oauth::logout(&h.cx(), &h.domain, &params, cookie).await;
        decided.expect("no failure")
    };
    let cookie = Some(cookie.value.as_str());
    let client = h.w.client.as_str();
    for (params, cookie) in [
        (json!({}), cookie),
        (json!({"state": "s"}), cookie),
        (json!({"client_id": client}), cookie),
        (json!({"id_token_hint": hint}), cookie),
        (json!({"id_token_hint": hint, "client_id": client}), cookie),
        // Nobody is signed in, or nobody that can be told.
        (json!({"id_token_hint": of_bob}), None),
        (json!({"id_token_hint": of_bob}), Some("x")),
    ] {
        let decided = decided(params.clone(), cookie).await;
        assert_eq!(decided, Logout::Nowhere, "{params}");
    }
    let told = |decided| match decided {
        Logout::Page(refusal) => refused(refusal).1.expect("a text"),
        other => panic!("{other:?}"),
    };
    for params in [
        json!({"id_token_hint": of_bob}),
        json!({"id_token_hint": "a.b.c"}),
        json!({"id_token_hint": hint, "client_id": "other"}),
    ] {
        let decided = decided(params.clone(), cookie).await;
        assert_eq!(
            told(decided),
            "The parameter 'id_token_hint' is not valid",
            "{params}"
        );
    }
    let unknown = decided(json!({"client_id": "nobody"}), cookie).await;
    assert_eq!(told(unknown), "Client does not exist.");
}
