//! People at other providers who are users here.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use cenote_model::ProviderUserIdentifierType;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::Said;
use super::provider::{OWN_USERS, Provider};
use crate::pool::Pool;
use crate::ports::{Change, Expect, Kind, Write};
use crate::stored::Stored;
use crate::user::{self, User};
use crate::{Cx, Error, Result};

/// Identities that can be linked to a user.
const PER_USER: usize = 5;

/// Attributes of one provider that can link users.
const ATTRIBUTES_PER_PROVIDER: usize = 5;

/// Names a person by what the provider calls him, whatever the type of the provider.
const SUBJECT: &str = "Cognito_Subject";

/// The user attribute that lists identities.
const IDENTITIES: &str = "identities";

/// An identity as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Linked {
    provider: String,
    attribute: String,
    value: String,
    /// Whose identity it is.
    sub: String,
    /// Whether that user is the profile that the first sign-in with it made.
    #[serde(default)]
    is_profile: bool,
}

/// One entry of the attribute `identities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    user_id: String,
    provider_name: String,
    provider_type: String,
    issuer: Option<String>,
    primary: bool,
    date_created: i64,
}

/// The key of an identity at the provider of this id. Subjects are of any length and form, and so are hidden in a digest; the length
/// of the attribute's name keeps it apart from the value.
fn key(provider_id: &str, attribute: &str, value: &str) -> String {
    let named = format!("{}:{attribute}{value}", attribute.len());
    let hash = digest(&SHA256, named.as_bytes());
    format!("{provider_id}/{}", HEXLOWER.encode(hash.as_ref()))
}

async fn find(
    cx: &Cx,
    pool: &Pool,
    provider_id: &str,
    attribute: &str,
    value: &str,
) -> Result<Option<Stored<Linked>>> {
    let key = key(provider_id, attribute, value);
    Stored::find(cx, Kind::LinkedIdentity, &pool.id, &key).await
}

/// Adds the writes that forget the identities of a user who is deleted.
pub(crate) fn forget(user: &User, change: &mut Change) {
    for key in &user.links {
        change.push(Write::Delete {
            kind: Kind::LinkedIdentity,
            pool: user.pool_id.clone(),
            key: key.clone(),
            expect: Expect::Any,
        });
    }
}

/// Who a request is about: provider, attribute and value.
struct Person<'a> {
    provider: &'a str,
    attribute: Option<&'a str>,
    value: &'a str,
}

impl<'a> Person<'a> {
    fn of(given: &'a ProviderUserIdentifierType) -> Result<Self> {
        fn needed<'a>(value: Option<&'a String>, member: &str) -> Result<&'a str> {
            let value = value.filter(|value| !value.is_empty());
            value
                .map(String::as_str)
                .ok_or_else(|| Error::member_missing(member))
        }
        Ok(Self {
            provider: needed(given.provider_name.as_ref(), "ProviderName")?,
            attribute: given.provider_attribute_name.as_deref(),
            value: needed(
                given.provider_attribute_value.as_ref(),
                "ProviderAttributeValue",
            )?,
        })
    }

    fn is_own(&self) -> bool {
        self.provider.eq_ignore_ascii_case(OWN_USERS)
    }

    /// The attribute, which has to be given.
    fn attribute(&self) -> Result<&'a str> {
        let attribute = self.attribute.filter(|name| !name.is_empty());
        attribute.ok_or_else(|| Error::member_missing("ProviderAttributeName"))
    }
}

async fn provider(cx: &Cx, pool: &Pool, name: &str) -> Result<Option<Stored<Provider>>> {
    Stored::find(cx, Kind::Provider, &pool.id, name).await
}

/// The username of a profile that a sign-in at a provider makes.
pub(super) fn profile_name(provider: &str, subject: &str) -> String {
    format!("{provider}_{subject}")
}

/// The user of a person: a local one by name, another by the provider's subject.
async fn destination(cx: &Cx, pool: &Pool, person: &Person<'_>) -> Result<User> {
    if person.is_own() {
        return user::admin_find(cx, pool, person.value).await;
    }
    if let Some(provider) = provider(cx, pool, person.provider).await? {
        let id = &provider.value.id;
        if let Some(linked) = find(cx, pool, id, SUBJECT, person.value).await? {
            return user::admin_find(cx, pool, &linked.value.sub).await;
        }
    }
    user::admin_find(cx, pool, &profile_name(person.provider, person.value)).await
}

