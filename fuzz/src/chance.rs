//! Chance and time that are the same in every run, so that a crash happens again.

use std::sync::atomic::{AtomicU64, Ordering};

use cenote_idp::ports::{Clock, Entropy};

/// Counts where others draw lots.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            // Spread over all bits; a plain count would look like zeros where few bytes are taken.
            let spread = count.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&spread.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// The morning of 1 January 2026, for ever.
pub(crate) struct Stopped;

impl Stopped {
    const NOW_MS: i64 = 1_767_258_000_000;
}

impl Clock for Stopped {
    fn now_ms(&self) -> i64 {
        Self::NOW_MS
    }
}
