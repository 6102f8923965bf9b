//! The form of events: the envelope, the user as triggers see him, and how an answer is read.

use cenote_model::AliasAttributeType;
use serde_json::{Map, Value, json};

use super::{Call, Metadata};
use crate::pool::Pool;
use crate::user::User;
use crate::{Cx, Error, Result};

/// `clientId` of operations that name no app client.
const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

/// The whole event of a call.
pub(super) fn envelope(cx: &Cx, pool: &Pool, call: Call<'_>) -> Value {
    let Call {
        source,
        version,
        user_name,
        client_id,
        request,
        response,
        ..
    } = call;
    let mut event = outline(cx, pool, user_name, client_id);
    event.insert("version".to_owned(), version.into());
    event.insert("triggerSource".to_owned(), source.into());
    event.insert("request".to_owned(), request);
    event.insert("response".to_owned(), response);
    Value::Object(event)
}

/// What every event says of where it comes from.
pub(super) fn outline(
    cx: &Cx,
    pool: &Pool,
    user_name: &str,
    client_id: Option<&str>,
) -> Map<String, Value> {
    let outline = json!({
        "region": pool.region,
        "userPoolId": pool.id,
        "userName": user_name,
        "callerContext": {
            "awsSdkVersion": sdk_version(cx.peer.user_agent.as_deref()),
            "clientId": client_id.unwrap_or(NO_CLIENT),
        },
    });
    let Value::Object(outline) = outline else {
        unreachable!("an object was written above")
    };
    outline
}

/// `aws-sdk-js/2.6.4 linux/…` becomes `aws-sdk-js-2.6.4`.
fn sdk_version(user_agent: Option<&str>) -> String {
    let product = user_agent.and_then(|agent| agent.split(' ').next());
    match product.and_then(|product| product.split_once('/')) {
        Some((name, version)) if name.starts_with("aws-sdk-") => format!("{name}-{version}"),
        _ => "aws-sdk-unknown-unknown".to_owned(),
    }
}

/// The attributes of a stored user: all of them, readable by the client or not, and all of them strings.
pub(super) fn user_attributes(pool: &Pool, user: &User) -> Value {
    let mut attributes: Map<String, Value> = user
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    attributes.insert("sub".to_owned(), user.sub.as_str().into());
    attributes.insert(
        "cognito:user_status".to_owned(),
        user.status.as_str().into(),
    );
    for alias in [AliasAttributeType::Email, AliasAttributeType::PhoneNumber] {
        let name = alias.as_str();
        if pool.is_alias(alias)
            && user.has_verified(name)
            && let Some(value) = user.attribute(name)
        {
            attributes.insert(format!("cognito:{name}_alias"), value.into());
        }
    }
    attributes.into()
}

/// Adds `clientMetadata`, which is absent when the request has none.
pub(super) fn with_metadata(mut request: Value, metadata: Option<&Metadata>) -> Value {
    if let (Some(members), Some(metadata)) = (request.as_object_mut(), metadata) {
        members.insert("clientMetadata".to_owned(), json!(metadata));
    }
    request
}

/// The `response` of an answer; whatever else it changed is ignored. An answer without one asks for
/// nothing special.
pub(super) fn response(answer: &[u8]) -> Result<Value> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| Error::lambda_json())?;
    let Value::Object(mut answer) = answer else {
        return Err(Error::lambda_output("the answer is no object"));
    };
    match answer.remove("response") {
        None | Some(Value::Null) => Ok(Value::Object(Map::new())),
        Some(response @ Value::Object(_)) => Ok(response),
        Some(_) => Err(Error::lambda_output("the response is no object")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_read_from_the_user_agent() {
        let version = |agent| sdk_version(Some(agent));
        assert_eq!(version("aws-sdk-js/2.6.4 linux/v8"), "aws-sdk-js-2.6.4");
        assert_eq!(version("aws-sdk-rust/1.3.3"), "aws-sdk-rust-1.3.3");
        assert_eq!(version("Boto3/1.40 md/Botocore"), "aws-sdk-unknown-unknown");
        assert_eq!(sdk_version(None), "aws-sdk-unknown-unknown");
    }

    #[test]
    fn an_answer_is_an_object_whose_response_is_one() {
        let read = |text: &str| response(text.as_bytes()).map_err(|error| error.message);
        let unrecognizable = || Err(Some("Unrecognizable lambda output".to_owned()));
        assert_eq!(read(r#"{"response":{"a":1},"b":2}"#), Ok(json!({"a": 1})));
        assert_eq!(read("{}"), Ok(json!({})));
        assert_eq!(read(r#"{"response":null}"#), Ok(json!({})));
        for bad in ["null", "[]", "\"text\"", r#"{"response":[]}"#] {
            assert_eq!(read(bad), unrecognizable(), "{bad}");
        }
        assert_eq!(
            read("{"),
            Err(Some(
                "Invalid lambda function output : Invalid JSON".to_owned()
            ))
        );
    }
}
