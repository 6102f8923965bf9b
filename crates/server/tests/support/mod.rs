//! The server without a socket: requests go in, whole answers come out.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::sync::Arc;

use axum::body::Body;
use cenote_idp::crypto::{KeyReservoir, RootKeys};
use cenote_idp::ports::{NoTriggers, SystemClock, SystemEntropy, Triggers};
use cenote_idp::{Config, IssuerMode, Limits, Parts, Service};
use cenote_server::config::{self, DevArgs, Posture, Settings};
use cenote_server::outbound::{Http, Providers};
use cenote_server::{App, Metrics};
use cenote_store::SqliteStore;
use http_body_util::BodyExt;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

pub(crate) const JSON: &str = "application/x-amz-json-1.1";
pub(crate) const TARGET: &str = "AWSCognitoIdentityProviderService.";

/// What a server without a configuration runs with, in this posture.
pub(crate) fn settings(posture: Posture) -> Settings {
    let args = DevArgs {
        memory: true,
        ..DevArgs::default()
    };
    let settings = config::dev(args, &|_| None).expect("development needs nothing");
    Settings {
        posture,
        ..settings
    }
}

/// One server of one test.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) service: Arc<Service>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Server {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self::with(settings, Arc::new(NoTriggers))
    }

    /// A server whose pools have functions.
    pub(crate) fn with(settings: &Settings, triggers: Arc<dyn Triggers>) -> Self {
        Self::counting(settings, triggers, Arc::default())
    }

    /// The same, with counts that something else counts in as well.
    pub(crate) fn counting(
        settings: &Settings,
        triggers: Arc<dyn Triggers>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let clock = Arc::new(SystemClock::default());
        let config = Config {
            account_id: settings.account_id.clone(),
            default_region: settings.default_region.clone(),
            public_url: settings
                .public_url
                .clone()
                .unwrap_or_else(|| "http://127.0.0.1:9229".to_owned()),
            prefix_host: settings.prefix_host.clone(),
            issuer: IssuerMode::Local,
            regions: settings.regions.clone(),
            limits: Limits::default(),
            oauth: settings.oauth.clone(),
            delivers_logs: !settings.log_destinations.is_empty(),
        };
        let service = Service::new(Parts {
            store: Arc::new(SqliteStore::memory().expect("a database in memory")),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::new(SystemEntropy),
            triggers,
            upstream: Arc::new(Providers::new(settings, &Http::default())),
            compromised_passwords: None,
            root: RootKeys::new([7; 32], []),
            keys: KeyReservoir::new(),
            config,
            cpu_threads: 1,
            request_rates: false,
        });
        let app = App::new(&service, clock, settings, &metrics);
        Self {
            app,
            service,
            metrics,
        }
    }

    pub(crate) fn dev() -> Self {
        Self::new(&settings(Posture::Dev))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.app.answer(request).await.into_parts();
        let body = body
            .collect()
            .await
            .expect("answers are whole")
            .to_bytes()
            .to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Calls an operation as an unsigned client does.
    pub(crate) async fn call(&self, operation: &str, body: impl Into<Body>) -> Reply {
        self.send(call(operation, body)).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(plain(Method::GET, path, headers, "")).await
    }

    /// What it has counted.
    pub(crate) async fn counted(&self) -> String {
        self.get("/_cenote/metrics", &[]).await.text()
    }

    /// Creates a pool and gives back its id.
    pub(crate) async fn pool(&self) -> String {
        let reply = self
            .call(
                "CreateUserPool",
                r#"{"PoolName":"p","AutoVerifiedAttributes":["email"]}"#,
            )
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["UserPool"]["Id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }
}

pub(crate) fn call(operation: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/")
        .header("x-amz-target", format!("{TARGET}{operation}"))
        .header("content-type", JSON);
    request.body(body.into()).expect("a request")
}

pub(crate) fn plain(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &'static str,
) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Body::from(body)).expect("a request")
}

/// A whole answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("ASCII"))
    }
}
