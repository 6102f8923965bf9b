//! PreAuthentication and PostAuthentication: when they are called, with what, and what they stop.

use serde_json::{Value, json};

use crate::support::refusal;
use crate::support::signing::{
    admin_initiate, answer_srp, initiate, invited, no_such_user, not_authorized, result, start_srp,
    verified, wrong_password,
};
use crate::support::triggers::{Stage, with_response};
use crate::support::world::PASSWORD;

const ALL: [&str; 3] = [
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
];

async fn stage(client: Value) -> Stage {
    let s = Stage::new(&ALL, json!({}), client).await;
    s.w.made("ada", &[("name", "Ada")]).await;
    s.script.events();
    s
}

#[tokio::test]
async fn a_sign_in_by_password_calls_all_three_in_order() {
    let s = stage(json!({})).await;
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientMetadata": {"k": "v"},
        "AuthParameters": {"USERNAME": "ada", "PASSWORD": PASSWORD},
    });
    result(s.w.public("InitiateAuth", input).await);
    let seen = s.attributes_of("ada").await;
    let asked = json!({"userAttributes": seen, "validationData": {"k": "v"}});
    let pre = s.event("PreAuthentication_Authentication", "ada", &asked);
    let told = json!({"userAttributes": seen});
    let post = s.event("PostAuthentication_Authentication", "ada", &told);
    let groups = json!({"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null});
    let asked = json!({"userAttributes": seen, "groupConfiguration": groups});
    let tokens = with_response(
        s.event("TokenGeneration_Authentication", "ada", &asked),
        json!({"claimsOverrideDetails": null}),
    );
    assert_eq!(
        s.script.events(),
        [pre, post, tokens],
        "what InitiateAuth says reaches the first alone"
    );
}

#[tokio::test]
async fn a_wrong_password_comes_after_pre_authentication_and_before_the_rest() {
    let s = stage(json!({})).await;
    assert_eq!(s.w.sign_in("ada", "Wr0ng-one").await, wrong_password());
    assert_eq!(s.script.sources(), ["PreAuthentication_Authentication"]);
}

#[tokio::test]
async fn pre_authentication_denies_a_right_password_too() {
    let s = stage(json!({})).await;
    s.script.throws("PreAuthentication", "closed");
    let denied = || {
        refusal(
            "UserLambdaValidationException",
            "PreAuthentication failed with error closed.",
        )
    };
    assert_eq!(s.w.sign_in("ada", PASSWORD).await, denied());
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    let answer = admin_initiate(&s.w, "ADMIN_USER_PASSWORD_AUTH", parameters).await;
    assert_eq!(answer, denied());
    let parameters = json!({"USERNAME": "ada", "SRP_A": "abc123"});
    assert_eq!(initiate(&s.w, "USER_SRP_AUTH", parameters).await, denied());
}

#[tokio::test]
async fn an_error_of_post_authentication_keeps_the_tokens_back() {
    let s = stage(json!({})).await;
    s.script.throws("PostAuthentication", "audit is down");
    assert_eq!(
        s.w.sign_in("ada", PASSWORD).await,
        refusal(
            "UserLambdaValidationException",
            "PostAuthentication failed with error audit is down."
        )
    );
}

#[tokio::test]
async fn srp_asks_at_the_first_call_and_tells_at_the_second() {
    let s = stage(json!({})).await;
    let exchange = start_srp(&s.w, "ada").await;
    assert_eq!(s.script.sources(), ["PreAuthentication_Authentication"]);
    result(answer_srp(&s.w, exchange.proof(&s.w, PASSWORD)).await);
    assert_eq!(
        s.script.sources(),
        [
            "PostAuthentication_Authentication",
            "TokenGeneration_Authentication"
        ]
    );
}

#[tokio::test]
async fn what_an_answer_to_a_challenge_says_reaches_the_triggers_after_it() {
    let s = Stage::new(&ALL, json!({}), json!({})).await;
    invited(&s.w, "ada", "Temp-0rary", &[]).await;
    let answer = s.w.sign_in("ada", "Temp-0rary").await.expect("a challenge");
    assert_eq!(s.script.sources(), ["PreAuthentication_Authentication"]);
    let input = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": answer["Session"],
        "ChallengeResponses": {"USERNAME": "ada", "NEW_PASSWORD": PASSWORD},
        "ClientMetadata": {"k": "v"},
    });
    result(s.w.public("RespondToAuthChallenge", input).await);
    let events = s.script.events();
    let sources: Vec<&Value> = events.iter().map(|event| &event["triggerSource"]).collect();
    assert_eq!(
        sources,
        [
            "PostAuthentication_Authentication",
            "TokenGeneration_NewPasswordChallenge"
        ],
        "PostConfirmation never fires for a user whom an administrator made"
    );
    for event in &events {
        assert_eq!(event["request"]["clientMetadata"], json!({"k": "v"}));
    }
}

