//! From the JSON text of a request to its typed input: coerces types and checks constraints in one pass,
//! and refuses in the words of the service.

use std::fmt;

use serde_json::{Map, Value};

use crate::rules::{Rule, Structure};

/// A request that breaks more constraints than this hears about the first ones only.
const MOST_VIOLATIONS: usize = 100;

/// Decodes the body of a request.
///
/// A type that cannot be coerced is refused at once, as the service does while it parses; broken
/// constraints are collected and reported together. Nesting is bounded by the JSON parser.
pub fn decode<T: Decode>(body: &[u8]) -> Result<T, DecodeError> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| DecodeError::Serialization { message: None })?;
    let mut decoder = Decoder {
        path: Vec::new(),
        hidden: 0,
        violations: Vec::new(),
    };
    let empty = Value::Object(Map::new());
    let input = Structure.read(&mut decoder, if body.is_null() { &empty } else { &body })?;
    if decoder.violations.is_empty() {
        Ok(input)
    } else {
        Err(DecodeError::Invalid(decoder.violations))
    }
}

/// A structure that arrives in requests.
pub trait Decode: Sized + Default {
    /// Whether the model marks the structure as sensitive, and with it everything inside.
    const SENSITIVE: bool = false;

    /// Reads the members.
    fn decode(decoder: &mut Decoder, members: Members<'_>) -> Result<Self, DecodeError>;
}

/// Why a request was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The body is not JSON, or a member has a type that cannot be coerced.
    Serialization {
        /// What the service says, where it says anything.
        message: Option<String>,
    },
    /// Something the service answers with an internal error.
    Internal,
    /// Constraints that the input breaks, in the service's words.
    Invalid(Vec<String>),
}

impl DecodeError {
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::Serialization {
            message: Some(message.into()),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serialization { message } => {
                f.write_str(message.as_deref().unwrap_or("not a JSON request"))
            }
            Self::Internal => f.write_str("a document member is not a document"),
            Self::Invalid(violations) => {
                let noun = if violations.len() == 1 {
                    "error"
                } else {
                    "errors"
                };
                write!(
                    f,
                    "{} validation {noun} detected: {}",
                    violations.len(),
                    violations.join("; ")
                )
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// The members of a JSON object.
#[derive(Clone, Copy)]
pub struct Members<'a>(pub(crate) &'a Map<String, Value>);

/// One step from the request to a member.
pub(crate) enum Step {
    Member(&'static str),
    /// Counted from one.
    Element(usize),
    Entry(String),
}

/// The state of one decoding: where it is, and what it has found wrong.
pub struct Decoder {
    path: Vec<Step>,
    /// How many sensitive shapes surround this place.
    hidden: usize,
    pub(crate) violations: Vec<String>,
}

impl Decoder {
    /// Reads a member that may be absent.
    pub(crate) fn optional<T, R: Rule<T>>(
        &mut self,
        members: Members<'_>,
        name: &'static str,
        rule: &R,
    ) -> Result<Option<T>, DecodeError> {
        match members.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => self
                .within(Step::Member(name), |decoder| rule.read(decoder, value))
                .map(Some),
        }
    }

    /// Reads a member that must be present. An absent one is a violation; the value that stands in for it
    /// never leaves `decode`.
    pub(crate) fn required<T: Default, R: Rule<T>>(
        &mut self,
        members: Members<'_>,
        name: &'static str,
        rule: &R,
    ) -> Result<T, DecodeError> {
        if let Some(value) = self.optional(members, name, rule)? {
            return Ok(value);
        }
        self.within(Step::Member(name), |decoder| {
            let value = if rule.sensitive() { None } else { Some("null") };
            decoder.violate(value, "Member must not be null");
        });
        Ok(T::default())
    }

    /// Takes one step for the duration of `read`.
    pub(crate) fn within<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = read(self);
        self.path.pop();
        result
    }

    /// Leaves values out of the violations that `read` finds, if `sensitive`.
    pub(crate) fn hiding<T>(&mut self, sensitive: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        self.hidden += usize::from(sensitive);
        let result = read(self);
        self.hidden -= usize::from(sensitive);
        result
    }

    /// Notes a violation here. `value` is the value as the service prints it, already in quotes unless it
    /// is null; `None` leaves it out.
    pub(crate) fn violate(&mut self, value: Option<&str>, constraint: &str) {
        if self.violations.len() == MOST_VIOLATIONS {
            return;
        }
        let value = match value {
            Some(value) if self.hidden == 0 => format!(" {value}"),
            _ => String::new(),
        };
        let path = self.path();
        self.violations.push(format!(
            "Value{value} at '{path}' failed to satisfy constraint: {constraint}"
        ));
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            if !path.is_empty() {
                path.push('.');
            }
            match step {
                Step::Member(name) => {
                    let mut characters = name.chars();
                    path.extend(characters.next().map(|first| first.to_ascii_lowercase()));
                    path.push_str(characters.as_str());
                }
                Step::Element(index) => path.extend([&index.to_string(), ".member"]),
                Step::Entry(key) => path.push_str(key),
            }
        }
        path
    }
}

#[cfg(test)]
mod tests;
