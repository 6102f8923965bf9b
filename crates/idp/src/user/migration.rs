//! Users who are brought along by a UserMigration trigger when they first sign in or forget their password.

use std::collections::BTreeMap;

use cenote_model::{AttributeType, DeliveryMediumType, ErrorCode, UserStatusType};

use super::mfa::{self, Factor};
use super::{User, attribute_type, attributes, names, password, update};
use crate::message::{self, Cause, Letter};
use crate::pool::{Client, Pool};
use crate::ports::{Change, CommitError};
use crate::trigger::{self, Arrival, Migrated, Origin, Trigger};
use crate::{Cx, Error, Result};

/// Tries to bring a user along who was not found; whether he is here now. To a client that hides users, one
/// whom the trigger does not know is like anybody who is not here.
pub(crate) async fn migrate(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    arrival: Arrival<'_>,
) -> Result<bool> {
    if !Trigger::UserMigration.is_set(pool) {
        return Ok(false);
    }
    match bring(cx, pool, client, arrival).await {
        Err(error) if error.code == ErrorCode::UserNotFound && client.hides_users() => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

async fn bring(cx: &Cx, pool: &Pool, client: &Client, arrival: Arrival<'_>) -> Result<()> {
    let failed = |detail: &str| Error::migration_failed(&client.id, detail);
    let answer = trigger::user_migration(cx, pool, client, arrival).await;
    let migrated = answer.map_err(|error| match error.code {
        ErrorCode::UserLambdaValidation => failed("the trigger failed"),
        _ => error,
    })?;
    let mut migrated = migrated.unwrap_or_default();
    let attributes = migrated.user_attributes.take().unwrap_or_default();
    if attributes.is_empty() {
        return Err(failed("the trigger answered no attributes"));
    }
    let mut user = new_user(cx, pool, arrival, &migrated, attributes)
        .map_err(|error| failed(error.message.as_deref().unwrap_or_default()))?;
    if let Some(typed) = arrival.password {
        password::set(cx, pool, &mut user, typed, false).await?;
    }
    let mut change = Change::new();
    if migrated.force_alias_creation == Some(true) {
        let verified: Vec<&str> = ["email", "phone_number"]
            .into_iter()
            .filter(|contact| user.has_verified(contact))
            .collect();
        names::take_over_all(cx, pool, &user, &verified, &mut change).await?;
    }
    crate::quota::check_users(cx, pool, 1).await?;
    super::insert(pool, &user, &mut change)?;
    let letters = welcome(&user, client, arrival, &migrated);
    let typed = names::normalise(pool, arrival.typed);
    message::commit(cx, pool, change, &letters, |error| {
        // Somebody else may have brought the same user along, who is found then.
        let is_other_name = matches!(&error, CommitError::NameTaken { name } if *name != typed);
        if is_other_name {
            failed("another user has the alias")
        } else {
            error.into()
        }
    })
    .await
}

/// The user as the trigger describes him. The password policy is not applied.
fn new_user(
    cx: &Cx,
    pool: &Pool,
    arrival: Arrival<'_>,
    migrated: &Migrated,
    mut given: BTreeMap<String, String>,
) -> Result<User> {
    // Who signs in with an alias has a username beside it.
    let chosen = given.remove("username");
    let list: Vec<AttributeType> = given
        .iter()
        .map(|(name, value)| attribute_type(name, value))
        .collect();
    let mut attributes = attributes::check_new(pool, &list)?;
    update::check_verified_flags(&attributes)?;
    let name = match &chosen {
        Some(username) if !pool.has_username_attributes() => username.as_str(),
        _ => arrival.typed,
    };
    let (sub, username) = names::identify(cx, pool, name, &mut attributes)?;
    let status = if migrated.final_user_status.as_deref() == Some("CONFIRMED") {
        UserStatusType::Confirmed
    } else {
        UserStatusType::ResetRequired
    };
    let mut user = User::new(cx, pool, sub, username, status);
    user.attributes = attributes;
    for contact in ["email", "phone_number"] {
        if user.attributes.contains_key(contact) {
            user.attributes
                .entry(format!("{contact}_verified"))
                .or_insert_with(|| "false".to_owned());
        }
    }
    if migrated.enable_sms_mfa == Some(true) {
        mfa::turn_on(pool, &mut user, Factor::Sms)?;
    }
    let is_findable = names::of(pool, &user).contains(&names::normalise(pool, arrival.typed));
    if !is_findable {
        return Err(Error::invalid(
            "the user does not sign in with the name that was typed",
        ));
    }
    Ok(user)
}

/// The welcome messages: invitations without a password, since it is the user's own.
fn welcome<'a>(
    user: &'a User,
    client: &'a Client,
    arrival: Arrival<'a>,
    migrated: &Migrated,
) -> Vec<Letter<'a>> {
    if migrated.message_action.as_deref() == Some("SUPPRESS") {
        return Vec::new();
    }
    let desired = migrated.desired_delivery_mediums.clone();
    let desired = desired.unwrap_or_else(|| vec![DeliveryMediumType::Sms]);
    let letter = |target| Letter {
        user,
        cause: Cause::AdminCreateUser,
        origin: Origin::client(&client.id, arrival.metadata),
        target,
        secret: None,
        shown_name: Some(arrival.typed.to_owned()),
    };
    let targets = message::targets(user, &desired).into_iter();
    targets.map(letter).collect()
}
