//! Refusals of sign-ins, challenges and tokens.

use cenote_model::{ErrorCode, ExplicitAuthFlowsType};

use super::Error;

// Signing in.

impl Error {
    pub(crate) fn wrong_password() -> Self {
        Self::not_authorized("Incorrect username or password.")
    }

    pub(crate) fn locked_out() -> Self {
        Self::not_authorized("Password attempts exceeded")
    }

    pub(crate) fn user_disabled() -> Self {
        Self::not_authorized("User is disabled.")
    }

    pub(crate) fn user_not_confirmed() -> Self {
        Self::new(ErrorCode::UserNotConfirmed, "User is not confirmed.")
    }

    pub(crate) fn password_reset_required() -> Self {
        Self::new(
            ErrorCode::PasswordResetRequired,
            "Password reset required for the user",
        )
    }

    pub(crate) fn recovery_by_admin() -> Self {
        Self::not_authorized("Contact administrator to reset password.")
    }

    pub(crate) fn temporary_password_expired() -> Self {
        Self::not_authorized(
            "Temporary password has expired and must be reset by an administrator.",
        )
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::invalid(format!("Missing required parameter {name}"))
    }

    pub(crate) fn secret_hash_missing(client: &str) -> Self {
        Self::not_authorized(format!(
            "Client {client} is configured with secret but SECRET_HASH was not received"
        ))
    }

    pub(crate) fn secret_hash_wrong(client: &str) -> Self {
        Self::not_authorized(format!("Unable to verify secret hash for client {client}"))
    }

    pub(crate) fn refresh_secret_hash_wrong(client: &str) -> Self {
        Self::not_authorized(format!(
            "SecretHash does not match for the client: {client}"
        ))
    }

    pub(crate) fn session_invalid() -> Self {
        Self::not_authorized("Invalid session for the user.")
    }

    pub(crate) fn session_expired() -> Self {
        Self::not_authorized("Invalid session for the user, session is expired.")
    }

    pub(crate) fn session_used() -> Self {
        Self::not_authorized("Invalid session for the user, session can only be used once.")
    }

    /// Each flow has its own words for being off.
    pub(crate) fn flow_off(flow: ExplicitAuthFlowsType) -> Self {
        use ExplicitAuthFlowsType as Flow;
        let text = match flow {
            Flow::AllowUserPasswordAuth => {
                "USER_PASSWORD_AUTH flow not enabled for this client".to_owned()
            }
            Flow::AllowAdminUserPasswordAuth => "Auth flow not enabled for this client".to_owned(),
            other => {
                let name = other.as_str();
                format!(
                    "{} is not enabled for the client.",
                    name.strip_prefix("ALLOW_").unwrap_or(name)
                )
            }
        };
        Self::invalid(text)
    }

    pub(crate) fn flow_not_supported() -> Self {
        Self::invalid("Initiate Auth method not supported.")
    }

    pub(crate) fn challenge_not_available() -> Self {
        Self::invalid("Selected challenge is not available.")
    }

    pub(crate) fn custom_auth_trigger_missing() -> Self {
        Self::invalid("Custom auth lambda trigger is not configured for the user pool.")
    }

    pub(crate) fn srp_a_unfit() -> Self {
        Self::invalid("Invalid SRP_A value.")
    }

    pub(crate) fn timestamp_format() -> Self {
        Self::invalid("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
    }

    pub(crate) fn challenge_attribute_missing(name: &str) -> Self {
        Self::invalid(format!("Invalid attributes given, {name} is missing"))
    }

    pub(crate) fn attribute_already_provided(name: &str) -> Self {
        Self::not_authorized(format!("Cannot modify an already provided {name}"))
    }
}

// Tokens.

impl Error {
    pub(crate) fn access_token_invalid() -> Self {
        Self::not_authorized("Invalid Access Token")
    }

    pub(crate) fn access_token_signature() -> Self {
        Self::not_authorized("Could not verify signature for Access Token")
    }

    pub(crate) fn access_token_expired() -> Self {
        Self::not_authorized("Access Token has expired")
    }

    pub(crate) fn access_token_revoked() -> Self {
        Self::not_authorized("Access Token has been revoked")
    }

    pub(crate) fn access_token_scope() -> Self {
        Self::not_authorized("Access Token does not have required scopes")
    }

    pub(crate) fn refresh_token_invalid() -> Self {
        Self::not_authorized("Invalid Refresh Token.")
    }

    pub(crate) fn refresh_token_expired() -> Self {
        Self::not_authorized("Refresh Token has expired")
    }

    pub(crate) fn refresh_token_revoked() -> Self {
        Self::not_authorized("Refresh Token has been revoked")
    }

    pub(crate) fn refresh_token_reused() -> Self {
        let text = "Refresh token has already been used. Please sign in again.";
        Self::new(ErrorCode::RefreshTokenReuse, text)
    }

    pub(crate) fn refresh_with_rotation() -> Self {
        let text =
            "Refresh token rotation is enabled for this client. Use GetTokensFromRefreshToken.";
        Self::new(ErrorCode::UnsupportedOperation, text)
    }

    pub(crate) fn client_secret_wrong() -> Self {
        Self::not_authorized("Invalid client secret.")
    }

    /// RevokeToken does not declare NotAuthorizedException.
    pub(crate) fn revocation_secret_wrong() -> Self {
        Self::new(ErrorCode::Unauthorized, "Invalid client secret.")
    }

    pub(crate) fn revocation_of_other_client() -> Self {
        Self::new(
            ErrorCode::Unauthorized,
            "The token was not issued to this client.",
        )
    }

    pub(crate) fn revocation_off() -> Self {
        Self::new(
            ErrorCode::UnsupportedOperation,
            "Token revocation is not enabled for this client.",
        )
    }

    pub(crate) fn revocation_of_other_type() -> Self {
        let text = "Unsupported token type: only refresh tokens can be revoked.";
        Self::new(ErrorCode::UnsupportedTokenType, text)
    }
}
