//! Messages: who gets which text by which medium. A message is an outbox row in the change that causes
//! it; a sender delivers it afterwards, and in development it can be read in the inbox.

mod outbox;
mod template;

use cenote_model::{
    CodeDeliveryDetailsType, DefaultEmailOptionType, DeliveryMediumType, NotifyConfigurationType,
    RecoveryOptionNameType, VerifiedAttributeType,
};
use serde::{Deserialize, Serialize};

use crate::pool::{Pool, domain};
use crate::ports::{Change, Message, Write};
use crate::user::User;
use crate::{Cx, Error, Result};

pub use outbox::{
    Delivery, InboxMessage, InboxQuery, LEASE, Mail, Outcome, SenderFunction, Wishes, clear_inbox,
    inbox, report, take,
};
pub(crate) use template::{escape, percent_encode};

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Confirms a sign-up.
    SignUp,
    /// Verifies an attribute.
    VerifyAttribute,
    /// Resets a password.
    ResetPassword,
    /// Invites a user whom an administrator created.
    Invitation,
    /// Tells a user of a sign-in that looked risky.
    ThreatNotice,
}

impl Purpose {
    /// The name that the inbox shows and filters by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::VerifyAttribute => "verify_attribute",
            Self::ResetPassword => "reset_password",
            Self::Invitation => "invitation",
            Self::ThreatNotice => "threat_notice",
        }
    }
}

/// Where a message goes: an attribute and its value. The medium follows from the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// `email` or `phone_number`.
    pub(crate) attribute: &'static str,
    /// The address or number.
    pub(crate) value: String,
}

impl Target {
    pub(crate) fn email(value: impl Into<String>) -> Self {
        Self {
            attribute: "email",
            value: value.into(),
        }
    }

    pub(crate) fn phone(value: impl Into<String>) -> Self {
        Self {
            attribute: "phone_number",
            value: value.into(),
        }
    }

    /// The target of a user's attribute, `email` or `phone_number`, when the user has it.
    pub(crate) fn of(user: &User, attribute: &str) -> Option<Self> {
        let value = user.attribute(attribute)?;
        Some(if attribute == "email" {
            Self::email(value)
        } else {
            Self::phone(value)
        })
    }

    pub(crate) fn medium(&self) -> DeliveryMediumType {
        if self.attribute == "email" {
            DeliveryMediumType::Email
        } else {
            DeliveryMediumType::Sms
        }
    }

    /// What the caller is told: the masked destination, the medium, the attribute.
    pub(crate) fn details(&self) -> CodeDeliveryDetailsType {
        let mask = if self.attribute == "email" {
            mask_email
        } else {
            mask_phone
        };
        CodeDeliveryDetailsType {
            destination: Some(mask(&self.value)),
            delivery_medium: Some(self.medium()),
            attribute_name: Some(self.attribute.to_owned()),
        }
    }
}

/// `alice@example.com` → `a***@e***`.
fn mask_email(value: &str) -> String {
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    let (local, domain) = value.split_once('@').unwrap_or((value, ""));
    format!("{}***@{}***", first(local), first(domain))
}

/// `+12065551234` → `+*******1234`: one star a hidden digit, the last four shown.
fn mask_phone(value: &str) -> String {
    let digits = value.trim_start_matches('+');
    let hidden = digits.chars().count().saturating_sub(4);
    let shown: String = digits.chars().skip(hidden).collect();
    format!("+{}{shown}", "*".repeat(hidden))
}

/// Where the code of a sign-up goes: the phone number before the e-mail address, of those that the pool
/// verifies by itself and the user has; `None` when there is neither.
pub(crate) fn sign_up_target(pool: &Pool, user: &User) -> Option<Target> {
    [
        VerifiedAttributeType::PhoneNumber,
        VerifiedAttributeType::Email,
    ]
    .into_iter()
    .filter(|attribute| pool.auto_verifies(*attribute))
    .find_map(|attribute| Target::of(user, attribute.as_str()))
}

/// The attributes that a password reset goes to, in the order of AccountRecoverySetting, or phone before
/// e-mail in pools without one.
pub(crate) fn recovery_order(pool: &Pool) -> Result<Vec<&'static str>> {
    let mut order: Vec<_> = pool
        .shape
        .account_recovery_setting
        .as_ref()
        .and_then(|setting| setting.recovery_mechanisms.clone())
        .unwrap_or_default();
    order.sort_by_key(|mechanism| mechanism.priority);
    let mut order: Vec<_> = order.into_iter().map(|mechanism| mechanism.name).collect();
    if order.is_empty() {
        order = vec![
            RecoveryOptionNameType::VerifiedPhoneNumber,
            RecoveryOptionNameType::VerifiedEmail,
        ];
    }
    if order.contains(&RecoveryOptionNameType::AdminOnly) {
        return Err(Error::not_authorized(
            "Contact administrator to reset password.",
        ));
    }
    let attribute = |name| {
        if name == RecoveryOptionNameType::VerifiedEmail {
            "email"
        } else {
            "phone_number"
        }
    };
    Ok(order.into_iter().map(attribute).collect())
}

