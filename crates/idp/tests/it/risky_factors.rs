//! Risky sign-ins and what comes after the password: second factors, devices, custom challenges and custom
//! senders.

use cenote_idp::message;
use serde_json::{Value, json};

use crate::account_takeover::{
    ELSEWHERE, EMAIL, HOME, actions, blocked, newest, risk, world, world_in,
};
use crate::custom_auth::{answer, stage_in, start};
use crate::devices::{asked, known};
use crate::risk_configuration::protected;
use crate::support::mfa::{STEP_MS, challenge, register, set_mfa, wrong_token_code};
use crate::support::signing::{all_flows, initiate, respond, result};
use crate::support::triggers::{Stage, function};
use crate::support::world::{PASSWORD, World};
use crate::support::{text, with};

/// What an event says of the password and of codes.
fn answers(list: &[(&str, &str)]) -> Value {
    list.iter()
        .map(|(name, response)| json!({"ChallengeName": name, "ChallengeResponse": response}))
        .collect()
}

#[tokio::test]
async fn a_risky_sign_in_asks_for_a_factor_that_the_user_has_not_turned_on() {
    let w = world(
        "ENFORCED",
        actions("MFA_IF_CONFIGURED", "MFA_REQUIRED", "BLOCK", true),
    )
    .await;
    let home = w.from(HOME, "Browser");
    set_mfa(&w, "OPTIONAL", &["TOTP"]).await;
    let app = register(&home, &home.token("ada").await).await;
    result(home.sign_in("ada", PASSWORD).await);
    let before = w.events("ada").await.len();
    for (program, level) in [("Browser", "Low"), ("Other", "Medium")] {
        w.h.clock.advance(STEP_MS);
        let there = w.from(
            if level == "Low" {
                ELSEWHERE
            } else {
                "198.51.100.1"
            },
            program,
        );
        let asked = challenge(there.sign_in("ada", PASSWORD).await);
        assert_eq!(asked.name, "SOFTWARE_TOKEN_MFA");
        let waits = ("InProgress".to_owned(), risk("AccountTakeover", level));
        assert_eq!(newest(&w).await, waits);
        let notice = w.h.inbox(&w.pool, "ada").await.remove(0);
        assert!(notice.body.contains("second proof"), "{}", notice.body);
        let wrong = app.code_at(&w, 40);
        assert_eq!(asked.code(&there, "ada", &wrong).await, wrong_token_code());
        assert_eq!(newest(&w).await.0, "Fail");
        result(asked.code(&there, "ada", &app.code(&w)).await);
        let passed = ("Pass".to_owned(), risk("AccountTakeover", level));
        assert_eq!(newest(&w).await, passed);
        let event = w.events("ada").await.remove(0);
        let three = answers(&[
            ("Password", "Success"),
            ("Mfa", "Failure"),
            ("Mfa", "Success"),
        ]);
        assert_eq!(event["ChallengeResponses"], three);
    }
    assert_eq!(
        w.events("ada").await.len(),
        before + 2,
        "one event for each"
    );
    w.h.clock.advance(1000);
    result(home.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn setting_a_factor_up_is_no_proof() {
    let w = world(
        "ENFORCED",
        actions("MFA_REQUIRED", "MFA_IF_CONFIGURED", "BLOCK", false),
    )
    .await;
    set_mfa(&w, "ON", &["TOTP"]).await;
    assert_eq!(
        w.from(ELSEWHERE, "Browser").sign_in("ada", PASSWORD).await,
        blocked()
    );
    assert_eq!(newest(&w).await, ("Fail".to_owned(), risk("Block", "Low")));
    w.h.clock.advance(1000);
    // Where a factor is only asked for if there is one, the pool's own rule stands.
    let there = w.from("198.51.100.1", "Other");
    let asked = challenge(there.sign_in("ada", PASSWORD).await);
    assert_eq!(asked.name, "MFA_SETUP");
}

#[tokio::test]
async fn the_proof_of_a_device_ends_the_event_of_its_sign_in() {
    let devices = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": false}});
    let w = World::new(with(protected("AUDIT"), devices), all_flows()).await;
    w.made("ada", &EMAIL).await;
    let home = w.from(HOME, "Browser");
    let device = known(&home).await.confirmed(&home).await;
    for (secret, response) in [("a wrong one", "Fail"), ("a device's own password", "Pass")] {
        w.h.clock.advance(1000);
        let session = asked(device.sign_in(&home).await);
        assert_eq!(newest(&w).await.0, "InProgress");
        let proof = device.proof(&home, Some(&session), secret).await;
        let answer = respond(&home, "DEVICE_PASSWORD_VERIFIER", None, proof).await;
        assert_eq!(answer.is_ok(), response == "Pass");
        let event = w.events("ada").await.remove(0);
        assert_eq!(event["EventResponse"], response);
        assert_eq!(
            event["ChallengeResponses"],
            answers(&[("Password", "Success")])
        );
    }
    assert_eq!(w.events("ada").await.len(), 3);
}

#[tokio::test]
async fn a_remembered_device_is_no_second_factor_of_a_risky_sign_in() {
    let devices = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}});
    let configuration = actions("MFA_IF_CONFIGURED", "BLOCK", "BLOCK", false);
    let w = world_in(with(protected("ENFORCED"), devices), configuration).await;
    set_mfa(&w, "OPTIONAL", &["TOTP"]).await;
    let home = w.from(HOME, "Browser");
    let app = register(&home, &home.token("ada").await).await;
    let device = known(&home).await.confirmed(&home).await;
    w.h.clock.advance(STEP_MS);
    let there = w.from(ELSEWHERE, "Browser");
    let first = challenge(device.sign_in(&there).await);
    assert_eq!(first.name, "SOFTWARE_TOKEN_MFA");
    let session = asked(first.code(&there, "ada", &app.code(&w)).await);
    let proof = device
        .proof(&there, Some(&session), "a device's own password")
        .await;
    result(respond(&there, "DEVICE_PASSWORD_VERIFIER", None, proof).await);
    assert_eq!(
        newest(&w).await,
        ("Pass".to_owned(), risk("AccountTakeover", "Low"))
    );
}

