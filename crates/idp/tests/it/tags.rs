//! Tags of user pools.

use crate::support::{Harness, refusal, text};
use serde_json::{Value, json};

async fn pool(h: &Harness) -> String {
    let made = h.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    text(&made["UserPool"]["Arn"])
}

async fn tags(h: &Harness, arn: &str) -> Value {
    h.ok("ListTagsForResource", json!({"ResourceArn": arn}))
        .await
}

#[tokio::test]
async fn tags_are_merged_removed_and_shown_with_the_pool() {
    let h = Harness::new().await;
    let arn = pool(&h).await;
    assert_eq!(tags(&h, &arn).await, json!({"Tags": {}}));
    let input = json!({"ResourceArn": arn, "Tags": {"a": "1", "b": "2"}});
    assert_eq!(h.ok("TagResource", input).await, json!({}));
    h.ok(
        "TagResource",
        json!({"ResourceArn": arn, "Tags": {"b": "", "c": "3"}}),
    )
    .await;
    assert_eq!(
        tags(&h, &arn).await,
        json!({"Tags": {"a": "1", "b": "", "c": "3"}})
    );
    let input = json!({"ResourceArn": arn, "TagKeys": ["a", "never"]});
    assert_eq!(h.ok("UntagResource", input).await, json!({}));
    let id = arn.rsplit('/').next().expect("an id");
    let shown = h.ok("DescribeUserPool", json!({"UserPoolId": id})).await;
    assert_eq!(
        shown["UserPool"]["UserPoolTags"],
        json!({"b": "", "c": "3"})
    );
}

#[tokio::test]
async fn there_are_at_most_50_and_none_of_the_services_own() {
    let h = Harness::new().await;
    let arn = pool(&h).await;
    let many: serde_json::Map<_, _> = (0..50).map(|n| (format!("k{n}"), json!("v"))).collect();
    h.ok("TagResource", json!({"ResourceArn": arn, "Tags": many}))
        .await;
    let input = json!({"ResourceArn": arn, "Tags": {"more": "v"}});
    assert_eq!(
        h.call("TagResource", input).await,
        refusal(
            "InvalidParameterException",
            "A user pool can have at most 50 tags."
        )
    );
    let input = json!({"ResourceArn": arn, "Tags": {"aws:x": "v"}});
    let (name, _) = h.call("TagResource", input).await.expect_err("a refusal");
    assert_eq!(name, "InvalidParameterException");
}

#[tokio::test]
async fn an_arn_names_a_pool_of_this_account_and_region() {
    let h = Harness::new().await;
    let arn = pool(&h).await;
    for other in [
        arn.replace("cognito-idp", "s3"),
        arn.replace("us-east-1:", "eu-west-1:"),
        arn.replace(":000000000000:", ":111111111111:"),
        arn.replace("userpool/", "identitypool/"),
        arn.replace("arn:aws:", "arn:gcp:"),
    ] {
        for (operation, input) in [
            ("ListTagsForResource", json!({"ResourceArn": other})),
            ("TagResource", json!({"ResourceArn": other, "Tags": {}})),
            (
                "UntagResource",
                json!({"ResourceArn": other, "TagKeys": []}),
            ),
        ] {
            assert_eq!(
                h.call(operation, input).await,
                refusal(
                    "InvalidParameterException",
                    "The ARN is not that of a user pool in this account and Region."
                ),
                "{operation} {other}"
            );
        }
    }
    let nowhere = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_nowhere00";
    assert_eq!(
        h.call("ListTagsForResource", json!({"ResourceArn": nowhere}))
            .await,
        refusal(
            "ResourceNotFoundException",
            "User pool us-east-1_nowhere00 does not exist."
        )
    );
    assert_eq!(
        h.call_in(
            Some("eu-west-1"),
            "ListTagsForResource",
            json!({"ResourceArn": arn})
        )
        .await,
        refusal(
            "InvalidParameterException",
            "The ARN is not that of a user pool in this account and Region."
        )
    );
}
