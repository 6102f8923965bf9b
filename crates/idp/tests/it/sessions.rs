//! Tracked sessions: what is remembered of sign-ins, how they are listed, and how they end.

use crate::support::sessions::{
    admin_list, admin_revoke, assert_alive, assert_dead, ids, no_such_session, refresh, session_of,
    stop_tracking, tokens, track, world,
};
use crate::support::signing::{
    MINUTE_MS, all_flows, beside, invalid, result, secret, secret_hash, verified,
};
use crate::support::world::{HOUR_MS, PASSWORD, World};
use crate::support::{refusal, text, with};
use serde_json::{Value, json};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const SSO: &str = "sso0000000000000000000000001";

#[tokio::test]
async fn a_sign_in_and_its_refreshes_are_one_session() {
    let w = world(json!({})).await;
    let phone = w.from("203.0.113.5", PHONE);
    let first = tokens(&phone).await;
    let id = session_of(&w, &first).await;
    let mut expected = json!({
        "SessionId": id, "SessionType": "TOKEN", "ClientId": w.client,
        "CreateDate": 1_780_000_000.123, "LastActiveDate": 1_780_000_000.123,
        "DeviceType": "iOS, Safari", "LastIPAddress": "203.0.113.5",
        "LastLocation": {"Country": "unknown"}, "IsCurrentSession": false,
    });
    assert_eq!(admin_list(&w).await, [expected.clone()]);

    w.h.clock.advance(MINUTE_MS);
    let moved = w.from("2001:db8::7", "MyApp/2.1 (Linux)");
    let again = result(refresh(&moved, &first).await);
    expected["LastActiveDate"] = json!(1_780_000_060.123);
    expected["DeviceType"] = "Linux, MyApp".into();
    expected["LastIPAddress"] = "2001:db8::7".into();
    assert_eq!(admin_list(&w).await, [expected.clone()]);

    // The caller sees which one he is in; its refreshed token is of the same session.
    expected["IsCurrentSession"] = true.into();
    for access in [&first["AccessToken"], &again["AccessToken"]] {
        let own = w.with(&text(access), "ListUserSessions", json!({})).await;
        assert_eq!(own, Ok(json!({"Sessions": [expected]})));
    }

    w.h.clock.advance(MINUTE_MS);
    let input = json!({"RefreshToken": first["RefreshToken"]});
    w.public("GetTokensFromRefreshToken", input)
        .await
        .expect("new tokens");
    let listed = admin_list(&w).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["LastActiveDate"], 1_780_000_120.123);
    assert_eq!(listed[0]["DeviceType"], "unknown");
    assert_eq!(listed[0].get("LastIPAddress"), None);
}

#[tokio::test]
async fn rotation_stays_within_the_session() {
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    let rotation =
        json!({"RefreshTokenRotation": {"Feature": "ENABLED"}, "EnableTokenRevocation": false});
    let w = world(with(flows, rotation)).await;
    let first = tokens(&w).await;
    w.h.clock.advance(MINUTE_MS);
    let input = json!({"RefreshToken": first["RefreshToken"]});
    let second = w.public("GetTokensFromRefreshToken", input.clone()).await;
    let second = second.expect("new tokens")["AuthenticationResult"].clone();
    assert_eq!(ids(&w).await, [session_of(&w, &second).await]);
    // A replay ends the family, and with it the session.
    let replay = w.public("GetTokensFromRefreshToken", input).await;
    assert_eq!(
        replay.expect_err("a refusal").0,
        "RefreshTokenReuseException"
    );
    assert_eq!(ids(&w).await, [""; 0]);
}

