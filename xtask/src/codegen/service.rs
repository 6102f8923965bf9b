//! The service model as a file. Every member is named, so that the generator stops at one it has not met;
//! documentation is read past and never written.

use indexmap::IndexMap;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The service model.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    version: String,
    metadata: IndexMap<String, serde_json::Value>,
    pub(super) operations: IndexMap<String, Operation>,
    pub(super) shapes: IndexMap<String, Shape>,
    #[serde(rename = "documentation", default, skip_serializing)]
    _documentation: Option<IgnoredAny>,
}

/// An operation.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    name: String,
    http: Http,
    pub(super) input: ShapeRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<ShapeRef>,
    pub(super) errors: Vec<ShapeRef>,
    #[serde(rename = "documentation", default, skip_serializing)]
    _documentation: Option<IgnoredAny>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authtype: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    readonly: Option<bool>,
}

impl Operation {
    /// Whether the model lets the call go unsigned.
    pub(super) fn unsigned(&self, name: &str) -> Result<bool, String> {
        match (self.authtype.as_deref(), self.auth.as_deref()) {
            (None, None) => Ok(false),
            (Some("none"), Some([auth])) if auth == "smithy.api#noAuth" => Ok(true),
            _ => Err(format!(
                "{name}: a kind of authorization that the generator has not met"
            )),
        }
    }

    /// Refuses what the request path is not made for.
    pub(super) fn check(&self, name: &str) -> Result<(), String> {
        let plain = self.http.method == "POST" && self.http.request_uri == "/" && self.name == name;
        if plain {
            Ok(())
        } else {
            Err(format!("{name}: not a POST to / under its own name"))
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Http {
    method: String,
    #[serde(rename = "requestUri")]
    request_uri: String,
}

/// A reference to a shape.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapeRef {
    pub(super) shape: String,
    #[serde(rename = "documentation", default, skip_serializing)]
    _documentation: Option<IgnoredAny>,
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    boxed: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deprecated: Option<bool>,
    #[serde(
        rename = "deprecatedMessage",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    deprecated_message: Option<String>,
}

/// What a shape is.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Structure,
    String,
    List,
    Map,
    Integer,
    Long,
    Boolean,
    Blob,
    Timestamp,
}

/// A shape.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    required: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    members: Option<IndexMap<String, ShapeRef>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) member: Option<ShapeRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<ShapeRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<ShapeRef>,
    #[serde(rename = "enum", default, skip_serializing_if = "Option::is_none")]
    pub(super) words: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sensitive: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exception: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<bool>,
    #[serde(rename = "documentation", default, skip_serializing)]
    _documentation: Option<IgnoredAny>,
}

impl Shape {
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members
            .iter()
            .flatten()
            .map(|(name, member)| (name.as_str(), member.shape.as_str()))
    }

    /// Makes members required that the model has as optional.
    pub(super) fn require(&mut self, members: &[String]) {
        if !members.is_empty() {
            let required = self.required.get_or_insert_default();
            required.extend_from_slice(members);
        }
    }

    pub(super) fn requires(&self, member: &str) -> bool {
        self.required.iter().flatten().any(|name| name == member)
    }

    pub(super) fn is_sensitive(&self) -> bool {
        self.sensitive == Some(true)
    }

    pub(super) fn is_document(&self) -> bool {
        self.document == Some(true)
    }

    pub(super) fn is_exception(&self) -> bool {
        self.exception == Some(true)
    }

    pub(super) fn is_fault(&self) -> bool {
        self.fault == Some(true)
    }

    /// The shapes that this one names.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = &str> {
        let inner = [&self.member, &self.key, &self.value].into_iter().flatten();
        self.members()
            .map(|(_, shape)| shape)
            .chain(inner.map(|shape| shape.shape.as_str()))
    }
}
