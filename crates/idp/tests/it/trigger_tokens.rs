//! PreTokenGeneration: what it changes in ID and access tokens, and what it does not.

use cenote_idp::ports::TriggerError;
use serde_json::{Value, json};

use crate::support::refusal;
use crate::support::signing::{beside, result, sub_of, verified};
use crate::support::triggers::{Stage, function, with_response};
use crate::support::world::{PASSWORD, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/one";

async fn stage(version: &str) -> Stage {
    let settings = json!({"LambdaConfig": {"PreTokenGenerationConfig": {
        "LambdaVersion": version, "LambdaArn": function("PreTokenGeneration"),
    }}});
    let s = Stage::new(&[], settings, json!({})).await;
    let email = [("email", "ada@example.com"), ("email_verified", "true")];
    s.w.made("ada", &email).await;
    let group = json!({"GroupName": "staff", "RoleArn": ROLE, "Precedence": 1});
    s.w.admin("CreateGroup", group).await.expect("a group");
    let member = json!({"GroupName": "staff", "Username": "ada"});
    s.w.admin("AdminAddUserToGroup", member)
        .await
        .expect("a member");
    s
}

/// The claims of the ID and the access token of a sign-in.
async fn claims(w: &World) -> (Value, Value) {
    let tokens = result(w.sign_in("ada", PASSWORD).await);
    let id = verified(w, &tokens["IdToken"]).await.claims;
    let access = verified(w, &tokens["AccessToken"]).await.claims;
    (id, access)
}

#[expect(clippy::needless_pass_by_value, reason = "callers write it in place")]
fn v1(details: Value) -> Value {
    json!({"claimsOverrideDetails": details})
}

#[expect(clippy::needless_pass_by_value, reason = "callers write it in place")]
fn v2(details: Value) -> Value {
    json!({"claimsAndScopeOverrideDetails": details})
}

#[tokio::test]
async fn version_one_is_asked_with_groups_and_changes_the_id_token() {
    let s = stage("V1_0").await;
    s.script.responds(
        "PreTokenGeneration",
        v1(json!({
            "claimsToAddOrOverride": {"tier": "gold", "email": "other@example.com", "both": "x"},
            "claimsToSuppress": ["email_verified", "both"],
        })),
    );
    let (id, access) = claims(&s.w).await;
    assert_eq!(
        [&id["tier"], &id["email"]],
        [&json!("gold"), &json!("other@example.com")]
    );
    assert!(id.get("email_verified").is_none() && id.get("both").is_none());
    assert_eq!(access.get("tier"), None);
    assert_eq!(access["cognito:groups"], json!(["staff"]));
    let asked = json!({
        "userAttributes": s.attributes_of("ada").await,
        "groupConfiguration": {
            "groupsToOverride": ["staff"], "iamRolesToOverride": [ROLE], "preferredRole": ROLE,
        },
    });
    let event = s.event("TokenGeneration_Authentication", "ada", &asked);
    assert_eq!(
        s.script.event(),
        with_response(event, json!({"claimsOverrideDetails": null}))
    );
}

#[tokio::test]
async fn a_group_override_changes_both_tokens() {
    let s = stage("V1_0").await;
    s.script.responds(
        "PreTokenGeneration",
        v1(json!({"groupOverrideDetails": {
            "groupsToOverride": ["a", "b"], "iamRolesToOverride": ["r"], "preferredRole": "r",
        }})),
    );
    let (id, access) = claims(&s.w).await;
    assert_eq!(id["cognito:groups"], json!(["a", "b"]));
    assert_eq!(access["cognito:groups"], json!(["a", "b"]));
    assert_eq!(
        (&id["cognito:roles"], &id["cognito:preferred_role"]),
        (&json!(["r"]), &json!("r"))
    );
}

#[tokio::test]
async fn a_group_override_that_is_there_and_empty_removes_the_groups() {
    let s = stage("V1_0").await;
    for empty in [json!({}), json!(null), json!({"groupsToOverride": []})] {
        s.script.responds(
            "PreTokenGeneration",
            v1(json!({"groupOverrideDetails": empty})),
        );
        let (id, access) = claims(&s.w).await;
        for claim in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
            assert_eq!(id.get(claim), None, "{empty}");
            assert_eq!(access.get(claim), None, "{empty}");
        }
    }
    s.script.responds(
        "PreTokenGeneration",
        v1(json!({"claimsToSuppress": ["cognito:groups"]})),
    );
    let (id, access) = claims(&s.w).await;
    assert_eq!(id.get("cognito:groups"), None);
    assert_eq!(id.get("cognito:roles"), None);
    assert_eq!(access["cognito:groups"], json!(["staff"]));
}

