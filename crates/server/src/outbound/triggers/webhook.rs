//! An address that takes events, signed as Standard Webhooks says.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use cenote_idp::ports::{Clock, TriggerError};
use data_encoding::{BASE64, HEXLOWER};
use http_body_util::Full;
use hyper::Request;
use hyper::header::CONTENT_TYPE;

use super::answer::{error_message, failed, refusal, result, unanswered};
use super::{Call, Fault, MOST_BYTES};
use crate::outbound::http::Http;

pub(super) struct Webhook {
    http: Http,
    clock: Arc<dyn Clock>,
    url: String,
    key: hmac::Key,
}

impl Webhook {
    pub(super) fn new(http: &Http, clock: &Arc<dyn Clock>, url: &str, secret: &[u8]) -> Self {
        Self {
            http: http.clone(),
            clock: Arc::clone(clock),
            url: url.to_owned(),
            key: hmac::Key::new(HMAC_SHA256, secret),
        }
    }

    /// Any success with JSON is an answer, an `errorMessage` that comes with it or with a refusal is the
    /// function's own error.
    pub(super) async fn invoke(&self, call: &Call) -> Result<Vec<u8>, Fault> {
        let id = message_id(call);
        let timestamp = (self.clock.client_ms() / 1000).to_string();
        let request = Request::post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header(
                "webhook-signature",
                self.signature(&id, &timestamp, &call.event),
            )
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("cenote-function-arn", &call.arn)
            .body(Full::new(call.event.clone()))
            .map_err(|_| Fault::Final(TriggerError::Misconfigured))?;
        let answer = self
            .http
            .send(request, MOST_BYTES)
            .await
            .map_err(unanswered)?;
        let status = answer.status();
        if (status.is_success() || status.is_client_error())
            && let Some(message) = error_message(answer.body())
        {
            return Err(failed(&message));
        }
        if !status.is_success() {
            return Err(refusal(status, answer.headers()));
        }
        result(call, answer.body())
    }

    fn signature(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            context.update(part);
        }
        format!("v1,{}", BASE64.encode(context.sign().as_ref()))
    }
}

/// The same for every attempt of one call, another for another event of the same request.
fn message_id(call: &Call) -> String {
    let hash = digest(&SHA256, &call.event);
    let event = HEXLOWER.encode(&hash.as_ref()[..8]);
    format!("msg_{}_{event}", call.request_id.simple())
}
