//! Whether what is there is what a seed wants.

use serde_json::Value;

use super::{elements, members};

/// Whether `there` has everything that is `wanted`. It may have more: defaults that the service filled in,
/// and members that the seed leaves alone.
pub(super) fn holds(there: &Value, wanted: &Value) -> bool {
    match wanted {
        Value::Object(_) => members(wanted).all(|(name, wanted)| holds(&there[name], wanted)),
        Value::Array(wanted) => {
            let there: Vec<_> = elements(there).collect();
            // The service keeps no order of its own.
            there.len() == wanted.len()
                && wanted
                    .iter()
                    .all(|wanted| there.iter().any(|there| holds(there, wanted)))
        }
        wanted => there == wanted || (is_nothing(there) && is_nothing(wanted)),
    }
}

/// What the service shows as absent.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_beside_what_is_wanted_do_not_matter() {
        let there =
            json!({"Policies": {"PasswordPolicy": {"MinimumLength": 8, "RequireNumbers": true}}});
        assert!(holds(
            &there,
            &json!({"Policies": {"PasswordPolicy": {"MinimumLength": 8}}})
        ));
        assert!(!holds(
            &there,
            &json!({"Policies": {"PasswordPolicy": {"MinimumLength": 9}}})
        ));
    }

    #[test]
    fn lists_hold_the_same_in_any_order() {
        assert!(holds(&json!(["a", "b"]), &json!(["b", "a"])));
        assert!(!holds(&json!(["a", "b"]), &json!(["a"])));
        assert!(!holds(&json!(["a"]), &json!(["a", "b"])));
    }

    #[test]
    fn absent_is_as_good_as_empty() {
        assert!(holds(
            &json!({}),
            &json!({"A": false, "B": "", "C": [], "D": {}})
        ));
        assert!(!holds(&json!({}), &json!({"A": true})));
        assert!(!holds(&json!({"A": true}), &json!({"A": false})));
    }
}
