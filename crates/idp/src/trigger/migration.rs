//! UserMigration.

use cenote_model::DeliveryMediumType;
use serde::Deserialize;
use serde_json::json;

use super::{Call, Metadata, Trigger, call};
use crate::pool::{Client, Pool};
use crate::{Cx, Result};

/// A user whom a UserMigration trigger brings along.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Migrated {
    pub(crate) user_attributes: Option<Metadata>,
    pub(crate) force_alias_creation: Option<bool>,
    #[serde(rename = "enableSMSMFA")]
    pub(crate) enable_sms_mfa: Option<bool>,
    pub(crate) final_user_status: Option<String>,
    pub(crate) message_action: Option<String>,
    pub(crate) desired_delivery_mediums: Option<Vec<DeliveryMediumType>>,
}

/// What brings an unknown user to a migration.
#[derive(Clone, Copy)]
pub(crate) struct Arrival<'a> {
    /// The name that was typed.
    pub(crate) typed: &'a str,
    /// The password of a sign-in; ForgotPassword has none.
    pub(crate) password: Option<&'a str>,
    /// ClientMetadata of InitiateAuth.
    pub(crate) validation_data: Option<&'a Metadata>,
    /// ClientMetadata of ForgotPassword, or of the answer to a challenge.
    pub(crate) metadata: Option<&'a Metadata>,
}

/// Asks for a user who is not here; `None` when the pool has no such trigger.
pub(crate) async fn user_migration(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    arrival: Arrival<'_>,
) -> Result<Option<Migrated>> {
    let mut request = json!({
        "validationData": arrival.validation_data,
        "clientMetadata": arrival.metadata,
    });
    let source = match arrival.password {
        Some(password) => {
            request["password"] = password.into();
            "UserMigration_Authentication"
        }
        None => "UserMigration_ForgotPassword",
    };
    call(
        cx,
        pool,
        Call {
            trigger: Trigger::UserMigration,
            source: source.to_owned(),
            version: "1",
            user_name: arrival.typed,
            client_id: Some(&client.id),
            request,
            response: json!({
                "userAttributes": null,
                "forceAliasCreation": null,
                "enableSMSMFA": null,
                "finalUserStatus": null,
                "messageAction": null,
                "desiredDeliveryMediums": null,
            }),
        },
    )
    .await
}
