//! The settings that CreateUserPool and UpdateUserPool share: their defaults and rules.

use std::collections::{BTreeMap, BTreeSet};

use cenote_model::{
    AccountRecoverySettingType, AcrLevelConfigType, AdminCreateUserConfigType,
    AdvancedSecurityModeType, AuthFactorType, CreateUserPoolRequest, DcrConfigurationType,
    DefaultEmailOptionType, DeletionProtectionType, DeviceConfigurationType, EncryptionKeyType,
    MessageTemplateType, OAuthFlowType, PasswordPolicyType, PreTokenGenerationLambdaVersionType,
    RecoveryOptionNameType, SignInPolicyType, StatusType, UpdateUserPoolRequest, UserPoolMfaType,
    UserPoolTierType, UserPoolType, VerificationMessageTemplateType,
};

use super::{mail_and_sms, mfa, triggers};
use crate::pool::{Pool, first_factors, tags};
use crate::token::Level;
use crate::{Error, Result};

/// How long a temporary password lasts unless the pool says otherwise.
const TEMPORARY_PASSWORD_DAYS: i32 = 7;

/// The members that both requests have, as they were given.
macro_rules! given {
    ($input:ident) => {
        UserPoolType {
            policies: $input.policies.clone(),
            deletion_protection: $input.deletion_protection,
            lambda_config: $input.lambda_config.clone(),
            auto_verified_attributes: $input.auto_verified_attributes.clone(),
            sms_verification_message: $input.sms_verification_message.clone(),
            email_verification_message: $input.email_verification_message.clone(),
            email_verification_subject: $input.email_verification_subject.clone(),
            verification_message_template: $input.verification_message_template.clone(),
            sms_authentication_message: $input.sms_authentication_message.clone(),
            user_attribute_update_settings: $input.user_attribute_update_settings.clone(),
            mfa_configuration: $input.mfa_configuration,
            device_configuration: $input.device_configuration.clone(),
            email_configuration: $input.email_configuration.clone(),
            sms_configuration: $input.sms_configuration.clone(),
            user_pool_tags: $input.user_pool_tags.clone(),
            admin_create_user_config: $input.admin_create_user_config.clone(),
            user_pool_add_ons: $input.user_pool_add_ons.clone(),
            dcr_configuration: $input.dcr_configuration.clone(),
            account_recovery_setting: $input.account_recovery_setting.clone(),
            user_pool_tier: $input.user_pool_tier,
            key_configuration: $input.key_configuration.clone(),
            issuer_configuration: $input.issuer_configuration.clone(),
            acr_configuration: $input.acr_configuration.clone(),
            ..Default::default()
        }
    };
}

pub(super) fn of_create(input: &CreateUserPoolRequest) -> UserPoolType {
    given!(input)
}

pub(super) fn of_update(input: &UpdateUserPoolRequest) -> UserPoolType {
    given!(input)
}

/// Fills in defaults and checks every setting of the pool, alone and against the others.
pub(super) fn settle(pool: &mut Pool) -> Result<()> {
    let region = pool.region.clone();
    let shape = &mut pool.shape;
    shape
        .deletion_protection
        .get_or_insert(DeletionProtectionType::Inactive);
    shape
        .user_pool_tier
        .get_or_insert(UserPoolTierType::Essentials);
    shape
        .auto_verified_attributes
        .take_if(|list| list.is_empty());
    triggers::settle(shape.lambda_config.get_or_insert_default(), &region)?;
    passwords(shape)?;
    sign_in_policy(shape)?;
    message_texts(shape)?;
    mail_and_sms::settle(shape, &region)?;
    acr_levels(shape)?;
    if let Some(devices) = &mut shape.device_configuration {
        fill_devices(devices);
    }
    if let Some(registration) = &mut shape.dcr_configuration {
        fill_registration(registration);
    }
    tags::check(shape.user_pool_tags.get_or_insert_default())?;
    check_recovery(shape.account_recovery_setting.as_ref())?;
    check_update_settings(shape)?;
    check_key(shape)?;
    mfa::settle(pool)?;
    check_tier(pool)
}

