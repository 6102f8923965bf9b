//! Refusals about replicas.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn not_on_secondary() -> Self {
        Self::new(
            ErrorCode::OperationNotEnabled,
            "This operation is not enabled in a secondary Region of the user pool.",
        )
    }

    pub(crate) fn replica_is_inactive() -> Self {
        Self::new(
            ErrorCode::OperationNotEnabled,
            "The replica of the user pool in this Region is not active.",
        )
    }

    pub(crate) fn replica_not_found(region: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("The user pool has no replica in Region {region}."),
        )
    }

    pub(crate) fn replica_exists(region: &str) -> Self {
        Self::invalid(format!(
            "The user pool has a replica in Region {region} already."
        ))
    }

    pub(crate) fn too_many_replicas(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user pool can have at most {limit} secondary replica."),
        )
    }

    pub(crate) fn replica_region(region: &str) -> Self {
        Self::invalid(format!("Region {region} is not available for replicas."))
    }

    pub(crate) fn replica_key() -> Self {
        Self::invalid(
            "A replicated user pool needs a KeyConfiguration with a customer managed multi-Region key.",
        )
    }

    pub(crate) fn replica_issuer() -> Self {
        Self::invalid("A replicated user pool needs an IssuerConfiguration of Type UPDATED.")
    }

    pub(crate) fn replica_is_active() -> Self {
        Self::invalid("Only an INACTIVE replica can be deleted.")
    }

    pub(crate) fn primary_stays() -> Self {
        Self::invalid("The primary replica is always ACTIVE and cannot be deleted.")
    }

    pub(crate) fn pool_has_replica() -> Self {
        Self::invalid("User pool cannot be deleted. It has a replica that should be deleted first.")
    }
}
