//! The Lambda Runtime API for one process, on a loopback port of its own.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::MOST_BYTES;

const ROOT: &str = "/2018-06-01/runtime/";

/// Connections that a process may have; runtimes use one or two.
const MOST_CONNECTIONS: usize = 16;

/// One event for the process.
pub(super) struct Invocation {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) deadline_ms: i64,
    pub(super) event: Bytes,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// What the process made of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The function returned this.
    Result(Bytes),
    /// It threw this error object.
    Error(Bytes),
    /// The runtime did not get as far as the function.
    InitError(Bytes),
    /// It returned more than may be.
    TooLong,
}

/// The API for one process; it ends when this is dropped.
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    invocations: mpsc::Sender<Invocation>,
    listener: JoinHandle<()>,
}

struct State {
    /// The process asks for one after the other.
    invocations: AsyncMutex<mpsc::Receiver<Invocation>>,
    /// The id of what it works on, and who waits for it.
    pending: Mutex<Option<(String, oneshot::Sender<Reply>)>>,
}

impl RuntimeApi {
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (invocations, receiver) = mpsc::channel(1);
        let state = Arc::new(State {
            invocations: AsyncMutex::new(receiver),
            pending: Mutex::new(None),
        });
        Ok(Self {
            address,
            invocations,
            listener: tokio::spawn(accept(listener, state)),
        })
    }

    /// Leaves an event for the process, which may not have asked for one yet.
    pub(super) async fn hand_over(&self, invocation: Invocation) {
        // The receiver lives as long as the listener does.
        let _left = self.invocations.send(invocation).await;
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= MOST_CONNECTIONS {
            connections.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, Arc::clone(&state)));
            }
            Err(error) => {
                tracing::debug!(%error, "A runtime's connection could not be accepted");
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn converse(stream: TcpStream, state: Arc<State>) {
    let answer = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(state.answer(request).await) }
    });
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "A runtime's connection ended");
    }
}

impl State {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let Some(path) = path.strip_prefix(ROOT) else {
            return refuse(StatusCode::NOT_FOUND, "Not found", "NotFound");
        };
        if request.method() == Method::GET && path == "invocation/next" {
            return self.next().await;
        }
        if request.method() != Method::POST {
            return refuse(StatusCode::NOT_FOUND, "Not found", "NotFound");
        }
        let body = match Limited::new(request.into_body(), MOST_BYTES)
            .collect()
            .await
        {
            Ok(body) => Some(body.to_bytes()),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => None,
            Err(_) => return refuse(StatusCode::BAD_REQUEST, "The body broke off", "InvalidBody"),
        };
        if path == "init/error" {
            let reply = Reply::InitError(body.unwrap_or_default());
            if let Some(invocation) = self.invocations.lock().await.recv().await {
                let _heard = invocation.reply.send(reply);
            }
            return accepted();
        }
        let mut parts = path
            .strip_prefix("invocation/")
            .unwrap_or_default()
            .splitn(2, '/');
        let (id, kind) = (parts.next().unwrap_or_default(), parts.next());
        let reply = match (kind, body) {
            (Some("response"), Some(body)) => Reply::Result(body),
            (Some("error"), Some(body)) => Reply::Error(body),
            (Some("response" | "error"), None) => Reply::TooLong,
            _ => return refuse(StatusCode::NOT_FOUND, "Not found", "NotFound"),
        };
        let too_long = reply == Reply::TooLong;
        let Some(waiting) = self.take(id) else {
            return refuse(
                StatusCode::BAD_REQUEST,
                "Invalid request ID",
                "InvalidRequestID",
            );
        };
        let _heard = waiting.send(reply);
        if too_long {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return refuse(
                status,
                "Exceeded maximum allowed payload size (6291456 bytes).",
                "RequestEntityTooLarge",
            );
        }
        accepted()
    }

    /// Waits for the next event.
    async fn next(&self) -> Response<Full<Bytes>> {
        let Some(invocation) = self.invocations.lock().await.recv().await else {
            return refuse(StatusCode::GONE, "The server stops", "Gone");
        };
        let answer = Response::builder()
            .header(CONTENT_TYPE, "application/json")
            .header("lambda-runtime-aws-request-id", &invocation.id)
            .header("lambda-runtime-deadline-ms", invocation.deadline_ms)
            .header("lambda-runtime-invoked-function-arn", &invocation.arn)
            .header("lambda-runtime-trace-id", trace_id(&invocation))
            .body(Full::new(invocation.event));
        *self.pending() = Some((invocation.id, invocation.reply));
        answer.unwrap_or_else(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR, "Bad ARN", "Internal"))
    }

    fn take(&self, id: &str) -> Option<oneshot::Sender<Reply>> {
        self.pending()
            .take_if(|(pending, _)| pending == id)
            .map(|(_, waiting)| waiting)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Option<(String, oneshot::Sender<Reply>)>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runtimes hand it to tracing tools, none of which is told to take a sample.
fn trace_id(invocation: &Invocation) -> String {
    let seconds = invocation.deadline_ms / 1000;
    let id: String = invocation
        .id
        .chars()
        .filter(|c| *c != '-')
        .take(24)
        .collect();
    format!("Root=1-{seconds:08x}-{id};Sampled=0")
}

fn accepted() -> Response<Full<Bytes>> {
    answer(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn refuse(status: StatusCode, message: &str, kind: &str) -> Response<Full<Bytes>> {
    answer(status, &json!({"errorMessage": message, "errorType": kind}))
}

fn answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer
}
