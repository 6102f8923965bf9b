//! What stands in for the mail API: it keeps the code that each address was sent last.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::Outcome;
use crate::client::Client;
use crate::seed::{Seeded, email};

/// The mail of all users.
#[derive(Clone, Default)]
pub(crate) struct Mailbox {
    codes: Arc<Mutex<HashMap<String, String>>>,
    arrived: Arc<Notify>,
}

impl Mailbox {
    /// Opens it; the answer is where mail is sent to.
    pub(crate) async fn open() -> Outcome<(Self, String)> {
        let mailbox = Self::default();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let own = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| own.take(request));
                    let connection = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service);
                    let _closed = connection.await;
                });
            }
        });
        Ok((mailbox, endpoint))
    }

    async fn take(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let body = request.into_body().collect().await;
        let body = body.map(http_body_util::Collected::to_bytes);
        let mail: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
        let to = mail["Destination"]["ToAddresses"][0].as_str();
        let text = mail["Content"]["Simple"]["Body"].to_string();
        if let (Some(to), Some(code)) = (to, code_in(&text)) {
            let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
            codes.insert(to.to_owned(), code.to_owned());
        }
        self.arrived.notify_waiters();
        let answer = json!({ "MessageId": "x" }).to_string();
        Ok(Response::new(Full::new(Bytes::from(answer))))
    }

    /// The code for an address, once it is there.
    async fn code(&self, to: &str) -> Outcome<String> {
        let find = async {
            loop {
                let arrived = self.arrived.notified();
                let found = {
                    let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
                    codes.remove(to)
                };
                match found {
                    Some(code) => return code,
                    None => arrived.await,
                }
            }
        };
        Ok(tokio::time::timeout(Duration::from_secs(30), find).await?)
    }

    /// Signs the n-th user in with a code by e-mail.
    pub(crate) async fn login(&self, client: &mut Client, seeded: &Seeded, n: usize) -> Outcome {
        let name = format!("user{n}");
        let parameters = json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP" });
        let input = json!({ "AuthFlow": "USER_AUTH", "ClientId": seeded.client,
            "AuthParameters": parameters });
        let asked = client.call("InitiateAuth", &input).await?;
        // The control server sends nothing, and takes any code.
        let code = if asked["Session"] == "x" {
            "00000000".to_owned()
        } else {
            self.code(&email(n)).await?
        };
        let answers = json!({ "USERNAME": name, "EMAIL_OTP_CODE": code });
        let input = json!({ "ChallengeName": "EMAIL_OTP", "ClientId": seeded.client,
            "Session": asked["Session"], "ChallengeResponses": answers });
        let answer = client.call("RespondToAuthChallenge", &input).await?;
        match answer["AuthenticationResult"]["AccessToken"].as_str() {
            Some(_) => Ok(()),
            None => Err(format!("no tokens for a right code: {answer}").into()),
        }
    }
}

/// The first eight digits that stand together.
fn code_in(text: &str) -> Option<&str> {
    text.split(|character: char| !character.is_ascii_digit())
        .find(|digits| digits.len() == 8)
}
