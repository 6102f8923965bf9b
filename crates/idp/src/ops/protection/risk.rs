//! DescribeRiskConfiguration and SetRiskConfiguration.

use cenote_model::{
    AccountTakeoverRiskConfigurationType, DescribeRiskConfigurationRequest,
    DescribeRiskConfigurationResponse, EmailConfigurationType, EmailSendingAccountType,
    EventFilterType, NotifyConfigurationType, RiskConfigurationType,
    RiskExceptionConfigurationType, SetRiskConfigurationRequest, SetRiskConfigurationResponse,
    Timestamp,
};

use crate::ops::pools::mail_and_sms;
use crate::pool::Pool;
use crate::ports::Change;
use crate::protection::address::Range;
use crate::protection::{self, risk};
use crate::{Cx, Error, Result};

/// Shows what was set for the pool or for one client. One without a configuration of its own has nothing
/// but its ids.
pub(crate) async fn describe_risk_configuration(
    cx: &Cx,
    input: &DescribeRiskConfigurationRequest,
) -> Result<DescribeRiskConfigurationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    protection::require(&pool)?;
    if let Some(client_id) = &input.client_id {
        cx.client_of(&pool, client_id).await?;
    }
    let stored = risk::stored(cx, &pool, input.client_id.as_deref()).await?;
    let risk_configuration = stored.unwrap_or_else(|| RiskConfigurationType {
        user_pool_id: Some(pool.id.clone()),
        client_id: input.client_id.clone(),
        ..Default::default()
    });
    Ok(DescribeRiskConfigurationResponse { risk_configuration })
}

/// Replaces the configuration of the pool or of one client; ids alone take it away.
pub(crate) async fn set_risk_configuration(
    cx: &Cx,
    input: &SetRiskConfigurationRequest,
) -> Result<SetRiskConfigurationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    protection::require(&pool)?;
    let mut change = Change::new().with(pool.require());
    if let Some(client_id) = &input.client_id {
        change.push(cx.client_of(&pool, client_id).await?.require());
    }
    let mut configuration = RiskConfigurationType {
        user_pool_id: Some(pool.id.clone()),
        client_id: input.client_id.clone(),
        compromised_credentials_risk_configuration: input
            .compromised_credentials_risk_configuration
            .clone(),
        account_takeover_risk_configuration: input.account_takeover_risk_configuration.clone(),
        risk_exception_configuration: input.risk_exception_configuration.clone(),
        last_modified_date: Some(Timestamp(cx.now())),
    };
    let is_reset = input.compromised_credentials_risk_configuration.is_none()
        && input.account_takeover_risk_configuration.is_none()
        && input.risk_exception_configuration.is_none();
    if is_reset {
        change.push(risk::reset(&pool, input.client_id.as_deref()));
    } else {
        settle(&pool, &mut configuration)?;
        change.push(risk::put(&pool, &configuration)?);
    }
    cx.commit(change).await?;
    Ok(SetRiskConfigurationResponse {
        risk_configuration: configuration,
    })
}

/// Fills in defaults and checks every member.
fn settle(pool: &Pool, configuration: &mut RiskConfigurationType) -> Result<()> {
    if let Some(compromised) = &mut configuration.compromised_credentials_risk_configuration {
        let events = compromised.event_filter.get_or_insert_default();
        if events.is_empty() {
            use EventFilterType::{PasswordChange, SignIn, SignUp};
            *events = vec![SignIn, PasswordChange, SignUp];
        }
    }
    if let Some(takeover) = &configuration.account_takeover_risk_configuration {
        check_takeover(pool, takeover)?;
    }
    if let Some(exceptions) = &configuration.risk_exception_configuration {
        check_ranges(exceptions)?;
    }
    Ok(())
}

fn check_takeover(pool: &Pool, takeover: &AccountTakeoverRiskConfigurationType) -> Result<()> {
    let actions = &takeover.actions;
    let notifies = [
        &actions.low_action,
        &actions.medium_action,
        &actions.high_action,
    ]
    .into_iter()
    .flatten()
    .any(|action| action.notify);
    match &takeover.notify_configuration {
        Some(notify) => check_notify(pool, notify),
        None if notifies => Err(Error::notify_configuration_missing()),
        None => Ok(()),
    }
}

/// The sender follows the rules of the pool's own EmailConfiguration.
fn check_notify(pool: &Pool, notify: &NotifyConfigurationType) -> Result<()> {
    let sender = EmailConfigurationType {
        source_arn: Some(notify.source_arn.clone()),
        from: notify.from.clone(),
        email_sending_account: Some(EmailSendingAccountType::Developer),
        ..Default::default()
    };
    mail_and_sms::check_email(&sender, &pool.region)?;
    match &notify.reply_to {
        Some(reply_to) if !mail_and_sms::is_sender(reply_to) => Err(Error::email_reply_to()),
        _ => Ok(()),
    }
}

fn check_ranges(exceptions: &RiskExceptionConfigurationType) -> Result<()> {
    let mut ranges = exceptions
        .blocked_ip_range_list
        .iter()
        .chain(&exceptions.skipped_ip_range_list)
        .flatten();
    if ranges.any(|range| Range::parse(range).is_none()) {
        return Err(Error::cidr_format());
    }
    Ok(())
}
