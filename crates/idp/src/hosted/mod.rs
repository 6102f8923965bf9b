//! What the sign-in pages of an app client need: which fields they ask for, and the operations behind their
//! forms. These run as they do for anybody else, with the same limits; only the client's secret hash is the
//! page's to make.

mod operations;
mod passkeys;
mod providers;
mod reason;

use std::sync::Arc;

use cenote_model::{
    AttributeDataType, ExplicitAuthFlowsType, TermsType, UserPoolTierType, UsernameAttributeType,
    VerifiedAttributeType,
};

pub use operations::{SentTo, SignedUp};
pub use providers::Choice;
pub use reason::Reason;

pub use crate::user::password::PasswordRule;

use crate::look::of_client;
use crate::message;
use crate::pool::{Client, Pool};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Result};

/// An app client with its pool, as pages see them.
#[derive(Clone)]
pub struct Site {
    pool: Arc<Pool>,
    client: Arc<Client>,
}

/// What people sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A username.
    Username,
    /// The e-mail address in its place.
    Email,
    /// The phone number in its place.
    Phone,
    /// Either of them.
    EmailOrPhone,
}

/// A field of the sign-up form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpField {
    /// The attribute.
    pub name: String,
    /// What its value is.
    pub data_type: AttributeDataType,
}

impl Site {
    /// A client of the pool, if it exists.
    pub async fn find(cx: &Cx, pool: &str, client: &str) -> Result<Option<Self>> {
        let (Some(client), Some(pool)) = (
            cx.service.client(client).await?,
            cx.service.pool(pool).await?,
        ) else {
            return Ok(None);
        };
        Ok((client.pool_id == pool.id).then_some(Self { pool, client }))
    }

    /// The id of the pool.
    pub fn pool_id(&self) -> &str {
        &self.pool.id
    }

    /// The id of the client.
    pub fn client_id(&self) -> &str {
        &self.client.id
    }

    /// The name of the client, which authenticator apps show.
    pub fn client_name(&self) -> &str {
        self.client.shape.client_name.as_deref().unwrap_or_default()
    }

    /// Whether users of the pool itself sign in here.
    pub fn has_local_users(&self) -> bool {
        let providers = self.client.shape.supported_identity_providers.as_deref();
        providers.is_none_or(|providers| providers.iter().any(|provider| provider == "COGNITO"))
    }

    /// Whether the pool has the tier without managed login.
    pub fn is_lite(&self) -> bool {
        self.pool.tier() == UserPoolTierType::Lite
    }

    /// Whether users choose how they sign in.
    pub fn is_choice_based(&self) -> bool {
        self.client
            .check_flow(ExplicitAuthFlowsType::AllowUserAuth)
            .is_ok()
    }

    /// What people sign in with.
    pub fn name_kind(&self) -> NameKind {
        let is = |attribute| self.pool.is_username_attribute(attribute);
        match (
            is(UsernameAttributeType::Email),
            is(UsernameAttributeType::PhoneNumber),
        ) {
            (true, true) => NameKind::EmailOrPhone,
            (true, false) => NameKind::Email,
            (false, true) => NameKind::Phone,
            (false, false) => NameKind::Username,
        }
    }

    /// Whether people may sign up by themselves.
    pub fn signs_up(&self) -> bool {
        !self.pool.is_admin_create_only()
    }

    /// Whether a sign-up can do without a password: users choose how they sign in, and the form asks for an
    /// address that codes go to. `name` is what was filled in to sign in with.
    pub fn signs_up_without_password(&self, name: Option<&str>) -> bool {
        let fields = self.sign_up_fields();
        let asks_for = |contact: &str| {
            let is_name = match self.name_kind() {
                NameKind::Username => false,
                NameKind::Email => contact == "email",
                NameKind::Phone => contact == "phone_number",
                NameKind::EmailOrPhone => {
                    name.is_none_or(|name| name.contains('@') == (contact == "email"))
                }
            };
            is_name || fields.iter().any(|field| field.name == contact)
        };
        self.is_choice_based() && self.pool.contacts_instead_of_password().any(asks_for)
    }

    /// Whether the e-mail of a sign-up has a link in the place of a code.
    pub fn confirms_by_link(&self) -> bool {
        self.pool.confirms_by_link()
    }

    /// Whether people may reset their passwords by themselves.
    pub fn recovers(&self) -> bool {
        message::recovery_order(&self.pool).is_ok()
    }

    /// What a password needs, and whether this one has it.
    pub fn password_rules(&self, password: &str) -> Vec<(PasswordRule, bool)> {
        PasswordRule::of(&self.pool)
            .map(|rule| (rule, rule.is_kept(password)))
            .collect()
    }

    /// What the sign-up form asks for besides name and password: the required attributes, and an address for
    /// the code where none of these is one.
    pub fn sign_up_fields(&self) -> Vec<SignUpField> {
        let kind = self.name_kind();
        let is_name = |name: &str| match kind {
            NameKind::Email => name == "email",
            NameKind::Phone => name == "phone_number",
            NameKind::Username | NameKind::EmailOrPhone => false,
        };
        let mut fields: Vec<SignUpField> = self
            .pool
            .schema()
            .iter()
            .filter(|attribute| attribute.required == Some(true))
            .filter_map(|attribute| {
                let name = attribute.name.clone()?;
                let data_type = attribute.attribute_data_type?;
                (name != "sub" && !is_name(&name)).then_some(SignUpField { name, data_type })
            })
            .collect();
        let contacts = [
            VerifiedAttributeType::Email,
            VerifiedAttributeType::PhoneNumber,
        ];
        let mut verified = contacts
            .into_iter()
            .filter(|contact| self.pool.auto_verifies(*contact))
            .map(VerifiedAttributeType::as_str)
            .peekable();
        let first = verified.peek().copied();
        let is_reached = kind == NameKind::EmailOrPhone
            || verified.any(|name| is_name(name) || fields.iter().any(|field| field.name == name));
        if let Some(name) = first.filter(|_| !is_reached) {
            fields.push(SignUpField {
                name: name.to_owned(),
                data_type: AttributeDataType::String,
            });
        }
        fields
    }

    /// The links to terms of use and privacy policy in a language, by its key among the links. Only where the
    /// client has both documents.
    pub async fn terms(&self, cx: &Cx, language: &str) -> Result<Option<(String, String)>> {
        let mut found = Vec::with_capacity(2);
        for name in ["terms-of-use", "privacy-policy"] {
            let key = of_client(&self.client.id, name);
            let Some(pointer) = cx.live(Kind::Terms, &self.pool.id, &key).await? else {
                return Ok(None);
            };
            let stored =
                Stored::<TermsType>::find(cx, Kind::Terms, &self.pool.id, &pointer.doc).await?;
            let link = stored.and_then(|stored| {
                let links = stored.value.links;
                let link = links
                    .get(&format!("cognito:{language}"))
                    .or_else(|| links.get("cognito:default"));
                link.cloned()
            });
            found.extend(link);
        }
        Ok(<[String; 2]>::try_from(found)
            .ok()
            .map(|[terms, privacy]| (terms, privacy)))
    }
}
