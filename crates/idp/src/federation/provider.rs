//! An identity provider: what is stored, and the rules of its settings.

use std::collections::{BTreeMap, BTreeSet};

use cenote_model::{IdentityProviderType, IdentityProviderTypeType as Type, Timestamp};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::certificate::Certified;
use super::details::{self, Details};
use super::fetched::Fetched;
use super::metadata::{self, Metadata};
use super::said::TOKENS;
use crate::crypto::Purpose;
use crate::pool::Pool;
use crate::ports::Kind;
use crate::stored::Stored;
use crate::token::Level;
use crate::{Cx, Error, Result};

/// The provider that every pool has: its own users.
pub(crate) const OWN_USERS: &str = "COGNITO";

/// Identity providers of a pool.
pub(crate) const PER_POOL: usize = 300;

/// The details that are sealed, and whether they are shown again.
const SECRETS: [(&str, bool); 2] = [("client_secret", true), ("private_key", false)];

/// What `username` of a user from a provider comes from; it cannot be mapped otherwise.
pub(super) const USERNAME: &str = "username";

/// Attributes that no provider writes.
const UNMAPPED: [&str; 2] = ["sub", "identities"];

/// A provider as it is stored, by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provider {
    /// Random, so that a provider made later under the same name does not inherit this one's people.
    pub(crate) id: String,
    pub(crate) kind: Type,
    /// All but the secrets.
    pub(crate) details: Details,
    /// Sealed, base64.
    #[serde(default)]
    secrets: Details,
    /// Pool attribute to the provider's claim or attribute.
    pub(crate) mapping: BTreeMap<String, String>,
    pub(crate) identifiers: Vec<String>,
    #[serde(default)]
    pub(crate) acr: BTreeMap<String, String>,
    /// The attributes by which people were linked.
    #[serde(default)]
    pub(crate) link_attributes: BTreeSet<String>,
    /// The metadata of a SAML provider that has an address for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Fetched>,
    /// What a SAML provider encrypts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encryption: Option<Certified>,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    /// Milliseconds since the epoch.
    pub(crate) modified_at: i64,
}

/// What the record of an identifier holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Identifier {
    pub(crate) provider: String,
}

/// The name of the provider that has this identifier.
pub(crate) async fn of_identifier(
    cx: &Cx,
    pool: &Pool,
    identifier: &str,
) -> Result<Option<String>> {
    let kind = Kind::ProviderIdentifier;
    let named = Stored::<Identifier>::find(cx, kind, &pool.id, identifier).await?;
    Ok(named.map(|named| named.value.provider))
}

/// The settings that both Create and Update take.
pub(crate) struct Settings<'a> {
    pub(crate) details: Option<&'a Details>,
    pub(crate) mapping: Option<&'a BTreeMap<String, String>>,
    pub(crate) identifiers: Option<&'a Vec<String>>,
    pub(crate) acr: Option<&'a BTreeMap<String, String>>,
}

impl Provider {
    /// A provider without settings.
    pub(crate) fn new(kind: Type, id: String, now: i64) -> Self {
        Self {
            id,
            kind,
            details: Details::new(),
            secrets: Details::new(),
            mapping: BTreeMap::new(),
            identifiers: Vec::new(),
            acr: BTreeMap::new(),
            link_attributes: BTreeSet::new(),
            metadata: None,
            encryption: None,
            created_at: now,
            modified_at: now,
        }
    }

    /// Takes over the settings that are given and keeps the others.
    pub(crate) fn set(&mut self, cx: &Cx, pool: &Pool, given: &Settings<'_>) -> Result<()> {
        if let Some(details) = given.details {
            self.set_details(cx, pool, details)?;
        }
        if let Some(mapping) = given.mapping {
            check_mapping(pool, mapping)?;
            self.mapping.clone_from(mapping);
        }
        let source = match self.kind {
            Type::Saml => None,
            Type::Facebook => Some("id"),
            Type::LoginWithAmazon => Some("user_id"),
            Type::Google | Type::SignInWithApple | Type::Oidc => Some("sub"),
        };
        // Whatever was given for it: the username is not open to mapping.
        self.mapping.remove(USERNAME);
        if let Some(source) = source {
            self.mapping.insert(USERNAME.to_owned(), source.to_owned());
        }
        if let Some(identifiers) = given.identifiers {
            self.identifiers.clone_from(identifiers);
            self.identifiers.sort_unstable();
            self.identifiers.dedup();
        }
        if let Some(acr) = given.acr {
            if self.kind != Type::Oidc && !acr.is_empty() {
                return Err(Error::acr_mapping_not_oidc());
            }
            self.acr.clone_from(acr);
        }
        self.modified_at = cx.now();
        Ok(())
    }

    fn set_details(&mut self, cx: &Cx, pool: &Pool, given: &Details) -> Result<()> {
        let mut given = given.clone();
        for (name, is_shown) in SECRETS {
            // What is never shown cannot be sent back.
            if !is_shown
                && !given.contains_key(name)
                && let Some(secret) = self.secret(cx, pool, name)?
            {
                given.insert(name.to_owned(), secret);
            }
        }
        let mut details = details::settle(self.kind, &given)?;
        self.secrets.clear();
        for (name, _) in SECRETS {
            if let Some(secret) = details.remove(name) {
                let sealed = cx.service.sealer.seal(
                    Purpose::ProviderSecret,
                    pool.id.as_bytes(),
                    secret.as_bytes(),
                    &*cx.service.entropy,
                );
                self.secrets.insert(name.to_owned(), BASE64.encode(&sealed));
            }
        }
        self.details = details;
        Ok(())
    }

