//! Refusals about domains.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn domain_characters() -> Self {
        Self::invalid(
            "The domain name contains an invalid character. Domain names can only contain \
             lower-case letters, numbers, and hyphens.",
        )
    }

    pub(crate) fn domain_reserved_word(word: &str) -> Self {
        Self::invalid(format!("Domain cannot contain reserved word: {word}"))
    }

    /// The pool has this very domain.
    pub(crate) fn domain_exists() -> Self {
        Self::invalid("Domain already exists.")
    }

    pub(crate) fn domain_taken() -> Self {
        Self::invalid("Domain already associated with another user pool.")
    }

    pub(crate) fn pool_has_domain(pool: &str, kind: &str) -> Self {
        Self::invalid(format!(
            "User pool {pool} already has a {kind} domain configured."
        ))
    }

    pub(crate) fn no_such_domain() -> Self {
        Self::invalid("No such domain or user pool exists.")
    }

    pub(crate) fn parent_domain() -> Self {
        Self::invalid(
            "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for \
             the parent domain or domain parent is a top-level domain.",
        )
    }

    pub(crate) fn domain_certificate() -> Self {
        Self::invalid(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, \
             or doesn't include a valid certificate chain.",
        )
    }

    pub(crate) fn prefix_domain_with(member: &str) -> Self {
        Self::invalid(format!("{member} is only supported for custom domains."))
    }

    pub(crate) fn managed_login_version() -> Self {
        Self::invalid("ManagedLoginVersion must be 1 or 2.")
    }

    pub(crate) fn too_many_custom_domains(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A Region can have at most {limit} custom domains."),
        )
    }

    pub(crate) fn failover_without_replica(region: &str) -> Self {
        Self::invalid(format!("The user pool has no replica in Region {region}."))
    }

    pub(crate) fn pool_has_domain_to_delete() -> Self {
        Self::invalid(
            "User pool cannot be deleted. It has a domain configured that should be deleted first.",
        )
    }
}
