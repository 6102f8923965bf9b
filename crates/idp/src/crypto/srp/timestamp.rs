//! The time that a client writes into its claim, and that logs of the service show.

/// Reads `EEE MMM d HH:mm:ss UTC yyyy` in English, such as `Tue May 6 07:08:09 UTC 2025`, as
/// seconds since the epoch. A leading zero of the day is forgiven; the weekday must be a weekday, but
/// nobody checks that it is the right one.
pub fn parse(text: &str) -> Option<i64> {
    let mut words = text.split(' ');
    let mut next = || words.next();
    let (weekday, month, day) = (next()?, next()?, next()?);
    let (time, zone, year) = (next()?, next()?, next()?);
    if next().is_some() || zone != "UTC" {
        return None;
    }
    WEEKDAYS.contains(&weekday).then_some(())?;
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    let year = number(year, 4)?;
    let day = number(day, if day.len() == 1 { 1 } else { 2 })?;
    if day == 0 || day > days_in_month(year, month) {
        return None;
    }
    let mut parts = time.split(':').map(|part| number(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_before(year, month) + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// The reverse of [`parse`], with two digits for the day.
pub fn format(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // A year has 366 days at most, so that the guess is never late, and centuries later a year or two early.
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12)
        .rev()
        .find(|month| days_before(year, *month) <= days)
        .unwrap_or(1);
    let weekday = WEEKDAYS[usize::try_from((days + 3).rem_euclid(7)).unwrap_or_default()];
    format!(
        "{weekday} {} {:02} {:02}:{:02}:{:02} UTC {year}",
        MONTHS[month - 1],
        days - days_before(year, month) + 1,
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

/// Seconds.
const DAY: i64 = 24 * 60 * 60;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok())?
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i64, month: usize) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the epoch to the first of a month, in the Gregorian calendar.
fn days_before(year: i64, month: usize) -> i64 {
    // Leap days up to the end of the year before; 477 of them precede 1970.
    let past = year - 1;
    let leap_days = past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) - 477;
    let months: i64 = (1..month).map(|earlier| days_in_month(year, earlier)).sum();
    (year - 1970) * 365 + leap_days + months
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn reads_what_clients_write() {
        assert_eq!(parse("Tue May 6 07:08:09 UTC 2025"), Some(1_746_515_289));
        assert_eq!(parse("Tue May 06 07:08:09 UTC 2025"), Some(1_746_515_289));
        assert_eq!(parse("Thu Jan 1 00:00:00 UTC 1970"), Some(0));
        assert_eq!(parse("Wed Dec 31 23:59:59 UTC 1969"), Some(-1));
        assert_eq!(parse("Thu Feb 29 12:00:00 UTC 2024"), Some(1_709_208_000));
        assert_eq!(parse("Tue Feb 29 00:00:00 UTC 2000"), Some(951_782_400));
        assert_eq!(parse("Fri Dec 31 23:59:59 UTC 9999"), Some(253_402_300_799));
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(format(1_746_515_289), "Tue May 06 07:08:09 UTC 2025");
        assert_eq!(format(0), "Thu Jan 01 00:00:00 UTC 1970");
        assert_eq!(format(-1), "Wed Dec 31 23:59:59 UTC 1969");
        assert_eq!(format(1_709_208_000), "Thu Feb 29 12:00:00 UTC 2024");
        for days in (0..60_000).step_by(13) {
            let seconds = days * 86_400 + days;
            assert_eq!(parse(&format(seconds)), Some(seconds));
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "Tue May 6 07:08:09 UTC",
            "Tue May 6 07:08:09 UTC 2025 ",
            " Tue May 6 07:08:09 UTC 2025",
            "Tue May  6 07:08:09 UTC 2025",
            "Tue May 6 07:08:09 GMT 2025",
            "Tue May 6 7:08:09 UTC 2025",
            "Tue May 6 07:08 UTC 2025",
            "Tue May 6 07:08:09:10 UTC 2025",
            "Tue May 6 24:00:00 UTC 2025",
            "Tue May 6 23:60:00 UTC 2025",
            "Tue May 6 23:59:60 UTC 2025",
            "Tue May 006 07:08:09 UTC 2025",
            "Tue May 0 07:08:09 UTC 2025",
            "Tue May 32 07:08:09 UTC 2025",
            "Tue Jun 31 07:08:09 UTC 2025",
            "Sat Feb 29 07:08:09 UTC 2025",
            "Thu Feb 29 07:08:09 UTC 1900",
            "Tue May +6 07:08:09 UTC 2025",
            "tue May 6 07:08:09 UTC 2025",
            "Tue may 6 07:08:09 UTC 2025",
            "Die Mai 6 07:08:09 UTC 2025",
            "Tue May 6 07:08:09 UTC 25",
            "2025-05-06T07:08:09Z",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
