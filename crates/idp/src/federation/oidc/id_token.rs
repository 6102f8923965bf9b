//! The ID token of a provider (OpenID Connect Core 1.0, 3.1.3.7).

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwk::Jwk;
use crate::{Error, Result};

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that have to be understood: none is.
    crit: Option<Value>,
}

/// A token that was taken apart.
pub(super) struct IdToken<'a> {
    header: Header,
    signed: &'a str,
    signature: Vec<u8>,
    payload: Vec<u8>,
}

/// What signs the tokens of a provider.
pub(super) enum Key<'a> {
    Public(&'a Jwk),
    /// The client's secret.
    Secret(&'a str),
}

/// What the claims have to say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    /// Of the request, where there was one.
    pub(super) nonce: Option<&'a str>,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

impl<'a> IdToken<'a> {
    /// Takes a token apart.
    pub(super) fn parse(token: &'a str) -> Result<Self> {
        let read = || {
            let (signed, signature) = token.rsplit_once('.')?;
            let (header, payload) = signed.split_once('.')?;
            let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
            let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
            header.crit.is_none().then_some(())?;
            Some(Self {
                header,
                signed,
                signature: decode(signature)?,
                payload: decode(payload)?,
            })
        };
        read().ok_or_else(|| Error::bad_id_token("form"))
    }

    fn hmac(&self) -> Option<hmac::Algorithm> {
        Some(match self.header.alg.as_str() {
            "HS256" => hmac::HMAC_SHA256,
            "HS384" => hmac::HMAC_SHA384,
            "HS512" => hmac::HMAC_SHA512,
            _ => return None,
        })
    }

    /// Whether the client's secret signs it.
    pub(super) fn is_by_secret(&self) -> bool {
        self.hmac().is_some()
    }

    /// The key that it names.
    pub(super) fn key_in<'k>(&self, keys: &'k [Jwk]) -> Result<&'k Jwk> {
        let kid = self.header.kid.as_deref();
        let found = keys.iter().find(|key| Some(key.kid.as_str()) == kid);
        found.ok_or_else(|| Error::bad_id_token("key"))
    }

    /// Checks the signature. `none` is no algorithm of any key.
    pub(super) fn verify(&self, key: &Key<'_>) -> Result<()> {
        let message = self.signed.as_bytes();
        let is_good = match key {
            Key::Public(key) => key.verifies(&self.header.alg, message, &self.signature),
            Key::Secret(secret) => self.hmac().is_some_and(|hmac| {
                let key = hmac::Key::new(hmac, secret.as_bytes());
                hmac::verify(&key, message, &self.signature).is_ok()
            }),
        };
        if is_good {
            Ok(())
        } else {
            Err(Error::bad_id_token("signature"))
        }
    }

    /// The claims, if they are for this client and this moment.
    pub(super) fn claims(&self, expected: &Expected<'_>) -> Result<Map<String, Value>> {
        let claims = self.timely(expected)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let client_id = Some(expected.client_id);
        let (is_for_us, is_shared) = match claims.get("aud") {
            Some(Value::Array(list)) => (
                list.iter().any(|one| one.as_str() == client_id),
                list.len() > 1,
            ),
            one => (one.and_then(Value::as_str) == client_id, false),
        };
        let has_party = claims.contains_key("azp");
        if !is_for_us || (has_party && text("azp") != client_id) || (is_shared && !has_party) {
            return Err(Error::bad_id_token("audience"));
        }
        if expected.nonce.is_some() && text("nonce") != expected.nonce {
            return Err(Error::bad_id_token("nonce"));
        }
        Ok(claims)
    }

    /// The claims of an access token that names the client as whose it is or whom it is for (RFC 9068).
    pub(super) fn access_claims(&self, expected: &Expected<'_>) -> Result<Map<String, Value>> {
        let claims = self.timely(expected)?;
        let is_us = |value: &Value| value.as_str() == Some(expected.client_id);
        let names_us = ["client_id", "azp", "aud"].into_iter().any(|name| {
            claims.get(name).is_some_and(|value| match value {
                Value::Array(list) => list.iter().any(is_us),
                one => is_us(one),
            })
        });
        if names_us {
            Ok(claims)
        } else {
            Err(Error::bad_id_token("audience"))
        }
    }

    /// The claims, if they are the issuer's and of this moment.
    fn timely(&self, expected: &Expected<'_>) -> Result<Map<String, Value>> {
        let claims: Map<String, Value> =
            serde_json::from_slice(&self.payload).map_err(|_| Error::bad_id_token("form"))?;
        if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
            return Err(Error::bad_id_token("issuer"));
        }
        let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since the epoch are far below 2^52"
        )]
        let now = expected.now as f64;
        if seconds("exp").is_none_or(|exp| exp <= now) {
            return Err(Error::bad_id_token("expiry"));
        }
        Ok(claims)
    }
}
