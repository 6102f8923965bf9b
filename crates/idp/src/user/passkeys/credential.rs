//! Public key credentials as browsers write them in JSON.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::crypto::webauthn;

#[derive(Deserialize)]
struct Written<R> {
    id: String,
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, rename = "authenticatorAttachment")]
    attachment: Option<String>,
    response: R,
}

/// A credential whose id has been checked.
pub(super) struct Credential<R> {
    /// Base64url.
    pub(super) id: String,
    pub(super) attachment: Option<String>,
    pub(super) response: R,
}

impl<R: DeserializeOwned> Credential<R> {
    pub(super) fn read(credential: &Value) -> Option<Self> {
        let written = Written::deserialize(credential).ok()?;
        let id = webauthn::decode(&written.id)?;
        if written.kind != "public-key" || webauthn::decode(&written.raw_id)? != id {
            return None;
        }
        Some(Self {
            id: BASE64URL_NOPAD.encode(&id),
            attachment: written.attachment,
            response: written.response,
        })
    }
}
