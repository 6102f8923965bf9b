//! Refusals about user imports.

use cenote_model::{ErrorCode, UserImportJobStatusType};

use super::Error;

impl Error {
    pub(crate) fn job_not_found(id: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("User import job {id} does not exist."),
        )
    }

    pub(crate) fn too_many_jobs(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user pool can have at most {limit} user import jobs."),
        )
    }

    fn precondition(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::PreconditionNotMet, message)
    }

    pub(crate) fn job_not_startable(status: UserImportJobStatusType) -> Self {
        Self::precondition(format!(
            "The user import job cannot be started: its status is {status}."
        ))
    }

    pub(crate) fn job_not_stoppable(status: UserImportJobStatusType) -> Self {
        Self::precondition(format!(
            "The user import job cannot be stopped: its status is {status}."
        ))
    }

    pub(crate) fn job_without_file() -> Self {
        Self::precondition("The CSV file of the user import job has not been uploaded.")
    }

    pub(crate) fn job_without_auto_verification() -> Self {
        Self::precondition(
            "Users can only be imported into a user pool with AutoVerifiedAttributes.",
        )
    }

    pub(crate) fn another_job_is_active() -> Self {
        Self::precondition("Another user import job is active.")
    }

    pub(crate) fn import_in_progress() -> Self {
        Self::new(
            ErrorCode::UserImportInProgress,
            "A user import job is in progress for this user pool.",
        )
    }
}
