//! The MFA configuration of a pool. Factors are stored and shown here.

use std::sync::Arc;

use cenote_model::{
    AuthFactorType, EmailSendingAccountType, GetUserPoolMfaConfigRequest,
    GetUserPoolMfaConfigResponse, RecoveryOptionNameType, SetUserPoolMfaConfigRequest,
    SetUserPoolMfaConfigResponse, SmsMfaConfigType, Timestamp, UserPoolMfaType, UserPoolType,
};

use super::{mail_and_sms, settings};
use crate::pool::Pool;
use crate::user::passkeys;
use crate::{Cx, Error, Result};

/// Shows a pool's MFA and passkey configuration.
pub(crate) async fn get_user_pool_mfa_config(
    cx: &Cx,
    input: &GetUserPoolMfaConfigRequest,
) -> Result<GetUserPoolMfaConfigResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    Ok(GetUserPoolMfaConfigResponse {
        sms_mfa_configuration: shown_sms(&pool),
        software_token_mfa_configuration: pool.mfa.software_token.clone(),
        email_mfa_configuration: pool.mfa.email.clone(),
        mfa_configuration: Some(pool.mfa_configuration()),
        web_authn_configuration: pool.mfa.web_authn.clone(),
    })
}

/// SMS is a factor of every pool with MFA that can send it.
fn shown_sms(pool: &Pool) -> Option<SmsMfaConfigType> {
    let configuration = pool
        .shape
        .sms_configuration
        .clone()
        .filter(|_| settings::has_mfa(&pool.shape))?;
    Some(SmsMfaConfigType {
        sms_authentication_message: pool.shape.sms_authentication_message.clone(),
        sms_configuration: Some(configuration),
    })
}

/// Replaces a pool's MFA factors together with their state, or its passkey configuration, or both.
pub(crate) async fn set_user_pool_mfa_config(
    cx: &Cx,
    input: &SetUserPoolMfaConfigRequest,
) -> Result<SetUserPoolMfaConfigResponse> {
    let mut pool = Arc::unwrap_or_clone(cx.pool(&input.user_pool_id).await?);
    let has_factor = input.sms_mfa_configuration.is_some()
        || input.software_token_mfa_configuration.is_some()
        || input.email_mfa_configuration.is_some();
    match input.mfa_configuration {
        Some(UserPoolMfaType::Off) if has_factor => return Err(Error::mfa_off_and_configured()),
        Some(UserPoolMfaType::On | UserPoolMfaType::Optional) if !has_factor => {
            return Err(Error::mfa_factor_missing());
        }
        None if has_factor && !settings::has_mfa(&pool.shape) => {
            return Err(Error::mfa_state_missing());
        }
        state => pool.shape.mfa_configuration = state.or(pool.shape.mfa_configuration),
    }
    if let Some(sms) = &input.sms_mfa_configuration {
        pool.shape
            .sms_authentication_message
            .clone_from(&sms.sms_authentication_message);
        if let Some(configuration) = &sms.sms_configuration {
            mail_and_sms::check_sms(configuration, &pool.region)?;
            pool.shape.sms_configuration = Some(configuration.clone());
        } else if pool.shape.sms_configuration.is_none() {
            return Err(sms_missing(&pool.shape));
        }
    }
    if has_factor {
        pool.mfa
            .software_token
            .clone_from(&input.software_token_mfa_configuration);
        pool.mfa.email.clone_from(&input.email_mfa_configuration);
    }
    if let Some(configuration) = &input.web_authn_configuration {
        if let Some(id) = &configuration.relying_party_id {
            passkeys::check_id(id)?;
        }
        pool.mfa.web_authn = Some(configuration.clone());
    }
    if let [feature, ..] = beyond_lite(&pool)[..] {
        pool.require_essentials(feature)?;
    }
    settle(&mut pool)?;
    pool.shape.last_modified_date = Some(Timestamp(cx.now()));
    pool.save(cx).await?;
    Ok(SetUserPoolMfaConfigResponse {
        sms_mfa_configuration: shown_sms(&pool),
        software_token_mfa_configuration: pool.mfa.software_token.clone(),
        email_mfa_configuration: pool.mfa.email.clone(),
        mfa_configuration: Some(pool.mfa_configuration()),
        web_authn_configuration: pool.mfa.web_authn,
    })
}

/// The factors of a pool that its LITE tier would not have.
pub(super) fn beyond_lite(pool: &Pool) -> Vec<&'static str> {
    let mut factors = Vec::new();
    if pool.mfa.email.is_some() {
        factors.push("Email MFA");
    }
    if passkeys::are_two_factors(pool) {
        factors.push("Passkey MFA");
    }
    factors
}

/// Gives MFA its default state and checks it against the other settings of the pool.
pub(super) fn settle(pool: &mut Pool) -> Result<()> {
    let state = *pool
        .shape
        .mfa_configuration
        .get_or_insert(UserPoolMfaType::Off);
    if state == UserPoolMfaType::Off {
        pool.mfa.software_token = None;
        pool.mfa.email = None;
        return Ok(());
    }
    let has_totp = pool.offers_software_tokens();
    if pool.shape.sms_configuration.is_none() && !has_totp && pool.mfa.email.is_none() {
        return Err(sms_missing(&pool.shape));
    }
    if pool.mfa.email.is_some() {
        check_email(&pool.shape)?;
    }
    if state == UserPoolMfaType::On {
        check_first_factors(pool)?;
    }
    Ok(())
}

fn sms_missing(shape: &UserPoolType) -> Error {
    Error::sms_for_mfa(shape.mfa_configuration == Some(UserPoolMfaType::On))
}

/// Codes by e-mail need an own sender, and another way to recover the account than e-mail.
fn check_email(shape: &UserPoolType) -> Result<()> {
    let sender = shape
        .email_configuration
        .as_ref()
        .and_then(|email| email.email_sending_account);
    if sender != Some(EmailSendingAccountType::Developer) {
        return Err(Error::email_mfa_sender());
    }
    let recovery = shape
        .account_recovery_setting
        .as_ref()
        .and_then(|setting| setting.recovery_mechanisms.as_deref());
    if let Some([only]) = recovery
        && only.name == RecoveryOptionNameType::VerifiedEmail
    {
        return Err(Error::email_mfa_recovery());
    }
    Ok(())
}

/// Required MFA leaves no room for first factors that are one-time passwords themselves.
fn check_first_factors(pool: &Pool) -> Result<()> {
    let factors = pool.first_factors();
    if factors
        .iter()
        .any(|factor| matches!(factor, AuthFactorType::EmailOtp | AuthFactorType::SmsOtp))
    {
        return Err(Error::mfa_with_one_time_passwords());
    }
    if factors.contains(&AuthFactorType::WebAuthn) && !passkeys::are_two_factors(pool) {
        return Err(Error::mfa_with_passkeys());
    }
    Ok(())
}
