//! Changing a user's attributes and legacy settings: what waits for its verification, which codes go
//! out, which sign-in names move. The same rules for users themselves and for administrators.

use std::collections::BTreeMap;

use cenote_model::{
    CodeDeliveryDetailsType, DeliveryMediumType, MFAOptionType, VerifiedAttributeType,
};

use super::codes::{self, CodePurpose};
use super::mfa::{self, Factor};
use super::{User, attributes, names};
use crate::message::{self, Cause, Letter, Target};
use crate::pool::Pool;
use crate::ports::Change;
use crate::trigger::Origin;
use crate::{Cx, Error, Result};

/// The attributes that a code can verify.
const CONTACTS: [VerifiedAttributeType; 2] = [
    VerifiedAttributeType::Email,
    VerifiedAttributeType::PhoneNumber,
];

/// Updates attributes that [`attributes::check`] has passed, and commits. Answers where codes went.
pub(crate) async fn update_attributes(
    cx: &Cx,
    pool: &Pool,
    before: &User,
    mut update: BTreeMap<String, Option<String>>,
    origin: Origin<'_>,
) -> Result<Vec<CodeDeliveryDetailsType>> {
    refuse_deleting_required(pool, &update)?;
    let mut after = before.clone();
    let mut targets = Vec::new();
    for contact in CONTACTS {
        targets.extend(hold_back(cx, pool, &mut after, contact, &mut update).await?);
    }
    attributes::apply(&mut after, &update);
    check_verified_flags(&after.attributes)?;
    after.modified_at = cx.now();

    let mut change = Change::new();
    super::update(pool, before, &after, &mut change)?;
    let letters = targets
        .into_iter()
        .map(|target| {
            let purpose = CodePurpose::verifying(target.attribute);
            let kind = (purpose, Cause::UpdateUserAttribute);
            codes::send(cx, pool, &after, kind, origin, target, &mut change)
        })
        .collect::<Result<Vec<_>>>()?;
    message::commit(cx, pool, change, &letters, |error| {
        names::refused(error, |name| {
            Error::alias_exists(names::attribute_of(pool, &after, name).unwrap_or("username"))
        })
    })
    .await?;
    Ok(letters.iter().map(Letter::details).collect())
}

/// A blank value deletes an attribute, which a required one does not allow.
fn refuse_deleting_required(pool: &Pool, update: &BTreeMap<String, Option<String>>) -> Result<()> {
    let required = |name: &str| {
        pool.attribute(name)
            .is_some_and(|schema| schema.required == Some(true))
    };
    match update
        .iter()
        .find(|(name, value)| value.is_none() && required(name))
    {
        Some((name, _)) => Err(Error::required_attribute_deleted(name)),
        None => Ok(()),
    }
}

/// Decides what becomes of a new e-mail address or phone number: in pools that verify before they update
/// it waits in `pending`, and the stored value stays. Answers where to send a code, if one is needed.
async fn hold_back(
    cx: &Cx,
    pool: &Pool,
    user: &mut User,
    contact: VerifiedAttributeType,
    update: &mut BTreeMap<String, Option<String>>,
) -> Result<Option<Target>> {
    let name = contact.as_str();
    let flag = format!("{name}_verified");
    let Some(new) = update.get(name).cloned() else {
        return Ok(None);
    };
    // Whatever waited is overtaken by what is asked now.
    user.pending.remove(name);
    let Some(value) = new.filter(|value| user.attribute(name) != Some(value)) else {
        return Ok(None);
    };
    let vouched_for = update
        .get(&flag)
        .is_some_and(|flag| flag.as_deref() == Some("true"));
    if vouched_for || !pool.auto_verifies(contact) {
        return Ok(None);
    }
    if pool.verifies_before_update(contact) {
        // Nobody may wait for a sign-in name that will never be free for him.
        if names::is_username_attribute(pool, name)
            && names::is_taken(cx, pool, &user.sub, &value).await?
        {
            return Err(Error::alias_exists(name));
        }
        update.remove(name);
        // The flag speaks of the new value, which is not stored yet.
        update.remove(&flag);
        user.pending.insert(name.to_owned(), value.clone());
    }
    Ok(Some(if name == "email" {
        Target::email(value)
    } else {
        Target::phone(value)
    }))
}

/// Only something that is there can be verified.
pub(crate) fn check_verified_flags(attributes: &BTreeMap<String, String>) -> Result<()> {
    let lacks = |name: &str| {
        !attributes.contains_key(name)
            && attributes
                .get(&format!("{name}_verified"))
                .is_some_and(|flag| flag == "true")
    };
    if lacks("email") {
        return Err(Error::verified_without_email());
    }
    if lacks("phone_number") {
        return Err(Error::verified_without_phone_number());
    }
    Ok(())
}

/// Deletes attributes by name and commits.
pub(crate) async fn delete_attributes(
    cx: &Cx,
    pool: &Pool,
    before: &User,
    list: &[String],
) -> Result<()> {
    let mut after = before.clone();
    attributes::delete(pool, &mut after, list)?;
    for name in list {
        after.pending.remove(name);
    }
    super::save(cx, pool, before, after).await
}

/// Replaces the legacy SMS setting (SetUserSettings, AdminSetUserSettings) and commits; an empty list
/// turns it off.
pub(crate) async fn set_mfa_options(
    cx: &Cx,
    pool: &Pool,
    before: &User,
    options: &[MFAOptionType],
) -> Result<()> {
    let is_sms = |option: &MFAOptionType| {
        option
            .delivery_medium
            .is_none_or(|medium| medium == DeliveryMediumType::Sms)
            && option
                .attribute_name
                .as_deref()
                .is_none_or(|name| name == "phone_number")
    };
    if !options.iter().all(is_sms) {
        return Err(Error::only_sms_settings());
    }
    let mut after = before.clone();
    if options.is_empty() {
        mfa::turn_off(pool, &mut after, Factor::Sms)?;
    } else {
        mfa::turn_on(pool, &mut after, Factor::Sms)?;
    }
    super::save(cx, pool, before, after).await
}
