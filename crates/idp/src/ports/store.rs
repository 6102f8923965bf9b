//! The store port: look-ups, and one atomic `commit`.
//!
//! A look-up answers `None` when the thing is absent. A [`Change`] is a value: a list of writes that
//! carry their own preconditions, applied together and durable before `commit` answers (marks alone survive
//! less: [`Write::is_lasting`]), or refused together. Nothing holds a transaction across an await.

use async_trait::async_trait;

use super::{Message, MessageFilter, SignInQuery, SignInRows, UserFilter, UserRow};

/// The families of plain records: one table each, all of the same form
/// (`pool_id`, `key`, `doc`, `version`, `expires_at`), unique by (`pool_id`, `key`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A user pool. `pool` is the **region** here and `key` the pool id, so that a list is one region's.
    Pool,
    /// An app client. `key` is the client id, which is unique in the whole deployment too.
    Client,
    /// A group, by its name.
    Group,
    /// A signing key of a pool, sealed. `key` is `id` or `access`, then `/` and the kid; or `saml`.
    SigningKey,
    /// An outstanding one-time code: `key` is `<sub>/<purpose>`.
    Code,
    /// Counters of attempts: lockout and hourly limits.
    Attempt,
    /// A revoked token family, by its `origin_jti`; lives until its last token would have expired.
    Revocation,
    /// A rotating refresh-token family, by its `origin_jti`.
    RefreshFamily,
    /// A challenge session or SECRET_BLOCK that was used, by its id.
    Consumed,
    /// Work that the sweeper finishes in batches: what remains of deleted pools and groups.
    /// `key` is `pool/<pool id>` or `group/<pool id>/<group id>`; `pool` is empty.
    Purge,
    /// A remembered or new device: `key` is `<sub>/<device key>`.
    Device,
    /// A WebAuthn credential: `key` is `<sub>/<credential id>`.
    Passkey,
    /// A token session of a user: `key` is `<sub>/<session id>`.
    UserSession,
    /// A recorded authentication event: `key` is `<sub>/` and a text that sorts newest first.
    AuthEvent,
    /// An identity provider, by its name.
    Provider,
    /// An identifier of an identity provider; the document names the provider.
    ProviderIdentifier,
    /// A federated identity: `key` is `<provider id>/` and the digest of what names the person there, the
    /// document names the user.
    LinkedIdentity,
    /// A resource server, by its identifier.
    ResourceServer,
    /// A domain, by its name. `pool` is the **region** of a prefix domain, which is unique in its region,
    /// and empty for a custom domain, which is unique everywhere.
    Domain,
    /// A managed login branding style, by its id.
    Branding,
    /// A terms document, by its id.
    Terms,
    /// A classic UI customization: `key` is a client id or `ALL`.
    UiCustomization,
    /// A user import job: `key` sorts newest first.
    ImportJob,
    /// A piece of an uploaded import file or of its log: `key` is `<job id>/` and a number.
    ImportPart,
    /// A risk configuration: `key` is a client id or `ALL`.
    RiskConfiguration,
    /// What is delivered to a log destination and was not yet: `key` sorts by when it is due, and `pool` is
    /// empty, so that one look finds what waits of all pools.
    LogDelivery,
    /// A replica, by its region; and once more with that region as `pool`, by the id of its pool, so that the
    /// list of the region finds it.
    Replica,
    /// A provisioned limit, by its category. `pool` is the **region** here.
    ProvisionedLimit,
}

impl Kind {
    /// Every kind, in the order of the tables.
    pub const ALL: [Self; 28] = [
        Self::Pool,
        Self::Client,
        Self::Group,
        Self::SigningKey,
        Self::Code,
        Self::Attempt,
        Self::Revocation,
        Self::RefreshFamily,
        Self::Consumed,
        Self::Purge,
        Self::Device,
        Self::Passkey,
        Self::UserSession,
        Self::AuthEvent,
        Self::Provider,
        Self::ProviderIdentifier,
        Self::LinkedIdentity,
        Self::ResourceServer,
        Self::Domain,
        Self::Branding,
        Self::Terms,
        Self::UiCustomization,
        Self::ImportJob,
        Self::ImportPart,
        Self::RiskConfiguration,
        Self::LogDelivery,
        Self::Replica,
        Self::ProvisionedLimit,
    ];

    /// The kinds whose keys begin with `<sub>/`: they go when their user goes.
    pub const OF_USER: [Self; 5] = [
        Self::Code,
        Self::Device,
        Self::Passkey,
        Self::UserSession,
        Self::AuthEvent,
    ];

    /// Whether `pool` is a pool's id, so that the records go when their pool goes.
    pub const fn is_of_pool(self) -> bool {
        !matches!(
            self,
            Self::Pool | Self::Purge | Self::Domain | Self::LogDelivery | Self::ProvisionedLimit
        )
    }

