//! `/confirmUser`: where the link in the e-mail of a sign-up leads.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use cenote_idp::{Cx, Service, confirm_by_link, crypto};
use hyper::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

use crate::rpc::Refusal;
use crate::{html, peer};

const TITLE: &str = "Sign-up";

/// What the link carries.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    confirmation_code: String,
}

/// Confirms the user and says so.
pub(crate) async fn confirm_user(
    State(service): State<Arc<Service>>,
    Query(link): Query<Link>,
    address: Option<Extension<peer::Address>>,
    headers: HeaderMap,
) -> Response<Body> {
    let request_id = crypto::uuid(&*service.entropy);
    let address = address.map(|Extension(address)| address);
    let cx = Cx::new(service, None, request_id, peer::of(&headers, address));
    let outcome = confirm_by_link(
        &cx,
        &link.client_id,
        &link.user_name,
        &link.confirmation_code,
    )
    .await;
    match outcome {
        Ok(()) => html::page(
            StatusCode::OK,
            TITLE,
            "Your registration has been confirmed!",
        ),
        Err(error) => {
            let refusal = Refusal::from(error);
            let error = refusal.name();
            if let Some(detail) = refusal.detail() {
                tracing::error!(%request_id, error, detail, "A sign-up could not be confirmed");
            }
            html::page(refusal.status(), TITLE, refusal.message().unwrap_or(error))
        }
    }
}
