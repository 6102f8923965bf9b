//! Times as texts: the basic form of ISO 8601 that signatures use, and TOML's date-times.

/// The moment of a text like `20150830T123600Z`, in seconds since the epoch.
pub(crate) fn parse_basic(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0, |sum: i64, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + i64::from(byte - b'0'))
        })
    };
    let day = days_from_civil(number(0, 4)?, number(4, 6)?, number(6, 8)?)?;
    seconds_of(day, number(9, 11)?, number(11, 13)?, number(13, 15)?)
}

/// The reverse of [`parse_basic`].
pub(crate) fn format_basic(seconds: i64) -> String {
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(day);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// A moment for people: `2015-08-30 12:36:00`, UTC.
pub(crate) fn format_plain(seconds: i64) -> String {
    let basic = format_basic(seconds);
    let part = |from: usize, to: usize| basic.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{} {}:{}:{}",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    )
}

/// The moment of a date-time with an offset, in seconds since the epoch.
pub(crate) fn from_toml(at: &toml::value::Datetime) -> Option<i64> {
    let (date, time, offset) = (at.date?, at.time?, at.offset?);
    let day = days_from_civil(
        i64::from(date.year),
        i64::from(date.month),
        i64::from(date.day),
    )?;
    let second = i64::from(time.second.unwrap_or(0));
    let local = seconds_of(day, i64::from(time.hour), i64::from(time.minute), second)?;
    Some(match offset {
        toml::value::Offset::Z => local,
        toml::value::Offset::Custom { minutes } => local - i64::from(minutes) * 60,
    })
}

fn seconds_of(day: i64, hour: i64, minute: i64, second: i64) -> Option<i64> {
    let fits = hour < 24 && minute < 60 && second <= 60;
    fits.then_some(day * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days since the epoch. Years are counted from March, so that the leap day is a year's last, and in
/// eras of 400 years, which all have as many days.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    // The thirtieth of February would be another day by now.
    (civil_from_days(days) == (year, month, day)).then_some(days)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_texts_and_moments_agree() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20150830T123600Z", 1_440_938_160),
            ("20000229T235959Z", 951_868_799),
            ("20380119T031408Z", 2_147_483_648),
            ("19691231T235959Z", -1),
        ] {
            assert_eq!(parse_basic(text), Some(seconds), "{text}");
            assert_eq!(format_basic(seconds), text);
        }
        assert_eq!(format_plain(1_440_938_160), "2015-08-30 12:36:00");
    }

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        for day in -40_000..110_000 {
            let (year, month, of_month) = civil_from_days(day);
            assert_eq!(days_from_civil(year, month, of_month), Some(day));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "2015-08-30T12:36:00Z",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150830T243600Z",
            "20150830T126000Z",
            "2015083xT123600Z",
            "20150830t123600Z",
            "é0150830T12360Z",
        ] {
            assert_eq!(parse_basic(text), None, "{text}");
        }
    }

    #[test]
    fn toml_times_need_an_offset() {
        let read = |text: &str| from_toml(&text.parse().expect("a TOML date-time"));
        assert_eq!(read("2015-08-30T12:36:00Z"), Some(1_440_938_160));
        assert_eq!(read("2015-08-30T14:36:00+02:00"), Some(1_440_938_160));
        assert_eq!(read("2015-08-30T12:36:00"), None);
        assert_eq!(read("2015-08-30"), None);
    }
}