#[tokio::test]
async fn sessions_are_listed_across_clients_and_one_does_not_end_itself() {
    let w = world(json!({})).await;
    let other = beside(&w, all_flows()).await;
    let (mine, theirs) = (tokens(&w).await, tokens(&other).await);
    let (here, there) = (session_of(&w, &mine).await, session_of(&w, &theirs).await);
    let access = text(&mine["AccessToken"]);
    let listed = w.with(&access, "ListUserSessions", json!({})).await;
    let mut listed: Vec<(String, String, bool)> = listed.expect("a list")["Sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .map(|item| {
            let current = item["IsCurrentSession"].as_bool().expect("a flag");
            (text(&item["SessionId"]), text(&item["ClientId"]), current)
        })
        .collect();
    listed.sort();
    let mut expected = [
        (here.clone(), w.client.clone(), true),
        (there.clone(), other.client.clone(), false),
    ];
    expected.sort();
    assert_eq!(listed, expected);

    let revoke = |id: &str| {
        let input = json!({"SessionId": id});
        w.with(&access, "RevokeUserSession", input)
    };
    assert_eq!(
        revoke(&here).await,
        invalid("The session of the access token itself cannot be revoked.")
    );
    assert_alive(&other, &theirs).await;
    assert_eq!(revoke(&there).await, Ok(json!({})));
    assert_dead(&other, &theirs).await;
    assert_alive(&w, &mine).await;
    assert_eq!(revoke(&there).await, no_such_session(&there));
    assert_eq!(ids(&w).await, [here]);
}

#[tokio::test]
async fn an_administrator_ends_the_sessions_of_the_user_he_names() {
    let w = world(json!({"EnableTokenRevocation": false})).await;
    w.made("bob", &[]).await;
    let (first, second) = (tokens(&w).await, tokens(&w).await);
    let id = session_of(&w, &first).await;
    let of_bob = json!({"Username": "bob", "SessionId": id});
    assert_eq!(
        w.admin("AdminRevokeUserSession", of_bob).await,
        no_such_session(&id)
    );
    let of_nobody = json!({"Username": "nobody", "SessionId": id});
    let unknown = refusal("UserNotFoundException", "User does not exist.");
    assert_eq!(w.admin("AdminRevokeUserSession", of_nobody).await, unknown);
    let of_nobody = json!({"Username": "nobody"});
    assert_eq!(w.admin("AdminListUserSessions", of_nobody).await, unknown);

    let none = json!({"RevokeAssociatedSessions": "NONE"});
    assert_eq!(admin_revoke(&w, &id, none).await, Ok(json!({})));
    assert_dead(&w, &first).await;
    assert_alive(&w, &second).await;
    for id in [&id, SSO, "tknzzzzzzzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(admin_revoke(&w, id, json!({})).await, no_such_session(id));
    }
    let malformed = admin_revoke(&w, "tkn-too-short", json!({})).await;
    assert_eq!(
        malformed.expect_err("a refusal").0,
        "InvalidParameterException"
    );
    let forged = json!({"Username": "ada", "NextToken": "made-up"});
    assert_eq!(
        w.admin("AdminListUserSessions", forged).await,
        invalid("NextToken is invalid or has expired.")
    );
}

#[tokio::test]
async fn the_least_recently_used_session_makes_way() {
    let w = world(json!({})).await;
    track(&w, 2).await;
    let first = tokens(&w).await;
    w.h.clock.advance(1_000);
    let second = tokens(&w).await;
    w.h.clock.advance(1_000);
    result(refresh(&w, &first).await);
    w.h.clock.advance(1_000);
    let third = tokens(&w).await;
    assert_dead(&w, &second).await;
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let expected = vec![session_of(&w, &first).await, session_of(&w, &third).await];
    assert_eq!(ids(&w).await, sorted(expected));

    // A lower limit ends nothing by itself; the next sign-in comes within it.
    track(&w, 1).await;
    assert_eq!(ids(&w).await.len(), 2);
    let fourth = tokens(&w).await;
    assert_eq!(ids(&w).await, [session_of(&w, &fourth).await]);
    assert_dead(&w, &first).await;
    assert_dead(&w, &third).await;
    assert_alive(&w, &fourth).await;
}

#[tokio::test]
async fn sessions_that_are_over_are_not_listed_and_take_no_place() {
    let w = world(json!({})).await;
    track(&w, 1).await;
    let first = tokens(&w).await;
    w.admin("AdminUserGlobalSignOut", json!({"Username": "ada"}))
        .await
        .expect("a sign-out");
    assert_eq!(ids(&w).await, [""; 0]);
    let id = session_of(&w, &first).await;
    assert_eq!(admin_revoke(&w, &id, json!({})).await, no_such_session(&id));
    let second = tokens(&w).await;
    assert_eq!(ids(&w).await, [session_of(&w, &second).await]);

    let input = json!({"Token": second["RefreshToken"]});
    w.public("RevokeToken", input).await.expect("a revocation");
    assert_eq!(ids(&w).await, [""; 0]);

    tokens(&w).await;
    w.h.clock.advance(30 * 24 * HOUR_MS);
    assert_eq!(ids(&w).await, [""; 0]);

    tokens(&w).await;
    assert_eq!(ids(&w).await.len(), 1);
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("disabled");
    assert_eq!(ids(&w).await, [""; 0]);
}

