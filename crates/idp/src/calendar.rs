//! Moments as people write them, in UTC.

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Year, month and day.
pub(crate) fn date(ms: i64) -> (i64, u8, i64) {
    let mut days = ms.div_euclid(DAY_MS);
    // Whole cycles of 400 years all have the same number of days.
    let mut year = 1970 + 400 * days.div_euclid(146_097);
    days = days.rem_euclid(146_097);
    while days >= days_in_year(year) {
        days -= days_in_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

/// `yyyymmddhhmmss`, as the service writes versions.
pub(crate) fn compact(ms: i64) -> String {
    let (year, month, day) = date(ms);
    let seconds = ms.rem_euclid(DAY_MS) / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

/// The days of a month, which is 1 to 12.
pub(crate) const fn days_in_month(year: i64, month: u8) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn moments_are_written_in_utc() {
        for (ms, text) in [
            (0, "19700101000000"),
            (951_782_399_000, "20000228235959"),
            (951_782_400_000, "20000229000000"),
            (1_780_000_000_123, "20260528202640"),
            (4_107_542_400_000, "21000301000000"),
            (-1, "19691231235959"),
        ] {
            assert_eq!(compact(ms), text);
        }
    }
}
