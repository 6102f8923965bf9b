//! Refusals of sign-ins through identity providers; applications are told of them in their redirects.

use super::Error;

impl Error {
    /// Required attributes that no provider said anything of.
    pub(crate) fn attributes_required(names: &[&str]) -> Self {
        Self::invalid(format!("attributes required: [{}]", names.join(", ")))
    }

    /// The same of a SAML provider.
    pub(crate) fn saml_attributes_required(names: &[&str]) -> Self {
        let missing: Vec<String> = names
            .iter()
            .map(|name| format!("{name}: The attribute is required"))
            .collect();
        Self::invalid(format!(
            "Invalid SAML response received: Invalid user attributes: {}",
            missing.join(", ")
        ))
    }

    /// Somebody else has the username of a new profile, or the identity was linked meanwhile.
    pub(crate) fn already_found(username: &str) -> Self {
        Self::invalid(format!("Already found an entry for username {username}"))
    }

    /// A provider refused: the status or error that it gave, and what it said.
    pub(crate) fn provider_refused(provider: &str, what: &str, detail: &str) -> Self {
        let text = format!("{provider} Error - {what} {detail}");
        Self::invalid(text.trim_end())
    }

    pub(crate) fn token_endpoint_timeout() -> Self {
        Self::invalid("Timeout occurred in calling IdP token endpoint")
    }

    pub(crate) fn jwks_timeout() -> Self {
        Self::invalid("Timeout in calling jwks uri")
    }

    pub(crate) fn provider_timeout() -> Self {
        Self::invalid("Read timed out")
    }

    pub(crate) fn provider_reset() -> Self {
        Self::invalid("Connection reset")
    }

    /// Rules of this server keep it from calling the provider, whose answer would be of use to nobody.
    pub(crate) fn provider_forbidden(provider: &str, detail: String) -> Self {
        Self {
            detail: Some(detail),
            ..Self::invalid(format!(
                "{provider} Error - its address is not one that this server calls"
            ))
        }
    }

    /// An answer of a provider is not what it should be.
    pub(crate) fn provider_answer(provider: &str, what: &str) -> Self {
        Self::invalid(format!("{provider} Error - invalid {what}"))
    }

    /// The developer's key is none.
    pub(crate) fn apple_key() -> Self {
        Self::invalid("SignInWithApple Error - private_key is no EC P-256 key in PKCS #8")
    }

    /// An ID token of a provider is not good.
    pub(crate) fn bad_id_token(what: &str) -> Self {
        Self::invalid(format!("Bad id_token {what}"))
    }
}
