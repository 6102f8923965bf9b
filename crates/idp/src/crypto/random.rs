//! Random texts from the injected entropy, every one of them equally likely.

use uuid::Uuid;

use crate::ports::Entropy;

const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const LOWER_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Symbols of generated passwords: those that survive mail, markup and shells best, of all that a
/// password may have.
const SYMBOLS: &[u8] = b"!@#%*+-_=.:?";

/// So many decimal digits: a code that somebody types.
pub fn digits(entropy: &dyn Entropy, length: usize) -> String {
    Draw::new(entropy).text(DIGITS, length)
}

/// So many letters and digits; without capitals when `lowercase`.
pub fn alphanumeric(entropy: &dyn Entropy, length: usize, lowercase: bool) -> String {
    Draw::new(entropy).text(
        if lowercase {
            LOWER_AND_DIGITS
        } else {
            ALPHANUMERIC
        },
        length,
    )
}

/// A random UUID (version 4).
pub fn uuid(entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A temporary password of at least this length, and at least eight characters. It has letters in
/// both cases, digits and symbols, and so meets every policy.
pub fn password(entropy: &dyn Entropy, minimum_length: usize) -> String {
    let draw = &mut Draw::new(entropy);
    let mut password: Vec<char> = Vec::with_capacity(minimum_length.max(8));
    for class in [UPPER, LOWER, DIGITS, SYMBOLS] {
        password.push(draw.one_of(class));
    }
    while password.len() < minimum_length.max(8) {
        password.push(draw.one_of(ALPHANUMERIC));
    }
    // A shuffle (Fisher and Yates), lest the classes stand in a known order.
    for at in (1..password.len()).rev() {
        password.swap(at, draw.below(at + 1));
    }
    password.into_iter().collect()
}

/// Draws numbers without bias: a byte that would favour some of them is thrown away.
struct Draw<'a> {
    entropy: &'a dyn Entropy,
    block: [u8; 32],
    used: usize,
}

impl<'a> Draw<'a> {
    const fn new(entropy: &'a dyn Entropy) -> Self {
        Self {
            entropy,
            block: [0; 32],
            used: 32,
        }
    }

    fn byte(&mut self) -> usize {
        if self.used == self.block.len() {
            self.entropy.fill(&mut self.block);
            self.used = 0;
        }
        self.used += 1;
        usize::from(self.block[self.used - 1])
    }

    /// A number below `bound`, which is 256 at most.
    fn below(&mut self, bound: usize) -> usize {
        let fair = 256 - 256 % bound;
        loop {
            let byte = self.byte();
            if byte < fair {
                return byte % bound;
            }
        }
    }

    fn one_of(&mut self, alphabet: &[u8]) -> char {
        char::from(alphabet[self.below(alphabet.len())])
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| self.one_of(alphabet)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::seeded::Seeded;

    /// Gives the bytes 0, 1, 2 ... 255, 0 ...
    #[derive(Default)]
    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn every_digit_is_equally_likely() {
        // Of 256 bytes 250 are fair: each digit comes from 25 of them.
        let text = digits(&Counting::default(), 250);
        for digit in '0'..='9' {
            assert_eq!(text.matches(digit).count(), 25);
        }
        assert!(text.ends_with("6789") && digits(&Counting::default(), 252).ends_with("8901"));
    }

    #[test]
    fn texts_have_their_length_and_alphabet() {
        let entropy = Seeded::default();
        for length in [0, 1, 9, 26, 52, 100] {
            let lower = alphanumeric(&entropy, length, true);
            assert_eq!(lower.len(), length);
            assert!(
                lower
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            );
            let mixed = alphanumeric(&entropy, length, false);
            assert_eq!(mixed.len(), length);
            assert!(mixed.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert!(
            alphanumeric(&entropy, 100, false)
                .bytes()
                .any(|byte| byte.is_ascii_uppercase())
        );
        assert_ne!(
            alphanumeric(&entropy, 26, true),
            alphanumeric(&entropy, 26, true)
        );
    }

    #[test]
    fn uuids_are_of_version_4_and_come_from_the_entropy() {
        let first = uuid(&Seeded::default());
        assert_eq!(first.get_version_num(), 4);
        assert_eq!(first.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(uuid(&Seeded::default()), first);
        let entropy = Seeded::default();
        assert_ne!(uuid(&entropy), uuid(&entropy));
    }

    #[test]
    fn passwords_meet_every_policy() {
        let entropy = Seeded::default();
        for minimum in (0..=99).cycle().take(1000) {
            let password = password(&entropy, minimum);
            assert_eq!(password.len(), minimum.max(8));
            for class in [UPPER, LOWER, DIGITS, SYMBOLS] {
                assert!(
                    password.bytes().any(|byte| class.contains(&byte)),
                    "{password}"
                );
            }
        }
    }

    #[test]
    fn the_classes_of_a_password_stand_anywhere() {
        let entropy = Seeded::default();
        let starts_upper =
            |_: &usize| password(&entropy, 8).starts_with(|first: char| first.is_ascii_uppercase());
        let count = (0..400).filter(starts_upper).count();
        assert!((80..320).contains(&count), "{count} of 400");
    }
}
