//! Encrypted assertions (XML Encryption 1.1): AES under a key that RSA-OAEP carries.

use aws_lc_rs::aead::{self, AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce};
use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, AES_CBC_IV_LEN, DecryptionContext, PaddedBlockDecryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use roxmltree::Node;
use ua_cryptography_xml_c14n::{DocumentText, escape_attribute};
use zeroize::Zeroizing;

use super::xml::{ENCRYPTION, SIGNATURE, bounded, bytes, only};

/// The namespace of what is new in XML Encryption 1.1.
const ENCRYPTION_11: &str = "http://www.w3.org/2009/xmlenc11#";

/// The document of an encrypted assertion: one element that holds it, in the namespaces in which it was.
pub(super) fn decrypt(encrypted: Node<'_, '_>, pkcs8: &[u8]) -> Option<DocumentText> {
    let data = only(encrypted, ENCRYPTION, "EncryptedData")?;
    // The key is in the data, or beside it and referred to.
    let inside =
        only(data, SIGNATURE, "KeyInfo").and_then(|info| only(info, ENCRYPTION, "EncryptedKey"));
    let wrapped = inside.or_else(|| only(encrypted, ENCRYPTION, "EncryptedKey"))?;
    let key = unwrap(wrapped, pkcs8)?;
    let plain = open(algorithm(data)?, &key, value(data)?)?;
    let mut text = String::from("<context");
    for namespace in encrypted.namespaces() {
        let name = namespace
            .name()
            .map_or_else(|| "xmlns".to_owned(), |name| format!("xmlns:{name}"));
        let uri = escape_attribute(namespace.uri());
        text.extend([" ", &name, "=\"", &uri, "\""]);
    }
    text += ">";
    text += str::from_utf8(&plain).ok()?;
    text += "</context>";
    bounded(text.as_bytes())
}

fn algorithm<'a>(of: Node<'a, '_>) -> Option<&'a str> {
    only(of, ENCRYPTION, "EncryptionMethod")?.attribute("Algorithm")
}

/// What is encrypted; only what is in the document itself.
fn value(of: Node<'_, '_>) -> Option<Vec<u8>> {
    let data = only(of, ENCRYPTION, "CipherData")?;
    bytes(only(data, ENCRYPTION, "CipherValue")?)
}

/// The key that the assertion is encrypted with.
fn unwrap(wrapped: Node<'_, '_>, pkcs8: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let key = PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?;
    let key = OaepPrivateDecryptingKey::new(key).ok()?;
    let mut plain = Zeroizing::new(vec![0; key.min_output_size()]);
    let len = key
        .decrypt(oaep(wrapped)?, &value(wrapped)?, &mut plain, None)
        .ok()?
        .len();
    plain.truncate(len);
    Some(plain)
}

/// The kind of OAEP; both of its hashes are the same one. RSA without OAEP is none: whether its padding is right
/// shows too easily.
fn oaep(wrapped: Node<'_, '_>) -> Option<&'static OaepAlgorithm> {
    const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
    const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
    let method = only(wrapped, ENCRYPTION, "EncryptionMethod")?;
    let named = |namespace, name| only(method, namespace, name)?.attribute("Algorithm");
    let digest = named(SIGNATURE, "DigestMethod").unwrap_or(SHA1);
    let mask = match method.attribute("Algorithm")? {
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p" => MGF1_SHA1,
        "http://www.w3.org/2009/xmlenc11#rsa-oaep" => {
            named(ENCRYPTION_11, "MGF").unwrap_or(MGF1_SHA1)
        }
        _ => return None,
    };
    match (digest, mask) {
        (SHA1, MGF1_SHA1) => Some(&OAEP_SHA1_MGF1SHA1),
        (
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2009/xmlenc11#mgf1sha256",
        ) => Some(&OAEP_SHA256_MGF1SHA256),
        (
            "http://www.w3.org/2001/04/xmldsig-more#sha384",
            "http://www.w3.org/2009/xmlenc11#mgf1sha384",
        ) => Some(&OAEP_SHA384_MGF1SHA384),
        (
            "http://www.w3.org/2001/04/xmlenc#sha512",
            "http://www.w3.org/2009/xmlenc11#mgf1sha512",
        ) => Some(&OAEP_SHA512_MGF1SHA512),
        _ => None,
    }
}

fn open(algorithm: &str, key: &[u8], mut value: Vec<u8>) -> Option<Vec<u8>> {
    let gcm = match algorithm {
        "http://www.w3.org/2009/xmlenc11#aes128-gcm" => &AES_128_GCM,
        "http://www.w3.org/2009/xmlenc11#aes192-gcm" => &AES_192_GCM,
        "http://www.w3.org/2009/xmlenc11#aes256-gcm" => &AES_256_GCM,
        _ => return open_cbc(algorithm, key, value),
    };
    let key = LessSafeKey::new(aead::UnboundKey::new(gcm, key).ok()?);
    let mut sealed = value.split_off(value.len().min(aead::NONCE_LEN));
    let nonce = Nonce::try_assume_unique_for_key(&value).ok()?;
    let len = key
        .open_in_place(nonce, Aad::empty(), &mut sealed)
        .ok()?
        .len();
    sealed.truncate(len);
    Some(sealed)
}

/// Opens what nothing protects against change but a signature; the caller tells nobody which of the two was
/// wrong.
fn open_cbc(algorithm: &str, key: &[u8], mut value: Vec<u8>) -> Option<Vec<u8>> {
    let aes = match algorithm {
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => &AES_128,
        "http://www.w3.org/2001/04/xmlenc#aes192-cbc" => &AES_192,
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => &AES_256,
        _ => return None,
    };
    let key = UnboundCipherKey::new(aes, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_iso10126(key).ok()?;
    let mut sealed = value.split_off(value.len().min(AES_CBC_IV_LEN));
    let iv: [u8; AES_CBC_IV_LEN] = value.try_into().ok()?;
    let len = key
        .decrypt(&mut sealed, DecryptionContext::Iv128(iv.into()))
        .ok()?
        .len();
    sealed.truncate(len);
    Some(sealed)
}