#[tokio::test]
async fn an_unknown_user_is_asked_about_where_the_client_hides_who_exists() {
    let s = stage(json!({"PreventUserExistenceErrors": "LEGACY"})).await;
    assert_eq!(s.w.sign_in("eve", PASSWORD).await, no_such_user());
    assert_eq!(s.script.sources(), [""; 0]);

    let s = stage(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    assert_eq!(s.w.sign_in("eve", PASSWORD).await, wrong_password());
    let asked = json!({"userAttributes": {}, "userNotFound": true, "validationData": null});
    let event = s.event("PreAuthentication_Authentication", "eve", &asked);
    assert_eq!(s.script.event(), event);
    result(s.w.sign_in("ada", PASSWORD).await);
    let events = s.script.events();
    assert_eq!(events[0]["request"]["userNotFound"], false);
}

#[tokio::test]
async fn tokens_show_the_groups_that_a_trigger_gave_meanwhile() {
    let s = Stage::new(&["PreAuthentication"], json!({}), json!({})).await;
    s.w.made("ada", &[]).await;
    let group = json!({"GroupName": "late"});
    s.w.admin("CreateGroup", group).await.expect("a group");
    let (h, pool) = (s.w.h.clone(), s.w.pool.clone());
    s.script.acts("PreAuthentication", move |event| {
        let h = h.clone();
        let input = json!({"UserPoolId": pool, "Username": "ada", "GroupName": "late"});
        async move {
            h.call("AdminAddUserToGroup", input)
                .await
                .expect("a member");
            Ok(event.to_string().into_bytes())
        }
    });
    let tokens = result(s.w.sign_in("ada", PASSWORD).await);
    let access = verified(&s.w, &tokens["AccessToken"]).await;
    assert_eq!(access.claims["cognito:groups"], json!(["late"]));
}

#[tokio::test]
async fn tokens_show_what_a_trigger_changed_of_the_user() {
    for trigger in ["PreAuthentication", "PostAuthentication"] {
        let s = Stage::new(&[trigger], json!({}), json!({})).await;
        s.w.made("ada", &[("name", "Ada")]).await;
        let (h, pool) = (s.w.h.clone(), s.w.pool.clone());
        s.script.acts(trigger, move |event| {
            let h = h.clone();
            let input = json!({
                "UserPoolId": pool, "Username": "ada",
                "UserAttributes": [{"Name": "name", "Value": "Countess"}],
            });
            async move {
                h.ok("AdminUpdateUserAttributes", input).await;
                Ok(event.to_string().into_bytes())
            }
        });
        let tokens = result(s.w.sign_in("ada", PASSWORD).await);
        let id = verified(&s.w, &tokens["IdToken"]).await;
        assert_eq!(id.claims["name"], "Countess", "{trigger}");
    }
}

#[tokio::test]
async fn whom_a_trigger_disables_or_deletes_gets_no_tokens() {
    let disabled = not_authorized("User is disabled.");
    for (operation, told) in [
        ("AdminDisableUser", disabled),
        ("AdminDeleteUser", no_such_user()),
    ] {
        let s = Stage::new(&["PostAuthentication"], json!({}), json!({})).await;
        s.w.made("ada", &[]).await;
        let (h, pool) = (s.w.h.clone(), s.w.pool.clone());
        s.script.acts("PostAuthentication", move |event| {
            let h = h.clone();
            let input = json!({"UserPoolId": pool, "Username": "ada"});
            async move {
                h.ok(operation, input).await;
                Ok(event.to_string().into_bytes())
            }
        });
        assert_eq!(s.w.sign_in("ada", PASSWORD).await, told);
    }
}

#[tokio::test]
async fn where_devices_are_tracked_a_new_one_is_told_of() {
    let devices = json!({"DeviceConfiguration": {"DeviceOnlyRememberedOnUserPrompt": true}});
    let s = Stage::new(&["PostAuthentication"], devices, json!({})).await;
    s.w.made("ada", &[]).await;
    result(s.w.sign_in("ada", PASSWORD).await);
    assert_eq!(s.script.event()["request"]["newDeviceUsed"], true);
}

#[tokio::test]
async fn a_refresh_only_generates_tokens() {
    let s = stage(json!({})).await;
    let tokens = result(s.w.sign_in("ada", PASSWORD).await);
    s.script.events();
    let parameters = json!({"REFRESH_TOKEN": tokens["RefreshToken"]});
    let input = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters,
        "ClientMetadata": {"k": "v"},
    });
    result(s.w.public("InitiateAuth", input).await);
    let event = s.script.event();
    assert_eq!(event["triggerSource"], "TokenGeneration_RefreshTokens");
    assert_eq!(event["request"].get("clientMetadata"), None);
    let input = json!({"RefreshToken": tokens["RefreshToken"], "ClientMetadata": {"k": "v"}});
    s.w.public("GetTokensFromRefreshToken", input)
        .await
        .expect("tokens");
    let event = s.script.event();
    assert_eq!(event["triggerSource"], "TokenGeneration_RefreshTokens");
    assert_eq!(event["request"]["clientMetadata"], json!({"k": "v"}));
}

#[tokio::test]
async fn the_legacy_answer_with_a_password_is_a_sign_in_of_its_own() {
    let s = stage(json!({})).await;
    let answers = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    let input = json!({
        "ClientId": s.w.client, "ChallengeName": "ADMIN_NO_SRP_AUTH",
        "ChallengeResponses": answers,
    });
    result(s.w.admin("AdminRespondToAuthChallenge", input).await);
    assert_eq!(
        s.script.sources(),
        [
            "PreAuthentication_Authentication",
            "PostAuthentication_Authentication",
            "TokenGeneration_Authentication"
        ]
    );
}
