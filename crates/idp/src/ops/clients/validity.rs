//! How long a client's tokens live.

use std::ops::RangeInclusive;

use cenote_model::TimeUnitsType;

use crate::pool::Client;
use crate::{Error, Result};

/// Access and ID tokens: five minutes to a day.
const SHORT: RangeInclusive<i64> = 5 * 60..=24 * 60 * 60;

/// Refresh tokens: an hour to ten years.
const LONG: RangeInclusive<i64> = 60 * 60..=10 * 365 * 24 * 60 * 60;

/// The default validity of refresh tokens.
const REFRESH_DAYS: i32 = 30;

/// Fills in the refresh token's validity and checks that each is in range.
pub(super) fn settle(client: &mut Client) -> Result<()> {
    let units = client.shape.token_validity_units.get_or_insert_default();
    if client
        .shape
        .refresh_token_validity
        .is_none_or(|validity| validity == 0)
    {
        client.shape.refresh_token_validity = Some(REFRESH_DAYS);
        // The default is a number of days, whatever unit was given.
        if units.refresh_token.is_some() {
            units.refresh_token = Some(TimeUnitsType::Days);
        }
    }
    let (access, id) = (client.access_token_seconds(), client.id_token_seconds());
    let refresh = client.refresh_token_seconds();
    if !SHORT.contains(&access) || !SHORT.contains(&id) || !LONG.contains(&refresh) {
        return Err(Error::validity_range());
    }
    if access > refresh || id > refresh {
        return Err(Error::refresh_validity_shortest());
    }
    Ok(())
}
