//! Hashes of passwords that were made elsewhere and came with an import.
//!
//! bcrypt hashes are in their usual form (`$2b$…`), the others in the PHC string format:
//! `$scrypt$ln=…,r=…,p=…$salt$hash`, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, `$pbkdf2-sha256$i=…$salt$hash`.

use std::num::NonZero;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use cenote_model::PasswordHashingAlgorithmType as Kind;
use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq;

/// What one check may cost: who makes the file says how much work a sign-in is.
const BCRYPT_COST: u32 = 14;
const SCRYPT_BLOCKS: u64 = 1 << 20;
const ARGON2_KIB: u32 = 256 * 1024;
const ARGON2_PASSES: u32 = 10;
const ARGON2_LANES: u32 = 16;
const PBKDF2_ROUNDS: u32 = 2_000_000;

/// The shortest and longest salt and hash, in bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// A hash, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hash<'a> {
    text: &'a str,
    form: Form,
}

#[derive(Debug, PartialEq, Eq)]
enum Form {
    Bcrypt,
    Scrypt(Salted, u8, u32, u32),
    Argon2id(Salted, u32, u32, u32),
    Pbkdf2(Salted, NonZero<u32>),
}

#[derive(Debug, PartialEq, Eq)]
struct Salted {
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl<'a> Hash<'a> {
    /// Takes a hash of this kind apart; `None` when it has another form, or costs too much to check.
    pub(crate) fn parse(kind: Kind, text: &'a str) -> Option<Self> {
        let form = match kind {
            Kind::Bcrypt => bcrypt(text)?,
            Kind::Scrypt => scrypt(text)?,
            Kind::Argon2id => argon2id(text)?,
            Kind::Pbkdf2Sha256 => pbkdf2_sha256(text)?,
        };
        Some(Self { text, form })
    }

    /// Whether this is the password. Takes as long as the parameters of the hash say.
    pub(crate) fn matches(&self, password: &str) -> bool {
        let password = password.as_bytes();
        match &self.form {
            Form::Bcrypt => bcrypt::verify(password, self.text).unwrap_or_default(),
            Form::Scrypt(known, log_n, r, p) => known.is(|salt, hash| {
                let params = scrypt::Params::new(*log_n, *r, *p).ok()?;
                scrypt::scrypt(password, salt, &params, hash).ok()
            }),
            Form::Argon2id(known, memory, passes, lanes) => known.is(|salt, hash| {
                let params = Params::new(*memory, *passes, *lanes, Some(hash.len())).ok()?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(password, salt, hash)
                    .ok()
            }),
            Form::Pbkdf2(known, rounds) => {
                let (salt, hash) = (&known.salt, &known.hash);
                pbkdf2::verify(PBKDF2_HMAC_SHA256, *rounds, salt, password, hash).is_ok()
            }
        }
    }
}

impl Salted {
    fn parse(salt: &str, hash: &str) -> Option<Self> {
        let part = |text: &str| {
            let bytes = BASE64_NOPAD.decode(text.as_bytes()).ok()?;
            LENGTHS.contains(&bytes.len()).then_some(bytes)
        };
        Some(Self {
            salt: part(salt)?,
            hash: part(hash)?,
        })
    }

    /// Whether `derive`, which fills a buffer, makes the known hash.
    fn is(&self, derive: impl FnOnce(&[u8], &mut [u8]) -> Option<()>) -> bool {
        let mut made = vec![0; self.hash.len()];
        derive(&self.salt, &mut made).is_some() && bool::from(made.ct_eq(&self.hash))
    }
}

fn bcrypt(text: &str) -> Option<Form> {
    let rest = ["$2a$", "$2b$", "$2y$"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))?;
    let (cost, rest) = rest.split_once('$')?;
    let is_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"./".contains(&byte);
    let cost: u32 = (cost.len() == 2).then(|| cost.parse().ok())??;
    ((4..=BCRYPT_COST).contains(&cost) && rest.len() == 53 && rest.bytes().all(is_alphabet))
        .then_some(Form::Bcrypt)
}

/// The numbers of `a=1,b=2`, which must have these names in this order.
fn numbers<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut values = [0; N];
    let mut given = text.split(',');
    for (name, value) in names.into_iter().zip(&mut values) {
        let digits = given.next()?.strip_prefix(name)?.strip_prefix('=')?;
        *value = digits.parse().ok()?;
    }
    given.next().is_none().then_some(values)
}

