//! ListUsers.

use cenote_model::{AttributeType, ListUsersRequest, ListUsersResponse, UserType};

use crate::user::User;
use crate::user::filter::{self, Search};
use crate::{Cx, Error, Result, page};

pub(crate) async fn list_users(cx: &Cx, input: &ListUsersRequest) -> Result<ListUsersResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let asked = input.filter.as_deref().unwrap_or_default();
    let scope = format!("ListUsers\0{}\0{asked}", pool.id);
    let after = page::open(
        cx,
        "PaginationToken",
        &scope,
        input.pagination_token.as_deref(),
    )?;
    let search = filter::parse(asked)?;
    let size = page::size(input.limit);

    let filter = match &search {
        Search::All => None,
        Search::Where(filter) => Some(filter),
        Search::Nobody => {
            return Ok(ListUsersResponse {
                users: Some(Vec::new()),
                pagination_token: None,
            });
        }
    };
    let mut rows = cx
        .service
        .store
        .users(&pool.id, filter, after.as_deref(), size + 1)
        .await?;
    let pagination_token = page::cut(cx, &scope, &mut rows, size, |row| &row.sub);

    let shape = |row| {
        let shape = User::from_row(row)?.shape();
        match &input.attributes_to_get {
            None => Ok(shape),
            Some(names) => only(names, shape),
        }
    };
    let users = rows.into_iter().map(shape).collect::<Result<Vec<_>>>()?;
    Ok(ListUsersResponse {
        users: Some(users),
        pagination_token,
    })
}

/// Keeps the named attributes, each of which the user must have.
fn only(names: &[String], mut user: UserType) -> Result<UserType> {
    let attributes = user.attributes.take().unwrap_or_default();
    let has = |name: &String| attributes.iter().any(|attribute| attribute.name == *name);
    if !names.iter().all(has) {
        return Err(Error::requested_attribute_missing());
    }
    let kept: Vec<AttributeType> = attributes
        .into_iter()
        .filter(|attribute| names.contains(&attribute.name))
        .collect();
    user.attributes = (!kept.is_empty()).then_some(kept);
    Ok(user)
}
