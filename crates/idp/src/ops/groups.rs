//! Groups and their members.

use cenote_model::{
    AdminAddUserToGroupRequest, AdminListGroupsForUserRequest, AdminListGroupsForUserResponse,
    AdminRemoveUserFromGroupRequest, CreateGroupRequest, CreateGroupResponse, DeleteGroupRequest,
    GetGroupRequest, GetGroupResponse, ListGroupsRequest, ListGroupsResponse,
    ListUsersInGroupRequest, ListUsersInGroupResponse, UpdateGroupRequest, UpdateGroupResponse,
};

use crate::pool::Pool;
use crate::ports::{Change, Expect, Kind, Write};
use crate::quota::Counted;
use crate::user::groups::{self, Group, PER_USER};
use crate::user::{User, admin_find};
use crate::{Cx, Error, Result, page};

/// The group of this name, if there is one.
async fn find(cx: &Cx, pool: &Pool, name: &str) -> Result<Option<Group>> {
    let record = cx.service.store.record(Kind::Group, &pool.id, name).await?;
    record.map(Group::from_record).transpose()
}

/// The group of this name, or ResourceNotFoundException.
async fn existing(cx: &Cx, pool: &Pool, name: &str) -> Result<Group> {
    find(cx, pool, name)
        .await?
        .ok_or_else(Error::group_not_found)
}

/// Creates a group.
pub(crate) async fn create_group(
    cx: &Cx,
    input: &CreateGroupRequest,
) -> Result<CreateGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    if find(cx, &pool, &input.group_name).await?.is_some() {
        return Err(Error::group_exists());
    }
    let now = cx.now();
    let group = Group {
        pool_id: pool.id.clone(),
        name: input.group_name.clone(),
        version: 0,
        id: cx.uuid().to_string(),
        description: input.description.clone(),
        role_arn: input.role_arn.clone(),
        precedence: input.precedence,
        created_at: now,
        modified_at: now,
    };
    cx.commit(
        Change::new()
            .with(pool.require())
            .with(group.put(Expect::Absent { now })?)
            .with(Counted::Groups.one_more(cx, &pool.id)),
    )
    .await?;
    Ok(CreateGroupResponse {
        group: Some(group.shape()),
    })
}

/// Shows a group.
pub(crate) async fn get_group(cx: &Cx, input: &GetGroupRequest) -> Result<GetGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = existing(cx, &pool, &input.group_name).await?;
    Ok(GetGroupResponse {
        group: Some(group.shape()),
    })
}

/// Changes the members that are given and keeps the others.
pub(crate) async fn update_group(
    cx: &Cx,
    input: &UpdateGroupRequest,
) -> Result<UpdateGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let kept = existing(cx, &pool, &input.group_name).await?;
    let group = Group {
        description: input.description.clone().or(kept.description),
        role_arn: input.role_arn.clone().or(kept.role_arn),
        precedence: input.precedence.or(kept.precedence),
        modified_at: cx.now(),
        ..kept
    };
    cx.commit(Change::new().with(group.put(Expect::Version(group.version))?))
        .await?;
    Ok(UpdateGroupResponse {
        group: Some(group.shape()),
    })
}

/// Deletes a group. Its memberships count no more from now on, and are cleared away in batches.
pub(crate) async fn delete_group(cx: &Cx, input: &DeleteGroupRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = existing(cx, &pool, &input.group_name).await?;
    let gone = Write::Delete {
        kind: Kind::Group,
        pool: pool.id.clone(),
        key: group.name.clone(),
        expect: Expect::Version(group.version),
    };
    let purge = Write::Put {
        kind: Kind::Purge,
        pool: String::new(),
        key: format!("group/{}/{}", pool.id, group.id),
        doc: "{}".to_owned(),
        expires_at: None,
        expect: Expect::Any,
    };
    let less = Counted::Groups.one_less(&pool.id);
    cx.commit(Change::new().with(gone).with(purge).with(less))
        .await
}

