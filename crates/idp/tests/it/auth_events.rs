//! Authentication events: what is recorded, listed, commented on and delivered to logs.

use cenote_idp::ports::Kind;
use cenote_idp::protection::log;
use serde_json::{Value, json};

use crate::risk_configuration::protected;
use crate::support::signing::{
    admin_initiate, all_flows, answer_srp, invited, respond, result, start_srp, sub_of,
};
use crate::support::world::{HOUR_MS, PASSWORD, World, wrong};
use crate::support::{START_MS, refusal, text, with};

const HOME: &str = "192.0.2.10";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64)";

/// A pool that records, called from home.
async fn world(client: Value) -> World {
    let pool = with(
        protected("AUDIT"),
        json!({"AutoVerifiedAttributes": ["email"]}),
    );
    World::new(pool, with(all_flows(), client))
        .await
        .from(HOME, BROWSER)
}

/// What of an event tells how it went: its type, its response, and the challenges.
fn course(event: &Value) -> (String, String, Vec<String>) {
    let challenges = event["ChallengeResponses"].as_array().expect("a list");
    let challenges = challenges.iter().map(|it| {
        format!(
            "{} {}",
            text(&it["ChallengeName"]),
            text(&it["ChallengeResponse"])
        )
    });
    (
        text(&event["EventType"]),
        text(&event["EventResponse"]),
        challenges.collect(),
    )
}

fn went(kind: &str, response: &str, challenges: &[&str]) -> (String, String, Vec<String>) {
    let challenges = challenges.iter().map(|&it| it.to_owned()).collect();
    (kind.to_owned(), response.to_owned(), challenges)
}

async fn courses(w: &World, name: &str) -> Vec<(String, String, Vec<String>)> {
    w.events(name).await.iter().map(course).collect()
}

#[tokio::test]
async fn a_sign_in_is_recorded_with_its_time_place_and_risk() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    result(w.sign_in("ada", PASSWORD).await);
    let events = w.events("ada").await;
    let id = text(&events[0]["EventId"]);
    assert_eq!(id.len(), 36);
    #[expect(clippy::cast_precision_loss, reason = "a time of this century")]
    let at = START_MS as f64 / 1000.0;
    assert_eq!(
        events,
        [json!({
            "EventId": id,
            "EventType": "SignIn",
            "CreationDate": at,
            "EventResponse": "Pass",
            "EventRisk": {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false},
            "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Success"}],
            "EventContextData": {"IpAddress": HOME, "DeviceName": BROWSER},
        })]
    );
}

#[tokio::test]
async fn every_way_in_leaves_one_event() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    let exchange = start_srp(&w, "ada").await;
    // Whoever only asks for the challenge proved nothing.
    assert_eq!(w.events("ada").await, Vec::<Value>::new());
    let wrong_answer = exchange.proof(&w, "Wr0ng-passw0rd");
    answer_srp(&w, wrong_answer)
        .await
        .expect_err("a wrong password");
    let exchange = start_srp(&w, "ada").await;
    result(answer_srp(&w, exchange.proof(&w, PASSWORD)).await);
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    let tokens = result(admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", parameters).await);
    let refresh = json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]}});
    w.public("InitiateAuth", refresh).await.expect("new tokens");
    let pass = went("SignIn", "Pass", &["Password Success"]);
    let fail = went("SignIn", "Fail", &["Password Failure"]);
    let mut all = courses(&w, "ada").await;
    all.sort();
    assert_eq!(all, [fail, pass.clone(), pass]);
}

#[tokio::test]
async fn a_sign_in_in_several_steps_is_one_event() {
    let w = world(json!({})).await;
    invited(&w, "bob", "Tempor4ry!", &[]).await;
    let challenge = w.sign_in("bob", "Tempor4ry!").await.expect("a challenge");
    let begun = w.events("bob").await;
    assert_eq!(
        begun.iter().map(course).collect::<Vec<_>>(),
        [went("SignIn", "InProgress", &["Password Success"])]
    );
    w.h.clock.advance(1000);
    let session = text(&challenge["Session"]);
    let answers = json!({"USERNAME": "bob", "NEW_PASSWORD": PASSWORD});
    result(respond(&w, "NEW_PASSWORD_REQUIRED", Some(&session), answers).await);
    let done = w.events("bob").await;
    assert_eq!(done.len(), 1);
    assert_eq!(
        done[0],
        with(begun[0].clone(), json!({"EventResponse": "Pass"}))
    );
}

