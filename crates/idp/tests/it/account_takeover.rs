//! Risky sign-ins: blocked and skipped addresses, levels, actions, and the notices that go out.

use cenote_idp::message::InboxMessage;
use serde_json::{Value, json};

use crate::risk_configuration::protected;
use crate::support::signing::{all_flows, answer_srp, invited, respond, result, start_srp};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World};
use crate::support::{refusal, text, with};

pub(crate) const HOME: &str = "192.0.2.10";
pub(crate) const ELSEWHERE: &str = "203.0.113.5";
pub(crate) const EMAIL: [(&str, &str); 2] =
    [("email", "ada@example.com"), ("email_verified", "true")];

/// A pool in this mode whose user Ada has signed in from home with her browser.
pub(crate) async fn world(mode: &str, configuration: Value) -> World {
    world_in(protected(mode), configuration).await
}

/// The same in a pool with these settings.
pub(crate) async fn world_in(pool: Value, configuration: Value) -> World {
    let w = World::new(pool, all_flows()).await;
    w.admin("SetRiskConfiguration", configuration)
        .await
        .expect("a configuration");
    w.made("ada", &EMAIL).await;
    result(w.from(HOME, "Browser").sign_in("ada", PASSWORD).await);
    w.h.clock.advance(1000);
    w
}

/// Actions for the three levels; `notify` for all of them.
pub(crate) fn actions(low: &str, medium: &str, high: &str, notify: bool) -> Value {
    let action = |action: &str| json!({"Notify": notify, "EventAction": action});
    json!({"AccountTakeoverRiskConfiguration": {
        "NotifyConfiguration": {"SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example"},
        "Actions": {"LowAction": action(low), "MediumAction": action(medium), "HighAction": action(high)},
    }})
}

pub(crate) fn blocked() -> Answer {
    refusal(
        "NotAuthorizedException",
        "Unable to login because of security reasons.",
    )
}

pub(crate) fn risk(decision: &str, level: &str) -> Value {
    json!({"RiskDecision": decision, "RiskLevel": level, "CompromisedCredentialsDetected": false})
}

/// The response to and the risk of the newest event.
pub(crate) async fn newest(w: &World) -> (String, Value) {
    let event = w.events("ada").await.remove(0);
    (text(&event["EventResponse"]), event["EventRisk"].clone())
}

