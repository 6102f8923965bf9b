//! CUSTOM_AUTH: what the three triggers are asked, and what follows from what they say.

use serde_json::{Value, json};

use crate::devices;
use crate::support::signing::{
    initiate, invalid, no_such_user, not_authorized, respond, result, start_custom_srp, verified,
    wrong_password,
};
use crate::support::triggers::{Stage, with_response};
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{refusal, text};

const THREE: [&str; 3] = [
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
];

fn undefined() -> Value {
    json!({"challengeName": null, "issueTokens": null, "failAuthentication": null})
}

/// Triggers that want `42`, three times at most.
async fn stage(client: Value) -> Stage {
    stage_in(json!({}), client).await
}

/// The same in a pool with these settings.
pub(crate) async fn stage_in(pool: Value, client: Value) -> Stage {
    let mut flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]});
    flows
        .as_object_mut()
        .expect("an object")
        .extend(client.as_object().expect("an object").clone());
    let s = Stage::new(&THREE, pool, flows).await;
    s.w.made("ada", &[]).await;
    s.script
        .acts("DefineAuthChallenge", |mut event| async move {
            let session = event["request"]["session"].as_array().expect("a list");
            let last = session.last();
            event["response"] = match last {
                Some(last) if last["challengeName"] == "SRP_A" => {
                    json!({"challengeName": "PASSWORD_VERIFIER"})
                }
                Some(last)
                    if last["challengeName"] == "CUSTOM_CHALLENGE"
                        && last["challengeResult"] == true =>
                {
                    json!({"issueTokens": true, "failAuthentication": false})
                }
                _ if session.len() >= 3 => json!({"failAuthentication": true}),
                _ => json!({"challengeName": "CUSTOM_CHALLENGE"}),
            };
            Ok(event.to_string().into_bytes())
        });
    s.script.responds(
        "CreateAuthChallenge",
        json!({
            "publicChallengeParameters": {"hint": "six times nine"},
            "privateChallengeParameters": {"answer": "42"},
            "challengeMetadata": "SUM",
        }),
    );
    s.script
        .acts("VerifyAuthChallengeResponse", |mut event| async move {
            let request = &event["request"];
            let right =
                request["challengeAnswer"] == request["privateChallengeParameters"]["answer"];
            event["response"] = json!({"answerCorrect": right});
            Ok(event.to_string().into_bytes())
        });
    s
}

pub(crate) async fn start(w: &World, name: &str) -> Answer {
    initiate(w, "CUSTOM_AUTH", json!({"USERNAME": name})).await
}

pub(crate) async fn answer(w: &World, name: &str, challenge: &Value, text: &str) -> Answer {
    let session = challenge["Session"].as_str().expect("a session");
    let answers = json!({"USERNAME": name, "ANSWER": text});
    respond(w, "CUSTOM_CHALLENGE", Some(session), answers).await
}

#[tokio::test]
async fn the_first_call_defines_and_creates_a_challenge() {
    let s = stage(json!({})).await;
    let input = json!({
        "AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": "ada"},
        "ClientMetadata": {"k": "v"},
    });
    let mut challenge =
        s.w.public("InitiateAuth", input)
            .await
            .expect("a challenge");
    assert!(challenge["Session"].take().is_string());
    assert_eq!(
        challenge,
        json!({
            "ChallengeName": "CUSTOM_CHALLENGE", "Session": null,
            "ChallengeParameters": {"USERNAME": "ada", "hint": "six times nine"},
        }),
        "what is private stays so"
    );
    let seen = s.attributes_of("ada").await;
    let asked = json!({"userAttributes": seen, "session": []});
    let define = s.event("DefineAuthChallenge_Authentication", "ada", &asked);
    let asked = json!({
        "userAttributes": seen, "challengeName": "CUSTOM_CHALLENGE", "session": [],
    });
    let create = s.event("CreateAuthChallenge_Authentication", "ada", &asked);
    let uncreated = json!({
        "publicChallengeParameters": null, "privateChallengeParameters": null,
        "challengeMetadata": null,
    });
    assert_eq!(
        s.script.events(),
        [
            with_response(define, undefined()),
            with_response(create, uncreated)
        ]
    );
}

