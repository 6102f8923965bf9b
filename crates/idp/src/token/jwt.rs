//! JWTs in compact form, signed with RS256 (RFC 7515, RFC 7519). Signing and checking use keys that were
//! parsed once: a library that takes the key as bytes parses it at every token, which costs as much as
//! the signature's share of everything else.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::crypto::{SigningKey, VerifyingKey};

/// The text of a signed token.
pub(super) fn sign(
    key: &SigningKey,
    claims: &Map<String, Value>,
) -> Result<String, serde_json::Error> {
    let header = json!({ "kid": key.kid(), "alg": "RS256" });
    let mut token = BASE64URL_NOPAD.encode(&serde_json::to_vec(&header)?);
    token.push('.');
    BASE64URL_NOPAD.encode_append(&serde_json::to_vec(claims)?, &mut token);
    let signature = key.sign(token.as_bytes());
    token.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut token);
    Ok(token)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

/// A token that was taken apart, but not checked yet.
pub(super) struct Unverified<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    pub(super) kid: String,
    pub(super) payload: Vec<u8>,
}

/// Takes a token apart; `None` when it is not of the form, or not RS256.
pub(super) fn parse(token: &str) -> Option<Unverified<'_>> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    if header.alg != "RS256" {
        return None;
    }
    Some(Unverified {
        signed,
        signature: decode(signature)?,
        kid: header.kid,
        payload: decode(payload)?,
    })
}

impl Unverified<'_> {
    /// Whether the signature is this key's.
    pub(super) fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify(self.signed.as_bytes(), &self.signature)
    }
}
