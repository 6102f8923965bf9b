//! Replicas: the Regions beside its own that a pool answers in, and what it answers there.

use std::collections::BTreeMap;

use cenote_model::{
    AuthClass, EncryptionKeyType, ErrorCode, IssuerType, Operation, ReplicaRoleType,
    ReplicaStatusType, UserPoolReplicaType,
};
use serde::{Deserialize, Serialize};

use crate::pool::Pool;
use crate::ports::{Expect, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// A secondary replica as it is stored, by its Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replica {
    /// Whether people may use it.
    pub(crate) is_active: bool,
    /// Its own, beside those of the primary.
    pub(crate) tags: BTreeMap<String, String>,
}

/// The replica of a pool in a Region.
pub(crate) async fn find(cx: &Cx, pool: &Pool, region: &str) -> Result<Option<Stored<Replica>>> {
    Stored::find(cx, Kind::Replica, &pool.id, region).await
}

/// Whether a pool is there in the Region of the request: in its own, and in those of its replicas. The
/// error is for an operation that does not work in the Region of a secondary replica, or not yet.
pub(crate) async fn is_there(cx: &Cx, pool: &Pool) -> Result<bool> {
    let elsewhere = cx.region.as_deref().filter(|region| *region != pool.region);
    let Some(region) = elsewhere else {
        return Ok(true);
    };
    let Some(replica) = find(cx, pool, region).await? else {
        return Ok(false);
    };
    if let Some(operation) = cx.operation {
        check_enabled(operation, &replica.value)?;
    }
    Ok(true)
}

/// What stands for a replica in the list of its Region.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {}

/// The write that adds a replica to the list of its Region.
pub(crate) fn enter(pool: &Pool, region: &str) -> Result<Write> {
    Stored::new(Kind::Replica, region, &pool.id, Listed {}).put(Expect::Any)
}

/// The write that takes it from there.
pub(crate) fn leave(pool: &Pool, region: &str) -> Write {
    Write::Delete {
        kind: Kind::Replica,
        pool: region.to_owned(),
        key: pool.id.clone(),
        expect: Expect::Any,
    }
}

/// Pools with a replica in a Region, by ascending id, of which `after` was the last that was seen.
pub(crate) async fn listed_in(
    cx: &Cx,
    region: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Pool>> {
    let mut pools = Vec::new();
    for entry in Stored::<Listed>::list(cx, Kind::Replica, region, after, limit).await? {
        let pool = cx.service.pool(&entry.key).await?;
        pools.extend(pool.as_deref().cloned());
    }
    Ok(pools)
}

/// Every secondary replica.
pub(crate) async fn all(cx: &Cx, pool: &Pool) -> Result<Vec<Stored<Replica>>> {
    Stored::list(cx, Kind::Replica, &pool.id, None, MOST + 1).await
}

/// Secondary replicas of a pool.
pub(crate) const MOST: usize = 1;

/// The ARN of a pool as one Region names it.
pub(crate) fn arn(cx: &Cx, pool: &Pool, region: &str) -> String {
    format!(
        "arn:aws:cognito-idp:{region}:{}:userpool/{}",
        cx.service.config.account_id, pool.id
    )
}

impl Replica {
    /// Its state once it is made.
    pub(crate) const fn status(&self) -> ReplicaStatusType {
        if self.is_active {
            ReplicaStatusType::Active
        } else {
            ReplicaStatusType::Inactive
        }
    }
}

/// What is shown of a replica.
pub(crate) fn shape(
    cx: &Cx,
    pool: &Pool,
    region: &str,
    status: ReplicaStatusType,
) -> UserPoolReplicaType {
    let role = if region == pool.region {
        ReplicaRoleType::Primary
    } else {
        ReplicaRoleType::Secondary
    };
    UserPoolReplicaType {
        region_name: Some(region.to_owned()),
        status: Some(status),
        role: Some(role),
        user_pool_arn: Some(arn(cx, pool, region)),
    }
}

/// Checks that a pool has what all of its Regions need: a tier above LITE, a key that exists in several
/// Regions, and an issuer that is the same in all.
pub(crate) fn check_pool(pool: &Pool) -> Result<()> {
    pool.require_essentials("Multi-Region Replication")?;
    let key = pool.shape.key_configuration.as_ref();
    let is_multi_region = key.is_some_and(|key| {
        key.key_type == Some(EncryptionKeyType::CustomerManagedKey)
            && key
                .kms_key_arn
                .as_ref()
                .is_some_and(|arn| arn.contains(":key/mrk-"))
    });
    if !is_multi_region {
        return Err(Error::replica_key());
    }
    let issuer = pool.shape.issuer_configuration.as_ref();
    if issuer.and_then(|issuer| issuer.r#type) != Some(IssuerType::Updated) {
        return Err(Error::replica_issuer());
    }
    Ok(())
}

/// Whether an operation works in a secondary Region: what only looks, signs people in or out, or sets
/// what is the replica's own.
fn is_enabled_on_secondary(operation: Operation) -> bool {
    use Operation::{
        AdminInitiateAuth, AdminRespondToAuthChallenge, AdminUserGlobalSignOut, GetClientToken,
        GetDerivedToken, GlobalSignOut, InitiateAuth, RespondToAuthChallenge, RevokeToken,
        SetLogDeliveryConfiguration, SetRiskConfiguration, TagResource, UntagResource,
        UpdateUserPoolReplica,
    };
    let looks = ["Describe", "Get", "List", "AdminGet", "AdminList"];
    let name = operation.name();
    let sends = matches!(operation, Operation::GetUserAttributeVerificationCode);
    (looks.iter().any(|prefix| name.starts_with(prefix)) && !sends)
        || matches!(
            operation,
            AdminInitiateAuth
                | AdminRespondToAuthChallenge
                | AdminUserGlobalSignOut
                | GetClientToken
                | GetDerivedToken
                | GlobalSignOut
                | InitiateAuth
                | RespondToAuthChallenge
                | RevokeToken
                | SetLogDeliveryConfiguration
                | SetRiskConfiguration
                | TagResource
                | UntagResource
                | UpdateUserPoolReplica
        )
}

/// Whether an operation is one of people, or signs them in.
fn is_of_people(operation: Operation) -> bool {
    use Operation::{AdminInitiateAuth, AdminRespondToAuthChallenge};
    operation.info().auth != AuthClass::Iam
        || matches!(operation, AdminInitiateAuth | AdminRespondToAuthChallenge)
}

/// Refuses an operation of the primary Region, and people where the replica is not active.
fn check_enabled(operation: Operation, replica: &Replica) -> Result<()> {
    let errors = operation.info().errors;
    if !errors.contains(&ErrorCode::OperationNotEnabled) {
        return Ok(());
    }
    if !is_enabled_on_secondary(operation) {
        return Err(Error::not_on_secondary());
    }
    if is_of_people(operation) && !replica.is_active {
        return Err(Error::replica_is_inactive());
    }
    Ok(())
}