/// Links an identity that has no profile yet to a user.
pub(crate) async fn link(
    cx: &Cx,
    pool: &Pool,
    destination_user: &ProviderUserIdentifierType,
    source_user: &ProviderUserIdentifierType,
) -> Result<()> {
    let source = Person::of(source_user)?;
    let destination_user = Person::of(destination_user)?;
    if source.is_own() {
        return Err(Error::source_of_own_users());
    }
    let mut provider = provider(cx, pool, source.provider)
        .await?
        .ok_or_else(|| Error::provider_not_found(source.provider, &pool.id))?;
    let attribute = source.attribute()?;
    let is_mapped = !provider.value.is_social() && provider.value.mapping.contains_key(attribute);
    if attribute != SUBJECT && !is_mapped {
        return Err(Error::link_attribute(attribute));
    }
    let before = destination(cx, pool, &destination_user).await?;
    let id = provider.value.id.clone();
    let stored = find(cx, pool, &id, attribute, source.value).await?;
    if let Some(stored) = stored {
        return Err(if stored.value.is_profile {
            Error::merging()
        } else if stored.value.sub == before.sub {
            Error::linked_already()
        } else {
            Error::linked_to_another()
        });
    }
    let profile = profile_name(source.provider, source.value);
    if attribute == SUBJECT && user::find(cx, pool, &profile).await?.is_some() {
        return Err(Error::merging());
    }
    if before.links.len() - usize::from(before.is_profile) >= PER_USER {
        return Err(Error::too_many_identities(PER_USER));
    }

    let mut change = Change::new();
    if provider.value.link_attributes.insert(attribute.to_owned()) {
        if provider.value.link_attributes.len() > ATTRIBUTES_PER_PROVIDER {
            return Err(Error::too_many_link_attributes(ATTRIBUTES_PER_PROVIDER));
        }
        change.push(provider.update()?);
    }
    let identity = Stored::new(
        Kind::LinkedIdentity,
        &pool.id,
        key(&id, attribute, source.value),
        Linked {
            provider: source.provider.to_owned(),
            attribute: attribute.to_owned(),
            value: source.value.to_owned(),
            sub: before.sub.clone(),
            is_profile: false,
        },
    );
    change.push(identity.insert(cx.now())?);
    let mut after = before.clone();
    let mut listed = identities(&before);
    listed.push(entry(cx, &provider, source.value, false));
    set_identities(&mut after, &listed)?;
    after.links.push(identity.key);
    after.modified_at = cx.now();
    user::update(pool, &before, &after, &mut change)?;
    cx.commit(change).await
}

/// Somebody whom a provider speaks of and who is a user here.
pub(super) struct Found {
    /// The identity by which he is known.
    identity: Stored<Linked>,
    pub(super) user: User,
}

/// Finds the user of somebody: by what the provider calls him, or by an attribute that links users. `mapped`
/// is what the provider says, by the pool's names.
pub(super) async fn recognise(
    cx: &Cx,
    pool: &Pool,
    said: &Said,
    mapped: &BTreeMap<String, String>,
) -> Result<Option<Found>> {
    let provider = &said.provider.value;
    let by_attribute = provider.link_attributes.iter().filter_map(|name| {
        let value = mapped.get(name).filter(|value| !value.is_empty());
        Some((name.as_str(), value?.as_str()))
    });
    let ways = [(SUBJECT, said.subject.as_str())].into_iter();
    for (attribute, value) in ways.chain(by_attribute) {
        let Some(identity) = find(cx, pool, &provider.id, attribute, value).await? else {
            continue;
        };
        let row = cx.service.store.user(&pool.id, &identity.value.sub).await?;
        if let Some(user) = row.map(User::from_row).transpose()? {
            return Ok(Some(Found { identity, user }));
        }
    }
    Ok(None)
}

