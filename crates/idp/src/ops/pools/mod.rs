//! User pools.

pub(crate) mod mail_and_sms;
mod mfa;
mod settings;
pub(crate) mod triggers;

use std::sync::Arc;

use cenote_model::{
    AddCustomAttributesRequest, AddCustomAttributesResponse, CreateUserPoolRequest,
    CreateUserPoolResponse, DeleteUserPoolRequest, DeletionProtectionType, DescribeUserPoolRequest,
    DescribeUserPoolResponse, ListUserPoolsRequest, ListUserPoolsResponse, Timestamp,
    UpdateUserPoolRequest, UpdateUserPoolResponse, UserPoolDescriptionType, UserPoolType,
};

use crate::crypto::alphanumeric;
use crate::pool::{MfaSettings, Pool, SessionSettings, domain, schema};
use crate::ports::{Change, Expect, Kind, Write};
use crate::quota::Counted;
use crate::{Cx, Error, Result, import, page, replica, token};

pub(crate) use mfa::{get_user_pool_mfa_config, set_user_pool_mfa_config};
pub(crate) use settings::SESSION_TRACKING;

/// Creates a pool and its two signing keys.
pub(crate) async fn create_user_pool(
    cx: &Cx,
    input: &CreateUserPoolRequest,
) -> Result<CreateUserPoolResponse> {
    let region = cx.region().to_owned();
    let id = cx
        .fixed_id
        .clone()
        .unwrap_or_else(|| format!("{region}_{}", alphanumeric(&*cx.service.entropy, 9, false)));
    let now = Timestamp(cx.now());
    let shape = UserPoolType {
        name: Some(input.pool_name.clone()),
        arn: Some(format!(
            "arn:aws:cognito-idp:{region}:{}:userpool/{id}",
            cx.service.config.account_id
        )),
        id: Some(id.clone()),
        creation_date: Some(now),
        last_modified_date: Some(now),
        schema_attributes: Some(schema::build(input.schema.as_deref().unwrap_or_default())?),
        alias_attributes: input
            .alias_attributes
            .clone()
            .filter(|list| !list.is_empty()),
        username_attributes: input
            .username_attributes
            .clone()
            .filter(|list| !list.is_empty()),
        username_configuration: input.username_configuration.clone(),
        ..settings::of_create(input)
    };
    let mut pool = Pool {
        id,
        region,
        shape,
        mfa: MfaSettings::default(),
        sessions: SessionSettings::default(),
        logs: Vec::new(),
        version: 0,
    };
    check_sign_in_names(&pool)?;
    settings::settle(&mut pool)?;

    let (id_key, access_key) = (cx.service.keys.take().await, cx.service.keys.take().await);
    let mut change = Change::new()
        .with(pool.put(Expect::Absent { now: cx.now() })?)
        .with(Counted::Pools.one_more(cx, &pool.region));
    change
        .writes
        .extend(token::new_key_writes(cx, &pool.id, &id_key, &access_key)?);
    cx.commit(change).await?;
    Ok(CreateUserPoolResponse {
        user_pool: Some(shown(pool.shape, 0)),
    })
}

/// What cannot be changed once people sign in with it.
fn check_sign_in_names(pool: &Pool) -> Result<()> {
    use cenote_model::AliasAttributeType::PreferredUsername;
    if pool.has_username_attributes() && pool.shape.alias_attributes.is_some() {
        return Err(Error::aliases_and_username_attributes());
    }
    let is_required = pool
        .attribute("preferred_username")
        .is_some_and(|it| it.required == Some(true));
    if is_required && pool.is_alias(PreferredUsername) {
        return Err(Error::required_alias());
    }
    Ok(())
}

/// The pool as it is shown, with its number of users.
fn shown(shape: UserPoolType, users: i64) -> UserPoolType {
    let users = i32::try_from(users).unwrap_or(i32::MAX);
    UserPoolType {
        estimated_number_of_users: Some(users),
        ..shape
    }
}

/// Shows a pool's settings.
pub(crate) async fn describe_user_pool(
    cx: &Cx,
    input: &DescribeUserPoolRequest,
) -> Result<DescribeUserPoolResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let users = cx.service.store.user_count(&pool.id).await?;
    Ok(DescribeUserPoolResponse {
        user_pool: Some(shown(pool.shape.clone(), users)),
    })
}

