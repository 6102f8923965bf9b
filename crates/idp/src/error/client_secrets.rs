//! Refusals about the secrets of app clients.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn secret_for_public_client() -> Self {
        Self::invalid("Client secrets can be added only to a client that has a client secret.")
    }

    pub(crate) fn too_many_client_secrets(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("Client secrets cannot exceed limit of {limit} secrets."),
        )
    }

    pub(crate) fn client_secret_in_use() -> Self {
        Self::invalid("The client has this client secret already.")
    }

    pub(crate) fn last_client_secret() -> Self {
        Self::invalid("The last client secret of a client cannot be deleted.")
    }

    pub(crate) fn client_secret_not_found(id: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Client secret {id} does not exist."),
        )
    }
}
