//! What an answer means: a result, an error of the function, or a refusal of its host.

use cenote_idp::ports::TriggerError;
use hyper::{HeaderMap, StatusCode};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Call, Fault};
use crate::outbound::http::HttpError;

/// The longest text of a function's error that is passed on.
const MOST_MESSAGE_CHARS: usize = 2_000;

/// The longest name of an error.
const MOST_NAME_BYTES: usize = 64;

pub(super) fn refused(name: &str) -> TriggerError {
    TriggerError::Refused(name.to_owned())
}

/// The function threw this.
pub(super) fn failed(message: &str) -> Fault {
    let message = message.trim().chars().take(MOST_MESSAGE_CHARS).collect();
    Fault::Final(TriggerError::Failed(message))
}

/// A request that got no answer.
pub(super) fn unanswered(error: HttpError) -> Fault {
    match error {
        HttpError::Unreachable | HttpError::Broken => Fault::Passing(refused("ServiceException")),
        HttpError::TooLong => Fault::Final(TriggerError::Unreadable),
    }
}

/// What the function returned. Nobody reads it when nobody waits for it.
pub(super) fn result(call: &Call, body: &[u8]) -> Result<Vec<u8>, Fault> {
    if call.awaited && serde_json::from_slice::<IgnoredAny>(body).is_err() {
        return Err(Fault::Final(TriggerError::Unreadable));
    }
    Ok(body.to_vec())
}

/// The text of an error object as Lambda has it: an object with `errorMessage` which is not an event.
pub(super) fn error_message(body: &[u8]) -> Option<String> {
    let Value::Object(object) = serde_json::from_slice(body).ok()? else {
        return None;
    };
    if object.contains_key("triggerSource") {
        return None;
    }
    Some(match object.get("errorMessage")? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// An answer that says no: the error's name from the header of AWS, or what AWS would say with this status.
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap) -> Fault {
    let named = headers
        .get("x-amzn-errortype")
        .and_then(|value| value.to_str().ok())
        .and_then(error_name);
    let name = named.unwrap_or(match status.as_u16() {
        400 => "InvalidRequestContentException",
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        413 => "RequestTooLargeException",
        415 => "UnsupportedMediaTypeException",
        429 => "TooManyRequestsException",
        _ => "ServiceException",
    });
    if status == StatusCode::TOO_MANY_REQUESTS {
        Fault::Passing(refused(name))
    } else {
        Fault::Final(refused(name))
    }
}

/// `namespace#Name:address` is the longest form that is about.
fn error_name(text: &str) -> Option<&str> {
    let name = text.split(':').next()?;
    let name = name.rsplit('#').next()?.trim();
    let is_name = (1..=MOST_NAME_BYTES).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_from_events() {
        assert_eq!(
            error_message(br#"{"errorMessage":"no","errorType":"Error"}"#).as_deref(),
            Some("no")
        );
        assert_eq!(
            error_message(br#"{"errorMessage":null}"#).as_deref(),
            Some("null")
        );
        for other in [
            r#"{"errorMessage":"no","triggerSource":"PreSignUp_SignUp"}"#,
            r#"{"response":{}}"#,
            r#"["errorMessage"]"#,
            "errorMessage",
        ] {
            assert_eq!(error_message(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_refusal_has_the_name_of_the_header_or_of_the_status() {
        let name = |status, header: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-amzn-errortype", header.parse().unwrap());
            match refusal(StatusCode::from_u16(status).unwrap(), &headers) {
                Fault::Final(TriggerError::Refused(name)) => (name, false),
                Fault::Passing(TriggerError::Refused(name)) => (name, true),
                other => panic!("{other:?}"),
            }
        };
        let outcome = |name: &str, again| (name.to_owned(), again);
        assert_eq!(
            name(403, "com.amazon#AccessDeniedException:http://internal/"),
            outcome("AccessDeniedException", false)
        );
        assert_eq!(
            name(429, "<script>"),
            outcome("TooManyRequestsException", true)
        );
        assert_eq!(name(404, ""), outcome("ResourceNotFoundException", false));
        assert_eq!(name(302, ""), outcome("ServiceException", false));
        assert_eq!(name(502, ""), outcome("ServiceException", false));
    }
}
