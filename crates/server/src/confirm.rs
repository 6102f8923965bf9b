//! `/confirmUser`: where the link in the e-mail of a sign-up leads.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse};
use cenote_idp::{Cx, Service, confirm_by_link, crypto};
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use hyper::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

use crate::html::escape;
use crate::peer;
use crate::rpc::Refusal;

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
        Ok(()) => page(StatusCode::OK, "Your registration has been confirmed!"),
        Err(error) => {
            let refusal = Refusal::from(error);
            let error = refusal.name();
            if let Some(detail) = refusal.detail() {
                tracing::error!(%request_id, error, detail, "A sign-up could not be confirmed");
            }
            page(refusal.status(), refusal.message().unwrap_or(error))
        }
    }
}

fn page(status: StatusCode, text: &str) -> Response<Body> {
    // The address holds a code: nobody keeps the page, and no other site is told of it.
    let headers = [
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Sign-up</title><p>{}</p></html>",
        escape(text)
    );
    (status, headers, Html(html)).into_response()
}
