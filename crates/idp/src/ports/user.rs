//! What the store keeps of users, and how they are searched.

/// The columns of a user that can be searched; each is indexed with the pool id before it and `sub` after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The stored username.
    pub username: String,
    /// `cognito:user_status`, as the API writes it (upper case).
    pub status: String,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// The attribute `email`.
    pub email: Option<String>,
    /// The attribute `phone_number`.
    pub phone_number: Option<String>,
    /// The attribute `name`.
    pub name: Option<String>,
    /// The attribute `given_name`.
    pub given_name: Option<String>,
    /// The attribute `family_name`.
    pub family_name: Option<String>,
    /// The attribute `preferred_username`.
    pub preferred_username: Option<String>,
}

/// One user: searched columns, and the rest as a JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserRow {
    /// The pool.
    pub pool: String,
    /// The user's `sub`: the key.
    pub sub: String,
    /// The searched columns.
    pub searched: Searched,
    /// Everything else.
    pub doc: String,
    /// 1 when inserted, one more at each update. In [`super::Write::UpdateUser`]: the version that was read.
    pub version: i64,
}

/// One condition of ListUsers, already parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFilter {
    /// A column of [`Searched`] by its field name, or `sub`. `enabled` compares with `true` or `false`.
    pub column: &'static str,
    /// The text to compare with; comparison is by bytes.
    pub value: String,
    /// `^=` when true (never for `enabled`), `=` otherwise.
    pub prefix: bool,
}
