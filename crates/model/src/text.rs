//! Patterns and lengths of strings.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of the model: the text that messages show, and what decides.
pub(crate) struct Pattern {
    pub(crate) text: &'static str,
    /// A pattern that repeats one class of characters is decided without the regular expression whenever
    /// the class settles it, which for the strings of a sign-in is practically always.
    pub(crate) class: Option<Class>,
    /// The pattern in the dialect of `regex`, anchored at both ends.
    pub(crate) regex: LazyLock<Regex>,
}

/// The characters of a pattern that repeats one class.
pub(crate) struct Class {
    /// Bit `n` is set when the ASCII character `n` belongs to the class.
    pub(crate) ascii: u128,
    /// Whether characters beyond ASCII belong; `None` when it depends.
    pub(crate) beyond: Option<bool>,
    /// Whether the empty string matches.
    pub(crate) empty: bool,
}

impl Class {
    fn matches(&self, text: &str) -> Option<bool> {
        let mut settled = true;
        for byte in text.bytes() {
            if byte.is_ascii() {
                if (self.ascii >> byte) & 1 == 0 {
                    return Some(false);
                }
            } else {
                match self.beyond {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => settled = false,
                }
            }
        }
        settled.then_some(self.empty || !text.is_empty())
    }
}

impl Pattern {
    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.class
            .as_ref()
            .and_then(|class| class.matches(text))
            .unwrap_or_else(|| self.regex.is_match(text))
    }
}

/// Compiles a pattern; the generator has compiled it before, so it cannot fail.
pub(crate) fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the generator has compiled every pattern")
}

/// The constraints of a string shape.
pub(crate) struct Text {
    pub(crate) sensitive: bool,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) length: Length,
}

/// How long a string, a list, a map or a blob may be.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
}

impl Length {
    /// The constraint that a length breaks.
    pub(crate) fn broken_by(self, length: usize) -> Option<String> {
        if let Some(min) = self.min
            && length < min
        {
            return Some(format!(
                "Member must have length greater than or equal to {min}"
            ));
        }
        if let Some(max) = self.max
            && length > max
        {
            return Some(format!(
                "Member must have length less than or equal to {max}"
            ));
        }
        None
    }
}

impl Text {
    /// The constraints that a string breaks: the pattern first, then the length.
    pub(crate) fn broken_by(&self, text: &str) -> impl Iterator<Item = String> {
        let pattern = self
            .pattern
            .as_ref()
            .filter(|pattern| !pattern.matches(text));
        pattern
            .map(must_match)
            .into_iter()
            .chain(self.length.broken_by(text.chars().count()))
    }

    /// All constraints, in the order in which the service recites them for the elements of a list.
    pub(crate) fn constraints(&self) -> Vec<String> {
        let max = self
            .length
            .max
            .map(|max| format!("Member must have length less than or equal to {max}"));
        let min = self
            .length
            .min
            .map(|min| format!("Member must have length greater than or equal to {min}"));
        max.into_iter()
            .chain(min)
            .chain(self.pattern.as_ref().map(must_match))
            .collect()
    }
}

fn must_match(pattern: &Pattern) -> String {
    format!(
        "Member must satisfy regular expression pattern: {}",
        pattern.text
    )
}