/// Where a password reset goes: the first verified attribute of [`recovery_order`].
pub(crate) fn recovery_target(pool: &Pool, user: &User) -> Result<Target> {
    recovery_order(pool)?
        .into_iter()
        .filter(|attribute| user.has_verified(attribute))
        .find_map(|attribute| Target::of(user, attribute))
        .ok_or_else(|| {
            Error::invalid(
                "Cannot reset password for the user as there is no registered/verified email or phone_number",
            )
        })
}

/// The delivery details for a user who does not exist: an invented but stable destination, by the medium
/// that the pool would use.
pub(crate) fn invented_details(
    pool: &Pool,
    name: &str,
    invented_sub: &str,
) -> CodeDeliveryDetailsType {
    use crate::user::attributes::{is_email, is_phone_number};
    if is_phone_number(name) {
        return Target::phone(name).details();
    }
    if is_email(name) {
        return Target::email(name).details();
    }
    let only_phone = pool.auto_verifies(VerifiedAttributeType::PhoneNumber)
        && !pool.auto_verifies(VerifiedAttributeType::Email);
    if only_phone {
        let digits: String = invented_sub
            .bytes()
            .map(|byte| char::from(b'0' + byte % 10))
            .take(11)
            .collect();
        return Target::phone(format!("+{digits}")).details();
    }
    let letter = |at: usize| char::from(b'a' + invented_sub.as_bytes()[at] % 26);
    Target::email(format!("{}@{}", letter(0), letter(1))).details()
}

/// The message that carries a code, ready to be queued. Only sign-ups use a link, and only by e-mail where the pool says so.
pub(crate) fn with_code(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    purpose: Purpose,
    client_id: &str,
    target: &Target,
    code: &str,
) -> Result<Message> {
    let template = pool
        .shape
        .verification_message_template
        .clone()
        .unwrap_or_default();
    let by_link = purpose == Purpose::SignUp
        && target.medium() == DeliveryMediumType::Email
        && template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink);
    let text = if by_link {
        let link = confirm_link(cx, pool, client_id, &user.username, code);
        template::by_link(&template, link)
    } else {
        template::code(&template, purpose, target.medium(), code)
    };
    outbox::row(cx, user, purpose, target, text)
}

/// Queues an invitation with the temporary password.
pub(crate) fn queue_invitation(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    shown_name: &str,
    target: &Target,
    temporary_password: &str,
    change: &mut Change,
) -> Result<()> {
    let template = pool
        .shape
        .admin_create_user_config
        .as_ref()
        .and_then(|config| config.invite_message_template.clone())
        .unwrap_or_default();
    let text = template::invitation(&template, target.medium(), shown_name, temporary_password);
    change.push(Write::Queue(outbox::row(
        cx,
        user,
        Purpose::Invitation,
        target,
        text,
    )?));
    Ok(())
}

/// A notice by mail of a sign-in that looked risky, in HTML, in plain text, or in both.
pub(crate) fn notice(
    cx: &Cx,
    user: &User,
    target: &Target,
    subject: String,
    (html, plain): (Option<String>, Option<String>),
    sender: &NotifyConfigurationType,
) -> Result<Message> {
    let is_plain = html.is_none();
    let (body, alternative) = match (html, plain) {
        (Some(html), plain) => (html, plain),
        (None, plain) => (plain.unwrap_or_default(), None),
    };
    let text = template::Text {
        subject: Some(subject),
        body,
        code: None,
        link: None,
    };
    let mail = Mail {
        is_plain,
        alternative,
        sender: Some(outbox::Sender {
            from: sender.from.clone(),
            reply_to: sender.reply_to.clone(),
            source_arn: sender.source_arn.clone(),
        }),
    };
    outbox::mail_row(cx, user, Purpose::ThreatNotice, target, text, mail)
}

/// The address that confirms a sign-up when it is opened.
fn confirm_link(cx: &Cx, pool: &Pool, client_id: &str, username: &str, code: &str) -> String {
    let config = &cx.service.config;
    format!(
        "{}/confirmUser/?client_id={}&user_name={}&confirmation_code={}",
        domain::base_url(config, pool).unwrap_or_else(|| config.public_url.clone()),
        template::percent_encode(client_id),
        template::percent_encode(username),
        template::percent_encode(code),
    )
}

#[cfg(test)]
mod tests {
    use super::{mask_email, mask_phone};

    #[test]
    fn masks_show_as_little_as_the_service_does() {
        assert_eq!(mask_email("alice@example.com"), "a***@e***");
        assert_eq!(mask_phone("+12065551234"), "+*******1234");
        assert_eq!(mask_phone("+123"), "+123");
    }
}
