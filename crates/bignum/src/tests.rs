//! Everything against a second, slow computation.

use num_bigint::BigUint;
use proptest::prelude::*;

use super::{Element, PRIME, SIZE, add, exp, fixed_base, mul, pad, prime, sub};

fn n() -> BigUint {
    BigUint::from_bytes_be(prime())
}

fn big(element: &Element) -> BigUint {
    BigUint::from_bytes_be(element.as_bytes())
}

fn element(number: &BigUint) -> Element {
    Element::parse(&number.to_bytes_be()).expect("a number of 3072 bits")
}

/// The numbers at which carries, borrows and reductions change.
fn edges() -> Vec<Element> {
    let one = BigUint::from(1_u8);
    let half: BigUint = n() >> 1_u8;
    [
        BigUint::ZERO,
        one.clone(),
        BigUint::from(2_u8),
        half.clone(),
        half + &one,
        n() - &one,
    ]
    .iter()
    .map(element)
    .collect()
}

fn any_element() -> impl Strategy<Value = Element> {
    prop_oneof![
        1 => proptest::sample::select(edges()),
        4 => proptest::collection::vec(any::<u8>(), 0..=SIZE)
            .prop_map(|bytes| Element::parse(&bytes).expect("at most 384 bytes")),
    ]
}

#[test]
fn prime_is_that_of_the_rfc() {
    let text = n().to_str_radix(16);
    assert_eq!(text.len(), 768);
    assert!(text.starts_with("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd1"));
    assert!(text.ends_with("4b82d120a93ad2caffffffffffffffff"));
    // 2 generates the subgroup of prime order (N - 1) / 2, which a wrong digit would break.
    let half: BigUint = (n() - 1_u8) >> 1_u8;
    assert_eq!(
        big(&exp(&Element::GENERATOR, &half.to_bytes_be())),
        BigUint::from(1_u8)
    );
}

#[test]
fn edges_agree_with_the_slow_computation() {
    for a in edges() {
        for b in edges() {
            assert_eq!(big(&mul(&a, &b)), big(&a) * big(&b) % n());
            assert_eq!(big(&add(&a, &b)), (big(&a) + big(&b)) % n());
            assert_eq!(big(&sub(&a, &b)), (n() + big(&a) - big(&b)) % n());
        }
    }
}

#[test]
fn exponent_zero_gives_one() {
    let one = BigUint::from(1_u8);
    for base in edges() {
        assert_eq!(big(&exp(&base, &[])), one);
        assert_eq!(big(&exp(&base, &[0])), one);
        assert_eq!(big(&exp(&base, &[0; 32])), one);
    }
    assert_eq!(big(&fixed_base(&[0; 32])), one);
}

#[test]
fn fixed_base_handles_every_bit_and_every_digit() {
    let single_bits = (0..256).map(|bit| {
        let mut exponent = [0; 32];
        exponent[31 - bit / 8] = 1 << (bit % 8);
        exponent
    });
    // Whatever the width of a window, its digits all occur among these.
    let repeated_bytes = (0..=u8::MAX).map(|byte| [byte; 32]);
    for exponent in single_bits.chain(repeated_bytes) {
        assert_eq!(
            fixed_base(&exponent),
            exp(&Element::GENERATOR, &exponent),
            "{exponent:02x?}"
        );
    }
}

#[test]
fn parse_reduces_once_and_refuses_more_than_3072_bits() {
    assert!(Element::parse(&[]).is_some_and(|element| element.is_zero()));
    assert!(Element::parse(&PRIME).is_some_and(|element| element.is_zero()));
    let above = n() + 5_u8;
    assert_eq!(big(&element(&above)), BigUint::from(5_u8));
    let largest = [0xff; SIZE];
    assert_eq!(
        big(&element(&BigUint::from_bytes_be(&largest))),
        BigUint::from_bytes_be(&largest) - n()
    );

    let zeros_first: Vec<u8> = std::iter::repeat_n(0, 500).chain(*prime()).collect();
    assert!(Element::parse(&zeros_first).is_some_and(|element| element.is_zero()));
    let two_n: BigUint = n() << 1_u8;
    assert_eq!(Element::parse(&two_n.to_bytes_be()), None);
}

#[test]
fn pad_is_the_shortest_twos_complement() {
    assert_eq!(pad(&[]), [0]);
    assert_eq!(pad(&[0, 0]), [0]);
    assert_eq!(pad(&[0x7f]), [0x7f]);
    assert_eq!(pad(&[0x80]), [0, 0x80]);
    assert_eq!(pad(&[0, 0, 0x80, 1]), [0, 0x80, 1]);
    assert_eq!(pad(&[0, 1, 0]), [1, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn arithmetic_agrees(a in any_element(), b in any_element()) {
        prop_assert_eq!(big(&mul(&a, &b)), big(&a) * big(&b) % n());
        prop_assert_eq!(big(&add(&a, &b)), (big(&a) + big(&b)) % n());
        prop_assert_eq!(big(&sub(&a, &b)), (n() + big(&a) - big(&b)) % n());
    }

    #[test]
    fn powers_agree(base in any_element(), exponent in proptest::collection::vec(any::<u8>(), 0..72)) {
        let slow = big(&base).modpow(&BigUint::from_bytes_be(&exponent), &n());
        prop_assert_eq!(big(&exp(&base, &exponent)), slow);
    }

    #[test]
    fn fixed_base_agrees(exponent in any::<[u8; 32]>()) {
        let slow = BigUint::from(2_u8).modpow(&BigUint::from_bytes_be(&exponent), &n());
        prop_assert_eq!(big(&fixed_base(&exponent)), slow);
    }

    #[test]
    fn parse_reduces(bytes in proptest::collection::vec(any::<u8>(), 0..=SIZE)) {
        let parsed = Element::parse(&bytes).expect("at most 384 bytes");
        prop_assert_eq!(big(&parsed), BigUint::from_bytes_be(&bytes) % n());
        prop_assert_eq!(pad(parsed.as_bytes()).len(), usize::try_from(big(&parsed).bits()).unwrap() / 8 + 1);
    }
}
