//! RSA-2048 keys that sign and verify tokens (RS256).

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use aws_lc_rs::{digest, signature};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use zeroize::Zeroizing;

/// A stored key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA private key in PKCS #8: {0}")]
pub struct KeyError(String);

/// A private key, parsed once.
pub struct SigningKey {
    pair: RsaKeyPair,
    verifying: VerifyingKey,
}

/// A public key, parsed once, with what a JWKS says of it.
#[derive(Clone)]
pub struct VerifyingKey {
    key: ParsedPublicKey,
    kid: String,
    modulus: String,
    exponent: String,
}

impl SigningKey {
    /// Makes a key from the operating system's randomness. Takes tens of milliseconds.
    pub fn generate() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("primes are found");
        Self::new(pair).expect("a new key is well-formed")
    }

    /// Reads a stored key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        RsaKeyPair::from_pkcs8(der)
            .and_then(Self::new)
            .map_err(|error| KeyError(error.description_().to_owned()))
    }

    fn new(pair: RsaKeyPair) -> Result<Self, aws_lc_rs::error::KeyRejected> {
        let verifying = VerifyingKey::new(pair.public_key())?;
        Ok(Self { pair, verifying })
    }

    /// The key for storing, to be sealed.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let der = self.pair.as_der().expect("a key in memory can be written");
        Zeroizing::new(der.as_ref().to_vec())
    }

    /// The id of the key pair: 44 characters of base64 that depend on the public key alone.
    pub fn kid(&self) -> &str {
        self.verifying.kid()
    }

    /// The RS256 signature of a message. Takes about 0.2 ms.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // PKCS #1 v1.5 is deterministic; the library asks for randomness and uses none.
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("a 2048-bit key signs a SHA-256 digest");
        signature
    }

    /// The public half.
    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }
}

impl VerifyingKey {
    fn new(public: &signature::RsaSubjectPublicKey) -> Result<Self, aws_lc_rs::error::KeyRejected> {
        let der = public.as_ref();
        Ok(Self {
            key: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der)?,
            kid: BASE64.encode(digest::digest(&digest::SHA256, der).as_ref()),
            modulus: BASE64URL_NOPAD.encode(public.modulus().big_endian_without_leading_zero()),
            exponent: BASE64URL_NOPAD.encode(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// See [`SigningKey::kid`].
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// `n` of the JWKS: base64url without padding.
    pub fn modulus(&self) -> &str {
        &self.modulus
    }

    /// `e` of the JWKS: base64url without padding.
    pub fn exponent(&self) -> &str {
        &self.exponent
    }

    /// Whether the signature is this key's of the message. Takes about 13 us.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_storing_and_signs_the_same() {
        let key = SigningKey::generate();
        let stored = SigningKey::from_pkcs8(&key.to_pkcs8()).unwrap();
        assert_eq!(stored.kid(), key.kid());
        assert_eq!(
            stored.verifying_key().modulus(),
            key.verifying_key().modulus()
        );
        assert_eq!(stored.sign(b"message"), key.sign(b"message"));
        assert_eq!(stored.to_pkcs8(), key.to_pkcs8());
    }

    #[test]
    fn a_signature_verifies_only_with_its_message_and_key() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let signature = key.sign(b"message");
        assert_eq!(signature.len(), 256);
        assert!(key.verifying_key().verify(b"message", &signature));
        assert!(!key.verifying_key().verify(b"massage", &signature));
        assert!(!other.verifying_key().verify(b"message", &signature));
        assert!(!key.verifying_key().verify(b"message", &signature[1..]));
        assert!(!key.verifying_key().verify(b"message", &[]));
    }

    #[test]
    fn the_public_texts_have_the_forms_of_a_jwks() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        assert_eq!(key.kid().len(), 44);
        assert!(key.kid().ends_with('='));
        assert_ne!(key.kid(), other.kid());
        assert_eq!(key.verifying_key().exponent(), "AQAB");
        let modulus = BASE64URL_NOPAD
            .decode(key.verifying_key().modulus().as_bytes())
            .unwrap();
        assert_eq!(modulus.len(), 256);
        assert!(modulus[0] >= 0x80 && modulus[255] & 1 == 1);
    }

    #[test]
    fn a_broken_stored_key_is_refused() {
        let mut stored = SigningKey::generate().to_pkcs8();
        stored.truncate(100);
        assert!(SigningKey::from_pkcs8(&stored).is_err());
        assert!(SigningKey::from_pkcs8(&[]).is_err());
    }
}
