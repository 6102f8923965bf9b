//! Bare hyper: the unit in which the cost of a request is told.

use std::convert::Infallible;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Outcome;

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let _body = request.into_body().collect().await;
    let response = Response::builder().header("content-type", "application/x-amz-json-1.1");
    Ok(response
        .body(Full::new(Bytes::from_static(b"{\"Hello\":\"world\"}")))
        .expect("a fixed answer"))
}

/// Prints where it listens and serves until it is killed.
pub(crate) async fn serve() -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer));
            let _closed = connection.await;
        });
    }
}
