//! Messages: who gets which text by which medium. A message is an outbox row in the change that causes
//! it; a sender delivers it afterwards, and in development it can be read in the inbox.

mod letter;
mod mail;
mod notice;
mod outbox;
mod template;

use cenote_model::{
    CodeDeliveryDetailsType, DeliveryMediumType, RecoveryOptionNameType, VerifiedAttributeType,
};
use serde::{Deserialize, Serialize};

use crate::pool::Pool;
use crate::user::User;
use crate::{Error, Result};

pub(crate) use letter::{Cause, Letter, commit, enclose, post, queue_for_nobody};
pub use mail::{Mail, Wishes};
pub(crate) use notice::notice;
pub use outbox::{
    Delivery, InboxMessage, InboxQuery, LEASE, Outcome, SenderFunction, clear_inbox, inbox, report,
    take,
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
    /// Signs a user in.
    Authentication,
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
            Self::Authentication => "authentication",
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

    /// Where a message to nobody would go: to the name, if it is an address of the kind, or to one that is
    /// made up and the same each time.
    pub(crate) fn invented(attribute: &'static str, name: &str, invented_sub: &str) -> Self {
        use crate::user::attributes::{is_email, is_phone_number};
        let letter = |at: usize| char::from(b'a' + invented_sub.as_bytes()[at] % 26);
        match attribute {
            "email" if is_email(name) => Self::email(name),
            "email" => Self::email(format!("{}@{}", letter(0), letter(1))),
            _ if is_phone_number(name) => Self::phone(name),
            _ => {
                let digit = |byte: u8| char::from(b'0' + byte % 10);
                let digits: String = invented_sub.bytes().map(digit).take(11).collect();
                Self::phone(format!("+{digits}"))
            }
        }
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
        return Err(Error::recovery_by_admin());
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

/// The attribute that AccountRecoverySetting sends this user's password resets to; `None` in pools without
/// the setting, where a second factor comes first.
pub(crate) fn recovery_contact(pool: &Pool, user: &User) -> Option<&'static str> {
    pool.shape.account_recovery_setting.as_ref()?;
    recovery_order(pool)
        .ok()?
        .into_iter()
        .find(|attribute| user.has_verified(attribute))
}

/// Where a password reset goes: the first verified attribute of [`recovery_order`]. The only address that
/// serves as the user's second factor is none, or whoever holds it would need nothing else.
pub(crate) fn recovery_target(pool: &Pool, user: &User) -> Result<Target> {
    let factors = user.second_factors(pool);
    let mut contacts = factors.iter().filter_map(|factor| factor.contact());
    let only_factor = contacts.next().filter(|_| contacts.next().is_none());
    recovery_order(pool)?
        .into_iter()
        .filter(|attribute| user.has_verified(attribute) && Some(*attribute) != only_factor)
        .find_map(|attribute| Target::of(user, attribute))
        .ok_or_else(Error::no_recovery_contact)
}

/// Where a message to a user goes by these mediums: to each of his addresses that one of them reaches.
pub(crate) fn targets(user: &User, mediums: &[DeliveryMediumType]) -> Vec<Target> {
    ["phone_number", "email"]
        .into_iter()
        .filter_map(|attribute| Target::of(user, attribute))
        .filter(|target| mediums.contains(&target.medium()))
        .collect()
}

/// The delivery details for a user who does not exist: an invented but stable destination, by the medium
/// that the pool would use.
pub(crate) fn invented_details(
    pool: &Pool,
    name: &str,
    invented_sub: &str,
) -> CodeDeliveryDetailsType {
    use crate::user::attributes::{is_email, is_phone_number};
    let only_phone = pool.auto_verifies(VerifiedAttributeType::PhoneNumber)
        && !pool.auto_verifies(VerifiedAttributeType::Email);
    let by_phone = is_phone_number(name) || (!is_email(name) && only_phone);
    let attribute = if by_phone { "phone_number" } else { "email" };
    Target::invented(attribute, name, invented_sub).details()
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
