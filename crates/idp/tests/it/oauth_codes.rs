//! Authorization codes and the tokens that they are redeemed for.

use serde_json::{Value, json};

use crate::support::START_MS;
use crate::support::oauth::{CALLBACK, CHALLENGE, Hosted, VERIFIER, after, app, error, form};
use crate::support::signing::{MINUTE_MS, beside, verified};
use crate::support::with;

fn pkce() -> Value {
    json!({"code_challenge": CHALLENGE, "code_challenge_method": "S256"})
}

#[tokio::test]
async fn a_code_gives_all_tokens_of_what_was_asked_for() {
    let h = Hosted::new(json!({
        "AccessTokenValidity": 5, "TokenValidityUnits": {"AccessToken": "minutes"},
    }))
    .await;
    let more = json!({"scope": "openid email", "nonce": "n-0S6"});
    let code = h.code(with(pkce(), more)).await;
    assert_eq!(code.len(), 36);
    let mut answer = h
        .redeem(&code, json!({"code_verifier": VERIFIER}))
        .await
        .expect("tokens");
    let access = verified(&h.w, &answer["access_token"].take()).await;
    let id = verified(&h.w, &answer["id_token"].take()).await;
    assert!(answer["refresh_token"].take().is_string());
    // Neither `scope` nor anything else.
    assert_eq!(
        answer,
        json!({
            "access_token": null, "id_token": null, "refresh_token": null,
            "expires_in": 300, "token_type": "Bearer",
        })
    );
    assert_ne!(access.header["kid"], id.header["kid"]);
    let (mut access, mut id) = (access.claims, id.claims);
    for name in ["jti", "event_id"] {
        assert!(access[name].take().is_string() && id[name].take().is_string());
    }
    let family = access["origin_jti"].take();
    assert_eq!(id["origin_jti"].take(), family);
    assert!(
        id["at_hash"]
            .take()
            .as_str()
            .is_some_and(|hash| hash.len() == 22)
    );
    let now = START_MS / 1000;
    let issuer = format!("http://localhost:9229/{}", h.w.pool);
    let sub = access["sub"].clone();
    assert_eq!(
        access,
        json!({
            "sub": sub, "iss": issuer, "auth_time": now, "iat": now, "exp": now + 300,
            "jti": null, "event_id": null, "origin_jti": null, "token_use": "access",
            "scope": "openid email", "client_id": h.w.client, "username": "ada", "version": 2,
            "acr": "urn:cognito:loa:1", "amr": ["pwd"],
        })
    );
    assert_eq!(
        id,
        json!({
            "sub": sub, "iss": issuer, "auth_time": now, "iat": now, "exp": now + 3600,
            "jti": null, "event_id": null, "origin_jti": null, "at_hash": null, "token_use": "id",
            "aud": h.w.client, "cognito:username": "ada", "nonce": "n-0S6",
            "email": "ada@example.com", "email_verified": true,
            "acr": "urn:cognito:loa:1", "amr": ["pwd"],
        })
    );
}

#[tokio::test]
async fn scopes_say_which_attributes_and_tokens_there_are() {
    let h = Hosted::new(json!({})).await;
    let all = "openid email phone profile aws.cognito.signin.user.admin";
    for (scope, granted, shown) in [
        (None, all, Some(&["email", "name"][..])),
        (Some("openid"), "openid", Some(&["email", "name"])),
        (
            Some("openid email openid"),
            "openid email",
            Some(&["email"]),
        ),
        (Some("openid profile"), "openid profile", Some(&["name"])),
        (
            Some("aws.cognito.signin.user.admin"),
            "aws.cognito.signin.user.admin",
            None,
        ),
    ] {
        let tokens = h.tokens(json!({"scope": scope})).await;
        let access = verified(&h.w, &tokens["access_token"]).await.claims;
        assert_eq!(access["scope"], granted);
        assert_eq!(access["aud"], Value::Null);
        assert!(tokens["refresh_token"].is_string());
        let Some(shown) = shown else {
            assert_eq!(tokens.get("id_token"), None);
            continue;
        };
        let id = verified(&h.w, &tokens["id_token"]).await.claims;
        for name in ["email", "name"] {
            assert_eq!(
                id.get(name).is_some(),
                shown.contains(&name),
                "{name} {scope:?}"
            );
        }
        assert_eq!(id.get("nonce"), None);
    }
}

