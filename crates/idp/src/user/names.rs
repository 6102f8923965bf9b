//! Sign-in names: which names belong to a user, and how names compare.

use std::collections::{BTreeMap, BTreeSet};

use cenote_model::{AliasAttributeType, UserStatusType, UsernameAttributeType};
use uuid::Uuid;

use super::User;
use super::attributes::{is_email, is_phone_number};
use crate::Cx;
use crate::crypto::Purpose;
use crate::pool::Pool;
use crate::ports::{Change, CommitError};
use crate::{Error, Result};

/// The longest name that is a database key as it is, in bytes; PostgreSQL indexes no more than 2,700.
const MAX_KEY: usize = 1024;

/// How a digest begins.
const DIGESTED: &str = "sha256 ";

/// The form in which names are compared: lower case in pools that ignore case. An alias may be longer than
/// a database key, and is compared by its digest then.
pub(crate) fn normalise(pool: &Pool, name: &str) -> String {
    let name = if pool.is_case_sensitive() {
        name.to_owned()
    } else {
        name.to_lowercase()
    };
    // What looks like a digest is digested too, or it would be the name of whoever has the long one.
    if name.len() <= MAX_KEY && !name.starts_with(DIGESTED) {
        return name;
    }
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
    format!(
        "{DIGESTED}{}",
        data_encoding::HEXLOWER.encode(hash.as_ref())
    )
}

/// Whether the text has the form of a `sub`: 8-4-4-4-12 lower-case hex digits.
pub(crate) fn is_uuid_shaped(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// Every name that the user signs in with, beside `sub`:
/// - profiles of people at providers: the username;
/// - pools with username attributes: those attributes, verified or not;
/// - otherwise the username, verified e-mail and phone aliases, and `preferred_username` once confirmed.
pub(crate) fn of(pool: &Pool, user: &User) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        names.insert(normalise(pool, name));
    };
    // Who came from a provider is known by his username alone: his addresses may be a local user's too.
    if user.is_profile {
        add(&user.username);
        return names;
    }
    if pool.has_username_attributes() {
        for attribute in [
            UsernameAttributeType::Email,
            UsernameAttributeType::PhoneNumber,
        ] {
            if pool.is_username_attribute(attribute)
                && let Some(value) = user.attribute(attribute.as_str())
            {
                add(value);
            }
        }
        return names;
    }
    add(&user.username);
    for alias in [AliasAttributeType::Email, AliasAttributeType::PhoneNumber] {
        if pool.is_alias(alias)
            && user.has_verified(alias.as_str())
            && let Some(value) = user.attribute(alias.as_str())
        {
            add(value);
        }
    }
    if pool.is_alias(AliasAttributeType::PreferredUsername)
        && user.status != UserStatusType::Unconfirmed
        && let Some(value) = user.attribute("preferred_username")
    {
        add(value);
    }
    names
}

/// The attribute of `user` that a taken name came from; `None` when it is the username itself.
pub(crate) fn attribute_of(pool: &Pool, user: &User, name: &str) -> Option<&'static str> {
    // Where usernames are chosen, many people choose what is in one of their attributes.
    if !pool.has_username_attributes() && normalise(pool, &user.username) == name {
        return None;
    }
    ["email", "phone_number", "preferred_username"]
        .into_iter()
        .find(|attribute| {
            user.attribute(attribute)
                .is_some_and(|value| normalise(pool, value) == name)
        })
}