#[tokio::test]
async fn failures_are_recorded_up_to_a_bound_and_a_locked_account_hears_none() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    w.sign_in("nobody", PASSWORD).await.expect_err("nobody");
    for _ in 0..5 {
        w.sign_in("ada", "Wr0ng-passw0rd")
            .await
            .expect_err("a wrong password");
    }
    w.sign_in("ada", PASSWORD)
        .await
        .expect_err("a locked account");
    assert_eq!(courses(&w, "ada").await.len(), 5);

    // A disabled user's password was right, and he stays out.
    w.made("eve", &[]).await;
    w.admin("AdminDisableUser", json!({"Username": "eve"}))
        .await
        .expect("disabled");
    for _ in 0..21 {
        w.sign_in("eve", PASSWORD)
            .await
            .expect_err("a disabled user");
    }
    let all = courses(&w, "eve").await;
    assert_eq!(all.len(), 20);
    assert_eq!(all[0], went("SignIn", "Fail", &["Password Success"]));
    w.h.clock.advance(HOUR_MS);
    w.sign_in("eve", PASSWORD)
        .await
        .expect_err("a disabled user");
    assert_eq!(courses(&w, "eve").await.len(), 21);
}

#[tokio::test]
async fn registering_recovering_and_changing_are_recorded_too() {
    let w = world(json!({})).await;
    w.sign_up("ann", &[("email", "ann@example.com")])
        .await
        .expect("a sign-up");
    let name = json!({"Username": "ann"});
    w.h.clock.advance(1000);
    w.public("ResendConfirmationCode", name.clone())
        .await
        .expect("a code");
    let code = w.h.code(&w.pool, "ann").await;
    w.confirm("ann", &wrong(&code))
        .await
        .expect_err("a wrong code");
    w.confirm("ann", &code).await.expect("a confirmation");
    w.h.clock.advance(1000);
    w.public("ForgotPassword", name.clone())
        .await
        .expect("a code");
    let code = w.h.code(&w.pool, "ann").await;
    let reset = |code: &str| {
        with(
            name.clone(),
            json!({"ConfirmationCode": code, "Password": "Ot4er-password"}),
        )
    };
    let answer = w
        .public("ConfirmForgotPassword", reset(&wrong(&code)))
        .await;
    answer.expect_err("a wrong code");
    w.public("ConfirmForgotPassword", reset(&code))
        .await
        .expect("a new password");
    let tokens = result(w.sign_in("ann", "Ot4er-password").await);
    let token = text(&tokens["AccessToken"]);
    let change = |from: &str| json!({"PreviousPassword": from, "ProposedPassword": PASSWORD});
    w.with(&token, "ChangePassword", change("Wr0ng-passw0rd"))
        .await
        .expect_err("a wrong password");
    w.with(&token, "ChangePassword", change("Ot4er-password"))
        .await
        .expect("a new password");

    let mut all = courses(&w, "ann").await;
    all.sort();
    let mut expected = [
        went("SignUp", "InProgress", &[]),
        went("ResendCode", "Pass", &[]),
        went("SignUp", "Fail", &[]),
        went("SignUp", "Pass", &[]),
        went("ForgotPassword", "InProgress", &[]),
        went("ForgotPassword", "Fail", &[]),
        went("ForgotPassword", "Pass", &[]),
        went("SignIn", "Pass", &["Password Success"]),
        went("PasswordChange", "Fail", &[]),
        went("PasswordChange", "Pass", &[]),
    ];
    expected.sort();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn the_newest_come_first_page_by_page_for_two_years() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    for _ in 0..3 {
        result(w.sign_in("ada", PASSWORD).await);
        w.h.clock.advance(1000);
    }
    let all = w.events("ada").await;
    let times: Vec<_> = all
        .iter()
        .map(|event| event["CreationDate"].as_f64())
        .collect();
    assert!(
        times.is_sorted_by(|newer, older| newer > older),
        "{times:?}"
    );

    let input = json!({"Username": "ada", "MaxResults": 2});
    let first = w
        .admin("AdminListUserAuthEvents", input.clone())
        .await
        .expect("a page");
    let next = json!({"NextToken": first["NextToken"]});
    let second = w
        .admin("AdminListUserAuthEvents", with(input, next.clone()))
        .await
        .expect("a page");
    assert_eq!(first["AuthEvents"], json!(all[..2]));
    assert_eq!(second, json!({"AuthEvents": all[2..]}));
    let whole = w
        .admin(
            "AdminListUserAuthEvents",
            json!({"Username": "ada", "MaxResults": 0}),
        )
        .await;
    assert_eq!(whole, Ok(json!({"AuthEvents": all})));

    w.made("bob", &[]).await;
    let other = with(json!({"Username": "bob"}), next);
    let bad_token = refusal(
        "InvalidParameterException",
        "NextToken is invalid or has expired.",
    );
    assert_eq!(w.admin("AdminListUserAuthEvents", other).await, bad_token);
    assert_eq!(
        w.admin("AdminListUserAuthEvents", json!({"Username": "nobody"}))
            .await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    w.h.clock.advance(2 * 365 * 24 * HOUR_MS);
    assert_eq!(w.events("ada").await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_apps_word_on_the_address_counts_where_it_may_be_passed_on() {
    let told = json!({"UserContextData": {"IpAddress": "203.0.113.77", "EncodedData": "AmazonCognitoAdvancedSecurityData"}});
    for (client, expected) in [
        (json!({}), HOME),
        (
            json!({"GenerateSecret": true, "EnablePropagateAdditionalUserContextData": true}),
            "203.0.113.77",
        ),
    ] {
        let w = world(client.clone()).await;
        w.made("ada", &[]).await;
        let mut parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
        if client["GenerateSecret"] == true {
            let secret = crate::support::signing::secret(&w).await;
            let hash = crate::support::signing::secret_hash(&secret, "ada", &w.client);
            parameters["SECRET_HASH"] = hash.into();
        }
        let input = json!({"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters});
        result(w.public("InitiateAuth", with(input, told.clone())).await);
        assert_eq!(
            w.events("ada").await[0]["EventContextData"]["IpAddress"],
            expected
        );
    }
    // An administrator's connection is not the user's.
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    result(admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", parameters.clone()).await);
    assert_eq!(w.events("ada").await[0]["EventContextData"], json!({}));
    w.h.clock.advance(1000);
    let input = json!({
        "ClientId": w.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters,
        "ContextData": {
            "IpAddress": "2001:db8::7", "ServerName": "app.example", "ServerPath": "/login",
            "HttpHeaders": [{"headerName": "Accept", "headerValue": "*/*"}, {"headerName": "user-agent", "headerValue": "Phone"}],
        },
    });
    result(w.admin("AdminInitiateAuth", input).await);
    assert_eq!(
        w.events("ada").await[0]["EventContextData"],
        json!({"IpAddress": "2001:db8::7", "DeviceName": "Phone"})
    );
}

#[tokio::test]
async fn a_pool_without_threat_protection_records_nothing() {
    let w = World::new(json!({}), all_flows()).await.from(HOME, BROWSER);
    w.made("ada", &[]).await;
    result(w.sign_in("ada", PASSWORD).await);
    w.sign_in("ada", "Wr0ng-passw0rd")
        .await
        .expect_err("a wrong password");
    let store = &w.h.service.store;
    let kept = store.records(Kind::AuthEvent, &w.pool, "", None, 10).await;
    assert_eq!(kept.expect("the records"), []);
}

#[tokio::test]
async fn an_administrator_comments_on_an_event() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    result(w.sign_in("ada", PASSWORD).await);
    let event = w.events("ada").await.remove(0);
    let about =
        |id: &Value, value: &str| json!({"Username": "ada", "EventId": id, "FeedbackValue": value});
    w.h.clock.advance(877);
    for value in ["Invalid", "Valid"] {
        let input = about(&event["EventId"], value);
        assert_eq!(
            w.admin("AdminUpdateAuthEventFeedback", input).await,
            Ok(json!({}))
        );
        let feedback = json!({
            "FeedbackValue": value, "Provider": "Admin", "FeedbackDate": (START_MS + 877) / 1000,
        });
        assert_eq!(
            w.events("ada").await,
            [with(event.clone(), json!({"EventFeedback": feedback}))]
        );
    }
    let unknown = refusal(
        "ResourceNotFoundException",
        "The authentication event does not exist.",
    );
    for id in ["no-such-event", "0189d2f4-5b2c-7000-8000-000000000000"] {
        let input = about(&json!(id), "Valid");
        assert_eq!(
            w.admin("AdminUpdateAuthEventFeedback", input).await,
            unknown
        );
    }
    let input = with(
        about(&event["EventId"], "Valid"),
        json!({"Username": "nobody"}),
    );
    assert_eq!(
        w.admin("AdminUpdateAuthEventFeedback", input).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
    // Another user's event is not his.
    w.made("bob", &[]).await;
    let input = with(
        about(&event["EventId"], "Valid"),
        json!({"Username": "bob"}),
    );
    assert_eq!(
        w.admin("AdminUpdateAuthEventFeedback", input).await,
        unknown
    );
}

#[tokio::test]
async fn events_go_to_the_log_that_the_pool_names() {
    let w = world(json!({})).await;
    let group = "arn:aws:logs:us-east-1:000000000000:log-group:events";
    let activity = json!({
        "LogLevel": "INFO", "EventSource": "userAuthEvents",
        "CloudWatchLogsConfiguration": {"LogGroupArn": group},
    });
    let input = json!({"LogConfigurations": [activity]});
    w.admin("SetLogDeliveryConfiguration", input)
        .await
        .expect("a configuration");
    w.made("ada", &[]).await;
    result(w.sign_in("ada", PASSWORD).await);

    let taken = log::take(&w.h.service, 10).await.expect("records");
    assert_eq!(taken.len(), 1);
    let delivery = &taken[0];
    assert_eq!(delivery.destination.service, log::LogService::CloudWatch);
    assert_eq!(
        (
            delivery.destination.arn.as_str(),
            delivery.pool_id.as_str(),
            delivery.at
        ),
        (group, w.pool.as_str(), START_MS)
    );
    let record: Value = serde_json::from_str(&delivery.record).expect("JSON");
    let request = text(&record["message"]["requestId"]);
    assert_eq!(request.len(), 36);
    assert_eq!(
        record,
        json!({
            "eventTimestamp": START_MS.to_string(),
            "eventSource": "USER_ACTIVITY",
            "logLevel": "INFO",
            "message": {
                "version": "1",
                "eventId": w.events("ada").await[0]["EventId"],
                "eventType": "SIGN_IN",
                "userSub": sub_of(&w, "ada").await,
                "userName": "ada",
                "userPoolId": w.pool,
                "clientId": w.client,
                "creationDate": "Thu May 28 20:26:40 UTC 2026",
                "eventResponse": "Pass",
                "riskLevel": "",
                "riskDecision": "PASS",
                "challenges": [{"ChallengeName": "Password", "ChallengeResponse": "Success"}],
                "deviceName": BROWSER,
                "ipAddress": HOME,
                "requestId": request,
                "idpName": "",
                "compromisedCredentialDetected": "false",
                "city": "",
                "country": "",
                "eventFeedbackValue": "",
                "eventFeedbackDate": "",
                "eventFeedbackProvider": "",
                "hasContextData": "false",
            },
            "logSourceId": {"userPoolId": w.pool},
        })
    );
    // Nobody else takes it meanwhile; what failed comes again later, what is delivered never.
    assert_eq!(log::take(&w.h.service, 10).await.expect("records"), []);
    log::settle(&w.h.service, &taken, false)
        .await
        .expect("settled");
    assert_eq!(log::take(&w.h.service, 10).await.expect("records"), []);
    w.h.clock.advance(60 * 1000);
    let again = log::take(&w.h.service, 10).await.expect("records");
    assert_eq!(
        (again[0].id.as_str(), again[0].tries),
        (delivery.id.as_str(), 1)
    );
    assert_eq!(again[0].record, delivery.record);
    log::settle(&w.h.service, &again, true)
        .await
        .expect("settled");
    w.h.clock.advance(HOUR_MS);
    assert_eq!(log::take(&w.h.service, 10).await.expect("records"), []);
    // What a worker took to its grave comes again after a while, and after a day no more.
    result(w.sign_in("ada", PASSWORD).await);
    let lost = log::take(&w.h.service, 10).await.expect("records");
    w.h.clock.advance(2 * 60 * 1000);
    let found = log::take(&w.h.service, 10).await.expect("records");
    assert_eq!(found[0].record, lost[0].record);
    w.h.clock.advance(24 * HOUR_MS);
    assert_eq!(log::take(&w.h.service, 10).await.expect("records"), []);
}
