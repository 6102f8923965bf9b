//! The look-up of a sign-in: everything that is read of a user before the tokens, asked for at once.

use super::{Kind, Record, UserRow};

/// What a sign-in asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInQuery {
    /// The pool.
    pub pool: String,
    /// The user with this `sub`;
    pub sub: Option<String>,
    /// or, when there is none, the user who owns this normalised sign-in name.
    pub name: Option<String>,
    /// The start of the key under which the user's attempts are counted ([`Kind::Attempt`]); the `sub` is
    /// the rest of it. Empty when they are not asked for.
    pub attempts: String,
    /// Stands for the `sub` in that key when there is no such user.
    pub nobody: Option<String>,
    /// A record of the pool to read beside, by its key.
    pub record: Option<(Kind, String)>,
    /// How many of the user's groups to read, by ascending name.
    pub groups: usize,
}

/// What a sign-in finds. Like any look-up it returns expired records that were not swept yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInRows {
    /// The user.
    pub user: Option<UserRow>,
    /// The count of attempts.
    pub attempts: Option<Record>,
    /// The record that was asked for.
    pub record: Option<Record>,
    /// The groups, as `Store::groups_of` gives them.
    pub groups: Vec<(Record, String)>,
}