#[tokio::test]
async fn what_a_token_rests_on_stays_as_it_is() {
    let s = stage("V2_0").await;
    let mut names: Vec<&str> =
        "acr amr at_hash auth_time azp exp iat iss jti nbf nonce origin_jti sub \
        token_use username client_id event_id cognito:username cognito:x identities scope version"
            .split_whitespace()
            .collect();
    let forged: Value = names
        .iter()
        .map(|name| ((*name).to_owned(), json!("forged")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    names.retain(|name| {
        !matches!(
            *name,
            "username" | "client_id" | "event_id" | "scope" | "version"
        )
    });
    let generation =
        json!({"claimsToAddOrOverride": forged, "claimsToSuppress": ["sub", "iss", "exp"]});
    s.script.responds(
        "PreTokenGeneration",
        v2(json!({"idTokenGeneration": generation, "accessTokenGeneration": generation})),
    );
    let (id, access) = claims(&s.w).await;
    for name in names {
        assert_ne!(
            id.get(name),
            Some(&json!("forged")),
            "{name} of the ID token"
        );
    }
    for name in forged.as_object().expect("an object").keys() {
        let is_free = name == "identities";
        assert!(
            is_free || access.get(name) != Some(&json!("forged")),
            "{name} of the access token"
        );
    }
    assert_eq!(id["sub"], sub_of(&s.w, "ada").await);
}

#[tokio::test]
async fn version_two_changes_both_tokens_and_the_scopes() {
    let s = stage("V2_0").await;
    s.script.responds(
        "PreTokenGeneration",
        v2(json!({
            "idTokenGeneration": {
                "claimsToAddOrOverride": {
                    "list": [1, "two"], "object": {"a": true}, "number": 5, "nothing": null,
                    "address": {"formatted": "no"}, "dev:custom:x": "no",
                },
                "claimsToSuppress": ["email"],
            },
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"tenant": "t1", "aud": "elsewhere"},
                "scopesToAdd": ["api/read", "bad scope", "api/read"],
                "scopesToSuppress": ["aws.cognito.signin.user.admin"],
            },
        })),
    );
    let (id, access) = claims(&s.w).await;
    assert_eq!(
        [&id["list"], &id["object"], &id["number"]],
        [&json!([1, "two"]), &json!({"a": true}), &json!(5)]
    );
    for absent in ["nothing", "address", "dev:custom:x", "email"] {
        assert_eq!(id.get(absent), None, "{absent}");
    }
    assert_eq!([&access["tenant"], &access["scope"]], ["t1", "api/read"]);
    assert_eq!(access.get("aud"), None);
    let event = s.script.event();
    assert_eq!(
        (&event["version"], &event["request"]["scopes"]),
        (&json!("2"), &json!(["aws.cognito.signin.user.admin"]))
    );
    assert_eq!(
        event["response"],
        json!({"claimsAndScopeOverrideDetails": null})
    );

    let audience = json!({"claimsToAddOrOverride": {"aud": s.w.client}});
    s.script.responds(
        "PreTokenGeneration",
        v2(json!({"accessTokenGeneration": audience})),
    );
    let (_, access) = claims(&s.w).await;
    assert_eq!(access["aud"], s.w.client);
}

#[tokio::test]
async fn version_three_says_so() {
    let s = stage("V3_0").await;
    claims(&s.w).await;
    let event = s.script.event();
    assert_eq!(
        (&event["version"], &event["triggerSource"]),
        (&json!("3"), &json!("TokenGeneration_Authentication"))
    );
}