#[tokio::test]
async fn the_right_answer_is_verified_and_signs_in() {
    let s = stage(json!({})).await;
    let challenge = start(&s.w, "ada").await.expect("a challenge");
    s.script.events();
    let input = json!({
        "ChallengeName": "CUSTOM_CHALLENGE", "Session": challenge["Session"],
        "ChallengeResponses": {"USERNAME": "ada", "ANSWER": "42"}, "ClientMetadata": {"k": "v"},
    });
    result(s.w.public("RespondToAuthChallenge", input.clone()).await);
    let seen = s.attributes_of("ada").await;
    let asked = json!({
        "userAttributes": seen, "privateChallengeParameters": {"answer": "42"},
        "challengeAnswer": "42", "clientMetadata": {"k": "v"},
    });
    let verify = s.event("VerifyAuthChallengeResponse_Authentication", "ada", &asked);
    let round = json!({
        "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SUM",
    });
    let asked = json!({"userAttributes": seen, "session": [round], "clientMetadata": {"k": "v"}});
    let define = s.event("DefineAuthChallenge_Authentication", "ada", &asked);
    assert_eq!(
        s.script.events(),
        [
            with_response(verify, json!({"answerCorrect": null})),
            with_response(define, undefined())
        ]
    );
    assert_eq!(
        s.w.public("RespondToAuthChallenge", input).await,
        not_authorized("Invalid session for the user, session can only be used once.")
    );
}

#[tokio::test]
async fn a_wrong_answer_leads_to_another_challenge_until_the_trigger_has_enough() {
    let s = stage(json!({})).await;
    let first = start(&s.w, "ada").await.expect("a challenge");
    let second = answer(&s.w, "ada", &first, "41").await.expect("another");
    assert_eq!(second["ChallengeName"], "CUSTOM_CHALLENGE");
    let third = answer(&s.w, "ada", &second, "43").await.expect("another");
    s.script.events();
    assert_eq!(answer(&s.w, "ada", &third, "44").await, wrong_password());
    let events = s.script.events();
    let results: Vec<&Value> = events[1]["request"]["session"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|round| &round["challengeResult"])
        .collect();
    assert_eq!(results, [&json!(false); 3]);
    let late = start(&s.w, "ada").await.expect("a challenge");
    let late = answer(&s.w, "ada", &late, "41").await.expect("another");
    result(answer(&s.w, "ada", &late, "42").await);
}

#[tokio::test]
async fn an_administrator_can_relay_it() {
    let s = stage(json!({})).await;
    let input = json!({
        "ClientId": s.w.client, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": "ada"},
    });
    let challenge =
        s.w.admin("AdminInitiateAuth", input)
            .await
            .expect("a challenge");
    let input = json!({
        "ClientId": s.w.client, "ChallengeName": "CUSTOM_CHALLENGE",
        "Session": challenge["Session"], "ChallengeResponses": {"USERNAME": "ada", "ANSWER": "42"},
    });
    result(s.w.admin("AdminRespondToAuthChallenge", input).await);
}

#[tokio::test]
async fn with_srp_first_the_password_is_proved_before_the_challenge() {
    let s = stage(json!({})).await;
    let (exchange, rest) = start_custom_srp(&s.w, "ada").await;
    assert_eq!(rest["ChallengeName"], "PASSWORD_VERIFIER");
    assert!(rest["Session"].is_string());
    let event = s.script.event();
    let begun = json!({"challengeName": "SRP_A", "challengeResult": true});
    assert_eq!(event["request"]["session"], json!([begun]));
    let wrong = exchange.proof(&s.w, "Wr0ng-one");
    assert_eq!(
        respond(&s.w, "PASSWORD_VERIFIER", None, wrong).await,
        wrong_password()
    );
    let session = rest["Session"].as_str();
    let proof = exchange.proof(&s.w, PASSWORD);
    let challenge = respond(&s.w, "PASSWORD_VERIFIER", session, proof)
        .await
        .expect("a challenge");
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    let events = s.script.events();
    let proved = json!({"challengeName": "PASSWORD_VERIFIER", "challengeResult": true});
    for event in &events {
        assert_eq!(event["request"]["session"], json!([begun, proved]));
    }
    assert_eq!(events.len(), 2, "defined and created");
    result(answer(&s.w, "ada", &challenge, "42").await);
}

