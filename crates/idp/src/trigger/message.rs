//! CustomMessage, and the events of CustomEmailSender and CustomSMSSender.

use cenote_model::DeliveryMediumType;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, Trigger, call, config, event};
use crate::Cx;
use crate::Result;
use crate::message::{Cause, Letter, SenderFunction};
use crate::pool::Pool;
use crate::user::User;

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

/// The function that delivers a message in the pool's place, if the pool has one for the medium. What it
/// is told holds the code only once a worker has encrypted it.
pub(crate) fn sender(
    cx: &Cx,
    pool: &Pool,
    letter: &Letter<'_>,
    secret: Option<String>,
) -> Option<SenderFunction> {
    let request = json!({
        "clientMetadata": letter.origin.metadata,
        "userAttributes": event::user_attributes(pool, letter.user),
    });
    let medium = letter.target.medium();
    let (user, client_id) = (&letter.user.username, letter.origin.client_id);
    let what = (medium, letter.cause.as_str());
    function(cx, pool, what, (user, client_id), request, secret)
}

/// The function that delivers the notice of a risky sign-in in the pool's place. In the place of the user's
/// attributes it is told what the notice would say.
pub(crate) fn notice_sender(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    client_id: &str,
    said: &Map<String, Value>,
) -> Option<SenderFunction> {
    let request = json!({"clientMetadata": null, "userAttributes": said});
    let what = (DeliveryMediumType::Email, "AccountTakeOverNotification");
    let who = (user.username.as_str(), Some(client_id));
    function(cx, pool, what, who, request, None)
}

fn function(
    cx: &Cx,
    pool: &Pool,
    (medium, cause): (DeliveryMediumType, &str),
    (user_name, client_id): (&str, Option<&str>),
    mut request: Value,
    secret: Option<String>,
) -> Option<SenderFunction> {
    let config = config(pool)?;
    let (arn, name, kind) = match medium {
        DeliveryMediumType::Email => (
            &config.custom_email_sender.as_ref()?.lambda_arn,
            "CustomEmailSender",
            "customEmailSenderRequestV1",
        ),
        DeliveryMediumType::Sms => (
            &config.custom_sms_sender.as_ref()?.lambda_arn,
            "CustomSMSSender",
            "customSMSSenderRequestV1",
        ),
    };
    request["type"] = kind.into();
    request["code"] = Value::Null;
    let mut event = event::outline(cx, pool, user_name, client_id);
    event.insert("version".to_owned(), "1".into());
    event.insert("triggerSource".to_owned(), format!("{name}_{cause}").into());
    event.insert("request".to_owned(), request);
    Some(SenderFunction {
        arn: arn.clone(),
        kms_key: config.kms_key_id.clone()?,
        event: event.into(),
        secret,
    })
}
