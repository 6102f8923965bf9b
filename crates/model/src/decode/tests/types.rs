//! What can be coerced to what.

use serde_json::{Value, json};

use super::{group, mismatch, read, refusal};
use crate::decode::{DecodeError, decode};
use crate::{
    AdminSetUserPasswordRequest, CreateGroupRequest, CreateManagedLoginBrandingRequest,
    CreateUserPoolRequest, GetUserRequest, InitiateAuthRequest, SetUICustomizationRequest,
    SignUpRequest,
};

#[test]
fn a_request_is_read() {
    let input: SignUpRequest = read(&json!({
        "ClientId": "abc", "Username": "jörg", "Password": "correct horse",
        "UserAttributes": [{ "Name": "email", "Value": "j@example.com" }, { "Name": "name" }],
        "ClientMetadata": { "k": "v" },
    }))
    .unwrap();
    assert_eq!(input.username, "jörg");
    let attributes = input.user_attributes.unwrap();
    assert_eq!(attributes[0].value.as_deref(), Some("j@example.com"));
    assert_eq!(attributes[1].value, None);
    assert_eq!(input.client_metadata.unwrap()["k"], "v");
    assert_eq!(input.secret_hash, None);
}

#[test]
fn unknown_members_are_ignored_and_null_is_absent() {
    let input: CreateGroupRequest =
        read(&json!({ "UserPoolId": "us-east-1_Ab", "GroupName": "g", "Description": null, "New": [1, {}] })).unwrap();
    assert_eq!(input.description, None);
    assert_eq!(
        refusal::<GetUserRequest>(&json!({ "AccessToken": null })),
        "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn what_is_not_json_is_refused_without_a_message() {
    for body in [&b""[..], b"{", b"{\"a\":\xff}", b"{} {}", b"not json"] {
        assert_eq!(
            decode::<GetUserRequest>(body).unwrap_err(),
            DecodeError::Serialization { message: None }
        );
    }
    let deep = format!("{{\"X\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(
        decode::<GetUserRequest>(deep.as_bytes()).unwrap_err(),
        DecodeError::Serialization { message: None }
    );
}

#[test]
fn a_body_that_is_not_an_object_is_refused() {
    for body in [json!([]), json!("x"), json!(1), json!(true)] {
        assert_eq!(
            mismatch::<GetUserRequest>(&body).unwrap(),
            "Expected map or null"
        );
    }
    assert!(refusal::<GetUserRequest>(&Value::Null).contains("accessToken"));
}

#[test]
fn nothing_is_converted_to_a_string() {
    for (value, message) in [
        (json!(1), "NUMBER_VALUE can not be converted to a String"),
        (json!(1.5), "NUMBER_VALUE can not be converted to a String"),
        (json!(true), "TRUE_VALUE can not be converted to a String"),
        (json!(false), "FALSE_VALUE can not be converted to a String"),
        (
            json!({}),
            "Start of structure or map found where not expected.",
        ),
        (json!([]), "Start of list found where not expected."),
    ] {
        assert_eq!(
            mismatch::<CreateGroupRequest>(&group("Description", value.clone())).unwrap(),
            message
        );
        let attribute = json!({ "ClientId": "a", "Username": "u", "UserAttributes": [{ "Name": "n", "Value": value }] });
        assert_eq!(mismatch::<SignUpRequest>(&attribute).unwrap(), message);
        let flow = json!({ "ClientId": "a", "AuthFlow": value });
        assert_eq!(mismatch::<InitiateAuthRequest>(&flow).unwrap(), message);
        let parameter = json!({ "ClientId": "a", "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": value } });
        assert_eq!(
            mismatch::<InitiateAuthRequest>(&parameter).unwrap(),
            message
        );
    }
}

#[test]
fn maps_structures_and_lists_are_not_converted() {
    for value in [json!("x"), json!(1), json!([])] {
        let input = json!({ "ClientId": "a", "AuthFlow": "USER_AUTH", "AuthParameters": value });
        assert_eq!(
            mismatch::<InitiateAuthRequest>(&input).unwrap(),
            "Expected map or null"
        );
        let input = json!({ "PoolName": "p", "Policies": value });
        assert_eq!(
            mismatch::<CreateUserPoolRequest>(&input).unwrap(),
            "Expected map or null"
        );
    }
    for value in [json!("x"), json!(1), json!({})] {
        let input = json!({ "ClientId": "a", "Username": "u", "UserAttributes": value });
        assert_eq!(
            mismatch::<SignUpRequest>(&input).unwrap(),
            "Expected list or null"
        );
    }
}

