//! User pools: what is stored, and the rules that follow from a pool's settings.

mod client;
pub(crate) mod domain;
pub(crate) mod schema;
pub(crate) mod scopes;
pub(crate) mod tags;

pub(crate) use client::{Client, ClientSecret};

use cenote_model::{
    AliasAttributeType, AuthFactorType, DefaultEmailOptionType, EmailMfaConfigType,
    LogConfigurationType, PasswordPolicyType, SchemaAttributeType, SoftwareTokenMfaConfigType,
    UserPoolMfaType, UserPoolTierType, UserPoolType, UsernameAttributeType, VerifiedAttributeType,
    WebAuthnConfigurationType,
};
use serde::{Deserialize, Serialize};

use crate::ports::{Change, Expect, Kind, Record, Write};
use crate::user::mfa::Factor;
use crate::{Cx, Error, Result};

/// What SetUserPoolMfaConfig keeps beside the pool's own members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MfaSettings {
    pub(crate) software_token: Option<SoftwareTokenMfaConfigType>,
    pub(crate) email: Option<EmailMfaConfigType>,
    pub(crate) web_authn: Option<WebAuthnConfigurationType>,
}

/// What SetUserPoolSessionConfiguration keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionSettings {
    /// Whether the sessions of users are tracked.
    pub(crate) tracking: bool,
    /// The token sessions that a user may have at a time.
    pub(crate) max_per_user: i32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            tracking: false,
            max_per_user: 20,
        }
    }
}

impl SessionSettings {
    /// The number of token sessions that a user may have: at least one, by the model's bounds.
    pub(crate) fn max_per_user(&self) -> usize {
        usize::try_from(self.max_per_user).unwrap_or(1)
    }
}

/// A user pool as it is stored: the very shape that DescribeUserPool answers, and what it does not show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) shape: UserPoolType,
    pub(crate) mfa: MfaSettings,
    pub(crate) sessions: SessionSettings,
    /// Which logs it delivers, and where to.
    pub(crate) logs: Vec<LogConfigurationType>,
    pub(crate) version: i64,
}

#[derive(Serialize, Deserialize)]
struct PoolDoc {
    schema: u32,
    shape: UserPoolType,
    mfa: MfaSettings,
    #[serde(default)]
    sessions: SessionSettings,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    logs: Vec<LogConfigurationType>,
}

/// The version of the stored document.
const DOC_SCHEMA: u32 = 1;

impl Pool {
    pub(crate) fn from_record(record: &Record) -> Result<Self> {
        let doc: PoolDoc = serde_json::from_str(&record.doc)
            .map_err(|error| Error::internal(format!("pool {}: {error}", record.key)))?;
        Ok(Self {
            id: record.key.clone(),
            region: record.pool.clone(),
            shape: doc.shape,
            mfa: doc.mfa,
            sessions: doc.sessions,
            logs: doc.logs,
            version: record.version,
        })
    }

    /// The write that stores it.
    pub(crate) fn put(&self, expect: Expect) -> Result<Write> {
        let doc = PoolDoc {
            schema: DOC_SCHEMA,
            shape: self.shape.clone(),
            mfa: self.mfa.clone(),
            sessions: self.sessions.clone(),
            logs: self.logs.clone(),
        };
        Ok(Write::Put {
            kind: Kind::Pool,
            pool: self.region.clone(),
            key: self.id.clone(),
            doc: serde_json::to_string(&doc).map_err(|error| Error::internal(error.to_string()))?,
            expires_at: None,
            expect,
        })
    }

    /// Saves it, unless it has changed since it was read.
    pub(crate) async fn save(&self, cx: &Cx) -> Result<()> {
        cx.commit(Change::new().with(self.put(Expect::Version(self.version))?))
            .await
    }

    /// The precondition that the pool is still there when a change is committed.
    pub(crate) fn require(&self) -> Write {
        Write::Require {
            kind: Kind::Pool,
            pool: self.region.clone(),
            key: self.id.clone(),
            expect: Expect::Present,
        }
    }

    /// The part of the id after `_`: the "pool name" of SRP.
    pub(crate) fn srp_name(&self) -> &str {
        self.id
            .split_once('_')
            .map_or(self.id.as_str(), |(_, name)| name)
    }

    /// Whether user names, e-mail aliases and preferred user names compare by case.
    pub(crate) fn is_case_sensitive(&self) -> bool {
        self.shape
            .username_configuration
            .as_ref()
            .is_none_or(|configuration| configuration.case_sensitive)
    }

    /// Whether people sign in with their e-mail address or phone number in place of a username.
    pub(crate) fn has_username_attributes(&self) -> bool {
        self.shape
            .username_attributes
            .as_ref()
            .is_some_and(|list| !list.is_empty())
    }

    /// Whether this attribute serves as the username.
    pub(crate) fn is_username_attribute(&self, attribute: UsernameAttributeType) -> bool {
        self.shape
            .username_attributes
            .as_ref()
            .is_some_and(|list| list.contains(&attribute))
    }

    /// Whether this attribute is an alias.
    pub(crate) fn is_alias(&self, attribute: AliasAttributeType) -> bool {
        self.shape
            .alias_attributes
            .as_ref()
            .is_some_and(|list| list.contains(&attribute))
    }

    /// Whether the pool sends codes for this attribute by itself.
    pub(crate) fn auto_verifies(&self, attribute: VerifiedAttributeType) -> bool {
        self.shape
            .auto_verified_attributes
            .as_ref()
            .is_some_and(|list| list.contains(&attribute))
    }

