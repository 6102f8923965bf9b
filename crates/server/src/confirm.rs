//! `/confirmUser`: where the link in the e-mail of a sign-up leads.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use cenote_idp::hosted::Reason;
use cenote_idp::oauth::Params;
use cenote_idp::{Cx, Service, confirm_by_link, crypto};
use hyper::{HeaderMap, Response, StatusCode};

use crate::hosts::At;
use crate::pages::{self, Said};
use crate::peer;
use crate::rpc::Refusal;

/// Confirms the user and says so. The link needs no domain.
pub(crate) async fn confirm_user(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    address: Option<Extension<peer::Address>>,
    at: Result<At, Response<Body>>,
    headers: HeaderMap,
) -> Response<Body> {
    let request_id = crypto::uuid(&*service.entropy);
    let address = address.map(|Extension(address)| address);
    let peer = peer::of(&headers, address);
    let cx = Cx::new(Arc::clone(&service), None, request_id, peer);
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let value = |name: &str| params.get(name).unwrap_or_default();
    let confirmed = confirm_by_link(
        &cx,
        value("client_id"),
        value("user_name"),
        value("confirmation_code"),
    );
    let reason;
    let (status, said) = match confirmed.await {
        Ok(()) => (StatusCode::OK, Said::Confirmed),
        Err(error) => {
            // Nobody of that name is told apart.
            reason = match Reason::of(&error) {
                Reason::WrongPassword => Reason::CodeWrong,
                reason => reason,
            };
            let refusal = Refusal::from(error);
            if let Some(detail) = refusal.detail() {
                let error = refusal.name();
                tracing::error!(%request_id, error, detail, "A sign-up could not be confirmed");
            }
            (refusal.status(), Said::NotConfirmed(&reason))
        }
    };
    match at {
        Ok(at) => pages::plain(&at, &params, status, said).await,
        Err(_) => pages::without_domain(&service, status, said),
    }
}