#[tokio::test]
async fn tokens_may_be_issued_at_once_and_never_to_nobody() {
    let s = stage(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    s.script
        .responds("DefineAuthChallenge", json!({"issueTokens": true}));
    result(start(&s.w, "ada").await);
    s.script.events();
    assert_eq!(start(&s.w, "eve").await, wrong_password());
    let asked = json!({"userAttributes": {}, "userNotFound": true, "session": []});
    let event = s.event("DefineAuthChallenge_Authentication", "eve", &asked);
    assert_eq!(s.script.event(), with_response(event, undefined()));
}

#[tokio::test]
async fn nobody_is_challenged_like_somebody_where_the_client_hides_who_exists() {
    let s = stage(json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let challenge = start(&s.w, "eve").await.expect("a challenge");
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    s.script.events();
    assert_eq!(
        answer(&s.w, "eve", &challenge, "42").await,
        wrong_password()
    );
    for event in s.script.events() {
        assert_eq!(event["request"]["userNotFound"], true, "{event}");
        assert_eq!(event["userName"], "eve");
    }
    let s = stage(json!({"PreventUserExistenceErrors": "LEGACY"})).await;
    assert_eq!(start(&s.w, "eve").await, no_such_user());
}

#[tokio::test]
async fn a_decision_that_says_nothing_is_unrecognizable() {
    let s = stage(json!({})).await;
    let unrecognizable = || {
        refusal(
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        )
    };
    for nothing in [
        undefined(),
        json!({"challengeName": "RIDDLE"}),
        json!({"challengeName": "PASSWORD_VERIFIER"}),
    ] {
        s.script.responds("DefineAuthChallenge", nothing.clone());
        assert_eq!(start(&s.w, "ada").await, unrecognizable(), "{nothing}");
    }
}

#[tokio::test]
async fn what_a_session_cannot_carry_is_told() {
    let s = stage(json!({})).await;
    let expect_answer_of = |length: usize| {
        let private = json!({"answer": "x".repeat(length)});
        let created = json!({"privateChallengeParameters": private});
        s.script.responds("CreateAuthChallenge", created);
    };
    expect_answer_of(100);
    let challenge = start(&s.w, "ada").await.expect("a challenge");
    // 3072 bytes are the 4096 letters that the model allows.
    let most = 100 + 3072 - text(&challenge["Session"]).len() * 3 / 4;
    expect_answer_of(most);
    let challenge = start(&s.w, "ada").await.expect("a challenge");
    assert_eq!(text(&challenge["Session"]).len(), 4096);
    result(answer(&s.w, "ada", &challenge, &"x".repeat(most)).await);
    expect_answer_of(most + 1);
    assert_eq!(
        start(&s.w, "ada").await,
        refusal(
            "InvalidLambdaResponseException",
            "The challenges of this sign-in have more private parameters and metadata than a session takes."
        )
    );
}

#[tokio::test]
async fn a_remembered_device_proves_itself_after_the_last_challenge() {
    let s = stage_in(
        json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}}),
        json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]}),
    )
    .await;
    let device = devices::known(&s.w).await.confirmed(&s.w).await;
    let parameters = json!({"USERNAME": "ada", "DEVICE_KEY": device.key});
    let challenge = initiate(&s.w, "CUSTOM_AUTH", parameters).await;
    let challenge = challenge.expect("a challenge");
    let session = devices::asked(answer(&s.w, "ada", &challenge, "42").await);
    let proof = device.own_proof(&s.w, &session).await;
    let tokens = result(respond(&s.w, "DEVICE_PASSWORD_VERIFIER", Some(&session), proof).await);
    let access = verified(&s.w, &tokens["AccessToken"]).await;
    assert_eq!(access.claims["device_key"], device.key);
}

#[tokio::test]
async fn an_error_of_a_trigger_ends_the_call() {
    let s = stage(json!({})).await;
    let challenge = start(&s.w, "ada").await.expect("a challenge");
    s.script.throws("VerifyAuthChallengeResponse", "no");
    let failed = |trigger: &str| {
        refusal(
            "UserLambdaValidationException",
            &format!("{trigger} failed with error no."),
        )
    };
    assert_eq!(
        answer(&s.w, "ada", &challenge, "42").await,
        failed("VerifyAuthChallengeResponse")
    );
    s.script.responds(
        "VerifyAuthChallengeResponse",
        json!({"answerCorrect": true}),
    );
    result(answer(&s.w, "ada", &challenge, "42").await);
    s.script.throws("CreateAuthChallenge", "no");
    assert_eq!(start(&s.w, "ada").await, failed("CreateAuthChallenge"));
    s.script.throws("DefineAuthChallenge", "no");
    assert_eq!(start(&s.w, "ada").await, failed("DefineAuthChallenge"));
}

#[tokio::test]
async fn a_pool_needs_the_triggers_that_its_challenges_ask_for() {
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]});
    let missing = || invalid("Custom auth lambda trigger is not configured for the user pool.");
    let s = Stage::new(&[], json!({}), flows.clone()).await;
    s.w.made("ada", &[]).await;
    assert_eq!(start(&s.w, "ada").await, missing());
    let s = Stage::new(&["DefineAuthChallenge"], json!({}), flows).await;
    s.w.made("ada", &[]).await;
    s.script.responds(
        "DefineAuthChallenge",
        json!({"challengeName": "CUSTOM_CHALLENGE"}),
    );
    assert_eq!(start(&s.w, "ada").await, missing());
}

#[tokio::test]
async fn who_may_not_sign_in_gets_no_tokens() {
    let s = stage(json!({})).await;
    let challenge = start(&s.w, "ada").await.expect("a challenge");
    s.w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("a disabled user");
    assert_eq!(
        answer(&s.w, "ada", &challenge, "42").await,
        not_authorized("User is disabled.")
    );
}
