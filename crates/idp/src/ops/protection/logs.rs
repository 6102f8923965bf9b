//! GetLogDeliveryConfiguration and SetLogDeliveryConfiguration.

use std::collections::BTreeSet;
use std::sync::Arc;

use cenote_model::{
    EventSourceName, GetLogDeliveryConfigurationRequest, GetLogDeliveryConfigurationResponse,
    LogConfigurationType, LogDeliveryConfigurationType, LogLevel,
    SetLogDeliveryConfigurationRequest, SetLogDeliveryConfigurationResponse, UserPoolTierType,
};

use crate::ops::pools::triggers::region_of;
use crate::pool::Pool;
use crate::protection::log::{LogDestination, LogService};
use crate::{Cx, Error, Result};

/// Shows which logs a pool delivers, and where to.
pub(crate) async fn get_log_delivery_configuration(
    cx: &Cx,
    input: &GetLogDeliveryConfigurationRequest,
) -> Result<GetLogDeliveryConfigurationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    Ok(GetLogDeliveryConfigurationResponse {
        log_delivery_configuration: Some(shown(&pool)),
    })
}

/// Replaces the whole configuration; an empty list ends all delivery.
pub(crate) async fn set_log_delivery_configuration(
    cx: &Cx,
    input: &SetLogDeliveryConfigurationRequest,
) -> Result<SetLogDeliveryConfigurationResponse> {
    let mut pool = Arc::unwrap_or_clone(cx.pool(&input.user_pool_id).await?);
    let sources: BTreeSet<_> = input
        .log_configurations
        .iter()
        .map(|configuration| configuration.event_source)
        .collect();
    if sources.len() < input.log_configurations.len() {
        return Err(Error::log_source_twice());
    }
    for configuration in &input.log_configurations {
        check(&pool, configuration)?;
    }
    pool.logs.clone_from(&input.log_configurations);
    pool.save(cx).await?;
    Ok(SetLogDeliveryConfigurationResponse {
        log_delivery_configuration: Some(shown(&pool)),
    })
}

fn shown(pool: &Pool) -> LogDeliveryConfigurationType {
    LogDeliveryConfigurationType {
        user_pool_id: pool.id.clone(),
        log_configurations: pool.logs.clone(),
    }
}

fn check(pool: &Pool, configuration: &LogConfigurationType) -> Result<()> {
    let tier = pool.tier();
    let source = configuration.event_source;
    let is_activity = source == EventSourceName::UserAuthEvents;
    if tier == UserPoolTierType::Lite || is_activity && tier != UserPoolTierType::Plus {
        return Err(Error::not_in_tier(tier, "Log Streaming"));
    }
    let (level, destinations) = if is_activity {
        let all = "a CloudWatchLogsConfiguration, an S3Configuration or a FirehoseConfiguration";
        (LogLevel::Info, all)
    } else {
        (LogLevel::Error, "a CloudWatchLogsConfiguration")
    };
    if configuration.log_level != level {
        return Err(Error::log_level(source.as_str(), level.as_str()));
    }
    let given = LogDestination::all_of(configuration);
    match &given[..] {
        [one] if is_activity || one.service == LogService::CloudWatch => check_arn(pool, one),
        _ => Err(Error::log_destination(source.as_str(), destinations)),
    }
}

fn check_arn(pool: &Pool, destination: &LogDestination) -> Result<()> {
    let (service, resource, name) = match destination.service {
        LogService::CloudWatch => ("logs", "log-group:", "CloudWatch Logs"),
        LogService::Firehose => ("firehose", "deliverystream/", "Firehose"),
        LogService::S3 => ("s3", "", "S3"),
    };
    let mut parts = destination.arn.splitn(6, ':').skip(2);
    let is_service = parts.next() == Some(service);
    let is_resource = parts
        .nth(2)
        .and_then(|rest| rest.strip_prefix(resource))
        .is_some_and(|rest| !rest.is_empty());
    if !is_service || !is_resource {
        return Err(Error::log_arn(name));
    }
    // A bucket's ARN names no region.
    if destination.service != LogService::S3 && region_of(&destination.arn) != pool.region {
        return Err(Error::log_region());
    }
    Ok(())
}
