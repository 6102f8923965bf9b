//! From a change to statements that can all be sent at once.
//!
//! Nothing looks at an answer before the commit is on its way, so a precondition that does not hold has to
//! fail by itself: its statement divides by the number of rows it touched, and a division by zero
//! makes the commit that follows a rollback. READ COMMITTED is enough, since each precondition is looked
//! at under the lock of its own row, which is kept until the end.

use std::borrow::Cow;

use cenote_idp::ports::{Change, Expect, Kind, Message, UserRow, Write};

use super::param::Param;
use crate::rules;

/// One statement of a change.
pub(crate) struct Step<'a> {
    /// The position of the write that it belongs to.
    pub(crate) index: usize,
    pub(crate) sql: Cow<'static, str>,
    pub(crate) params: Vec<Param<'a>>,
}

/// The statements of a change, in order.
pub(crate) fn plan(change: &Change) -> Vec<Step<'_>> {
    let mut plan = Plan {
        index: 0,
        steps: Vec::with_capacity(change.writes.len() + 4),
    };
    for (index, write) in change.writes.iter().enumerate() {
        plan.index = index;
        plan.write(write);
    }
    plan.steps
}

struct Plan<'a> {
    index: usize,
    steps: Vec<Step<'a>>,
}

impl<'a> Plan<'a> {
    fn write(&mut self, write: &'a Write) {
        match write {
            Write::Put { kind, pool, key, doc, expires_at, expect } => {
                let params =
                    vec![Param::text(pool), Param::text(key), Param::text(doc), Param::maybe_int(*expires_at)];
                self.put(*kind, params, *expect);
            }
            Write::Delete { kind, pool, key, expect } => {
                self.delete(*kind, vec![Param::text(pool), Param::text(key)], *expect);
            }
            Write::Require { kind, pool, key, expect } => {
                self.require(*kind, vec![Param::text(pool), Param::text(key)], *expect);
            }
            Write::InsertUser(row) => self.insert_user(row),
            Write::UpdateUser { row, searched_changed } => self.update_user(row, *searched_changed),
            Write::DeleteUser { pool, sub, version } => self.delete_user(pool, sub, *version),
            Write::ClaimName { pool, name, sub } => self.must(
                "INSERT INTO names (pool_id, name, sub) VALUES ($1, $2, $3) \
                 ON CONFLICT (pool_id, name) DO UPDATE SET sub = excluded.sub WHERE names.sub = excluded.sub",
                vec![Param::text(pool), Param::text(name), Param::text(sub)],
            ),
            Write::ReleaseName { pool, name, sub } => self.run(
                "DELETE FROM names WHERE pool_id = $1 AND name = $2 AND sub = $3",
                vec![Param::text(pool), Param::text(name), Param::text(sub)],
            ),
            Write::AddMember { pool, group, group_id, sub } => self.run(
                "INSERT INTO members (pool_id, sub, group_name, group_id) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (pool_id, sub, group_name) DO UPDATE SET group_id = excluded.group_id \
                 WHERE members.group_id <> excluded.group_id",
                vec![Param::text(pool), Param::text(sub), Param::text(group), Param::text(group_id)],
            ),
            Write::RemoveMember { pool, group_id, sub } => self.run(
                "DELETE FROM members WHERE pool_id = $1 AND group_id = $2 AND sub = $3",
                vec![Param::text(pool), Param::text(group_id), Param::text(sub)],
            ),
            Write::Count { kind, pool, by, most } => self.must(
                "INSERT INTO record_counts (pool_id, kind, n) \
                 SELECT $1, $2, CAST($3 AS BIGINT) WHERE CAST($3 AS BIGINT) <= CAST($4 AS BIGINT) \
                 ON CONFLICT (pool_id, kind) DO UPDATE SET n = record_counts.n + excluded.n \
                 WHERE record_counts.n + excluded.n <= CAST($4 AS BIGINT)",
                vec![Param::text(pool), Param::text(kind.table()), Param::Int(*by), Param::Int(*most)],
            ),
            Write::Queue(message) => self.queue(message),
            Write::Reschedule { id, was_due, tries, due_at, expires_at } => {
                const UPDATE: &str = "UPDATE messages SET tries = $2, due_at = $3, expires_at = $4 WHERE id = $1";
                let mut params = vec![
                    Param::text(id),
                    Param::Int((*tries).into()),
                    Param::maybe_int(*due_at),
                    Param::Int(*expires_at),
                ];
                if let Some(was_due) = was_due {
                    params.push(Param::Int(*was_due));
                    self.must(&format!("{UPDATE} AND due_at = $5"), params);
                } else {
                    self.run(UPDATE, params);
                }
            }
            Write::DropMessage { id } => self.run("DELETE FROM messages WHERE id = $1", vec![Param::text(id)]),
        }
    }

    fn put(&mut self, kind: Kind, mut params: Vec<Param<'a>>, expect: Expect) {
        let table = kind.table();
        let upsert = format!(
            "INSERT INTO {table} (pool_id, key, doc, version, expires_at) VALUES ($1, $2, $3, 1, $4) \
             ON CONFLICT (pool_id, key) DO UPDATE \
             SET doc = excluded.doc, version = {table}.version + 1, expires_at = excluded.expires_at"
        );
        let update = format!(
            "UPDATE {table} SET doc = $3, version = version + 1, expires_at = $4 WHERE pool_id = $1 AND key = $2"
        );
        match expect {
            Expect::Any => self.run(upsert, params),
            Expect::Absent { now } => {
                params.push(Param::Int(now));
                self.must(&format!("{upsert} WHERE {table}.expires_at <= $5"), params);
            }
            Expect::Present => self.must(&update, params),
            Expect::Version(version) => {
                params.push(Param::Int(version));
                self.must(&format!("{update} AND version = $5"), params);
            }
        }
    }

