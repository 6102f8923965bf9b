//! The NEW_PASSWORD_REQUIRED challenge: a user with a temporary password chooses his own.

use std::collections::BTreeMap;

use cenote_model::{AttributeType, EventFilterType, UserStatusType};
use serde_json::{Map, Value};

use super::session::{self, Pending, Session};
use super::{Parameters, Progress, Proof, Scene, Step, after_new_password};
use crate::pool::{Client, Pool};
use crate::ports::{Change, CommitError};
use crate::protection::compromised;
use crate::user::{self, User, attributes, names, password};
use crate::{Cx, Error, Result};

const PREFIX: &str = "userAttributes.";

/// Asks for the new password and for what required attributes are missing.
pub(super) fn ask(cx: &Cx, scene: &Scene, user: &User, progress: Progress) -> Result<Step> {
    let required: Vec<Value> = attributes::required_missing(&scene.pool, &user.attributes)
        .map(|name| format!("{PREFIX}{name}").into())
        .collect();
    let current: Map<String, Value> = user
        .attributes
        .iter()
        .filter(|(name, _)| attributes::may_read(&scene.client, name))
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let session = Session::new(cx, scene, user, Pending::NewPassword, progress);
    let parameters = [
        ("USER_ID_FOR_SRP", user.username.clone()),
        ("requiredAttributes", Value::from(required).to_string()),
        ("userAttributes", Value::from(current).to_string()),
    ];
    session.ask(cx, scene, parameters)
}

/// Takes the new password and attributes, confirms the user and goes on.
pub(super) async fn answer(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    let new_password = answers.required("NEW_PASSWORD")?;
    let before = session
        .user(cx, scene, answers.required("USERNAME")?)
        .await?;
    if before.status != UserStatusType::ForceChangePassword {
        return Err(Error::session_invalid());
    }
    password::check_policy(pool, new_password, Error::password_does_not_conform)?;
    let event = EventFilterType::PasswordChange;
    compromised::check(cx, pool, &client.id, event, new_password)
        .await?
        .refuse_new()?;
    let mut after = before.clone();
    add_attributes(pool, client, &mut after, answers)?;
    if let Some(missing) = attributes::required_missing(pool, &after.attributes).next() {
        return Err(Error::challenge_attribute_missing(missing));
    }
    password::set(cx, pool, &mut after, new_password, false).await?;
    after.status = UserStatusType::Confirmed;
    after.modified_at = cx.now();
    let mut change = Change::new().with(session.consume(cx, pool));
    user::update(pool, &before, &after, &mut change)?;
    cx.try_commit(change).await.map_err(|error| match error {
        CommitError::NameTaken { name } => {
            Error::alias_exists(names::attribute_of(pool, &after, &name).unwrap_or("username"))
        }
        other => session::refused(other),
    })?;
    // The stored user has moved on by the write above; what follows may write him again.
    after.version += 1;
    let progress = session.progress.with(Proof::NewPassword);
    after_new_password(cx, scene, &after, progress).await
}

/// Adds the attributes that came with the answer: writable ones that the user does not have yet.
fn add_attributes(
    pool: &Pool,
    client: &Client,
    user: &mut User,
    answers: &Parameters<'_>,
) -> Result<()> {
    let given: Vec<AttributeType> = answers
        .with_prefix(PREFIX)
        .map(|(name, value)| user::attribute_type(name, value))
        .collect();
    let checked: BTreeMap<String, String> = attributes::check_new(pool, &given)?;
    attributes::check_writable(client, checked.keys().map(String::as_str))?;
    if let Some(present) = checked
        .keys()
        .find(|name| user.attributes.contains_key(*name))
    {
        return Err(Error::attribute_already_provided(present));
    }
    for (name, value) in checked {
        if matches!(name.as_str(), "email" | "phone_number") {
            user.attributes
                .entry(format!("{name}_verified"))
                .or_insert_with(|| "false".to_owned());
        }
        user.attributes.insert(name, value);
    }
    Ok(())
}