    /// Whether the e-mail of a sign-up has a link in the place of a code.
    pub(crate) fn confirms_by_link(&self) -> bool {
        let template = self.shape.verification_message_template.as_ref();
        template.and_then(|template| template.default_email_option)
            == Some(DefaultEmailOptionType::ConfirmWithLink)
    }

    /// Whether a new value of this attribute waits for its verification.
    pub(crate) fn verifies_before_update(&self, attribute: VerifiedAttributeType) -> bool {
        self.shape
            .user_attribute_update_settings
            .as_ref()
            .and_then(|settings| {
                settings
                    .attributes_require_verification_before_update
                    .as_ref()
            })
            .is_some_and(|list| list.contains(&attribute))
    }

    /// The schema entry of an attribute, by its full name (`custom:x`).
    pub(crate) fn attribute(&self, name: &str) -> Option<&SchemaAttributeType> {
        self.schema()
            .iter()
            .find(|attribute| attribute.name.as_deref() == Some(name))
    }

    /// The whole schema.
    pub(crate) fn schema(&self) -> &[SchemaAttributeType] {
        self.shape.schema_attributes.as_deref().unwrap_or_default()
    }

    /// The password policy; every pool has one.
    pub(crate) fn password_policy(&self) -> PasswordPolicyType {
        self.shape
            .policies
            .as_ref()
            .and_then(|policies| policies.password_policy.clone())
            .unwrap_or_default()
    }

    /// How long a temporary password lasts, in milliseconds.
    pub(crate) fn temporary_password_ms(&self) -> i64 {
        let days = self
            .password_policy()
            .temporary_password_validity_days
            .unwrap_or_default();
        let days = if days == 0 { 7 } else { days };
        i64::from(days) * 24 * 60 * 60 * 1000
    }

    /// The pricing tier.
    pub(crate) fn tier(&self) -> UserPoolTierType {
        self.shape
            .user_pool_tier
            .unwrap_or(UserPoolTierType::Essentials)
    }

    /// Refuses what the tier LITE does not have.
    pub(crate) fn require_essentials(&self, feature: &str) -> Result<()> {
        match self.tier() {
            UserPoolTierType::Lite => Err(Error::not_in_tier(UserPoolTierType::Lite, feature)),
            _ => Ok(()),
        }
    }

    /// Whether the pool tracks devices: a configuration, whatever it says, turns that on.
    pub(crate) fn tracks_devices(&self) -> bool {
        self.shape.device_configuration.is_some()
    }

    /// Whether a device that proves itself stands for the second factor.
    pub(crate) fn trusts_devices(&self) -> bool {
        let devices = self.shape.device_configuration.as_ref();
        devices.is_some_and(|devices| devices.challenge_required_on_new_device == Some(true))
    }

    /// Whether a device is remembered only when its user says so.
    pub(crate) fn asks_before_remembering(&self) -> bool {
        let devices = self.shape.device_configuration.as_ref();
        devices.is_some_and(|devices| devices.device_only_remembered_on_user_prompt == Some(true))
    }

    /// The MFA setting.
    pub(crate) fn mfa_configuration(&self) -> UserPoolMfaType {
        self.shape.mfa_configuration.unwrap_or(UserPoolMfaType::Off)
    }

    /// The first factors that it allows.
    pub(crate) fn first_factors(&self) -> &[AuthFactorType] {
        first_factors(&self.shape)
    }

    /// The contacts that take a code as the first factor of a sign-in.
    pub(crate) fn contacts_for_codes(&self) -> impl Iterator<Item = VerifiedAttributeType> {
        [
            (AuthFactorType::EmailOtp, VerifiedAttributeType::Email),
            (AuthFactorType::SmsOtp, VerifiedAttributeType::PhoneNumber),
        ]
        .into_iter()
        .filter(|(factor, _)| self.first_factors().contains(factor))
        .map(|(_, contact)| contact)
    }

    /// Those of them with which a sign-up can do without a password: the pool verifies them by itself.
    pub(crate) fn contacts_instead_of_password(&self) -> impl Iterator<Item = &'static str> {
        self.contacts_for_codes()
            .filter(|contact| self.auto_verifies(*contact))
            .map(VerifiedAttributeType::as_str)
    }

    /// Whether users may register software tokens.
    pub(crate) fn offers_software_tokens(&self) -> bool {
        let configured = self.mfa.software_token.as_ref();
        configured.is_some_and(|tokens| tokens.enabled == Some(true))
    }

    /// Whether it has this second factor.
    pub(crate) fn offers(&self, factor: Factor) -> bool {
        self.mfa_configuration() != UserPoolMfaType::Off
            && match factor {
                // SMS is a factor of every pool with MFA that can send it.
                Factor::Sms => self.shape.sms_configuration.is_some(),
                Factor::SoftwareToken => self.offers_software_tokens(),
                Factor::Email => self.mfa.email.is_some(),
            }
    }

    /// Whether only administrators create users.
    pub(crate) fn is_admin_create_only(&self) -> bool {
        self.shape
            .admin_create_user_config
            .as_ref()
            .is_some_and(|config| config.allow_admin_create_user_only.unwrap_or_default())
    }
}

/// The first factors that a pool allows.
pub(crate) fn first_factors(shape: &UserPoolType) -> &[AuthFactorType] {
    shape
        .policies
        .as_ref()
        .and_then(|policies| policies.sign_in_policy.as_ref())
        .and_then(|policy| policy.allowed_first_auth_factors.as_deref())
        .unwrap_or_default()
}
