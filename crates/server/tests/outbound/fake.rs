//! An HTTP server that keeps what it is sent and answers by a script.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cenote_idp::ports::{Clock, SystemClock};
use cenote_server::Metrics;
use cenote_server::config::{self, DevArgs, Settings, Trigger, TriggerTarget};
use cenote_server::outbound::{Http, Targets};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper::{HeaderMap, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The trigger that calls it.
pub(crate) const NAME: &str = "PreSignUp";

pub(crate) const ARN: &str = "arn:aws:lambda:eu-west-3:111122223333:function:pre-sign-up";

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("ASCII"))
            .unwrap_or_default()
    }
}

/// One answer: status, headers, body.
pub(crate) struct Say(
    pub(crate) u16,
    pub(crate) &'static [(&'static str, &'static str)],
    pub(crate) String,
);

impl Say {
    pub(crate) fn ok(body: &str) -> Self {
        Self(200, &[], body.to_owned())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self(status, &[], String::new())
    }
}

/// The fake. Beyond its script it does not answer at all.
pub(crate) struct Fake {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    pub(crate) async fn new(script: impl IntoIterator<Item = Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script: Arc<Mutex<VecDeque<Say>>> = Arc::new(Mutex::new(script.into_iter().collect()));
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let fake = Self {
            url,
            seen: Arc::clone(&seen),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                    async move {
                        let (head, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        seen.lock().unwrap().push(Seen {
                            path: head.uri.to_string(),
                            headers: head.headers,
                            body: String::from_utf8(body.to_vec()).unwrap(),
                        });
                        let next = script.lock().unwrap().pop_front();
                        let Some(Say(status, headers, body)) = next else {
                            return std::future::pending().await;
                        };
                        let mut answer = Response::builder().status(status);
                        for (name, value) in headers {
                            answer = answer.header(*name, *value);
                        }
                        Ok::<_, Infallible>(answer.body(Full::new(Bytes::from(body))).unwrap())
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        fake
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// Development, with credentials for AWS.
pub(crate) fn settings() -> Settings {
    let args = DevArgs {
        memory: true,
        ..DevArgs::default()
    };
    let variable = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("throw-away".to_owned()),
        "AWS_SESSION_TOKEN" => Some("a-session".to_owned()),
        _ => None,
    };
    config::dev(args, &variable).expect("development needs nothing")
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::default())
}

/// Where nobody looks.
pub(crate) fn metrics() -> Arc<Metrics> {
    Arc::default()
}

/// The targets of a configuration with one of them for every ARN.
pub(crate) fn targets(target: TriggerTarget, timeout_ms: u64, concurrency: usize) -> Targets {
    let mut settings = settings();
    settings.triggers = vec![Trigger {
        arn: "*".to_owned(),
        target,
        timeout: Duration::from_millis(timeout_ms),
        concurrency,
    }];
    Targets::new(&settings, &Http::default(), &clock(), &metrics())
}
