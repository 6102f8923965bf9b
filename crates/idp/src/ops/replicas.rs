//! Replicas of user pools in other Regions.

use cenote_model::{
    CreateUserPoolReplicaRequest, CreateUserPoolReplicaResponse, DeleteUserPoolReplicaRequest,
    DeleteUserPoolReplicaResponse, ListUserPoolReplicasRequest, ListUserPoolReplicasResponse,
    ReplicaStatusType, UpdateReplicaStatusType, UpdateUserPoolReplicaRequest,
    UpdateUserPoolReplicaResponse,
};

use crate::pool::{Pool, tags};
use crate::ports::{Change, Expect, Kind};
use crate::replica::{self, MOST, Replica};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// Whether a text is a Region that this deployment answers for.
fn is_region(cx: &Cx, region: &str) -> bool {
    let regions = &cx.service.config.regions;
    let is_known = regions.is_empty() || regions.iter().any(|known| known == region);
    let mut parts = region.split('-');
    let words = parts.next().is_some_and(is_word) && parts.next().is_some_and(is_word);
    let number = parts.next_back();
    let has_number = number.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    is_known && words && has_number && parts.all(is_word)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

async fn existing(cx: &Cx, pool: &Pool, region: &str) -> Result<Stored<Replica>> {
    replica::find(cx, pool, region)
        .await?
        .ok_or_else(|| Error::replica_not_found(region))
}

/// Creates a replica, which people can use once it is active.
pub(crate) async fn create_user_pool_replica(
    cx: &Cx,
    input: &CreateUserPoolReplicaRequest,
) -> Result<CreateUserPoolReplicaResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let region = &input.region_name;
    replica::check_pool(&pool)?;
    if *region == pool.region || replica::find(cx, &pool, region).await?.is_some() {
        return Err(Error::replica_exists(region));
    }
    if !is_region(cx, region) {
        return Err(Error::replica_region(region));
    }
    if replica::all(cx, &pool).await?.len() >= MOST {
        return Err(Error::too_many_replicas(MOST));
    }
    let tags = input.user_pool_tags.clone().unwrap_or_default();
    tags::check(&tags)?;
    let value = Replica {
        is_active: false,
        tags,
    };
    let stored = Stored::new(Kind::Replica, &pool.id, region, value);
    // The pool as it was checked: a change of its settings meanwhile runs this again.
    let change = Change::new()
        .with(pool.put(Expect::Version(pool.version))?)
        .with(stored.insert(cx.now())?)
        .with(replica::enter(&pool, region)?);
    cx.commit(change).await?;
    Ok(CreateUserPoolReplicaResponse {
        user_pool_replica: Some(replica::shape(
            cx,
            &pool,
            region,
            ReplicaStatusType::Creating,
        )),
    })
}

/// Turns a replica on or off. The primary is always on.
pub(crate) async fn update_user_pool_replica(
    cx: &Cx,
    input: &UpdateUserPoolReplicaRequest,
) -> Result<UpdateUserPoolReplicaResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let region = &input.region_name;
    let is_active = input.status == UpdateReplicaStatusType::Active;
    let status = if *region == pool.region {
        if !is_active {
            return Err(Error::primary_stays());
        }
        ReplicaStatusType::Active
    } else {
        let mut stored = existing(cx, &pool, region).await?;
        stored.value.is_active = is_active;
        cx.commit(Change::new().with(stored.update()?)).await?;
        stored.value.status()
    };
    Ok(UpdateUserPoolReplicaResponse {
        user_pool_replica: Some(replica::shape(cx, &pool, region, status)),
    })
}

/// Deletes a replica that is not active.
pub(crate) async fn delete_user_pool_replica(
    cx: &Cx,
    input: &DeleteUserPoolReplicaRequest,
) -> Result<DeleteUserPoolReplicaResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let region = &input.region_name;
    if *region == pool.region {
        return Err(Error::primary_stays());
    }
    let stored = existing(cx, &pool, region).await?;
    if stored.value.is_active {
        return Err(Error::replica_is_active());
    }
    let change = Change::new()
        .with(stored.delete())
        .with(replica::leave(&pool, region));
    cx.commit(change).await?;
    Ok(DeleteUserPoolReplicaResponse {
        user_pool_replica: Some(replica::shape(
            cx,
            &pool,
            region,
            ReplicaStatusType::Deleting,
        )),
    })
}

/// Lists the replicas of a pool: the primary first.
pub(crate) async fn list_user_pool_replicas(
    cx: &Cx,
    input: &ListUserPoolReplicasRequest,
) -> Result<ListUserPoolReplicasResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    // All of them fit on one page, so that no token of this list exists.
    if input.next_token.is_some() {
        return Err(Error::invalid_page_token("NextToken"));
    }
    let mut listed = vec![replica::shape(
        cx,
        &pool,
        &pool.region,
        ReplicaStatusType::Active,
    )];
    for stored in replica::all(cx, &pool).await? {
        let status = stored.value.status();
        listed.push(replica::shape(cx, &pool, &stored.key, status));
    }
    Ok(ListUserPoolReplicasResponse {
        user_pool_replicas: Some(listed),
        next_token: None,
    })
}