    /// A secret in the clear.
    pub(super) fn secret(&self, cx: &Cx, pool: &Pool, name: &str) -> Result<Option<String>> {
        let Some(sealed) = self.secrets.get(name) else {
            return Ok(None);
        };
        let plain = BASE64
            .decode(sealed.as_bytes())
            .ok()
            .and_then(|bytes| {
                let keys = &cx.service.sealer;
                let owner = pool.id.as_bytes();
                keys.open(Purpose::ProviderSecret, owner, &bytes).ok()
            })
            .and_then(|plain| String::from_utf8(plain.to_vec()).ok())
            .ok_or_else(|| Error::internal(format!("{name} of a provider does not open")))?;
        Ok(Some(plain))
    }

    /// Whether answers of the provider are encrypted, and it needs a key to do so.
    pub(crate) fn wants_encryption(&self) -> bool {
        self.is_on("EncryptedResponses")
    }

    /// Whether a flag of a SAML provider is set.
    pub(super) fn is_on(&self, flag: &str) -> bool {
        self.kind == Type::Saml && self.detail(flag) == Some("true")
    }

    /// What counts of the metadata document of a SAML provider, as far as it is known.
    pub(super) fn metadata(&self) -> Option<Metadata> {
        let fetched = self.metadata.as_ref().map(|read| read.text.as_str());
        metadata::read(fetched.or_else(|| self.detail("MetadataFile"))?)
    }

    /// Shows where a SAML provider takes requests.
    pub(super) fn show_endpoints(&mut self, metadata: &Metadata) {
        details::show_endpoints(&mut self.details, metadata);
    }

    /// A detail that is no secret, if it says something.
    pub(super) fn detail(&self, name: &str) -> Option<&str> {
        let value = self.details.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// What the provider calls a level.
    pub(super) fn acr_of(&self, level: Level) -> Option<&str> {
        self.acr.get(&level.key()).map(String::as_str)
    }

    /// The level of what a provider calls so; what is not mapped is the lowest.
    pub(super) fn level_of(&self, acr: Option<&str>) -> Level {
        let levels = Level::ALL.into_iter().rev();
        let mut named = levels.filter(|level| acr.is_some() && self.acr_of(*level) == acr);
        named.next().unwrap_or(Level::Level1)
    }

    /// What `identities` names as the issuer; social providers have none.
    pub(crate) fn issuer(&self) -> Option<String> {
        match self.kind {
            Type::Oidc => self.details.get("oidc_issuer").cloned(),
            Type::Saml => Some(self.metadata()?.entity_id),
            _ => None,
        }
    }

    /// Whether the provider is one that everybody knows, so that people are known by its own subject.
    pub(crate) const fn is_social(&self) -> bool {
        !matches!(self.kind, Type::Oidc | Type::Saml)
    }

    /// The shape of Describe.
    pub(crate) fn shape(&self, cx: &Cx, pool: &Pool, name: &str) -> Result<IdentityProviderType> {
        let mut details = self.details.clone();
        for (secret, is_shown) in SECRETS {
            if is_shown && let Some(plain) = self.secret(cx, pool, secret)? {
                details.insert(secret.to_owned(), plain);
            }
        }
        if let Some(encryption) = &self.encryption
            && self.wants_encryption()
        {
            details.insert(
                "ActiveEncryptionCertificate".to_owned(),
                encryption.certificate.clone(),
            );
        }
        Ok(IdentityProviderType {
            user_pool_id: Some(pool.id.clone()),
            provider_name: Some(name.to_owned()),
            provider_type: Some(self.kind),
            provider_details: Some(details),
            attribute_mapping: Some(self.mapping.clone()),
            idp_identifiers: Some(self.identifiers.clone()),
            acr_mapping: (!self.acr.is_empty()).then(|| self.acr.clone()),
            last_modified_date: Some(Timestamp(self.modified_at)),
            creation_date: Some(Timestamp(self.created_at)),
        })
    }
}

/// Checks a new name against the type: a social provider bears the name of its type.
pub(crate) fn check_name(name: &str, of: Type) -> Result<()> {
    let social = [
        Type::Facebook,
        Type::Google,
        Type::LoginWithAmazon,
        Type::SignInWithApple,
    ];
    let is_good = if social.contains(&of) {
        name == of.as_str()
    } else {
        !name.eq_ignore_ascii_case(OWN_USERS) && !social.iter().any(|it| it.as_str() == name)
    };
    if is_good {
        Ok(())
    } else {
        Err(Error::provider_type(name, of))
    }
}

/// Checks that the attributes of a mapping are the pool's.
fn check_mapping(pool: &Pool, mapping: &BTreeMap<String, String>) -> Result<()> {
    for (attribute, claim) in mapping {
        if attribute == USERNAME {
            continue;
        }
        if pool.attribute(attribute).is_none() {
            return Err(Error::mapped_attribute(attribute));
        }
        let is_token = TOKENS.contains(&claim.as_str());
        let is_custom = attribute.starts_with("custom:");
        if UNMAPPED.contains(&attribute.as_str()) || (is_token && !is_custom) {
            return Err(Error::mapped_attribute_fixed(attribute));
        }
    }
    Ok(())
}
