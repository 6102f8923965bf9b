//! The public documents of a pool, at the path that verifiers derive from the issuer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use cenote_idp::{Service, crypto, discovery};
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use crate::rpc::{self, Refusal};

/// `/{pool}/.well-known/jwks.json`
pub(crate) async fn jwks(
    State(service): State<Arc<Service>>,
    Path(pool): Path<String>,
) -> Response<Body> {
    document(&service, discovery::jwks(&service, &pool).await)
}

/// `/{pool}/.well-known/openid-configuration`
pub(crate) async fn openid_configuration(
    State(service): State<Arc<Service>>,
    Path(pool): Path<String>,
) -> Response<Body> {
    document(
        &service,
        discovery::openid_configuration(&service, &pool).await,
    )
}

fn document(service: &Service, document: cenote_idp::Result<Value>) -> Response<Body> {
    match document {
        Ok(document) => {
            let mut response = Response::new(Body::from(document.to_string()));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            // Short, since a rotated key must become known.
            headers.insert(
                CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=300"),
            );
            rpc::open_to_browsers(headers);
            response
        }
        Err(error) => {
            let request_id = crypto::uuid(&*service.entropy);
            let refusal = Refusal::from(error);
            if let Some(detail) = refusal.detail() {
                let error = refusal.name();
                tracing::error!(%request_id, error, detail, "A public document could not be made");
            }
            rpc::refuse(request_id, &refusal)
        }
    }
}