#[tokio::test]
async fn s26_a_resource_is_the_audience_of_access_tokens_and_stays_it() {
    let h = Hosted::new(json!({})).await;
    for resource in [
        "https://api.example/v1",
        "http://localhost:8080",
        "myapp://api",
    ] {
        let tokens = h.tokens(json!({"resource": resource})).await;
        let access = verified(&h.w, &tokens["access_token"]).await.claims;
        assert_eq!(access["aud"], resource);
        let id = verified(&h.w, &tokens["id_token"]).await.claims;
        assert_eq!(id["aud"], h.w.client);
        let next = h
            .refresh(&tokens["refresh_token"], json!({}))
            .await
            .expect("tokens");
        assert_eq!(
            verified(&h.w, &next["access_token"]).await.claims["aud"],
            resource
        );
    }
}

#[tokio::test]
async fn s5_s6_s7_verifier_and_challenge_come_together() {
    let h = Hosted::new(json!({})).await;
    let bound = h.code(pkce()).await;
    assert_eq!(error(h.redeem(&bound, json!({})).await), "invalid_grant");
    let wrong = json!({"code_verifier": format!("{VERIFIER}x")});
    assert_eq!(error(h.redeem(&bound, wrong).await), "invalid_grant");
    let right = json!({"code_verifier": VERIFIER});
    h.redeem(&bound, right.clone()).await.expect("tokens");
    let unbound = h.code(json!({})).await;
    assert_eq!(error(h.redeem(&unbound, right).await), "invalid_grant");
}

#[tokio::test]
async fn s13_s14_a_second_use_is_refused_and_ends_what_the_first_gave() {
    let h = Hosted::new(json!({})).await;
    let other = h.tokens(json!({})).await;
    let code = h.code(json!({})).await;
    let tokens = h.redeem(&code, json!({})).await.expect("tokens");
    h.user_info(&tokens["access_token"])
        .await
        .expect("a person");
    assert_eq!(error(h.redeem(&code, json!({})).await), "invalid_grant");
    assert_eq!(
        error(h.user_info(&tokens["access_token"]).await),
        "invalid_token"
    );
    let refreshed = h.refresh(&tokens["refresh_token"], json!({})).await;
    assert_eq!(error(refreshed), "invalid_grant");
    // Other sign-ins of the user go on.
    h.user_info(&other["access_token"]).await.expect("a person");
}

#[tokio::test]
async fn a_code_lives_five_minutes() {
    let h = Hosted::new(json!({})).await;
    let (first, second) = (h.code(json!({})).await, h.code(json!({})).await);
    h.w.h.clock.advance(5 * MINUTE_MS - 1);
    h.redeem(&first, json!({})).await.expect("tokens");
    h.w.h.clock.advance(1);
    assert_eq!(error(h.redeem(&second, json!({})).await), "invalid_grant");
}

#[tokio::test]
async fn s32_a_code_is_for_its_client_and_its_address() {
    let h = Hosted::new(json!({"CallbackURLs": [CALLBACK, "https://app.example/other"]})).await;
    let code = h.code(json!({})).await;
    let other = json!({"redirect_uri": "https://app.example/other"});
    assert_eq!(
        h.redeem(&code, other).await,
        Err(("unauthorized_client", Some("invalid_redirect".to_owned())))
    );
    let missing = h.redeem(&code, json!({"redirect_uri": null})).await;
    assert_eq!(error(missing), "invalid_request");
    let stranger = beside(&h.w, crate::support::oauth::app()).await;
    let stolen = h.redeem(&code, json!({"client_id": stranger.client})).await;
    assert_eq!(error(stolen), "invalid_grant");
    assert_eq!(error(h.redeem("nothing", json!({})).await), "invalid_grant");
    // None of this has used it up.
    h.redeem(&code, json!({})).await.expect("tokens");
}

