//! Seeding over the network: any service with the API, and the development doors of our own.

use std::time::Duration;

use async_trait::async_trait;
use cenote_idp::ports::{Clock, SystemClock};
use cenote_model::Operation;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use super::door::{Door, Refusal};
use crate::config::{AwsCredentials, StartError};
use crate::outbound::{Http, HttpError, Scope, signed};

/// The longest answer that is read.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// How often a call is made that the service is too busy for.
const TRIES: u32 = 6;

/// Where a service is, and as whom it is called.
pub struct Endpoint {
    url: String,
    credentials: AwsCredentials,
}

impl Endpoint {
    /// The service at this address, called with the credentials of the usual variables. Without them a
    /// development server is content with any.
    pub fn new(url: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, StartError> {
        let url = url.trim_end_matches('/');
        let is_address = url.parse::<hyper::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        });
        if !is_address {
            return Err(StartError::config(format!(
                "`--endpoint` is {url:?}; give an address like http://127.0.0.1:9229"
            )));
        }
        let given = |name| variable(name).filter(|value: &String| !value.is_empty());
        let or_any = |value: Option<String>| value.unwrap_or_else(|| "cenote".to_owned());
        Ok(Self {
            url: url.to_owned(),
            credentials: AwsCredentials {
                access_key_id: or_any(given("AWS_ACCESS_KEY_ID")),
                secret_access_key: or_any(given("AWS_SECRET_ACCESS_KEY")),
                session_token: given("AWS_SESSION_TOKEN"),
            },
        })
    }
}

/// A service behind an address.
pub struct Remote {
    endpoint: Endpoint,
    http: Http,
    clock: SystemClock,
}

impl Remote {
    /// Calls the service at this endpoint.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            http: Http::default(),
            clock: SystemClock::default(),
        }
    }

    fn unreachable(&self, error: HttpError) -> Refusal {
        let why = match error {
            HttpError::Unreachable => "nobody answers",
            HttpError::Broken => "the connection broke",
            HttpError::TooLong => "the answer is too long",
        };
        Refusal {
            name: "no answer".to_owned(),
            message: format!("{why} at {}", self.endpoint.url),
        }
    }

    async fn once(
        &self,
        region: &str,
        operation: Operation,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let target = format!("AWSCognitoIdentityProviderService.{}", operation.name());
        let unfit = || Refusal {
            name: "no request".to_owned(),
            message: "the address or the credentials do not fit into a request".to_owned(),
        };
        let request = Request::post(format!("{}/", self.endpoint.url))
            .header("x-amz-target", target)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .body(())
            .map_err(|_| unfit())?;
        let (head, ()) = request.into_parts();
        let scope = Scope {
            credentials: &self.endpoint.credentials,
            region,
            service: "cognito-idp",
        };
        let body = Bytes::from(input.to_string());
        let now = self.clock.now_ms() / 1000;
        let request = signed(head, body, scope, now).ok_or_else(unfit)?;
        let answer = self.http.send(request, LONGEST_ANSWER).await;
        let answer = answer.map_err(|error| self.unreachable(error))?;
        read(answer.status(), answer.body())
    }

    /// Asks a development door. `None` when there is no such door.
    async fn ask(&self, door: &str, question: &Value) -> Result<Option<Value>, Refusal> {
        let request = Request::post(format!("{}/_cenote/seed/{door}", self.endpoint.url))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(Full::new(Bytes::from(question.to_string())))
            .map_err(|error| Refusal {
                name: "no request".to_owned(),
                message: error.to_string(),
            })?;
        let answer = self.http.send(request, LONGEST_ANSWER).await;
        let answer = answer.map_err(|error| self.unreachable(error))?;
        let is_elsewhere = matches!(
            answer.status(),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
        );
        // A door of ours names its refusals; others speak of the address.
        if is_elsewhere || !answer.status().is_success() && !has_name(answer.body()) {
            return Ok(None);
        }
        read(answer.status(), answer.body()).map(Some)
    }
}

#[async_trait]
impl Door for Remote {
    async fn call(
        &self,
        region: &str,
        operation: Operation,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let mut tried = 1;
        loop {
            match self.once(region, operation, input).await {
                Err(refusal) if refusal.name == "TooManyRequestsException" && tried < TRIES => {
                    tokio::time::sleep(Duration::from_millis(100 << tried)).await;
                    tried += 1;
                }
                answer => return answer,
            }
        }
    }

    async fn create(
        &self,
        region: &str,
        operation: Operation,
        id: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let question =
            json!({"Region": region, "Operation": operation.name(), "Id": id, "Input": input});
        self.ask("create", &question).await?.ok_or_else(|| Refusal {
            name: "fixed id".to_owned(),
            message: format!(
                "{} chooses its ids itself; leave the id out, or use `cenote dev --seed`, \
                 or `cenote apply --config` on the server's own database",
                self.endpoint.url
            ),
        })
    }

    async fn password_is(
        &self,
        pool: &str,
        username: &str,
        password: &str,
    ) -> Result<Option<bool>, Refusal> {
        let question = json!({"UserPoolId": pool, "Username": username, "Password": password});
        let answer = self.ask("password", &question).await?;
        Ok(answer.and_then(|answer| answer["Matches"].as_bool()))
    }
}

fn has_name(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|body: Value| body["__type"].is_string())
}

fn read(status: StatusCode, body: &[u8]) -> Result<Value, Refusal> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    if status.is_success() {
        return Ok(value);
    }
    let name = value["__type"].as_str().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default();
    let message = value["message"].as_str().or(value["Message"].as_str());
    Err(Refusal {
        name: if name.is_empty() {
            format!("status {}", status.as_u16())
        } else {
            name.to_owned()
        },
        message: message.unwrap_or_default().to_owned(),
    })
}
