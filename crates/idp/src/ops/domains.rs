//! The domains of user pools.

use cenote_model::{
    CreateUserPoolDomainRequest, CreateUserPoolDomainResponse, DeleteUserPoolDomainRequest,
    DeleteUserPoolDomainResponse, DescribeUserPoolDomainRequest, DomainDescriptionType, ErrorCode,
    RoutingType, Timestamp, UpdateUserPoolDomainRequest, UpdateUserPoolDomainResponse,
};
use serde_json::{Value, json};

use crate::crypto::alphanumeric;
use crate::pool::Pool;
use crate::pool::domain::{self, Domain};
use crate::ports::{Change, Expect, Kind};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// Custom domains of a Region.
const CUSTOM_PER_REGION: usize = 4;

/// Custom domains that are read at a time to count them.
const BATCH: usize = 100;

/// Gives a pool a domain.
pub(crate) async fn create_user_pool_domain(
    cx: &Cx,
    input: &CreateUserPoolDomainRequest,
) -> Result<CreateUserPoolDomainResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let name = &input.domain;
    match &input.custom_domain_config {
        Some(config) => domain::check_custom(name, config)?,
        None => domain::check_prefix(name)?,
    }
    let is_custom = input.custom_domain_config.is_some();
    let version = input.managed_login_version.unwrap_or(domain::CLASSIC);
    domain::check_version(&pool, version)?;
    check_routing(cx, &pool, is_custom, input.routing.as_ref()).await?;
    check_free(cx, &pool, name, is_custom).await?;

    let distribution = alphanumeric(&*cx.service.entropy, 13, true);
    let stored = Stored::new(
        Kind::Domain,
        domain::place(&pool.region, name),
        name,
        Domain {
            user_pool_id: pool.id.clone(),
            region: pool.region.clone(),
            managed_login_version: version,
            custom: input.custom_domain_config.clone(),
            routing: input.routing.clone(),
            distribution: format!("d{distribution}.cloudfront.net"),
            changed_at: cx.now(),
        },
    );
    let write = stored.insert(cx.now())?;
    let holder = with_domain(cx, &pool, is_custom, Some(name.clone()));
    let saved = holder.put(Expect::Version(pool.version))?;
    cx.commit(Change::new().with(write).with(saved)).await?;
    Ok(CreateUserPoolDomainResponse {
        managed_login_version: input.managed_login_version,
        cloud_front_domain: is_custom.then_some(stored.value.distribution),
        routing: input.routing.clone(),
    })
}

/// The name is free, and so is the pool's place for such a domain.
async fn check_free(cx: &Cx, pool: &Pool, name: &str, is_custom: bool) -> Result<()> {
    if let Some(taken) = domain::find(cx, &pool.region, name).await? {
        return Err(if taken.value.user_pool_id == pool.id {
            Error::domain_exists()
        } else {
            Error::domain_taken()
        });
    }
    let (present, kind) = if is_custom {
        (&pool.shape.custom_domain, "custom")
    } else {
        (&pool.shape.domain, "prefix")
    };
    if present.is_some() {
        return Err(Error::pool_has_domain(&pool.id, kind));
    }
    if is_custom && custom_domains(cx, &pool.region).await? >= CUSTOM_PER_REGION {
        return Err(Error::too_many_custom_domains(CUSTOM_PER_REGION));
    }
    Ok(())
}

/// How many custom domains a Region has.
async fn custom_domains(cx: &Cx, region: &str) -> Result<usize> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = Stored::<Domain>::list(cx, Kind::Domain, "", after.as_deref(), BATCH).await?;
        count += page
            .iter()
            .filter(|domain| domain.value.region == region)
            .count();
        if page.len() < BATCH || count >= CUSTOM_PER_REGION {
            return Ok(count);
        }
        after = page.last().map(|domain| domain.key.clone());
    }
}