/// Replaces a pool's settings: what is left out goes back to its default, apart from the name, the tags,
/// dynamic client registration, and what only creation can set.
pub(crate) async fn update_user_pool(
    cx: &Cx,
    input: &UpdateUserPoolRequest,
) -> Result<UpdateUserPoolResponse> {
    let before = cx.pool(&input.user_pool_id).await?;
    import::refuse_while_active(cx, &before).await?;
    let given = settings::of_update(input);
    let kept = before.shape.clone();
    let shape = UserPoolType {
        name: input.pool_name.clone().or(kept.name),
        user_pool_tags: given.user_pool_tags.or(kept.user_pool_tags),
        dcr_configuration: given.dcr_configuration.or(kept.dcr_configuration),
        id: kept.id,
        arn: kept.arn,
        creation_date: kept.creation_date,
        last_modified_date: Some(Timestamp(cx.now())),
        schema_attributes: kept.schema_attributes,
        alias_attributes: kept.alias_attributes,
        username_attributes: kept.username_attributes,
        username_configuration: kept.username_configuration,
        domain: kept.domain,
        custom_domain: kept.custom_domain,
        ..given
    };
    let mut after = Pool {
        shape,
        ..Pool::clone(&before)
    };
    settings::settle(&mut after)?;
    domain::check_tier(cx, &after).await?;
    if !replica::all(cx, &after).await?.is_empty() {
        replica::check_pool(&after)?;
    }
    after.save(cx).await?;
    Ok(UpdateUserPoolResponse {})
}

/// Deletes a pool. What belonged to it is cleared away afterwards, in batches.
pub(crate) async fn delete_user_pool(cx: &Cx, input: &DeleteUserPoolRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    import::refuse_while_active(cx, &pool).await?;
    if pool.shape.deletion_protection == Some(DeletionProtectionType::Active) {
        return Err(Error::deletion_protected());
    }
    if pool.shape.domain.is_some() || pool.shape.custom_domain.is_some() {
        return Err(Error::pool_has_domain_to_delete());
    }
    if !replica::all(cx, &pool).await?.is_empty() {
        return Err(Error::pool_has_replica());
    }
    let gone = Write::Delete {
        kind: Kind::Pool,
        pool: pool.region.clone(),
        key: pool.id.clone(),
        expect: Expect::Version(pool.version),
    };
    let purge = Write::Put {
        kind: Kind::Purge,
        pool: String::new(),
        key: format!("pool/{}", pool.id),
        doc: "{}".to_owned(),
        expires_at: None,
        expect: Expect::Any,
    };
    let less = Counted::Pools.one_less(&pool.region);
    cx.commit(Change::new().with(gone).with(purge).with(less))
        .await
}

/// Lists the pools of the request's region, and those that have a replica there.
pub(crate) async fn list_user_pools(
    cx: &Cx,
    input: &ListUserPoolsRequest,
) -> Result<ListUserPoolsResponse> {
    let region = cx.region();
    let scope = format!("ListUserPools/{region}");
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(Some(input.max_results));
    let records = cx
        .service
        .store
        .records(Kind::Pool, region, "", after.as_deref(), size + 1)
        .await?;
    let mut pools = records
        .iter()
        .map(Pool::from_record)
        .collect::<Result<Vec<_>>>()?;
    pools.extend(replica::listed_in(cx, region, after.as_deref(), size + 1).await?);
    pools.sort_by(|one, other| one.id.cmp(&other.id));
    let next_token = page::cut(cx, &scope, &mut pools, size, |pool| &pool.id);
    let mut user_pools = Vec::with_capacity(pools.len());
    for pool in pools {
        // Most pools cannot have replicas, and are not asked about them.
        let regions = if replica::check_pool(&pool).is_ok() {
            let replicas = replica::all(cx, &pool).await?;
            replicas.into_iter().map(|replica| replica.key).collect()
        } else {
            Vec::new()
        };
        user_pools.push(UserPoolDescriptionType {
            replica_regions: (!regions.is_empty()).then_some(regions),
            ..description(pool)
        });
    }
    Ok(ListUserPoolsResponse {
        user_pools: Some(user_pools),
        next_token,
    })
}

fn description(pool: Pool) -> UserPoolDescriptionType {
    UserPoolDescriptionType {
        id: Some(pool.id),
        name: pool.shape.name,
        lambda_config: pool.shape.lambda_config,
        last_modified_date: pool.shape.last_modified_date,
        creation_date: pool.shape.creation_date,
        ..Default::default()
    }
}

/// Adds custom attributes to a pool's schema; they can never be changed or removed.
pub(crate) async fn add_custom_attributes(
    cx: &Cx,
    input: &AddCustomAttributesRequest,
) -> Result<AddCustomAttributesResponse> {
    let mut pool = Arc::unwrap_or_clone(cx.pool(&input.user_pool_id).await?);
    import::refuse_while_active(cx, &pool).await?;
    let attributes = pool.shape.schema_attributes.get_or_insert_default();
    schema::extend(attributes, &input.custom_attributes)?;
    pool.shape.last_modified_date = Some(Timestamp(cx.now()));
    pool.save(cx).await?;
    Ok(AddCustomAttributesResponse {})
}
