//! Groups: what is stored, and the groups of a user.

use cenote_model::{GroupType, Timestamp};
use serde::{Deserialize, Serialize};

use super::User;
use crate::ports::{Expect, Kind, Record, Write};
use crate::{Cx, Error, Result};

/// How many groups a user can be in.
pub(crate) const PER_USER: usize = 100;

/// The name of the group of the people whom a provider vouches for.
pub(crate) fn of_provider(pool: &str, provider: &str) -> String {
    format!("{pool}_{provider}")
}

/// A group as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    #[serde(skip)]
    pub(crate) pool_id: String,
    #[serde(skip)]
    pub(crate) name: String,
    #[serde(skip)]
    pub(crate) version: i64,
    /// Random, so that a group made later under the same name does not inherit this one's members.
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role_arn: Option<String>,
    /// The lower, the sooner; absent ranks behind every number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) precedence: Option<i32>,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    /// Milliseconds since the epoch.
    pub(crate) modified_at: i64,
}

impl Group {
    pub(crate) fn from_record(record: Record) -> Result<Self> {
        let group: Self = serde_json::from_str(&record.doc).map_err(|error| {
            Error::internal(format!("group {}/{}: {error}", record.pool, record.key))
        })?;
        Ok(Self {
            pool_id: record.pool,
            name: record.key,
            version: record.version,
            ..group
        })
    }

    /// The write that stores it.
    pub(crate) fn put(&self, expect: Expect) -> Result<Write> {
        Ok(Write::Put {
            kind: Kind::Group,
            pool: self.pool_id.clone(),
            key: self.name.clone(),
            doc: serde_json::to_string(self).map_err(|error| Error::internal(error.to_string()))?,
            expires_at: None,
            expect,
        })
    }

    /// The precondition that this very group is unchanged when a change is committed.
    pub(crate) fn require(&self) -> Write {
        Write::Require {
            kind: Kind::Group,
            pool: self.pool_id.clone(),
            key: self.name.clone(),
            expect: Expect::Version(self.version),
        }
    }

    /// The shape that every group operation answers.
    pub(crate) fn shape(&self) -> GroupType {
        GroupType {
            group_name: Some(self.name.clone()),
            user_pool_id: Some(self.pool_id.clone()),
            description: self.description.clone(),
            role_arn: self.role_arn.clone(),
            precedence: self.precedence,
            last_modified_date: Some(Timestamp(self.modified_at)),
            creation_date: Some(Timestamp(self.created_at)),
        }
    }
}

/// One page of a user's groups by ascending name.
pub(crate) async fn page_of_user(
    cx: &Cx,
    pool: &str,
    sub: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    let mut after = after.map(str::to_owned);
    // Memberships of a deleted group stay until they are swept; they must not shorten a page.
    while groups.len() < limit {
        let wanted = limit - groups.len();
        let rows = cx
            .service
            .store
            .groups_of(pool, sub, after.as_deref(), wanted)
            .await?;
        let is_last = rows.len() < wanted;
        after = rows.last().map(|(record, _)| record.key.clone());
        groups.extend(live(rows)?);
        if is_last {
            break;
        }
    }
    Ok(groups)
}

/// How many memberships are read along with a user: all of them, but for those of a deleted group that
/// wait to be swept.
pub(crate) const READ_ALONG: usize = PER_USER + 1;

/// The groups that were read along with a user, if those are all.
pub(super) fn read_along(rows: Vec<(Record, String)>) -> Result<Option<Vec<Group>>> {
    if rows.len() >= READ_ALONG {
        return Ok(None);
    }
    live(rows).map(Some)
}

/// The groups behind memberships, without those of a group that was deleted and made anew.
fn live(rows: Vec<(Record, String)>) -> Result<Vec<Group>> {
    let mut groups = Vec::with_capacity(rows.len());
    for (record, member_of) in rows {
        let group = Group::from_record(record)?;
        if group.id == member_of {
            groups.push(group);
        }
    }
    Ok(groups)
}

/// All groups of a user in the order in which they count: by precedence, those without one last, then by
/// name. They are read unless they were read along with the user, and no trigger has been waited for: it may
/// have changed them.
pub(crate) async fn of_user(cx: &Cx, user: &User) -> Result<Vec<Group>> {
    let mut groups = match &user.groups {
        Some(groups) if cx.answers.is_empty() => groups.clone(),
        _ => page_of_user(cx, &user.pool_id, &user.sub, None, PER_USER).await?,
    };
    groups.sort_by_key(|group| group.precedence.map_or(i64::MAX, i64::from));
    Ok(groups)
}