    /// The name of the table.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Pool => "pools",
            Self::Client => "clients",
            Self::Group => "groups",
            Self::SigningKey => "signing_keys",
            Self::Code => "codes",
            Self::Attempt => "attempts",
            Self::Revocation => "revocations",
            Self::RefreshFamily => "refresh_families",
            Self::Consumed => "consumed",
            Self::Purge => "purges",
            Self::Device => "devices",
            Self::Passkey => "passkeys",
            Self::UserSession => "user_sessions",
            Self::AuthEvent => "auth_events",
            Self::Provider => "providers",
            Self::ProviderIdentifier => "provider_identifiers",
            Self::LinkedIdentity => "linked_identities",
            Self::ResourceServer => "resource_servers",
            Self::Domain => "domains",
            Self::Branding => "brandings",
            Self::Terms => "terms",
            Self::UiCustomization => "ui_customizations",
            Self::ImportJob => "import_jobs",
            Self::ImportPart => "import_parts",
            Self::RiskConfiguration => "risk_configurations",
            Self::LogDelivery => "log_deliveries",
            Self::Replica => "replicas",
            Self::ProvisionedLimit => "provisioned_limits",
        }
    }
}

/// One plain record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The pool that it belongs to (see [`Kind`] for the exceptions).
    pub pool: String,
    /// Its key within pool and kind.
    pub key: String,
    /// Its JSON document.
    pub doc: String,
    /// 1 when inserted, one more at each write.
    pub version: i64,
    /// Milliseconds since the epoch after which it is as good as absent; `None` means it stays.
    /// Look-ups still return an expired record that was not swept yet: the caller compares.
    pub expires_at: Option<i64>,
}

/// What must be true of a record for a write to it to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: insert or replace; for a delete, absent is fine.
    Any,
    /// No such record, or one whose `expires_at` is not after the given time (milliseconds).
    Absent {
        /// The present time.
        now: i64,
    },
    /// It exists (expired or not).
    Present,
    /// It exists with this version.
    Version(i64),
}

/// One typed write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Inserts or replaces a record. Its version becomes 1, or one more than before.
    Put {
        /// The table.
        kind: Kind,
        /// The pool.
        pool: String,
        /// The key.
        key: String,
        /// The document.
        doc: String,
        /// See [`Record::expires_at`].
        expires_at: Option<i64>,
        /// The precondition.
        expect: Expect,
    },
    /// Deletes a record.
    Delete {
        /// The table.
        kind: Kind,
        /// The pool.
        pool: String,
        /// The key.
        key: String,
        /// The precondition: never [`Expect::Absent`].
        expect: Expect,
    },
    /// A precondition without a write; the record cannot change before this change is committed.
    Require {
        /// The table.
        kind: Kind,
        /// The pool.
        pool: String,
        /// The key.
        key: String,
        /// The precondition: [`Expect::Present`] or [`Expect::Version`].
        expect: Expect,
    },
    /// Inserts a user whose `sub` must be free. Also counts it in the pool's user count.
    InsertUser(UserRow),
    /// Replaces a user whose version must be `row.version`. `searched_changed` says whether any
    /// searched column differs from the stored one, so that an unchanged one costs no index write.
    UpdateUser {
        /// The new content, with the version that was read.
        row: UserRow,
        /// Whether to write the searched columns.
        searched_changed: bool,
    },
    /// Deletes a user with this version, its sign-in names, its memberships and its own records
    /// ([`Kind::OF_USER`]), and counts it out.
    DeleteUser {
        /// The pool.
        pool: String,
        /// The user.
        sub: String,
        /// The version that was read.
        version: i64,
    },
    /// Takes a sign-in name for a user: it must be free, or be the same user's already.
    ClaimName {
        /// The pool.
        pool: String,
        /// The name, normalised.
        name: String,
        /// The user.
        sub: String,
    },
    /// Gives a sign-in name back, if it is this user's.
    ReleaseName {
        /// The pool.
        pool: String,
        /// The name, normalised.
        name: String,
        /// The user.
        sub: String,
    },
    /// Puts a user into a group; being in it already is fine.
    AddMember {
        /// The pool.
        pool: String,
        /// The group's name.
        group: String,
        /// The group's own id, which a group made later under the same name does not share.
        group_id: String,
        /// The user.
        sub: String,
    },
    /// Takes a user out of a group; not being in it is fine.
    RemoveMember {
        /// The pool.
        pool: String,
        /// The group's own id.
        group_id: String,
        /// The user.
        sub: String,
    },
    /// Counts a record of a kind in (`by` is 1) or out (-1), so that a bound on their number costs no scan.
    /// When the pool would have more than `most` the change is refused as [`CommitError::Full`].
    Count {
        /// What is counted.
        kind: Kind,
        /// The pool (see [`Kind`] for the exceptions).
        pool: String,
        /// The difference.
        by: i64,
        /// The bound.
        most: i64,
    },
    /// Queues a message.
    Queue(Message),
    /// Records that a sender takes a message, or the outcome of sending it: tries, next time and expiry.
    Reschedule {
        /// The message.
        id: String,
        /// The `due_at` that was read: the message must be there with it, so that of two senders one
        /// gets it. `None` expects nothing; the message may be gone already.
        was_due: Option<i64>,
        /// The new count.
        tries: i32,
        /// See [`Message::due_at`].
        due_at: Option<i64>,
        /// See [`Message::expires_at`].
        expires_at: i64,
    },
    /// Deletes one message, if it is there.
    DropMessage {
        /// The message.
        id: String,
    },
}