/// Takes aliases away from whoever holds them: the attributes stay, but are no longer verified, and no
/// longer sign in. The writes go before those that claim the names.
pub(crate) async fn take_over_all(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    attributes: &[&str],
    change: &mut Change,
) -> Result<()> {
    // One owner may hold several of them, and can be written only once in a change.
    let mut owners: BTreeMap<String, (User, User)> = BTreeMap::new();
    for attribute in attributes {
        let is_alias =
            AliasAttributeType::parse(attribute).is_some_and(|alias| pool.is_alias(alias));
        let Some(value) = user.attribute(attribute).filter(|_| is_alias) else {
            continue;
        };
        let name = normalise(pool, value);
        let Some(row) = cx.service.store.user_by_name(&pool.id, &name).await? else {
            continue;
        };
        let owner = User::from_row(row)?;
        // A name that is held in another way (as a username) stays where it is.
        let holds = |value: &str| normalise(pool, value) == name;
        if owner.sub == user.sub || !owner.attribute(attribute).is_some_and(holds) {
            continue;
        }
        let (_, after) = owners
            .entry(owner.sub.clone())
            .or_insert_with(|| (owner.clone(), owner));
        after
            .attributes
            .insert(format!("{attribute}_verified"), "false".to_owned());
        after.modified_at = cx.now();
    }
    for (before, after) in owners.values() {
        super::update(pool, before, after, change)?;
    }
    Ok(())
}

/// Takes one alias away from whoever holds it: see [`take_over_all`].
pub(crate) async fn take_over(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    attribute: &str,
    change: &mut Change,
) -> Result<()> {
    take_over_all(cx, pool, user, &[attribute], change).await
}

/// Whether the attribute serves as the username in this pool.
pub(crate) fn is_username_attribute(pool: &Pool, attribute: &str) -> bool {
    UsernameAttributeType::parse(attribute)
        .is_some_and(|attribute| pool.is_username_attribute(attribute))
}

/// The `sub` and the immutable username of a new user who gave `typed` as his name. In pools with
/// username attributes the username is the `sub`, and what was typed becomes that attribute's value.
pub(crate) fn identify(
    cx: &Cx,
    pool: &Pool,
    typed: &str,
    attributes: &mut BTreeMap<String, String>,
) -> Result<(String, String)> {
    let sub = new_sub(cx);
    let form = if is_email(typed) {
        Some("email")
    } else if is_phone_number(typed) {
        Some("phone_number")
    } else {
        None
    };
    if pool.has_username_attributes() {
        let Some(form) = form.filter(|form| is_username_attribute(pool, form)) else {
            return Err(Error::username_form(
                is_username_attribute(pool, "email"),
                is_username_attribute(pool, "phone_number"),
            ));
        };
        attributes.insert(form.to_owned(), typed.to_owned());
        return Ok((sub.clone(), sub));
    }
    if let Some(form) = form
        && AliasAttributeType::parse(form).is_some_and(|alias| pool.is_alias(alias))
    {
        return Err(Error::username_shaped_like_alias(form));
    }
    Ok((sub, normalise(pool, typed)))
}

/// Whether somebody else signs in with this value of an alias or username attribute.
pub(crate) async fn is_taken(cx: &Cx, pool: &Pool, sub: &str, value: &str) -> Result<bool> {
    let owner = cx
        .service
        .store
        .user_by_name(&pool.id, &normalise(pool, value))
        .await?;
    Ok(owner.is_some_and(|owner| owner.sub != sub))
}

/// Maps the refusal of a change that claims names.
pub(crate) fn refused(error: CommitError, taken: impl FnOnce(&str) -> Error) -> Error {
    match error {
        CommitError::NameTaken { name } => taken(&name),
        other => other.into(),
    }
}

/// A new `sub`: UUID-shaped; its third group starts with `70`, as the real service's have since 2023.
pub(crate) fn new_sub(cx: &Cx) -> String {
    sub_shaped(*cx.uuid().as_bytes())
}

/// The `sub` of a user who does not exist: derived from pool and name, so that it never changes.
pub(crate) fn invented_sub(cx: &Cx, pool: &Pool, name: &str) -> String {
    let text = format!("sub\0{}\0{}", pool.id, normalise(pool, name));
    let mac = cx
        .service
        .sealer
        .lasting_mac(Purpose::Invented, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac[..16]);
    sub_shaped(bytes)
}

fn sub_shaped(mut bytes: [u8; 16]) -> String {
    bytes[6] = 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes).to_string()
}
