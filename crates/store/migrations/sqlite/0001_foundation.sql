-- The first schema. SQLite compares TEXT by bytes unless told otherwise, which is what the store promises.

-- Plain records: one table for each kind, all of the same form. Times are milliseconds since the epoch.
-- In pools, pool_id is the region and key the pool id; in purges, pool_id is empty.
CREATE TABLE pools (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX pools_expiry ON pools (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE clients (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX clients_expiry ON clients (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE groups (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX groups_expiry ON groups (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE signing_keys (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX signing_keys_expiry ON signing_keys (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE codes (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX codes_expiry ON codes (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE attempts (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX attempts_expiry ON attempts (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE revocations (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX revocations_expiry ON revocations (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE refresh_families (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX refresh_families_expiry ON refresh_families (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE consumed (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX consumed_expiry ON consumed (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE purges (
    pool_id TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (pool_id, key)
) STRICT;
CREATE INDEX purges_expiry ON purges (expires_at) WHERE expires_at IS NOT NULL;

-- A client id is unique in the whole deployment.
CREATE UNIQUE INDEX clients_key ON clients (key);

CREATE TABLE users (
    pool_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    username TEXT NOT NULL,
    status TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    email TEXT,
    phone_number TEXT,
    name TEXT,
    given_name TEXT,
    family_name TEXT,
    preferred_username TEXT,
    doc TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (pool_id, sub)
) STRICT;
CREATE INDEX users_username ON users (pool_id, username, sub);
CREATE INDEX users_status ON users (pool_id, status, sub);
CREATE INDEX users_enabled ON users (pool_id, enabled, sub);
CREATE INDEX users_email ON users (pool_id, email, sub) WHERE email IS NOT NULL;
CREATE INDEX users_phone_number ON users (pool_id, phone_number, sub) WHERE phone_number IS NOT NULL;
CREATE INDEX users_name ON users (pool_id, name, sub) WHERE name IS NOT NULL;
CREATE INDEX users_given_name ON users (pool_id, given_name, sub) WHERE given_name IS NOT NULL;
CREATE INDEX users_family_name ON users (pool_id, family_name, sub) WHERE family_name IS NOT NULL;
CREATE INDEX users_preferred_username ON users (pool_id, preferred_username, sub) WHERE preferred_username IS NOT NULL;

-- Sign-in names: the key is what makes them unique.
CREATE TABLE names (
    pool_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sub TEXT NOT NULL,
    PRIMARY KEY (pool_id, name)
) STRICT;
CREATE INDEX names_sub ON names (pool_id, sub);

-- Memberships. A group made later under an old name has another group_id and takes the place of the old one.
CREATE TABLE members (
    pool_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    group_name TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (pool_id, sub, group_name)
) STRICT;
CREATE INDEX members_group ON members (pool_id, group_id, sub);

-- The number of users of a pool, spread over shards so that no row is hot.
CREATE TABLE user_counts (
    pool_id TEXT NOT NULL,
    shard INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (pool_id, shard)
) STRICT;

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    at INTEGER NOT NULL,
    doc TEXT NOT NULL,
    tries INTEGER NOT NULL,
    due_at INTEGER,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_newest ON messages (at, id);
CREATE INDEX messages_pool ON messages (pool_id, at, id);
CREATE INDEX messages_due ON messages (due_at, at, id) WHERE due_at IS NOT NULL;
CREATE INDEX messages_expiry ON messages (expires_at);
