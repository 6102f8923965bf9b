//! Text messages through the API of SNS, or of what stands in for it.

use std::sync::Arc;

use cenote_idp::message::{Delivery, Outcome};
use cenote_idp::ports::Clock;
use hyper::Request;
use hyper::header::CONTENT_TYPE;

use super::http::Http;
use super::sign::{Scope, signed};
use super::worker::answered;
use crate::config::{self, AwsCredentials};
use crate::rpc::encode;

/// Errors that say that the message itself is wrong.
const FOR_GOOD: [&str; 3] = [
    "<Code>InvalidParameter</Code>",
    "<Code>ParameterValueInvalid</Code>",
    "<Code>InvalidParameterValue</Code>",
];

pub(super) struct Sns {
    pub(super) http: Http,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: config::Sns,
    pub(super) credentials: AwsCredentials,
}

impl Sns {
    pub(super) async fn send(&self, delivery: &Delivery) -> Outcome {
        let region = delivery.wishes.sns_region.as_deref();
        let region = region.unwrap_or(&self.settings.region);
        let endpoint = self.settings.endpoint.replace("{region}", region);
        let request = Request::post(format!("{endpoint}/"))
            .header(
                CONTENT_TYPE,
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .body(());
        let scope = Scope {
            credentials: &self.credentials,
            region,
            service: "sns",
        };
        let now = self.clock.client_ms() / 1000;
        let request = request.ok().and_then(|request| {
            signed(
                request.into_parts().0,
                self.form(delivery).into(),
                scope,
                now,
            )
        });
        answered(delivery, &self.http, request, |answer| {
            let text = String::from_utf8_lossy(answer.body());
            FOR_GOOD.iter().any(|code| text.contains(code))
        })
        .await
    }

    fn form(&self, delivery: &Delivery) -> String {
        let origin = delivery.wishes.origination_identity.as_deref();
        let origin = origin.or(self.settings.sender_id.as_deref());
        let mut attributes = vec![("AWS.SNS.SMS.SMSType", "Transactional")];
        match origin {
            Some(number) if number.starts_with('+') => {
                attributes.push(("AWS.MM.SMS.OriginationNumber", number));
            }
            Some(name) => attributes.push(("AWS.SNS.SMS.SenderID", name)),
            None => {}
        }
        let mut fields: Vec<(String, &str)> = [
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("PhoneNumber", delivery.to.as_str()),
            ("Message", delivery.body.as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (at, (name, value)) in attributes.into_iter().enumerate() {
            let entry = format!("MessageAttributes.entry.{}", at + 1);
            fields.push((format!("{entry}.Name"), name));
            fields.push((format!("{entry}.Value.DataType"), "String"));
            fields.push((format!("{entry}.Value.StringValue"), value));
        }
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value.as_bytes())));
        pairs.collect::<Vec<_>>().join("&")
    }
}
