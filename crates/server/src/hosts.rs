//! Which domain of a pool a request is for: by the name it was sent to, or by its path.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams};
use cenote_idp::oauth::Domain;
use cenote_idp::{Cx, Service, crypto};
use hyper::Response;
use hyper::header::HOST;
use hyper::http::request::Parts;

use crate::oauth;
use crate::peer;
use crate::rpc::{self, Refusal};

/// The domain of a request, and the context to answer it in. Requests for other names lead nowhere.
pub(crate) struct At {
    pub(crate) domain: Domain,
    pub(crate) cx: Cx,
}

impl FromRequestParts<Arc<Service>> for At {
    type Rejection = Response<Body>;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Self::Rejection> {
        let request_id = crypto::uuid(&*service.entropy);
        let found = match domain_in_path(parts, service).await {
            Some(name) => Domain::of_path(service, &name).await,
            None => match host(parts) {
                Some(host) => Domain::of_host(service, host).await,
                None => Ok(None),
            },
        };
        match found {
            Ok(Some(domain)) => {
                let address = parts.extensions.get().copied();
                let peer = peer::of(&parts.headers, address);
                let region = Some(domain.region().to_owned());
                let cx = Cx::new(Arc::clone(service), region, request_id, peer);
                match domain.admit(&cx) {
                    Ok(()) => Ok(Self { domain, cx }),
                    Err(refusal) => {
                        let path = parts.uri.path();
                        Err(oauth::turned_away(&cx, &domain, path, &refusal))
                    }
                }
            }
            Ok(None) => Err(rpc::not_found(request_id)),
            Err(error) => {
                let refusal = Refusal::from(error);
                let detail = refusal.detail().unwrap_or_default();
                tracing::error!(%request_id, detail, "A domain could not be looked up");
                Err(rpc::refuse(request_id, &refusal))
            }
        }
    }
}

/// The name in `/_domain/<name>/`.
async fn domain_in_path(parts: &mut Parts, service: &Arc<Service>) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, service)
        .await
        .ok()?;
    let found = params.iter().find(|(name, _)| *name == "domain");
    found.map(|(_, value)| value.to_owned())
}

/// The name that the request was sent to: the authority of HTTP/2, or the Host header.
fn host(parts: &Parts) -> Option<&str> {
    match parts.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => parts.headers.get(HOST)?.to_str().ok(),
    }
}
