//! WebAuthn (Level 3) without I/O: what authenticators and browsers send, taken apart, and the signatures of
//! ES256 and RS256. Attestation is read past: whoever makes the authenticator is not asked.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use cbor4ii::core::Value;
use cbor4ii::core::dec::Decode;
use cbor4ii::core::utils::SliceReader;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// The algorithms of keys, by their numbers in COSE, the preferred one first.
pub const ALGORITHMS: [i64; 2] = [ES256, RS256];

const ES256: i64 = -7;
const RS256: i64 = -257;

/// The longest id of a credential (section 5.8.3).
const MAX_ID: usize = 1023;

/// The longest modulus of an RSA key, in bytes.
const MAX_MODULUS: usize = 512;

/// Reads base64url as browsers write it, or with the padding that some libraries leave.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD
        .decode(text.trim_end_matches('=').as_bytes())
        .ok()
}

/// What the browser says of a ceremony (`clientDataJSON`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    #[serde(rename = "type")]
    pub ceremony: String,
    /// The challenge that was signed, base64url.
    pub challenge: String,
    /// Where the page came from, or which app asked.
    pub origin: String,
    /// Whether the page was a frame in one of another origin.
    #[serde(default)]
    pub cross_origin: bool,
}

impl ClientData {
    /// Reads it.
    pub fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Whether this is the challenge that was signed.
    pub fn answers(&self, challenge: &[u8]) -> bool {
        decode(&self.challenge).is_some_and(|signed| signed.ct_eq(challenge).into())
    }

    /// Whether a page of this relying party asked: of its domain or of one below, by HTTPS unless the domain
    /// is the own machine's, and not from within another site's page. Android apps name the key that they are
    /// signed with; Android itself asks the domain whether it vouches for them.
    pub fn is_from(&self, relying_party: &str) -> bool {
        if self.cross_origin {
            return false;
        }
        if let Some(hash) = self.origin.strip_prefix("android:apk-key-hash:") {
            return decode(hash).is_some_and(|hash| hash.len() == 32);
        }
        let Some((scheme, authority)) = self.origin.split_once("://") else {
            return false;
        };
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host,
            _ => authority,
        };
        let is_below = host
            .strip_suffix(relying_party)
            .is_some_and(|below| below.is_empty() || is_name_below(below));
        let is_own_machine = host == "localhost" || host.ends_with(".localhost");
        is_below && (scheme == "https" || (scheme == "http" && is_own_machine))
    }
}

/// Whether `name.` could stand before a domain.
fn is_name_below(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    text.len() > 1 && text.ends_with('.') && text.chars().all(is_part)
}

/// What the authenticator says of a ceremony (section 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorData {
    relying_party: [u8; 32],
    flags: u8,
    /// How often it has signed; 0 where it does not count.
    pub counter: u32,
    /// The new credential, when one was made.
    pub credential: Option<NewCredential>,
}

/// A credential that an authenticator has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// Its id.
    pub id: Vec<u8>,
    /// Its public key; `None` for an algorithm that was not asked for.
    pub key: Option<PublicKey>,
}

impl AuthenticatorData {
    const USER_PRESENT: u8 = 1;
    const USER_VERIFIED: u8 = 1 << 2;
    const CREDENTIAL: u8 = 1 << 6;

    /// Reads it.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (relying_party, rest) = bytes.split_first_chunk::<32>()?;
        let (&flags, rest) = rest.split_first()?;
        let (counter, rest) = rest.split_first_chunk::<4>()?;
        let credential = if flags & Self::CREDENTIAL == 0 {
            None
        } else {
            Some(NewCredential::parse(rest)?)
        };
        Some(Self {
            relying_party: *relying_party,
            flags,
            counter: u32::from_be_bytes(*counter),
            credential,
        })
    }

    /// Reads it out of an attestation object.
    pub fn of_attestation(object: &[u8]) -> Option<Self> {
        let object = read_map(object)?;
        match member(
            &object,
            |key| matches!(key, Value::Text(text) if text == "authData"),
        )? {
            Value::Bytes(bytes) => Self::parse(bytes),
            _ => None,
        }
    }

    /// Whether the credential is this relying party's.
    pub fn is_for(&self, relying_party: &str) -> bool {
        digest(&SHA256, relying_party.as_bytes()).as_ref() == self.relying_party
    }

    /// Whether somebody was there.
    pub fn is_user_present(&self) -> bool {
        self.flags & Self::USER_PRESENT != 0
    }

    /// Whether the authenticator knew that it was its user: by a fingerprint, say, or a PIN.
    pub fn is_user_verified(&self) -> bool {
        self.flags & Self::USER_VERIFIED != 0
    }
}

