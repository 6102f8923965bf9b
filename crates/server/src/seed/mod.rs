//! Declarative seeds: one document in the API's own member names, applied as often as one likes, and
//! written from what is there.

mod apply;
mod command;
mod compare;
mod document;
mod door;
mod export;
mod pages;
mod remote;
mod shape;

use serde_json::Value;

use crate::config::StartError;

pub use apply::{Report, apply};
pub use command::{run_apply, run_export};
pub use document::{Document, Form};
pub(crate) use door::Direct;
pub use door::{Door, Refusal};
pub use export::{Choice, export};
pub use remote::{Endpoint, Remote};

/// What a risk configuration consists of.
const RISK_MEMBERS: [&str; 3] = [
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
];

/// The documents that a client can have.
const TERMS_NAMES: [&str; 2] = ["terms-of-use", "privacy-policy"];

/// The replicas of a list that has the primary too.
fn secondaries(list: &[Value]) -> impl Iterator<Item = &Value> {
    list.iter()
        .filter(|replica| text(replica, "Role") == "SECONDARY")
}

/// The members of an object; of anything else there are none.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The elements of a list; of anything else there are none.
fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The text of a member, or nothing.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// The members of both objects; those of the second count.
fn with(first: &Value, second: &Value) -> Value {
    let both = members(first).chain(members(second));
    both.map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Only these members of an object.
fn only(value: &Value, names: &[&str]) -> Value {
    let kept = members(value).filter(|(name, _)| names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// An object without these members.
fn without(value: &Value, names: &[&str]) -> Value {
    let kept = members(value).filter(|(name, _)| !names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// An object without its members that are empty, which the service shows and does not take.
fn without_empty(value: &Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    let kept = members(value).filter(|(_, value)| !is_empty(value));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What went wrong on the way to `what`.
fn failed(what: &str, refusal: &Refusal) -> StartError {
    StartError::environment(format!("{what}: {refusal}"))
}
