//! How seeds reach a service: through its API, and past it where the service is our own.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cenote_idp::{Cx, Error, Peer, Service, dispatch, seed};
use cenote_model::Operation;
use serde_json::Value;
use uuid::Uuid;

/// Why a call did not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The name of the error, e.g. `ResourceNotFoundException`.
    pub name: String,
    /// Its text.
    pub message: String,
}

impl Refusal {
    /// Whether the thing that was asked for is not there.
    pub(super) fn is_absence(&self) -> bool {
        ["ResourceNotFoundException", "UserNotFoundException"].contains(&self.name.as_str())
    }

    /// Whether the service has no such operation, or not for this pool. Some say so without a name.
    pub(super) fn is_unsupported(&self) -> bool {
        self.name.starts_with("status ")
            || [
                "UnknownOperationException",
                "NotImplementedException",
                "FeatureUnavailableInTierException",
            ]
            .contains(&self.name.as_str())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// A service that can be seeded.
#[async_trait]
pub trait Door: Send + Sync {
    /// Calls an operation; an answer without a body is null.
    async fn call(
        &self,
        region: &str,
        operation: Operation,
        input: &Value,
    ) -> Result<Value, Refusal>;

    /// Creates a pool or a client under this id.
    async fn create(
        &self,
        region: &str,
        operation: Operation,
        id: &str,
        input: &Value,
    ) -> Result<Value, Refusal>;

    /// Whether a user signs in with this password; `None` when the service does not tell.
    async fn password_is(
        &self,
        pool: &str,
        username: &str,
        password: &str,
    ) -> Result<Option<bool>, Refusal>;
}

/// A service of this process.
pub(crate) struct Direct(pub(crate) Arc<Service>);

#[async_trait]
impl Door for Direct {
    async fn call(
        &self,
        region: &str,
        operation: Operation,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let service = Arc::clone(&self.0);
        let region = Some(region.to_owned());
        let cx = Cx::new(service, region, Uuid::new_v4(), Peer::default());
        answer(dispatch(&cx, operation, input.to_string().as_bytes()).await)
    }

    async fn create(
        &self,
        region: &str,
        operation: Operation,
        id: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let body = input.to_string();
        answer(seed::create(&self.0, region, operation, id, body.as_bytes()).await)
    }

    async fn password_is(
        &self,
        pool: &str,
        username: &str,
        password: &str,
    ) -> Result<Option<bool>, Refusal> {
        let known = seed::password_is(&self.0, pool, username, password).await;
        known.map_err(refusal)
    }
}

fn answer(answer: Result<Option<Vec<u8>>, Error>) -> Result<Value, Refusal> {
    let body = answer.map_err(refusal)?;
    Ok(body
        .and_then(|body| serde_json::from_slice(&body).ok())
        .unwrap_or_default())
}

fn refusal(error: Error) -> Refusal {
    Refusal {
        name: error.code.name().to_owned(),
        message: error.message.or(error.detail).unwrap_or_default(),
    }
}
