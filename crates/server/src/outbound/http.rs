//! The HTTP client of everything that the server sends.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::OnceCell;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

use super::reach::is_public;

/// How long a connection may rest between two requests.
const IDLE: Duration = Duration::from_secs(30);

/// Resting connections that are kept for one host.
const IDLE_PER_HOST: usize = 32;

type Connections = Client<HttpsConnector<HttpConnector<Names>>, Full<Bytes>>;

/// Sends requests over kept connections. It follows no redirect and has no deadline of its own.
#[derive(Clone, Default)]
pub struct Http {
    names: Names,
    /// Made by the first request, since the system's root certificates take a while to read.
    connections: Arc<OnceCell<Connections>>,
}

/// What names lead to.
#[derive(Clone, Copy, Default)]
struct Names {
    /// Whether the addresses of private networks are as good as none.
    public_only: bool,
}

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let public_only = self.public_only;
        Box::pin(async move {
            // Such names are this machine's, whether or not its resolver knows (RFC 6761, 6.3).
            let is_own = name.as_str().ends_with(".localhost");
            let host = if is_own { "localhost" } else { name.as_str() };
            let found = tokio::net::lookup_host((host, 0)).await?;
            let found: Vec<SocketAddr> = found
                .filter(|address| !public_only || is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(io::Error::other("the name has no public address"));
            }
            Ok(found.into_iter())
        })
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// There was no connection, so that nothing was sent.
    Unreachable,
    /// The connection broke, or what came over it was not HTTP.
    Broken,
    /// The answer is longer than it may be.
    TooLong,
}

impl Http {
    /// One for which names lead to public addresses alone.
    pub(crate) fn public_only() -> Self {
        Self {
            names: Names { public_only: true },
            ..Self::default()
        }
    }

    /// Sends a request and reads the whole answer, of `most` bytes at most.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        most: usize,
    ) -> Result<Response<Bytes>, HttpError> {
        let connections = self
            .connections
            .get_or_try_init(|| async {
                let names = self.names;
                tokio::task::spawn_blocking(move || connections(names)).await
            })
            .await
            .map_err(|_| HttpError::Unreachable)?
            .clone();
        let answer = connections.request(request).await.map_err(|error| {
            let outcome = if error.is_connect() {
                HttpError::Unreachable
            } else {
                HttpError::Broken
            };
            tracing::debug!(detail = %chain(&error), "A request got no answer");
            outcome
        })?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, most).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                HttpError::TooLong
            } else {
                HttpError::Broken
            }
        })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// An error with what caused it: the outermost alone seldom says why.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}

fn connections(names: Names) -> Connections {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("aws-lc has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new_with_resolver(names);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .pool_timer(TokioTimer::new())
        .build(connector)
}
