//! The scalar types of the wire that Rust has no word for.

use std::fmt;
use std::ops::Deref;

use data_encoding::BASE64;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A string that the model marks as sensitive: it travels, but never appears in a `Debug` text.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive(String);

impl Sensitive {
    /// The string itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Deref for Sensitive {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Sensitive {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Sensitive> for String {
    fn from(sensitive: Sensitive) -> Self {
        sensitive.0
    }
}

impl PartialEq<str> for Sensitive {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Sensitive {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// A moment, in milliseconds since 1970; on the wire a number of seconds with a fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl From<i64> for Timestamp {
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            return serializer.serialize_i64(self.0 / 1000);
        }
        #[expect(clippy::cast_precision_loss, reason = "exact for 285 000 years")]
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(Seconds)
    }
}

struct Seconds;

impl Visitor<'_> for Seconds {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since 1970")
    }

    fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Timestamp, E> {
        seconds
            .checked_mul(1000)
            .map(Timestamp)
            .ok_or_else(|| E::custom("moment out of range"))
    }

    fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Timestamp, E> {
        self.visit_i64(i64::try_from(seconds).map_err(E::custom)?)
    }

    fn visit_f64<E: serde::de::Error>(self, seconds: f64) -> Result<Timestamp, E> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounded, and a cast from float saturates"
        )]
        Ok(Timestamp((seconds * 1000.0).round() as i64))
    }
}

/// Bytes; on the wire base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&BASE64.encode_display(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64
            .decode(text.as_bytes())
            .map(Self)
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_seconds_with_a_fraction() {
        for (millis, json) in [
            (1_623_956_729_320, "1623956729.32"),
            (1_623_956_729_000, "1623956729"),
            (1_623_956_729_001, "1623956729.001"),
            (-1_500, "-1.5"),
            (0, "0"),
        ] {
            assert_eq!(serde_json::to_string(&Timestamp(millis)).unwrap(), json);
            assert_eq!(
                serde_json::from_str::<Timestamp>(json).unwrap(),
                Timestamp(millis)
            );
        }
        assert!(serde_json::from_str::<Timestamp>("\"1623956729\"").is_err());
        assert!(serde_json::from_str::<Timestamp>("9223372036854775807").is_err());
    }

    #[test]
    fn every_millisecond_of_a_second_survives() {
        for millis in 1_799_999_999_000..1_800_000_000_000 {
            let json = serde_json::to_string(&Timestamp(millis)).unwrap();
            assert_eq!(
                serde_json::from_str::<Timestamp>(&json).unwrap().millis(),
                millis
            );
        }
    }

    #[test]
    fn sensitive_strings_do_not_print() {
        let secret = Sensitive::from("hunter2");
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(&*secret, "hunter2");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"hunter2\"");
    }

    #[test]
    fn blobs_are_base64() {
        assert_eq!(
            serde_json::to_string(&Blob(vec![1, 2, 255])).unwrap(),
            "\"AQL/\""
        );
        assert_eq!(
            serde_json::from_str::<Blob>("\"AQL/\"").unwrap(),
            Blob(vec![1, 2, 255])
        );
        assert!(serde_json::from_str::<Blob>("\"?\"").is_err());
    }
}
