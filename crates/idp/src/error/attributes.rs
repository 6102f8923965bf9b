//! Refusals of attributes.

use std::fmt;

use super::Error;
use crate::user::attributes::Given;

/// What is wrong with an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Unknown,
    Fixed,
    NoDate,
    NoBoolean,
    NoNumber,
    LessThan(i64),
    MoreThan(i64),
    ShorterThan(usize),
    LongerThan(usize),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("Attribute does not exist in the schema."),
            Self::Fixed => f.write_str("Attribute cannot be updated."),
            Self::NoDate => f.write_str("Invalid date format, the value must be YYYY-MM-DD."),
            Self::NoBoolean => f.write_str("Attribute value must be true or false."),
            Self::NoNumber => f.write_str("Attribute value must be a number."),
            Self::LessThan(least) => write!(f, "Attribute value must be at least {least}."),
            Self::MoreThan(most) => write!(f, "Attribute value must be at most {most}."),
            Self::ShorterThan(least) => {
                write!(f, "String must be at least {least} characters long.")
            }
            Self::LongerThan(most) => write!(f, "String must be at most {most} characters long."),
        }
    }
}

impl Error {
    pub(crate) fn attribute(given: Given, name: &str, flaw: Flaw) -> Self {
        Self::invalid(match given {
            Given::AtCreation => {
                format!("Attributes did not conform to the schema: {name}: {flaw}")
            }
            Given::AtUpdate => format!("Invalid user attributes: user.{name}: {flaw}\n"),
            Given::ByProvider => format!("user.{name}: {flaw}"),
        })
    }

    pub(crate) fn attributes_missing<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let missing: Vec<_> = names
            .map(|name| format!("{name}: The attribute is required"))
            .collect();
        Self::invalid(format!(
            "Attributes did not conform to the schema: {}\n",
            missing.join("\n")
        ))
    }
}
