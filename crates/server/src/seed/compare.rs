//! Whether what is there is what a seed wants.

use serde_json::Value;

use super::{elements, members, without};

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

/// The settings of a pool as it shows them: a validity of 0 days is the default.
pub(super) fn pool_as_shown(wanted: &Value) -> Value {
    const PLACES: [[&str; 2]; 2] = [
        ["/Policies/PasswordPolicy", "TemporaryPasswordValidityDays"],
        ["/AdminCreateUserConfig", "UnusedAccountValidityDays"],
    ];
    let mut shown = wanted.clone();
    let days = |value: &Value, [place, name]: [&str; 2]| {
        let days = value.pointer(place).and_then(|it| it[name].as_i64());
        days.filter(|days| *days != 0)
    };
    let given = PLACES.into_iter().find_map(|place| days(wanted, place));
    for [place, name] in PLACES {
        let found = shown.pointer_mut(place);
        if let Some(it) = found.filter(|it| it[name] == 0) {
            it[name] = given.unwrap_or(7).into();
        }
    }
    shown
}

/// The settings of a client as it shows them: a refresh token's validity of 0 is the default.
pub(super) fn client_as_shown(wanted: &Value) -> Value {
    let mut shown = wanted.clone();
    if shown["RefreshTokenValidity"] == 0 {
        shown["RefreshTokenValidity"] = 30.into();
        let unit = shown.pointer_mut("/TokenValidityUnits/RefreshToken");
        if let Some(unit) = unit.filter(|unit| !unit.is_null()) {
            *unit = "days".into();
        }
    }
    shown
}

/// A provider as it shows itself: never with a private key, and with a username of its own choice.
pub(super) fn provider_as_shown(wanted: &Value) -> Value {
    let mut shown = wanted.clone();
    for (name, own) in [
        ("ProviderDetails", "private_key"),
        ("AttributeMapping", "username"),
    ] {
        if !wanted[name].is_null() {
            shown[name] = without(&wanted[name], &[own]);
        }
    }
    shown
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
    fn what_the_service_rewrites_is_the_same() {
        let policy = |days: i64| json!({"PasswordPolicy": {"TemporaryPasswordValidityDays": days}});
        let unused = |days: i64| json!({"UnusedAccountValidityDays": days});
        for (wanted, shown) in [
            (
                json!({"Policies": policy(0)}),
                json!({"Policies": policy(7)}),
            ),
            (
                json!({"Policies": policy(0), "AdminCreateUserConfig": unused(5)}),
                json!({"Policies": policy(5), "AdminCreateUserConfig": unused(5)}),
            ),
            (
                json!({"AdminCreateUserConfig": unused(0)}),
                json!({"AdminCreateUserConfig": unused(7)}),
            ),
            (
                json!({"Policies": policy(3)}),
                json!({"Policies": policy(3)}),
            ),
        ] {
            assert_eq!(pool_as_shown(&wanted), shown);
        }
        let client = |validity: i64, unit: &str| json!({"RefreshTokenValidity": validity, "TokenValidityUnits": {"RefreshToken": unit}});
        assert_eq!(client_as_shown(&client(0, "hours")), client(30, "days"));
        assert_eq!(client_as_shown(&client(5, "hours")), client(5, "hours"));
        let wanted = json!({
            "ProviderDetails": {"client_id": "x", "private_key": "hush"},
            "AttributeMapping": {"username": "email", "email": "email"},
        });
        let shown = json!({
            "ProviderDetails": {"client_id": "x"}, "AttributeMapping": {"email": "email"},
        });
        assert_eq!(provider_as_shown(&wanted), shown);
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
