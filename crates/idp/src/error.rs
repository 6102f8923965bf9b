//! The catalogue of refusals: every text that a caller can read lives here, once.

pub(crate) mod attributes;
mod branding;
mod client_secrets;
mod configuration;
mod device;
mod domains;
mod exchange;
mod federation;
mod imports;
mod limits;
mod mfa;
pub(crate) mod oauth;
mod passkeys;
mod protection;
mod providers;
mod quota;
mod replicas;
mod resource_servers;
pub(crate) mod saml;
mod seed;
mod sessions;
mod sign_in;
mod step_up;
mod trigger;

use cenote_model::{DecodeError, ErrorCode, UserStatusType};

use crate::crypto::CpuError;
use crate::ports::{CommitError, StoreError};

/// A refusal, told two ways: what the caller reads, and what the log is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The modelled (or common) exception.
    pub code: ErrorCode,
    /// The text for the caller; some framework errors have none.
    pub message: Option<String>,
    /// The optional second member of InvalidParameterException.
    pub reason_code: Option<String>,
    /// What the log is told; never shown to a caller.
    pub detail: Option<String>,
    /// Somebody else changed what this request had read: run the operation again.
    pub(crate) retry: bool,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}",
            self.code.name(),
            self.message.as_deref().unwrap_or_default()
        )
    }
}

impl std::error::Error for Error {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Serialization { message } => Self {
                message,
                ..Self::bare(ErrorCode::Serialization)
            },
            DecodeError::Internal => Self::internal("a document member was not a document"),
            DecodeError::Invalid(ref violations) => {
                debug_assert!(
                    !violations.is_empty(),
                    "a constraint error names a constraint"
                );
                Self::invalid(error.to_string())
            }
        }
    }
}

impl From<CpuError> for Error {
    fn from(error: CpuError) -> Self {
        match error {
            CpuError::Busy => Self::busy(),
            CpuError::Panicked => Self::internal("a job on the CPU threads panicked"),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::internal(error.0)
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } | CommitError::NameTaken { .. } => Self {
                detail: Some(error.to_string()),
                retry: true,
                ..Self::bare(ErrorCode::TooManyRequests)
            }
            .say("Too many requests"),
            CommitError::Full { kind } => Self::too_many(kind),
            CommitError::Store(error) => error.into(),
        }
    }
}

impl Error {
    const fn bare(code: ErrorCode) -> Self {
        Self {
            code,
            message: None,
            reason_code: None,
            detail: None,
            retry: false,
        }
    }

    fn say(mut self, text: impl Into<String>) -> Self {
        self.message = Some(text.into());
        self
    }