#[tokio::test]
async fn without_tracking_nothing_is_remembered_and_tokens_are_as_before() {
    let w = World::new(
        json!({}),
        with(all_flows(), json!({"EnableTokenRevocation": false})),
    )
    .await;
    w.made("ada", &[]).await;
    let before = tokens(&w).await;
    let claims = verified(&w, &before["AccessToken"]).await.claims;
    assert_eq!((claims.get("origin_jti"), claims.get("jti")), (None, None));
    assert_eq!(ids(&w).await, [""; 0]);

    track(&w, 20).await;
    // A session of before stays unknown, even when it is refreshed.
    let refreshed = result(refresh(&w, &before).await);
    assert_eq!(ids(&w).await, [""; 0]);
    let access = text(&refreshed["AccessToken"]);
    let own = w.with(&access, "ListUserSessions", json!({})).await;
    assert_eq!(own, Ok(json!({"Sessions": []})));

    let tracked = tokens(&w).await;
    let id = session_of(&w, &tracked).await;
    stop_tracking(&w).await;
    assert_eq!(ids(&w).await, [""; 0]);
    assert_eq!(admin_revoke(&w, &id, json!({})).await, no_such_session(&id));
    w.h.clock.advance(MINUTE_MS);
    result(refresh(&w, &tracked).await);
    track(&w, 20).await;
    let listed = admin_list(&w).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["LastActiveDate"], listed[0]["CreateDate"]);
}

#[tokio::test]
async fn applications_tell_where_their_users_are() {
    let w = world(json!({})).await;
    let app = w.from("10.0.0.1", "backend/1.0");
    let context = |ip: &str| {
        json!({
            "IpAddress": ip, "ServerName": "app.example", "ServerPath": "/sign-in",
            "HttpHeaders": [
                {"headerName": "Accept", "headerValue": "*/*"},
                {"headerName": "USER-AGENT", "headerValue": PHONE},
            ],
        })
    };
    let sign_in = |told: Value| {
        let input = json!({
            "ClientId": app.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "ada", "PASSWORD": PASSWORD},
        });
        app.admin("AdminInitiateAuth", with(input, told))
    };
    track(&w, 1).await;
    let seen = async || {
        let listed = admin_list(&w).await;
        assert_eq!(listed.len(), 1);
        (
            listed[0]["DeviceType"].clone(),
            listed[0]["LastIPAddress"].clone(),
        )
    };
    result(sign_in(json!({"ContextData": context("198.51.100.9")})).await);
    assert_eq!(seen().await, (json!("iOS, Safari"), json!("198.51.100.9")));
    result(sign_in(json!({"ContextData": context("no address")})).await);
    assert_eq!(seen().await, (json!("iOS, Safari"), Value::Null));
    result(sign_in(json!({})).await);
    assert_eq!(seen().await, (json!("backend"), json!("10.0.0.1")));
}

#[tokio::test]
async fn only_clients_that_may_tell_addresses_are_believed() {
    let w = world(json!({})).await;
    track(&w, 1).await;
    let telling = json!({"GenerateSecret": true, "EnablePropagateAdditionalUserContextData": true});
    let telling = beside(&w, with(all_flows(), telling)).await;
    let secret = secret(&telling).await;
    for (w, address) in [(&w, "10.0.0.1"), (&telling, "198.51.100.9")] {
        let app = w.from("10.0.0.1", "backend/1.0");
        let hash = secret_hash(&secret, "ada", &app.client);
        let mut parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
        if app.client == telling.client {
            parameters["SECRET_HASH"] = hash.into();
        }
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters,
            "UserContextData": {"IpAddress": "198.51.100.9"},
        });
        result(app.public("InitiateAuth", input).await);
        let listed = admin_list(w).await;
        assert_eq!(
            (
                listed.len(),
                &listed[0]["LastIPAddress"],
                &listed[0]["DeviceType"]
            ),
            (1, &json!(address), &json!("backend"))
        );
    }
}
