//! Users: what is stored, how one is found, and how a new state of one is saved.

pub(crate) mod attempts;
pub(crate) mod attributes;
pub(crate) mod codes;
pub(crate) mod devices;
pub(crate) mod filter;
pub(crate) mod groups;
pub(crate) mod hash;
pub(crate) mod limits;
pub(crate) mod mfa;
pub(crate) mod migration;
pub(crate) mod names;
pub(crate) mod passkeys;
pub(crate) mod password;
pub(crate) mod sign_in;
pub(crate) mod software_token;
pub(crate) mod update;

use std::collections::BTreeMap;

use cenote_model::{AttributeType, Timestamp, UserStatusType, UserType};
use serde::{Deserialize, Serialize};

use crate::pool::{Client, Pool};
use crate::ports::{Change, Searched, UserRow, Write};
use crate::{Cx, Error, Result};

use mfa::Mfa;
pub(crate) use password::Password;

/// A user as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    #[serde(skip)]
    pub(crate) pool_id: String,
    #[serde(skip)]
    pub(crate) sub: String,
    /// The version that was read; 0 for a user that is not stored yet.
    #[serde(skip)]
    pub(crate) version: i64,
    /// The immutable username; equals `sub` in pools with username attributes.
    #[serde(skip)]
    pub(crate) username: String,
    #[serde(skip)]
    pub(crate) enabled: bool,
    #[serde(skip, default = "unknown_status")]
    pub(crate) status: UserStatusType,
    /// All attributes but `sub`, by full name.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    /// New values of `email` and `phone_number` that wait for their verification.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) pending: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Password>,
    /// Earlier passwords, newest first, as many as the policy remembers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<Password>,
    /// Changes when all tokens of the user die at once (global sign-out, disable).
    #[serde(default)]
    pub(crate) generation: u32,
    /// The keys of the identities at other providers that are linked to the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<String>,
    /// Whether it is the profile of somebody at an identity provider, made by the first sign-in there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_profile: bool,
    /// How many passkeys are registered, as many records of [`Kind::Passkey`](crate::ports::Kind::Passkey).
    #[serde(default, skip_serializing_if = "passkeys::none")]
    pub(crate) passkeys: usize,
    /// Second factors.
    #[serde(default, skip_serializing_if = "Mfa::is_empty")]
    pub(crate) mfa: Mfa,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    /// Milliseconds since the epoch.
    pub(crate) modified_at: i64,
    /// The groups, when they were read along with the user: see [`groups::of_user`].
    #[serde(skip)]
    pub(crate) groups: Option<Vec<groups::Group>>,
}

const fn unknown_status() -> UserStatusType {
    UserStatusType::Unknown
}

impl User {
    /// A user that is not stored yet.
    pub(crate) fn new(
        cx: &Cx,
        pool: &Pool,
        sub: String,
        username: String,
        status: UserStatusType,
    ) -> Self {
        let now = cx.now();
        Self {
            pool_id: pool.id.clone(),
            sub,
            version: 0,
            username,
            enabled: true,
            status,
            attributes: BTreeMap::new(),
            pending: BTreeMap::new(),
            password: None,
            history: Vec::new(),
            generation: 0,
            links: Vec::new(),
            is_profile: false,
            passkeys: 0,
            mfa: Mfa::default(),
            created_at: now,
            modified_at: now,
            groups: None,
        }
    }

    pub(crate) fn from_row(row: UserRow) -> Result<Self> {
        let mut user: Self = serde_json::from_str(&row.doc)
            .map_err(|error| Error::internal(format!("user {}/{}: {error}", row.pool, row.sub)))?;
        user.status = UserStatusType::parse(&row.searched.status).ok_or_else(|| {
            Error::internal(format!("user {}/{}: unknown status", row.pool, row.sub))
        })?;
        user.pool_id = row.pool;
        user.sub = row.sub;
        user.version = row.version;
        user.username = row.searched.username;
        user.enabled = row.searched.enabled;
        Ok(user)
    }

    fn searched(&self) -> Searched {
        let attribute = |name: &str| self.attributes.get(name).cloned();
        Searched {
            username: self.username.clone(),
            status: self.status.as_str().to_owned(),
            enabled: self.enabled,
            email: attribute("email"),
            phone_number: attribute("phone_number"),
            name: attribute("name"),
            given_name: attribute("given_name"),
            family_name: attribute("family_name"),
            preferred_username: attribute("preferred_username"),
        }
    }