#[tokio::test]
async fn custom_authentication_has_a_mode_of_its_own() {
    let add_ons = |custom: Value| {
        json!({"UserPoolTier": "PLUS", "UserPoolAddOns": {
            "AdvancedSecurityMode": "ENFORCED", "AdvancedSecurityAdditionalFlows": custom,
        }})
    };
    let s = stage_in(add_ons(json!({"CustomAuthMode": "ENFORCED"})), json!({})).await;
    let configuration = actions("BLOCK", "MFA_REQUIRED", "BLOCK", false);
    s.w.admin("SetRiskConfiguration", configuration)
        .await
        .expect("a configuration");
    let (home, there) = (s.w.from(HOME, "App"), s.w.from(ELSEWHERE, "App"));
    let asked = start(&home, "ada").await.expect("a challenge");
    assert_eq!(
        s.w.events("ada").await,
        Vec::<Value>::new(),
        "nothing is proved yet"
    );
    result(answer(&home, "ada", &asked, "42").await);
    assert_eq!(newest(&s.w).await.0, "Pass");
    s.w.h.clock.advance(1000);
    let asked = start(&there, "ada").await.expect("a challenge");
    assert_eq!(answer(&there, "ada", &asked, "42").await, blocked());
    assert_eq!(
        newest(&s.w).await,
        ("Fail".to_owned(), risk("Block", "Low"))
    );
    s.w.h.clock.advance(1000);
    let other = s.w.from("198.51.100.1", "Other");
    let asked = start(&other, "ada").await.expect("a challenge");
    assert_eq!(
        answer(&other, "ada", &asked, "42").await,
        blocked(),
        "there is no factor"
    );
    s.w.h.clock.advance(1000);
    set_mfa(&s.w, "OPTIONAL", &["TOTP"]).await;
    let more = json!({"ClientId": s.w.client, "UserPoolId": s.w.pool, "ExplicitAuthFlows": [
        "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH",
    ]});
    s.w.h.ok("UpdateUserPoolClient", more).await;
    let app = register(&home, &home.token("ada").await).await;
    s.w.h.clock.advance(STEP_MS);
    let asked = start(&other, "ada").await.expect("a challenge");
    let factor = challenge(answer(&other, "ada", &asked, "42").await);
    assert_eq!(factor.name, "SOFTWARE_TOKEN_MFA");
    result(factor.code(&other, "ada", &app.code(&s.w)).await);
    assert_eq!(
        newest(&s.w).await,
        ("Pass".to_owned(), risk("AccountTakeover", "Medium"))
    );

    let s = stage_in(add_ons(json!({})), json!({})).await;
    let asked = start(&s.w, "ada").await.expect("a challenge");
    result(answer(&s.w, "ada", &asked, "42").await);
    assert_eq!(s.w.events("ada").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_custom_sender_is_told_what_the_notice_would_say() {
    let s = Stage::new(&["CustomEmailSender"], protected("ENFORCED"), json!({})).await;
    let configuration = actions("NO_ACTION", "BLOCK", "BLOCK", true);
    s.w.admin("SetRiskConfiguration", configuration)
        .await
        .expect("a configuration");
    s.w.made("ada", &EMAIL).await;
    result(s.w.from(HOME, "Browser").sign_in("ada", PASSWORD).await);
    s.w.h.clock.advance(1000);
    result(
        s.w.from(ELSEWHERE, "Browser")
            .sign_in("ada", PASSWORD)
            .await,
    );
    let taken = message::take(&s.w.h.service, 10).await.expect("messages");
    let sent = taken[0].function.as_ref().expect("a function");
    assert_eq!(sent.arn, function("CustomEmailSender"));
    assert_eq!(sent.secret, None);
    let mut event = sent.event.clone();
    let said = &mut event["request"]["userAttributes"];
    let token = text(&said["FEEDBACK_TOKEN"]);
    for (name, value) in [
        ("ONE_CLICK_LINK_VALID", "Valid"),
        ("ONE_CLICK_LINK_INVALID", "Invalid"),
    ] {
        let link = text(&said[name].take());
        assert!(
            link.ends_with(&format!("feedback_token={token}&feedback_value={value}")),
            "{link}"
        );
    }
    let id = s.w.events("ada").await.remove(0)["EventId"].clone();
    let request = json!({
        "type": "customEmailSenderRequestV1", "code": null, "clientMetadata": null,
        "userAttributes": {
            "EVENT_ID": id, "USER_NAME": "ada", "IP_ADDRESS": ELSEWHERE, "DEVICE_NAME": "Browser",
            "ACCOUNT_TAKE_OVER_ACTION": "NO_ACTION", "LOGIN_TIME": "Thu May 28 20:26:41 UTC 2026",
            "ONE_CLICK_LINK_VALID": null, "ONE_CLICK_LINK_INVALID": null, "FEEDBACK_TOKEN": token,
        },
    });
    let mut expected = s.event(
        "CustomEmailSender_AccountTakeOverNotification",
        "ada",
        &request,
    );
    expected
        .as_object_mut()
        .expect("an object")
        .remove("response");
    assert_eq!(event, expected);
    // What the function passes on is good.
    let feedback = json!({
        "UserPoolId": s.w.pool, "Username": "ada", "EventId": id, "FeedbackToken": token,
        "FeedbackValue": "Valid",
    });
    assert_eq!(
        s.w.h.call("UpdateAuthEventFeedback", feedback).await,
        Ok(json!({}))
    );
}

#[tokio::test]
async fn a_first_factor_is_no_second_one() {
    let policy = json!({"Policies": {"SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"],
    }}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    let sender = json!({"EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
    }, "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}});
    let w = World::new(with(with(protected("ENFORCED"), policy), sender), flows).await;
    set_mfa(&w, "OPTIONAL", &["TOTP", "EMAIL"]).await;
    let configuration = actions("MFA_REQUIRED", "MFA_IF_CONFIGURED", "BLOCK", false);
    w.admin("SetRiskConfiguration", configuration)
        .await
        .expect("a configuration");
    w.made("ada", &EMAIL).await;
    let by_code = async |w: &World| {
        w.h.clock.advance(1000);
        let start = json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": "EMAIL_OTP"});
        let asked = challenge(initiate(w, "USER_AUTH", start).await);
        assert_eq!(asked.name, "EMAIL_OTP");
        asked.code(w, "ada", &w.h.code(&w.pool, "ada").await).await
    };
    let (home, there) = (w.from(HOME, "Browser"), w.from(ELSEWHERE, "Browser"));
    result(by_code(&home).await);
    let event = w.events("ada").await.remove(0);
    assert_eq!(event["EventResponse"], "Pass");
    assert_eq!(event["ChallengeResponses"], json!([]));
    // The address that got the code would be the only factor.
    assert_eq!(by_code(&there).await, blocked());
    w.h.clock.advance(1000);
    let start = json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD});
    result(initiate(&home, "USER_AUTH", start).await);
    let event = w.events("ada").await.remove(0);
    assert_eq!(
        event["ChallengeResponses"],
        answers(&[("Password", "Success")])
    );
    let app = register(&home, &home.token("ada").await).await;
    let asked = challenge(by_code(&there).await);
    assert_eq!(asked.name, "SOFTWARE_TOKEN_MFA");
    result(asked.code(&there, "ada", &app.code(&w)).await);
    let event = w.events("ada").await.remove(0);
    assert_eq!(event["EventRisk"], risk("AccountTakeover", "Low"));
    assert_eq!(event["ChallengeResponses"], answers(&[("Mfa", "Success")]));
}
