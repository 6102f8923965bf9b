//! Refusals of threat protection and of log delivery.

use cenote_model::ErrorCode;

use super::Error;

// Risk configurations.

impl Error {
    pub(crate) fn threat_protection_off() -> Self {
        Self::new(
            ErrorCode::UserPoolAddOnNotEnabled,
            "Threat protection is not enabled for this user pool.",
        )
    }

    pub(crate) fn cidr_format() -> Self {
        Self::invalid("Incorrect CIDR format")
    }

    pub(crate) fn notify_configuration_missing() -> Self {
        Self::invalid("NotifyConfiguration is required when an account takeover action notifies.")
    }

    pub(crate) fn email_reply_to() -> Self {
        Self::invalid("Provided ReplyTo email address is invalid")
    }
}

// What is refused to protect an account.

impl Error {
    pub(crate) fn sign_in_blocked() -> Self {
        Self::not_authorized("Unable to login because of security reasons.")
    }

    pub(crate) fn password_compromised() -> Self {
        Self::new(
            ErrorCode::InvalidPassword,
            "Provided password cannot be used for security reasons.",
        )
    }
}

// Events and feedback.

impl Error {
    pub(crate) fn auth_event_not_found() -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            "The authentication event does not exist.",
        )
    }

    pub(crate) fn feedback_token_invalid() -> Self {
        Self::not_authorized("Invalid feedback token.")
    }
}

// Log delivery.

impl Error {
    pub(crate) fn log_source_twice() -> Self {
        Self::invalid("Following event sources appear more then once in a request")
    }

    pub(crate) fn log_level(source: &str, level: &str) -> Self {
        Self::invalid(format!("The log level of {source} must be {level}."))
    }

    pub(crate) fn log_destination(source: &str, destinations: &str) -> Self {
        Self::invalid(format!(
            "{source} needs exactly one destination, which is {destinations}."
        ))
    }

    pub(crate) fn log_arn(service: &str) -> Self {
        Self::invalid(format!("The ARN does not name a destination of {service}."))
    }

    pub(crate) fn log_region() -> Self {
        Self::invalid("ARN does not belong to current region")
    }
}
