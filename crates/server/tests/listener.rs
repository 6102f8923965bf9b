//! Connections: kept alive, bounded in number, size and patience, in both versions of HTTP.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use cenote_server::config::{Limits, Posture};
use http_body_util::BodyExt;
use hyper::{Request, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use support::{Server, settings};

/// What it is answered.
const HEALTHY: &str = "{\"messages_given_up\":0,\"status\":\"ok\"}";

const HEALTH: &[u8] = b"GET /_cenote/health HTTP/1.1\r\nhost: a\r\n\r\n";

/// Short enough to wait for, long enough for a loaded machine to answer first.
const PATIENCE: Duration = Duration::from_millis(300);

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

async fn start(change: impl FnOnce(&mut Limits)) -> Running {
    let mut settings = settings(Posture::Dev);
    change(&mut settings.limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let app = Server::new(&settings).app;
    let stopped = async { drop(stopped.await) };
    let server = tokio::spawn(cenote_server::serve(
        listener,
        None,
        app,
        settings.limits,
        stopped,
    ));
    Running {
        address,
        stop,
        server,
    }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Sends a request and reads until the answer's body is there.
async fn health(stream: &mut TcpStream) -> String {
    stream.write_all(HEALTH).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(HEALTHY.as_bytes()) {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "closed");
    }
    String::from_utf8(answer).unwrap()
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_connection_is_kept_and_closes_when_the_server_stops() {
    let running = start(|_| {}).await;
    let mut stream = running.connect().await;
    for _ in 0..3 {
        assert!(health(&mut stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
    let silent = running.connect().await;
    // Accepted after the silent one, which therefore is a connection of the server's by now.
    health(&mut running.connect().await).await;
    running.stop.send(()).unwrap();
    running.server.await.unwrap();
    assert_eq!(rest(stream).await, "");
    assert_eq!(rest(silent).await, "");
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn http2_needs_no_upgrade() {
    let running = start(|_| {}).await;
    let io = TokioIo::new(running.connect().await);
    let (mut client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .unwrap();
    tokio::spawn(connection);
    let uri = format!("http://{}/_cenote/health", running.address);
    let answer = client
        .send_request(Request::get(uri).body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (answer.status(), answer.version()),
        (StatusCode::OK, Version::HTTP_2)
    );
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, HEALTHY);
}

#[tokio::test]
async fn a_connection_too_many_is_told_so() {
    let running = start(|limits| limits.connections = 1).await;
    let mut first = running.connect().await;
    health(&mut first).await;
    let answer = rest(running.connect().await).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{answer}"
    );
    // The first one does not suffer.
    health(&mut first).await;
    let last = b"GET /_cenote/metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    first.write_all(last).await.unwrap();
    let counted = rest(first).await;
    for line in [
        "cenote_connections_open 1\n",
        "cenote_connections_total 1\n",
        "cenote_connections_turned_away_total 1\n",
    ] {
        assert!(counted.contains(line), "{line} in {counted}");
    }
}

#[tokio::test]
async fn who_says_nothing_or_half_a_head_is_left() {
    let running = start(|limits| limits.header_timeout = PATIENCE).await;
    let silent = running.connect().await;
    let mut half = running.connect().await;
    half.write_all(&HEALTH[..20]).await.unwrap();
    let mut odd = running.connect().await;
    odd.write_all(b"P").await.unwrap();
    let mut idle = running.connect().await;
    health(&mut idle).await;
    for stream in [silent, half, odd, idle] {
        let answer = rest(stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_head_has_a_bound() {
    let running = start(|_| {}).await;
    let mut stream = running.connect().await;
    let head = format!(
        "GET / HTTP/1.1\r\nhost: a\r\nx-long: {}\r\n",
        "a".repeat(64 * 1024)
    );
    // The server may close before all of it is sent.
    drop(stream.write_all(head.as_bytes()).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
}
