//! The hardened profile: what it asks for beyond the service, and of whom.

use cenote_idp::oauth::{self, Outcome, Params, register};
use cenote_idp::{OAuthRules, discovery};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::oauth::{
    CALLBACK, CHALLENGE, Hosted, VERIFIER, after, app, error, form, refused,
};
use crate::support::{Harness, refusal, text, with};

/// The same world under these rules.
fn under(oauth: OAuthRules) -> Harness {
    Harness::adjusted(|parts| parts.config.oauth = oauth)
}

fn hardened(ids: &[&str]) -> Harness {
    under(OAuthRules {
        hardened: ids.iter().map(ToString::to_string).collect(),
        ..OAuthRules::default()
    })
}

async fn world(client: Value) -> Hosted {
    Hosted::on(hardened(&["*"]), json!({}), client, 1).await
}

fn pkce() -> Value {
    json!({"code_challenge": CHALLENGE, "code_challenge_method": "S256"})
}

#[tokio::test]
async fn s8_without_a_secret_a_code_takes_a_challenge() {
    let h = world(json!({})).await;
    let told = h.told(json!({})).await;
    assert_eq!(told.get("error"), Some("invalid_request"));
    assert_eq!(
        told.get("error_description"),
        Some("Required String parameter 'code_challenge' is not present")
    );
    let code = h.code(pkce()).await;
    h.redeem(&code, json!({"code_verifier": VERIFIER}))
        .await
        .expect("tokens");
    // A secret protects the code as well.
    let h = world(json!({"GenerateSecret": true})).await;
    h.good(json!({})).await;
}

#[tokio::test]
async fn the_profile_holds_for_what_it_names() {
    let other = hardened(&["us-east-1_nowhere"]);
    let h = Hosted::on(other, json!({}), json!({}), 1).await;
    h.good(json!({})).await;
    // A pool and a client, by their ids, which are known once they are made.
    let plain = Hosted::new(json!({})).await;
    for id in [plain.w.pool.clone(), plain.w.client.clone()] {
        let store = std::sync::Arc::clone(&plain.w.h.service.store);
        let named = Harness::adjusted(|parts| {
            parts.store = store;
            parts.config.oauth.hardened = vec![id];
        });
        let h = Hosted::at(plain.w.through(named)).await;
        let told = h.told(json!({})).await;
        assert_eq!(told.get("error"), Some("invalid_request"));
    }
    plain.good(json!({})).await;
}

#[tokio::test]
async fn s16_refresh_tokens_of_a_client_without_a_secret_rotate() {
    let h = world(json!({})).await;
    let code = h.code(pkce()).await;
    let first = h.redeem(&code, json!({"code_verifier": VERIFIER})).await;
    let first = first.expect("tokens")["refresh_token"].clone();
    let next = h.refresh(&first, json!({})).await.expect("tokens");
    let next = next["refresh_token"].clone();
    assert!(next.is_string() && next != first);
    // Nor does the API answer without rotating.
    let parameters = json!({"REFRESH_TOKEN": next});
    let input = json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters});
    let told = "Refresh token rotation is enabled for this client. Use GetTokensFromRefreshToken.";
    assert_eq!(
        h.w.public("InitiateAuth", input).await,
        refusal("UnsupportedOperationException", told)
    );
    // A window that refreshes at the same time is no thief; a minute later it is, and ends the family.
    h.refresh(&first, json!({})).await.expect("tokens");
    h.w.h.clock.advance(60_000);
    for token in [&first, &next] {
        assert_eq!(error(h.refresh(token, json!({})).await), "invalid_grant");
    }
    // Who proves to be the client keeps the token.
    let h = world(json!({"GenerateSecret": true})).await;
    let client = json!({"ClientId": h.w.client});
    let shown = h.w.admin("DescribeUserPoolClient", client).await;
    let secret = shown.expect("a client")["UserPoolClient"]["ClientSecret"].clone();
    let proof = json!({"client_secret": secret});
    let code = h.code(json!({})).await;
    let tokens = h.redeem(&code, proof.clone()).await.expect("tokens");
    let again = h.refresh(&tokens["refresh_token"], proof).await;
    assert_eq!(again.expect("tokens").get("refresh_token"), None);
}

#[tokio::test]
async fn s31_bad_credentials_in_a_header_are_asked_for_again() {
    let h = world(json!({"GenerateSecret": true})).await;
    let form = form(&json!({"grant_type": "refresh_token", "refresh_token": "x"}));
    let params = Params::parse(form.as_bytes()).expect("a form");
    let basic = format!(
        "Basic {}",
        BASE64.encode(format!("{}:no", h.w.client).as_bytes())
    );
    for (header, is_challenged) in [
        (Some(basic.as_str()), true),
        (Some("Basic %"), true),
        (None, false),
    ] {
        let answer = oauth::token(&h.cx(), &h.domain, header, &params).await;
        assert_eq!(
            answer.expect_err("a refusal").is_challenged,
            is_challenged,
            "{header:?}"
        );
    }
    let h = Hosted::new(json!({"GenerateSecret": true})).await;
    let answer = oauth::token(&h.cx(), &h.domain, Some("Basic %"), &params).await;
    assert!(!answer.expect_err("a refusal").is_challenged);
}

