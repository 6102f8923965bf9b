//! The Invoke API of Lambda, of what stands in for it, and of the Runtime Interface Emulator.

use std::sync::Arc;

use cenote_idp::ports::{Clock, TriggerError};
use http_body_util::Full;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};

use super::answer::{error_message, failed, refusal, result, unanswered};
use super::{Call, Fault, MOST_BYTES};
use crate::config::AwsCredentials;
use crate::outbound::http::Http;
use crate::outbound::sign::{Scope, signed};
use crate::rpc::encode;

const FUNCTION_ERROR: &str = "x-amz-function-error";

/// An endpoint of the Invoke API.
pub(super) struct Lambda {
    pub(super) http: Http,
    pub(super) clock: Arc<dyn Clock>,
    /// `{region}` stands for the region of the ARN.
    pub(super) endpoint: String,
    pub(super) function: Option<String>,
    pub(super) credentials: Option<AwsCredentials>,
    /// Of ARNs that name none.
    pub(super) default_region: String,
}

impl Lambda {
    pub(super) async fn invoke(&self, call: &Call) -> Result<Vec<u8>, Fault> {
        let misconfigured = || Fault::Final(TriggerError::Misconfigured);
        let credentials = self.credentials.as_ref().ok_or_else(misconfigured)?;
        let name = FunctionName::of(&call.arn);
        let region = name.region.unwrap_or(&self.default_region);
        let kind = if call.awaited {
            "RequestResponse"
        } else {
            "Event"
        };
        let (head, ()) = Request::post(self.address(&name, region))
            .header(CONTENT_TYPE, "application/json")
            .header("x-amz-invocation-type", kind)
            // The same in every attempt.
            .header("amz-sdk-invocation-id", call.request_id.to_string())
            .body(())
            .map_err(|_| misconfigured())?
            .into_parts();
        let scope = Scope {
            credentials,
            region,
            service: "lambda",
        };
        let now = self.clock.client_ms() / 1000;
        let request = signed(head, call.event.clone(), scope, now).ok_or_else(misconfigured)?;
        let answer = self
            .http
            .send(request, MOST_BYTES)
            .await
            .map_err(unanswered)?;
        let (status, headers) = (answer.status(), answer.headers());
        if !status.is_success() {
            return Err(refusal(status, headers));
        }
        if let Some(kind) = headers.get(FUNCTION_ERROR) {
            let kind = String::from_utf8_lossy(kind.as_bytes()).into_owned();
            return Err(failed(&error_message(answer.body()).unwrap_or(kind)));
        }
        result(call, answer.body())
    }

    fn address(&self, name: &FunctionName<'_>, region: &str) -> String {
        let endpoint = self.endpoint.replace("{region}", region);
        let function = self.function.as_deref().unwrap_or(name.unqualified);
        let mut address = format!(
            "{endpoint}/2015-03-31/functions/{}/invocations",
            encode(function.as_bytes())
        );
        if let Some(qualifier) = name.qualifier {
            address.push_str("?Qualifier=");
            address.push_str(&encode(qualifier.as_bytes()));
        }
        address
    }
}

/// One invocation by the Runtime Interface Emulator: it knows one function and no header for its errors.
pub(super) async fn invoke_rie(http: &Http, url: &str, call: &Call) -> Result<Vec<u8>, Fault> {
    let request = Request::post(format!("{url}/2015-03-31/functions/function/invocations"))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(call.event.clone()))
        .map_err(|_| Fault::Final(TriggerError::Misconfigured))?;
    let answer = http.send(request, MOST_BYTES).await.map_err(unanswered)?;
    let (status, headers, body) = (answer.status(), answer.headers(), answer.body());
    // A crash is told with a status of its own, and says what happened all the same.
    if let Some(message) = error_message(body) {
        return Err(failed(&message));
    }
    // One that still works on what was given up here takes no other call.
    if status == StatusCode::BAD_REQUEST {
        return Err(Fault::Passing(super::refused("TooManyRequestsException")));
    }
    if !status.is_success() {
        return Err(refusal(status, headers));
    }
    let text = String::from_utf8_lossy(body);
    if headers.contains_key(FUNCTION_ERROR) {
        return Err(failed(&text));
    }
    // What functions return is JSON; a plain text is the emulator's own: `Task timed out after …`.
    result(call, body).map_err(|_| failed(&text))
}

/// The parts of a function's ARN.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FunctionName<'a> {
    pub(super) region: Option<&'a str>,
    /// The ARN without its alias or version.
    unqualified: &'a str,
    qualifier: Option<&'a str>,
    /// The name alone.
    pub(super) name: &'a str,
    /// `$LATEST` unless the ARN says otherwise.
    pub(super) version: &'a str,
}

impl<'a> FunctionName<'a> {
    /// `arn:aws:lambda:region:account:function:name[:qualifier]`; another ARN is its own name.
    pub(super) fn of(arn: &'a str) -> Self {
        let parts: Vec<&str> = arn.split(':').collect();
        let region = parts.get(3).copied().filter(|region| !region.is_empty());
        let is_function = parts.get(5) == Some(&"function");
        let qualifier = parts.get(7).copied().filter(|_| is_function);
        let unqualified = match qualifier {
            Some(qualifier) => &arn[..arn.len() - qualifier.len() - 1],
            None => arn,
        };
        Self {
            region,
            unqualified,
            qualifier,
            name: parts
                .get(6)
                .copied()
                .filter(|_| is_function)
                .unwrap_or(unqualified),
            version: qualifier.unwrap_or("$LATEST"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FunctionName;

    #[test]
    fn an_arn_has_a_region_a_name_and_perhaps_a_qualifier() {
        let arn = "arn:aws:lambda:eu-west-3:111122223333:function:pre-sign-up";
        let plain = FunctionName::of(arn);
        assert_eq!(
            (
                plain.region,
                plain.unqualified,
                plain.qualifier,
                plain.name,
                plain.version
            ),
            (Some("eu-west-3"), arn, None, "pre-sign-up", "$LATEST")
        );
        let qualified = format!("{arn}:live");
        let qualified = FunctionName::of(&qualified);
        assert_eq!(
            (
                qualified.unqualified,
                qualified.qualifier,
                qualified.name,
                qualified.version
            ),
            (arn, Some("live"), "pre-sign-up", "live")
        );
        let other = FunctionName::of("arn:aws:states:us-east-1:1:x");
        assert_eq!(other.name, "arn:aws:states:us-east-1:1:x");
    }
}
