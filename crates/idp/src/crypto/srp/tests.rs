//! The protocol against a known vector, and both sides against each other.

use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;

use super::client::Client;
use super::*;

const POOL: &str = "AbCdEf123";
const USER: &str = "11111111-2222-4333-8444-555555555555";
const PASSWORD: &str = "Passw0rd!";
const SALT: &str = "8ce8291892390f6b53a245933faf6164";
const BLOCK: &[u8] = b"secret-block-bytes";
const TIMESTAMP: &str = "Tue May 6 07:08:09 UTC 2025";

fn salt() -> Vec<u8> {
    HEXLOWER.decode(SALT.as_bytes()).unwrap()
}

#[test]
fn vector_of_an_independent_client() {
    // Its exponents are longer than the server's own ever are.
    let a = sha256(&[b"client-a"]).repeat(4);
    let b = sha256(&[b"server-b"]).repeat(4);

    assert_eq!(
        hex_number(MULTIPLIER.as_bytes()),
        "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
    );
    assert_eq!(
        HEXLOWER.encode(&*private_key(POOL, USER, PASSWORD, &salt())),
        "ed7388aedb5430f40908ae58a495302d524614f45dfc4564daabc464d1685db6"
    );

    let client = Client::new(&a);
    assert!(
        client
            .public_hex()
            .starts_with("28afc59b10103d2a84e2c1fd16a0b550")
    );

    let verifier = element(&verifier(POOL, USER, PASSWORD, &salt()));
    let power = cenote_bignum::exp(&Element::GENERATOR, &b);
    let server = server_public(&verifier, &power);
    assert!(hex_number(server.as_bytes()).starts_with("41b61a1a6593009ba5a429658bf6decb"));

    let client_public = ClientPublic::parse(&client.public_hex()).unwrap();
    assert_eq!(
        HEXLOWER.encode(&scramble(&client_public.0, &server)),
        "fd0ea03b213c0669f04dfed9f56f8941fe55c0722b487e0c9bb4bcfdab07de86"
    );

    let server_hex = hex_number(server.as_bytes());
    let keys = [
        server_key(&client_public, &server, &verifier, &b),
        client
            .shared_key(&server_hex, &salt(), POOL, USER, PASSWORD)
            .unwrap(),
    ];
    for key in keys {
        assert_eq!(HEXLOWER.encode(&*key.0), "9f3e5e39dadff792ff390cc21d6c8628");
        let signature = key.sign(POOL, USER, BLOCK, TIMESTAMP);
        assert_eq!(
            BASE64.encode(&signature),
            "Jzj3Rwt9JsTn6iji0mdkZjQi68H8XguAeILDQHRzpJY="
        );
        assert!(key.verify(POOL, USER, BLOCK, TIMESTAMP, &signature));
    }
}

#[test]
fn a_claim_covers_all_of_its_parts() {
    let key = SharedKey(Zeroizing::new([7; 16]));
    let signature = key.sign(POOL, USER, BLOCK, TIMESTAMP);
    assert!(!key.verify("other", USER, BLOCK, TIMESTAMP, &signature));
    assert!(!key.verify(POOL, "other", BLOCK, TIMESTAMP, &signature));
    assert!(!key.verify(POOL, USER, b"other", TIMESTAMP, &signature));
    assert!(!key.verify(POOL, USER, BLOCK, "Tue May 6 07:08:10 UTC 2025", &signature));
    assert!(!key.verify(POOL, USER, BLOCK, TIMESTAMP, &signature[..31]));
    assert!(!key.verify(POOL, USER, BLOCK, TIMESTAMP, &[]));
}

#[test]
fn multiples_of_n_are_refused() {
    let n = HEXLOWER.encode(cenote_bignum::prime());
    for zero in [
        "0",
        "00",
        &"0".repeat(770),
        &n,
        &format!("00{n}"),
        &n.to_uppercase(),
    ] {
        assert_eq!(
            ClientPublic::parse(zero),
            Err(PublicValueError::Zero),
            "{zero}"
        );
    }
    // 2N has 3073 bits, so it is refused by its length.
    let carries: Vec<u8> = cenote_bignum::prime()
        .iter()
        .map(|byte| byte >> 7)
        .chain([0])
        .collect();
    let shifted = cenote_bignum::prime().iter().map(|byte| byte << 1);
    let two_n: Vec<u8> = std::iter::once(0)
        .chain(shifted)
        .zip(carries)
        .map(|(byte, carry)| byte | carry)
        .collect();
    let two_n = HEXLOWER.encode(&two_n);
    assert!(two_n.starts_with("01ffff") && two_n.ends_with("fffe"));
    assert_eq!(ClientPublic::parse(&two_n), Err(PublicValueError::TooLong));
}

#[test]
fn public_values_that_are_no_numbers_are_refused() {
    for text in ["", "xyz", "0x12", "-1", "12 ", "١٢", "g"] {
        assert_eq!(
            ClientPublic::parse(text),
            Err(PublicValueError::NotHex),
            "{text:?}"
        );
    }
    assert_eq!(
        ClientPublic::parse(&"1".repeat(769)),
        Err(PublicValueError::TooLong)
    );
    assert_eq!(
        ClientPublic::parse(&"0".repeat(771)),
        Err(PublicValueError::TooLong)
    );
    assert_eq!(
        ClientPublic::parse(&"z".repeat(100_000)),
        Err(PublicValueError::TooLong)
    );
}

#[test]
fn public_values_are_read_as_clients_write_them() {
    let seven = ClientPublic::from_bytes(&[7]).unwrap();
    for text in ["7", "07", "0007", &format!("{}7", "0".repeat(769))] {
        assert_eq!(ClientPublic::parse(text), Ok(seven), "{text:?}");
    }
    assert_eq!(
        ClientPublic::parse("aBc"),
        ClientPublic::from_bytes(&[0xa, 0xbc])
    );
    assert_eq!(ClientPublic::from_bytes(&[]), Err(PublicValueError::Zero));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_sides_agree_exactly_when_the_password_is_right(
        a in any::<[u8; 32]>(),
        b in any::<[u8; 32]>(),
        salt in any::<[u8; 16]>(),
        username in ".{1,20}",
        password in ".{0,20}",
        typed in ".{0,20}",
    ) {
        prop_assume!(a != [0; 32] && b != [0; 32]);
        let verifier = verifier(POOL, &username, &password, &salt);
        let server = ServerStart::new(&verifier, b);
        let client = Client::new(&a);
        let client_public = ClientPublic::parse(&client.public_hex()).unwrap();
        let known = server.shared_key(&client_public, &verifier);

        let right = client
            .shared_key(&server.public_hex(), &salt, POOL, &username, &password)
            .unwrap()
            .sign(POOL, &username, BLOCK, TIMESTAMP);
        prop_assert!(known.verify(POOL, &username, BLOCK, TIMESTAMP, &right));

        let guessed = client
            .shared_key(&server.public_hex(), &salt, POOL, &username, &typed)
            .unwrap()
            .sign(POOL, &username, BLOCK, TIMESTAMP);
        let accepted = known.verify(POOL, &username, BLOCK, TIMESTAMP, &guessed);
        prop_assert_eq!(accepted, typed == password);
    }

    #[test]
    fn no_text_upsets_the_timestamp_parser(text in "\\PC*") {
        prop_assert!(parse_timestamp(&text).is_none());
    }
}
