//! From what a provider says to the attributes of a user: which are written, and which refused.

use std::collections::BTreeMap;

use cenote_model::{AttributeType, IdentityProviderTypeType};

use super::provider::{Provider, USERNAME};
use super::said::{LONGEST, Said};
use crate::error::attributes::Flaw;
use crate::pool::{Client, Pool};
use crate::user::attributes::{self, Given};
use crate::user::{User, attribute_type};
use crate::{Error, Result};

/// The attributes that can be verified.
const CONTACTS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// The pool's attributes that the provider says something of. `said` is what counts, rewritten or not.
pub(super) fn mapped(
    provider: &Provider,
    said: &Said,
    attributes: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let value = |claim: &str| match claim {
        "access_token" => said.access_token.as_ref(),
        "id_token" => said.id_token.as_ref(),
        _ => attributes.get(claim),
    };
    let mapping = provider.mapping.iter();
    mapping
        .filter(|(attribute, _)| *attribute != USERNAME)
        .filter_map(|(attribute, claim)| Some((attribute.clone(), value(claim)?.clone())))
        .collect()
}

/// Writes what has changed into a user, new or known. What the provider no longer says stays, what it
/// leaves blank goes.
pub(super) fn write(
    pool: &Pool,
    client: &Client,
    provider: &Provider,
    mapped: &BTreeMap<String, String>,
    user: &mut User,
) -> Result<()> {
    if let Some((name, _)) = mapped
        .iter()
        .find(|(_, value)| value.chars().count() > LONGEST)
    {
        let flaw = Flaw::LongerThan(LONGEST);
        return Err(Error::attribute(Given::ByProvider, name, flaw));
    }
    let list: Vec<AttributeType> = mapped
        .iter()
        .map(|(name, value)| attribute_type(name, value))
        .collect();
    let mut update = attributes::check(pool, Given::ByProvider, &list)?;
    let is_new = |update: &BTreeMap<String, Option<String>>, name: &str| {
        update
            .get(name)
            .is_some_and(|value| user.attributes.get(name) != value.as_ref())
    };
    let before = update.clone();
    update.retain(|name, _| {
        // A verified flag speaks of the address that came with it.
        let contact = CONTACTS.iter().find(|(_, flag)| flag == name);
        is_new(&before, name) || contact.is_some_and(|(contact, _)| is_new(&before, contact))
    });
    for (contact, flag) in CONTACTS {
        let stays = update
            .get(contact)
            .map_or_else(|| user.attributes.contains_key(contact), Option::is_some);
        if !stays {
            update.remove(flag);
        }
    }
    for (name, value) in &update {
        let schema = pool.attribute(name);
        let is_fixed = schema.is_some_and(|schema| schema.mutable == Some(false));
        if is_fixed && user.attributes.contains_key(name) {
            return Err(Error::attribute(Given::ByProvider, name, Flaw::Fixed));
        }
        if !attributes::may_provider_write(client, name) {
            return Err(Error::unauthorized_attribute());
        }
        let is_required = schema.is_some_and(|schema| schema.required == Some(true));
        if value.is_none() && is_required {
            return Err(required(provider, &[name]));
        }
    }
    attributes::apply(user, &update);
    for name in update.keys() {
        user.pending.remove(name);
    }
    Ok(())
}

/// Refuses a new profile that lacks what the pool requires.
pub(super) fn check_required(pool: &Pool, provider: &Provider, user: &User) -> Result<()> {
    let missing: Vec<&str> = attributes::required_missing(pool, &user.attributes).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(required(provider, &missing))
    }
}

fn required(provider: &Provider, names: &[&str]) -> Error {
    if provider.kind == IdentityProviderTypeType::Saml {
        Error::saml_attributes_required(names)
    } else {
        Error::attributes_required(names)
    }
}
