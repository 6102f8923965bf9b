//! Refusals about the sessions of users.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn session_tracking_off() -> Self {
        Self::new(
            ErrorCode::OperationNotEnabled,
            "Session tracking is not enabled for the user pool.",
        )
    }

    pub(crate) fn session_not_found(id: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Session {id} does not exist."),
        )
    }

    pub(crate) fn session_is_current() -> Self {
        Self::invalid("The session of the access token itself cannot be revoked.")
    }
}
