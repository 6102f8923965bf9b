//! Sealed values: encrypted, bound to a purpose and a context, and tied to a root key by its id.
//!
//! A sealed value is a version byte, the id of the root key (4 bytes), a random salt (24 bytes),
//! and AES-256-GCM ciphertext with its tag. Each purpose has a key of its own, derived from the root
//! key, so that a value sealed for one never opens for another; under it each value has a key of its
//! own, derived with the salt (HKDF-SHA256). So the number of values under a root key has no bound: with
//! random nonces under one key it would be 2^32 (NIST SP 800-38D, 8.3).

use aws_lc_rs::{aead, hkdf, hmac};
use zeroize::Zeroizing;

use super::root::{RootKey, RootKeys};
use crate::ports::Entropy;

const VERSION: u8 = 2;
const KEY_ID: usize = 4;
const SALT: usize = 24;
const HEADER: usize = 1 + KEY_ID + SALT;

/// What a value is sealed or a fingerprint is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The private half of a pool's signing key.
    SigningKey,
    /// The SRP verifier of a password.
    Verifier,
    /// An app client's secret.
    ClientSecret,
    /// A one-time code.
    Code,
    /// The content of a queued message.
    Message,
    /// The `Session` of a challenge.
    Session,
    /// The `SECRET_BLOCK` of SRP.
    SecretBlock,
    /// A refresh token.
    RefreshToken,
    /// A page token of a list.
    PageToken,
    /// The secret of a software token.
    Totp,
    /// The secret of an identity provider.
    ProviderSecret,
    /// What is invented, the same each time, about users who do not exist.
    Invented,
    /// The token in a notice that lets a user speak of an authentication event.
    Feedback,
    /// The challenge that registers a passkey.
    PasskeyChallenge,
    /// The cookie of a browser in which somebody has signed in.
    Browser,
    /// What a sign-in page tells the next one.
    PageData,
    /// What a browser brings back from an identity provider.
    Federation,
}

impl Purpose {
    /// Every purpose, in order.
    pub const ALL: [Self; 17] = [
        Self::SigningKey,
        Self::Verifier,
        Self::ClientSecret,
        Self::Code,
        Self::Message,
        Self::Session,
        Self::SecretBlock,
        Self::RefreshToken,
        Self::PageToken,
        Self::Totp,
        Self::ProviderSecret,
        Self::Invented,
        Self::Feedback,
        Self::PasskeyChallenge,
        Self::Browser,
        Self::PageData,
        Self::Federation,
    ];

    /// The name that keys are derived with: what is stored depends on it, so it never changes.
    const fn name(self) -> &'static str {
        match self {
            Self::SigningKey => "signing-key",
            Self::Verifier => "verifier",
            Self::ClientSecret => "client-secret",
            Self::Code => "code",
            Self::Message => "message",
            Self::Session => "session",
            Self::SecretBlock => "secret-block",
            Self::RefreshToken => "refresh-token",
            Self::PageToken => "page-token",
            Self::Totp => "totp",
            Self::ProviderSecret => "provider-secret",
            Self::Invented => "invented",
            Self::Feedback => "feedback",
            Self::PasskeyChallenge => "passkey-challenge",
            Self::Browser => "browser",
            Self::PageData => "page-data",
            Self::Federation => "federation",
        }
    }
}

/// Why a value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short, or of an unknown version.
    #[error("not a sealed value")]
    Malformed,
    /// Sealed under a root key that is not among the present ones.
    #[error("sealed under an unknown root key")]
    UnknownKey,
    /// Changed, or sealed for another purpose or context.
    #[error("the sealed value is not authentic here")]
    Forged,
}

/// Seals and opens values, with all keys derived ahead.
pub struct Sealer {
    current: KeyRing,
    older: Vec<KeyRing>,
}

/// The keys under one root key, in the order of [`Purpose::ALL`].
struct KeyRing {
    id: [u8; KEY_ID],
    seals: Vec<hkdf::Prk>,
    macs: Vec<hmac::Key>,
}

impl KeyRing {
    fn new(root: &RootKey) -> Self {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cenote").extract(&*root.secret);
        let (seals, macs) = Purpose::ALL
            .iter()
            .map(|purpose| {
                let name = purpose.name().as_bytes();
                let seal = extracted
                    .expand(&[b"seal ", name], hkdf::HKDF_SHA256)
                    .map(hkdf::Prk::from);
                let mac = extracted
                    .expand(&[b"mac ", name], hmac::HMAC_SHA256)
                    .map(hmac::Key::from);
                (
                    seal.expect("HKDF-SHA256 gives 32 bytes"),
                    mac.expect("HKDF-SHA256 gives 32 bytes"),
                )
            })
            .unzip();
        Self {
            id: root.id,
            seals,
            macs,
        }
    }

