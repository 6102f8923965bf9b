//! The notice of a sign-in that looked risky: a mail of its own form, from a sender of its own.

use cenote_model::NotifyConfigurationType;

use super::mail::{Mail, Sender};
use super::outbox::{self, SenderFunction};
use super::{Target, template};
use crate::ports::Message;
use crate::user::User;
use crate::{Cx, Result};

/// A notice in HTML, in plain text, or in both. `function` delivers it where the pool has one.
pub(crate) fn notice(
    cx: &Cx,
    user: &User,
    target: &Target,
    subject: String,
    (html, plain): (Option<String>, Option<String>),
    sender: &NotifyConfigurationType,
    function: Option<SenderFunction>,
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
        sender: Some(Sender {
            from: sender.from.clone(),
            reply_to: sender.reply_to.clone(),
            source_arn: sender.source_arn.clone(),
        }),
    };
    outbox::notice_row(cx, user, target, text, mail, function)
}