/// The password policy and the validity of temporary passwords, which have an older twin.
fn passwords(shape: &mut UserPoolType) -> Result<()> {
    let policies = shape.policies.get_or_insert_default();
    let policy = policies
        .password_policy
        .get_or_insert_with(|| PasswordPolicyType {
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            ..Default::default()
        });
    policy.minimum_length.get_or_insert(8);
    policy.require_uppercase.get_or_insert(false);
    policy.require_lowercase.get_or_insert(false);
    policy.require_numbers.get_or_insert(false);
    policy.require_symbols.get_or_insert(false);

    let config: &mut AdminCreateUserConfigType =
        shape.admin_create_user_config.get_or_insert_default();
    config.allow_admin_create_user_only.get_or_insert(false);
    let own = policy
        .temporary_password_validity_days
        .filter(|days| *days != 0);
    let legacy = config
        .unused_account_validity_days
        .filter(|days| *days != 0);
    if own.is_some() && legacy.is_some() {
        return Err(Error::two_temporary_validities());
    }
    let days = own.or(legacy).unwrap_or(TEMPORARY_PASSWORD_DAYS);
    policy.temporary_password_validity_days = Some(days);
    config.unused_account_validity_days = Some(days);
    Ok(())
}

fn sign_in_policy(shape: &mut UserPoolType) -> Result<()> {
    let policy: &mut SignInPolicyType = shape
        .policies
        .get_or_insert_default()
        .sign_in_policy
        .get_or_insert_default();
    let factors = policy
        .allowed_first_auth_factors
        .get_or_insert_with(|| vec![AuthFactorType::Password]);
    if !factors.contains(&AuthFactorType::Password) {
        return Err(Error::password_factor_missing());
    }
    if factors.contains(&AuthFactorType::SoftwareToken) {
        return Err(Error::software_token_first_factor());
    }
    Ok(())
}

/// Verification texts, which have older twins, and the invitation.
fn message_texts(shape: &mut UserPoolType) -> Result<()> {
    let template: &mut VerificationMessageTemplateType =
        shape.verification_message_template.get_or_insert_default();
    template
        .default_email_option
        .get_or_insert(DefaultEmailOptionType::ConfirmWithCode);
    for (text, legacy) in [
        (
            &mut template.sms_message,
            &mut shape.sms_verification_message,
        ),
        (
            &mut template.email_message,
            &mut shape.email_verification_message,
        ),
        (
            &mut template.email_subject,
            &mut shape.email_verification_subject,
        ),
    ] {
        *text = text.take().or(legacy.take());
        legacy.clone_from(text);
    }
    let passwords_only = first_factors(shape) == [AuthFactorType::Password];
    let invitation: Option<&MessageTemplateType> = shape
        .admin_create_user_config
        .as_ref()
        .and_then(|config| config.invite_message_template.as_ref());
    let texts = invitation
        .into_iter()
        .flat_map(|template| [&template.sms_message, &template.email_message]);
    for text in texts.flatten() {
        // A user without a password needs no place for one.
        if !text.contains("{username}") || passwords_only && !text.contains("{####}") {
            return Err(Error::invitation_placeholders());
        }
    }
    Ok(())
}

fn fill_devices(devices: &mut DeviceConfigurationType) {
    devices
        .challenge_required_on_new_device
        .get_or_insert(false);
    devices
        .device_only_remembered_on_user_prompt
        .get_or_insert(false);
}

fn fill_registration(registration: &mut DcrConfigurationType) {
    use OAuthFlowType::{ClientCredentials, Code};
    registration
        .enable_status
        .get_or_insert(StatusType::Enabled);
    registration.open_dcr_enabled.get_or_insert(false);
    registration
        .authenticated_grant_types
        .get_or_insert_with(|| vec![Code, ClientCredentials]);
    registration
        .open_dcr_grant_types
        .get_or_insert_with(|| vec![Code]);
}

/// The names of the four levels, with the default where the pool has no name of its own.
fn acr_levels(shape: &mut UserPoolType) -> Result<()> {
    let levels: &mut BTreeMap<String, AcrLevelConfigType> =
        shape.acr_configuration.get_or_insert_default();
    for level in Level::ALL {
        levels
            .entry(level.key())
            .or_insert_with(|| AcrLevelConfigType {
                acr_value: level.default_name(),
            });
    }
    // The default of a level stays its own, even where the pool has another name for it.
    let has_name = |level: Level, name: &str| {
        let own = &levels[&level.key()].acr_value;
        name == own || name == level.default_name()
    };
    for level in Level::ALL {
        let name = &levels[&level.key()].acr_value;
        let mut others = Level::ALL.into_iter().filter(|other| *other != level);
        if others.any(|other| has_name(other, name)) {
            return Err(Error::acr_names_not_unique());
        }
    }
    Ok(())
}

