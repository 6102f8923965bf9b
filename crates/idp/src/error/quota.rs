//! Refusals of what would be one too many.

use cenote_model::ErrorCode;

use super::Error;
use crate::ports::Kind;

impl Error {
    /// There are as many users as a pool may have.
    pub(crate) fn too_many_users() -> Self {
        let text = "The limit of users in this user pool has been reached.";
        Self::new(ErrorCode::LimitExceeded, text)
    }

    /// There are as many records of this kind as there may be.
    pub(crate) fn too_many(kind: Kind) -> Self {
        let text = match kind {
            Kind::Pool => "The limit of user pools in this region has been reached.".to_owned(),
            Kind::Client => {
                "The limit of app clients in this user pool has been reached.".to_owned()
            }
            other => format!(
                "The limit of {} in this user pool has been reached.",
                other.table().replace('_', " ")
            ),
        };
        Self::new(ErrorCode::LimitExceeded, text)
    }
}
