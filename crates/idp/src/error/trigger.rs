//! Refusals that come from Lambda triggers.

use cenote_model::ErrorCode;

use super::Error;
use crate::ports::TriggerError;
use crate::trigger::Trigger;

impl Error {
    /// A trigger gave no answer.
    pub(crate) fn trigger(trigger: Trigger, error: TriggerError) -> Self {
        let name = trigger.name();
        let unexpected = |text: String| Self::new(ErrorCode::UnexpectedLambda, text);
        match error {
            TriggerError::Failed(message) => Self::new(
                ErrorCode::UserLambdaValidation,
                format!("{name} failed with error {message}."),
            ),
            TriggerError::Refused(error) => {
                unexpected(format!("{name} invocation failed due to error {error}."))
            }
            TriggerError::Misconfigured => {
                unexpected(format!("{name} invocation failed due to configuration."))
            }
            TriggerError::TimedOut => {
                unexpected(format!("{name} invocation failed due to error Timeout."))
            }
            TriggerError::Unreadable => Self::lambda_json(),
        }
    }

    /// A trigger's answer is not JSON.
    pub(crate) fn lambda_json() -> Self {
        Self::new(
            ErrorCode::InvalidLambdaResponse,
            "Invalid lambda function output : Invalid JSON",
        )
    }

    /// A trigger's answer is JSON of another shape than its event's.
    pub(crate) fn lambda_output(detail: &str) -> Self {
        Self {
            detail: Some(detail.to_owned()),
            ..Self::new(
                ErrorCode::InvalidLambdaResponse,
                "Unrecognizable lambda output",
            )
        }
    }

    /// A PreTokenGeneration trigger adds too much.
    pub(crate) fn too_many_claims(limit: usize) -> Self {
        Self::new(
            ErrorCode::InvalidLambdaResponse,
            format!("The tokens have more than {limit} claims and scopes."),
        )
    }

    /// What CreateAuthChallenge keeps does not fit into a `Session`.
    pub(crate) fn custom_session_too_long() -> Self {
        Self::new(
            ErrorCode::InvalidLambdaResponse,
            "The challenges of this sign-in have more private parameters and metadata than a session takes.",
        )
    }

    /// A UserMigration trigger has no such user, or none who fits.
    pub(crate) fn migration_failed(client: &str, detail: &str) -> Self {
        Self {
            detail: Some(detail.to_owned()),
            ..Self::new(
                ErrorCode::UserNotFound,
                format!("Exception migrating user in app client {client}"),
            )
        }
    }

    /// A text of a CustomMessage trigger is longer than its medium takes.
    pub(crate) fn custom_message_too_long(medium: &str, limit: usize) -> Self {
        Self::new(
            ErrorCode::InvalidLambdaResponse,
            format!("The {medium} message of CustomMessage is longer than {limit} characters."),
        )
    }
}