impl NewCredential {
    /// Reads what follows the counter: the kind of authenticator, the id, the key, and extensions.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (_aaguid, rest) = bytes.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length)?;
        if !(1..=MAX_ID).contains(&length) {
            return None;
        }
        Some(Self {
            id: id.to_vec(),
            key: PublicKey::of_cose(&read_map(rest)?),
        })
    }
}

/// The public key of a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicKey {
    /// ECDSA on P-256: the two coordinates, base64url.
    Es256 {
        /// Base64url.
        x: String,
        /// Base64url.
        y: String,
    },
    /// RSA with PKCS#1 v1.5.
    Rs256 {
        /// The modulus, base64url.
        n: String,
        /// The exponent, base64url.
        e: String,
    },
}

impl PublicKey {
    /// Reads a COSE_Key (RFC 9053).
    fn of_cose(map: &[(Value, Value)]) -> Option<Self> {
        let value = |label: i128| member(map, |key| *key == Value::Integer(label));
        let number = |label| match value(label) {
            Some(Value::Integer(number)) => i64::try_from(*number).ok(),
            _ => None,
        };
        let bytes = |label| match value(label) {
            Some(Value::Bytes(bytes)) => Some(bytes.as_slice()),
            _ => None,
        };
        // Key type, algorithm and, of elliptic keys, the curve.
        let key = match (number(1)?, number(3)?) {
            (2, ES256) if number(-1)? == 1 => Self::Es256 {
                x: coordinate(bytes(-2)?)?,
                y: coordinate(bytes(-3)?)?,
            },
            (3, RS256) => Self::Rs256 {
                n: factor(bytes(-1)?)?,
                e: factor(bytes(-2)?)?,
            },
            _ => return None,
        };
        key.is_usable().then_some(key)
    }

    /// Whether aws-lc takes it for a key.
    fn is_usable(&self) -> bool {
        match self {
            Self::Es256 { .. } => self.point().is_some_and(|point| {
                aws_lc_rs::signature::ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).is_ok()
            }),
            // 2048 bits are the least, or no signature would be taken.
            Self::Rs256 { n, .. } => decode(n).is_some_and(|n| n.len() >= 256),
        }
    }

    /// The uncompressed point of an elliptic key.
    fn point(&self) -> Option<Vec<u8>> {
        let Self::Es256 { x, y } = self else {
            return None;
        };
        let (x, y) = decode(x).zip(decode(y))?;
        Some([&[4], &x[..], &y[..]].concat())
    }

    /// Whether the credential signed this: the authenticator's data as sent, and the hash of the browser's.
    pub fn has_signed(&self, authenticator: &[u8], client: &[u8], signature: &[u8]) -> bool {
        let message = [authenticator, digest(&SHA256, client).as_ref()].concat();
        match self {
            Self::Es256 { .. } => self.point().is_some_and(|point| {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                    .verify(&message, signature)
                    .is_ok()
            }),
            Self::Rs256 { n, e } => decode(n).zip(decode(e)).is_some_and(|(n, e)| {
                PublicKeyComponents { n, e }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, &message, signature)
                    .is_ok()
            }),
        }
    }
}

fn coordinate(bytes: &[u8]) -> Option<String> {
    (bytes.len() == 32).then(|| BASE64URL_NOPAD.encode(bytes))
}

/// Part of an RSA key: aws-lc wants it without leading zeros.
fn factor(bytes: &[u8]) -> Option<String> {
    let start = bytes.iter().position(|byte| *byte != 0)?;
    let bytes = &bytes[start..];
    (bytes.len() <= MAX_MODULUS).then(|| BASE64URL_NOPAD.encode(bytes))
}

/// A map at the beginning of these bytes.
fn read_map(bytes: &[u8]) -> Option<Vec<(Value, Value)>> {
    match Value::decode(&mut SliceReader::new(bytes)).ok()? {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

/// The value of the first key that is the one.
fn member(map: &[(Value, Value)], is_key: impl Fn(&Value) -> bool) -> Option<&Value> {
    let found = map.iter().find(|(key, _)| is_key(key));
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