    fn delete(&mut self, kind: Kind, mut params: Vec<Param<'a>>, expect: Expect) {
        let sql = format!(
            "DELETE FROM {} WHERE pool_id = $1 AND key = $2",
            kind.table()
        );
        match expect {
            Expect::Version(version) => {
                params.push(Param::Int(version));
                self.must(&format!("{sql} AND version = $3"), params);
            }
            Expect::Present => self.must(&sql, params),
            Expect::Any | Expect::Absent { .. } => self.run(sql, params),
        }
    }

    /// The shared lock keeps the record as it is until the commit, and lets others require it too.
    fn require(&mut self, kind: Kind, mut params: Vec<Param<'a>>, expect: Expect) {
        let mut condition = String::from("pool_id = $1 AND key = $2");
        if let Expect::Version(version) = expect {
            condition.push_str(" AND version = $3");
            params.push(Param::Int(version));
        }
        let table = kind.table();
        self.run(
            format!("WITH w AS (SELECT 1 FROM {table} WHERE {condition} FOR SHARE) SELECT 1 / count(*) FROM w"),
            params,
        );
    }

    fn insert_user(&mut self, row: &'a UserRow) {
        // A taken key fails by itself.
        self.run(
            "INSERT INTO users (pool_id, sub, username, status, enabled, email, phone_number, name, given_name, \
             family_name, preferred_username, doc, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)",
            user(row),
        );
        self.count(&row.pool, &row.sub, 1);
    }

    fn update_user(&mut self, row: &'a UserRow, searched_changed: bool) {
        if searched_changed {
            let mut params = user(row);
            params.push(Param::Int(row.version));
            self.must(
                "UPDATE users SET username = $3, status = $4, enabled = $5, email = $6, phone_number = $7, \
                 name = $8, given_name = $9, family_name = $10, preferred_username = $11, doc = $12, \
                 version = version + 1 WHERE pool_id = $1 AND sub = $2 AND version = $13",
                params,
            );
        } else {
            self.must(
                "UPDATE users SET doc = $3, version = version + 1 WHERE pool_id = $1 AND sub = $2 AND version = $4",
                vec![Param::text(&row.pool), Param::text(&row.sub), Param::text(&row.doc), Param::Int(row.version)],
            );
        }
    }

    fn delete_user(&mut self, pool: &'a str, sub: &'a str, version: i64) {
        let of_user = || vec![Param::text(pool), Param::text(sub)];
        let mut params = of_user();
        params.push(Param::Int(version));
        self.must(
            "DELETE FROM users WHERE pool_id = $1 AND sub = $2 AND version = $3",
            params,
        );
        self.run(
            "DELETE FROM names WHERE pool_id = $1 AND sub = $2",
            of_user(),
        );
        self.run(
            "DELETE FROM members WHERE pool_id = $1 AND sub = $2",
            of_user(),
        );
        let (start, end) = rules::keys_of(sub);
        for kind in Kind::OF_USER {
            self.run(
                format!(
                    "DELETE FROM {} WHERE pool_id = $1 AND key >= $2 AND key < $3",
                    kind.table()
                ),
                vec![
                    Param::text(pool),
                    Param::Text(start.clone().into()),
                    Param::Text(end.clone().into()),
                ],
            );
        }
        self.count(pool, sub, -1);
    }

    /// Counts a user in or out of the pool.
    fn count(&mut self, pool: &'a str, sub: &str, by: i64) {
        self.run(
            "INSERT INTO user_counts (pool_id, shard, n) VALUES ($1, $2, $3) \
             ON CONFLICT (pool_id, shard) DO UPDATE SET n = user_counts.n + excluded.n",
            vec![
                Param::text(pool),
                Param::Int(rules::shard(sub)),
                Param::Int(by),
            ],
        );
    }

    fn queue(&mut self, message: &'a Message) {
        self.run(
            "INSERT INTO messages (id, pool_id, sub, at, doc, tries, due_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                Param::text(&message.id),
                Param::text(&message.pool),
                Param::text(&message.sub),
                Param::Int(message.at),
                Param::text(&message.doc),
                Param::Int(message.tries.into()),
                Param::maybe_int(message.due_at),
                Param::Int(message.expires_at),
            ],
        );
    }

    /// A statement that may touch any number of rows.
    fn run(&mut self, sql: impl Into<Cow<'static, str>>, params: Vec<Param<'a>>) {
        self.steps.push(Step {
            index: self.index,
            sql: sql.into(),
            params,
        });
    }

    /// A statement that has to touch a row.
    fn must(&mut self, sql: &str, params: Vec<Param<'a>>) {
        self.run(
            format!("WITH w AS ({sql} RETURNING 1) SELECT 1 / count(*) FROM w"),
            params,
        );
    }
}

fn user(row: &UserRow) -> Vec<Param<'_>> {
    let searched = &row.searched;
    vec![
        Param::text(&row.pool),
        Param::text(&row.sub),
        Param::text(&searched.username),
        Param::text(&searched.status),
        Param::Bool(searched.enabled),
        Param::maybe_text(searched.email.as_deref()),
        Param::maybe_text(searched.phone_number.as_deref()),
        Param::maybe_text(searched.name.as_deref()),
        Param::maybe_text(searched.given_name.as_deref()),
        Param::maybe_text(searched.family_name.as_deref()),
        Param::maybe_text(searched.preferred_username.as_deref()),
        Param::text(&row.doc),
    ]
}
