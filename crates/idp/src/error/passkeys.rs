//! Refusals about passkeys.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn passkeys_off() -> Self {
        Self::new(
            ErrorCode::WebAuthnNotEnabled,
            "WEB_AUTHN is not an allowed first auth factor of the user pool.",
        )
    }

    pub(crate) fn relying_party_missing() -> Self {
        Self::new(
            ErrorCode::WebAuthnConfigurationMissing,
            "The user pool has neither a relying party ID nor a domain.",
        )
    }

    /// SetUserPoolMfaConfig with a name that no browser takes for a relying party.
    pub(crate) fn relying_party_unfit() -> Self {
        Self::invalid(
            "RelyingPartyId must be a domain name in lower case, and not a public suffix.",
        )
    }

    pub(crate) fn too_many_passkeys(most: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user can have {most} passkeys at most."),
        )
    }

    /// What was sent is no credential at all.
    pub(crate) fn passkey_malformed(member: &str) -> Self {
        Self::invalid(format!("{member} is not a valid public key credential."))
    }

    pub(crate) fn passkey_exists() -> Self {
        Self::invalid("The passkey is already registered.")
    }

    pub(crate) fn passkey_challenge_not_found() -> Self {
        Self::new(
            ErrorCode::WebAuthnChallengeNotFound,
            "The challenge was not found, has expired or was already used.",
        )
    }

    pub(crate) fn passkey_of_other_client() -> Self {
        Self::new(
            ErrorCode::WebAuthnClientMismatch,
            "The registration was started with another app client.",
        )
    }

    pub(crate) fn passkey_origin(relying_party: &str) -> Self {
        Self::new(
            ErrorCode::WebAuthnOriginNotAllowed,
            format!(
                "The origin of the credential does not belong to the relying party {relying_party}."
            ),
        )
    }

    pub(crate) fn passkey_of_other_party(relying_party: &str) -> Self {
        Self::new(
            ErrorCode::WebAuthnRelyingPartyMismatch,
            format!("The credential is not for the relying party {relying_party}."),
        )
    }

    pub(crate) fn passkey_not_supported(why: &str) -> Self {
        Self::new(
            ErrorCode::WebAuthnCredentialNotSupported,
            format!("The credential is not supported: {why}."),
        )
    }

    pub(crate) fn passkey_not_found() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "Credential does not exist.")
    }

    /// The same for every reason, and for users who do not exist.
    pub(crate) fn passkey_wrong() -> Self {
        Self::not_authorized("Invalid passkey credential.")
    }
}
