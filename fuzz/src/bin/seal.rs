//! Sealed values: arbitrary bytes never open, changed values never open, unchanged ones do.
//! The input is a byte for the purpose, a byte for the length of the plain text, the plain text, and then
//! changes: a position and what is done there.
#![no_main]

use std::sync::LazyLock;

use cenote_fuzz::Counter;
use cenote_idp::crypto::{Purpose, RootKeys, Sealer};
use libfuzzer_sys::fuzz_target;

static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new(RootKeys::new([1; 32], [[2; 32]])));

/// The version and the id of the root key, without which nothing is deciphered.
const IDENTIFIED: usize = 5;

fuzz_target!(|data: &[u8]| {
    let [purpose, length, rest @ ..] = data else {
        return;
    };
    let purpose = Purpose::ALL[usize::from(*purpose) % Purpose::ALL.len()];
    let (plain, changes) = rest.split_at(usize::from(*length).min(rest.len()));
    let value = SEALER.seal(purpose, b"context", plain, &Counter::default());
    let opened = SEALER.open(purpose, b"context", &value);
    assert_eq!(opened.expect("unchanged").as_slice(), plain);

    for other in Purpose::ALL {
        let opened = SEALER.open(other, b"context", &value);
        assert_eq!(opened.is_ok(), other == purpose);
        assert!(SEALER.open(other, b"contexts", &value).is_err());
        assert!(SEALER.open(other, b"context", rest).is_err());
    }
    let identified = [&value[..IDENTIFIED], rest].concat();
    assert!(SEALER.open(purpose, b"context", &identified).is_err());

    let mut changed = value.clone();
    for change in changes.chunks_exact(2) {
        apply(&mut changed, usize::from(change[0]), change[1]);
    }
    let opened = SEALER.open(purpose, b"context", &changed);
    assert_eq!(opened.is_ok(), changed == value);
});

/// Flips bits; at the end also cuts or appends.
fn apply(value: &mut Vec<u8>, position: usize, byte: u8) {
    match value.get_mut(position) {
        Some(at) => *at ^= byte,
        None if byte % 2 == 0 => value.push(byte),
        None => value.truncate(usize::from(byte)),
    }
}
