//! How a mail is sent: by whom, and in which form.

use serde::{Deserialize, Serialize};

use crate::pool::Pool;

/// What differs in a mail from the usual one, which is HTML from the pool's own sender.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// Whether the text is plain.
    pub is_plain: bool,
    /// The plain text of a mail that has HTML too.
    pub alternative: Option<String>,
    /// Who sends it in place of the pool's own sender.
    pub(super) sender: Option<Sender>,
}

/// A sender of mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sender {
    /// An address, with a name or without.
    pub(super) from: Option<String>,
    pub(super) reply_to: Option<String>,
    /// The ARN of its identity.
    pub(super) source_arn: String,
}

impl Mail {
    /// Whether it is the usual one.
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// How a pool wants its messages sent: of its EmailConfiguration and SmsConfiguration what concerns a
/// sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Who an e-mail is from: an address, with a name or without.
    pub from: Option<String>,
    /// Where answers to an e-mail go.
    pub reply_to: Option<String>,
    /// The ARN of the sender's identity.
    pub source_arn: Option<String>,
    /// The configuration set of SES.
    pub configuration_set: Option<String>,
    /// The region of SNS.
    pub sns_region: Option<String>,
    /// The number or name that a text message comes from.
    pub origination_identity: Option<String>,
}

impl Wishes {
    /// What the pool wants.
    pub(super) fn of(pool: &Pool) -> Self {
        let email = pool.shape.email_configuration.clone().unwrap_or_default();
        let sms = pool.shape.sms_configuration.clone().unwrap_or_default();
        let eums = sms.eums_sms.unwrap_or_default();
        let identity = email.source_arn.as_deref().and_then(identity);
        Self {
            from: email.from.or(identity),
            reply_to: email.reply_to_email_address,
            source_arn: email.source_arn,
            configuration_set: email.configuration_set,
            sns_region: sms.sns_region,
            origination_identity: eums.origination_identity,
        }
    }

    /// The same with another sender, if the mail has one.
    pub(super) fn sent_by(self, sender: Option<&Sender>) -> Self {
        let Some(sender) = sender else { return self };
        Self {
            from: sender.from.clone().or_else(|| identity(&sender.source_arn)),
            reply_to: sender.reply_to.clone(),
            source_arn: Some(sender.source_arn.clone()),
            ..self
        }
    }
}

/// An identity that is an address is the sender where no other is named; one that is a domain only vouches
/// for the sender.
fn identity(arn: &str) -> Option<String> {
    arn.split_once(":identity/")
        .map(|(_, identity)| identity.to_owned())
        .filter(|identity| identity.contains('@'))
}
