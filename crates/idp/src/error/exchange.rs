//! Refusals of GetClientToken and GetDerivedToken.

use super::Error;
use crate::token::Party;

impl Error {
    pub(crate) fn machine_secret_wrong() -> Self {
        Self::not_authorized("Invalid client or secret")
    }

    /// GetClientToken does not declare ScopeDoesNotExistException.
    pub(crate) fn machine_scope_invalid(scope: &str) -> Self {
        Self::invalid(format!("Invalid scope requested: {scope}"))
    }

    pub(crate) fn presented_token_invalid(party: Party) -> Self {
        Self::not_authorized(format!("Invalid {} Token", party.as_str()))
    }

    pub(crate) fn presented_token_expired(party: Party) -> Self {
        Self::not_authorized(format!("{} Token has expired", party.as_str()))
    }

    pub(crate) fn presented_token_revoked(party: Party) -> Self {
        Self::not_authorized(format!("{} Token has been revoked", party.as_str()))
    }

    /// What a SAML provider asserts of people it asserts at the sign-in alone.
    pub(crate) fn assertion_not_exchanged(party: Party) -> Self {
        Self::invalid(format!(
            "{}TokenType of a SAML assertion is not supported.",
            party.as_str()
        ))
    }

    pub(crate) fn assertion_without_provider(party: Party) -> Self {
        Self::missing_parameter(&format!("{}TokenProviderName", party.as_str()))
    }

    /// RFC 8693, 2.1: these come with an actor's token only.
    pub(crate) fn actor_without_token(member: &str) -> Self {
        Self::invalid(format!("{member} cannot be given without ActorToken."))
    }

    pub(crate) fn audience_and_resource() -> Self {
        Self::invalid("Audiences and Resources cannot be given in the same request.")
    }
}
