//! One keep-alive connection that speaks the JSON API, and forms and pages of a domain.

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::{Outcome, sign};

/// A connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    pub(crate) async fn connect(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: address.to_owned(),
        })
    }

    /// Calls an operation; any status but 200 is an error.
    pub(crate) async fn call(&mut self, operation: &str, input: &Value) -> Outcome<Value> {
        let body = serde_json::to_vec(input)?;
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let signed = sign::headers(&self.host, &target, &body);
        let mut request = Request::post("/")
            .header("host", &self.host)
            .header("content-type", sign::CONTENT_TYPE)
            .header("x-amz-target", target);
        for (name, value) in signed {
            request = request.header(name, value);
        }
        let body = self
            .send(request.body(Full::new(Bytes::from(body)))?)
            .await?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&body)?)
    }

    /// Sends a form to a path; any status but 200 is an error.
    pub(crate) async fn form(&mut self, path: &str, form: String) -> Outcome<Value> {
        let request = Request::post(path)
            .header("host", &self.host)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = self
            .send(request.body(Full::new(Bytes::from(form)))?)
            .await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Gets a page; any status but 200 is an error.
    pub(crate) async fn page(&mut self, path: &str) -> Outcome<Bytes> {
        let request = Request::get(path).header("host", &self.host);
        self.send(request.body(Full::default())?).await
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Outcome<Bytes> {
        self.sender.ready().await?;
        let asked = request.uri().path().to_owned();
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status == 200 {
            Ok(body)
        } else {
            Err(format!("{asked}: {status} {}", String::from_utf8_lossy(&body)).into())
        }
    }
}
