//! The texts of an SRP sign-in: `SRP_A`, `TIMESTAMP` and a claim, each on a line.
#![no_main]

use std::sync::LazyLock;

use cenote_idp::crypto::srp::{ClientPublic, ServerStart, SharedKey, parse_timestamp, verifier};
use data_encoding::{HEXLOWER, HEXUPPER};
use libfuzzer_sys::fuzz_target;

/// The first and the last second that four digits of a year can say.
const MOMENTS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

static KEY: LazyLock<SharedKey> = LazyLock::new(|| {
    let verifier = verifier("pool", "ada", "password", b"salt");
    let client = ClientPublic::from_bytes(&[2]).expect("2 is not a multiple of N");
    ServerStart::new(&verifier, [3; 32]).shared_key(&client, &verifier)
});

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(6, |byte| *byte == b'\n');
    let mut bytes = || lines.next().unwrap_or_default();
    let (public, timestamp, signature) = (bytes(), bytes(), bytes());
    let (pool, username, block) = (bytes(), bytes(), bytes());
    let texts = [public, timestamp, pool, username].map(String::from_utf8_lossy);
    let [public, timestamp, pool, username] = texts.each_ref().map(|text| &**text);

    if let Ok(public) = ClientPublic::parse(public) {
        let bytes = public.as_bytes();
        assert!(bytes.iter().any(|byte| *byte != 0));
        assert_eq!(ClientPublic::parse(&HEXLOWER.encode(bytes)), Ok(public));
        assert_eq!(ClientPublic::parse(&HEXUPPER.encode(bytes)), Ok(public));
    }
    if let Some(moment) = parse_timestamp(timestamp) {
        assert!(MOMENTS.contains(&moment), "{moment}");
    }
    let right = KEY.sign(pool, username, block, timestamp);
    assert!(KEY.verify(pool, username, block, timestamp, &right));
    let accepted = KEY.verify(pool, username, block, timestamp, signature);
    assert_eq!(accepted, signature == right);
});
