//! The look-ups. Every list pages by key, by bytes: the columns collate "C".

use cenote_idp::ports::{
    Kind, Message, MessageFilter, Record, Searched, StoreError, UserFilter, UserRow,
};
use tokio_postgres::Row;

use super::connect::Connections;
use super::param::{Param, encode, maybe_text, text, value};
use crate::rules::{self, Column};

pub(crate) const USER: &str = "u.pool_id, u.sub, u.username, u.status, u.enabled, u.email, u.phone_number, u.name, \
                    u.given_name, u.family_name, u.preferred_username, u.doc, u.version";
/// Memberships with the group of the same name.
pub(crate) const GROUPS_OF: &str = "SELECT g.pool_id, g.key, g.doc, g.version, g.expires_at, m.group_id FROM members m \
                                    JOIN groups g ON g.pool_id = m.pool_id AND g.key = m.group_name";
const MESSAGE: &str = "id, pool_id, sub, at, doc, tries, due_at, expires_at";

/// How many characters of an attribute its index holds (see the migration).
const INDEXED: usize = 256;

/// One record.
pub(crate) async fn record(
    connections: &Connections,
    kind: Kind,
    pool: &str,
    key: &str,
) -> Result<Option<Record>, StoreError> {
    let params = [Param::text(pool), Param::text(key)];
    one(connections, &record_sql(kind, "$2"), &params, read_record).await
}

/// The question for the record of pool $1 with this key.
pub(crate) fn record_sql(kind: Kind, key: &str) -> String {
    let table = kind.table();
    format!(
        "SELECT pool_id, key, doc, version, expires_at FROM {table} WHERE pool_id = $1 AND key = {key}"
    )
}

/// Records by ascending key.
pub(crate) async fn records(
    connections: &Connections,
    kind: Kind,
    pool: &str,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let table = kind.table();
    let (from, start) = rules::page_start(prefix, after);
    let end = rules::prefix_end(prefix);
    let until = if end.is_some() { "AND key < $4" } else { "" };
    let sql = format!(
        "SELECT pool_id, key, doc, version, expires_at FROM {table} \
         WHERE pool_id = $1 AND key {from} $2 {until} ORDER BY key LIMIT $3"
    );
    let mut params = vec![
        Param::text(pool),
        Param::text(start),
        Param::Int(rules::limit(limit)),
    ];
    params.extend(end.as_deref().map(Param::text));
    many(connections, &sql, &params, read_record).await
}

/// The client with this id.
pub(crate) async fn client(
    connections: &Connections,
    id: &str,
) -> Result<Option<Record>, StoreError> {
    let sql = "SELECT pool_id, key, doc, version, expires_at FROM clients WHERE key = $1";
    one(connections, sql, &[Param::text(id)], read_record).await
}

/// The owner of a sign-in name.
pub(crate) async fn user_by_name(
    connections: &Connections,
    pool: &str,
    name: &str,
) -> Result<Option<UserRow>, StoreError> {
    let sql = format!(
        "SELECT {USER} FROM names n JOIN users u ON u.pool_id = n.pool_id AND u.sub = n.sub \
         WHERE n.pool_id = $1 AND n.name = $2"
    );
    one(
        connections,
        &sql,
        &[Param::text(pool), Param::text(name)],
        read_user,
    )
    .await
}

/// The user with this `sub`.
pub(crate) async fn user(
    connections: &Connections,
    pool: &str,
    sub: &str,
) -> Result<Option<UserRow>, StoreError> {
    let sql = format!("SELECT {USER} FROM users u WHERE u.pool_id = $1 AND u.sub = $2");
    one(
        connections,
        &sql,
        &[Param::text(pool), Param::text(sub)],
        read_user,
    )
    .await
}

/// Users by ascending `sub`, narrowed by a filter.
pub(crate) async fn users(
    connections: &Connections,
    pool: &str,
    filter: Option<&UserFilter>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<UserRow>, StoreError> {
    let mut list = UserList::new(pool, after, limit);
    if let Some(UserFilter {
        column,
        value,
        prefix,
    }) = filter
    {
        match Column::named(column)? {
            Column::Enabled => match value.parse() {
                Ok(enabled) => list.bind("u.enabled =", Param::Bool(enabled)),
                Err(_) => return Ok(Vec::new()),
            },
            Column::Sub if *prefix => list.begins("u.sub", &encode(value)),
            Column::Sub => list.bind("u.sub =", Param::text(value)),
            Column::Short(name) if *prefix => list.begins(&format!("u.{name}"), &encode(value)),
            Column::Short(name) => list.bind(&format!("u.{name} ="), Param::text(value)),
            Column::Attribute(name) => {
                // The first condition is the one that the index serves, the second the one that is exact.
                let value = encode(value);
                let head = value.chars().take(INDEXED).collect::<String>();
                let (indexed, whole) = (format!("left(u.{name}, {INDEXED})"), format!("u.{name}"));
                list.require(&format!("u.{name} IS NOT NULL"));
                if *prefix {
                    list.begins(&indexed, &head);
                    list.begins(&whole, &value);
                } else {
                    list.bind(&format!("{indexed} ="), Param::Text(head.into()));
                    list.bind(&format!("{whole} ="), Param::Text(value));
                }
            }
        }
    }
    let sql = format!(
        "SELECT {USER} FROM users u WHERE {} ORDER BY u.sub LIMIT $3",
        list.conditions
    );
    many(connections, &sql, &list.params, read_user).await
}

/// The conditions of a list of users, gathered with their parameters.
struct UserList<'a> {
    conditions: String,
    params: Vec<Param<'a>>,
}

