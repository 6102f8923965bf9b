-- The plain records of factors, devices, sessions, federation, branding, imports and protection.
CREATE TABLE devices (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX devices_expiry ON devices (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE passkeys (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX passkeys_expiry ON passkeys (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE user_sessions (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX user_sessions_expiry ON user_sessions (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE auth_events (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX auth_events_expiry ON auth_events (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE providers (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX providers_expiry ON providers (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE provider_identifiers (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX provider_identifiers_expiry ON provider_identifiers (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE linked_identities (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX linked_identities_expiry ON linked_identities (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE resource_servers (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX resource_servers_expiry ON resource_servers (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE domains (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX domains_expiry ON domains (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE brandings (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX brandings_expiry ON brandings (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE terms (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX terms_expiry ON terms (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE ui_customizations (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX ui_customizations_expiry ON ui_customizations (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE import_jobs (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX import_jobs_expiry ON import_jobs (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE import_parts (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX import_parts_expiry ON import_parts (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE risk_configurations (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX risk_configurations_expiry ON risk_configurations (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE log_deliveries (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX log_deliveries_expiry ON log_deliveries (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE replicas (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX replicas_expiry ON replicas (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE provisioned_limits (
    pool_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    doc TEXT NOT NULL,
    version BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (pool_id, key)
);
CREATE INDEX provisioned_limits_expiry ON provisioned_limits (expires_at) WHERE expires_at IS NOT NULL;