#[tokio::test]
async fn a_client_that_lost_the_flow_of_codes_gets_nothing_for_one() {
    let h = Hosted::new(json!({})).await;
    for lost in [
        json!({"AllowedOAuthFlows": ["implicit"]}),
        json!({"AllowedOAuthFlowsUserPoolClient": false, "AllowedOAuthFlows": [], "AllowedOAuthScopes": []}),
    ] {
        let code = h.code(json!({})).await;
        let update = async |settings: Value| {
            let input = with(with(app(), settings), json!({"ClientId": h.w.client}));
            h.w.admin("UpdateUserPoolClient", input)
                .await
                .expect("an update");
        };
        update(lost).await;
        let told = h.redeem(&code, json!({})).await;
        assert_eq!(told, Err(("unauthorized_client", None)));
        update(json!({})).await;
        // The code was not used up.
        h.redeem(&code, json!({})).await.expect("tokens");
    }
}

#[tokio::test]
async fn s15_a_wrong_secret_does_not_use_a_code_up() {
    let h = Hosted::new(json!({"GenerateSecret": true})).await;
    let secret = crate::support::signing::secret(&h.w).await;
    let code = h.code(json!({})).await;
    for wrong in [json!({}), json!({"client_secret": "wrong"})] {
        assert_eq!(error(h.redeem(&code, wrong).await), "invalid_client");
    }
    h.redeem(&code, json!({"client_secret": secret}))
        .await
        .expect("tokens");
}

#[tokio::test]
async fn what_happens_to_the_user_meanwhile_counts() {
    let h = Hosted::new(json!({})).await;
    let disabled = h.code(json!({})).await;
    let name = json!({"Username": "ada"});
    h.w.admin("AdminDisableUser", name.clone())
        .await
        .expect("disabled");
    assert_eq!(error(h.redeem(&disabled, json!({})).await), "invalid_grant");
    h.w.admin("AdminEnableUser", name.clone())
        .await
        .expect("enabled");
    let deleted = h.code(json!({})).await;
    h.w.admin("AdminDeleteUser", name).await.expect("deleted");
    assert_eq!(error(h.redeem(&deleted, json!({})).await), "invalid_grant");
}

#[tokio::test]
async fn a_scope_whose_flag_the_client_cannot_read_is_not_granted() {
    let h = Hosted::new(json!({"ReadAttributes": ["email", "name"]})).await;
    let code = h.code(json!({"scope": "openid email"})).await;
    assert_eq!(error(h.redeem(&code, json!({})).await), "invalid_grant");
    let code = h.code(json!({"scope": "openid profile"})).await;
    h.redeem(&code, json!({})).await.expect("tokens");
}

#[tokio::test]
async fn s40_implicit_tokens_come_in_the_fragment_without_a_refresh_token() {
    let h = Hosted::new(json!({"AllowedOAuthFlows": ["implicit"]})).await;
    let location = h
        .location(json!({"response_type": "token", "nonce": "n"}))
        .await;
    assert!(
        location.starts_with(&format!("{CALLBACK}#id_token=")),
        "{location}"
    );
    let params = after(&location, '#');
    let id = verified(&h.w, &params.get("id_token").expect("a token").into())
        .await
        .claims;
    assert_eq!(
        (&id["nonce"], &id["aud"]),
        (&"n".into(), &h.w.client.as_str().into())
    );
    assert!(id["at_hash"].is_string());
    verified(&h.w, &params.get("access_token").expect("a token").into()).await;
    for (name, value) in [
        ("expires_in", "3600"),
        ("token_type", "Bearer"),
        ("state", "s"),
    ] {
        assert_eq!(params.get(name), Some(value));
    }
    assert_eq!(params.get("refresh_token"), None);
    let scope = "aws.cognito.signin.user.admin";
    let location = h
        .location(json!({"response_type": "token", "scope": scope}))
        .await;
    assert!(
        location.starts_with(&format!("{CALLBACK}#access_token=")),
        "{location}"
    );
}

