//! The parsers against hand-made bytes; whole ceremonies are in the tests of the operations.

use cbor4ii::core::enc::Encode;
use cbor4ii::core::utils::BufWriter;

use super::*;
use crate::crypto::SigningKey;

const PARTY: &str = "example.com";

fn client_data(origin: &str) -> ClientData {
    let json = format!(r#"{{"type":"webauthn.get","challenge":"AAEC","origin":"{origin}"}}"#);
    ClientData::parse(json.as_bytes()).expect("client data")
}

fn cbor(map: &[(Value, Value)]) -> Vec<u8> {
    let mut writer = BufWriter::new(Vec::new());
    Value::Map(map.to_vec())
        .encode(&mut writer)
        .expect("room for it");
    writer.into_inner()
}

fn labelled(entries: &[(i128, Value)]) -> Vec<(Value, Value)> {
    let entry = |(label, value): &(i128, Value)| (Value::Integer(*label), value.clone());
    entries.iter().map(entry).collect()
}

/// What an authenticator says that has made a credential with this key.
fn made(id: &[u8], key: &[(Value, Value)]) -> Vec<u8> {
    let length = u16::try_from(id.len()).expect("a short id").to_be_bytes();
    let party = digest(&SHA256, PARTY.as_bytes());
    [
        party.as_ref(),
        &[0x45],
        &7_u32.to_be_bytes(),
        &[0; 16],
        &length,
        id,
        &cbor(key),
    ]
    .concat()
}

fn number(number: i128) -> Value {
    Value::Integer(number)
}

fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

#[test]
fn a_page_of_the_relying_party_asks_from_its_domain_or_one_below() {
    for origin in [
        "https://example.com",
        "https://example.com:8443",
        "https://auth.example.com",
        "https://a.b.example.com:443",
        "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(client_data(origin).is_from(PARTY), "{origin}");
    }
    for origin in [
        "http://example.com",
        "https://evilexample.com",
        "https://example.com.evil.net",
        "https://evil.net/.example.com",
        "https://user@auth.example.com",
        "https://.example.com",
        "https://com",
        "https://example.com:x",
        "example.com",
        "null",
        "android:apk-key-hash:AAAA",
        "ios:bundle-id:com.example",
    ] {
        assert!(!client_data(origin).is_from(PARTY), "{origin}");
    }
}

#[test]
fn the_own_machine_needs_no_https() {
    for (origin, party) in [
        ("http://localhost:3000", "localhost"),
        ("http://app.localhost:3000", "app.localhost"),
        ("http://app.localhost:3000", "localhost"),
    ] {
        assert!(client_data(origin).is_from(party), "{origin} for {party}");
    }
    assert!(!client_data("http://localhost:3000").is_from("app.localhost"));
    assert!(!client_data("http://notlocalhost").is_from("localhost"));
}

#[test]
fn a_frame_in_the_page_of_another_site_is_refused() {
    let json = br#"{"type":"webauthn.get","challenge":"AAEC","origin":"https://example.com","crossOrigin":true}"#;
    let framed = ClientData::parse(json).expect("client data");
    assert!(!framed.is_from(PARTY));
    assert!(framed.answers(&[0, 1, 2]));
    assert!(!framed.answers(&[0, 1]));
}

#[test]
fn authenticator_data_is_read_to_the_last_flag() {
    let key = labelled(&[(1, number(2)), (3, number(-8))]);
    let data = AuthenticatorData::parse(&made(b"id", &key)).expect("authenticator data");
    assert!(data.is_for(PARTY) && !data.is_for("example.org"));
    assert!(data.is_user_present() && data.is_user_verified());
    assert_eq!(data.counter, 7);
    let made = data.credential.expect("a credential");
    assert_eq!(
        (made.id.as_slice(), made.key),
        (&b"id"[..], None),
        "EdDSA was not asked for"
    );
}

#[test]
fn what_is_cut_short_is_no_authenticator_data() {
    let key = labelled(&[(1, number(2)), (3, number(-8))]);
    let whole = made(b"id", &key);
    for length in 0..whole.len() {
        assert_eq!(AuthenticatorData::parse(&whole[..length]), None, "{length}");
    }
    assert_eq!(
        AuthenticatorData::parse(&made(b"", &key)),
        None,
        "a credential without an id"
    );
    assert_eq!(
        AuthenticatorData::parse(&made(&[1; MAX_ID + 1], &key)),
        None,
        "an id without end"
    );
}

#[test]
fn keys_off_their_curve_or_too_short_are_no_keys() {
    let point = |x: &[u8], y: &[u8]| {
        let (x, y) = (bytes(x), bytes(y));
        labelled(&[
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            (-2, x),
            (-3, y),
        ])
    };
    assert_eq!(PublicKey::of_cose(&point(&[1; 32], &[1; 32])), None);
    assert_eq!(PublicKey::of_cose(&point(&[1; 31], &[1; 32])), None);
    let rsa = |n: &[u8]| {
        let e = bytes(&[1, 0, 1]);
        labelled(&[(1, number(3)), (3, number(-257)), (-1, bytes(n)), (-2, e)])
    };
    assert_eq!(PublicKey::of_cose(&rsa(&[0xff; 128])), None);
    assert_eq!(PublicKey::of_cose(&rsa(&[0xff; 513])), None);
    assert_eq!(PublicKey::of_cose(&rsa(&[])), None);
}

#[test]
fn an_rsa_key_signs_in_too() {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

    let pkcs8 = SigningKey::generate().to_pkcs8().to_vec();
    let pair = RsaKeyPair::from_pkcs8(&pkcs8).expect("a key that was made here");
    let public = pair.public_key();
    // With the leading zero that some authenticators put there.
    let n = [&[0], public.modulus().big_endian_without_leading_zero()].concat();
    let e = public.exponent().big_endian_without_leading_zero();
    let map = labelled(&[
        (1, number(3)),
        (3, number(-257)),
        (-1, bytes(&n)),
        (-2, bytes(e)),
    ]);
    let key = PublicKey::of_cose(&map).expect("a key");
    let message = [b"data", digest(&SHA256, b"client").as_ref()].concat();
    let mut signature = vec![0; public.modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        &message,
        &mut signature,
    )
    .expect("a signature");
    assert!(key.has_signed(b"data", b"client", &signature));
    assert!(!key.has_signed(b"data", b"other", &signature));
}
