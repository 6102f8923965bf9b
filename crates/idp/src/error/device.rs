//! Refusals about devices.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    /// Clients drop their device key and try again on this exact text.
    pub(crate) fn device_not_found() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "Device does not exist.")
    }

    pub(crate) fn device_key_invalid() -> Self {
        Self::invalid("Invalid device key given.")
    }

    pub(crate) fn device_exists() -> Self {
        Self::new(ErrorCode::DeviceKeyExists, "Device already exists.")
    }

    pub(crate) fn device_verifier_unfit() -> Self {
        Self::invalid("Invalid device secret verifier config given.")
    }

    pub(crate) fn device_tracking_off() -> Self {
        Self::new(
            ErrorCode::InvalidUserPoolConfiguration,
            "Device tracking is not enabled for the user pool.",
        )
    }
}
