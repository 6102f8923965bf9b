//! Why a form was refused, for pages that say it in other words and languages.

use cenote_model::ErrorCode;

use crate::Error;
use crate::user::passkeys::MOST;

/// A reason that pages have words for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Wrong name or password, or nobody of that name.
    WrongPassword,
    /// Too many guesses.
    TooManyAttempts,
    /// Too many requests.
    Busy,
    /// The account is disabled.
    Disabled,
    /// The sign-up has not been confirmed.
    NotConfirmed,
    /// The password must be reset first.
    ResetRequired,
    /// The temporary password is too old.
    TemporaryPasswordExpired,
    /// The state of the sign-in is too old, used up, or not this one's.
    SessionOver,
    /// The code is wrong.
    CodeWrong,
    /// The code is too old, or none was sent.
    CodeExpired,
    /// The code of the authenticator app was used before.
    CodeUsed,
    /// The code could not be sent.
    NotDelivered,
    /// Somebody has that name, address or number.
    NameTaken,
    /// Nobody may sign up.
    SignUpOff,
    /// Only an administrator resets passwords.
    RecoveryOff,
    /// The passkey is not the user's, or not for this.
    PasskeyWrong,
    /// The user has as many passkeys as one can have.
    PasskeysFull,
    /// The password breaks the policy.
    PasswordPolicy,
    /// The password was used before.
    PasswordReused,
    /// What a trigger or a rule says.
    Said(String),
    /// Something broke on our side; the log is told.
    Broken,
}

impl Reason {
    /// The reason of a refusal.
    pub fn of(error: &Error) -> Self {
        let says = |other: Error| error.code == other.code && error.message == other.message;
        match error.code {
            ErrorCode::NotAuthorized if says(Error::locked_out()) => Self::TooManyAttempts,
            ErrorCode::NotAuthorized if says(Error::user_disabled()) => Self::Disabled,
            ErrorCode::NotAuthorized if says(Error::temporary_password_expired()) => {
                Self::TemporaryPasswordExpired
            }
            ErrorCode::NotAuthorized
                if [
                    Error::session_invalid,
                    Error::session_expired,
                    Error::session_used,
                ]
                .into_iter()
                .any(|error| says(error())) =>
            {
                Self::SessionOver
            }
            ErrorCode::NotAuthorized if says(Error::sign_up_not_permitted()) => Self::SignUpOff,
            ErrorCode::NotAuthorized if says(Error::recovery_by_admin()) => Self::RecoveryOff,
            ErrorCode::NotAuthorized if says(Error::wrong_password()) => Self::WrongPassword,
            ErrorCode::NotAuthorized if says(Error::passkey_wrong()) => Self::PasskeyWrong,
            ErrorCode::UserNotFound => Self::WrongPassword,
            ErrorCode::LimitExceeded if says(Error::too_many_passkeys(MOST)) => Self::PasskeysFull,
            ErrorCode::LimitExceeded | ErrorCode::TooManyFailedAttempts => Self::TooManyAttempts,
            ErrorCode::TooManyRequests => Self::Busy,
            ErrorCode::UserNotConfirmed => Self::NotConfirmed,
            ErrorCode::PasswordResetRequired => Self::ResetRequired,
            ErrorCode::CodeMismatch | ErrorCode::EnableSoftwareTokenMFA => Self::CodeWrong,
            ErrorCode::ExpiredCode if says(Error::token_code_used()) => Self::CodeUsed,
            ErrorCode::ExpiredCode => Self::CodeExpired,
            ErrorCode::CodeDeliveryFailure => Self::NotDelivered,
            ErrorCode::UsernameExists | ErrorCode::AliasExists => Self::NameTaken,
            ErrorCode::InvalidPassword => Self::PasswordPolicy,
            ErrorCode::PasswordHistoryPolicyViolation => Self::PasswordReused,
            ErrorCode::InternalError => Self::Broken,
            _ => match &error.message {
                Some(text) => Self::Said(text.clone()),
                None => Self::Broken,
            },
        }
    }
}
