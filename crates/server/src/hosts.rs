//! Which domain of a pool a request is for: by the name it was sent to, or by its path.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams};
use cenote_idp::oauth::Domain;
use cenote_idp::{Cx, Service, crypto};
use hyper::Response;
use hyper::header::{HOST, SET_COOKIE};
use hyper::http::request::Parts;

use crate::pages::Looks;
use crate::rpc::{self, Refusal};
use crate::{cookies, oauth, peer};

/// The domain of a request, and the context to answer it in. Requests for other names lead nowhere.
pub(crate) struct At {
    pub(crate) domain: Domain,
    pub(crate) cx: Cx,
    /// The language that the browser was told before.
    pub(crate) lang: Option<String>,
    /// The looks of pages.
    pub(crate) looks: Arc<Looks>,
    csrf: Option<String>,
}

impl At {
    /// The token of the browser for its forms; a new one, unless it has one.
    pub(crate) fn csrf(&self) -> String {
        let new = || crypto::uuid(&*self.cx.service.entropy).to_string();
        self.csrf.clone().unwrap_or_else(new)
    }

    /// Lets the browser keep its token, as the service does with whatever it answers.
    pub(crate) fn with_csrf(&self, mut response: Response<Body>) -> Response<Body> {
        if let Some(cookie) = cookies::csrf(&self.domain, &self.csrf()) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// Sends the browser on.
    pub(crate) fn redirect(&self, location: &str) -> Response<Body> {
        self.with_csrf(oauth::redirect(location))
    }
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
                let cookie = |name| cookies::get(&parts.headers, name).map(str::to_owned);
                let at = Self {
                    domain,
                    cx,
                    lang: cookie(cookies::LANG),
                    looks: parts.extensions.get().cloned().unwrap_or_default(),
                    csrf: cookie(cookies::CSRF).filter(|value| cookies::is_token(value)),
                };
                match at.domain.admit(&at.cx) {
                    Ok(()) => Ok(at),
                    Err(refusal) => Err(oauth::turned_away(&at, parts.uri.path(), &refusal).await),
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
