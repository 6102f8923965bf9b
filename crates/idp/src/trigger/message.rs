//! CustomMessage.

use serde::Deserialize;
use serde_json::json;

use super::{Call, Trigger, call, event};
use crate::Cx;
use crate::Result;
use crate::message::{Cause, Letter};
use crate::pool::Pool;

/// The texts that a CustomMessage trigger has for a message; the pool's template stands in for each
/// that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomMessage {
    pub(crate) sms_message: Option<String>,
    pub(crate) email_message: Option<String>,
    pub(crate) email_subject: Option<String>,
}

/// Asks for the texts of a message. The event has placeholders, never the code.
pub(crate) async fn custom_message(
    cx: &Cx,
    pool: &Pool,
    letter: &Letter<'_>,
) -> Result<CustomMessage> {
    let is_invitation = letter.cause == Cause::AdminCreateUser;
    let request = json!({
        "userAttributes": event::user_attributes(pool, letter.user),
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": is_invitation.then_some("{username}"),
    });
    let texts = call(
        cx,
        pool,
        Call {
            trigger: Trigger::CustomMessage,
            source: format!("CustomMessage_{}", letter.cause.as_str()),
            version: "1",
            user_name: &letter.user.username,
            client_id: letter.origin.client_id,
            request: event::with_metadata(request, letter.origin.metadata),
            response: json!({"smsMessage": null, "emailMessage": null, "emailSubject": null}),
        },
    )
    .await?;
    Ok(texts.unwrap_or_default())
}
