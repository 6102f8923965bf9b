//! Which counts of attempts this process is changing, or has changed since a given moment: so that a sign-in
//! knows without asking the database again that nobody has failed meanwhile.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Accounts share slots; a clash costs one look-up and nothing else.
const SLOTS: usize = 4096;

/// The changes of one process.
pub(crate) struct Attempts {
    /// Rises at every change.
    moments: AtomicU64,
    slots: Box<[Slot]>,
    hasher: RandomState,
    /// Whether other processes change the same counts, so that nothing is known for certain here.
    is_shared: bool,
}

#[derive(Default)]
struct Slot {
    /// Changes that have begun and not ended.
    under_way: AtomicU64,
    /// When the last one ended.
    ended: AtomicU64,
}

/// A point in the order of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(u64);

impl Attempts {
    pub(crate) fn new(is_shared: bool) -> Self {
        Self {
            moments: AtomicU64::new(0),
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
            hasher: RandomState::new(),
            is_shared,
        }
    }

    fn slot(&self, pool: &str, key: &str) -> &Slot {
        let hash = self.hasher.hash_one((pool, key));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "any part of a hash will do"
        )]
        let at = hash as usize % SLOTS;
        &self.slots[at]
    }

    /// To be called before a count is read.
    pub(crate) fn now(&self) -> Moment {
        Moment(self.moments.load(SeqCst))
    }

    /// To be called before a change of this count is committed.
    pub(crate) fn begin(&self, pool: &str, key: &str) {
        self.slot(pool, key).under_way.fetch_add(1, SeqCst);
    }

    /// To be called when the change has been committed or refused.
    pub(crate) fn end(&self, pool: &str, key: &str) {
        let slot = self.slot(pool, key);
        let moment = self.moments.fetch_add(1, SeqCst) + 1;
        // In this order: who sees that nothing is under way sees when it ended.
        slot.ended.fetch_max(moment, SeqCst);
        slot.under_way.fetch_sub(1, SeqCst);
    }

    /// Whether this count certainly is what it was when it was read after `moment`.
    pub(crate) fn unchanged_since(&self, moment: Moment, pool: &str, key: &str) -> bool {
        let slot = self.slot(pool, key);
        !self.is_shared && slot.under_way.load(SeqCst) == 0 && slot.ended.load(SeqCst) <= moment.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_unchanged_until_a_change_of_it_begins() {
        let attempts = Attempts::new(false);
        let before = attempts.now();
        assert!(attempts.unchanged_since(before, "pool", "a"));
        attempts.begin("pool", "a");
        assert!(!attempts.unchanged_since(before, "pool", "a"));
        attempts.end("pool", "a");
        assert!(!attempts.unchanged_since(before, "pool", "a"));
        assert!(attempts.unchanged_since(attempts.now(), "pool", "a"));
    }

    #[test]
    fn what_was_read_while_a_change_was_under_way_is_never_certain() {
        let attempts = Attempts::new(false);
        attempts.begin("pool", "a");
        attempts.begin("pool", "a");
        let between = attempts.now();
        attempts.end("pool", "a");
        assert!(!attempts.unchanged_since(attempts.now(), "pool", "a"));
        attempts.end("pool", "a");
        assert!(!attempts.unchanged_since(between, "pool", "a"));
        assert!(attempts.unchanged_since(attempts.now(), "pool", "a"));
    }

    #[test]
    fn beside_other_processes_nothing_is_certain() {
        let attempts = Attempts::new(true);
        assert!(!attempts.unchanged_since(attempts.now(), "pool", "a"));
    }
}