#[tokio::test]
async fn s40_an_id_token_in_the_fragment_takes_a_nonce() {
    let implicit = json!({"AllowedOAuthFlows": ["implicit"]});
    let h = world(implicit.clone()).await;
    let asked = json!({"response_type": "token"});
    let query = h.query(asked.clone());
    let Outcome::Redirect(location) = h.read(&query).await else {
        panic!("the application is told")
    };
    // Refusals are where the tokens would be.
    assert_eq!(after(&location, '#').get("error"), Some("invalid_request"));
    h.good(with(asked.clone(), json!({"nonce": "n"}))).await;
    let scope = json!({"scope": "aws.cognito.signin.user.admin"});
    h.good(with(asked.clone(), scope)).await;
    // The service has them in the query, and asks for none.
    let h = Hosted::new(implicit).await;
    h.good(asked.clone()).await;
    let told = h.told(with(asked, json!({"scope": "x/y"}))).await;
    assert_eq!(told.get("error"), Some("invalid_scope"));
}

/// A world with an application that has registered itself.
async fn with_stranger(h: Harness) -> (Hosted, String) {
    let open = json!({"DcrConfiguration": {"OpenDcrEnabled": true}});
    let h = Hosted::on(h, open, json!({}), 1).await;
    let body = json!({"redirect_uris": [CALLBACK]}).to_string();
    let made = register(&h.cx(), &h.domain, None, body.as_bytes()).await;
    let id = made.map_err(refused).expect("a client")["client_id"].clone();
    (h, text(&id))
}

#[tokio::test]
async fn s53_s58_who_registered_himself_gets_nothing_by_a_link_alone() {
    let (h, id) = with_stranger(hardened(&["*"])).await;
    let stranger = json!({"client_id": id});
    assert!(h.good(stranger.clone()).await.asks_consent);
    // A link with a mistake in it sends nobody on.
    let bad = with(stranger.clone(), json!({"scope": "x/y"}));
    let Outcome::Page(refusal) = h.read(&h.query(bad.clone())).await else {
        panic!("a page")
    };
    assert_eq!(refusal.code.as_str(), "invalid_scope");
    let quiet = with(bad, json!({"prompt": "none"}));
    assert_eq!(h.told(quiet).await.get("error"), Some("invalid_scope"));
    // An administrator's application is trusted.
    assert!(!h.good(pkce()).await.asks_consent);
    let (h, id) = with_stranger(hardened(&[])).await;
    assert!(!h.good(json!({"client_id": id})).await.asks_consent);
}

#[tokio::test]
async fn s39_user_info_has_the_types_of_openid_connect_where_that_is_set() {
    let rules = OAuthRules {
        typed_user_info: true,
        ..OAuthRules::default()
    };
    let h = Hosted::on(under(rules), json!({}), app(), 1).await;
    let more = json!([
        {"Name": "address", "Value": "1 Street"}, {"Name": "updated_at", "Value": "1780000000"},
    ]);
    let input = json!({"Username": "ada", "UserAttributes": more});
    h.w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an update");
    let tokens = h.tokens(json!({"scope": "openid"})).await;
    let members = h.user_info(&tokens["access_token"]).await.expect("a user");
    assert_eq!(
        (
            &members["email_verified"],
            &members["address"],
            &members["updated_at"]
        ),
        (
            &json!(true),
            &json!({"formatted": "1 Street"}),
            &json!(1_780_000_000)
        )
    );
    assert_eq!(members["email"], "ada@example.com");
}

#[tokio::test]
async fn the_issuer_is_left_out_of_answers_where_that_is_set() {
    let rules = OAuthRules {
        omits_response_issuer: true,
        ..OAuthRules::default()
    };
    let client = with(app(), json!({"AllowedOAuthFlows": ["code", "implicit"]}));
    let h = Hosted::on(under(rules), json!({}), client, 1).await;
    let answer = after(&h.location(json!({})).await, '?');
    assert!(answer.get("code").is_some() && answer.get("iss").is_none());
    let tokens = json!({"response_type": "token", "nonce": "n"});
    let answer = after(&h.location(tokens).await, '#');
    assert!(answer.get("access_token").is_some() && answer.get("iss").is_none());
    let refused = h.told(json!({"scope": "unheard/of"})).await;
    assert_eq!(
        (refused.get("error"), refused.get("iss")),
        (Some("invalid_scope"), None)
    );
    let document = discovery::openid_configuration(&h.w.h.service, &h.w.pool).await;
    let announced = document.expect("a document");
    assert_eq!(
        announced.get("authorization_response_iss_parameter_supported"),
        None
    );
}
