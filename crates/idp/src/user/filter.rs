//! The filter of ListUsers: one attribute, `=` or `^=`, one quoted value.

use crate::ports::UserFilter;
use crate::{Error, Result};

/// The attributes that can be searched, and the column that holds each.
const SEARCHABLE: [(&str, &str); 10] = [
    ("username", "username"),
    ("email", "email"),
    ("phone_number", "phone_number"),
    ("name", "name"),
    ("given_name", "given_name"),
    ("family_name", "family_name"),
    ("preferred_username", "preferred_username"),
    ("cognito:user_status", "status"),
    ("status", "enabled"),
    ("sub", "sub"),
];

/// What a filter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// Every user.
    All,
    /// No user can fit.
    Nobody,
    /// The users whose column fits.
    Where(UserFilter),
}

/// Reads a filter. A blank one asks for every user.
pub(crate) fn parse(filter: &str) -> Result<Search> {
    if filter.trim().is_empty() {
        return Ok(Search::All);
    }
    let (attribute, prefix, value) = split(filter).ok_or_else(Error::filter_syntax)?;
    let (_, column) = SEARCHABLE
        .into_iter()
        .find(|(name, _)| *name == attribute)
        .ok_or_else(|| Error::filter_attribute(attribute))?;
    // Every value begins with nothing.
    if prefix && value.is_empty() {
        return Ok(Search::All);
    }
    match column {
        "enabled" => Ok(by_enabled(prefix, &value)),
        // Only this one compares without case; the column is in upper case.
        "status" => Ok(Search::Where(UserFilter {
            column,
            value: value.to_uppercase(),
            prefix,
        })),
        _ => Ok(Search::Where(UserFilter {
            column,
            value,
            prefix,
        })),
    }
}

/// `status` is written `Enabled` or `Disabled` here, with that very case.
fn by_enabled(prefix: bool, value: &str) -> Search {
    let fits = |word: &str| {
        if prefix {
            word.starts_with(value)
        } else {
            word == value
        }
    };
    let enabled = if fits("Enabled") {
        "true"
    } else if fits("Disabled") {
        "false"
    } else {
        return Search::Nobody;
    };
    Search::Where(UserFilter {
        column: "enabled",
        value: enabled.to_owned(),
        prefix: false,
    })
}

/// Splits `attribute op "value"` into its parts, the value without its escapes.
fn split(filter: &str) -> Option<(&str, bool, String)> {
    let filter = filter.trim();
    let end = filter.find(|c: char| c.is_whitespace() || matches!(c, '=' | '^' | '"'))?;
    let (attribute, rest) = filter.split_at(end);
    if attribute.is_empty() {
        return None;
    }
    let rest = rest.trim_start();
    let (prefix, rest) = match rest.strip_prefix("^=") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix('=')?),
    };
    Some((attribute, prefix, unquote(rest.trim_start())?))
}

/// Reads a quoted value that must be the whole rest: `\"` is a quote and `\\` a backslash.
fn unquote(quoted: &str) -> Option<String> {
    let mut value = String::with_capacity(quoted.len());
    let mut rest = quoted.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return rest.as_str().is_empty().then_some(value),
            '\\' => match rest.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(filter: &str) -> Search {
        parse(filter).expect("the filter is well formed")
    }

    fn by(column: &'static str, value: &str, prefix: bool) -> Search {
        Search::Where(UserFilter {
            column,
            value: value.to_owned(),
            prefix,
        })
    }

    #[test]
    fn a_blank_filter_finds_everybody() {
        assert_eq!(found(""), Search::All);
        assert_eq!(found(" \t"), Search::All);
    }

    #[test]
    fn both_operators_work_with_and_without_blanks() {
        assert_eq!(found(r#"email = "a@b.c""#), by("email", "a@b.c", false));
        assert_eq!(found(r#"email="a@b.c""#), by("email", "a@b.c", false));
        assert_eq!(
            found(r#"  given_name  ^=  "Jo" "#),
            by("given_name", "Jo", true)
        );
        assert_eq!(found(r#"sub^="4""#), by("sub", "4", true));
    }

    #[test]
    fn quotes_and_backslashes_are_escaped_with_a_backslash() {
        assert_eq!(
            found(r#"name = "a \"b\" \\ \c""#),
            by("name", r#"a "b" \ \c"#, false)
        );
    }

    #[test]
    fn only_user_status_compares_without_case() {
        assert_eq!(
            found(r#"cognito:user_status = "Confirmed""#),
            by("status", "CONFIRMED", false)
        );
        assert_eq!(
            found(r#"cognito:user_status ^= "force""#),
            by("status", "FORCE", true)
        );
        assert_eq!(found(r#"username = "Ada""#), by("username", "Ada", false));
    }

    #[test]
    fn status_is_whether_the_user_is_enabled() {
        assert_eq!(found(r#"status = "Enabled""#), by("enabled", "true", false));
        assert_eq!(
            found(r#"status = "Disabled""#),
            by("enabled", "false", false)
        );
        assert_eq!(found(r#"status ^= "Dis""#), by("enabled", "false", false));
        assert_eq!(found(r#"status = "enabled""#), Search::Nobody);
        assert_eq!(found(r#"status = """#), Search::Nobody);
    }

    #[test]
    fn an_empty_prefix_finds_everybody() {
        assert_eq!(found(r#"email ^= """#), Search::All);
        assert_eq!(found(r#"status ^= """#), Search::All);
        assert_eq!(found(r#"email = """#), by("email", "", false));
    }

    #[test]
    fn other_attributes_are_named_in_the_refusal() {
        for name in ["custom:team", "nickname", "Email", "cognito:status"] {
            let refusal = parse(&format!("{name} = \"x\"")).expect_err("it is not searchable");
            assert_eq!(
                refusal.message.as_deref(),
                Some(&*format!("Invalid search attribute: {name}"))
            );
        }
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        for filter in [
            "email",
            "email =",
            "email = a",
            r#"email = "a"#,
            r#"email = "a" and name = "b""#,
            r#"email "a""#,
            r#"email == "a""#,
            r#"email ^ = "a""#,
            r#"= "a""#,
            r#"email = "a\""#,
            r#""email" = "a""#,
        ] {
            let refusal = parse(filter).expect_err(filter);
            assert_eq!(
                refusal.message.as_deref(),
                Some("Error while parsing filter"),
                "{filter}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_value_survives_quoting(value in ".{1,40}", prefix: bool, blanks in " {0,3}") {
            let quoted = value.replace('\\', r"\\").replace('"', "\\\"");
            let operator = if prefix { "^=" } else { "=" };
            let filter = format!("name{blanks}{operator}{blanks}\"{quoted}\"{blanks}");
            prop_assert_eq!(found(&filter), by("name", &value, prefix));
        }

        #[test]
        fn no_text_makes_it_panic(filter in any::<String>()) {
            drop(parse(&filter));
        }

        #[test]
        fn nothing_near_the_form_makes_it_panic(filter in r#"[a-z:]{0,8}[ ^=]{0,4}["\\a ]{0,6}"#) {
            drop(parse(&filter));
        }
    }
}
