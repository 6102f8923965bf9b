//! The words of broken constraints.

use serde_json::json;

use super::{group, read, refusal};
use crate::decode::{DecodeError, MOST_VIOLATIONS};
use crate::{
    AddCustomAttributesRequest, AdminCreateUserRequest, AuthFlowType, CreateGroupRequest,
    CreateUserPoolClientRequest, DescribeUserPoolRequest, ExplicitAuthFlowsType,
    InitiateAuthRequest, ListUserPoolsRequest, SignUpRequest, TagResourceRequest,
    UpdateUserPoolDomainRequest,
};

#[test]
fn a_pattern_comes_before_a_length() {
    assert_eq!(
        refusal::<DescribeUserPoolRequest>(&json!({ "UserPoolId": "" })),
        "2 validation errors detected: Value '' at 'userPoolId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+; \
         Value '' at 'userPoolId' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    let long = format!("x_{}", "a".repeat(54));
    assert_eq!(
        refusal::<DescribeUserPoolRequest>(&json!({ "UserPoolId": long })),
        format!(
            "1 validation error detected: Value '{long}' at 'userPoolId' failed to satisfy constraint: \
             Member must have length less than or equal to 55"
        )
    );
}

#[test]
fn lengths_count_characters() {
    assert!(read::<CreateGroupRequest>(&group("GroupName", json!("ü".repeat(128)))).is_ok());
    assert!(read::<CreateGroupRequest>(&group("GroupName", json!("ü".repeat(129)))).is_err());
}

#[test]
fn patterns_match_the_whole_string() {
    for id in ["us-east-1_Ab9", "a_b"] {
        assert!(read::<DescribeUserPoolRequest>(&json!({ "UserPoolId": id })).is_ok());
    }
    for id in ["us-east-1_Ab9 ", "us-east-1", "us-east-1_Ab9\n", "é_b"] {
        assert!(
            read::<DescribeUserPoolRequest>(&json!({ "UserPoolId": id })).is_err(),
            "{id:?}"
        );
    }
    for name in ["two words", "tab\t", "", "\u{a0}"] {
        assert!(
            read::<CreateGroupRequest>(&group("GroupName", json!(name))).is_err(),
            "{name:?}"
        );
    }
}

#[test]
fn numbers_have_bounds() {
    assert_eq!(
        refusal::<ListUserPoolsRequest>(&json!({ "MaxResults": 0 })),
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    assert_eq!(
        refusal::<ListUserPoolsRequest>(&json!({ "MaxResults": "61" })),
        "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: \
         Member must have value less than or equal to 60"
    );
    assert_eq!(
        refusal::<ListUserPoolsRequest>(&json!({})),
        "1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn words_outside_an_enumeration_are_refused() {
    let text = refusal::<InitiateAuthRequest>(&json!({ "ClientId": "a", "AuthFlow": "MAGIC" }));
    assert_eq!(
        text,
        "1 validation error detected: Value 'MAGIC' at 'authFlow' failed to satisfy constraint: \
         Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, \
         ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"
    );
    let input: InitiateAuthRequest =
        read(&json!({ "ClientId": "a", "AuthFlow": "USER_SRP_AUTH" })).unwrap();
    assert_eq!(input.auth_flow, AuthFlowType::UserSrpAuth);
}

#[test]
fn sensitive_values_are_left_out() {
    let input = json!({ "ClientId": "not ok", "Username": "a b", "Password": " hunter2", "SecretHash": "~" });
    let text = refusal::<SignUpRequest>(&input);
    assert_eq!(
        text,
        "4 validation errors detected: \
         Value at 'clientId' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w+]+; \
         Value at 'secretHash' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w+=/]+; \
         Value at 'username' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; \
         Value at 'password' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$"
    );
}

#[test]
fn structures_in_lists_say_where_they_are_wrong() {
    let attributes =
        json!([{ "Name": "ok" }, { "Name": "", "Value": "x".repeat(2049) }, { "Value": "v" }]);
    let input =
        json!({ "UserPoolId": "us-east-1_Ab", "Username": "u", "UserAttributes": attributes });
    let text = refusal::<AdminCreateUserRequest>(&input);
    assert!(
        text.starts_with(
            "4 validation errors detected: Value '' at 'userAttributes.2.member.name' failed"
        ),
        "{text}"
    );
    assert!(text.contains("Value at 'userAttributes.2.member.value' failed to satisfy constraint: Member must have length less"));
    assert!(text.ends_with("Value null at 'userAttributes.3.member.name' failed to satisfy constraint: Member must not be null"));
}

#[test]
fn scalars_in_lists_are_refused_together() {
    let input =
        |urls| json!({ "UserPoolId": "us-east-1_Ab", "ClientName": "c", "CallbackURLs": urls });
    assert_eq!(
        refusal::<CreateUserPoolClientRequest>(&input(json!(["https://ok.example", "", "a b"]))),
        "1 validation error detected: Value '[https://ok.example, , a b]' at 'callbackURLs' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, \
         Member must have length greater than or equal to 1, \
         Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+]"
    );
    let text = refusal::<CreateUserPoolClientRequest>(&input(json!([null])));
    assert!(
        text.contains("Value '[null]' at 'callbackURLs'")
            && text.ends_with("Member must not be null]"),
        "{text}"
    );
    let flows = json!({ "UserPoolId": "us-east-1_Ab", "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_ALL"] });
    let text = refusal::<CreateUserPoolClientRequest>(&flows);
    assert!(
        text.starts_with(
            "1 validation error detected: Value '[ALLOW_ALL]' at 'explicitAuthFlows' failed to satisfy constraint: \
             Member must satisfy constraint: [Member must satisfy enum value set: [ADMIN_NO_SRP_AUTH, "
        ),
        "{text}"
    );
}

#[test]
fn lists_have_lengths() {
    let scopes: Vec<_> = (0..51).map(|index| format!("s/{index}")).collect();
    let input =
        json!({ "UserPoolId": "us-east-1_Ab", "ClientName": "c", "AllowedOAuthScopes": scopes });
    let text = refusal::<CreateUserPoolClientRequest>(&input);
    assert_eq!(
        text,
        format!(
            "1 validation error detected: Value '[{}]' at 'allowedOAuthScopes' failed to satisfy constraint: \
             Member must have length less than or equal to 50",
            scopes.join(", ")
        )
    );
    let attributes =
        |count| json!({ "UserPoolId": "us-east-1_Ab", "CustomAttributes": vec![json!({}); count] });
    assert!(read::<AddCustomAttributesRequest>(&attributes(25)).is_ok());
    assert_eq!(
        refusal::<AddCustomAttributesRequest>(&attributes(26)),
        "1 validation error detected: Value at 'customAttributes' failed to satisfy constraint: \
         Member must have length less than or equal to 25"
    );
    assert_eq!(
        refusal::<AddCustomAttributesRequest>(&attributes(0)),
        "1 validation error detected: Value at 'customAttributes' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
}

#[test]
fn maps_check_their_keys_and_values() {
    let arn = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Ab";
    let text = refusal::<TagResourceRequest>(
        &json!({ "ResourceArn": arn, "Tags": { "": "v", "k": "w" } }),
    );
    assert_eq!(
        text,
        "1 validation error detected: Value '{=v, k=w}' at 'tags' failed to satisfy constraint: Map keys must satisfy \
         constraint: [Member must have length less than or equal to 128, \
         Member must have length greater than or equal to 1]"
    );
    let long = "v".repeat(257);
    let text = refusal::<TagResourceRequest>(&json!({ "ResourceArn": arn, "Tags": { "k": long } }));
    assert!(text.contains(&format!(
        "Value '{{k={long}}}' at 'tags' failed to satisfy constraint: Map value must"
    )));
    let tags: TagResourceRequest =
        read(&json!({ "ResourceArn": arn, "Tags": { "k": null, "l": "v" } })).unwrap();
    assert_eq!(
        tags.tags.into_iter().collect::<Vec<_>>(),
        [("l".to_owned(), "v".to_owned())]
    );
}

#[test]
fn sensitive_maps_and_structures_hide_what_is_inside() {
    let long = "x".repeat(131_073);
    let input =
        json!({ "ClientId": "a", "AuthFlow": "USER_AUTH", "AuthParameters": { "PASSWORD": long } });
    let text = refusal::<InitiateAuthRequest>(&input);
    assert!(
        text.starts_with("1 validation error detected: Value at 'authParameters' failed"),
        "{text}"
    );
    let input = json!({ "ClientId": "a", "AuthFlow": "USER_AUTH", "UserContextData": { "IpAddress": long } });
    let text = refusal::<InitiateAuthRequest>(&input);
    assert!(
        text.starts_with(
            "1 validation error detected: Value at 'userContextData.ipAddress' failed"
        ),
        "{text}"
    );
    let input: InitiateAuthRequest = read(&json!({
        "ClientId": "a", "AuthFlow": "USER_AUTH", "AuthParameters": { "PASSWORD": "hunter2" },
        "UserContextData": { "IpAddress": "192.0.2.1" }, "Session": "session-of-twenty-characters",
    }))
    .unwrap();
    let debug = format!("{input:?}");
    for secret in ["hunter2", "192.0.2.1", "session-of"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn violations_are_bounded() {
    let attributes = vec![json!({}); 1000];
    let input =
        json!({ "UserPoolId": "us-east-1_Ab", "Username": "u", "UserAttributes": attributes });
    let DecodeError::Invalid(violations) = read::<AdminCreateUserRequest>(&input).unwrap_err()
    else {
        panic!()
    };
    assert_eq!(violations.len(), MOST_VIOLATIONS);
}

#[test]
fn the_service_accepts_more_than_its_model() {
    let flows = json!({ "UserPoolId": "us-east-1_Ab", "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"] });
    let client: CreateUserPoolClientRequest = read(&flows).unwrap();
    assert_eq!(
        client.explicit_auth_flows.unwrap(),
        [ExplicitAuthFlowsType::AllowClientTokenAuth]
    );
    let domain = |domain| json!({ "UserPoolId": "us-east-1_Ab", "Domain": domain });
    assert!(read::<UpdateUserPoolDomainRequest>(&domain("auth.example.com")).is_ok());
    assert!(read::<UpdateUserPoolDomainRequest>(&domain("-auth")).is_err());
}

#[test]
fn stored_documents_and_answers_use_the_names_of_the_model() {
    let client = crate::UserPoolClientType {
        client_id: Some("abc".into()),
        callback_urls: Some(vec!["https://app.example".to_owned()]),
        default_redirect_uri: Some("https://app.example".to_owned()),
        allowed_oauth_flows_user_pool_client: Some(true),
        explicit_auth_flows: Some(vec![ExplicitAuthFlowsType::AllowUserSrpAuth]),
        creation_date: Some(crate::Timestamp(1_500)),
        ..Default::default()
    };
    let stored = serde_json::to_value(&client).unwrap();
    assert_eq!(
        stored,
        json!({
            "ClientId": "abc", "CallbackURLs": ["https://app.example"], "DefaultRedirectURI": "https://app.example",
            "AllowedOAuthFlowsUserPoolClient": true, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
            "CreationDate": 1.5,
        })
    );
    assert_eq!(
        serde_json::from_value::<crate::UserPoolClientType>(stored).unwrap(),
        client
    );
    let lenient: crate::UserPoolClientType =
        serde_json::from_value(json!({ "Forgotten": 1 })).unwrap();
    assert_eq!(lenient, crate::UserPoolClientType::default());
}
