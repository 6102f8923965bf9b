//! The keys of a provider (RFC 7517), as far as they sign.

use aws_lc_rs::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

/// A public key.
pub(super) struct Jwk {
    pub(super) kid: String,
    form: Form,
}

enum Form {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point on the curve of this name.
    Ec {
        curve: String,
        point: Vec<u8>,
    },
}

/// The keys of a set that have an id and are for signatures; others are skipped, since new kinds may come.
pub(super) fn list(set: &Map<String, Value>) -> Vec<Jwk> {
    let keys = set.get("keys").and_then(Value::as_array);
    keys.into_iter().flatten().filter_map(read).collect()
}

fn read(key: &Value) -> Option<Jwk> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|use_| use_ != "sig") {
        return None;
    }
    let bytes = |name: &str| BASE64URL_NOPAD.decode(text(name)?.as_bytes()).ok();
    let form = match text("kty")? {
        "RSA" => Form::Rsa {
            n: bytes("n")?,
            e: bytes("e")?,
        },
        "EC" => Form::Ec {
            curve: text("crv")?.to_owned(),
            point: [&[4][..], &bytes("x")?, &bytes("y")?].concat(),
        },
        _ => return None,
    };
    Some(Jwk {
        kid: text("kid")?.to_owned(),
        form,
    })
}

/// The RSA algorithm of a name.
fn rsa(alg: &str) -> Option<&'static RsaParameters> {
    Some(match alg {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

/// The elliptic algorithm of a name, on its curve.
fn ec(alg: &str, curve: &str) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (alg, curve) {
        ("ES256", "P-256") => &signature::ECDSA_P256_SHA256_FIXED,
        ("ES384", "P-384") => &signature::ECDSA_P384_SHA384_FIXED,
        ("ES512", "P-521") => &signature::ECDSA_P521_SHA512_FIXED,
        _ => return None,
    })
}

impl Jwk {
    /// Whether this key made the signature, with an algorithm that is one of its own.
    pub(super) fn verifies(&self, alg: &str, message: &[u8], signature: &[u8]) -> bool {
        match &self.form {
            Form::Rsa { n, e } => rsa(alg).is_some_and(|rsa| {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(rsa, message, signature).is_ok()
            }),
            Form::Ec { curve, point } => ec(alg, curve).is_some_and(|ec| {
                let key = UnparsedPublicKey::new(ec, point);
                key.verify(message, signature).is_ok()
            }),
        }
    }
}
