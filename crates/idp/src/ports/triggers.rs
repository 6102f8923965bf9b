//! The functions that a pool's LambdaConfig names, wherever they run.

use async_trait::async_trait;
use uuid::Uuid;

/// Runs what a LambdaConfig ARN names.
///
/// Deadlines, repeated attempts and the bounds of an answer are the implementation's: whoever calls hands
/// over one event and gets one outcome.
#[async_trait]
pub trait Triggers: Send + Sync + 'static {
    /// Calls it and waits for its answer: the JSON text that it returned. `trigger` is the member of
    /// LambdaConfig that names it. Every attempt of one call carries the same request id.
    async fn call(
        &self,
        trigger: &'static str,
        arn: &str,
        event: &[u8],
        request_id: Uuid,
    ) -> Result<Vec<u8>, TriggerError>;

    /// Hands it an event whose outcome nobody waits for (custom senders): done when it was accepted.
    async fn tell(
        &self,
        trigger: &'static str,
        arn: &str,
        event: &[u8],
        request_id: Uuid,
    ) -> Result<(), TriggerError>;
}

/// Why a trigger gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TriggerError {
    /// The function threw: its `errorMessage`.
    #[error("the function failed with: {0}")]
    Failed(String),
    /// Its host refused the call: the name of the error, e.g. `AccessDeniedException`.
    #[error("the call was refused with {0}")]
    Refused(String),
    /// Nothing is configured for the ARN.
    #[error("no target is configured for the ARN")]
    Misconfigured,
    /// No answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The answer is not JSON, or longer than answers may be.
    #[error("the answer is not JSON")]
    Unreadable,
}

/// A deployment without triggers: no ARN leads anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTriggers;

#[async_trait]
impl Triggers for NoTriggers {
    async fn call(
        &self,
        _: &'static str,
        _: &str,
        _: &[u8],
        _: Uuid,
    ) -> Result<Vec<u8>, TriggerError> {
        Err(TriggerError::Misconfigured)
    }

    async fn tell(&self, _: &'static str, _: &str, _: &[u8], _: Uuid) -> Result<(), TriggerError> {
        Err(TriggerError::Misconfigured)
    }
}
