//! JWTs in compact form, signed with RS256 (RFC 7515, RFC 7519). Signing and checking use keys that were
//! parsed once: a library that takes the key as bytes parses it at every token, which costs as much as
//! the signature's share of everything else.

use aws_lc_rs::digest;
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

/// The left half of a token's SHA-256 digest: `at_hash` (OpenID Connect Core 1.0, 3.1.3.6).
pub(super) fn half_hash(token: &str) -> String {
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    BASE64URL_NOPAD.encode(&digest.as_ref()[..16])
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

/// Whether a text has the form of a token that is signed, by whomever.
pub(crate) fn is_signed(token: &str) -> bool {
    parse(token).is_some()
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
