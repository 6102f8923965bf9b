//! Requests to the identity providers of pools.

use async_trait::async_trait;

/// Sends requests to the addresses that pools name, as far as the deployment allows. Deadlines and the bounds
/// of an answer are the implementation's; it follows no redirect.
#[async_trait]
pub trait Upstream: Send + Sync + 'static {
    /// Sends one and reads the whole answer, whatever its status.
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamAnswer, UpstreamError>;
}

/// A request to a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamRequest {
    /// The whole address.
    pub url: String,
    /// The body of a POST, a form; without one it is a GET.
    pub form: Option<String>,
    /// The bearer token.
    pub bearer: Option<String>,
}

/// What a provider answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a provider gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// The deployment does not call this address; the text says why.
    #[error("{0}")]
    Forbidden(String),
    /// There was no connection, it broke, or what came was not HTTP.
    #[error("no connection, or it broke")]
    Broken,
    /// No answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The answer is longer than it may be.
    #[error("the answer is too long")]
    TooLong,
}

/// A deployment that calls nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoUpstream;

#[async_trait]
impl Upstream for NoUpstream {
    async fn send(&self, _: UpstreamRequest) -> Result<UpstreamAnswer, UpstreamError> {
        Err(UpstreamError::Forbidden("nobody is called".to_owned()))
    }
}
