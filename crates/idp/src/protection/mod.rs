//! Threat protection: what a pool records of its users' activity, how it judges it, and what it does then.

pub(crate) mod address;
mod assess;
pub(crate) mod compromised;
pub(crate) mod event;
pub(crate) mod feedback;
pub mod log;
mod notice;
pub(crate) mod risk;
pub(crate) mod sign_in;

use cenote_model::{AdvancedSecurityEnabledModeType, AdvancedSecurityModeType};

use crate::pool::Pool;
use crate::{Error, Result};

/// What threat protection does in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing, not even a record.
    Off,
    /// It records and judges, and lets everything pass.
    Audit,
    /// It acts too.
    Enforced,
}

impl Mode {
    /// The mode for everything but custom authentication.
    pub(crate) fn of(pool: &Pool) -> Self {
        let add_ons = pool.shape.user_pool_add_ons.as_ref();
        match add_ons.map(|add_ons| add_ons.advanced_security_mode) {
            None | Some(AdvancedSecurityModeType::Off) => Self::Off,
            Some(AdvancedSecurityModeType::Audit) => Self::Audit,
            Some(AdvancedSecurityModeType::Enforced) => Self::Enforced,
        }
    }

    /// The mode for custom authentication, which has a setting of its own where there is protection at all.
    pub(crate) fn of_custom(pool: &Pool) -> Self {
        if Self::of(pool) == Self::Off {
            return Self::Off;
        }
        let add_ons = pool.shape.user_pool_add_ons.as_ref();
        let flows = add_ons.and_then(|add_ons| add_ons.advanced_security_additional_flows.as_ref());
        match flows.and_then(|flows| flows.custom_auth_mode) {
            None => Self::Off,
            Some(AdvancedSecurityEnabledModeType::Audit) => Self::Audit,
            Some(AdvancedSecurityEnabledModeType::Enforced) => Self::Enforced,
        }
    }
}

/// Refuses what needs threat protection in a pool without it.
pub(crate) fn require(pool: &Pool) -> Result<()> {
    if Mode::of(pool) == Mode::Off {
        return Err(Error::threat_protection_off());
    }
    Ok(())
}