#[tokio::test]
async fn s18_s43_a_refresh_keeps_what_was_granted() {
    let h = Hosted::new(json!({})).await;
    let tokens = h
        .tokens(json!({"scope": "openid email", "nonce": "n"}))
        .await;
    let first = verified(&h.w, &tokens["id_token"]).await.claims;
    h.w.h.clock.advance(10 * MINUTE_MS);
    let next = h
        .refresh(&tokens["refresh_token"], json!({}))
        .await
        .expect("tokens");
    assert_eq!(next.get("refresh_token"), None);
    let id = verified(&h.w, &next["id_token"]).await.claims;
    for name in ["iss", "sub", "aud", "auth_time", "origin_jti", "email"] {
        assert_eq!(id[name], first[name], "{name}");
    }
    assert_eq!(id["iat"], START_MS / 1000 + 600);
    assert_eq!((id.get("nonce"), id.get("name")), (None, None));
    let access = verified(&h.w, &next["access_token"]).await.claims;
    assert_eq!(access["scope"], "openid email");
    // A scope narrows the new tokens, and never widens them.
    let narrow = json!({"scope": "openid"});
    let next = h
        .refresh(&tokens["refresh_token"], narrow)
        .await
        .expect("tokens");
    assert_eq!(
        verified(&h.w, &next["access_token"]).await.claims["scope"],
        "openid"
    );
    let wide = json!({"scope": "openid profile"});
    assert_eq!(
        error(h.refresh(&tokens["refresh_token"], wide).await),
        "invalid_scope"
    );
    let again = h
        .refresh(&tokens["refresh_token"], json!({}))
        .await
        .expect("tokens");
    assert_eq!(
        verified(&h.w, &again["access_token"]).await.claims["scope"],
        "openid email"
    );
}

#[tokio::test]
async fn s17_a_rotated_token_works_for_its_grace_and_then_ends_the_family() {
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 30});
    let h = Hosted::new(json!({
        "RefreshTokenRotation": rotation, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    }))
    .await;
    let first = h.tokens(json!({})).await["refresh_token"].clone();
    let second = h.refresh(&first, json!({})).await.expect("tokens")["refresh_token"].clone();
    assert!(second.is_string());
    h.w.h.clock.advance(29_000);
    h.refresh(&first, json!({})).await.expect("the grace");
    h.w.h.clock.advance(2_000);
    assert_eq!(error(h.refresh(&first, json!({})).await), "invalid_grant");
    assert_eq!(error(h.refresh(&second, json!({})).await), "invalid_grant");
}

#[tokio::test]
async fn refresh_tokens_of_others_and_flows_that_are_off_are_refused() {
    let h = Hosted::new(json!({})).await;
    let tokens = h.tokens(json!({})).await;
    let stranger = beside(&h.w, crate::support::oauth::app()).await;
    let stolen = json!({"client_id": stranger.client});
    assert_eq!(
        error(h.refresh(&tokens["refresh_token"], stolen).await),
        "invalid_grant"
    );
    assert_eq!(
        error(h.refresh(&"a.b.c.d.e".into(), json!({})).await),
        "invalid_grant"
    );
    assert_eq!(
        error(h.refresh(&Value::Null, json!({})).await),
        "invalid_request"
    );
    let h = Hosted::new(json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]})).await;
    let tokens = h.tokens(json!({})).await;
    let off = h.refresh(&tokens["refresh_token"], json!({})).await;
    assert_eq!(error(off), "unauthorized_client");
}

