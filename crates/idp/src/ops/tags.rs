//! The tags of user pools, which are the only resources that have some.

use std::sync::Arc;

use cenote_model::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, TagResourceRequest,
    TagResourceResponse, UntagResourceRequest, UntagResourceResponse,
};

use crate::pool::{Pool, tags};
use crate::ports::{Change, Expect};
use crate::{Cx, Error, Result};

/// The pool that an ARN names: one of this account and of the Region that the request is for.
async fn pool_of(cx: &Cx, arn: &str) -> Result<Arc<Pool>> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "cognito-idp", region, account, resource] = parts[..] else {
        return Err(Error::arn_of_no_pool());
    };
    let id = resource.strip_prefix("userpool/").unwrap_or_default();
    let is_ours = partition.starts_with("aws") && account == cx.service.config.account_id;
    if !is_ours || id.is_empty() || cx.region.as_deref().is_some_and(|here| here != region) {
        return Err(Error::arn_of_no_pool());
    }
    let pool = cx.pool(id).await?;
    // An unsigned request is for the pool's own Region.
    if cx.region.is_none() && pool.region != region {
        return Err(Error::arn_of_no_pool());
    }
    Ok(pool)
}

async fn save(cx: &Cx, pool: &Pool) -> Result<()> {
    cx.commit(Change::new().with(pool.put(Expect::Version(pool.version))?))
        .await
}

/// Adds tags; a key that is there already gets the new value.
pub(crate) async fn tag_resource(
    cx: &Cx,
    input: &TagResourceRequest,
) -> Result<TagResourceResponse> {
    let mut pool = Arc::unwrap_or_clone(pool_of(cx, &input.resource_arn).await?);
    let all = pool.shape.user_pool_tags.get_or_insert_default();
    all.extend(input.tags.clone());
    tags::check(all).map_err(Error::into_invalid_parameter)?;
    save(cx, &pool).await?;
    Ok(TagResourceResponse {})
}

/// Removes tags; a key that is not there is fine.
pub(crate) async fn untag_resource(
    cx: &Cx,
    input: &UntagResourceRequest,
) -> Result<UntagResourceResponse> {
    let mut pool = Arc::unwrap_or_clone(pool_of(cx, &input.resource_arn).await?);
    let tags = pool.shape.user_pool_tags.get_or_insert_default();
    tags.retain(|key, _| !input.tag_keys.contains(key));
    save(cx, &pool).await?;
    Ok(UntagResourceResponse {})
}

/// Shows a pool's tags.
pub(crate) async fn list_tags_for_resource(
    cx: &Cx,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse> {
    let pool = pool_of(cx, &input.resource_arn).await?;
    Ok(ListTagsForResourceResponse {
        tags: Some(pool.shape.user_pool_tags.clone().unwrap_or_default()),
    })
}
