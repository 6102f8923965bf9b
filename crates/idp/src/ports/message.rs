//! What the store keeps of messages that are to be sent.

/// A queued message (outbox row).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// A UUID; also the idempotency key for what is sent.
    pub id: String,
    /// The pool.
    pub pool: String,
    /// The user's `sub`.
    pub sub: String,
    /// Milliseconds since the epoch when it was queued.
    pub at: i64,
    /// The sealed content (JSON text of an envelope that only `idp` can open).
    pub doc: String,
    /// How often sending was tried.
    pub tries: i32,
    /// When to try next, in milliseconds since the epoch; `None` when no sender waits for it
    /// (sent, given up, or kept for the development inbox only).
    pub due_at: Option<i64>,
    /// When the sweeper may delete it.
    pub expires_at: i64,
}

/// Which messages to list, newest first (by `at`, then `id`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only of this pool.
    pub pool: Option<String>,
    /// Only of this user.
    pub sub: Option<String>,
}
