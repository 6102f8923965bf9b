//! The tags of user pools, which are the only resources that have some.

use std::collections::BTreeMap;
use std::sync::Arc;

use cenote_model::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, TagResourceRequest,
    TagResourceResponse, UntagResourceRequest, UntagResourceResponse,
};

use crate::pool::{Pool, tags};
use crate::ports::{Change, Expect};
use crate::replica::{self, Replica};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// Whose tags an ARN names.
enum Tagged {
    Pool(Box<Pool>),
    Replica(Stored<Replica>),
}

impl Tagged {
    fn tags(&mut self) -> &mut BTreeMap<String, String> {
        match self {
            Self::Pool(pool) => pool.shape.user_pool_tags.get_or_insert_default(),
            Self::Replica(replica) => &mut replica.value.tags,
        }
    }

    async fn save(self, cx: &Cx) -> Result<()> {
        let write = match self {
            Self::Pool(pool) => pool.put(Expect::Version(pool.version)),
            Self::Replica(replica) => replica.update(),
        };
        cx.commit(Change::new().with(write?)).await
    }
}

/// What an ARN names: a pool of this account, or its replica, in the Region that the request is for.
async fn tagged(cx: &Cx, arn: &str) -> Result<Tagged> {
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
    if pool.region == region {
        return Ok(Tagged::Pool(Box::new(Arc::unwrap_or_clone(pool))));
    }
    let replica = replica::find(cx, &pool, region).await?;
    replica
        .map(Tagged::Replica)
        .ok_or_else(Error::arn_of_no_pool)
}

/// Adds tags; a key that is there already gets the new value.
pub(crate) async fn tag_resource(
    cx: &Cx,
    input: &TagResourceRequest,
) -> Result<TagResourceResponse> {
    let mut tagged = tagged(cx, &input.resource_arn).await?;
    let all = tagged.tags();
    all.extend(input.tags.clone());
    tags::check(all).map_err(Error::into_invalid_parameter)?;
    tagged.save(cx).await?;
    Ok(TagResourceResponse {})
}

/// Removes tags; a key that is not there is fine.
pub(crate) async fn untag_resource(
    cx: &Cx,
    input: &UntagResourceRequest,
) -> Result<UntagResourceResponse> {
    let mut tagged = tagged(cx, &input.resource_arn).await?;
    tagged.tags().retain(|key, _| !input.tag_keys.contains(key));
    tagged.save(cx).await?;
    Ok(UntagResourceResponse {})
}

/// Shows a pool's tags.
pub(crate) async fn list_tags_for_resource(
    cx: &Cx,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse> {
    let mut tagged = tagged(cx, &input.resource_arn).await?;
    Ok(ListTagsForResourceResponse {
        tags: Some(std::mem::take(tagged.tags())),
    })
}
