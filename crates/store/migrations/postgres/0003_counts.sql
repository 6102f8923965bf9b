-- How many records of a kind a pool (a region, for pools) has, where that is bounded.
CREATE TABLE record_counts (
    pool_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (pool_id, kind)
);
INSERT INTO record_counts (pool_id, kind, n) SELECT pool_id, 'pools', count(*) FROM pools GROUP BY pool_id;
INSERT INTO record_counts (pool_id, kind, n) SELECT pool_id, 'clients', count(*) FROM clients GROUP BY pool_id;
INSERT INTO record_counts (pool_id, kind, n) SELECT pool_id, 'groups', count(*) FROM groups GROUP BY pool_id;