#[tokio::test]
async fn nobody_signs_in_from_a_blocked_address_and_a_refresh_works_all_the_same() {
    let ranges = json!({"RiskExceptionConfiguration": {"BlockedIPRangeList": ["203.0.113.0/24", "2001:db8::/32"]}});
    let w = world("ENFORCED", ranges).await;
    let tokens = result(w.from(HOME, "Browser").sign_in("ada", PASSWORD).await);
    w.h.clock.advance(1000);
    for address in [ELSEWHERE, "::ffff:203.0.113.5", "2001:db8::1"] {
        let there = w.from(address, "Browser");
        assert_eq!(there.sign_in("ada", PASSWORD).await, blocked());
        // It is the same to those who do not know the password, or whom nobody knows.
        assert_eq!(there.sign_in("ada", "Wr0ng-passw0rd").await, blocked());
        assert_eq!(there.sign_in("nobody", PASSWORD).await, blocked());
    }
    let event = w.events("ada").await.remove(0);
    assert_eq!(event["EventResponse"], "Fail");
    assert_eq!(
        event["EventRisk"],
        json!({"RiskDecision": "Block", "CompromisedCredentialsDetected": false})
    );
    assert_eq!(event["ChallengeResponses"], json!([]));
    let there = w.from(ELSEWHERE, "Browser");
    let start = json!({"USERNAME": "ada", "SRP_A": "2"});
    let input = json!({"AuthFlow": "USER_SRP_AUTH", "AuthParameters": start});
    assert_eq!(there.public("InitiateAuth", input).await, blocked());
    // The second call of a sign-in that began elsewhere.
    let exchange = start_srp(&w.from(HOME, "Browser"), "ada").await;
    assert_eq!(
        answer_srp(&there, exchange.proof(&there, PASSWORD)).await,
        blocked()
    );
    let refresh = json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]}});
    there
        .public("InitiateAuth", refresh)
        .await
        .expect("new tokens");
    result(w.from(HOME, "Browser").sign_in("ada", PASSWORD).await);

    let w = world(
        "AUDIT",
        json!({"RiskExceptionConfiguration": {"BlockedIPRangeList": ["0.0.0.0/0"]}}),
    )
    .await;
    result(w.from(ELSEWHERE, "Browser").sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn levels_follow_from_what_is_recorded() {
    let w = world("AUDIT", json!({})).await;
    let sign_in = async |ip: &str, program: &str| {
        result(w.from(ip, program).sign_in("ada", PASSWORD).await);
        let seen = newest(&w).await;
        w.h.clock.advance(1000);
        seen
    };
    let none = json!({"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false});
    let pass = "Pass".to_owned();
    // The first sign-in of all, and the same place again.
    assert_eq!(newest(&w).await, (pass.clone(), none.clone()));
    assert_eq!(sign_in(HOME, "Another").await, (pass.clone(), none.clone()));
    let low = risk("AccountTakeover", "Low");
    assert_eq!(sign_in(ELSEWHERE, "Browser").await, (pass.clone(), low));
    let medium = risk("AccountTakeover", "Medium");
    assert_eq!(
        sign_in("198.51.100.1", "Third").await,
        (pass.clone(), medium)
    );
    // By now both are known.
    assert_eq!(
        sign_in(ELSEWHERE, "Fourth").await,
        (pass.clone(), none.clone())
    );

    let event = w.events("ada").await.remove(0);
    let feedback = |value: &str| json!({"Username": "ada", "EventId": event["EventId"], "FeedbackValue": value});
    w.admin("AdminUpdateAuthEventFeedback", feedback("Invalid"))
        .await
        .expect("feedback");
    let high = risk("AccountTakeover", "High");
    assert_eq!(sign_in(ELSEWHERE, "Browser").await, (pass.clone(), high));
    w.admin("AdminUpdateAuthEventFeedback", feedback("Valid"))
        .await
        .expect("feedback");
    assert_eq!(sign_in(ELSEWHERE, "Browser").await, (pass, none));
}

#[tokio::test]
async fn failures_do_not_hide_that_a_place_is_new() {
    let w = world("AUDIT", json!({})).await;
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("disabled");
    let there = w.from(ELSEWHERE, "Browser");
    for _ in 0..3 {
        for _ in 0..20 {
            there
                .sign_in("ada", PASSWORD)
                .await
                .expect_err("a disabled user");
        }
        w.h.clock.advance(HOUR_MS);
    }
    w.admin("AdminEnableUser", json!({"Username": "ada"}))
        .await
        .expect("enabled");
    result(there.sign_in("ada", PASSWORD).await);
    assert_eq!(newest(&w).await.1, risk("AccountTakeover", "Medium"));
}

#[tokio::test]
async fn the_action_of_the_level_is_taken_where_protection_is_enforced() {
    let w = world("ENFORCED", actions("BLOCK", "NO_ACTION", "BLOCK", false)).await;
    let there = w.from(ELSEWHERE, "Browser");
    assert_eq!(there.sign_in("ada", PASSWORD).await, blocked());
    let event = w.events("ada").await.remove(0);
    assert_eq!(event["EventRisk"], risk("Block", "Low"));
    assert_eq!(
        event["ChallengeResponses"],
        json!([{"ChallengeName": "Password", "ChallengeResponse": "Success"}])
    );
    // A wrong password is told from a right one by nobody but its owner.
    w.h.clock.advance(1000);
    there
        .sign_in("ada", "Wr0ng-passw0rd")
        .await
        .expect_err("a wrong password");
    w.h.clock.advance(1000);
    let exchange = start_srp(&there, "ada").await;
    assert_eq!(
        answer_srp(&there, exchange.proof(&there, PASSWORD)).await,
        blocked()
    );
    result(w.from(ELSEWHERE, "Other").sign_in("ada", PASSWORD).await);
    assert_eq!(w.sent("ada").await, 0);

    let w = world("AUDIT", actions("BLOCK", "BLOCK", "BLOCK", true)).await;
    result(w.from(ELSEWHERE, "Browser").sign_in("ada", PASSWORD).await);
    assert_eq!(w.sent("ada").await, 0);
}

#[tokio::test]
async fn a_skipped_address_is_never_risky() {
    let configuration = with(
        actions("BLOCK", "BLOCK", "BLOCK", false),
        json!({"RiskExceptionConfiguration": {"SkippedIPRangeList": ["203.0.113.0/24"]}}),
    );
    let w = world("ENFORCED", configuration).await;
    result(w.from(ELSEWHERE, "Other").sign_in("ada", PASSWORD).await);
    assert_eq!(newest(&w).await.1["RiskDecision"], "NoRisk");
    assert_eq!(
        w.from("198.51.100.1", "Other")
            .sign_in("ada", PASSWORD)
            .await,
        blocked()
    );
}

#[tokio::test]
async fn who_must_show_a_second_factor_and_has_none_stays_out() {
    let w = world(
        "ENFORCED",
        actions("MFA_IF_CONFIGURED", "MFA_REQUIRED", "BLOCK", false),
    )
    .await;
    assert_eq!(
        w.from(ELSEWHERE, "Other").sign_in("ada", PASSWORD).await,
        blocked()
    );
    assert_eq!(
        newest(&w).await,
        ("Fail".to_owned(), risk("Block", "Medium"))
    );
    w.h.clock.advance(1000);
    result(
        w.from("198.51.100.1", "Browser")
            .sign_in("ada", PASSWORD)
            .await,
    );
    assert_eq!(
        newest(&w).await,
        ("Pass".to_owned(), risk("AccountTakeover", "Low"))
    );
}

#[tokio::test]
async fn a_judgement_goes_with_the_sign_in_to_its_end() {
    let w = world(
        "ENFORCED",
        actions("NO_ACTION", "NO_ACTION", "BLOCK", false),
    )
    .await;
    invited(&w, "bob", "Tempor4ry!", &[]).await;
    let input = json!({"Username": "bob", "Password": PASSWORD, "Permanent": true});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    result(w.from(HOME, "Browser").sign_in("bob", PASSWORD).await);
    w.h.clock.advance(1000);
    let input = json!({"Username": "bob", "Password": "Tempor4ry!", "Permanent": false});
    w.admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    let there = w.from(ELSEWHERE, "Other");
    let challenge = there
        .sign_in("bob", "Tempor4ry!")
        .await
        .expect("a challenge");
    let answers = json!({"USERNAME": "bob", "NEW_PASSWORD": PASSWORD});
    let session = text(&challenge["Session"]);
    w.h.clock.advance(1000);
    result(respond(&there, "NEW_PASSWORD_REQUIRED", Some(&session), answers).await);
    let events = w.events("bob").await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["EventResponse"], "Pass");
    assert_eq!(events[0]["EventRisk"], risk("AccountTakeover", "Medium"));
}

/// The notices that went to Ada, newest first.
async fn notices(w: &World) -> Vec<InboxMessage> {
    let sent = w.h.inbox(&w.pool, "ada").await;
    assert!(
        sent.iter()
            .all(|message| message.purpose == "threat_notice")
    );
    sent
}

/// What a link in a notice asks for.
fn query(link: &str) -> Vec<(&str, &str)> {
    let (_, query) = link
        .split_once("/authEventFeedback/?")
        .expect("a feedback link");
    query
        .split('&')
        .map(|pair| pair.split_once('=').expect("a pair"))
        .collect()
}

#[tokio::test]
async fn a_notice_says_what_happened_in_the_pools_words() {
    let template = |subject: &str, html: Option<&str>, plain: Option<&str>| {
        let mut template = json!({"Subject": subject});
        if let Some(html) = html {
            template["HtmlBody"] = html.into();
        }
        if let Some(plain) = plain {
            template["TextBody"] = plain.into();
        }
        template
    };
    let mut configuration = actions("NO_ACTION", "BLOCK", "BLOCK", true);
    let notify = &mut configuration["AccountTakeoverRiskConfiguration"]["NotifyConfiguration"];
    notify["NoActionEmail"] = template(
        "Seen at {ip-address}",
        Some("<p>{device-name} {login-time} {city} {country} {event-id} {other} {</p>"),
        Some("{device-name}"),
    );
    notify["BlockEmail"] = template(
        "Stopped",
        None,
        Some("By {device-name}: {one-click-link-invalid}"),
    );
    let w = world("ENFORCED", configuration).await;
    // The program names itself, so that it is not trusted in HTML, nor to bring placeholders along.
    result(w.from(ELSEWHERE, "Browser").sign_in("ada", PASSWORD).await);
    w.h.clock.advance(1000);
    let program = "<img src=x> {event-id}";
    assert_eq!(
        w.from("198.51.100.1", program)
            .sign_in("ada", PASSWORD)
            .await,
        blocked()
    );
    let sent = notices(&w).await;
    let events = w.events("ada").await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].to, "ada@example.com");
    assert_eq!(sent[1].subject.as_deref(), Some("Seen at 203.0.113.5"));
    assert_eq!(
        sent[1].body,
        format!(
            "<p>Browser Thu May 28 20:26:41 UTC 2026 unknown unknown {} {{other}} {{</p>",
            text(&events[1]["EventId"])
        )
    );
    assert_eq!(sent[0].subject.as_deref(), Some("Stopped"));
    let (before, link) = sent[0].body.split_once(": ").expect("a link");
    assert_eq!(before, format!("By {program}"));
    let asked = query(link);
    assert_eq!(asked[0], ("user_pool_id", w.pool.as_str()));
    assert_eq!(asked[1], ("user_name", "ada"));
    assert_eq!(asked[2], ("event_id", text(&events[0]["EventId"]).as_str()));
    assert_eq!(asked[4], ("feedback_value", "Invalid"));
}

