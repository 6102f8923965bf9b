//! Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA1, six digits,
//! thirty seconds. The algorithm is a dozen lines on top of an HMAC that is here anyway, so it takes no
//! library of its own.

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;

/// Bytes of a secret: 52 characters when written in base32.
pub const SECRET: usize = 32;

/// How long a code is shown.
const STEP_MS: i64 = 30 * 1000;

/// The code of one step of thirty seconds.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    // Dynamic truncation (RFC 4226, 5.3).
    let offset = usize::from(tag[tag.len() - 1] & 15);
    let word = tag[offset..offset + 4]
        .iter()
        .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is: the present one, the one before it or the one after it.
pub fn step_of(secret: &[u8], typed: &str, now_ms: i64) -> Option<i64> {
    let now = now_ms.div_euclid(STEP_MS);
    // All three are compared whatever the first says, so that time tells nothing.
    [now - 1, now + 1, now]
        .into_iter()
        .fold(None, |found, step| {
            let is_it = code(secret, step).as_bytes().ct_eq(typed.as_bytes());
            if bool::from(is_it) { Some(step) } else { found }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, expected) in vectors {
            assert_eq!(code(SECRET, seconds / 30), expected, "at {seconds} s");
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_one_step_late() {
        let step = 41_152_263;
        let typed = code(SECRET, step);
        let found = |steps_later: i64| step_of(SECRET, &typed, (step + steps_later) * STEP_MS);
        assert_eq!(found(-2), None);
        assert_eq!([found(-1), found(0), found(1)], [Some(step); 3]);
        assert_eq!(found(2), None);
        let last_ms = (step + 2) * STEP_MS - 1;
        assert_eq!(step_of(SECRET, &typed, last_ms), Some(step));
        assert_eq!(step_of(SECRET, &typed[..5], last_ms), None);
    }
}