/// Lists a pool's groups by name.
pub(crate) async fn list_groups(cx: &Cx, input: &ListGroupsRequest) -> Result<ListGroupsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let scope = format!("ListGroups/{}", pool.id);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.limit);
    let records = cx
        .service
        .store
        .records(Kind::Group, &pool.id, "", after.as_deref(), size + 1)
        .await?;
    let mut groups = records
        .into_iter()
        .map(Group::from_record)
        .collect::<Result<Vec<_>>>()?;
    let next_token = page::cut(cx, &scope, &mut groups, size, |group| &group.name);
    Ok(ListGroupsResponse {
        groups: Some(groups.iter().map(Group::shape).collect()),
        next_token,
    })
}

/// Puts a user into a group; a member stays one.
pub(crate) async fn admin_add_user_to_group(
    cx: &Cx,
    input: &AdminAddUserToGroupRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = existing(cx, &pool, &input.group_name).await?;
    let user = admin_find(cx, &pool, &input.username).await?;
    let memberships = cx
        .service
        .store
        .groups_of(&pool.id, &user.sub, None, 2 * PER_USER)
        .await?;
    let mut change = Change::new().with(group.require());
    let (mut others, mut is_member) = (0, false);
    for (record, group_id) in memberships {
        let (name, live) = (
            record.key.clone(),
            Group::from_record(record)?.id == group_id,
        );
        is_member |= live && name == group.name;
        others += usize::from(live && name != group.name);
        if !live && name == group.name {
            // A membership of an earlier group of this name, which waits to be cleared away.
            change.push(Write::RemoveMember {
                pool: pool.id.clone(),
                group_id,
                sub: user.sub.clone(),
            });
        }
    }
    if is_member {
        return Ok(());
    }
    if others >= PER_USER {
        return Err(Error::too_many_groups(PER_USER));
    }
    change.push(Write::AddMember {
        pool: pool.id.clone(),
        group: group.name,
        group_id: group.id,
        sub: user.sub,
    });
    cx.commit(change).await
}

/// Takes a user out of a group; somebody who is not in it stays so.
pub(crate) async fn admin_remove_user_from_group(
    cx: &Cx,
    input: &AdminRemoveUserFromGroupRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = existing(cx, &pool, &input.group_name).await?;
    let user = admin_find(cx, &pool, &input.username).await?;
    let removed = Write::RemoveMember {
        pool: pool.id.clone(),
        group_id: group.id,
        sub: user.sub,
    };
    cx.commit(Change::new().with(removed)).await
}

/// Lists a user's groups by name.
pub(crate) async fn admin_list_groups_for_user(
    cx: &Cx,
    input: &AdminListGroupsForUserRequest,
) -> Result<AdminListGroupsForUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = admin_find(cx, &pool, &input.username).await?;
    let scope = format!("AdminListGroupsForUser/{}/{}", pool.id, user.sub);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.limit);
    let mut listed =
        groups::page_of_user(cx, &pool.id, &user.sub, after.as_deref(), size + 1).await?;
    let next_token = page::cut(cx, &scope, &mut listed, size, |group| &group.name);
    Ok(AdminListGroupsForUserResponse {
        groups: Some(listed.iter().map(Group::shape).collect()),
        next_token,
    })
}

/// Lists a group's members.
pub(crate) async fn list_users_in_group(
    cx: &Cx,
    input: &ListUsersInGroupRequest,
) -> Result<ListUsersInGroupResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let group = existing(cx, &pool, &input.group_name).await?;
    let scope = format!("ListUsersInGroup/{}/{}", pool.id, group.id);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.limit);
    let rows = cx
        .service
        .store
        .members(&pool.id, &group.id, after.as_deref(), size + 1)
        .await?;
    let mut users = rows
        .into_iter()
        .map(User::from_row)
        .collect::<Result<Vec<_>>>()?;
    let next_token = page::cut(cx, &scope, &mut users, size, |user| &user.sub);
    Ok(ListUsersInGroupResponse {
        users: Some(users.iter().map(User::shape).collect()),
        next_token,
    })
}