#[tokio::test]
async fn a_notice_without_words_of_the_pool_has_those_of_the_service() {
    let w = world("ENFORCED", actions("BLOCK", "NO_ACTION", "BLOCK", true)).await;
    let program = "<b>Browser</b>";
    assert_eq!(
        w.from(ELSEWHERE, "Browser").sign_in("ada", PASSWORD).await,
        blocked()
    );
    w.h.clock.advance(1000);
    result(
        w.from("198.51.100.1", program)
            .sign_in("ada", PASSWORD)
            .await,
    );
    let sent = notices(&w).await;
    assert_eq!(sent[0].subject.as_deref(), Some("New sign-in attempt"));
    assert_eq!(sent[1].subject.as_deref(), Some("Blocked sign-in attempt"));
    assert!(
        sent[0].body.contains("&lt;b&gt;Browser&lt;/b&gt;"),
        "{}",
        sent[0].body
    );
    assert!(!sent[0].body.contains(program));

    // Who has no verified address gets none.
    let input = json!({"Username": "ada", "UserAttributes": [{"Name": "email_verified", "Value": "false"}]});
    w.admin("AdminUpdateUserAttributes", input)
        .await
        .expect("an update");
    result(
        w.from("198.51.100.2", "Fourth")
            .sign_in("ada", PASSWORD)
            .await,
    );
    assert_eq!(notices(&w).await.len(), 2);
}

