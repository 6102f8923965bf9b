//! Answers in the form of AWS JSON 1.1, open to browsers of any origin.

use axum::body::Body;
use cenote_model::ErrorCode;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName, HeaderValue,
};
use hyper::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date");

/// A longer message is in the body only: clients bound the size of headers.
const LONGEST_HEADER: usize = 1024;

/// An error as the caller sees it, and what the log is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    name: &'static str,
    message: Option<String>,
    reason_code: Option<String>,
    detail: Option<String>,
}

impl Refusal {
    pub(crate) fn bare(code: ErrorCode) -> Self {
        Self {
            status: StatusCode::from_u16(code.status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            name: code.name(),
            message: None,
            reason_code: None,
            detail: None,
        }
    }

    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            message: Some(message.into()),
            ..Self::bare(code)
        }
    }

    /// A refusal of the transport, which no model knows.
    pub(super) fn plain(status: StatusCode, name: &'static str, message: String) -> Self {
        Self {
            status,
            name,
            message: Some(message),
            reason_code: None,
            detail: None,
        }
    }

    pub(super) fn unknown_operation() -> Self {
        Self::bare(ErrorCode::UnknownOperation)
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    pub(crate) fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    fn body(&self) -> Vec<u8> {
        let message = self.message.as_deref();
        // The service's framework writes its own errors with a capital letter.
        let of_framework = self.name == ErrorCode::Serialization.name();
        let body = ErrorBody {
            name: self.name,
            message: message.filter(|_| !of_framework),
            framework_message: message.filter(|_| of_framework),
            reason_code: self.reason_code.as_deref(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    framework_message: Option<&'a str>,
    #[serde(rename = "reasonCode", skip_serializing_if = "Option::is_none")]
    reason_code: Option<&'a str>,
}

impl From<cenote_idp::Error> for Refusal {
    fn from(error: cenote_idp::Error) -> Self {
        Self {
            message: error.message,
            reason_code: error.reason_code,
            detail: error.detail,
            ..Self::bare(error.code)
        }
    }
}

/// The answer to a call that went well; without output the body is empty.
pub(super) fn success(request_id: Uuid, output: Option<Vec<u8>>) -> Response<Body> {
    let mut response = Response::new(output.map_or_else(Body::empty, Body::from));
    dress(response.headers_mut(), request_id);
    response
}

/// The answer to a call that did not.
pub(crate) fn refuse(request_id: Uuid, refusal: &Refusal) -> Response<Body> {
    let mut response = Response::new(Body::from(refusal.body()));
    *response.status_mut() = refusal.status;
    let headers = response.headers_mut();
    dress(headers, request_id);
    if let Ok(name) = HeaderValue::try_from(format!("{}:", refusal.name)) {
        headers.insert(ERROR_TYPE, name);
    }
    let message = refusal.message.as_deref().filter(|message| {
        message.len() <= LONGEST_HEADER && message.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    });
    if let Some(Ok(message)) = message.map(HeaderValue::try_from) {
        headers.insert(ERROR_MESSAGE, message);
    }
    response
}

/// For every path that leads nowhere.
pub(crate) fn not_found(request_id: Uuid) -> Response<Body> {
    let refusal = Refusal::plain(
        StatusCode::NOT_FOUND,
        "NotFoundException",
        "Not Found".to_owned(),
    );
    refuse(request_id, &refusal)
}

/// The answer to a browser that asks whether it may call.
pub(crate) fn preflight(asked: &HeaderMap, default_method: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    open_to_browsers(headers);
    let method = asked
        .get(ACCESS_CONTROL_REQUEST_METHOD)
        .cloned()
        .unwrap_or(default_method);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method);
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    response
}

/// Lets pages of any origin read the answer.
pub(crate) fn open_to_browsers(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

fn dress(headers: &mut HeaderMap, request_id: Uuid) {
    headers.reserve(8);
    headers.insert(CONTENT_TYPE, JSON);
    let mut buffer = Uuid::encode_buffer();
    if let Ok(id) = HeaderValue::from_str(request_id.hyphenated().encode_lower(&mut buffer)) {
        headers.insert(REQUEST_ID, id);
    }
    open_to_browsers(headers);
}
