//! The group that everything is computed in, and the table of powers of its generator.

use std::sync::LazyLock;

use crate::ffi::{Modulus, Scratch};
use crate::limbs::{LIMBS, Limb, Limbs, PRIME, power_of_two, read_be, select};

/// Low bits of the exponent that need no table: the generator is 2, so that they only choose which
/// bit of the first factor is set. 2^2047 is the most that 11 bits can ask for, well below N.
const FREE: usize = 11;
/// Bits of the exponent that one row of the table covers. Reading a whole row costs a tenth of the
/// product that it saves; wider rows would outgrow a core's cache.
const WINDOW: usize = 5;
/// Rows for a 256-bit exponent.
const WINDOWS: usize = (256 - FREE) / WINDOW;
const _: () = assert!(FREE + WINDOWS * WINDOW == 256);

/// One row per window, least significant first: `g ^ (j * 2^(FREE + WINDOW * row))` for each digit
/// `j`, in Montgomery form. 588 KiB in all.
type Table = Vec<[Limbs; 1 << WINDOW]>;

/// The prime with its constants, shared by all threads.
pub(crate) static MODULUS: LazyLock<Modulus> = LazyLock::new(|| {
    let mut limbs = [0; LIMBS];
    read_be(&PRIME, &mut limbs);
    Modulus::new(&limbs)
});

/// The powers of the generator, made on first use (about 3 ms).
pub(crate) static POWERS: LazyLock<Table> = LazyLock::new(|| {
    let scratch = Scratch::new();
    let one = MODULUS.to_montgomery(&power_of_two(0), &scratch);
    let mut step = MODULUS.to_montgomery(&power_of_two(1), &scratch);
    for _ in 0..FREE {
        step = MODULUS.product(&step, &step, &scratch);
    }
    let mut table = Vec::with_capacity(WINDOWS);
    for _ in 0..WINDOWS {
        let mut row = [one; 1 << WINDOW];
        for digit in 1..row.len() {
            row[digit] = MODULUS.product(&row[digit - 1], &step, &scratch);
        }
        step = MODULUS.product(&row[row.len() - 1], &step, &scratch);
        table.push(row);
    }
    table
});

/// `g ^ exponent`: one product per row, each with an entry that is found by reading all.
pub(crate) fn generator_power(exponent: &[u8; 32]) -> Limbs {
    let scratch = Scratch::new();
    // Not in Montgomery form, and so neither are its products with what is: no conversion is left.
    let mut power = power_of_two(bits(exponent, 0, FREE));
    let mut entry = [0; LIMBS];
    for (row, at) in POWERS.iter().zip((FREE..).step_by(WINDOW)) {
        select(row, bits(exponent, at, WINDOW), &mut entry);
        power = MODULUS.product(&power, &entry, &scratch);
    }
    power
}

/// The number that `count` bits (11 at most, within two bytes) make from bit `at` on, where bit 0
/// is the least significant.
fn bits(exponent: &[u8; 32], at: usize, count: usize) -> Limb {
    let byte = |index: usize| {
        exponent
            .len()
            .checked_sub(index + 1)
            .map_or(0, |index| Limb::from(exponent[index]))
    };
    let two_bytes = byte(at / 8) | byte(at / 8 + 1) << 8;
    (two_bytes >> (at % 8)) & ((1 << count) - 1)
}
