//! Refusals about provisioned limits.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn limit_attributes() -> Self {
        Self::invalid("Attributes must consist of Category.")
    }

    pub(crate) fn limit_not_found(category: &str) -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            format!("There is no limit of category {category}."),
        )
    }

    pub(crate) fn limit_is_fixed(category: &str) -> Self {
        Self::invalid(format!(
            "The limit of category {category} is not adjustable."
        ))
    }

    pub(crate) fn limit_below_default(default: u32) -> Self {
        Self::invalid(format!("RequestedLimitValue must be at least {default}."))
    }

    pub(crate) fn limit_above_quota(quota: u32) -> Self {
        Self::new(
            ErrorCode::ServiceQuotaExceeded,
            format!("RequestedLimitValue exceeds the quota of {quota} requests per second."),
        )
    }
}
