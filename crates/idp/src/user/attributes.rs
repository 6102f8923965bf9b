//! Attributes: the pool's schema, what each client may read and write, and the forms of values.

use std::collections::BTreeMap;

use cenote_model::{AttributeDataType, AttributeType, SchemaAttributeType};

use super::{User, attribute_type};
use crate::error::attributes::Flaw;
use crate::pool::{Client, Pool};
use crate::{Error, Result};

/// The attributes that `oidc:profile` stands for in a client's lists.
pub(crate) const PROFILE: [&str; 13] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
];

/// What a list of attributes was given to, which decides the texts of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// SignUp, AdminCreateUser, NEW_PASSWORD_REQUIRED.
    AtCreation,
    /// UpdateUserAttributes, AdminUpdateUserAttributes.
    AtUpdate,
    /// An identity provider, at each sign-in.
    ByProvider,
}

/// Checks a list of attributes against the schema and answers it as a map; the last of two equal names
/// counts. A blank or absent value is kept as `None`: at an update it deletes the attribute.
pub(crate) fn check(
    pool: &Pool,
    given: Given,
    list: &[AttributeType],
) -> Result<BTreeMap<String, Option<String>>> {
    let mut checked = BTreeMap::new();
    for attribute in list {
        let name = attribute.name.as_str();
        let Some(schema) = pool.attribute(name) else {
            return Err(Error::attribute(given, name, Flaw::Unknown));
        };
        if name == "sub" || name == "identities" {
            return Err(Error::attribute(given, name, Flaw::Fixed));
        }
        if given == Given::AtUpdate && schema.mutable == Some(false) {
            return Err(Error::attribute(given, name, Flaw::Fixed));
        }
        let value = attribute.value.as_deref().filter(|value| !value.is_empty());
        if let Some(value) = value {
            check_value(schema, given, name, value)?;
        }
        // `True` is a usual way to write it; what is stored is compared with `true`.
        let is_boolean = schema.attribute_data_type == Some(AttributeDataType::Boolean);
        let stored = |value: &str| {
            if is_boolean {
                value.to_ascii_lowercase()
            } else {
                value.to_owned()
            }
        };
        checked.insert(name.to_owned(), value.map(stored));
    }
    Ok(checked)
}

/// The attributes of a new user: blank values mean no attribute.
pub(crate) fn check_new(pool: &Pool, list: &[AttributeType]) -> Result<BTreeMap<String, String>> {
    let checked = check(pool, Given::AtCreation, list)?;
    Ok(checked
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect())
}

fn check_value(schema: &SchemaAttributeType, given: Given, name: &str, value: &str) -> Result<()> {
    match name {
        "email" if !is_email(value) => return Err(Error::invalid_email()),
        "phone_number" if !is_phone_number(value) => return Err(Error::invalid_phone_number()),
        "birthdate" if !is_date(value) => {
            return Err(Error::attribute(given, name, Flaw::NoDate));
        }
        _ => {}
    }
    match schema.attribute_data_type {
        Some(AttributeDataType::Number) => check_number(schema, given, name, value),
        Some(AttributeDataType::Boolean)
            if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") =>
        {
            Err(Error::attribute(given, name, Flaw::NoBoolean))
        }
        Some(AttributeDataType::Boolean | AttributeDataType::DateTime) => Ok(()),
        Some(AttributeDataType::String) | None => check_length(schema, given, name, value),
    }
}

fn check_number(schema: &SchemaAttributeType, given: Given, name: &str, value: &str) -> Result<()> {
    let Ok(number) = value.parse::<i64>() else {
        return Err(Error::attribute(given, name, Flaw::NoNumber));
    };
    let constraints = schema.number_attribute_constraints.as_ref();
    let bound = |text: Option<&String>| text.and_then(|text| text.parse::<i64>().ok());
    if let Some(minimum) = bound(constraints.and_then(|constraints| constraints.min_value.as_ref()))
        && number < minimum
    {
        return Err(Error::attribute(given, name, Flaw::LessThan(minimum)));
    }
    if let Some(maximum) = bound(constraints.and_then(|constraints| constraints.max_value.as_ref()))
        && number > maximum
    {
        return Err(Error::attribute(given, name, Flaw::MoreThan(maximum)));
    }
    Ok(())
}

fn check_length(schema: &SchemaAttributeType, given: Given, name: &str, value: &str) -> Result<()> {
    let constraints = schema.string_attribute_constraints.as_ref();
    let bound = |text: Option<&String>| text.and_then(|text| text.parse::<usize>().ok());
    let length = value.chars().count();
    if let Some(minimum) =
        bound(constraints.and_then(|constraints| constraints.min_length.as_ref()))
        && length < minimum
    {
        return Err(Error::attribute(given, name, Flaw::ShorterThan(minimum)));
    }
    if let Some(maximum) =
        bound(constraints.and_then(|constraints| constraints.max_length.as_ref()))
        && length > maximum
    {
        return Err(Error::attribute(given, name, Flaw::LongerThan(maximum)));
    }
    Ok(())
}

