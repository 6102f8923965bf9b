//! DescribeRiskConfiguration and SetRiskConfiguration.

use serde_json::{Value, json};

use crate::support::{Harness, START_MS, refusal, with};

const SOURCE: &str = "arn:aws:ses:us-east-1:000000000000:identity/security@example.com";

/// A pool with threat protection in this mode.
pub(crate) fn protected(mode: &str) -> Value {
    json!({"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": mode}})
}

struct World {
    h: Harness,
    pool: String,
    client: String,
}

impl World {
    async fn new() -> Self {
        let h = Harness::new().await;
        let pool = h.pool(protected("AUDIT")).await;
        let client = h.client(&pool, json!({})).await;
        Self { h, pool, client }
    }

    async fn set(&self, more: Value) -> Result<Value, (String, String)> {
        let input = with(json!({"UserPoolId": self.pool}), more);
        let set = self.h.call("SetRiskConfiguration", input).await?;
        Ok(set["RiskConfiguration"].clone())
    }

    async fn describe(&self, more: Value) -> Result<Value, (String, String)> {
        let input = with(json!({"UserPoolId": self.pool}), more);
        let described = self.h.call("DescribeRiskConfiguration", input).await?;
        Ok(described["RiskConfiguration"].clone())
    }
}

fn everything() -> Value {
    json!({
        "CompromisedCredentialsRiskConfiguration": {
            "EventFilter": ["SIGN_UP"],
            "Actions": {"EventAction": "BLOCK"},
        },
        "AccountTakeoverRiskConfiguration": {
            "NotifyConfiguration": {
                "From": "Security <security@example.com>",
                "ReplyTo": "help@example.com",
                "SourceArn": SOURCE,
                "BlockEmail": {"Subject": "Blocked", "HtmlBody": "<b>Blocked</b>", "TextBody": "Blocked"},
                "NoActionEmail": {"Subject": "Seen", "TextBody": "We saw it"},
                "MfaEmail": {"Subject": "Asked"},
            },
            "Actions": {
                "LowAction": {"Notify": true, "EventAction": "NO_ACTION"},
                "MediumAction": {"Notify": true, "EventAction": "MFA_IF_CONFIGURED"},
                "HighAction": {"Notify": false, "EventAction": "BLOCK"},
            },
        },
        "RiskExceptionConfiguration": {
            "BlockedIPRangeList": ["192.0.2.0/24", "2001:db8::/32"],
            "SkippedIPRangeList": ["203.0.113.9/32"],
        },
    })
}

#[tokio::test]
async fn what_is_set_is_shown_whole_for_the_pool_and_for_a_client() {
    let w = World::new().await;
    let ids = json!({"UserPoolId": w.pool});
    assert_eq!(w.describe(json!({})).await, Ok(ids.clone()));

    let set = w.set(everything()).await.expect("a configuration");
    #[expect(clippy::cast_precision_loss, reason = "a time of this century")]
    let at = START_MS as f64 / 1000.0;
    let expected = with(
        with(ids.clone(), everything()),
        json!({"LastModifiedDate": at}),
    );
    assert_eq!(set, expected);
    assert_eq!(w.describe(json!({})).await, Ok(expected.clone()));

    // A client without one of its own inherits the pool's, and shows only its ids.
    let of_client = json!({"ClientId": w.client});
    let ids_of_client = with(ids, of_client.clone());
    assert_eq!(
        w.describe(of_client.clone()).await,
        Ok(ids_of_client.clone())
    );
    let own = json!({"ClientId": w.client, "RiskExceptionConfiguration": {"SkippedIPRangeList": ["::1/128"]}});
    let set = w.set(own.clone()).await.expect("a configuration");
    assert_eq!(
        set["RiskExceptionConfiguration"],
        own["RiskExceptionConfiguration"]
    );
    assert_eq!(w.describe(of_client.clone()).await, Ok(set));
    assert_eq!(w.describe(json!({})).await, Ok(expected));

    // A reset is one of the client alone.
    w.set(of_client.clone()).await.expect("a reset");
    assert_eq!(w.describe(of_client).await, Ok(ids_of_client));
}

