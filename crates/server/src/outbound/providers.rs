//! Calls of the identity providers that pools name.

use std::time::Duration;

use async_trait::async_trait;
use cenote_idp::ports::{Upstream, UpstreamAnswer, UpstreamError, UpstreamRequest};
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use hyper::{Request, Uri};

use super::http::{Http, HttpError};
use super::reach::{Reach, Way};
use crate::config::{Posture, Settings};

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer.
const MOST_BYTES: usize = 1024 * 1024;

/// Calls providers, as far as the posture and the configuration allow.
pub struct Providers {
    anywhere: Http,
    public_only: Http,
    reach: Reach,
    patience: Duration,
}

impl Providers {
    /// Development calls everybody.
    pub fn new(settings: &Settings, http: &Http) -> Self {
        let reach = match settings.posture {
            Posture::Dev => Reach::Any,
            Posture::Serve => Reach::Public(settings.provider_origins.clone()),
        };
        Self {
            anywhere: http.clone(),
            public_only: Http::public_only(),
            reach,
            patience: PATIENCE,
        }
    }

    /// The same with less patience, or more.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

#[async_trait]
impl Upstream for Providers {
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamAnswer, UpstreamError> {
        let forbidden = |why: String| UpstreamError::Forbidden(format!("{}: {why}", request.url));
        let uri: Uri = request
            .url
            .parse()
            .map_err(|_| forbidden("it is no address".to_owned()))?;
        let http = match self.reach.way(&uri).map_err(forbidden)? {
            Way::Anywhere => &self.anywhere,
            Way::PublicOnly => &self.public_only,
        };
        let mut builder = match request.form {
            Some(_) => Request::post(uri).header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
            None => Request::get(uri),
        }
        .header(USER_AGENT, "cenote")
        .header(ACCEPT, "application/json, */*;q=0.5");
        if let Some(token) = &request.bearer {
            builder = builder.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let sent = builder
            .body(Full::from(request.form.unwrap_or_default()))
            .map_err(|_| UpstreamError::Broken)?;
        match tokio::time::timeout(self.patience, http.send(sent, MOST_BYTES)).await {
            Err(_) => Err(UpstreamError::TimedOut),
            Ok(Err(HttpError::TooLong)) => Err(UpstreamError::TooLong),
            Ok(Err(HttpError::Unreachable | HttpError::Broken)) => Err(UpstreamError::Broken),
            Ok(Ok(answer)) => Ok(UpstreamAnswer {
                status: answer.status().as_u16(),
                body: answer.into_body().to_vec(),
            }),
        }
    }
}
