//! The attribute schemas of user pools.

use crate::support::pools::{STANDARD, described, names_of};
use crate::support::{Harness, refusal, with};
use serde_json::{Value, json};

async fn assert_not_created(h: &Harness, settings: Value, message: &str) {
    let refused = h
        .call(
            "CreateUserPool",
            with(json!({"PoolName": "p"}), settings.clone()),
        )
        .await;
    assert_eq!(
        refused,
        refusal("InvalidParameterException", message),
        "{settings}"
    );
}

#[tokio::test]
async fn a_schema_shows_strings_and_puts_customs_last() {
    let h = Harness::new().await;
    let pool = h
        .pool(json!({"Schema": [
            {"Name": "age", "AttributeDataType": "Number", "Mutable": false,
             "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"}},
            {"Name": "given_name", "Required": true, "StringAttributeConstraints": {"MaxLength": "99"}},
            {"Name": "since", "AttributeDataType": "DateTime"},
            {"Name": "hidden", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
        ]}))
        .await;
    let pool = described(&h, &pool).await;
    let schema = pool["SchemaAttributes"].clone();
    let names = names_of(&pool);
    assert_eq!(names[..21], STANDARD.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        names[21..],
        ["custom:age", "custom:since", "dev:custom:hidden"]
    );
    let attribute = |data_type: &str, more: Value| {
        let plain = json!({
            "AttributeDataType": data_type, "DeveloperOnlyAttribute": false, "Mutable": true, "Required": false,
        });
        with(plain, more)
    };
    let lengths = |least: &str, most: &str| json!({"MinLength": least, "MaxLength": most});
    for (at, expected) in [
        (
            0,
            attribute(
                "String",
                json!({
                    "Name": "sub", "Mutable": false, "Required": true, "StringAttributeConstraints": lengths("1", "2048"),
                }),
            ),
        ),
        (
            1,
            attribute(
                "String",
                json!({"Name": "name", "StringAttributeConstraints": lengths("0", "2048")}),
            ),
        ),
        (
            2,
            attribute(
                "String",
                json!({
                    "Name": "given_name", "Required": true, "StringAttributeConstraints": lengths("0", "99"),
                }),
            ),
        ),
        (11, attribute("Boolean", json!({"Name": "email_verified"}))),
        (
            13,
            attribute(
                "String",
                json!({"Name": "birthdate", "StringAttributeConstraints": lengths("10", "10")}),
            ),
        ),
        (
            19,
            attribute(
                "Number",
                json!({"Name": "updated_at", "NumberAttributeConstraints": {"MinValue": "0"}}),
            ),
        ),
        (
            20,
            attribute(
                "String",
                json!({"Name": "identities", "StringAttributeConstraints": {}}),
            ),
        ),
        (
            21,
            attribute(
                "Number",
                json!({
                    "Name": "custom:age", "Mutable": false,
                    "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"},
                }),
            ),
        ),
        (22, attribute("DateTime", json!({"Name": "custom:since"}))),
        (
            23,
            attribute(
                "String",
                json!({
                    "Name": "dev:custom:hidden", "DeveloperOnlyAttribute": true, "StringAttributeConstraints": {},
                }),
            ),
        ),
    ] {
        assert_eq!(schema[at], expected);
    }
}

#[tokio::test]
async fn a_schema_has_rules() {
    let h = Harness::new().await;
    let custom = |more: Value| with(json!({"Name": "x", "AttributeDataType": "String"}), more);
    for (schema, message) in [
        (
            json!([custom(json!({})), custom(json!({}))]),
            "Duplicate custom attribute names custom:x are not allowed in a user pool schema.",
        ),
        (
            json!([custom(json!({"Required": true}))]),
            "Required custom attributes are not supported currently.",
        ),
        (
            json!([{"Name": "x"}]),
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ),
        (
            json!([custom(
                json!({"StringAttributeConstraints": {"MinLength": "10", "MaxLength": "9"}})
            )]),
            "Attribute custom:x cannot have a max length shorter than it's min length",
        ),
        (
            json!([custom(json!({
                "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "-1", "MaxValue": "-2"},
            }))]),
            "Attribute custom:x cannot have a max value smaller than it's min value",
        ),
        (
            json!([{"Name": "given_name", "AttributeDataType": "Number"}]),
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema \
             attribute given_name",
        ),
        (
            json!([{"Name": "email", "DeveloperOnlyAttribute": true}]),
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema \
             attribute email",
        ),
    ] {
        assert_not_created(&h, json!({"Schema": schema}), message).await;
    }
}

#[tokio::test]
async fn custom_attributes_can_be_added_but_not_twice() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let add = async |from: usize, to: usize| {
        let attributes: Vec<_> = (from..to)
            .map(|number| json!({"Name": format!("x{number}"), "AttributeDataType": "Number"}))
            .collect();
        h.call(
            "AddCustomAttributes",
            json!({"UserPoolId": pool, "CustomAttributes": attributes}),
        )
        .await
    };
    h.clock.advance(1_000);
    assert_eq!(add(0, 2).await, Ok(json!({})));
    let seen = described(&h, &pool).await;
    assert_eq!(names_of(&seen)[21..], ["custom:x0", "custom:x1"]);
    assert_eq!(seen["LastModifiedDate"], 1_780_000_001.123);
    let message = "custom:x1: Existing attribute already has name custom:x1.";
    assert_eq!(
        add(1, 3).await,
        refusal("InvalidParameterException", message)
    );
    assert_eq!(described(&h, &pool).await, seen);

    assert_eq!(add(2, 27).await, Ok(json!({})));
    assert_eq!(add(27, 50).await, Ok(json!({})));
    let message = "A user pool can have at most 50 custom attributes.";
    assert_eq!(
        add(50, 51).await,
        refusal("InvalidParameterException", message)
    );
    assert_eq!(names_of(&described(&h, &pool).await).len(), 21 + 50);
    let (name, message) = add(0, 26).await.expect_err("too many at once");
    assert_eq!(name, "InvalidParameterException");
    assert!(
        message.ends_with("Member must have length less than or equal to 25"),
        "{message}"
    );
}

#[tokio::test]
async fn updates_at_the_same_time_all_count() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let add = async |name: &str| {
        let attributes = json!([{"Name": name, "AttributeDataType": "String"}]);
        h.call(
            "AddCustomAttributes",
            json!({"UserPoolId": pool, "CustomAttributes": attributes}),
        )
        .await
    };
    let (a, b, c) = tokio::join!(add("a"), add("b"), add("c"));
    assert_eq!((a, b, c), (Ok(json!({})), Ok(json!({})), Ok(json!({}))));
    let mut names = names_of(&described(&h, &pool).await).split_off(21);
    names.sort_unstable();
    assert_eq!(names, ["custom:a", "custom:b", "custom:c"]);
}