#[tokio::test]
async fn a_set_replaces_everything_and_ids_alone_reset() {
    let w = World::new().await;
    w.set(everything()).await.expect("a configuration");
    let action = json!({"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "NO_ACTION"}}});
    let set = w.set(action).await.expect("a configuration");
    assert_eq!(
        set["CompromisedCredentialsRiskConfiguration"],
        json!({"EventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"], "Actions": {"EventAction": "NO_ACTION"}})
    );
    assert_eq!(set["AccountTakeoverRiskConfiguration"], Value::Null);
    assert_eq!(set["RiskExceptionConfiguration"], Value::Null);
    w.set(json!({})).await.expect("a reset");
    assert_eq!(
        w.describe(json!({})).await,
        Ok(json!({"UserPoolId": w.pool}))
    );
}

#[tokio::test]
async fn the_configuration_of_a_client_goes_with_it() {
    let w = World::new().await;
    let input = with(everything(), json!({"ClientId": w.client}));
    w.set(input).await.expect("a configuration");
    let both = json!({"UserPoolId": w.pool, "ClientId": w.client});
    w.h.ok("DeleteUserPoolClient", both.clone()).await;
    let gone = refusal(
        "ResourceNotFoundException",
        &format!("User pool client {} does not exist.", w.client),
    );
    assert_eq!(w.describe(both).await, gone);
    let store = &w.h.service.store;
    let kind = cenote_idp::ports::Kind::RiskConfiguration;
    let left = store.records(kind, &w.pool, "", None, 10).await;
    assert_eq!(left.expect("the records"), []);
}

#[tokio::test]
async fn without_threat_protection_nothing_of_it_can_be_asked() {
    let h = Harness::new().await;
    for settings in [json!({}), protected("OFF")] {
        let pool = h.pool(settings).await;
        h.ok(
            "AdminCreateUser",
            json!({"UserPoolId": pool, "Username": "ann", "MessageAction": "SUPPRESS"}),
        )
        .await;
        let user = json!({"UserPoolId": pool, "Username": "ann"});
        let feedback = with(
            user.clone(),
            json!({"EventId": "e", "FeedbackValue": "Valid"}),
        );
        let by_user = with(feedback.clone(), json!({"FeedbackToken": "t"}));
        for (operation, input) in [
            ("DescribeRiskConfiguration", json!({"UserPoolId": pool})),
            ("SetRiskConfiguration", json!({"UserPoolId": pool})),
            ("AdminListUserAuthEvents", user),
            ("AdminUpdateAuthEventFeedback", feedback),
            ("UpdateAuthEventFeedback", by_user),
        ] {
            assert_eq!(
                h.call(operation, input).await,
                refusal(
                    "UserPoolAddOnNotEnabledException",
                    "Threat protection is not enabled for this user pool."
                ),
                "{operation}"
            );
        }
    }
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let w = World::new().await;
    let notify = |more: Value| {
        let sender = with(json!({"SourceArn": SOURCE}), more);
        json!({"AccountTakeoverRiskConfiguration": {"NotifyConfiguration": sender, "Actions": {}}})
    };
    let low = json!({"LowAction": {"Notify": true, "EventAction": "NO_ACTION"}});
    for (input, message) in [
        (
            json!({"RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.1"]}}),
            "Incorrect CIDR format",
        ),
        (
            json!({"RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.2.0/24", "192.0.2.0/33"]}}),
            "Incorrect CIDR format",
        ),
        (
            json!({"AccountTakeoverRiskConfiguration": {"Actions": low}}),
            "NotifyConfiguration is required when an account takeover action notifies.",
        ),
        (
            notify(json!({"From": "nobody"})),
            "Provided From email address is invalid",
        ),
        (
            notify(json!({"ReplyTo": "nobody"})),
            "Provided ReplyTo email address is invalid",
        ),
        (
            notify(json!({"SourceArn": "arn:aws:ses:eu-west-3:000000000000:identity/a@b.example"})),
            "Provided SourceArn must be in one of the following SES regions: us-east-1, us-west-2, eu-west-1",
        ),
    ] {
        assert_eq!(
            w.set(input.clone()).await,
            refusal("InvalidParameterException", message),
            "{input}"
        );
    }
    let many: Vec<_> = (0..201).map(|n| format!("10.0.0.{n}/32")).collect();
    let input = json!({"RiskExceptionConfiguration": {"BlockedIPRangeList": many}});
    let (name, message) = w.set(input).await.expect_err("too many ranges");
    assert_eq!(name, "InvalidParameterException");
    assert!(message.contains("less than or equal to 200"), "{message}");

    let stranger = refusal(
        "ResourceNotFoundException",
        "User pool client stranger does not exist.",
    );
    assert_eq!(w.set(json!({"ClientId": "stranger"})).await, stranger);
    assert_eq!(w.describe(json!({"ClientId": "stranger"})).await, stranger);
    let elsewhere = w.h.pool(protected("ENFORCED")).await;
    let other = w.h.client(&elsewhere, json!({})).await;
    let (name, _) = w
        .set(json!({"ClientId": other}))
        .await
        .expect_err("another pool's");
    assert_eq!(name, "ResourceNotFoundException");
}
