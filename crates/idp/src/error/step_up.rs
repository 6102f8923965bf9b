//! Refusals to step up to an authentication level.

use super::Error;

impl Error {
    pub(crate) fn max_age_unfit() -> Self {
        Self::invalid("MAX_AGE must be a whole number of seconds.")
    }

    pub(crate) fn access_token_without_level() -> Self {
        Self::invalid("ACCESS_TOKEN requires TARGET_ACR_VALUES.")
    }

    pub(crate) fn access_token_of_other_user() -> Self {
        Self::not_authorized("Access Token does not belong to the user.")
    }

    pub(crate) fn levels_unknown() -> Self {
        Self::invalid("None of the TARGET_ACR_VALUES is valid.")
    }

    pub(crate) fn levels_out_of_reach() -> Self {
        Self::invalid("User has no factors for any of the TARGET_ACR_VALUES.")
    }

    pub(crate) fn level_reached_already() -> Self {
        Self::invalid("The access token meets the authentication level already.")
    }
}
