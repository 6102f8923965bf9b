//! The EmailConfiguration and SmsConfiguration of a pool.

use cenote_model::{
    EmailConfigurationType, EmailSendingAccountType, SmsConfigurationType, UserPoolType,
    VerifiedAttributeType,
};

use super::triggers::region_of;
use crate::user::attributes::is_email;
use crate::{Error, Result};

/// The regions whose mail service may send for a pool of any region.
const MAIL_REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

/// Fills in the mail defaults and checks both configurations.
pub(super) fn settle(shape: &mut UserPoolType, region: &str) -> Result<()> {
    let email = shape.email_configuration.get_or_insert_default();
    email
        .email_sending_account
        .get_or_insert(EmailSendingAccountType::CognitoDefault);
    check_email(email, region)?;
    if let Some(sms) = &shape.sms_configuration {
        check_sms(sms, region)?;
    }
    let verified = shape
        .auto_verified_attributes
        .as_deref()
        .unwrap_or_default();
    if verified.contains(&VerifiedAttributeType::PhoneNumber) && shape.sms_configuration.is_none() {
        return Err(Error::sms_for_verification());
    }
    Ok(())
}

pub(crate) fn check_email(email: &EmailConfigurationType, region: &str) -> Result<()> {
    if email.email_sending_account == Some(EmailSendingAccountType::Developer)
        && email.source_arn.is_none()
    {
        return Err(Error::email_source_missing());
    }
    if let Some(source) = email.source_arn.as_deref().map(region_of)
        && source != region
        && !MAIL_REGIONS.contains(&source)
    {
        let mut allowed = MAIL_REGIONS.to_vec();
        if !allowed.contains(&region) {
            allowed.push(region);
        }
        return Err(Error::email_source_region(&allowed));
    }
    if email.from.as_deref().is_some_and(|from| !is_sender(from)) {
        return Err(Error::email_from());
    }
    Ok(())
}

/// An address, or a name followed by an address in angle brackets.
pub(crate) fn is_sender(from: &str) -> bool {
    let from = from.trim();
    match from
        .strip_suffix('>')
        .and_then(|from| from.rsplit_once('<'))
    {
        Some((name, address)) => is_email(address) && !name.contains(['<', '>', '\r', '\n']),
        None => is_email(from),
    }
}

/// The configuration is through SNS or through End User Messaging, from a region that serves the pool's.
pub(super) fn check_sms(sms: &SmsConfigurationType, region: &str) -> Result<()> {
    let uses_sns = sms
        .sns_caller_arn
        .as_deref()
        .is_some_and(|arn| !arn.is_empty());
    if uses_sns == sms.eums_sms.is_some() {
        return Err(Error::one_sms_sender());
    }
    let allowed = sns_regions(region);
    if sms
        .sns_region
        .as_deref()
        .is_some_and(|sns| !allowed.contains(&sns))
    {
        return Err(Error::sns_region(region, &allowed));
    }
    let eums_region = sms
        .eums_sms
        .as_ref()
        .and_then(|eums| eums.region.as_deref());
    if eums_region.is_some_and(|eums| eums != region) {
        return Err(Error::eums_region(region));
    }
    Ok(())
}

/// Where SNS may send from for a pool of this region: the region itself, and the older alternative that
/// some regions have.
fn sns_regions(region: &str) -> Vec<&str> {
    match region {
        "us-east-2" | "ca-central-1" => vec![region, "us-east-1"],
        "ap-south-1" => vec![region, "ap-southeast-1"],
        "ap-northeast-2" => vec!["ap-northeast-1"],
        "eu-central-1" | "eu-west-2" => vec![region, "eu-west-1"],
        _ => vec![region],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for from in ["a@b.example", "Some One <a@b.example>", "<a@b.example>"] {
            assert!(is_sender(from), "{from}");
        }
        for from in [
            "",
            "nobody",
            "Some One",
            "Some One <nobody>",
            "A <B> <a@b.example>",
            "A\r\n<a@b.example>",
        ] {
            assert!(!is_sender(from), "{from:?}");
        }
    }
}
