//! Fixed-width numbers as limbs, and the few sums that need no library. All of it takes the same
//! time whatever the values are.

use std::hint::black_box;

use crate::SIZE;

/// A machine word of the library's numbers.
pub(crate) type Limb = aws_lc_sys::BN_ULONG;

/// How many limbs hold a residue.
pub(crate) const LIMBS: usize = SIZE / size_of::<Limb>();

/// A 3072-bit number, least significant limb first.
pub(crate) type Limbs = [Limb; LIMBS];

/// The prime of RFC 3526, group 15: 2^3072 - 2^3008 - 1 + 2^64 * (floor(2^2942 * pi) + 1690314).
const PRIME_HEX: &str = "\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
    EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
    83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
    15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
    BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// The prime N, big-endian.
pub(crate) const PRIME: [u8; SIZE] = parse_prime();

const fn parse_prime() -> [u8; SIZE] {
    const fn digit(hex: u8) -> u8 {
        match hex {
            b'0'..=b'9' => hex - b'0',
            _ => hex - b'A' + 10,
        }
    }
    let hex = PRIME_HEX.as_bytes();
    assert!(hex.len() == 2 * SIZE);
    let mut bytes = [0; SIZE];
    let mut at = 0;
    while at < SIZE {
        bytes[at] = digit(hex[2 * at]) << 4 | digit(hex[2 * at + 1]);
        at += 1;
    }
    bytes
}

/// Fills `limbs` with a big-endian number that is no longer than they are.
pub(crate) fn read_be(bytes: &[u8], limbs: &mut [Limb]) {
    for (limb, chunk) in limbs.iter_mut().zip(bytes.rchunks(size_of::<Limb>())) {
        *limb = chunk
            .iter()
            .fold(0, |value, byte| value << 8 | Limb::from(*byte));
    }
}

/// The big-endian bytes of a number.
pub(crate) fn to_be(limbs: &Limbs) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    for (chunk, limb) in bytes.rchunks_mut(size_of::<Limb>()).zip(limbs) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
    bytes
}

/// `a + b mod n`, for residues of `n`.
pub(crate) fn add(a: &Limbs, b: &Limbs, n: &Limbs) -> Limbs {
    let mut sum = [0; LIMBS];
    let mut carry = false;
    for (sum, (a, b)) in sum.iter_mut().zip(a.iter().zip(b)) {
        (*sum, carry) = a.carrying_add(*b, carry);
    }
    subtract_once(&sum, carry, n)
}

/// `a - b mod n`, for residues of `n`.
pub(crate) fn sub(a: &Limbs, b: &Limbs, n: &Limbs) -> Limbs {
    let mut difference = [0; LIMBS];
    let mut borrow = false;
    for (difference, (a, b)) in difference.iter_mut().zip(a.iter().zip(b)) {
        (*difference, borrow) = a.borrowing_sub(*b, borrow);
    }
    let wrapped = mask(borrow);
    let mut carry = false;
    for (difference, n) in difference.iter_mut().zip(n) {
        (*difference, carry) = difference.carrying_add(n & wrapped, carry);
    }
    difference
}

/// Brings a number below `n`, when it is below `2n`. `carry` is its bit above the top limb.
pub(crate) fn subtract_once(value: &Limbs, carry: bool, n: &Limbs) -> Limbs {
    let mut reduced = [0; LIMBS];
    let mut borrow = false;
    for (reduced, (value, n)) in reduced.iter_mut().zip(value.iter().zip(n)) {
        (*reduced, borrow) = value.borrowing_sub(*n, borrow);
    }
    // A borrow without a carry says that the value was below n already.
    let keep = mask(borrow) & !mask(carry);
    for (reduced, value) in reduced.iter_mut().zip(value) {
        *reduced = (value & keep) | (*reduced & !keep);
    }
    reduced
}

/// Copies `table[index]` while touching every entry alike, so that neither time nor the cache
/// tells which one it was.
pub(crate) fn select(table: &[Limbs], index: Limb, out: &mut Limbs) {
    out.fill(0);
    for (at, entry) in (0..).zip(table) {
        let take = mask(at == index);
        for (out, limb) in out.iter_mut().zip(entry) {
            *out |= limb & take;
        }
    }
}

/// `2 ^ exponent`, for an exponent below 3072.
pub(crate) fn power_of_two(exponent: Limb) -> Limbs {
    let bits = Limb::from(Limb::BITS);
    let mut limbs = [0; LIMBS];
    for (at, limb) in (0..).zip(&mut limbs) {
        *limb = mask(at == exponent / bits) & (1 << (exponent % bits));
    }
    limbs
}

/// All ones for true. The optimiser may not know the value, else it could turn the mask back into
/// a branch on a secret.
fn mask(flag: bool) -> Limb {
    black_box(Limb::from(flag)).wrapping_neg()
}
