//! GetLogDeliveryConfiguration and SetLogDeliveryConfiguration, and the record of a lost message.

use cenote_idp::message::{self, Outcome};
use cenote_idp::protection::log;
use serde_json::{Value, json};

use crate::risk_configuration::protected;
use crate::support::world::{HOUR_MS, PASSWORD, World};
use crate::support::{Harness, START_MS, refusal, with};

const GROUP: &str = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/cognito";
const STREAM: &str = "arn:aws:firehose:us-east-1:000000000000:deliverystream/events";
const BUCKET: &str = "arn:aws:s3:::events";

fn to_log_group() -> Value {
    json!({"CloudWatchLogsConfiguration": {"LogGroupArn": GROUP}})
}

fn notifications(destination: Value) -> Value {
    with(
        json!({"LogLevel": "ERROR", "EventSource": "userNotification"}),
        destination,
    )
}

fn activity(destination: Value) -> Value {
    with(
        json!({"LogLevel": "INFO", "EventSource": "userAuthEvents"}),
        destination,
    )
}

async fn set(h: &Harness, pool: &str, list: Value) -> Result<Value, (String, String)> {
    let input = json!({"UserPoolId": pool, "LogConfigurations": list});
    let set = h.call("SetLogDeliveryConfiguration", input).await?;
    Ok(set["LogDeliveryConfiguration"].clone())
}

async fn get(h: &Harness, pool: &str) -> Value {
    let got = h
        .ok("GetLogDeliveryConfiguration", json!({"UserPoolId": pool}))
        .await;
    got["LogDeliveryConfiguration"].clone()
}

#[tokio::test]
async fn a_set_replaces_the_whole_configuration_and_an_empty_list_clears_it() {
    let h = Harness::new().await;
    let pool = h.pool(protected("AUDIT")).await;
    let shown = |list: Value| json!({"UserPoolId": pool, "LogConfigurations": list});
    assert_eq!(get(&h, &pool).await, shown(json!([])));

    let both = json!([
        notifications(to_log_group()),
        activity(json!({"S3Configuration": {"BucketArn": BUCKET}})),
    ]);
    assert_eq!(set(&h, &pool, both.clone()).await, Ok(shown(both.clone())));
    assert_eq!(get(&h, &pool).await, shown(both));
    let one = json!([activity(
        json!({"FirehoseConfiguration": {"StreamArn": STREAM}})
    )]);
    assert_eq!(set(&h, &pool, one.clone()).await, Ok(shown(one.clone())));
    // Other settings of the pool leave it alone.
    let update = with(json!({"UserPoolId": pool}), protected("ENFORCED"));
    h.ok("UpdateUserPool", update).await;
    assert_eq!(get(&h, &pool).await, shown(one));
    assert_eq!(set(&h, &pool, json!([])).await, Ok(shown(json!([]))));
    assert_eq!(get(&h, &pool).await, shown(json!([])));
}

#[tokio::test]
async fn configurations_that_make_no_sense_are_refused() {
    let h = Harness::new().await;
    let pool = h.pool(protected("AUDIT")).await;
    let one_of_three = "userAuthEvents needs exactly one destination, which is a \
         CloudWatchLogsConfiguration, an S3Configuration or a FirehoseConfiguration.";
    let log_group =
        "userNotification needs exactly one destination, which is a CloudWatchLogsConfiguration.";
    let cloud_watch = |arn: &str| json!({"CloudWatchLogsConfiguration": {"LogGroupArn": arn}});
    for (list, message) in [
        (
            json!([activity(to_log_group()), activity(to_log_group())]),
            "Following event sources appear more then once in a request",
        ),
        (json!([activity(json!({}))]), one_of_three),
        (
            json!([activity(with(
                to_log_group(),
                json!({"S3Configuration": {"BucketArn": BUCKET}})
            ))]),
            one_of_three,
        ),
        (
            json!([notifications(
                json!({"S3Configuration": {"BucketArn": BUCKET}})
            )]),
            log_group,
        ),
        (
            json!([notifications(json!({"CloudWatchLogsConfiguration": {}}))]),
            log_group,
        ),
        (
            json!([with(activity(to_log_group()), json!({"LogLevel": "ERROR"}))]),
            "The log level of userAuthEvents must be INFO.",
        ),
        (
            json!([with(
                notifications(to_log_group()),
                json!({"LogLevel": "INFO"})
            )]),
            "The log level of userNotification must be ERROR.",
        ),
        (
            json!([activity(cloud_watch(
                &GROUP.replace("us-east-1", "eu-west-1")
            ))]),
            "ARN does not belong to current region",
        ),
        (
            json!([activity(cloud_watch(STREAM))]),
            "The ARN does not name a destination of CloudWatch Logs.",
        ),
        (
            json!([activity(
                json!({"FirehoseConfiguration": {"StreamArn": GROUP}})
            )]),
            "The ARN does not name a destination of Firehose.",
        ),
    ] {
        assert_eq!(
            set(&h, &pool, list.clone()).await,
            refusal("InvalidParameterException", message),
            "{list}"
        );
    }
    assert_eq!(get(&h, &pool).await["LogConfigurations"], json!([]));
}