fn scrypt(text: &str) -> Option<Form> {
    let mut parts = text.strip_prefix("$scrypt$")?.split('$');
    let [log_n, r, p] = numbers(parts.next()?, ["ln", "r", "p"])?;
    let known = Salted::parse(parts.next()?, parts.next()?)?;
    let log_n = u8::try_from(log_n)
        .ok()
        .filter(|log_n| (1..=20).contains(log_n))?;
    let blocks = (1_u64 << log_n)
        .checked_mul(u64::from(r))?
        .checked_mul(u64::from(p))?;
    let is_good = parts.next().is_none() && r > 0 && p > 0 && blocks <= SCRYPT_BLOCKS;
    is_good.then_some(Form::Scrypt(known, log_n, r, p))
}

fn argon2id(text: &str) -> Option<Form> {
    let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
    let [memory, passes, lanes] = numbers(parts.next()?, ["m", "t", "p"])?;
    let known = Salted::parse(parts.next()?, parts.next()?)?;
    let is_good = parts.next().is_none()
        && (1..=ARGON2_LANES).contains(&lanes)
        && (1..=ARGON2_PASSES).contains(&passes)
        && (8 * lanes..=ARGON2_KIB).contains(&memory);
    is_good.then_some(Form::Argon2id(known, memory, passes, lanes))
}

fn pbkdf2_sha256(text: &str) -> Option<Form> {
    let mut parts = text.strip_prefix("$pbkdf2-sha256$")?.split('$');
    let given = parts.next()?;
    let [rounds] = match given.split_once(",l=") {
        Some((rounds, _)) => numbers(rounds, ["i"])?,
        None => numbers(given, ["i"])?,
    };
    let known = Salted::parse(parts.next()?, parts.next()?)?;
    let length = given.split_once(",l=").map(|(_, length)| length);
    let is_length = length.is_none_or(|length| length.parse() == Ok(known.hash.len()));
    let is_good = parts.next().is_none() && is_length && rounds <= PBKDF2_ROUNDS;
    let rounds = NonZero::new(rounds)?;
    is_good.then_some(Form::Pbkdf2(known, rounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by other programs, all of the same password.
    const KNOWN: [(Kind, &str); 4] = [
        (
            Kind::Bcrypt,
            "$2b$04$abcdefghijklmnopqrstuuchGdllX0O2ZthG6oyaPSbmBrCIbnHlu",
        ),
        (
            Kind::Scrypt,
            "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$5npCRopIninO1ueEcP3iQveYG4vMcezhy0iss6THDFE",
        ),
        (
            Kind::Argon2id,
            "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$vjVYaa5gbKIKVc3luyrKPqkdPgZYjuFLKeX5qqX5Q/g",
        ),
        (
            Kind::Pbkdf2Sha256,
            "$pbkdf2-sha256$i=1000$c2FsdHNhbHRzYWx0c2FsdA$3vCLJLuiV3RFRHatUp2ONjVi0EMQAH7E9X4VsORni/0",
        ),
    ];

    #[test]
    fn hashes_of_other_programs_are_checked() {
        for (kind, text) in KNOWN {
            let hash = Hash::parse(kind, text).expect("a hash");
            assert!(hash.matches("Passw0rd!"), "{text}");
            assert!(!hash.matches("Passw0rd"), "{text}");
        }
    }

    #[test]
    fn each_kind_has_its_form() {
        for (kind, _) in KNOWN {
            for (other, text) in KNOWN {
                assert_eq!(Hash::parse(kind, text).is_some(), kind == other, "{text}");
            }
        }
        for (kind, text) in [
            (
                Kind::Bcrypt,
                "$2b$31$abcdefghijklmnopqrstuuchGdllX0O2ZthG6oyaPSbmBrCIbnHlu",
            ),
            (Kind::Bcrypt, "$2b$04$short"),
            (
                Kind::Scrypt,
                "$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
            (
                Kind::Scrypt,
                "$scrypt$r=8,ln=4,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
            (
                Kind::Argon2id,
                "$argon2id$v=19$m=9999999,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
            (
                Kind::Argon2id,
                "$argon2id$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
            (
                Kind::Pbkdf2Sha256,
                "$pbkdf2-sha256$i=0$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
            (
                Kind::Pbkdf2Sha256,
                "$pbkdf2-sha256$i=1000,l=9$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
            (
                Kind::Pbkdf2Sha256,
                "$pbkdf2-sha256$i=1000$c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
            ),
        ] {
            assert_eq!(Hash::parse(kind, text), None, "{text}");
        }
    }
}
