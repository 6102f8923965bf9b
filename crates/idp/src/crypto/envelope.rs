//! Messages in the format of the AWS Encryption SDK, which functions of CustomEmailSender and CustomSMSSender
//! decrypt.
//!
//! Format version 1, suite 0x0178: AES-256-GCM under a key that HKDF-SHA256 derives from a data key, without
//! a signature. The data key comes in the message, wrapped by the KMS key that the pool names.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::ports::Entropy;

const VERSION: u8 = 1;
const CUSTOMER_AUTHENTICATED: u8 = 0x80;
const SUITE: [u8; 2] = [0x01, 0x78];
const FRAMED: u8 = 2;
const IV_BYTES: u8 = 12;
const KEY_PROVIDER: &str = "aws-kms";

/// The usual length of a frame. A code fits one.
const FRAME_BYTES: usize = 4096;

/// Every message has a data key of its own, so that the frame's number is nonce enough.
const FIRST_FRAME: u32 = 1;

const LAST_FRAME: u32 = u32::MAX;
const LAST_FRAME_TEXT: &[u8] = b"AWSKMSEncryptionClient Final Frame";

/// The key of an encryption context that says which pool a message is of.
const POOL_CONTEXT: &str = "userpool-id";

/// A fresh data key, in clear and as its KMS key has wrapped it.
pub struct DataKey {
    /// The key itself.
    pub plaintext: Zeroizing<[u8; 32]>,
    /// What the KMS key makes the key itself of again, given the same context.
    pub wrapped: Vec<u8>,
}

