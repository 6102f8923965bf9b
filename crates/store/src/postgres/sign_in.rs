//! The look-up of a sign-in: its questions travel together, so that they take one round trip.

use cenote_idp::ports::{Kind, SignInQuery, SignInRows, StoreError};

use super::connect::Connections;
use super::look_up::{self, GROUPS_OF, USER, read_group, read_record, read_user};
use super::param::Param;
use crate::rules;

/// The `sub` that $2 is, or else that the name $3 belongs to.
const FOUND: &str = "coalesce((SELECT sub FROM users WHERE pool_id = $1 AND sub = $2), \
                     (SELECT sub FROM names WHERE pool_id = $1 AND name = $3))";

/// What the sign-in asks for.
pub(crate) async fn look_up(
    connections: &Connections,
    query: &SignInQuery,
) -> Result<SignInRows, StoreError> {
    // Each time, since a parameter cannot be copied.
    let found = || {
        [
            Param::text(&query.pool),
            Param::maybe_text(query.sub.as_deref()),
            Param::maybe_text(query.name.as_deref()),
        ]
    };
    let with = |more: Vec<_>| found().into_iter().chain(more).collect::<Vec<Param<'_>>>();
    let user = format!("SELECT {USER} FROM users u WHERE u.pool_id = $1 AND u.sub = {FOUND}");
    let user = Some((user, with(Vec::new())));
    let attempts = (!query.attempts.is_empty()).then(|| {
        let key = format!("CAST($4 AS TEXT) || coalesce({FOUND}, $5)");
        let more = vec![
            Param::text(&query.attempts),
            Param::maybe_text(query.nobody.as_deref()),
        ];
        (look_up::record_sql(Kind::Attempt, &key), with(more))
    });
    let groups = (query.groups > 0).then(|| {
        let sql = format!(
            "{GROUPS_OF} WHERE m.pool_id = $1 AND m.sub = {FOUND} ORDER BY m.group_name LIMIT $4"
        );
        (sql, with(vec![Param::Int(rules::limit(query.groups))]))
    });
    let record = query.record.as_ref().map(|(kind, key)| {
        let params = vec![Param::text(&query.pool), Param::text(key)];
        (look_up::record_sql(*kind, "$2"), params)
    });
    let questions = [&user, &attempts, &groups, &record].map(|question| {
        question
            .as_ref()
            .map(|(sql, params)| (sql.as_str(), params.as_slice()))
    });
    let [user, attempts, groups, record] = connections.query_all(questions).await?;
    Ok(SignInRows {
        user: user.first().map(read_user).transpose()?,
        attempts: attempts.first().map(read_record).transpose()?,
        record: record.first().map(read_record).transpose()?,
        groups: groups.iter().map(read_group).collect::<Result<_, _>>()?,
    })
}