    fn row(&self) -> Result<UserRow> {
        Ok(UserRow {
            pool: self.pool_id.clone(),
            sub: self.sub.clone(),
            searched: self.searched(),
            doc: serde_json::to_string(self).map_err(|error| Error::internal(error.to_string()))?,
            version: self.version,
        })
    }

    /// An attribute's value.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Whether the user came with an import and has no password yet: a client that shows users says so.
    pub(crate) fn waits_for_password(&self, client: &Client) -> bool {
        self.password.is_none()
            && self.status == UserStatusType::ResetRequired
            && !client.hides_users()
    }

    /// The password, if it has a verifier for SRP: one that was imported as a hash gets it at its first use.
    pub(crate) fn srp_password(&self) -> Option<&Password> {
        self.password
            .as_ref()
            .filter(|password| !password.is_imported())
    }

    /// Ends all tokens that the user has.
    pub(crate) const fn end_tokens(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Refuses a user who was disabled.
    pub(crate) fn check_enabled(&self) -> Result<()> {
        if self.enabled {
            Ok(())
        } else {
            Err(Error::user_disabled())
        }
    }

    /// Whether the password can be reset: temporary ones are an administrator's to renew, and federated users
    /// have none.
    pub(crate) const fn is_resettable(&self) -> bool {
        matches!(
            self.status,
            UserStatusType::Confirmed | UserStatusType::ResetRequired
        )
    }

    /// Whether `email` or `phone_number` is there and verified.
    pub(crate) fn has_verified(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
            && self.attribute(&format!("{name}_verified")) == Some("true")
    }

    /// All attributes as the API lists them: `sub` first, then by name.
    pub(crate) fn attribute_list(&self) -> Vec<AttributeType> {
        let mut list = vec![attribute_type("sub", &self.sub)];
        list.extend(
            self.attributes
                .iter()
                .map(|(name, value)| attribute_type(name, value)),
        );
        list
    }

    /// The shape of ListUsers, ListUsersInGroup and AdminCreateUser.
    pub(crate) fn shape(&self) -> UserType {
        UserType {
            username: Some(self.username.as_str().into()),
            attributes: Some(self.attribute_list()),
            user_create_date: Some(Timestamp(self.created_at)),
            user_last_modified_date: Some(Timestamp(self.modified_at)),
            enabled: Some(self.enabled),
            user_status: Some(self.status),
            mfa_options: self.mfa_options(),
        }
    }
}

/// One attribute as the API writes it.
pub(crate) fn attribute_type(name: &str, value: &str) -> AttributeType {
    AttributeType {
        name: name.to_owned(),
        value: Some(value.into()),
    }
}

/// Finds a user by `sub` or by any name that signs in (username, active alias). What is a user's `sub`
/// never means anybody else, even if somebody chose it as his username.
pub(crate) async fn find(cx: &Cx, pool: &Pool, name: &str) -> Result<Option<User>> {
    let store = &cx.service.store;
    let mut row = None;
    if names::is_uuid_shaped(name) {
        row = store.user(&pool.id, name).await?;
    }
    if row.is_none() {
        row = store
            .user_by_name(&pool.id, &names::normalise(pool, name))
            .await?;
    }
    row.map(User::from_row).transpose()
}

/// Finds a user for an IAM operation, or UserNotFoundException.
pub(crate) async fn admin_find(cx: &Cx, pool: &Pool, name: &str) -> Result<User> {
    let user = find(cx, pool, name)
        .await?
        .ok_or_else(Error::user_not_found)?;
    cx.count_user(&user.sub)?;
    Ok(user)
}

/// Who a public operation is about. Whether to admit that a user does not exist is decided in
/// [`admit`], and nowhere else.
pub(crate) enum Account {
    /// A user who is there.
    Known(Box<User>),
    /// Nobody, and the client hides that: a made-up, stable `sub` that behaves like a user's.
    Unknown {
        /// UUID-shaped; the same for the same pool and name at all times.
        sub: String,
    },
}

impl Account {
    /// The user's `sub`, real or made up.
    pub(crate) fn sub(&self) -> &str {
        match self {
            Self::Known(user) => &user.sub,
            Self::Unknown { sub } => sub,
        }
    }

    /// USER_ID_FOR_SRP: the immutable username, or the made-up `sub`.
    pub(crate) fn username(&self) -> &str {
        match self {
            Self::Known(user) => &user.username,
            Self::Unknown { sub } => sub,
        }
    }

