//! What the service model says of the parts of a seed: which members they have, and what those may hold.

use cenote_model::{Decode, DecodeError, decode};
use serde::Serialize;
use serde_json::Value;

use super::{elements, members};

/// Reads a value as an input of the API and writes it down again: what the model does not know is gone, and
/// what it knows has its type.
pub(super) fn project<T: Decode + Serialize>(value: &Value) -> Result<Value, DecodeError> {
    let input: T = decode(value.to_string().as_bytes())?;
    serde_json::to_value(input).map_err(|error| DecodeError::Serialization {
        message: Some(error.to_string()),
    })
}

/// The same, but what the model does not know is refused. The error names the place.
pub(super) fn read<T: Decode + Serialize>(value: &Value, path: &str) -> Result<Value, String> {
    let known = project::<T>(value).map_err(|error| format!("{path}: {error}"))?;
    match unknown(value, &known, path) {
        Some(place) => Err(format!(
            "{place} is not a member that the API has; correct it"
        )),
        None => Ok(known),
    }
}

/// The first place of `given` that is not in `known`.
fn unknown(given: &Value, known: &Value, path: &str) -> Option<String> {
    for (name, value) in members(given).filter(|(_, value)| !value.is_null()) {
        let place = format!("{path}.{name}");
        match known.get(name) {
            None => return Some(place),
            Some(known) => {
                if let Some(place) = unknown(value, known, &place) {
                    return Some(place);
                }
            }
        }
    }
    let known = elements(known);
    elements(given)
        .zip(known)
        .enumerate()
        .find_map(|(index, (given, known))| unknown(given, known, &format!("{path}[{index}]")))
}

#[cfg(test)]
mod tests {
    use cenote_model::CreateUserPoolRequest;
    use serde_json::json;

    use super::*;

    fn refused(value: &Value) -> String {
        read::<CreateUserPoolRequest>(value, "UserPools[0]").expect_err("a refusal")
    }

    #[test]
    fn an_unknown_member_is_named_with_its_place() {
        let value = json!({"PoolName": "p", "Schema": [{"Name": "a"}, {"Nmae": "b"}]});
        assert_eq!(
            refused(&value),
            "UserPools[0].Schema[1].Nmae is not a member that the API has; correct it"
        );
    }

    #[test]
    fn a_broken_constraint_is_told_in_the_words_of_the_api() {
        let value = json!({"PoolName": "p", "MfaConfiguration": "SOMETIMES"});
        let text = refused(&value);
        assert!(
            text.starts_with("UserPools[0]: 1 validation error detected: Value 'SOMETIMES' at"),
            "{text}"
        );
    }

    #[test]
    fn what_is_understood_has_its_type() {
        let value = json!({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 8}}});
        assert_eq!(
            read::<CreateUserPoolRequest>(&value, "UserPools[0]"),
            Ok(value)
        );
    }
}