/// Whether the text looks like an e-mail address: one `@`, something before it, a domain after it.
pub(crate) fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && !domain.is_empty()
        && !local.contains('@')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether the text is a phone number in E.164: `+` and 1 to 15 digits.
pub(crate) fn is_phone_number(value: &str) -> bool {
    value.strip_prefix('+').is_some_and(|digits| {
        (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// YYYY-MM-DD, as OpenID Connect defines `birthdate`; the year may be 0000.
fn is_date(value: &str) -> bool {
    let bytes = value.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        value
            .get(range)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?
            .parse::<u32>()
            .ok()
    };
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && number(0..4).is_some()
        && number(5..7).is_some_and(|month| (1..=12).contains(&month))
        && number(8..10).is_some_and(|day| (1..=31).contains(&day))
}

/// Refuses when a required attribute is missing (SignUp).
pub(crate) fn check_required(pool: &Pool, attributes: &BTreeMap<String, String>) -> Result<()> {
    let mut missing = required_missing(pool, attributes).peekable();
    if missing.peek().is_none() {
        return Ok(());
    }
    Err(Error::attributes_missing(missing))
}

/// The required attributes that are not among these; `sub` is the service's own affair.
pub(crate) fn required_missing<'a>(
    pool: &'a Pool,
    attributes: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = &'a str> {
    pool.schema()
        .iter()
        .filter(|schema| schema.required == Some(true))
        .filter_map(|schema| schema.name.as_deref())
        .filter(|name| *name != "sub" && !attributes.contains_key(*name))
}

/// Whether a list of a client names the attribute, `oidc:profile` included.
fn lists(list: &[String], name: &str) -> bool {
    list.iter()
        .any(|entry| entry == name || (entry == "oidc:profile" && PROFILE.contains(&name)))
}

/// Whether the client may write an attribute. Verified flags and developer-only attributes are for IAM
/// operations alone; without a list everything else is writable.
pub(crate) fn may_write(client: &Client, name: &str) -> bool {
    if matches!(name, "sub" | "email_verified" | "phone_number_verified")
        || name.starts_with("dev:")
    {
        return false;
    }
    is_writable(client, name)
}

/// Whether an identity provider may write an attribute through the client: verified flags are its to give.
pub(crate) fn may_provider_write(client: &Client, name: &str) -> bool {
    matches!(name, "email_verified" | "phone_number_verified") || is_writable(client, name)
}

fn is_writable(client: &Client, name: &str) -> bool {
    let listed = client.shape.write_attributes.as_ref();
    listed.is_none_or(|list| lists(list, name))
}

/// Refuses attributes that the client may not write.
pub(crate) fn check_writable<'a>(
    client: &Client,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    if names.into_iter().all(|name| may_write(client, name)) {
        return Ok(());
    }
    Err(Error::unauthorized_attribute())
}

/// Whether the client may read an attribute.
pub(crate) fn may_read(client: &Client, name: &str) -> bool {
    if name.starts_with("dev:") {
        return false;
    }
    client
        .shape
        .read_attributes
        .as_ref()
        .is_none_or(|list| name == "sub" || lists(list, name))
}

/// The attributes that the client may read, `sub` first.
pub(crate) fn readable(client: &Client, user: &User) -> Vec<AttributeType> {
    let mut list = vec![attribute_type("sub", &user.sub)];
    list.extend(
        user.attributes
            .iter()
            .filter(|(name, _)| may_read(client, name))
            .map(|(name, value)| attribute_type(name, value)),
    );
    list
}

/// Applies a checked update: a blank value deletes, deleting or changing `email` or `phone_number`
/// takes its verified flag along, unless the flag is in the same update.
pub(crate) fn apply(user: &mut User, update: &BTreeMap<String, Option<String>>) {
    for (name, value) in update {
        let changed = user.attributes.get(name) != value.as_ref();
        match value {
            Some(value) => user.attributes.insert(name.clone(), value.clone()),
            None => user.attributes.remove(name),
        };
        let verified = format!("{name}_verified");
        if changed
            && matches!(name.as_str(), "email" | "phone_number")
            && !update.contains_key(&verified)
        {
            if value.is_some() {
                user.attributes.insert(verified, "false".to_owned());
            } else {
                user.attributes.remove(&verified);
            }
        }
    }
}

/// Removes attributes by name (DeleteUserAttributes, AdminDeleteUserAttributes).
pub(crate) fn delete(pool: &Pool, user: &mut User, names: &[String]) -> Result<()> {
    for name in names {
        let Some(schema) = pool.attribute(name) else {
            return Err(Error::attribute(Given::AtUpdate, name, Flaw::Unknown));
        };
        if schema.required == Some(true) {
            return Err(Error::required_attribute_deleted(name));
        }
        if schema.mutable == Some(false) {
            return Err(Error::attribute(Given::AtUpdate, name, Flaw::Fixed));
        }
        user.attributes.remove(name);
        if matches!(name.as_str(), "email" | "phone_number") {
            user.attributes.remove(&format!("{name}_verified"));
        }
    }
    Ok(())
}
