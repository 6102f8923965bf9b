//! The doors of the server and who stands behind each.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, State};
use axum::middleware::Next;
use axum::routing::{get, put};
use axum::{Extension, Router, middleware};
use cenote_idp::ports::SystemClock;
use cenote_idp::{Service, crypto};
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method, Request, Response, body::Body as HttpBody};
use tokio::sync::Semaphore;
use tower_service::Service as _;

use crate::Metrics;
use crate::config::{Limits, Posture, Settings};
use crate::feedback::auth_event_feedback;
use crate::logo::logo;
use crate::pages::Looks;
use crate::rpc::{self, Verifier};
use crate::{admin, discovery, import, oauth, pages};

/// Answers requests.
#[derive(Clone)]
pub struct App {
    pub(crate) shared: Arc<Shared>,
    /// Everything but the JSON API, which is too busy for a detour.
    others: Router,
    /// Whether it has the JSON API.
    has_api: bool,
    /// Whether every connection is a proxy's.
    pub(crate) behind_proxy: bool,
}

/// What the JSON API needs.
pub(crate) struct Shared {
    pub(crate) service: Arc<Service>,
    /// Absent when nobody's signature is checked.
    pub(crate) verifier: Option<Verifier>,
    pub(crate) limits: Limits,
    pub(crate) long_bodies: Semaphore,
    pub(crate) metrics: Arc<Metrics>,
}

impl App {
    /// Opens the doors of the posture. `clock` is the one that the service has.
    pub fn new(
        service: &Arc<Service>,
        clock: Arc<SystemClock>,
        settings: &Settings,
        metrics: &Arc<Metrics>,
    ) -> Self {
        let keys = settings.access_keys.clone();
        let verifier = (!keys.is_empty()).then(|| Verifier::new(keys, settings.regions.clone()));
        let shared = Shared {
            service: Arc::clone(service),
            verifier,
            limits: settings.limits,
            long_bodies: Semaphore::new(rpc::LONG_BODIES),
            metrics: Arc::clone(metrics),
        };
        let domain = Router::new()
            .route("/{pool}/{client}/{version}/assets/images/{file}", get(logo))
            .merge(oauth::routes())
            .merge(pages::routes())
            .layer(Extension(Arc::<Looks>::default()));
        let mut others = Router::new()
            .route(
                "/{pool}/.well-known/jwks.json",
                get(discovery::jwks).options(get_preflight),
            )
            .route(
                "/{pool}/.well-known/openid-configuration",
                get(discovery::openid_configuration).options(get_preflight),
            )
            .route("/authEventFeedback", get(auth_event_feedback))
            .route("/authEventFeedback/", get(auth_event_feedback))
            .merge(domain.clone())
            // A domain, for those who cannot resolve its name.
            .nest("/_domain/{domain}", domain)
            .route("/_import/{pool}/{job}", put(import::upload))
            .route("/_cenote/health", get(admin::health))
            .with_state(Arc::clone(service));
        if let Some(kms) = admin::kms(settings, Arc::clone(&clock) as _) {
            others = others.merge(kms);
        }
        if settings.posture == Posture::Dev {
            let guarded = shared.verifier.is_some();
            others = others
                .merge(admin::development(Arc::clone(service), clock, guarded))
                .merge(admin::metrics(service, metrics));
        }
        let others = others
            .fallback(nowhere)
            .method_not_allowed_fallback(nowhere)
            .layer(middleware::from_fn_with_state(Arc::clone(metrics), count))
            .with_state(Arc::clone(service));
        Self {
            shared: Arc::new(shared),
            others,
            has_api: true,
            behind_proxy: settings.behind_proxy,
        }
    }

    /// The same server behind the door for metrics alone.
    #[must_use]
    pub fn for_metrics(&self) -> Self {
        let Shared {
            service, metrics, ..
        } = &*self.shared;
        Self {
            shared: Arc::clone(&self.shared),
            others: admin::metrics(service, metrics)
                .fallback(nowhere)
                .method_not_allowed_fallback(nowhere)
                .with_state(Arc::clone(service)),
            has_api: false,
            behind_proxy: false,
        }
    }

    /// Answers one request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if self.has_api && request.uri().path() == "/" {
            if request.method() == Method::POST {
                return rpc::answer(&self.shared, request).await;
            }
            if request.method() == Method::OPTIONS {
                return rpc::preflight(request.headers(), HeaderValue::from_static("POST"));
            }
        }
        let answer: Result<_, Infallible> = self.others.clone().call(request).await;
        answer.unwrap_or_else(|never| match never {})
    }
}

/// Counts a request by the path of its route.
async fn count(
    State(metrics): State<Arc<Metrics>>,
    path: Option<MatchedPath>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let answer = next.run(request).await;
    let path = path.as_ref().map_or("other", MatchedPath::as_str);
    metrics.door(path.to_owned(), answer.status());
    answer
}

async fn get_preflight(headers: HeaderMap) -> Response<Body> {
    rpc::preflight(&headers, HeaderValue::from_static("GET"))
}

async fn nowhere(State(service): State<Arc<Service>>) -> Response<Body> {
    rpc::not_found(crypto::uuid(&*service.entropy))
}
