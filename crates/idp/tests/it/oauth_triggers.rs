//! What triggers are asked on the pages and at the token endpoint.

use std::sync::Arc;

use cenote_idp::ports::Triggers;
use serde_json::json;

use crate::support::Harness;
use crate::support::oauth::{Hosted, app};
use crate::support::signing::verified;
use crate::support::triggers::{Script, function, lambda_config};
use crate::support::with;

async fn stage(version: &str) -> (Hosted, Arc<Script>) {
    let script = Arc::new(Script::default());
    let h = Harness::with_triggers(Arc::clone(&script) as Arc<dyn Triggers>);
    let mut config = lambda_config(&["PreAuthentication", "PostAuthentication"]);
    config["PreTokenGenerationConfig"] =
        json!({"LambdaVersion": version, "LambdaArn": function("PreTokenGeneration")});
    let h = Hosted::on(h, json!({"LambdaConfig": config}), json!({}), 1).await;
    (h, script)
}

#[tokio::test]
async fn a_sign_in_on_the_page_asks_for_hosted_authentication_and_a_refresh_for_a_refresh() {
    let (h, script) = stage("V2_0").await;
    let code = h.code(json!({"scope": "openid email"})).await;
    let asked = [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
    ];
    assert_eq!(script.sources(), asked);
    let response = json!({"claimsAndScopeOverrideDetails": {
        "accessTokenGeneration": {"scopesToAdd": ["extra"], "claimsToAddOrOverride": {"aud": "x"}},
        "idTokenGeneration": {"claimsToAddOrOverride": {"team": "red", "nonce": "x", "at_hash": "x"}},
    }});
    script.responds("PreTokenGeneration", response);
    let tokens = h.redeem(&code, json!({})).await.expect("tokens");
    let event = script.event();
    assert_eq!(event["triggerSource"], "TokenGeneration_HostedAuth");
    assert_eq!(event["request"]["scopes"], json!(["openid", "email"]));
    let access = verified(&h.w, &tokens["access_token"]).await.claims;
    assert_eq!(
        (&access["scope"], access.get("aud")),
        (&"openid email extra".into(), None)
    );
    let id = verified(&h.w, &tokens["id_token"]).await.claims;
    assert_eq!((&id["team"], id.get("nonce")), (&"red".into(), None));
    assert_ne!(id["at_hash"], "x");
    h.refresh(&tokens["refresh_token"], json!({}))
        .await
        .expect("tokens");
    assert_eq!(script.sources(), ["TokenGeneration_RefreshTokens"]);
}

#[tokio::test]
async fn a_trigger_that_fails_leaves_the_application_without_tokens() {
    let (h, script) = stage("V2_0").await;
    let code = h.code(json!({})).await;
    script.throws("PreTokenGeneration", "no");
    let refused = h.redeem(&code, json!({})).await;
    let told = "PreTokenGeneration failed with error no.";
    assert_eq!(refused, Err(("invalid_request", Some(told.to_owned()))));
}

#[tokio::test]
async fn a_machine_s_metadata_reaches_the_trigger() {
    let (mut h, script) = stage("V3_0").await;
    let scope = [json!({"ScopeName": "read", "ScopeDescription": "read"})];
    let server = json!({"Identifier": "orders", "Name": "orders", "Scopes": scope});
    h.w.admin("CreateResourceServer", server)
        .await
        .expect("a server");
    let secret = "an_own_secret_of_36_characters_and+1";
    let machine = json!({
        "AllowedOAuthFlows": ["client_credentials"], "ClientSecret": secret, "CallbackURLs": [],
        "LogoutURLs": [], "AllowedOAuthScopes": ["orders/read"],
    });
    h.w.client = h.w.h.client(&h.w.pool, with(app(), machine)).await;
    let params = json!({
        "grant_type": "client_credentials", "client_secret": secret,
        "aws_client_metadata": "{\"trace\":\"1\"}",
    });
    h.token(params).await.expect("a token");
    let event = script.event();
    assert_eq!(event["triggerSource"], "TokenGeneration_ClientCredentials");
    assert_eq!(event["request"]["clientMetadata"], json!({"trace": "1"}));
}
