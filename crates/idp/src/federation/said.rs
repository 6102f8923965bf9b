//! What an identity provider says of somebody, whatever its protocol.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::provider::Provider;
use super::{linked, saml};
use crate::pool::Pool;
use crate::stored::Stored;

/// The longest value that becomes an attribute.
pub(super) const LONGEST: usize = 2048;

/// The names by which a provider's own tokens can be mapped.
pub(super) const TOKENS: [&str; 2] = ["access_token", "id_token"];

/// What a provider says of somebody, after every check of its protocol.
pub(crate) struct Said {
    pub(crate) provider: Stored<Provider>,
    /// What the provider calls him.
    pub(crate) subject: String,
    /// Claims or attributes by name; several values are one text already, see [`list`].
    pub(crate) attributes: BTreeMap<String, String>,
    /// The same as triggers are shown it.
    pub(crate) shown: Value,
    /// The level of the sign-in, in the provider's words.
    pub(crate) acr: Option<String>,
    pub(crate) access_token: Option<String>,
    pub(crate) id_token: Option<String>,
    /// The session there that is to end with the one here.
    pub(crate) session: Option<saml::Session>,
}

impl Said {
    /// The username of his profile.
    pub(crate) fn username(&self, pool: &Pool) -> String {
        let name = linked::profile_name(&self.provider.key, &self.subject);
        if pool.is_case_sensitive() {
            name
        } else {
            name.to_lowercase()
        }
    }
}

/// Several values as one: `[a,b]`, each in the form of a form, so that commas separate.
pub(crate) fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let escape = |value: &'a str| form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let values: Vec<String> = values.into_iter().map(escape).collect();
    format!("[{}]", values.join(","))
}

/// A claim as the text of an attribute; `None` where it says nothing.
pub(crate) fn text(claim: &Value) -> Option<String> {
    match claim {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().filter_map(text).collect();
            Some(list(values.iter().map(String::as_str)))
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(claim.to_string()),
    }
}

/// Claims as texts, but for those that say nothing.
pub(super) fn texts(claims: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |(name, claim): (&String, &Value)| Some((name.clone(), text(claim)?));
    claims.iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_become_texts_and_lists_keep_their_commas_apart() {
        for (claim, expected) in [
            (json!("a b"), Some("a b")),
            (json!(""), Some("")),
            (json!(true), Some("true")),
            (json!(1.5), Some("1.5")),
            (json!(null), None),
            (json!(["a", "b, c", "ü&"]), Some("[a,b%2C+c,%C3%BC%26]")),
            (json!([]), Some("[]")),
            (json!({"a": "b"}), Some(r#"{"a":"b"}"#)),
        ] {
            assert_eq!(text(&claim).as_deref(), expected, "{claim}");
        }
    }
}
