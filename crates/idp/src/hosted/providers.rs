//! The identity providers among which people choose.

use cenote_model::IdentityProviderTypeType as Type;

use super::Site;
use crate::federation::provider::{OWN_USERS, PER_POOL, Provider, of_identifier};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Result};

/// An identity provider as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Whether everybody knows it.
    pub is_social: bool,
    /// Whether it is one of SAML.
    pub is_saml: bool,
    /// Whether it is found by an identifier, such as the domain of an e-mail address.
    pub is_found: bool,
}

impl Site {
    fn others(&self) -> impl Iterator<Item = &String> {
        let supported = self.client.shape.supported_identity_providers.iter();
        supported.flatten().filter(|name| *name != OWN_USERS)
    }

    /// The providers that the client has, in its order.
    pub async fn providers(&self, cx: &Cx) -> Result<Vec<Choice>> {
        if self.others().next().is_none() {
            return Ok(Vec::new());
        }
        let stored =
            Stored::<Provider>::list(cx, Kind::Provider, &self.pool.id, None, PER_POOL).await?;
        let found = self.others().filter_map(|name| {
            let provider = &stored.iter().find(|it| it.key == *name)?.value;
            Some(Choice {
                name: name.clone(),
                is_social: provider.is_social(),
                is_saml: provider.kind == Type::Saml,
                is_found: !provider.identifiers.is_empty(),
            })
        });
        Ok(found.collect())
    }

    /// The client's provider that an e-mail address leads to, or what is typed in its place.
    pub async fn provider_for(&self, cx: &Cx, typed: &str) -> Result<Option<String>> {
        let domain = typed.rsplit_once('@').map(|(_, domain)| domain);
        for identifier in [Some(typed), domain].into_iter().flatten() {
            let found = of_identifier(cx, &self.pool, identifier).await?;
            if let Some(name) = found.filter(|name| self.others().any(|one| one == name)) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }
}
