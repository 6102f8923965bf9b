//! The LambdaConfig of a pool.

use cenote_model::{
    LambdaConfigType, PreTokenGenerationLambdaVersionType, PreTokenGenerationVersionConfigType,
};

use crate::{Error, Result};

/// Checks the triggers and shows the token trigger in both of its forms. No function is called here.
pub(super) fn settle(config: &mut LambdaConfigType, region: &str) -> Result<()> {
    match (
        &config.pre_token_generation,
        &config.pre_token_generation_config,
    ) {
        (Some(legacy), Some(versioned)) if *legacy != versioned.lambda_arn => {
            return Err(Error::token_triggers_differ());
        }
        (Some(legacy), None) => {
            config.pre_token_generation_config = Some(PreTokenGenerationVersionConfigType {
                lambda_version: PreTokenGenerationLambdaVersionType::V1_0,
                lambda_arn: legacy.clone(),
            });
        }
        (None, Some(versioned)) => config.pre_token_generation = Some(versioned.lambda_arn.clone()),
        _ => {}
    }
    if functions(config).any(|arn| region_of(arn) != region) {
        return Err(Error::cross_region_function());
    }
    let has_sender = config.custom_sms_sender.is_some() || config.custom_email_sender.is_some();
    match &config.kms_key_id {
        None if has_sender => Err(Error::sender_without_key()),
        Some(key) if region_of(key) != region => Err(Error::arn_of_other_region(region_of(key))),
        _ => Ok(()),
    }
}

/// Every function of the configuration. It may be another account's, but not another region's.
fn functions(config: &LambdaConfigType) -> impl Iterator<Item = &str> {
    [
        &config.pre_sign_up,
        &config.custom_message,
        &config.post_confirmation,
        &config.pre_authentication,
        &config.post_authentication,
        &config.define_auth_challenge,
        &config.create_auth_challenge,
        &config.verify_auth_challenge_response,
        &config.pre_token_generation,
        &config.user_migration,
    ]
    .into_iter()
    .flatten()
    .chain(
        config
            .custom_sms_sender
            .as_ref()
            .map(|sender| &sender.lambda_arn),
    )
    .chain(
        config
            .custom_email_sender
            .as_ref()
            .map(|sender| &sender.lambda_arn),
    )
    .chain(
        config
            .inbound_federation
            .as_ref()
            .map(|trigger| &trigger.lambda_arn),
    )
    .map(String::as_str)
}

/// The fourth part of an ARN.
pub(crate) fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}