impl<'a> UserList<'a> {
    fn new(pool: &'a str, after: Option<&'a str>, limit: usize) -> Self {
        Self {
            conditions: "u.pool_id = $1 AND u.sub > $2".to_owned(),
            params: vec![
                Param::text(pool),
                Param::text(after.unwrap_or_default()),
                Param::Int(rules::limit(limit)),
            ],
        }
    }

    fn require(&mut self, condition: &str) {
        self.conditions.push_str(" AND ");
        self.conditions.push_str(condition);
    }

    fn bind(&mut self, comparison: &str, param: Param<'a>) {
        self.params.push(param);
        self.require(&format!("{comparison} ${}", self.params.len()));
    }

    /// The prefix is coded already.
    fn begins(&mut self, expression: &str, prefix: &str) {
        self.bind(
            &format!("{expression} >="),
            Param::Text(prefix.to_owned().into()),
        );
        if let Some(end) = rules::prefix_end(prefix) {
            self.bind(&format!("{expression} <"), Param::Text(end.into()));
        }
    }
}

/// How many users a pool has.
pub(crate) async fn user_count(connections: &Connections, pool: &str) -> Result<i64, StoreError> {
    let sql = "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM user_counts WHERE pool_id = $1";
    let rows = connections.query(sql, &[Param::text(pool)]).await?;
    rows.first().map_or(Ok(0), |row| value(row, 0))
}

/// The groups of a user by ascending name.
pub(crate) async fn groups_of(
    connections: &Connections,
    pool: &str,
    sub: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(Record, String)>, StoreError> {
    let sql = format!(
        "{GROUPS_OF} WHERE m.pool_id = $1 AND m.sub = $2 AND m.group_name > $3 \
         ORDER BY m.group_name LIMIT $4"
    );
    let params = page_of(pool, sub, after, limit);
    many(connections, &sql, &params, read_group).await
}

/// The members of a group by ascending `sub`.
pub(crate) async fn members(
    connections: &Connections,
    pool: &str,
    group_id: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<UserRow>, StoreError> {
    let sql = format!(
        "SELECT {USER} FROM members m JOIN users u ON u.pool_id = m.pool_id AND u.sub = m.sub \
         WHERE m.pool_id = $1 AND m.group_id = $2 AND m.sub > $3 ORDER BY m.sub LIMIT $4"
    );
    let params = page_of(pool, group_id, after, limit);
    many(connections, &sql, &params, read_user).await
}

fn page_of<'a>(pool: &'a str, of: &'a str, after: Option<&'a str>, limit: usize) -> [Param<'a>; 4] {
    [
        Param::text(pool),
        Param::text(of),
        Param::text(after.unwrap_or_default()),
        Param::Int(rules::limit(limit)),
    ]
}

/// Messages, newest first.
pub(crate) async fn messages(
    connections: &Connections,
    filter: &MessageFilter,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let mut conditions = String::new();
    let mut params = vec![Param::Int(rules::limit(limit))];
    for (column, wanted) in [("pool_id", &filter.pool), ("sub", &filter.sub)] {
        if let Some(wanted) = wanted {
            params.push(Param::text(wanted));
            conditions = format!("{conditions} AND {column} = ${}", params.len());
        }
    }
    let sql = format!(
        "SELECT {MESSAGE} FROM messages WHERE true {conditions} ORDER BY at DESC, id DESC LIMIT $1"
    );
    many(connections, &sql, &params, read_message).await
}

/// Messages that are due, oldest due first.
pub(crate) async fn due_messages(
    connections: &Connections,
    now: i64,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {MESSAGE} FROM messages WHERE due_at <= $1 ORDER BY due_at, at, id LIMIT $2"
    );
    let params = [Param::Int(now), Param::Int(rules::limit(limit))];
    many(connections, &sql, &params, read_message).await
}

/// A row of [`GROUPS_OF`].
pub(crate) fn read_group(row: &Row) -> Result<(Record, String), StoreError> {
    Ok((read_record(row)?, text(row, 5)?))
}

/// The rows that a query finds.
async fn many<T>(
    connections: &Connections,
    sql: &str,
    params: &[Param<'_>],
    read: fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows = connections.query(sql, params).await?;
    rows.iter().map(read).collect()
}

/// The row that a query finds, if it finds one.
async fn one<T>(
    connections: &Connections,
    sql: &str,
    params: &[Param<'_>],
    read: fn(&Row) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let rows = connections.query(sql, params).await?;
    rows.first().map(read).transpose()
}

pub(crate) fn read_record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        pool: text(row, 0)?,
        key: text(row, 1)?,
        doc: text(row, 2)?,
        version: value(row, 3)?,
        expires_at: value(row, 4)?,
    })
}

pub(crate) fn read_user(row: &Row) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        pool: text(row, 0)?,
        sub: text(row, 1)?,
        searched: Searched {
            username: text(row, 2)?,
            status: text(row, 3)?,
            enabled: value(row, 4)?,
            email: maybe_text(row, 5)?,
            phone_number: maybe_text(row, 6)?,
            name: maybe_text(row, 7)?,
            given_name: maybe_text(row, 8)?,
            family_name: maybe_text(row, 9)?,
            preferred_username: maybe_text(row, 10)?,
        },
        doc: text(row, 11)?,
        version: value(row, 12)?,
    })
}

fn read_message(row: &Row) -> Result<Message, StoreError> {
    Ok(Message {
        id: text(row, 0)?,
        pool: text(row, 1)?,
        sub: text(row, 2)?,
        at: value(row, 3)?,
        doc: text(row, 4)?,
        tries: i32::try_from(value::<i64>(row, 5)?)
            .map_err(|_| StoreError("a message was tried more often than can be".to_owned()))?,
        due_at: value(row, 6)?,
        expires_at: value(row, 7)?,
    })
}
