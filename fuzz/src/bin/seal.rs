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
    // libFuzzer remembers the values that it sees compared; those of other inputs do not open here.
    let context = data;
    let opens = |purpose, value: &[u8]| SEALER.open(purpose, context, value).is_ok();

    let purpose = Purpose::ALL[usize::from(*purpose) % Purpose::ALL.len()];
    let (plain, changes) = rest.split_at(usize::from(*length).min(rest.len()));
    let value = SEALER.seal(purpose, context, plain, &Counter::default());
    let opened = SEALER.open(purpose, context, &value);
    assert_eq!(opened.expect("unchanged").as_slice(), plain);
    assert!(SEALER.open(purpose, rest, &value).is_err());

    let identified = [&value[..IDENTIFIED], rest].concat();
    for other in Purpose::ALL {
        assert_eq!(opens(other, &value), other == purpose);
        assert!(!opens(other, rest));
        assert!(!opens(other, &identified));
    }

    let mut changed = value.clone();
    for change in changes.chunks_exact(2) {
        apply(&mut changed, usize::from(change[0]), change[1]);
    }
    assert_eq!(opens(purpose, &changed), changed == value);
});

/// Flips bits; past the end it appends or cuts.
fn apply(value: &mut Vec<u8>, position: usize, byte: u8) {
    match value.get_mut(position) {
        Some(at) => *at ^= byte,
        None if byte.is_multiple_of(2) => value.push(byte),
        None => value.truncate(usize::from(byte)),
    }
}