#[tokio::test]
async fn an_error_or_a_bad_answer_issues_nothing() {
    let s = stage("V1_0").await;
    s.script.throws("PreTokenGeneration", "no");
    assert_eq!(
        s.w.sign_in("ada", PASSWORD).await,
        refusal(
            "UserLambdaValidationException",
            "PreTokenGeneration failed with error no."
        )
    );
    let unrecognizable = || {
        refusal(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        )
    };
    s.script.responds(
        "PreTokenGeneration",
        v1(json!({"claimsToAddOrOverride": {"a": ["b"]}})),
    );
    assert_eq!(s.w.sign_in("ada", PASSWORD).await, unrecognizable());
    let many: Value = (0..5_000)
        .map(|at| (format!("c{at}"), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    s.script.responds(
        "PreTokenGeneration",
        v1(json!({"claimsToAddOrOverride": many})),
    );
    assert_eq!(
        s.w.sign_in("ada", PASSWORD).await,
        refusal(
            "InvalidLambdaResponseException",
            "The tokens have more than 5000 claims and scopes."
        )
    );
}

const SECRET: &str = "an_own_secret_of_36_characters_and+1";

/// A machine's client of the stage's pool, which has the scope `orders/read`.
async fn machine(s: &Stage) -> World {
    let scopes = json!([{"ScopeName": "read", "ScopeDescription": "read"}]);
    let server = json!({"Identifier": "orders", "Name": "orders", "Scopes": scopes});
    s.w.admin("CreateResourceServer", server)
        .await
        .expect("a resource server");
    let client = json!({
        "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "ClientSecret": SECRET,
        "AllowedOAuthScopes": ["orders/read"],
    });
    beside(&s.w, client).await
}

#[tokio::test]
async fn the_token_of_a_client_asks_a_trigger_of_version_three_alone() {
    let s = stage("V2_0").await;
    let w = machine(&s).await;
    let input = json!({"Secret": SECRET, "ClientMetadata": {"k": "v"}});
    w.public("GetClientToken", input.clone())
        .await
        .expect("a token");
    assert_eq!(s.script.sources(), [""; 0]);

    let s = stage("V3_0").await;
    let w = machine(&s).await;
    s.script.responds(
        "PreTokenGeneration",
        v2(json!({"accessTokenGeneration": {
            "claimsToAddOrOverride": {"tenant": "t1", "sub": "forged"},
            "scopesToAdd": ["orders/write"],
        }})),
    );
    let answer = w.public("GetClientToken", input.clone()).await;
    let token = answer.expect("a token")["ClientAuthenticationResult"]["AccessToken"].clone();
    let claims = verified(&w, &token).await.claims;
    assert_eq!(
        [&claims["tenant"], &claims["scope"], &claims["sub"]],
        ["t1", "orders/read orders/write", w.client.as_str()]
    );
    let asked = json!({
        "userAttributes": {}, "groupConfiguration": null, "scopes": ["orders/read"],
        "clientMetadata": {"k": "v"},
    });
    let mut event = s.event(
        "TokenGeneration_ClientCredentials",
        "ClientCredentials",
        &asked,
    );
    event["version"] = "3".into();
    event["callerContext"]["clientId"] = w.client.clone().into();
    let response = json!({"claimsAndScopeOverrideDetails": null});
    assert_eq!(s.script.event(), with_response(event, response));

    s.script.throws("PreTokenGeneration", "no");
    assert_eq!(
        w.public("GetClientToken", input).await,
        refusal(
            "NotAuthorizedException",
            "PreTokenGeneration failed with error no."
        ),
        "the operation has no word of its own for it"
    );
}

#[tokio::test]
async fn a_derived_token_asks_with_the_scopes_that_it_will_have() {
    let s = stage("V2_0").await;
    let token = s.w.token("ada").await;
    s.script.events();
    let settings = json!({
        "ClientSecret": SECRET, "AllowedOAuthScopes": ["openid", "email"],
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
    });
    let w = beside(&s.w, settings).await;
    s.script.responds(
        "PreTokenGeneration",
        v2(json!({"accessTokenGeneration": {"claimsToAddOrOverride": {"tenant": "t1"}}})),
    );
    let input = json!({
        "ClientSecret": SECRET, "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN",
    });
    let answer = w.public("GetDerivedToken", input).await;
    let claims = verified(&w, &answer.expect("a token")["IssuedToken"])
        .await
        .claims;
    assert_eq!(claims["tenant"], "t1");
    let event = s.script.event();
    assert_eq!(event["triggerSource"], "TokenGeneration_TokenExchange");
    let scope = claims["scope"].as_str().unwrap_or_default();
    let scopes: Vec<&str> = scope.split(' ').filter(|scope| !scope.is_empty()).collect();
    assert_eq!(event["request"]["scopes"], json!(scopes));
}

#[tokio::test]
async fn what_a_trigger_does_wrong_issues_no_derived_token() {
    let s = stage("V2_0").await;
    let token = s.w.token("ada").await;
    let settings = json!({
        "ClientSecret": SECRET, "AllowedOAuthScopes": ["openid"],
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
    });
    let w = beside(&s.w, settings).await;
    let exchange = async || {
        let input = json!({
            "ClientSecret": SECRET, "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN",
        });
        w.public("GetDerivedToken", input).await
    };
    s.script.throws("PreTokenGeneration", "no");
    assert_eq!(
        exchange().await,
        refusal(
            "UserLambdaValidationException",
            "PreTokenGeneration failed with error no."
        )
    );
    s.script.answers("PreTokenGeneration", "null");
    assert_eq!(
        exchange().await,
        refusal(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output"
        )
    );
    s.script.fails("PreTokenGeneration", TriggerError::TimedOut);
    assert_eq!(
        exchange().await,
        refusal(
            "UnexpectedLambdaException",
            "PreTokenGeneration invocation failed due to error Timeout."
        )
    );
}
