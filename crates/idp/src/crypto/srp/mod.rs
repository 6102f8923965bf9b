//! The server's side of the Secure Remote Password protocol (SRP-6a, RFC 5054) in the variant that
//! Cognito's clients speak: the 3072-bit group of RFC 3526, generator 2, SHA-256, and every hashed
//! number as the shortest two's complement.
//!
//! A user signs in with the name of the pool and the username, a device with its group key and its
//! device key: both are plain texts here.

pub mod client;
#[cfg(test)]
mod tests;
mod timestamp;

use std::sync::LazyLock;

use aws_lc_rs::{digest, hmac};
use cenote_bignum::{Element, pad};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

pub use timestamp::{format as format_timestamp, parse as parse_timestamp};

/// Bytes of a number of the group: a verifier, or either public value.
pub const SIZE: usize = cenote_bignum::SIZE;

/// What both sides expand the shared secret with.
const KEY_INFO: &[u8] = b"Caldera Derived Key";

/// k = H(N, g).
static MULTIPLIER: LazyLock<Element> = LazyLock::new(|| {
    element(&sha256(&[
        &pad(cenote_bignum::prime()),
        &pad(Element::GENERATOR.as_bytes()),
    ]))
});

/// Makes the tables now rather than at the first sign-in.
pub fn warm_up() {
    cenote_bignum::warm_up();
    LazyLock::force(&MULTIPLIER);
}

/// The verifier g^x that stands for a password.
pub fn verifier(pool_name: &str, username: &str, password: &str, salt: &[u8]) -> [u8; SIZE] {
    let x = private_key(pool_name, username, password, salt);
    *cenote_bignum::fixed_base(&x).as_bytes()
}

/// x = H(salt, H(pool name | username | ":" | password)).
fn private_key(
    pool_name: &str,
    username: &str,
    password: &str,
    salt: &[u8],
) -> Zeroizing<[u8; 32]> {
    let identity = Zeroizing::new(sha256(&[
        pool_name.as_bytes(),
        username.as_bytes(),
        b":",
        password.as_bytes(),
    ]));
    Zeroizing::new(sha256(&[&pad(salt), &*identity]))
}

/// Why a client's public value is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicValueError {
    /// Empty, or something other than hexadecimal digits.
    #[error("SRP_A is not a hexadecimal number")]
    NotHex,
    /// More than 3072 bits.
    #[error("SRP_A is longer than 3072 bits")]
    TooLong,
    /// A multiple of N, which would make the shared secret known to everybody.
    #[error("SRP_A is a multiple of N")]
    Zero,
}

/// A client's public value A, known not to be a multiple of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientPublic(Element);

impl ClientPublic {
    /// Reads `SRP_A`: hexadecimal in either case, an odd number of digits allowed, with as many as
    /// one byte of leading zeros beyond 3072 bits, as the padding of some clients puts there.
    pub fn parse(hex: &str) -> Result<Self, PublicValueError> {
        if hex.len() > 2 * (SIZE + 1) {
            return Err(PublicValueError::TooLong);
        }
        let even = if hex.len().is_multiple_of(2) {
            hex.to_owned()
        } else {
            format!("0{hex}")
        };
        let bytes = HEXLOWER_PERMISSIVE
            .decode(even.as_bytes())
            .map_err(|_| PublicValueError::NotHex)?;
        if bytes.is_empty() {
            return Err(PublicValueError::NotHex);
        }
        Self::from_bytes(&bytes)
    }

    /// Takes a big-endian number.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PublicValueError> {
        let value = Element::parse(bytes).ok_or(PublicValueError::TooLong)?;
        if value.is_zero() {
            Err(PublicValueError::Zero)
        } else {
            Ok(Self(value))
        }
    }

    /// The number, big-endian, with leading zeros.
    pub const fn as_bytes(&self) -> &[u8; SIZE] {
        self.0.as_bytes()
    }
}

