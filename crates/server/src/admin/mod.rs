//! The doors under `/_cenote/`: health for everybody's monitor, inbox and clock for developers.

mod clock;
mod inbox;
mod kms;
mod seed;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json};
use axum::{
    Router,
    routing::{get, post},
};
use cenote_idp::Service;
use cenote_idp::ports::{Kind, SystemClock};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

use crate::metrics::OPEN_METRICS;
use crate::peer::Address;
use crate::{Metrics, import};

pub(crate) use self::kms::kms;

#[derive(Clone)]
struct Doors {
    service: Arc<Service>,
    clock: Arc<SystemClock>,
}

impl FromRef<Doors> for Arc<Service> {
    fn from_ref(doors: &Doors) -> Self {
        Self::clone(&doors.service)
    }
}

impl FromRef<Doors> for Arc<SystemClock> {
    fn from_ref(doors: &Doors) -> Self {
        Self::clone(&doors.clock)
    }
}

/// `GET /_cenote/health`: ready when the database answers. Messages that this process has given up are
/// counted beside it.
pub(crate) async fn health(State(service): State<Arc<Service>>) -> Response<Body> {
    match service.store.record(Kind::Pool, "", "").await {
        Ok(_) => {
            let given_up = service.messages_given_up.load(Ordering::Relaxed);
            Json(json!({"status": "ok", "messages_given_up": given_up})).into_response()
        }
        Err(error) => {
            tracing::error!(detail = %error, "The database does not answer");
            let body = Json(json!({"status": "the database does not answer"}));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

/// `GET /_cenote/metrics`: what this process has counted since it started.
pub(crate) fn metrics<S: Clone + Send + Sync + 'static>(
    service: &Arc<Service>,
    metrics: &Arc<Metrics>,
) -> Router<S> {
    let counted = (Arc::clone(service), Arc::clone(metrics));
    Router::new()
        .route("/_cenote/metrics", get(show_metrics))
        .with_state(counted)
}

async fn show_metrics(
    State((service, metrics)): State<(Arc<Service>, Arc<Metrics>)>,
) -> Response<Body> {
    match metrics.text(&service) {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The doors that only `cenote dev` has. None of them asks for a signature: where the API does, `guarded`, they
/// answer the machine that the server runs on, and no other.
pub(crate) fn development<S>(
    service: Arc<Service>,
    clock: Arc<SystemClock>,
    guarded: bool,
) -> Router<S> {
    let doors = Router::new()
        .route("/_cenote/inbox", get(inbox::show).delete(inbox::clear))
        .route("/_cenote/clock", get(clock::show).post(clock::shift))
        .route("/_cenote/imports/{pool}/{job}", get(import::show_log))
        .route("/_cenote/seed/create", post(seed::create))
        .route("/_cenote/seed/password", post(seed::password))
        .layer(middleware::from_fn(own_pages_only));
    let doors = if guarded {
        doors.layer(middleware::from_fn(this_machine_only))
    } else {
        doors
    };
    doors.with_state(Doors { service, clock })
}

/// Refuses what comes from another machine.
async fn this_machine_only(request: Request, next: Next) -> Response<Body> {
    if is_this_machine(request.extensions().get()) {
        return next.run(request).await;
    }
    refuse(
        StatusCode::FORBIDDEN,
        "only the machine that the server runs on may use this",
    )
}

/// Whether a connection was opened here. Who opened a proxy's is for the proxy to say, and not all say it.
fn is_this_machine(address: Option<&Address>) -> bool {
    address.is_some_and(|address| !address.is_proxy && address.ip.to_canonical().is_loopback())
}

/// Refuses what a page of another origin sends through the developer's browser.
async fn own_pages_only(request: Request, next: Next) -> Response<Body> {
    let site = request
        .headers()
        .get("sec-fetch-site")
        .map(HeaderValue::as_bytes);
    match site {
        None | Some(b"same-origin" | b"none") => next.run(request).await,
        Some(_) => refuse(
            StatusCode::FORBIDDEN,
            "pages of other origins may not use this",
        ),
    }
}

fn refuse(status: StatusCode, message: &str) -> Response<Body> {
    (status, Json(json!({"message": message}))).into_response()
}

fn failed(error: &cenote_idp::Error) -> Response<Body> {
    let detail = error.detail.as_deref().unwrap_or_default();
    tracing::error!(error = error.code.name(), detail, "The inbox failed");
    refuse(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the database does not answer",
    )
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn this_machine_is_who_connects_from_loopback_and_not_through_a_proxy() {
        for (ip, is_proxy, is_here) in [
            ("127.0.0.1", false, true),
            ("127.8.8.8", false, true),
            ("::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("127.0.0.1", true, false),
            ("192.0.2.1", false, false),
            ("::ffff:192.0.2.1", false, false),
            ("fe80::1", false, false),
        ] {
            let ip: IpAddr = ip.parse().expect("an address");
            let address = Address { ip, is_proxy };
            assert_eq!(is_this_machine(Some(&address)), is_here, "{address:?}");
        }
        assert!(!is_this_machine(None));
    }
}