    /// To a client that hides users, one who may not do what was asked counts as absent.
    pub(crate) fn hidden_unless(
        self,
        cx: &Cx,
        pool: &Pool,
        client: &Client,
        name: &str,
        may: impl FnOnce(&User) -> bool,
    ) -> Self {
        match self {
            Self::Known(user) if client.hides_users() && !may(&user) => Self::Unknown {
                sub: names::invented_sub(cx, pool, name),
            },
            account => account,
        }
    }
}

/// Finds a user for a public operation. An unknown one is `unknown` in LEGACY mode and an
/// [`Account::Unknown`] where the client prevents user-existence errors.
pub(crate) async fn find_public(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    name: &str,
    unknown: impl FnOnce() -> Error,
) -> Result<Account> {
    let found = find(cx, pool, name).await?;
    if client.hides_users() && found.as_ref().is_some_and(|user| user.sub == name) {
        // As many look-ups as for a `sub` that is nobody's, which could be a username all the same.
        let name = names::normalise(pool, name);
        cx.service.store.user_by_name(&pool.id, &name).await?;
    }
    let account =
        admit(found, client, || names::invented_sub(cx, pool, name)).ok_or_else(unknown)?;
    cx.count_user(account.sub())?;
    Ok(account)
}

/// What a client may know of who was found: `None` when it may know that there is nobody.
fn admit(
    found: Option<User>,
    client: &Client,
    invented_sub: impl FnOnce() -> String,
) -> Option<Account> {
    match found {
        Some(user) => Some(Account::Known(Box::new(user))),
        None => client.hides_users().then(|| Account::Unknown {
            sub: invented_sub(),
        }),
    }
}

/// Adds the writes that store a new user: the row, and the names that it signs in with. The username
/// comes first, so that of several taken names it is the one that a refusal speaks of.
pub(crate) fn insert(pool: &Pool, user: &User, change: &mut Change) -> Result<()> {
    change.push(pool.require());
    let username = names::normalise(pool, &user.username);
    let (first, rest): (Vec<_>, Vec<_>) = names::of(pool, user)
        .into_iter()
        .partition(|name| *name == username);
    for name in first.into_iter().chain(rest) {
        change.push(Write::ClaimName {
            pool: pool.id.clone(),
            name,
            sub: user.sub.clone(),
        });
    }
    change.push(Write::InsertUser(user.row()?));
    Ok(())
}

/// Adds the writes that turn the stored `before` into `after`; the user's version is the precondition.
pub(crate) fn update(pool: &Pool, before: &User, after: &User, change: &mut Change) -> Result<()> {
    let (old, new) = (names::of(pool, before), names::of(pool, after));
    // The last of the attributes that serve as usernames stays: nobody could sign in as the user again.
    if new.is_empty()
        && let Some(attribute) = old
            .first()
            .and_then(|name| names::attribute_of(pool, before, name))
    {
        return Err(Error::required_attribute_deleted(attribute));
    }
    for name in old.difference(&new) {
        change.push(Write::ReleaseName {
            pool: pool.id.clone(),
            name: name.clone(),
            sub: after.sub.clone(),
        });
    }
    for name in new.difference(&old) {
        change.push(Write::ClaimName {
            pool: pool.id.clone(),
            name: name.clone(),
            sub: after.sub.clone(),
        });
    }
    let searched_changed = before.searched() != after.searched();
    change.push(Write::UpdateUser {
        row: after.row()?,
        searched_changed,
    });
    Ok(())
}

/// The change that deletes a user with all that is the user's.
pub(crate) fn delete(user: &User) -> Change {
    let mut change = Change::new();
    crate::federation::linked::forget(user, &mut change);
    change.push(Write::DeleteUser {
        pool: user.pool_id.clone(),
        sub: user.sub.clone(),
        version: user.version,
    });
    change
}

/// Saves a new state of a user on its own and marks it modified now.
pub(crate) async fn save(cx: &Cx, pool: &Pool, before: &User, mut after: User) -> Result<()> {
    after.modified_at = cx.now();
    let mut change = Change::new();
    update(pool, before, &after, &mut change)?;
    cx.commit(change).await
}

/// Signs a user out everywhere. The profile does not count as modified by it.
pub(crate) async fn sign_out(cx: &Cx, pool: &Pool, user: &User) -> Result<()> {
    let mut after = user.clone();
    after.end_tokens();
    let mut change = Change::new();
    update(pool, user, &after, &mut change)?;
    cx.commit(change).await
}
