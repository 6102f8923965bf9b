//! What is wrong with a message of a SAML identity provider.

use super::Error;
use super::oauth::{OAuthCode, Refusal, Shown};

impl Error {
    /// What a provider sent is not believed.
    #[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
    pub(crate) fn saml(flaw: Flaw) -> Self {
        Self::invalid(format!("Invalid SAML response received: {flaw}"))
    }

    /// The metadata says that it does not count any longer, or none could be read.
    pub(crate) fn metadata_expired() -> Self {
        Self::invalid("The metadata of the identity provider has expired.")
    }
}

impl Refusal {
    /// What a browser brought back from a provider is not what this browser took there, or too old, or nobody
    /// asked for it who had to.
    pub(crate) fn saml_state() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "Invalid samlResponse or relayState from identity provider",
        )
        .shown(Shown::SamlState)
    }

    /// A provider that nobody asked does not say what it wants to sign in for.
    pub(crate) fn relay_state() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "Invalid relayState from identity provider",
        )
        .shown(Shown::RelayState)
    }
}

/// Why a message is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no SAML message of the kind that belongs there.
    #[error("The message is not a SAML {0}")]
    Malformed(&'static str),
    /// The provider says that it went wrong.
    #[error("The identity provider answered {0}")]
    Status(String),
    /// Neither the response nor its assertion is signed.
    #[error("The response is not signed")]
    Unsigned,
    /// The signature is made in a way that does not count here.
    #[error("The algorithm of the signature is not supported")]
    Algorithm,
    /// The signature is not one of the provider's.
    #[error("The signature is not valid")]
    Signature,
    /// There is not just one assertion.
    #[error("The response must have one assertion")]
    Assertions,
    /// The assertion is not encrypted, and should be.
    #[error("The assertion is not encrypted")]
    Unencrypted,
    /// The assertion was not encrypted for this provider, or what it holds is not signed.
    #[error("The encrypted assertion is not valid")]
    Encryption,
    /// Somebody else speaks.
    #[error("Issuer is not valid")]
    Issuer,
    /// It is for somebody else.
    #[error("Audience is not valid")]
    Audience,
    /// It was to go elsewhere.
    #[error("Destination is not valid")]
    Destination,
    /// The assertion was to go elsewhere.
    #[error("Recipient is not valid")]
    Recipient,
    /// It answers another request.
    #[error("InResponseTo is not valid")]
    InResponseTo,
    /// It was not confirmed that the bearer is the subject.
    #[error("The subject is not confirmed")]
    Unconfirmed,
    /// Nobody is named.
    #[error("NameID is missing")]
    NoNameId,
    /// Nothing is said of a sign-in.
    #[error("AuthnStatement is missing")]
    NoStatement,
    /// A condition that is not known.
    #[error("A condition is not supported")]
    Condition,
    /// It is too late.
    #[error("The assertion has expired")]
    Expired,
    /// It is too early.
    #[error("The assertion is not valid yet")]
    Early,
    /// It was used before.
    #[error("The assertion was used before")]
    Replayed,
}