    /// A refusal with its text.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::bare(code).say(message)
    }

    /// Something broke on our side; `detail` is for the log.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(ErrorCode::InternalError, "Internal server error.")
        }
    }

    /// The machine has more work queued than it may.
    pub fn busy() -> Self {
        Self::new(ErrorCode::TooManyRequests, "Rate exceeded")
    }

    /// InvalidParameterException with a text.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameter, message)
    }

    /// NotAuthorizedException with a text.
    pub fn not_authorized(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotAuthorized, message)
    }

    // Things that are not there.

    pub(crate) fn pool_not_found(id: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("User pool {id} does not exist."),
        )
    }

    pub(crate) fn client_not_found(id: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("User pool client {id} does not exist."),
        )
    }

    pub(crate) fn group_not_found() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "Group not found.")
    }

    pub(crate) fn user_not_found() -> Self {
        Self::new(ErrorCode::UserNotFound, "User does not exist.")
    }

    pub(crate) fn user_client_not_found() -> Self {
        Self::new(
            ErrorCode::UserNotFound,
            "Username/client id combination not found.",
        )
    }

    // Things that are there already.

    pub(crate) fn group_exists() -> Self {
        Self::new(
            ErrorCode::GroupExists,
            "A group with the name already exists.",
        )
    }

    pub(crate) fn username_exists_sign_up() -> Self {
        Self::new(ErrorCode::UsernameExists, "User already exists")
    }

    pub(crate) fn username_exists_admin() -> Self {
        Self::new(ErrorCode::UsernameExists, "User account already exists")
    }

    pub(crate) fn username_attribute_exists(attribute: &str) -> Self {
        Self::new(
            ErrorCode::UsernameExists,
            format!("An account with the given {attribute} already exists."),
        )
    }

    pub(crate) fn alias_exists_confirm(attribute: &str) -> Self {
        Self::new(
            ErrorCode::AliasExists,
            format!("An account with the {attribute} already exists."),
        )
    }

    pub(crate) fn alias_exists(attribute: &str) -> Self {
        Self::new(
            ErrorCode::AliasExists,
            format!("An account with the given {attribute} already exists."),
        )
    }

    // Codes and limits.

    pub(crate) fn code_mismatch() -> Self {
        Self::new(
            ErrorCode::CodeMismatch,
            "Invalid verification code provided, please try again.",
        )
    }

    pub(crate) fn code_expired() -> Self {
        Self::new(
            ErrorCode::ExpiredCode,
            "Invalid code provided, please request a code again.",
        )
    }

    pub(crate) fn too_many_failures() -> Self {
        Self::new(
            ErrorCode::TooManyFailedAttempts,
            "Too many failed attempts. Please request a new code.",
        )
    }

    pub(crate) fn attempt_limit() -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            "Attempt limit exceeded, please try after some time.",
        )
    }

    // Passwords.

    /// SignUp and AdminCreateUser word it so.
    pub(crate) fn password_did_not_conform(reason: &str) -> Self {
        Self::new(
            ErrorCode::InvalidPassword,
            format!("Password did not conform with policy: {reason}"),
        )
    }

    /// Every other operation words it so.
    pub(crate) fn password_does_not_conform(reason: &str) -> Self {
        Self::new(
            ErrorCode::InvalidPassword,
            format!("Password does not conform to policy: {reason}"),
        )
    }

    pub(crate) fn password_history() -> Self {
        Self::new(
            ErrorCode::PasswordHistoryPolicyViolation,
            "Password has previously been used and cannot be reused.",
        )
    }

    // Attributes.

    pub(crate) fn invalid_email() -> Self {
        Self::invalid("Invalid email address format.")
    }

    pub(crate) fn invalid_phone_number() -> Self {
        Self::invalid("Invalid phone number format.")
    }

    pub(crate) fn unauthorized_attribute() -> Self {
        Self::not_authorized("A client attempted to write unauthorized attribute")
    }

    pub(crate) fn required_attribute_deleted(name: &str) -> Self {
        Self::invalid(format!(
            "Invalid user attributes: {name}: Required attribute cannot be deleted."
        ))
    }

    pub(crate) fn verified_without_email() -> Self {
        Self::invalid("Email is required to verify/un-verify a email")
    }

    pub(crate) fn verified_without_phone_number() -> Self {
        Self::invalid("Phone Number is required to verify/un-verify a phone number")
    }

    pub(crate) fn only_sms_settings() -> Self {
        Self::invalid("Only SMS to phone_number can be set as an MFA option.")
    }

    // Names of new users.

    /// What the username must be in a pool with username attributes.
    pub(crate) fn username_form(email: bool, phone_number: bool) -> Self {
        Self::invalid(match (email, phone_number) {
            (true, true) => "Username should be either an email or a phone number.",
            (true, false) => "Username should be an email.",
            _ => "Username should be a phone number.",
        })
    }

    pub(crate) fn username_shaped_like_alias(attribute: &str) -> Self {
        let form = if attribute == "email" {
            "email"
        } else {
            "phone number"
        };
        Self::invalid(format!(
            "Username cannot be of {form} format, since user pool is configured for {form} alias."
        ))
    }

    // Signing up, recovering and verifying.

    pub(crate) fn sign_up_not_permitted() -> Self {
        Self::not_authorized("SignUp is not permitted for this user pool")
    }

    /// The constraint text, though the model lets pools without passwords leave it out.
    pub(crate) fn password_missing() -> Self {
        Self::invalid(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
        )
    }

    pub(crate) fn preferred_username_too_early() -> Self {
        Self::invalid(
            "preferred_username is an alias and cannot be set before the user is confirmed.",
        )
    }

    pub(crate) fn already_confirmed() -> Self {
        Self::invalid("User is already confirmed.")
    }

    pub(crate) fn auto_verification_off() -> Self {
        Self::invalid("Cannot resend codes. Auto verification not turned on.")
    }

    pub(crate) fn unverifiable_attribute() -> Self {
        Self::invalid("Invalid attribute name. Only phone_number and email can be verified.")
    }

    pub(crate) fn contact_missing(attribute: &str) -> Self {
        let contact = if attribute == "email" {
            "email address"
        } else {
            "phone number"
        };
        Self::invalid(format!("User does not have a valid registered {contact}"))
    }

    // Users in the hands of administrators.

    pub(crate) fn cannot_confirm(status: UserStatusType) -> Self {
        Self::not_authorized(format!(
            "User cannot be confirmed. Current status is {}",
            status.as_str()
        ))
    }

    /// For operations that confirm a user and do not declare AliasExistsException.
    pub(crate) fn name_in_use(attribute: &str) -> Self {
        Self::invalid(format!(
            "An account with the given {attribute} already exists."
        ))
    }

    pub(crate) fn no_recovery_contact() -> Self {
        Self::invalid(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        )
    }

    pub(crate) fn cannot_reset_password() -> Self {
        Self::not_authorized("User password cannot be reset in the current state.")
    }

    pub(crate) fn resend_not_possible(username: &str) -> Self {
        Self::new(
            ErrorCode::UnsupportedUserState,
            format!("Resend not possible. {username} status is not FORCE_CHANGE_PASSWORD"),
        )
    }

    pub(crate) fn no_delivery_target() -> Self {
        Self::invalid("The user has no attribute for any of the desired delivery mediums.")
    }

    // Listing users.

    pub(crate) fn filter_syntax() -> Self {
        Self::invalid("Error while parsing filter")
    }

    pub(crate) fn filter_attribute(name: &str) -> Self {
        Self::invalid(format!("Invalid search attribute: {name}"))
    }

    pub(crate) fn requested_attribute_missing() -> Self {
        Self::invalid("One or more requested attributes do not exist.")
    }

    pub(crate) fn invalid_page_token(member: &str) -> Self {
        Self::invalid(format!("{member} is invalid or has expired."))
    }
}
