//! What does not depend on the database: ranges of text, names of columns, what a purge covers.

use cenote_idp::ports::{Change, Expect, Kind, StoreError, Write};

/// The smallest text that is greater, by bytes, than every text with this prefix; `None` when there is none.
///
/// UTF-8 sorts by bytes as it does by code point, so the last character that has a successor is raised
/// and what follows it dropped.
pub(crate) fn prefix_end(prefix: &str) -> Option<String> {
    let mut rest = prefix.chars();
    while let Some(last) = rest.next_back() {
        let next = match last {
            char::MAX => continue,
            // What lies between belongs to UTF-16 and is no character.
            '\u{d7ff}' => '\u{e000}',
            other => char::from_u32(u32::from(other) + 1)?,
        };
        let mut end = rest.as_str().to_owned();
        end.push(next);
        return Some(end);
    }
    None
}

/// Where a page of a prefix begins: the operator and the text that a key is compared with.
pub(crate) fn page_start<'a>(prefix: &'a str, after: Option<&'a str>) -> (&'static str, &'a str) {
    match after {
        Some(after) if after >= prefix => (">", after),
        _ => (">=", prefix),
    }
}

/// The shard of the pool's user counter that a user is counted in: the first hexadecimal digit of `sub`.
pub(crate) fn shard(sub: &str) -> i64 {
    sub.chars()
        .next()
        .and_then(|digit| digit.to_digit(16))
        .map_or(0, i64::from)
}

/// The range of keys of a user's own records: from `<sub>/` up to, but not including, the next text after that prefix.
pub(crate) fn keys_of(sub: &str) -> (String, String) {
    // '0' follows '/'.
    (format!("{sub}/"), format!("{sub}0"))
}

/// A limit as the databases take it.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A column that users are searched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The key itself.
    Sub,
    /// The only one that is not text.
    Enabled,
    /// Always there, and short.
    Short(&'static str),
    /// May be absent, and may be long.
    Attribute(&'static str),
}

impl Column {
    /// Finds the column of a filter. The name becomes part of a statement, so an unknown one is refused.
    pub(crate) fn named(name: &'static str) -> Result<Self, StoreError> {
        Ok(match name {
            "sub" => Self::Sub,
            "enabled" => Self::Enabled,
            "username" | "status" => Self::Short(name),
            "email" | "phone_number" | "name" | "given_name" | "family_name"
            | "preferred_username" => Self::Attribute(name),
            _ => return Err(StoreError(format!("users cannot be searched by {name:?}"))),
        })
    }
}

/// The tables that hold what belongs to a pool, each with the columns that tell its rows apart in the pool.
pub(crate) fn pool_tables() -> impl Iterator<Item = (&'static str, &'static str)> {
    let records = Kind::ALL.into_iter().filter(|kind| kind.is_of_pool());
    records.map(|kind| (kind.table(), "key")).chain([
        ("users", "sub"),
        ("names", "name"),
        ("members", "sub, group_name"),
        ("user_counts", "shard"),
        ("record_counts", "kind"),
        ("messages", "id"),
    ])
}

/// How many purge records one sweep takes up at most.
pub(crate) const PURGES_A_SWEEP: usize = 16;

/// What a purge record asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purge<'a> {
    /// Everything of a pool.
    Pool(&'a str),
    /// The memberships of a group.
    Group {
        /// The pool.
        pool: &'a str,
        /// The group's own id.
        id: &'a str,
    },
}

impl<'a> Purge<'a> {
    /// Reads the key of a purge record. One that names nothing is left alone, and told to the log.
    pub(crate) fn of_key(key: &'a str) -> Option<Self> {
        let purge = match key.split_once('/') {
            Some(("pool", pool)) => Some(Self::Pool(pool)),
            Some(("group", rest)) => rest
                .split_once('/')
                .map(|(pool, id)| Self::Group { pool, id }),
            _ => None,
        };
        if purge.is_none() {
            tracing::warn!(key, "a purge record names nothing that can be purged");
        }
        purge
    }
}

/// Refuses the combinations of write and precondition that the port rules out.
pub(crate) fn check(change: &Change) -> Result<(), StoreError> {
    for (index, write) in change.writes.iter().enumerate() {
        let meaningless = match write {
            Write::Delete { expect, .. } => matches!(expect, Expect::Absent { .. }),
            Write::Require { expect, .. } => matches!(expect, Expect::Absent { .. } | Expect::Any),
            _ => false,
        };
        if meaningless {
            return Err(StoreError(format!(
                "write {index} has a precondition that it cannot have"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_by_bytes() {
        assert_eq!(prefix_end("ab").as_deref(), Some("ac"));
        assert_eq!(prefix_end("a\u{7f}").as_deref(), Some("a\u{80}"));
        assert_eq!(prefix_end("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(prefix_end("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }

    #[test]
    fn a_page_starts_at_the_later_of_prefix_and_last_key() {
        assert_eq!(page_start("b", None), (">=", "b"));
        assert_eq!(page_start("b", Some("a")), (">=", "b"));
        assert_eq!(page_start("b", Some("b")), (">", "b"));
        assert_eq!(page_start("b", Some("b1")), (">", "b1"));
    }

    #[test]
    fn purge_keys_are_read_or_refused() {
        assert_eq!(Purge::of_key("pool/p"), Some(Purge::Pool("p")));
        assert_eq!(
            Purge::of_key("group/p/g/1"),
            Some(Purge::Group {
                pool: "p",
                id: "g/1"
            })
        );
        assert_eq!(Purge::of_key("group/p"), None);
        assert_eq!(Purge::of_key("user/p"), None);
    }
}
