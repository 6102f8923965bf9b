//! Encrypted assertions.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use cenote_idp::federation::saml::{Assertion, Flaw};

use super::{ada, believed, keys, read_with, told};
use crate::support::saml::{KEY, Key, NAMESPACES, OTHER, USUAL, encrypted};

/// What the provider encrypts for: PKCS #8, and the public half.
static OWN: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("a key");
    let public = AsDer::<PublicKeyX509Der>::as_der(&key.public_key()).expect("a key");
    let private: Pkcs8V1Der<'_> = key.as_der().expect("a key");
    (private.as_ref().to_vec(), public.as_ref().to_vec())
});

fn opened(xml: &str) -> Result<Assertion, Flaw> {
    read_with(xml, &keys(&[&KEY]), |expected| {
        expected.decryption = Some(&OWN.0);
    })
}

#[test]
fn an_encrypted_assertion_is_opened_where_it_is_asked_for() {
    let told = told();
    let signed = KEY.sign_element(&told.assertion(), "assertion-1", USUAL);
    for strong in [true, false] {
        let xml = told.response(&encrypted(&signed, &OWN.1, strong));
        assert_eq!(opened(&xml), Ok(ada()));
        let xml = told.response(&encrypted(&told.assertion(), &OWN.1, strong));
        assert_eq!(
            opened(&KEY.sign_element(&xml, "response-1", USUAL)),
            Ok(ada())
        );
    }
    // Prefixes may be those of the response around it.
    let bare = told.assertion().replacen(NAMESPACES, "", 1);
    let xml = told.response(&encrypted(&bare, &OWN.1, true));
    assert_eq!(
        opened(&KEY.sign_element(&xml, "response-1", USUAL)),
        Ok(ada())
    );
    assert_eq!(
        opened(&told.with_signed_assertion(&KEY)),
        Err(Flaw::Unencrypted)
    );
    assert_eq!(opened(&told.signed(&KEY)), Err(Flaw::Unencrypted));
    // Who has no key takes none.
    let xml = told.response(&encrypted(&signed, &OWN.1, true));
    assert_eq!(believed(&xml), Err(Flaw::Assertions));
}

#[test]
fn whatever_is_wrong_with_an_encrypted_assertion_looks_the_same() {
    let told = told();
    let signed = |key: &Key| key.sign_element(&told.assertion(), "assertion-1", USUAL);
    let other = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("a key");
    let other = AsDer::<PublicKeyX509Der>::as_der(&other.public_key())
        .expect("a key")
        .as_ref()
        .to_vec();
    let good = encrypted(&signed(&KEY), &OWN.1, false);
    for content in [
        encrypted(&told.assertion(), &OWN.1, true),
        encrypted(&told.assertion(), &OWN.1, false),
        encrypted(&signed(&OTHER), &OWN.1, false),
        encrypted(&signed(&KEY), &other, false),
        encrypted("no xml", &OWN.1, false),
        encrypted("<a/>", &OWN.1, true),
        encrypted(&signed(&KEY).repeat(2), &OWN.1, true),
        encrypted(
            &format!("</context>{}<context>", signed(&KEY)),
            &OWN.1,
            true,
        ),
        encrypted(
            &format!("<saml:Advice>{}</saml:Advice>", signed(&KEY)),
            &OWN.1,
            true,
        ),
        good.replace("aes128-cbc", "aes256-cbc"),
        good.replace("aes128-cbc", "tripledes-cbc"),
        good.replace("rsa-oaep-mgf1p", "rsa-1_5"),
        good.replace("xenc:EncryptedKey>", "xenc:AgreedKey>"),
        good.replacen("<xenc:CipherValue>", "<xenc:CipherValue>AAAA", 1),
        good.replace("xenc:CipherValue>", "xenc:CipherReference>"),
    ] {
        assert_eq!(
            opened(&told.response(&content)),
            Err(Flaw::Encryption),
            "{content}"
        );
    }
    let both = told.response(&format!("{good}{}", signed(&KEY)));
    assert_eq!(opened(&both), Err(Flaw::Assertions));
    assert_eq!(
        opened(&told.response(&good.repeat(2))),
        Err(Flaw::Assertions)
    );
}
