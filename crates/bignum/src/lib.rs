//! Arithmetic in the 3072-bit group of RFC 3526 with generator 2, as the Secure Remote Password
//! protocol needs it: a thin layer over aws-lc.
//!
//! The arithmetic takes time that depends on the length of an exponent alone, never on values;
//! reading and padding a number shows no more than how many zeros lead it. Every [`Element`] is
//! reduced, so no input can make a call fail. This is the one crate with `unsafe` code, all of it in
//! the module `ffi`.

#[expect(
    unsafe_code,
    reason = "no safe Rust interface to aws-lc's big numbers exists"
)]
mod ffi;
mod group;
mod limbs;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use zeroize::Zeroizing;

use ffi::Scratch;
use group::{MODULUS, POWERS, generator_power};
use limbs::{LIMBS, Limb, Limbs, PRIME, read_be, subtract_once, to_be};

/// How many bytes a residue has.
pub const SIZE: usize = 384;

/// A residue modulo N: 384 big-endian bytes, always below N.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Element([u8; SIZE]);

impl fmt::Debug for Element {
    /// Shows nothing: it may be a verifier or a shared secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Element(..)")
    }
}

impl Element {
    /// The generator, 2.
    pub const GENERATOR: Self = Self::small(2);

    const fn small(value: u8) -> Self {
        let mut bytes = [0; SIZE];
        bytes[SIZE - 1] = value;
        Self(bytes)
    }

    /// Reads a big-endian number of any length and reduces it modulo N; `None` when it is 2^3072
    /// or more, however many zeros lead it.
    pub fn parse(number: &[u8]) -> Option<Self> {
        let digits = significant(number);
        (digits.len() <= SIZE).then(|| {
            let mut limbs = [0; LIMBS];
            read_be(digits, &mut limbs);
            // N is above 2^3071, so whatever fits is below 2N.
            Self(to_be(&subtract_once(&limbs, false, MODULUS.limbs())))
        })
    }

    /// The big-endian bytes, with leading zeros.
    pub const fn as_bytes(&self) -> &[u8; SIZE] {
        &self.0
    }

    /// Whether it is 0, which no honest party of the protocol ever sends.
    pub fn is_zero(&self) -> bool {
        self.0.iter().fold(0, |seen, byte| seen | byte) == 0
    }

    fn limbs(&self) -> Limbs {
        let mut limbs = [0; LIMBS];
        read_be(&self.0, &mut limbs);
        limbs
    }
}

/// The prime N, big-endian.
pub const fn prime() -> &'static [u8; SIZE] {
    &PRIME
}

/// Makes the tables now rather than on first use.
pub fn warm_up() {
    LazyLock::force(&POWERS);
}

/// `2 ^ exponent mod N`, from a table: four to five times as fast as [`exp`].
pub fn fixed_base(exponent: &[u8; 32]) -> Element {
    Element(to_be(&generator_power(exponent)))
}

/// `base ^ exponent mod N` for a big-endian exponent of any length.
pub fn exp(base: &Element, exponent: &[u8]) -> Element {
    let mut limbs = Zeroizing::new(vec![0; exponent.len().div_ceil(size_of::<Limb>())]);
    read_be(exponent, &mut limbs);
    Element(to_be(&MODULUS.power(
        &base.limbs(),
        &limbs,
        &Scratch::new(),
    )))
}

/// `a * b mod N`.
pub fn mul(a: &Element, b: &Element) -> Element {
    let scratch = Scratch::new();
    let a = MODULUS.to_montgomery(&a.limbs(), &scratch);
    Element(to_be(&MODULUS.product(&a, &b.limbs(), &scratch)))
}

/// `a + b mod N`.
pub fn add(a: &Element, b: &Element) -> Element {
    Element(to_be(&limbs::add(&a.limbs(), &b.limbs(), MODULUS.limbs())))
}

/// `a - b mod N`.
pub fn sub(a: &Element, b: &Element) -> Element {
    Element(to_be(&limbs::sub(&a.limbs(), &b.limbs(), MODULUS.limbs())))
}

/// The shortest big-endian two's complement of a non-negative number, which is what the protocol
/// hashes: no leading zeros, but one zero byte where the top bit would read as a sign.
pub fn pad(number: &[u8]) -> Vec<u8> {
    let digits = significant(number);
    let sign = digits.first().is_none_or(|first| first & 0x80 != 0);
    let mut padded = Vec::with_capacity(digits.len() + 1);
    padded.extend(sign.then_some(0));
    padded.extend_from_slice(digits);
    padded
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