/// Whether what the provider calls him is somebody's identity here.
pub(super) async fn is_linked(cx: &Cx, pool: &Pool, said: &Said) -> Result<bool> {
    let id = &said.provider.value.id;
    Ok(find(cx, pool, id, SUBJECT, &said.subject).await?.is_some())
}

/// After the first sign-in with an identity that an attribute links, it is known by what the provider calls
/// it.
pub(super) fn note_subject(
    cx: &Cx,
    found: &Found,
    said: &Said,
    user: &mut User,
    change: &mut Change,
) -> Result<()> {
    let old = &found.identity;
    if old.value.attribute == SUBJECT {
        return Ok(());
    }
    let new = identity_of(user, said, false);
    change.push(old.delete());
    change.push(new.insert(cx.now())?);
    user.links.retain(|key| *key != old.key);
    user.links.push(new.key);
    let mut listed = identities(user);
    for entry in &mut listed {
        if entry.provider_name == said.provider.key && entry.user_id == old.value.value {
            entry.user_id.clone_from(&said.subject);
        }
    }
    set_identities(user, &listed)
}

/// Makes a new user the profile of whom the provider speaks of.
pub(super) fn add_profile(
    cx: &Cx,
    said: &Said,
    user: &mut User,
    change: &mut Change,
) -> Result<()> {
    let identity = identity_of(user, said, true);
    change.push(identity.insert(cx.now())?);
    user.links.push(identity.key);
    set_identities(user, &[entry(cx, &said.provider, &said.subject, true)])
}

fn identity_of(user: &User, said: &Said, is_profile: bool) -> Stored<Linked> {
    let provider = &said.provider;
    Stored::new(
        Kind::LinkedIdentity,
        &user.pool_id,
        key(&provider.value.id, SUBJECT, &said.subject),
        Linked {
            provider: provider.key.clone(),
            attribute: SUBJECT.to_owned(),
            value: said.subject.clone(),
            sub: user.sub.clone(),
            is_profile,
        },
    )
}

/// An entry of `identities`.
fn entry(cx: &Cx, provider: &Stored<Provider>, user_id: &str, primary: bool) -> Identity {
    Identity {
        user_id: user_id.to_owned(),
        provider_name: provider.key.clone(),
        provider_type: provider.value.kind.as_str().to_owned(),
        issuer: provider.value.issuer(),
        primary,
        date_created: cx.now(),
    }
}

/// Unlinks an identity, or takes the password away from a local user.
pub(crate) async fn disable(
    cx: &Cx,
    pool: &Pool,
    given: &ProviderUserIdentifierType,
) -> Result<()> {
    let person = Person::of(given)?;
    let attribute = person.attribute()?;
    if person.is_own() {
        if attribute != SUBJECT {
            return Err(Error::link_attribute(attribute));
        }
        let before = user::admin_find(cx, pool, person.value).await?;
        let mut after = before.clone();
        after.password = None;
        return user::save(cx, pool, &before, after).await;
    }
    let provider = provider(cx, pool, person.provider)
        .await?
        .ok_or_else(|| Error::provider_not_found(person.provider, &pool.id))?;
    let stored = find(cx, pool, &provider.value.id, attribute, person.value)
        .await?
        .ok_or_else(Error::user_not_found)?;
    let before = user::admin_find(cx, pool, &stored.value.sub).await?;
    let mut after = before.clone();
    let mut listed = identities(&before);
    listed.retain(|it| it.provider_name != person.provider || it.user_id != person.value);
    set_identities(&mut after, &listed)?;
    after.links.retain(|key| *key != stored.key);
    after.modified_at = cx.now();
    let mut change = Change::new().with(stored.delete());
    user::update(pool, &before, &after, &mut change)?;
    cx.commit(change).await
}

fn identities(user: &User) -> Vec<Identity> {
    user.attribute(IDENTITIES)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

fn set_identities(user: &mut User, listed: &[Identity]) -> Result<()> {
    if listed.is_empty() {
        user.attributes.remove(IDENTITIES);
        return Ok(());
    }
    let text = serde_json::to_string(listed).map_err(|error| Error::internal(error.to_string()))?;
    user.attributes.insert(IDENTITIES.to_owned(), text);
    Ok(())
}
