//! Values on their way to PostgreSQL and back.
//!
//! PostgreSQL's text cannot hold U+0000, which an attribute may. It is written as U+0001 U+0001, and
//! U+0001 itself as U+0001 U+0002: a code that keeps equality, prefixes and the order by bytes.

use std::borrow::Cow;
use std::error::Error;

use cenote_idp::ports::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::connect::failed;

/// A parameter of a statement. Every whole number in the schema is a BIGINT.
#[derive(Debug)]
pub(crate) enum Param<'a> {
    Text(Cow<'a, str>),
    Absent,
    Int(i64),
    Bool(bool),
}

impl<'a> Param<'a> {
    /// A text, coded.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(encode(text))
    }

    /// A text that may be absent.
    pub(crate) fn maybe_text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Absent, Self::text)
    }

    /// A number that may be absent.
    pub(crate) fn maybe_int(int: Option<i64>) -> Self {
        int.map_or(Self::Absent, Self::Int)
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Text(text) => text.as_ref().to_sql_checked(ty, out),
            Self::Absent => Ok(IsNull::Yes),
            Self::Int(int) => int.to_sql_checked(ty, out),
            Self::Bool(bool) => bool.to_sql_checked(ty, out),
        }
    }

    /// Each variant checks for itself.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Codes a text for PostgreSQL.
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte <= 1) {
        Cow::Owned(
            text.replace('\u{1}', "\u{1}\u{2}")
                .replace('\0', "\u{1}\u{1}"),
        )
    } else {
        Cow::Borrowed(text)
    }
}

fn decode(text: &str) -> String {
    if text.contains('\u{1}') {
        // From the left, so that the second half of a pair is never taken for the first of the next.
        let mut decoded = String::with_capacity(text.len());
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            match next {
                '\u{1}' => decoded.push(if rest.next() == Some('\u{1}') {
                    '\0'
                } else {
                    '\u{1}'
                }),
                other => decoded.push(other),
            }
        }
        decoded
    } else {
        text.to_owned()
    }
}

/// A text column.
pub(crate) fn text(row: &Row, column: usize) -> Result<String, StoreError> {
    value::<&str>(row, column).map(decode)
}

/// A text column that may be null.
pub(crate) fn maybe_text(row: &Row, column: usize) -> Result<Option<String>, StoreError> {
    Ok(value::<Option<&str>>(row, column)?.map(decode))
}

/// Any other column.
pub(crate) fn value<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, StoreError> {
    row.try_get(column).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coding_is_undone() {
        for text in [
            "",
            "plain",
            "\0",
            "\u{1}",
            "\u{1}\u{1}",
            "\0\u{1}\u{2}\0",
            "a\u{1}\0b\u{2}",
        ] {
            let coded = encode(text);
            assert!(!coded.contains('\0'));
            assert_eq!(decode(&coded), text);
        }
    }

    #[test]
    fn coding_keeps_the_order() {
        let texts = [
            "",
            "\0",
            "\0\0",
            "\0\u{1}",
            "\0a",
            "\u{1}",
            "\u{1}\0",
            "\u{1}\u{1}",
            "\u{2}",
            "a",
            "a\0",
        ];
        for pair in texts.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(encode(pair[0]) < encode(pair[1]), "{pair:?}");
        }
    }
}