/// What a message for a pool's sender is bound to, in the order of the keys: its data key must be wrapped
/// with it.
pub fn sender_context(pool_id: &str) -> [(&'static str, &str); 1] {
    [(POOL_CONTEXT, pool_id)]
}

/// Encrypts a code for the function of a pool's sender: base64, as the `code` of its event. `None` when a
/// part is longer than the format can tell.
pub fn encrypt_for_sender(
    data_key: &DataKey,
    key_arn: &str,
    pool_id: &str,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Option<String> {
    let mut message_id = [0; 16];
    entropy.fill(&mut message_id);
    let length = u32::try_from(plaintext.len()).ok()?;
    let key = message_key(&data_key.plaintext, &message_id);
    let mut message = header(
        data_key,
        key_arn,
        pool_id,
        &message_id,
        plaintext.len().max(FRAME_BYTES),
    )?;
    let tag = seal(&key, 0, &message, &mut [])?;
    message.extend(iv(0));
    message.extend(tag);

    let mut associated = message_id.to_vec();
    associated.extend_from_slice(LAST_FRAME_TEXT);
    associated.extend(FIRST_FRAME.to_be_bytes());
    associated.extend(u64::from(length).to_be_bytes());
    let mut frame = plaintext.to_vec();
    let tag = seal(&key, FIRST_FRAME, &associated, &mut frame)?;
    message.extend(LAST_FRAME.to_be_bytes());
    message.extend(FIRST_FRAME.to_be_bytes());
    message.extend(iv(FIRST_FRAME));
    message.extend(length.to_be_bytes());
    message.extend(frame);
    message.extend(tag);
    Some(BASE64.encode(&message))
}

fn header(
    data_key: &DataKey,
    key_arn: &str,
    pool_id: &str,
    message_id: &[u8; 16],
    frame_bytes: usize,
) -> Option<Vec<u8>> {
    let mut context = Vec::new();
    let pairs = sender_context(pool_id);
    context.extend(u16::try_from(pairs.len()).ok()?.to_be_bytes());
    for (name, value) in pairs {
        put(&mut context, name.as_bytes())?;
        put(&mut context, value.as_bytes())?;
    }
    let mut header = vec![VERSION, CUSTOMER_AUTHENTICATED];
    header.extend(SUITE);
    header.extend(message_id);
    put(&mut header, &context)?;
    let data_keys: u16 = 1;
    header.extend(data_keys.to_be_bytes());
    put(&mut header, KEY_PROVIDER.as_bytes())?;
    put(&mut header, key_arn.as_bytes())?;
    put(&mut header, &data_key.wrapped)?;
    header.push(FRAMED);
    header.extend([0; 4]);
    header.push(IV_BYTES);
    header.extend(u32::try_from(frame_bytes).ok()?.to_be_bytes());
    Some(header)
}

/// A part with its length before it.
fn put(message: &mut Vec<u8>, part: &[u8]) -> Option<()> {
    message.extend(u16::try_from(part.len()).ok()?.to_be_bytes());
    message.extend_from_slice(part);
    Some(())
}

fn message_key(data_key: &[u8; 32], message_id: &[u8; 16]) -> LessSafeKey {
    let extracted = Salt::new(HKDF_SHA256, &[]).extract(data_key);
    let key: UnboundKey = extracted
        .expand(&[&SUITE, message_id], &AES_256_GCM)
        .expect("HKDF-SHA256 gives 32 bytes")
        .into();
    LessSafeKey::new(key)
}

/// Encrypts in place and gives the tag.
fn seal(key: &LessSafeKey, number: u32, associated: &[u8], text: &mut [u8]) -> Option<Vec<u8>> {
    let nonce = Nonce::assume_unique_for_key(iv(number));
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(associated), text)
        .ok()?;
    Some(tag.as_ref().to_vec())
}

fn iv(number: u32) -> [u8; 12] {
    let mut iv = [0; 12];
    iv[8..].copy_from_slice(&number.to_be_bytes());
    iv
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::seeded::Seeded;

    #[test]
    fn a_message_has_the_layout_of_the_format() {
        let data_key = DataKey {
            plaintext: Zeroizing::new([7; 32]),
            wrapped: b"wrapped".to_vec(),
        };
        let arn = "arn:aws:kms:us-east-1:000000000000:key/k";
        let entropy = Seeded::default();
        let text = encrypt_for_sender(&data_key, arn, "us-east-1_a", b"123456", &entropy);
        let text = text.expect("it fits");
        assert!(text.starts_with("AYABe"), "{text}");
        let message = BASE64.decode(text.as_bytes()).expect("base64");
        let id: [u8; 16] = message[4..20].try_into().expect("16 bytes");
        let at = |needle: &[u8]| {
            let mut windows = message.windows(needle.len());
            windows
                .position(|window| window == needle)
                .expect("it is there")
        };
        assert_eq!(at(b"\x00\x0buserpool-id\x00\x0bus-east-1_a"), 24);
        assert_eq!(at(b"\x00\x01\x00\x07aws-kms\x00\x28arn:aws:kms:"), 50);
        let header = at(b"\x00\x07wrapped\x02\x00\x00\x00\x00\x0c\x00\x00\x10\x00") + 19;
        assert_eq!(message[header..header + 12], [0; 12]);
        // What is encrypted opens with the key that is derived, and the header is authentic.
        let key = message_key(&data_key.plaintext, &id);
        let open = |number, associated: &[u8], sealed: &[u8]| {
            let mut sealed = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(iv(number));
            let opened = key.open_in_place(nonce, Aad::from(associated), &mut sealed);
            opened.expect("it opens").to_vec()
        };
        let tag = header + 12;
        assert_eq!(open(0, &message[..header], &message[tag..tag + 16]), b"");
        let frame = tag + 16;
        assert_eq!(
            message[frame..frame + 8],
            *b"\xff\xff\xff\xff\x00\x00\x00\x01"
        );
        assert_eq!(message[frame + 20..frame + 24], [0, 0, 0, 6]);
        let mut associated = id.to_vec();
        associated.extend(b"AWSKMSEncryptionClient Final Frame\x00\x00\x00\x01");
        associated.extend([0, 0, 0, 0, 0, 0, 0, 6]);
        assert_eq!(open(1, &associated, &message[frame + 24..]), b"123456");
    }

    #[test]
    fn what_the_format_cannot_tell_is_refused() {
        let data_key = DataKey {
            plaintext: Zeroizing::new([7; 32]),
            wrapped: vec![0; 70_000],
        };
        let entropy = Seeded::default();
        assert_eq!(
            encrypt_for_sender(&data_key, "arn", "p", b"1", &entropy),
            None
        );
    }
}