#[tokio::test]
async fn the_token_of_a_notice_lets_the_user_speak_of_that_event_alone() {
    let w = world("ENFORCED", actions("NO_ACTION", "NO_ACTION", "BLOCK", true)).await;
    let there = w.from(ELSEWHERE, "Browser");
    result(there.sign_in("ada", PASSWORD).await);
    let body = notices(&w).await.remove(0).body;
    let token = body
        .split_once("feedback_token=")
        .and_then(|(_, rest)| rest.split_once("&amp;"))
        .expect("a token")
        .0
        .to_owned();
    let events = w.events("ada").await;
    let say = async |more: Value| {
        let input = with(
            json!({
                "UserPoolId": w.pool, "Username": "ada", "EventId": events[0]["EventId"],
                "FeedbackToken": token, "FeedbackValue": "Invalid",
            }),
            more,
        );
        w.h.call("UpdateAuthEventFeedback", input).await
    };
    let invalid = || refusal("NotAuthorizedException", "Invalid feedback token.");
    assert_eq!(say(json!({"FeedbackToken": "AAAA"})).await, invalid());
    assert_eq!(
        say(json!({"EventId": events[1]["EventId"]})).await,
        invalid()
    );
    w.made("bob", &[]).await;
    assert_eq!(say(json!({"Username": "bob"})).await, invalid());
    let unknown = refusal("UserNotFoundException", "User does not exist.");
    assert_eq!(say(json!({"Username": "nobody"})).await, unknown);
    assert_eq!(say(json!({})).await, Ok(json!({})));
    let feedback = w.events("ada").await.remove(0)["EventFeedback"].clone();
    assert_eq!(
        (&feedback["FeedbackValue"], &feedback["Provider"]),
        (&json!("Invalid"), &json!("User"))
    );
    // What a user disowned counts against the place from then on.
    w.h.clock.advance(1000);
    assert_eq!(there.sign_in("ada", PASSWORD).await, blocked());
    w.h.clock.advance(30 * 24 * HOUR_MS);
    assert_eq!(say(json!({})).await, invalid());
}
