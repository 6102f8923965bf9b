//! Tracked sessions: what is remembered of sign-ins, how they are listed, and how they end.

use std::net::IpAddr;

use crate::support::signing::{
    MINUTE_MS, all_flows, beside, initiate, invalid, not_authorized, result, secret, secret_hash,
    sub_of, verified,
};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World};
use crate::support::{START_MS, refusal, text, with};
use cenote_idp::Peer;
use cenote_idp::ports::{Change, Expect, Kind, Write};
use serde_json::{Value, json};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const SSO: &str = "sso0000000000000000000000001";

async fn track(w: &World, max_per_user: i32) {
    let input =
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": max_per_user}});
    w.admin("SetUserPoolSessionConfiguration", input)
        .await
        .expect("tracking");
}

async fn stop_tracking(w: &World) {
    let input = json!({"UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}});
    w.admin("SetUserPoolSessionConfiguration", input)
        .await
        .expect("no tracking");
}

async fn world(client: Value) -> World {
    let w = World::new(json!({}), with(all_flows(), client)).await;
    w.made("ada", &[]).await;
    track(&w, 20).await;
    w
}

/// The same pool and client called from elsewhere.
fn from(w: &World, ip: &str, user_agent: &str) -> World {
    let mut h = w.h.clone();
    let ip: IpAddr = ip.parse().expect("an address");
    h.peer = Peer {
        ip: Some(ip),
        user_agent: Some(user_agent.to_owned()),
        ..Peer::default()
    };
    World {
        h,
        pool: w.pool.clone(),
        client: w.client.clone(),
    }
}

async fn tokens(w: &World) -> Value {
    result(w.sign_in("ada", PASSWORD).await)
}

/// The id of the session that a sign-in began, as the family in its tokens has it.
async fn session_of(w: &World, tokens: &Value) -> String {
    let claims = verified(w, &tokens["AccessToken"]).await.claims;
    let digits = text(&claims["origin_jti"]).replace('-', "");
    let mut rest = u128::from_str_radix(&digits, 16).expect("a UUID");
    let mut id = String::new();
    for _ in 0..25 {
        let digit = u32::try_from(rest % 36).expect("a small number");
        let digit = char::from_digit(digit, 36).expect("a digit");
        id.insert(0, digit);
        rest /= 36;
    }
    format!("tkn{id}")
}

async fn admin_list(w: &World) -> Vec<Value> {
    let listed = w
        .admin("AdminListUserSessions", json!({"Username": "ada"}))
        .await;
    listed.expect("a list")["Sessions"]
        .as_array()
        .expect("sessions")
        .clone()
}

async fn ids(w: &World) -> Vec<String> {
    let listed = admin_list(w).await;
    listed.iter().map(|item| text(&item["SessionId"])).collect()
}

async fn refresh(w: &World, tokens: &Value) -> Answer {
    let parameters = json!({"REFRESH_TOKEN": tokens["RefreshToken"]});
    initiate(w, "REFRESH_TOKEN_AUTH", parameters).await
}

async fn get_user(w: &World, tokens: &Value) -> Answer {
    w.with(&text(&tokens["AccessToken"]), "GetUser", json!({}))
        .await
}

async fn assert_alive(w: &World, tokens: &Value) {
    get_user(w, tokens).await.expect("a live access token");
    result(refresh(w, tokens).await);
}

async fn assert_dead(w: &World, tokens: &Value) {
    assert_eq!(
        get_user(w, tokens).await,
        not_authorized("Access Token has been revoked")
    );
    assert_eq!(
        refresh(w, tokens).await,
        not_authorized("Refresh Token has been revoked")
    );
}

async fn admin_revoke(w: &World, id: &str, associated: Value) -> Answer {
    let input = with(json!({"Username": "ada", "SessionId": id}), associated);
    w.admin("AdminRevokeUserSession", input).await
}

fn no_such_session(id: &str) -> Answer {
    refusal(
        "ResourceNotFoundException",
        &format!("Session {id} does not exist."),
    )
}

fn linked() -> Value {
    json!({"RevokeAssociatedSessions": "LINKED"})
}

#[tokio::test]
async fn a_sign_in_and_its_refreshes_are_one_session() {
    let w = world(json!({})).await;
    let phone = from(&w, "203.0.113.5", PHONE);
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
    let moved = from(&w, "2001:db8::7", "MyApp/2.1 (Linux)");
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
    let app = from(&w, "10.0.0.1", "backend/1.0");
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
        let app = from(w, "10.0.0.1", "backend/1.0");
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

/// Puts down what managed login remembers of a person in a browser, and that the session came through it.
async fn through_sso(w: &World, session: &str) {
    let sub = sub_of(w, "ada").await;
    let sso = json!({
        "client": w.client, "created_at": START_MS, "active_at": START_MS, "device": "unknown",
    });
    let token = with(sso.clone(), json!({"origin": SSO, "generation": 0}));
    let put = |id: &str, doc: &Value| Write::Put {
        kind: Kind::UserSession,
        pool: w.pool.clone(),
        key: format!("{sub}/{id}"),
        doc: doc.to_string(),
        expires_at: Some(START_MS + 24 * HOUR_MS),
        expect: Expect::Any,
    };
    let change = Change::new()
        .with(put(SSO, &sso))
        .with(put(session, &token));
    w.h.service.store.commit(change).await.expect("a session");
}

#[tokio::test]
async fn linked_sessions_end_together() {
    let w = world(json!({})).await;
    let (first, second, third) = (tokens(&w).await, tokens(&w).await, tokens(&w).await);
    let [one, two, api] = [
        session_of(&w, &first).await,
        session_of(&w, &second).await,
        session_of(&w, &third).await,
    ];
    through_sso(&w, &one).await;
    through_sso(&w, &two).await;
    let listed = admin_list(&w).await;
    let find = |id: &str| {
        let found = listed.iter().find(|item| item["SessionId"] == id);
        found.expect("the session").clone()
    };
    assert_eq!(find(SSO)["SessionType"], "SSO");
    assert_eq!(find(SSO).get("OriginSessionId"), None);
    assert_eq!(find(&one)["OriginSessionId"], SSO);
    assert_eq!(find(&api).get("OriginSessionId"), None);

    // NONE leaves the SSO session; LINKED takes it along, but not its other token sessions.
    admin_revoke(&w, &one, json!({})).await.expect("revoked");
    assert!(ids(&w).await.contains(&SSO.to_owned()));
    through_sso(&w, &one).await;
    admin_revoke(&w, &one, linked()).await.expect("revoked");
    let left = ids(&w).await;
    assert!(!left.contains(&SSO.to_owned()) && left.contains(&two) && !left.contains(&one));

    // An SSO session takes along what came through it, and nothing else.
    through_sso(&w, &two).await;
    admin_revoke(&w, SSO, json!({})).await.expect("revoked");
    assert_alive(&w, &second).await;
    through_sso(&w, &two).await;
    admin_revoke(&w, SSO, linked()).await.expect("revoked");
    assert_dead(&w, &second).await;
    assert_alive(&w, &third).await;
    assert_eq!(ids(&w).await, [api]);
}

#[tokio::test]
async fn revoking_a_token_can_end_the_sso_session_behind_it() {
    let w = world(json!({})).await;
    let (first, second) = (tokens(&w).await, tokens(&w).await);
    for session in [&first, &second] {
        through_sso(&w, &session_of(&w, session).await).await;
    }
    let revoke = |tokens: &Value, more: Value| {
        let input = with(json!({"Token": tokens["RefreshToken"]}), more);
        w.public("RevokeToken", input)
    };
    revoke(&first, json!({})).await.expect("a revocation");
    let two = session_of(&w, &second).await;
    assert_eq!(ids(&w).await, [SSO.to_owned(), two.clone()]);
    let third = tokens(&w).await;
    // No SSO session behind it: LINKED changes nothing.
    revoke(&third, linked()).await.expect("a revocation");
    assert_eq!(ids(&w).await, [SSO.to_owned(), two]);
    revoke(&second, linked()).await.expect("a revocation");
    assert_eq!(ids(&w).await, [""; 0]);
}