impl Write {
    /// Marks a one-time value as used until it would have expired anyway, if nobody did so before.
    pub fn mark(pool: &str, key: impl Into<String>, now: i64, until: i64) -> Self {
        Self::Put {
            kind: Kind::Consumed,
            pool: pool.to_owned(),
            key: key.into(),
            doc: "{}".to_owned(),
            expires_at: Some(until),
            expect: Expect::Absent { now },
        }
    }

    /// Whether it must be on the disk when it is acknowledged. A precondition writes nothing. The mark of a used
    /// one-time value survives the end of the process like every write; a machine that loses its power in that moment
    /// forgets it, together with whatever of the same sign-in was on its way.
    pub const fn is_lasting(&self) -> bool {
        !matches!(
            self,
            Self::Require { .. }
                | Self::Put {
                    kind: Kind::Consumed,
                    expect: Expect::Absent { .. },
                    ..
                }
        )
    }
}

/// Writes that become durable together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The writes, applied in order.
    pub writes: Vec<Write>,
}

impl Change {
    /// An empty change.
    pub const fn new() -> Self {
        Self { writes: Vec::new() }
    }

    /// Adds a write.
    pub fn push(&mut self, write: Write) -> &mut Self {
        self.writes.push(write);
        self
    }

    /// Adds a write and hands the change on.
    #[must_use]
    pub fn with(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }
}

/// The store could not be asked, or answered nonsense. Its text is for the log, never for a caller.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// Why a change was refused. In every case nothing of it was applied.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A sign-in name is another user's.
    #[error("the name {name:?} is taken")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// There are as many records of the kind as there may be.
    #[error("there are as many {} as there may be", .kind.table())]
    Full {
        /// The kind.
        kind: Kind,
    },
    /// A precondition on a record or user did not hold, or the database asked to run the change again.
    #[error("write {index} found other than it expected")]
    Conflict {
        /// The position of the write in the change; `usize::MAX` when the database did not say.
        index: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What `idp` asks of a database. Lists page by key: `after` is the last key of the page before.
/// Every list has a `limit`; a page shorter than it is the last.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Whether other nodes write to the same database, so that caches must be short-lived.
    fn shared(&self) -> bool;

    /// One record.
    async fn record(&self, kind: Kind, pool: &str, key: &str)
    -> Result<Option<Record>, StoreError>;

    /// Records of a pool by ascending key; `prefix` narrows to keys that begin with it.
    async fn records(
        &self,
        kind: Kind,
        pool: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;

    /// The client with this id, whatever its pool.
    async fn client(&self, id: &str) -> Result<Option<Record>, StoreError>;

    /// The user who owns a normalised sign-in name.
    async fn user_by_name(&self, pool: &str, name: &str) -> Result<Option<UserRow>, StoreError>;

    /// The user with this `sub`.
    async fn user(&self, pool: &str, sub: &str) -> Result<Option<UserRow>, StoreError>;

    /// Users by ascending `sub`.
    async fn users(
        &self,
        pool: &str,
        filter: Option<&UserFilter>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UserRow>, StoreError>;

    /// How many users the pool has, from a counter.
    async fn user_count(&self, pool: &str) -> Result<i64, StoreError>;

    /// The groups of a user by ascending name: membership joined with the group of the same name.
    /// The second member is the group id of the membership, which the caller compares with the group's own.
    async fn groups_of(
        &self,
        pool: &str,
        sub: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Record, String)>, StoreError>;

    /// What a sign-in reads, in one go: at one moment where the database can, and in the time of one
    /// question in any case.
    async fn sign_in(&self, query: SignInQuery) -> Result<SignInRows, StoreError>;

    /// The members of a group by ascending `sub`.
    async fn members(
        &self,
        pool: &str,
        group_id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<UserRow>, StoreError>;

    /// Messages, newest first.
    async fn messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;

    /// Messages whose `due_at` has come, oldest due first.
    async fn due_messages(&self, now: i64, limit: usize) -> Result<Vec<Message>, StoreError>;

    /// Deletes every message (the development inbox was cleared).
    async fn clear_messages(&self) -> Result<(), StoreError>;

    /// Deletes up to `batch` expired or orphaned rows and says how many; 0 means nothing is left.
    async fn sweep(&self, now: i64, batch: usize) -> Result<usize, StoreError>;

    /// Applies a change: atomic, and durable when this answers.
    async fn commit(&self, change: Change) -> Result<(), CommitError>;
}
