//! The listener: accepts connections within bounds, speaks HTTP/1.1 and HTTP/2, and ends gently.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::config::Limits;
use crate::peer::Address;

/// The longest head of a request.
const HEAD_BYTES: u32 = 32 * 1024;

/// How long requests in progress may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Requests at the same time on one HTTP/2 connection.
const STREAMS: u32 = 64;

/// How much of a body an HTTP/2 sender may be ahead of its reader.
const WINDOW_BYTES: u32 = 64 * 1024;

/// Connections of whoever reads the metrics.
const METRICS_CONNECTIONS: usize = 16;

/// The answer beyond the bound of connections.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The limits of the listener for metrics.
pub(crate) fn for_metrics(limits: Limits) -> Limits {
    Limits {
        connections: METRICS_CONNECTIONS,
        ..limits
    }
}

/// Answers connections until `stop` comes, then waits for the requests in progress.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: App,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (stopping, stopped) = watch::channel(());
    let door = Door {
        app,
        tls,
        header_timeout: limits.header_timeout,
        stopped,
    };
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            door.app.shared.metrics.turned_away();
            turn_away(&stream, door.tls.is_some());
            continue;
        };
        let door = door.clone();
        let shared = Arc::clone(&door.app.shared);
        let open = shared.metrics.connection();
        shared.service.cpu.connect(async move {
            door.connection(stream, from.ip()).await;
            drop((place, open));
        });
    }
    drop(listener);
    drop(door);
    drop(stopping);
    // All places free means that every connection has ended.
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(DRAIN, places.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("Requests were still in progress when the server stopped");
    }
}

/// A connection that was reset meanwhile concerns nobody. The rest is a shortage, of file descriptors
/// or memory, which does not end sooner for asking at once again.
async fn pause_after(error: &io::Error) {
    if matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    ) {
        return;
    }
    tracing::error!(%error, "A connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// Says so without waiting; a new connection has room for it.
fn turn_away(stream: &TcpStream, is_tls: bool) {
    tracing::info!("A connection was turned away: there are as many as may be");
    if !is_tls && let Err(error) = stream.try_write(FULL) {
        tracing::debug!(%error, "The caller did not hear it");
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Door {
    app: App,
    tls: Option<TlsAcceptor>,
    header_timeout: Duration,
    /// Its sender is dropped when the server stops.
    stopped: watch::Receiver<()>,
}

impl Door {
    async fn connection(self, stream: TcpStream, ip: IpAddr) {
        let address = Address {
            ip,
            is_proxy: self.app.behind_proxy,
        };
        let mut stopped = self.stopped.clone();
        // Small answers leave at once.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let first = async {
            match &self.tls {
                None => Some(First::Plain(speaks_http2(&stream).await.ok()?)),
                Some(_) => Some(First::Tls),
            }
        };
        let first = tokio::select! {
            first = tokio::time::timeout(self.header_timeout, first) => first.ok().flatten(),
            _ = stopped.changed() => None,
        };
        match first {
            None => {}
            Some(First::Plain(false)) => self.http1(TokioIo::new(stream), address).await,
            // Boxed, as the rest is, to keep the many idle connections small.
            Some(First::Plain(true)) => Box::pin(self.http2(TokioIo::new(stream), address)).await,
            Some(First::Tls) => Box::pin(self.encrypted(stream, address)).await,
        }
    }

    async fn encrypted(self, stream: TcpStream, address: Address) {
        let Some(tls) = self.tls.clone() else { return };
        let handshake = tokio::time::timeout(self.header_timeout, tls.accept(stream)).await;
        let Ok(Ok(stream)) = handshake else {
            tracing::debug!("A TLS handshake failed");
            return;
        };
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.http2(TokioIo::new(stream), address).await;
        } else {
            self.http1(TokioIo::new(stream), address).await;
        }
    }

    async fn http1(self, io: impl Read + Write + Unpin + Send + 'static, address: Address) {
        let Self {
            app,
            header_timeout,
            mut stopped,
            ..
        } = self;
        let service = service_fn(move |request| answer(app.clone(), address, request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_timeout)
            .max_buf_size(HEAD_BYTES as usize)
            .serve_connection(io, service);
        let mut connection = pin!(connection);
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        note(outcome);
    }

    async fn http2(self, io: impl Read + Write + Unpin + Send + 'static, address: Address) {
        let Self {
            app,
            header_timeout,
            mut stopped,
            ..
        } = self;
        let service = service_fn(move |request| answer(app.clone(), address, request));
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(HEAD_BYTES)
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(4 * WINDOW_BYTES)
            .keep_alive_interval(header_timeout)
            .keep_alive_timeout(header_timeout)
            .serve_connection(io, service);
        let mut connection = pin!(connection);
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        note(outcome);
    }
}

enum First {
    Plain(bool),
    Tls,
}

/// Waits for the first bytes and looks whether they begin the preface of HTTP/2. Its client sends the
/// preface in one piece, so that fewer than three bytes of it mean HTTP/1.1.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut start = [0; 3];
    let length = stream.peek(&mut start).await?;
    Ok(length == start.len() && start == *b"PRI")
}

/// Boxed, since hyper reserves room for the future in every connection, idle or not.
type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

fn answer(app: App, address: Address, mut request: Request<Incoming>) -> Answer {
    request.extensions_mut().insert(address);
    Box::pin(async move { Ok(app.answer(request).await) })
}

fn note(outcome: hyper::Result<()>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "A connection ended early");
    }
}