#[tokio::test]
async fn lower_tiers_deliver_fewer_logs() {
    let h = Harness::new().await;
    let refused = |tier: &str| {
        refusal(
            "FeatureUnavailableInTierException",
            &format!(
                "The following feature is not available for the {tier} pricing tier configured: Log Streaming"
            ),
        )
    };
    let lite = h.pool(json!({"UserPoolTier": "LITE"})).await;
    let errors = json!([notifications(to_log_group())]);
    assert_eq!(set(&h, &lite, errors.clone()).await, refused("LITE"));
    let essentials = h.pool(json!({})).await;
    let all = json!([activity(to_log_group())]);
    assert_eq!(set(&h, &essentials, all).await, refused("ESSENTIALS"));
    set(&h, &essentials, errors)
        .await
        .expect("errors of delivery");
    // A pool that delivers cannot become one that may not.
    let down = json!({"UserPoolId": essentials, "UserPoolTier": "LITE"});
    assert_eq!(
        h.call("UpdateUserPool", down).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: Log Streaming"
        )
    );
}

#[tokio::test]
async fn a_message_that_will_not_arrive_is_told_to_the_log() {
    let w = World::verifying_email().await;
    let configuration = json!({"LogConfigurations": [notifications(to_log_group())]});
    w.admin("SetLogDeliveryConfiguration", configuration)
        .await
        .expect("a configuration");
    w.sign_up("ann", &[("email", "ann@example.com")])
        .await
        .expect("a sign-up");
    let service = &w.h.service;
    let sent = message::take(service, 1)
        .await
        .expect("a message")
        .remove(0);
    message::report(service, &sent, Outcome::Failed)
        .await
        .expect("a report");
    // It is tried again, so that nothing is lost yet.
    assert_eq!(log::take(service, 10).await.expect("records"), []);
    w.h.clock.advance(60 * 1000);
    let sent = message::take(service, 1)
        .await
        .expect("a message")
        .remove(0);
    message::report(service, &sent, Outcome::GivenUp)
        .await
        .expect("a report");
    let records = log::take(service, 10).await.expect("records");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].destination.arn, GROUP);
    let details = format!(
        "The e-mail message {} to a***@e*** could not be delivered.",
        sent.id
    );
    assert_eq!(
        serde_json::from_str::<Value>(&records[0].record).expect("JSON"),
        json!({
            "eventTimestamp": (START_MS + 60 * 1000).to_string(),
            "eventSource": "USER_NOTIFICATION",
            "logLevel": "ERROR",
            "message": {"details": details},
            "logSourceId": {"userPoolId": w.pool},
        })
    );
}

#[tokio::test]
async fn a_record_that_nobody_takes_is_given_up_after_a_day() {
    let w = World::new(protected("AUDIT"), json!({})).await;
    let configuration = json!({"LogConfigurations": [activity(to_log_group())]});
    w.admin("SetLogDeliveryConfiguration", configuration)
        .await
        .expect("a configuration");
    w.made("ann", &[]).await;
    w.sign_in("ann", PASSWORD).await.expect("a sign-in");
    let service = &w.h.service;
    let take = async || log::take(service, 10).await.expect("records");
    for (tries, waits) in [(0, 23 * HOUR_MS), (1, 59 * 60 * 1000), (2, HOUR_MS)] {
        let taken = take().await;
        assert_eq!(
            taken.iter().map(|one| one.tries).collect::<Vec<_>>(),
            [tries]
        );
        assert_eq!(take().await, [], "one worker has it");
        log::settle(service, &taken, false).await.expect("a report");
        assert_eq!(take().await, [], "it waits");
        w.h.clock.advance(waits);
    }
    assert_eq!(take().await, []);
}
