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

/// `yyyy-mm-ddThh:mm:ss.fffZ`, as XML has moments.
pub(crate) fn zulu(ms: i64) -> String {
    let (year, month, day) = date(ms);
    let of_day = ms.rem_euclid(DAY_MS);
    let (seconds, milli) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// A moment as XML has it (`xs:dateTime`): of this or another zone, and UTC where none is named.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once('T')?;
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let (year, month, day) = (
        number(year, 4)?,
        u8::try_from(number(month, 2)?).ok()?,
        number(day, 2)?,
    );
    if year < 1970 || !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day)
    {
        return None;
    }
    let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(at);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let milli = number(&format!("{fraction:0<3.3}"), 3)?;
    let mut time = time.splitn(3, ':');
    let (hour, minute) = clock(time.next()?, time.next()?)?;
    // A leap second is the last one of its minute.
    let second = number(time.next()?, 2)
        .filter(|second| *second <= 60)?
        .min(59);
    let offset = match zone.split_at_checked(1) {
        None | Some(("Z", "")) => 0,
        Some((sign, rest)) => {
            let (hour, minute) = rest
                .split_once(':')
                .and_then(|(hour, minute)| clock(hour, minute))?;
            let minutes = hour * 60 + minute;
            if sign == "-" { -minutes } else { minutes }
        }
    };
    let years = (1970..year).map(days_in_year).sum::<i64>();
    let months = (1..month)
        .map(|month| days_in_month(year, month))
        .sum::<i64>();
    let minutes = ((years + months + day - 1) * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1000 + milli)
}

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn clock(hour: &str, minute: &str) -> Option<(i64, i64)> {
    let hour = number(hour, 2).filter(|hour| *hour < 24)?;
    let minute = number(minute, 2).filter(|minute| *minute < 60)?;
    Some((hour, minute))
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
    use super::{compact, instant, zulu};

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

    #[test]
    fn moments_of_xml_are_read_in_every_zone() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-05-28T20:26:40.123Z", 1_780_000_000_123),
            ("2026-05-28T20:26:40.1239876Z", 1_780_000_000_123),
            ("2026-05-28T20:26:40.5", 1_780_000_000_500),
            ("2026-05-28T22:26:40+02:00", 1_780_000_000_000),
            ("2026-05-28T14:56:40-05:30", 1_780_000_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ] {
            assert_eq!(instant(text), Some(ms), "{text}");
        }
        assert_eq!(zulu(1_780_000_000_123), "2026-05-28T20:26:40.123Z");
        assert_eq!(instant(&zulu(951_782_399_007)), Some(951_782_399_007));
    }

    #[test]
    fn other_texts_are_no_moments() {
        for text in [
            "",
            "2026-05-28",
            "2026-05-28T",
            "2026-05-28 20:26:40Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-05-28T24:00:00Z",
            "2026-05-28T20:60:00Z",
            "2026-05-28T20:26Z",
            "2026-05-28T20:26:40.Z",
            "2026-05-28T20:26:40Zulu",
            "2026-05-28T20:26:40+0200",
            "1969-12-31T00:00:00Z",
            "99999-01-01T00:00:00Z",
            "+026-05-28T20:26:40Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