    /// The key of the one value that has this salt. It encrypts nothing else, so its nonce is zero.
    fn key(&self, purpose: Purpose, salt: &[u8]) -> (aead::LessSafeKey, aead::Nonce) {
        let key = self.seals[purpose as usize]
            .expand(&[salt], &aead::AES_256_GCM)
            .map(aead::UnboundKey::from)
            .expect("HKDF-SHA256 gives 32 bytes");
        let nonce = aead::Nonce::assume_unique_for_key([0; aead::NONCE_LEN]);
        (aead::LessSafeKey::new(key), nonce)
    }
}

impl Sealer {
    /// Derives the keys of every purpose.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the root keys are not needed afterwards"
    )]
    pub fn new(root: RootKeys) -> Self {
        Self {
            current: KeyRing::new(&root.current),
            older: root.older.iter().map(KeyRing::new).collect(),
        }
    }

    /// Encrypts `plain` under the current key. It opens only with the same purpose and context.
    pub fn seal(
        &self,
        purpose: Purpose,
        context: &[u8],
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Vec<u8> {
        let mut salt = [0; SALT];
        entropy.fill(&mut salt);
        let (key, nonce) = self.current.key(purpose, &salt);

        let mut sealed = Vec::with_capacity(HEADER + plain.len() + key.algorithm().tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.current.id);
        sealed.extend_from_slice(&salt);
        sealed.extend_from_slice(plain);
        let tag = key
            .seal_in_place_separate_tag(nonce, aead::Aad::from(context), &mut sealed[HEADER..])
            .expect("AES-GCM takes 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Decrypts what [`Sealer::seal`] made, under whichever root key it was.
    pub fn open(
        &self,
        purpose: Purpose,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (header, body) = sealed
            .split_first_chunk::<HEADER>()
            .ok_or(SealError::Malformed)?;
        let [VERSION, identified @ ..] = header else {
            return Err(SealError::Malformed);
        };
        let (id, salt) = identified.split_at(KEY_ID);
        let ring = self
            .rings()
            .find(|ring| ring.id == id)
            .ok_or(SealError::UnknownKey)?;

        let (key, nonce) = ring.key(purpose, salt);
        let mut plain = Zeroizing::new(body.to_vec());
        let length = key
            .open_in_place(nonce, aead::Aad::from(context), &mut plain)
            .map_err(|_| SealError::Forged)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }

    /// A fingerprint (HMAC-SHA256) that only this deployment can compute, under the current root key:
    /// [`Sealer::is_mac`] knows it again when that key is an older one.
    pub fn mac(&self, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        fingerprint(&self.current, purpose, data)
    }

    /// Whether this is a fingerprint of `data` under any of the present root keys.
    pub fn is_mac(&self, purpose: Purpose, data: &[u8], mac: &[u8]) -> bool {
        self.rings()
            .any(|ring| hmac::verify(&ring.macs[purpose as usize], data, mac).is_ok())
    }

    /// A fingerprint that stays the same when a new root key comes before the others, for as long as the
    /// last of them is kept.
    pub fn lasting_mac(&self, purpose: Purpose, data: &[u8]) -> [u8; 32] {
        let oldest = self.older.last().unwrap_or(&self.current);
        fingerprint(oldest, purpose, data)
    }

    fn rings(&self) -> impl Iterator<Item = &KeyRing> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

fn fingerprint(ring: &KeyRing, purpose: Purpose, data: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&ring.macs[purpose as usize], data);
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(tag.as_ref());
    fingerprint
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::seeded::Seeded;

    fn sealer() -> Sealer {
        Sealer::new(RootKeys::new([1; 32], []))
    }

    #[test]
    fn purposes_are_in_order_and_have_different_names() {
        for (index, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, index);
            assert!(
                Purpose::ALL[..index]
                    .iter()
                    .all(|earlier| earlier.name() != purpose.name())
            );
        }
    }

    #[test]
    fn a_value_opens_only_for_its_purpose() {
        let sealer = sealer();
        let entropy = Seeded::default();
        for purpose in Purpose::ALL {
            let value = sealer.seal(purpose, b"context", b"plain", &entropy);
            for other in Purpose::ALL {
                let opened = sealer.open(other, b"context", &value);
                if other == purpose {
                    assert_eq!(opened.unwrap().as_slice(), b"plain");
                } else {
                    assert_eq!(opened, Err(SealError::Forged), "{purpose:?} as {other:?}");
                }
            }
        }
    }

    #[test]
    fn an_older_key_opens_and_a_dropped_one_does_not() {
        let entropy = Seeded::default();
        let sealed = sealer().seal(Purpose::Session, b"", b"plain", &entropy);
        let rotated = Sealer::new(RootKeys::new([2; 32], [[3; 32], [1; 32]]));
        assert_eq!(
            rotated
                .open(Purpose::Session, b"", &sealed)
                .unwrap()
                .as_slice(),
            b"plain"
        );
        let dropped = Sealer::new(RootKeys::new([2; 32], [[3; 32]]));
        assert_eq!(
            dropped.open(Purpose::Session, b"", &sealed),
            Err(SealError::UnknownKey)
        );
        // What is sealed after the rotation is sealed under the new key.
        let newer = rotated.seal(Purpose::Session, b"", b"plain", &entropy);
        assert_eq!(
            dropped
                .open(Purpose::Session, b"", &newer)
                .unwrap()
                .as_slice(),
            b"plain"
        );
        assert_eq!(
            sealer().open(Purpose::Session, b"", &newer),
            Err(SealError::UnknownKey)
        );
    }

    #[test]
    fn the_same_plain_text_is_sealed_differently_each_time() {
        let sealer = sealer();
        let entropy = Seeded::default();
        let first = sealer.seal(Purpose::Code, b"", b"123456", &entropy);
        let second = sealer.seal(Purpose::Code, b"", b"123456", &entropy);
        assert_ne!(first[HEADER..], second[HEADER..]);
    }

    #[test]
    fn fingerprints_depend_on_purpose_data_and_root_key() {
        let one = sealer().mac(Purpose::Code, b"data");
        assert_eq!(sealer().mac(Purpose::Code, b"data"), one);
        assert_ne!(sealer().mac(Purpose::Invented, b"data"), one);
        assert_ne!(sealer().mac(Purpose::Code, b"datb"), one);
        assert_ne!(
            Sealer::new(RootKeys::new([2; 32], [[1; 32]])).mac(Purpose::Code, b"data"),
            one
        );
    }

    #[test]
    fn fingerprints_are_known_again_after_a_rotation() {
        let before = sealer();
        let after = Sealer::new(RootKeys::new([2; 32], [[1; 32]]));
        let dropped = Sealer::new(RootKeys::new([2; 32], []));
        let old = before.mac(Purpose::Code, b"data");
        assert!(before.is_mac(Purpose::Code, b"data", &old));
        assert!(after.is_mac(Purpose::Code, b"data", &old));
        assert!(after.is_mac(Purpose::Code, b"data", &after.mac(Purpose::Code, b"data")));
        assert!(!after.is_mac(Purpose::Code, b"datb", &old));
        assert!(!after.is_mac(Purpose::Invented, b"data", &old));
        assert!(!after.is_mac(Purpose::Code, b"data", &old[..31]));
        assert!(!dropped.is_mac(Purpose::Code, b"data", &old));

        let lasting = |sealer: &Sealer| sealer.lasting_mac(Purpose::Invented, b"data");
        assert_eq!(lasting(&before), lasting(&after));
        assert_ne!(lasting(&after), lasting(&dropped));
    }

    #[test]
    fn each_value_has_a_key_of_its_own() {
        let sealer = sealer();
        let entropy = Seeded::default();
        let [one, other] = [(); 2].map(|()| sealer.seal(Purpose::Session, b"", b"plain", &entropy));
        let mixed = [&one[..HEADER], &other[HEADER..]].concat();
        assert_eq!(
            sealer.open(Purpose::Session, b"", &mixed),
            Err(SealError::Forged)
        );
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(
            plain in proptest::collection::vec(any::<u8>(), 0..600),
            context in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let sealer = sealer();
            let sealed = sealer.seal(Purpose::Message, &context, &plain, &Seeded::default());
            let opened = sealer.open(Purpose::Message, &context, &sealed).unwrap();
            prop_assert_eq!(&*opened, &plain);
        }

        #[test]
        fn a_changed_bit_is_noticed(
            plain in proptest::collection::vec(any::<u8>(), 0..40),
            at in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let sealer = sealer();
            let mut sealed = sealer.seal(Purpose::Message, b"context", &plain, &Seeded::default());
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            let expected = match at {
                0 => SealError::Malformed,
                1..=4 => SealError::UnknownKey,
                _ => SealError::Forged,
            };
            prop_assert_eq!(sealer.open(Purpose::Message, b"context", &sealed), Err(expected));
        }

        #[test]
        fn a_shortened_value_does_not_open(cut in any::<prop::sample::Index>()) {
            let sealer = sealer();
            let sealed = sealer.seal(Purpose::Message, b"", b"a plain text", &Seeded::default());
            let cut = cut.index(sealed.len());
            prop_assert!(sealer.open(Purpose::Message, b"", &sealed[..cut]).is_err());
        }

        #[test]
        fn another_context_does_not_open(
            context in proptest::collection::vec(any::<u8>(), 0..20),
            other in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            prop_assume!(context != other);
            let sealer = sealer();
            let sealed = sealer.seal(Purpose::PageToken, &context, b"plain", &Seeded::default());
            prop_assert_eq!(sealer.open(Purpose::PageToken, &other, &sealed), Err(SealError::Forged));
        }

        #[test]
        fn arbitrary_bytes_do_not_open(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(sealer().open(Purpose::Session, b"", &bytes).is_err());
        }
    }
}
