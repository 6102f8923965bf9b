-- The first schema. Only SQL that PostgreSQL, CockroachDB, YugabyteDB and Citus share.
-- Every key leads with pool_id, so that the data can be sharded by it; keys and searched columns
-- collate "C", so that order and prefixes go by bytes as they do on SQLite.

-- Plain records: one table for each kind, all of the same form. Times are milliseconds since the epoch.
-- In pools, pool_id is the region and key the pool id; in purges, pool_id is empty.
CREATE TABLE pools (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX pools_expiry ON pools (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE clients (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX clients_expiry ON clients (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE groups (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX groups_expiry ON groups (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE signing_keys (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX signing_keys_expiry ON signing_keys (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE codes (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX codes_expiry ON codes (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE attempts (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX attempts_expiry ON attempts (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE revocations (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX revocations_expiry ON revocations (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE refresh_families (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX refresh_families_expiry ON refresh_families (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE consumed (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX consumed_expiry ON consumed (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE purges (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX purges_expiry ON purges (expires_at) WHERE expires_at IS NOT NULL;

-- A client id is unique in the whole deployment. (A sharded Citus would keep clients as a reference table.)
CREATE UNIQUE INDEX clients_key ON clients (key);

CREATE TABLE users (
    pool_id TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    email TEXT COLLATE "C",
    phone_number TEXT COLLATE "C",
    name TEXT COLLATE "C",
    given_name TEXT COLLATE "C",
    family_name TEXT COLLATE "C",
    preferred_username TEXT COLLATE "C",
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (pool_id, sub)
);
CREATE INDEX users_username ON users (pool_id, username, sub);
CREATE INDEX users_status ON users (pool_id, status, sub);
CREATE INDEX users_enabled ON users (pool_id, enabled, sub);
-- An attribute may hold 2048 characters, more than an index row has room for: its first 256 are indexed.
CREATE INDEX users_email ON users (pool_id, left(email, 256), sub) WHERE email IS NOT NULL;
CREATE INDEX users_phone_number ON users (pool_id, left(phone_number, 256), sub) WHERE phone_number IS NOT NULL;
CREATE INDEX users_name ON users (pool_id, left(name, 256), sub) WHERE name IS NOT NULL;
CREATE INDEX users_given_name ON users (pool_id, left(given_name, 256), sub) WHERE given_name IS NOT NULL;
CREATE INDEX users_family_name ON users (pool_id, left(family_name, 256), sub) WHERE family_name IS NOT NULL;
CREATE INDEX users_preferred_username ON users (pool_id, left(preferred_username, 256), sub) WHERE preferred_username IS NOT NULL;

-- Sign-in names: the key is what makes them unique.
CREATE TABLE names (
    pool_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pool_id, name)
);
CREATE INDEX names_sub ON names (pool_id, sub);

-- Memberships. A group made later under an old name has another group_id and takes the place of the old one.
CREATE TABLE members (
    pool_id TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    group_name TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pool_id, sub, group_name)
);
CREATE INDEX members_group ON members (pool_id, group_id, sub);

-- The number of users of a pool, spread over shards so that no row is hot.
CREATE TABLE user_counts (
    pool_id TEXT COLLATE "C" NOT NULL,
    shard BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (pool_id, shard)
);

CREATE TABLE messages (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pool_id TEXT COLLATE "C" NOT NULL,
    sub TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    doc TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX messages_newest ON messages (at, id);
CREATE INDEX messages_pool ON messages (pool_id, at, id);
CREATE INDEX messages_due ON messages (due_at, at, id) WHERE due_at IS NOT NULL;
CREATE INDEX messages_expiry ON messages (expires_at);
