//! Refusals about identity providers and the people that they vouch for.

use cenote_model::{ErrorCode, IdentityProviderTypeType};

use super::Error;

impl Error {
    pub(crate) fn provider_exists(name: &str, pool: &str) -> Self {
        Self::new(
            ErrorCode::DuplicateProvider,
            format!("Identity provider {name} already exists in user pool {pool}."),
        )
    }

    pub(crate) fn no_such_provider(name: &str, pool: &str) -> Self {
        Self {
            code: ErrorCode::ResourceNotFound,
            ..Self::provider_not_found(name, pool)
        }
    }

    pub(crate) fn provider_type(name: &str, of: IdentityProviderTypeType) -> Self {
        Self::invalid(format!("Provider {name} cannot be of type {of}."))
    }

    /// The pool's own users are no provider that could be changed.
    pub(crate) fn own_users() -> Self {
        Self::new(
            ErrorCode::UnsupportedIdentityProvider,
            "The identity provider COGNITO cannot be changed.",
        )
    }

    pub(crate) fn too_many_providers(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user pool can have at most {limit} identity providers."),
        )
    }

    pub(crate) fn identifier_taken(identifier: &str) -> Self {
        Self::invalid(format!(
            "The identifier {identifier} is that of another identity provider."
        ))
    }

    pub(crate) fn identifier_not_found(identifier: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Identity provider with identifier {identifier} does not exist."),
        )
    }

    pub(crate) fn two_metadata_sources() -> Self {
        Self::invalid("Only one of the MetadataURL or MetadataFile should be provided.")
    }

    pub(crate) fn no_metadata_source() -> Self {
        Self::invalid("At least one of the MetadataURL or MetadataFile should be provided.")
    }

    pub(crate) fn metadata() -> Self {
        Self::invalid(
            "MetadataFile is not the SAML metadata of an identity provider with an HTTP-Redirect \
             sign-in endpoint.",
        )
    }

    /// The document at MetadataURL was not to be had.
    pub(crate) fn metadata_unread(detail: String) -> Self {
        Self {
            detail: Some(detail),
            ..Self::invalid("Error retrieving metadata from the MetadataURL.")
        }
    }

    pub(crate) fn metadata_at_address() -> Self {
        Self::invalid(
            "The document at the MetadataURL is not the SAML metadata of an identity provider with an \
             HTTP-Redirect sign-in endpoint.",
        )
    }

    pub(crate) fn unknown_provider_detail(name: &str, of: IdentityProviderTypeType) -> Self {
        Self::invalid(format!(
            "{name} is not a detail of identity providers of type {of}."
        ))
    }

    pub(crate) fn provider_detail_missing(name: &str, of: IdentityProviderTypeType) -> Self {
        Self::invalid(format!(
            "{name} is required for identity providers of type {of}."
        ))
    }

    pub(crate) fn provider_detail_value(name: &str) -> Self {
        Self::invalid(format!("The value of {name} is not valid."))
    }

    pub(crate) fn openid_scope_missing() -> Self {
        Self::invalid("authorize_scopes must contain openid.")
    }

    pub(crate) fn mapped_attribute(name: &str) -> Self {
        Self::invalid(format!(
            "Invalid attribute mapping: the user pool has no attribute {name}."
        ))
    }

    pub(crate) fn mapped_attribute_fixed(name: &str) -> Self {
        Self::invalid(format!(
            "Invalid attribute mapping: the attribute {name} cannot be mapped."
        ))
    }

    pub(crate) fn acr_mapping_not_oidc() -> Self {
        Self::invalid("AcrMapping is only supported for identity providers of type OIDC.")
    }

    // Linked identities.

    pub(crate) fn source_of_own_users() -> Self {
        Self::invalid("SourceUser must be a user of an external identity provider.")
    }

    pub(crate) fn link_attribute(name: &str) -> Self {
        Self::invalid(format!(
            "ProviderAttributeName must be Cognito_Subject or a mapped attribute, not {name}."
        ))
    }

    pub(crate) fn merging() -> Self {
        Self::invalid(
            "Merging is not currently supported, provide a SourceUser that has not been signed up \
             in order to link",
        )
    }

    pub(crate) fn linked_already() -> Self {
        Self::invalid("SourceUser is already linked to DestinationUser")
    }

    pub(crate) fn linked_to_another() -> Self {
        Self::new(
            ErrorCode::AliasExists,
            "SourceUser is already linked to another user.",
        )
    }

    pub(crate) fn too_many_identities(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user can have at most {limit} linked identities."),
        )
    }

    pub(crate) fn too_many_link_attributes(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("At most {limit} attributes of an identity provider can link users."),
        )
    }
}