/// What the server must remember between the two calls of a sign-in.
#[derive(Clone)]
pub struct ServerStart {
    /// The secret exponent b.
    pub secret: Zeroizing<[u8; 32]>,
    /// The public value B.
    pub public: [u8; SIZE],
}

impl ServerStart {
    /// B = k*v + g^b, for 32 random bytes b.
    pub fn new(verifier: &[u8; SIZE], secret: [u8; 32]) -> Self {
        let secret = Zeroizing::new(secret);
        let power = cenote_bignum::fixed_base(&secret);
        let public = *server_public(&element(verifier), &power).as_bytes();
        Self { secret, public }
    }

    /// `SRP_B`: lower-case hexadecimal without leading zeros.
    pub fn public_hex(&self) -> String {
        hex_number(&self.public)
    }

    /// The key that the client shares if it knew the password. Takes about 1 ms.
    pub fn shared_key(&self, client: &ClientPublic, verifier: &[u8; SIZE]) -> SharedKey {
        server_key(
            client,
            &element(&self.public),
            &element(verifier),
            &*self.secret,
        )
    }
}

fn server_public(verifier: &Element, power: &Element) -> Element {
    cenote_bignum::add(&cenote_bignum::mul(&MULTIPLIER, verifier), power)
}

/// S = (A * v^u)^b, then K.
fn server_key(client: &ClientPublic, server: &Element, verifier: &Element, b: &[u8]) -> SharedKey {
    let u = scramble(&client.0, server);
    let masked = cenote_bignum::mul(&client.0, &cenote_bignum::exp(verifier, &u));
    SharedKey::derive(&u, &cenote_bignum::exp(&masked, b))
}

/// u = H(A, B).
fn scramble(client: &Element, server: &Element) -> [u8; 32] {
    sha256(&[&pad(client.as_bytes()), &pad(server.as_bytes())])
}

/// The key K that both sides derive, with which the client signs its claim.
pub struct SharedKey(Zeroizing<[u8; 16]>);

impl SharedKey {
    /// HKDF-SHA256 of S with salt u, cut to 16 bytes: the first block holds them all.
    fn derive(u: &[u8; 32], premaster: &Element) -> Self {
        let premaster = Zeroizing::new(pad(premaster.as_bytes()));
        let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &pad(u)), &premaster);
        let expander = hmac::Key::new(hmac::HMAC_SHA256, extracted.as_ref());
        let block = hmac::sign(&expander, &[KEY_INFO, &[1]].concat());
        let mut key = Zeroizing::new([0; 16]);
        key.copy_from_slice(&block.as_ref()[..16]);
        Self(key)
    }

    /// The claim that goes with this key: `PASSWORD_CLAIM_SIGNATURE` before base64.
    /// `secret_block` is decoded, `timestamp` is the text as sent.
    pub fn sign(
        &self,
        pool_name: &str,
        username: &str,
        secret_block: &[u8],
        timestamp: &str,
    ) -> [u8; 32] {
        let tag = hmac::sign(
            &self.mac(),
            &claim(pool_name, username, secret_block, timestamp),
        );
        let mut signature = [0; 32];
        signature.copy_from_slice(tag.as_ref());
        signature
    }

    /// Whether this is the claim that goes with this key, compared in constant time.
    pub fn verify(
        &self,
        pool_name: &str,
        username: &str,
        secret_block: &[u8],
        timestamp: &str,
        signature: &[u8],
    ) -> bool {
        let claim = claim(pool_name, username, secret_block, timestamp);
        hmac::verify(&self.mac(), &claim, signature).is_ok()
    }

    fn mac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &*self.0)
    }
}

fn claim(pool_name: &str, username: &str, secret_block: &[u8], timestamp: &str) -> Vec<u8> {
    [
        pool_name.as_bytes(),
        username.as_bytes(),
        secret_block,
        timestamp.as_bytes(),
    ]
    .concat()
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// A number that is known to be no longer than the group's.
fn element(bytes: &[u8]) -> Element {
    Element::parse(bytes).expect("at most 384 bytes")
}

fn hex_number(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes).trim_start_matches('0').to_owned()
}