#[test]
fn strings_are_accepted_for_booleans() {
    for (value, read_as) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("TRUE"), true),
        (json!(false), false),
        (json!("yes"), false),
        (json!(""), false),
    ] {
        let input = json!({ "UserPoolId": "us-east-1_Ab", "Username": "u", "Password": "ab", "Permanent": value });
        assert_eq!(
            read::<AdminSetUserPasswordRequest>(&input)
                .unwrap()
                .permanent,
            Some(read_as)
        );
    }
    let input =
        json!({ "UserPoolId": "us-east-1_Ab", "Username": "u", "Password": "ab", "Permanent": 1 });
    assert_eq!(
        mismatch::<AdminSetUserPasswordRequest>(&input).unwrap(),
        "NUMBER_VALUE can not be converted to a Boolean"
    );
}

#[test]
fn numeric_strings_are_accepted_for_integers() {
    for (value, read_as) in [
        (json!(7), 7),
        (json!("7"), 7),
        (json!(7.9), 7),
        (json!(2_147_483_647), i32::MAX),
    ] {
        assert_eq!(
            read::<CreateGroupRequest>(&group("Precedence", value))
                .unwrap()
                .precedence,
            Some(read_as)
        );
    }
    for (value, message) in [
        (
            json!("seven"),
            "STRING_VALUE can not be converted to an Integer",
        ),
        (json!(""), "STRING_VALUE can not be converted to an Integer"),
        (json!(true), "TRUE_VALUE can not be converted to an Integer"),
        (
            json!(2_147_483_648_i64),
            "NUMBER_VALUE can not be converted to an Integer",
        ),
        (
            json!(1e300),
            "NUMBER_VALUE can not be converted to an Integer",
        ),
        (
            json!(u64::MAX),
            "NUMBER_VALUE can not be converted to an Integer",
        ),
        (
            json!({}),
            "Start of structure or map found where not expected.",
        ),
        (json!([]), "Start of list found where not expected."),
    ] {
        assert_eq!(
            mismatch::<CreateGroupRequest>(&group("Precedence", value)).unwrap(),
            message
        );
    }
}

#[test]
fn a_string_for_a_document_is_an_internal_error() {
    let input =
        |settings| json!({ "UserPoolId": "us-east-1_Ab", "ClientId": "a", "Settings": settings });
    let error = read::<CreateManagedLoginBrandingRequest>(&input(json!("{}"))).unwrap_err();
    assert_eq!(error, DecodeError::Internal);
    let settings = json!({ "categories": { "form": [1, 2.5, null, "x"] } });
    let branding: CreateManagedLoginBrandingRequest = read(&input(settings.clone())).unwrap();
    assert_eq!(branding.settings, Some(settings));
}

#[test]
fn a_fraction_in_a_document_is_read_to_its_last_digit() {
    // The nearest double lies beside what a reader in a hurry computes.
    let body = r#"{"UserPoolId":"us-east-1_Ab","ClientId":"a","Settings":{"n":55555555555555555555555555555555555555555555555550.1}}"#;
    let branding: CreateManagedLoginBrandingRequest = crate::decode(body.as_bytes()).unwrap();
    let expected: f64 = "55555555555555555555555555555555555555555555555550.1"
        .parse()
        .unwrap();
    assert_eq!(branding.settings, Some(json!({ "n": expected })));
}

#[test]
fn blobs_are_base64_and_bounded() {
    let input = |image: String| json!({ "UserPoolId": "us-east-1_Ab", "ImageFile": image });
    let read_back: SetUICustomizationRequest = read(&input("AQID".to_owned())).unwrap();
    assert_eq!(read_back.image_file.unwrap().0, [1, 2, 3]);
    assert_eq!(
        mismatch::<SetUICustomizationRequest>(&input("A!".to_owned())),
        None
    );
    assert_eq!(
        refusal::<SetUICustomizationRequest>(&input("AAAA".repeat(43_691))),
        "1 validation error detected: Value at 'imageFile' failed to satisfy constraint: \
         Member must have length less than or equal to 131072"
    );
}

#[test]
fn a_wrong_type_outranks_broken_constraints() {
    let input = json!({ "UserPoolId": "?", "GroupName": 1 });
    assert_eq!(
        mismatch::<CreateGroupRequest>(&input).unwrap(),
        "NUMBER_VALUE can not be converted to a String"
    );
}
