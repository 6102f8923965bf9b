//! PreAuthentication and PostAuthentication.

use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::{Call, Metadata, Origin, Trigger, call, event};
use crate::pool::{Client, Pool};
use crate::user::{Account, User};
use crate::{Cx, Result};

/// Whom a sign-in is about, as its triggers are told.
#[derive(Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) client: &'a Client,
    pub(crate) account: &'a Account,
    /// The name that was typed, which is all that is known of nobody.
    pub(crate) typed: &'a str,
}

impl<'a> Person<'a> {
    /// `userName` of events.
    pub(super) fn user_name(self) -> &'a str {
        match self.account {
            Account::Known(user) => &user.username,
            Account::Unknown { .. } => self.typed,
        }
    }

    /// The members of a request that say who it is about. Whether he was found is said where the client
    /// hides it from callers.
    pub(super) fn request(self) -> Value {
        let mut request = match self.account {
            Account::Known(user) => {
                json!({"userAttributes": event::user_attributes(self.pool, user)})
            }
            Account::Unknown { .. } => json!({"userAttributes": {}}),
        };
        if self.client.hides_users() {
            let is_unknown = matches!(self.account, Account::Unknown { .. });
            request["userNotFound"] = is_unknown.into();
        }
        request
    }
}

/// Asks whether a sign-in may begin, before any password is looked at.
pub(crate) async fn pre_authentication(
    cx: &Cx,
    person: Person<'_>,
    validation_data: Option<&Metadata>,
) -> Result<()> {
    let mut request = person.request();
    request["validationData"] = json!(validation_data);
    let _ignored: Option<IgnoredAny> = call(
        cx,
        person.pool,
        Call {
            trigger: Trigger::PreAuthentication,
            source: "PreAuthentication_Authentication".to_owned(),
            version: "1",
            user_name: person.user_name(),
            client_id: Some(&person.client.id),
            request,
            response: Value::Object(Map::new()),
        },
    )
    .await?;
    Ok(())
}

/// Tells that a user has passed every challenge, and, where the pool tracks devices, whether on a new one.
/// An error keeps the tokens back.
pub(crate) async fn post_authentication(
    cx: &Cx,
    pool: &Pool,
    origin: Origin<'_>,
    user: &User,
    is_new_device: Option<bool>,
) -> Result<()> {
    let mut request = json!({"userAttributes": event::user_attributes(pool, user)});
    if let Some(is_new_device) = is_new_device {
        request["newDeviceUsed"] = is_new_device.into();
    }
    let _ignored: Option<IgnoredAny> = call(
        cx,
        pool,
        Call {
            trigger: Trigger::PostAuthentication,
            source: "PostAuthentication_Authentication".to_owned(),
            version: "1",
            user_name: &user.username,
            client_id: origin.client_id,
            request: event::with_metadata(request, origin.metadata),
            response: Value::Object(Map::new()),
        },
    )
    .await?;
    Ok(())
}
