//! Text messages to a gateway that takes JSON.

use cenote_idp::message::{Delivery, Outcome};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Request, StatusCode};
use serde_json::json;

use super::http::Http;
use super::worker::answered;
use crate::config;

/// Answers that say that the message itself is wrong.
const FOR_GOOD: [StatusCode; 3] = [
    StatusCode::BAD_REQUEST,
    StatusCode::GONE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

pub(super) struct Gateway {
    pub(super) http: Http,
    pub(super) settings: config::SmsGateway,
}

impl Gateway {
    pub(super) async fn send(&self, delivery: &Delivery) -> Outcome {
        answered(delivery, &self.http, self.request(delivery), |answer| {
            FOR_GOOD.contains(&answer.status())
        })
        .await
    }

    fn request(&self, delivery: &Delivery) -> Option<Request<Full<Bytes>>> {
        let body = json!({
            "id": delivery.id,
            "to": delivery.to,
            "from": delivery.wishes.origination_identity,
            "message": delivery.body,
            "purpose": delivery.purpose.as_str(),
            "user_pool_id": delivery.pool,
        });
        let mut request = Request::post(&self.settings.url)
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", &delivery.id);
        if let Some(token) = &self.settings.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request.body(Full::new(body.to_string().into())).ok()
    }
}
