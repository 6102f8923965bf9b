//! PreSignUp and PostConfirmation.

use std::collections::BTreeMap;

use cenote_model::AttributeType;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Call, Metadata, Origin, Trigger, call, event};
use crate::pool::Pool;
use crate::user::User;
use crate::{Cx, Result};

/// Which kind of new user a PreSignUp trigger is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreSignUpSource {
    SignUp,
    AdminCreateUser,
    ExternalProvider,
}

/// What a PreSignUp trigger decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PreSignUp {
    /// No code has to confirm the user.
    pub(crate) confirm: bool,
    /// The e-mail address counts as verified.
    pub(crate) verify_email: bool,
    /// The phone number counts as verified.
    pub(crate) verify_phone: bool,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "autoConfirmUser")]
    confirm: Option<bool>,
    #[serde(rename = "autoVerifyEmail")]
    verify_email: Option<bool>,
    #[serde(rename = "autoVerifyPhone")]
    verify_phone: Option<bool>,
}

/// Asks before a user is stored. `attributes` are those that were given.
pub(crate) async fn pre_sign_up(
    cx: &Cx,
    pool: &Pool,
    origin: Origin<'_>,
    source: PreSignUpSource,
    user_name: &str,
    attributes: &BTreeMap<String, String>,
    validation_data: Option<&[AttributeType]>,
) -> Result<PreSignUp> {
    let request = json!({
        "userAttributes": attributes,
        "validationData": validation_data.map(to_map),
    });
    let source = match source {
        PreSignUpSource::SignUp => "PreSignUp_SignUp",
        PreSignUpSource::AdminCreateUser => "PreSignUp_AdminCreateUser",
        PreSignUpSource::ExternalProvider => "PreSignUp_ExternalProvider",
    };
    let response: Option<Response> = call(
        cx,
        pool,
        Call {
            trigger: Trigger::PreSignUp,
            source: source.to_owned(),
            version: "1",
            user_name,
            client_id: origin.client_id,
            request: event::with_metadata(request, origin.metadata),
            response: json!({
                "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false,
            }),
        },
    )
    .await?;
    Ok(
        response.map_or_else(PreSignUp::default, |response| PreSignUp {
            confirm: response.confirm.unwrap_or_default(),
            verify_email: response.verify_email.unwrap_or_default(),
            verify_phone: response.verify_phone.unwrap_or_default(),
        }),
    )
}

/// ValidationData, a list on the wire, is a map in the event.
fn to_map(list: &[AttributeType]) -> Metadata {
    let value = |entry: &AttributeType| entry.value.as_deref().unwrap_or_default().to_owned();
    list.iter()
        .map(|entry| (entry.name.clone(), value(entry)))
        .collect()
}

/// The source of PostConfirmation after a sign-up was confirmed, in whatever way.
pub(crate) const CONFIRM_SIGN_UP: &str = "ConfirmSignUp";

/// The source of PostConfirmation after a password reset.
pub(crate) const CONFIRM_FORGOT_PASSWORD: &str = "ConfirmForgotPassword";

/// Tells that a user was confirmed, or has a new password after a reset. What it answers is ignored, but
/// that it fails is told to the caller.
pub(crate) async fn post_confirmation(
    cx: &Cx,
    pool: &Pool,
    origin: Origin<'_>,
    source: &str,
    user: &User,
) -> Result<()> {
    let request = json!({"userAttributes": event::user_attributes(pool, user)});
    let _ignored: Option<IgnoredAny> = call(
        cx,
        pool,
        Call {
            trigger: Trigger::PostConfirmation,
            source: format!("PostConfirmation_{source}"),
            version: "1",
            user_name: &user.username,
            client_id: origin.client_id,
            request: event::with_metadata(request, origin.metadata),
            response: Value::Object(serde_json::Map::new()),
        },
    )
    .await?;
    Ok(())
}
