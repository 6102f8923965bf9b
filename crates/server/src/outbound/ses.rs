//! Mail through the API of SES (v2), or of what stands in for it.

use std::sync::Arc;

use cenote_idp::message::{Delivery, Outcome};
use cenote_idp::ports::Clock;
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::http::Http;
use super::sign::{Scope, signed};
use super::worker::answered;
use crate::config::{self, AwsCredentials};

/// Errors that say that the message itself is wrong.
const FOR_GOOD: [&str; 1] = ["BadRequestException"];

pub(super) struct Ses {
    pub(super) http: Http,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: config::Ses,
    pub(super) credentials: AwsCredentials,
}

impl Ses {
    pub(super) async fn send(&self, delivery: &Delivery) -> Outcome {
        // An identity is of one region.
        let region = delivery
            .wishes
            .source_arn
            .as_deref()
            .and_then(|arn| arn.split(':').nth(3))
            .filter(|region| config::is_region(region))
            .unwrap_or(&self.settings.region);
        let endpoint = self.settings.endpoint.replace("{region}", region);
        let request = Request::post(format!("{endpoint}/v2/email/outbound-emails"))
            .header(CONTENT_TYPE, "application/json")
            .body(());
        let scope = Scope {
            credentials: &self.credentials,
            region,
            service: "ses",
        };
        let now = self.clock.client_ms() / 1000;
        let request = request.ok().and_then(|request| {
            let body = self.body(delivery).to_string();
            signed(request.into_parts().0, body.into(), scope, now)
        });
        answered(delivery, &self.http, request, |answer| {
            let name = answer.headers().get("x-amzn-errortype");
            let name = name.and_then(|name| name.to_str().ok()).unwrap_or_default();
            FOR_GOOD.contains(&name.split(':').next().unwrap_or_default())
        })
        .await
    }

    fn body(&self, delivery: &Delivery) -> Value {
        let wishes = &delivery.wishes;
        let text = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
        let mail = &delivery.mail;
        let texts = match &mail.alternative {
            Some(plain) => json!({"Html": text(&delivery.body), "Text": text(plain)}),
            None if mail.is_plain => json!({"Text": text(&delivery.body)}),
            None => json!({"Html": text(&delivery.body)}),
        };
        let mut body = json!({
            "FromEmailAddress": wishes.from.as_ref().unwrap_or(&self.settings.from),
            "Destination": {"ToAddresses": [delivery.to]},
            "Content": {"Simple": {
                "Subject": text(delivery.subject.as_deref().unwrap_or_default()),
                "Body": texts,
            }},
            "EmailTags": [{"Name": "cenote-message-id", "Value": delivery.id}],
        });
        if let Some(reply_to) = &wishes.reply_to {
            body["ReplyToAddresses"] = json!([reply_to]);
        }
        if let Some(set) = &wishes.configuration_set {
            body["ConfigurationSetName"] = json!(set);
        }
        if let Some(arn) = &wishes.source_arn {
            body["FromEmailAddressIdentityArn"] = json!(arn);
        }
        body
    }
}
