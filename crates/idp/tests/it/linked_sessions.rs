//! Sessions that belong together: an SSO session, and the token sessions that came through it.

use crate::support::sessions::{
    admin_list, admin_revoke, assert_alive, assert_dead, ids, session_of, tokens, world,
};
use crate::support::signing::sub_of;
use crate::support::world::{HOUR_MS, World};
use crate::support::{START_MS, with};
use cenote_idp::ports::{Change, Expect, Kind, Write};
use serde_json::{Value, json};

const SSO: &str = "sso0000000000000000000000001";

fn linked() -> Value {
    json!({"RevokeAssociatedSessions": "LINKED"})
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