#[tokio::test]
async fn s19_grants_that_nobody_offers_and_clients_that_do_not_fit_are_refused() {
    let h = Hosted::new(json!({})).await;
    for (params, told) in [
        (json!({}), "invalid_request"),
        (json!({"grant_type": "password"}), "unsupported_grant_type"),
        (
            json!({"grant_type": "client_credentials"}),
            "unauthorized_client",
        ),
        (
            json!({"grant_type": "authorization_code"}),
            "invalid_request",
        ),
        (
            json!({"grant_type": "authorization_code", "client_id": null}),
            "invalid_request",
        ),
        (
            json!({"grant_type": "authorization_code", "client_id": "x"}),
            "invalid_client",
        ),
    ] {
        assert_eq!(error(h.token(params.clone()).await), told, "{params}");
    }
    let twice = format!(
        "{}&grant_type=x",
        form(&json!({"grant_type": "refresh_token"}))
    );
    assert_eq!(error(h.token_as(None, &twice).await), "invalid_request");
}

#[tokio::test]
async fn s55_a_client_without_a_secret_has_none_to_show_nor_one_with_a_secret_none() {
    let public = Hosted::new(json!({})).await;
    let confidential = Hosted::new(json!({"GenerateSecret": true})).await;
    for (h, secret) in [(&public, json!("x")), (&confidential, Value::Null)] {
        let code = h.code(json!({})).await;
        let told = h.redeem(&code, json!({"client_secret": secret})).await;
        assert_eq!(error(told), "invalid_client");
    }
    // Nor does it become one of the other kind.
    let client = json!({"ClientId": public.w.client});
    let added = public.w.admin("AddUserPoolClientSecret", client).await;
    let (name, _) = added.expect_err("a refusal");
    assert_eq!(name, "InvalidParameterException");
}

#[tokio::test]
async fn s49_neither_code_nor_tokens_can_be_read_from_the_database() {
    use cenote_idp::ports::Kind;
    let h = Hosted::new(json!({})).await;
    let code = h.code(json!({})).await;
    let store = &h.w.h.service.store;
    let read = async || {
        let records = store
            .records(Kind::Code, &h.w.pool, "oauth/", None, 10)
            .await;
        let records = records.expect("no failure");
        assert_eq!(records.len(), 1);
        format!("{records:?}")
    };
    assert!(!read().await.contains(&code));
    let tokens = h.redeem(&code, json!({})).await.expect("tokens");
    let used = read().await;
    assert!(used.contains("issued") && !used.contains(&code));
    let token = tokens["refresh_token"].as_str().expect("a token");
    assert!(!used.contains(token));
}

#[tokio::test]
async fn a_scope_whose_resource_server_is_gone_vanishes_from_tokens() {
    let mut h = Hosted::new(json!({})).await;
    let scope = [json!({"ScopeName": "read", "ScopeDescription": "read"})];
    let server = json!({"Identifier": "orders", "Name": "orders", "Scopes": scope});
    h.w.admin("CreateResourceServer", server)
        .await
        .expect("a server");
    let scopes = json!({"AllowedOAuthScopes": ["openid", "orders/read"]});
    h.w.client = beside(&h.w, with(crate::support::oauth::app(), scopes))
        .await
        .client;
    let asked = json!({"scope": "openid orders/read"});
    let tokens = h.tokens(asked.clone()).await;
    let access = verified(&h.w, &tokens["access_token"]).await.claims;
    assert_eq!(access["scope"], "openid orders/read");
    let gone = json!({"Identifier": "orders"});
    h.w.admin("DeleteResourceServer", gone).await.expect("gone");
    let tokens = h.tokens(asked).await;
    let access = verified(&h.w, &tokens["access_token"]).await.claims;
    assert_eq!(access["scope"], "openid");
}

#[tokio::test]
async fn a_confidential_client_without_its_secret_gets_nothing_for_a_refresh_token_either() {
    let h = Hosted::new(json!({"GenerateSecret": true})).await;
    let secret = json!({"client_secret": crate::support::signing::secret(&h.w).await});
    let code = h.code(json!({})).await;
    let tokens = h.redeem(&code, secret.clone()).await.expect("tokens");
    let token = &tokens["refresh_token"];
    assert_eq!(error(h.refresh(token, json!({})).await), "invalid_client");
    h.refresh(token, secret).await.expect("tokens");
}
