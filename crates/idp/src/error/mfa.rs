//! Refusals of second factors.

use cenote_model::{ErrorCode, UserPoolTierType};

use super::Error;
use crate::user::mfa::Factor;

impl Error {
    pub(crate) fn software_token_off() -> Self {
        Self::new(
            ErrorCode::SoftwareTokenMFANotFound,
            "Software Token MFA has not been enabled by the userPool",
        )
    }

    pub(crate) fn software_token_not_set_up() -> Self {
        Self::invalid("User has not set up software token mfa")
    }

    pub(crate) fn software_token_not_verified() -> Self {
        Self::invalid("User has not verified software token mfa")
    }

    pub(crate) fn software_token_code_wrong() -> Self {
        Self::new(
            ErrorCode::EnableSoftwareTokenMFA,
            "Code mismatch and fail enable Software Token MFA",
        )
    }

    pub(crate) fn factor_without_password() -> Self {
        Self::invalid("User has no password for multi-factor authentication to follow.")
    }

    pub(crate) fn software_token_proof() -> Self {
        Self::invalid("Exactly one of AccessToken and Session must be given.")
    }

    pub(crate) fn device_name_too_long(most: usize) -> Self {
        Self::invalid(format!(
            "FriendlyDeviceName can have {most} characters at most."
        ))
    }

    pub(crate) fn token_code_wrong() -> Self {
        Self::new(ErrorCode::CodeMismatch, "Invalid code received for user")
    }

    pub(crate) fn token_code_used() -> Self {
        Self::new(
            ErrorCode::ExpiredCode,
            "Your software token has already been used once.",
        )
    }

    /// A wrong code of SMS or e-mail.
    pub(crate) fn sign_in_code_wrong() -> Self {
        Self::new(
            ErrorCode::CodeMismatch,
            "Invalid code or auth state for the user.",
        )
    }

    pub(crate) fn factor_not_available() -> Self {
        Self::new(
            ErrorCode::MFAMethodNotFound,
            "The MFA method is not available for the user.",
        )
    }

    /// SMS or e-mail without an address to send to.
    pub(crate) fn no_delivery_for_factor(factor: Factor) -> Self {
        Self::invalid(format!(
            "User does not have delivery config set to turn on {}",
            factor.as_str()
        ))
    }

    pub(crate) fn two_preferred_factors() -> Self {
        Self::invalid("Only one MFA factor can be the preferred one.")
    }

    pub(crate) fn preferred_factor_off(factor: Factor) -> Self {
        Self::invalid(format!(
            "{} cannot be preferred while it is not enabled.",
            factor.as_str()
        ))
    }

    pub(crate) fn factor_required(factor: Factor) -> Self {
        Self::invalid(format!(
            "{} cannot be turned off, since the user pool requires MFA.",
            factor.as_str()
        ))
    }

    pub(crate) fn factor_not_in_tier(factor: &str, tier: UserPoolTierType) -> Self {
        Self::invalid(format!(
            "{factor} is not available in the {} tier.",
            tier.as_str()
        ))
    }

    pub(crate) fn passkey_mfa_off() -> Self {
        Self::invalid(
            "Passkey MFA requires the FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION of the user pool.",
        )
    }

    pub(crate) fn passkey_mfa_alone() -> Self {
        Self::invalid("Passkey MFA requires another active MFA factor.")
    }
}
