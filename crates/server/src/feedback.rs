//! `/authEventFeedback`: where the links in a notice of a risky sign-in lead.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use cenote_idp::{Cx, Service, crypto, dispatch};
use cenote_model::Operation;
use hyper::{HeaderMap, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::rpc::Refusal;
use crate::{html, peer};

const TITLE: &str = "Sign-in";

/// What the link carries.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default)]
    user_pool_id: String,
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    event_id: String,
    #[serde(default)]
    feedback_token: String,
    #[serde(default)]
    feedback_value: String,
}

/// Keeps what the user says of the sign-in, as `UpdateAuthEventFeedback` does.
pub(crate) async fn auth_event_feedback(
    State(service): State<Arc<Service>>,
    Query(link): Query<Link>,
    address: Option<Extension<peer::Address>>,
    headers: HeaderMap,
) -> Response<Body> {
    let request_id = crypto::uuid(&*service.entropy);
    let address = address.map(|Extension(address)| address);
    let cx = Cx::new(service, None, request_id, peer::of(&headers, address));
    let input = json!({
        "UserPoolId": link.user_pool_id,
        "Username": link.user_name,
        "EventId": link.event_id,
        "FeedbackToken": link.feedback_token,
        "FeedbackValue": link.feedback_value,
    });
    let operation = Operation::UpdateAuthEventFeedback;
    match dispatch(&cx, operation, input.to_string().as_bytes()).await {
        Ok(_) => html::page(StatusCode::OK, TITLE, "Thank you for telling us."),
        Err(error) => {
            let refusal = Refusal::from(error);
            let error = refusal.name();
            if let Some(detail) = refusal.detail() {
                tracing::error!(%request_id, error, detail, "Feedback could not be kept");
            }
            html::page(refusal.status(), TITLE, refusal.message().unwrap_or(error))
        }
    }
}