fn has_own_acr_names(shape: &UserPoolType) -> bool {
    let names = shape.acr_configuration.as_ref();
    Level::ALL.into_iter().any(|level| {
        names
            .and_then(|names| names.get(&level.key()))
            .is_some_and(|name| name.acr_value != level.default_name())
    })
}

fn check_recovery(setting: Option<&AccountRecoverySettingType>) -> Result<()> {
    let mechanisms = setting
        .and_then(|setting| setting.recovery_mechanisms.as_deref())
        .unwrap_or_default();
    let names: BTreeSet<_> = mechanisms.iter().map(|mechanism| mechanism.name).collect();
    let priorities: BTreeSet<_> = mechanisms
        .iter()
        .map(|mechanism| mechanism.priority)
        .collect();
    if names.len() < mechanisms.len() || priorities.len() < mechanisms.len() {
        return Err(Error::recovery_duplicates());
    }
    if names.contains(&RecoveryOptionNameType::AdminOnly) && names.len() > 1 {
        return Err(Error::recovery_admin_only());
    }
    Ok(())
}

fn check_update_settings(shape: &UserPoolType) -> Result<()> {
    let verified = shape
        .auto_verified_attributes
        .as_deref()
        .unwrap_or_default();
    let waiting = shape
        .user_attribute_update_settings
        .as_ref()
        .and_then(|settings| {
            settings
                .attributes_require_verification_before_update
                .as_deref()
        })
        .unwrap_or_default();
    if waiting.iter().all(|attribute| verified.contains(attribute)) {
        return Ok(());
    }
    Err(Error::verification_before_update())
}

fn check_key(shape: &UserPoolType) -> Result<()> {
    match &shape.key_configuration {
        Some(key)
            if key.key_type == Some(EncryptionKeyType::CustomerManagedKey)
                && key.kms_key_arn.is_none() =>
        {
            Err(Error::kms_key_missing())
        }
        _ => Ok(()),
    }
}

/// What the feature is called in refusals.
pub(crate) const SESSION_TRACKING: &str = "User Session Tracking";

/// Refuses settings that the pool's tier does not have.
fn check_tier(pool: &Pool) -> Result<()> {
    use PreTokenGenerationLambdaVersionType as Version;
    let shape = &pool.shape;
    let tier = pool.tier();
    let mut refused = Vec::new();
    if tier == UserPoolTierType::Lite {
        let trigger = shape
            .lambda_config
            .as_ref()
            .and_then(|config| config.pre_token_generation_config.as_ref());
        match trigger.map(|trigger| trigger.lambda_version) {
            Some(Version::V2_0) => {
                refused.push("Token Customization with Pre-Token Generation Lambda V2_0");
            }
            Some(Version::V3_0) => {
                refused.push("Token Customization with Pre-Token Generation Lambda V3_0");
            }
            Some(Version::V1_0) | None => {}
        }
        if first_factors(shape) != [AuthFactorType::Password] {
            refused.push("Passwordless Sign-In");
        }
        let policy = shape
            .policies
            .as_ref()
            .and_then(|policies| policies.password_policy.as_ref());
        if policy
            .and_then(|policy| policy.password_history_size)
            .unwrap_or_default()
            > 0
        {
            refused.push("Password History");
        }
        let registration = shape.dcr_configuration.as_ref();
        if registration.is_some_and(|dcr| dcr.enable_status == Some(StatusType::Enabled)) {
            refused.push("Dynamic Client Registration");
        }
        if !pool.logs.is_empty() {
            refused.push("Log Streaming");
        }
        if has_own_acr_names(shape) {
            refused.push("Custom ACR Values");
        }
        if pool.sessions.tracking {
            refused.push(SESSION_TRACKING);
        }
        refused.extend(mfa::beyond_lite(pool));
    }
    if tier != UserPoolTierType::Plus && has_threat_protection(shape) {
        refused.push("Threat Protection");
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(Error::to_disable_for_tier(tier, &refused))
    }
}

fn has_threat_protection(shape: &UserPoolType) -> bool {
    shape.user_pool_add_ons.as_ref().is_some_and(|add_ons| {
        let other_flows = add_ons.advanced_security_additional_flows.as_ref();
        add_ons.advanced_security_mode != AdvancedSecurityModeType::Off
            || other_flows.is_some_and(|flows| flows.custom_auth_mode.is_some())
    })
}

/// Whether MFA is on or optional.
pub(super) fn has_mfa(shape: &UserPoolType) -> bool {
    shape
        .mfa_configuration
        .is_some_and(|state| state != UserPoolMfaType::Off)
}
