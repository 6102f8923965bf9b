//! Cryptography: SRP, sealed values, signing keys, random texts, and the threads that carry the load.
//!
//! The primitives are aws-lc's. What is here chooses them, binds them to a purpose and keeps them
//! off the threads that serve connections.

mod cpu;
mod envelope;
mod keys;
mod random;
mod reservoir;
mod root;
mod seal;
pub mod srp;
pub mod totp;
pub mod webauthn;

pub use cpu::{CpuError, CpuPool, is_cpu_thread};
pub use envelope::{DataKey, encrypt_for_sender, sender_context};
pub use keys::{KeyError, SigningKey, VerifyingKey};
pub use random::{alphanumeric, digits, password, uuid};
pub use reservoir::KeyReservoir;
pub use root::{RootKeyError, RootKeys};
pub use seal::{Purpose, SealError, Sealer};

#[cfg(test)]
mod seeded {
    use std::sync::atomic::{AtomicU64, Ordering};

    use crate::ports::Entropy;

    /// Entropy for tests: a different byte string at each call, the same ones in each run.
    #[derive(Default)]
    pub(super) struct Seeded(AtomicU64);

    impl Entropy for Seeded {
        fn fill(&self, buffer: &mut [u8]) {
            for chunk in buffer.chunks_mut(32) {
                let count = self.0.fetch_add(1, Ordering::Relaxed);
                let block =
                    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &count.to_be_bytes());
                chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
            }
        }
    }
}
