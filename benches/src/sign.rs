//! Signature Version 4 from the client's side, with keys that exist for the run alone.

use aws_lc_rs::{digest, hmac};
use data_encoding::HEXLOWER;

pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
pub(crate) const ACCESS_KEY: &str = "BENCHMARKACCESSKEY00";
pub(crate) const SECRET_KEY: &str = "benchmark-secret-that-opens-nothing";

fn hash(data: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, data).as_ref())
}

fn mac(key: &[u8], data: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data.as_bytes())
        .as_ref()
        .to_vec()
}

/// The headers that sign a call of `POST /` now.
pub(crate) fn headers(host: &str, target: &str, body: &[u8]) -> [(&'static str, String); 2] {
    let (date, time) = now();
    let names = "content-type;host;x-amz-date;x-amz-target";
    let canonical = format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:{time}\nx-amz-target:{target}\n\n{names}\n{}",
        hash(body)
    );
    let scope = format!("{date}/us-east-1/cognito-idp/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hash(canonical.as_bytes())
    );
    let mut key = mac(format!("AWS4{SECRET_KEY}").as_bytes(), &date);
    for part in ["us-east-1", "cognito-idp", "aws4_request"] {
        key = mac(&key, part);
    }
    let signature = HEXLOWER.encode(&mac(&key, &text));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    );
    [("x-amz-date", time), ("authorization", authorization)]
}

/// A moment's civil date and its seconds since midnight, UTC.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// 0 is Sunday.
    weekday: i64,
    second: i64,
}

fn moment() -> Moment {
    use cenote_idp::ports::{Clock, SystemClock};
    let seconds = SystemClock::default().now_ms() / 1000;
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // The civil date of a day count, by the 400-year cycle that starts on 1 March 0000.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    Moment {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_index + 2) / 5 + 1,
        weekday: (days + 4).rem_euclid(7),
        second,
    }
}

/// `YYYYMMDD` and `YYYYMMDDTHHMMSSZ`.
fn now() -> (String, String) {
    let Moment {
        year,
        month,
        day,
        second,
        ..
    } = moment();
    let date = format!("{year:04}{month:02}{day:02}");
    let time = format!(
        "{date}T{:02}{:02}{:02}Z",
        second / 3_600,
        second / 60 % 60,
        second % 60
    );
    (date, time)
}

/// TIMESTAMP of a PASSWORD_VERIFIER answer: `Tue May 6 07:08:09 UTC 2025`.
pub(crate) fn srp_timestamp() -> String {
    let Moment {
        year,
        month,
        day,
        weekday,
        second,
    } = moment();
    let pick = |names: &'static str, at: i64| {
        let at = usize::try_from(at).unwrap_or_default() * 3;
        &names[at..at + 3]
    };
    format!(
        "{} {} {day} {:02}:{:02}:{:02} UTC {year}",
        pick("SunMonTueWedThuFriSat", weekday),
        pick("JanFebMarAprMayJunJulAugSepOctNovDec", month - 1),
        second / 3_600,
        second / 60 % 60,
        second % 60,
    )
}