/// Failover goes to a replica of the pool, and only from a custom domain.
async fn check_routing(
    cx: &Cx,
    pool: &Pool,
    is_custom: bool,
    routing: Option<&RoutingType>,
) -> Result<()> {
    let Some(routing) = routing else {
        return Ok(());
    };
    if !is_custom {
        return Err(Error::prefix_domain_with("Routing"));
    }
    if let Some(failover) = &routing.failover {
        let region = &failover.secondary_region;
        let replica = cx.live(Kind::Replica, &pool.id, region).await?;
        if replica.is_none() {
            return Err(Error::failover_without_replica(region));
        }
    }
    Ok(())
}

/// The pool as it is once the name stands in it or is gone from it.
fn with_domain(cx: &Cx, pool: &Pool, is_custom: bool, name: Option<String>) -> Pool {
    let mut pool = pool.clone();
    if is_custom {
        pool.shape.custom_domain = name;
    } else {
        pool.shape.domain = name;
    }
    pool.shape.last_modified_date = Some(Timestamp(cx.now()));
    pool
}

/// The domain, which must be this pool's.
async fn of_pool(cx: &Cx, pool: &Pool, name: &str) -> Result<Stored<Domain>> {
    let found = domain::find(cx, &pool.region, name).await?;
    found
        .filter(|found| found.value.user_pool_id == pool.id)
        .ok_or_else(Error::no_such_domain)
}

/// Shows a domain; an unknown one is an empty description.
pub(crate) async fn describe_user_pool_domain(
    cx: &Cx,
    input: &DescribeUserPoolDomainRequest,
) -> Result<Value> {
    let found = domain::find(cx, cx.region(), &input.domain).await?;
    let Some(found) = found else {
        return described(&DomainDescriptionType::default());
    };
    match cx.pool(&found.value.user_pool_id).await {
        // A custom domain of another Region.
        Err(error) if error.code == ErrorCode::ResourceNotFound => {
            return described(&DomainDescriptionType::default());
        }
        pool => pool?,
    };
    let mut answer = described(&found.value.description(&input.domain, &cx.service.config))?;
    if found.value.custom.is_none() {
        // The service shows the member without the one that its model calls required.
        answer["DomainDescription"]["CustomDomainConfig"] = json!({});
    }
    Ok(answer)
}

fn described(description: &DomainDescriptionType) -> Result<Value> {
    let description =
        serde_json::to_value(description).map_err(|error| Error::internal(error.to_string()))?;
    Ok(json!({"DomainDescription": description}))
}

/// Changes what the request names and keeps the rest.
pub(crate) async fn update_user_pool_domain(
    cx: &Cx,
    input: &UpdateUserPoolDomainRequest,
) -> Result<UpdateUserPoolDomainResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut stored = of_pool(cx, &pool, &input.domain).await?;
    let is_custom = stored.value.custom.is_some();
    if let Some(config) = &input.custom_domain_config {
        if !is_custom {
            return Err(Error::prefix_domain_with("CustomDomainConfig"));
        }
        domain::check_custom(&input.domain, config)?;
        stored.value.custom = Some(config.clone());
    }
    if let Some(version) = input.managed_login_version {
        domain::check_version(&pool, version)?;
        stored.value.managed_login_version = version;
    }
    if input.routing.is_some() {
        check_routing(cx, &pool, is_custom, input.routing.as_ref()).await?;
        stored.value.routing.clone_from(&input.routing);
    }
    stored.value.changed_at = cx.now();
    cx.commit(Change::new().with(stored.update()?)).await?;
    Ok(UpdateUserPoolDomainResponse {
        managed_login_version: input.managed_login_version,
        cloud_front_domain: is_custom.then_some(stored.value.distribution),
        routing: stored.value.routing,
    })
}

/// Takes a domain away; its pages are gone.
pub(crate) async fn delete_user_pool_domain(
    cx: &Cx,
    input: &DeleteUserPoolDomainRequest,
) -> Result<DeleteUserPoolDomainResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let stored = of_pool(cx, &pool, &input.domain).await?;
    let holder = with_domain(cx, &pool, stored.value.custom.is_some(), None);
    let change = Change::new()
        .with(stored.delete())
        .with(holder.put(Expect::Version(pool.version))?);
    cx.commit(change).await?;
    Ok(DeleteUserPoolDomainResponse {})
}
