//! Refusals about resource servers and tags.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn resource_server_exists(identifier: &str, pool: &str) -> Self {
        Self::invalid(format!("{identifier} already exists in user pool {pool}."))
    }

    pub(crate) fn resource_server_not_found(identifier: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("Resource server {identifier} does not exist."),
        )
    }

    pub(crate) fn too_many_resource_servers(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user pool can have at most {limit} resource servers."),
        )
    }

    pub(crate) fn scope_named_twice(scope: &str) -> Self {
        Self::invalid(format!("The scope {scope} is given more than once."))
    }

    pub(crate) fn managed_resource_server(identifier: &str) -> Self {
        Self::invalid(format!(
            "Resource server identifiers that begin with {identifier} are reserved."
        ))
    }

    // Tags.

    pub(crate) fn arn_of_no_pool() -> Self {
        Self::invalid("The ARN is not that of a user pool in this account and Region.")
    }

    /// TagResource declares no exception of its own for tags.
    pub(crate) fn into_invalid_parameter(self) -> Self {
        Self {
            code: ErrorCode::InvalidParameter,
            ..self
        }
    }

    pub(crate) fn reserved_tag_key(key: &str) -> Self {
        Self::new(
            ErrorCode::UserPoolTagging,
            format!("The tag key {key} is not allowed: keys that begin with aws: are reserved."),
        )
    }
}
