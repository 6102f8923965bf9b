//! Decoding, from the JSON text to the refusal.

mod constraints;
mod types;

use serde_json::json;

use super::*;

fn read<T: Decode>(input: &Value) -> Result<T, DecodeError> {
    decode(input.to_string().as_bytes())
}

/// The text of the refusal for broken constraints.
fn refusal<T: Decode + fmt::Debug>(input: &Value) -> String {
    match read::<T>(input).unwrap_err() {
        error @ DecodeError::Invalid(_) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The message of the refusal for a wrong type.
fn mismatch<T: Decode + fmt::Debug>(input: &Value) -> Option<String> {
    match read::<T>(input).unwrap_err() {
        DecodeError::Serialization { message } => message,
        other => panic!("{other:?}"),
    }
}

/// A CreateGroup request with one member of choice.
fn group(name: &str, value: Value) -> Value {
    let mut group = json!({ "UserPoolId": "us-east-1_Ab", "GroupName": "g" });
    group[name] = value;
    group
}
