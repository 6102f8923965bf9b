//! What a pool has by name, and the API creates, updates and deletes by it.

use cenote_model::{
    DecodeError, Operation, UpdateGroupRequest, UpdateIdentityProviderRequest,
    UpdateResourceServerRequest,
};
use serde_json::{Value, json};

use super::super::compare::{holds, provider_as_shown};
use super::super::pages::{self, Listing};
use super::super::{only, shape, text, with};
use super::{Outcome, Work};
use crate::config::StartError;

/// A kind of thing that a pool has by name.
pub(super) struct Family {
    noun: &'static str,
    /// The member that names it.
    key: &'static str,
    list: Listing,
    /// What shows one of them, when the list does not, and the member of the answer.
    describe: Option<(Operation, &'static str)>,
    create: Operation,
    update: Operation,
    delete: Operation,
    /// Members that only creation can set.
    fixed: &'static [&'static str],
    /// What is wanted as it is shown once it is there.
    as_shown: fn(&Value) -> Value,
    /// Cuts a value down to what an update takes.
    to_update: fn(&Value) -> Result<Value, DecodeError>,
}

pub(super) const RESOURCE_SERVERS: Family = Family {
    noun: "resource server",
    key: "Identifier",
    list: pages::RESOURCE_SERVERS,
    describe: None,
    create: Operation::CreateResourceServer,
    update: Operation::UpdateResourceServer,
    delete: Operation::DeleteResourceServer,
    fixed: &[],
    as_shown: Value::clone,
    to_update: shape::project::<UpdateResourceServerRequest>,
};

pub(super) const PROVIDERS: Family = Family {
    noun: "identity provider",
    key: "ProviderName",
    list: pages::PROVIDERS,
    describe: Some((Operation::DescribeIdentityProvider, "IdentityProvider")),
    create: Operation::CreateIdentityProvider,
    update: Operation::UpdateIdentityProvider,
    delete: Operation::DeleteIdentityProvider,
    fixed: &["ProviderType"],
    as_shown: provider_as_shown,
    to_update: shape::project::<UpdateIdentityProviderRequest>,
};

pub(super) const GROUPS: Family = Family {
    noun: "group",
    key: "GroupName",
    list: pages::GROUPS,
    describe: None,
    create: Operation::CreateGroup,
    update: Operation::UpdateGroup,
    delete: Operation::DeleteGroup,
    fixed: &[],
    as_shown: Value::clone,
    to_update: shape::project::<UpdateGroupRequest>,
};

impl Work<'_> {
    /// Makes the pool have what is wanted of a family. What is `untouched` is never deleted.
    pub(super) async fn family(
        &mut self,
        family: &Family,
        wanted: &[Value],
        untouched: &[String],
    ) -> Result<(), StartError> {
        if wanted.is_empty() && !self.prune {
            return Ok(());
        }
        let there = self.all(family.noun, family.list, &json!({})).await?;
        for wanted in wanted {
            let name = text(wanted, family.key);
            let what = format!("{} {name}", family.noun);
            let found = there.iter().find(|there| text(there, family.key) == name);
            let outcome = match found {
                None => {
                    self.call(&what, family.create, wanted).await?;
                    Outcome::Created
                }
                Some(found) => self.renew(family, &what, found, wanted).await?,
            };
            self.told(outcome, &what);
        }
        if self.prune {
            for there in &there {
                let name = text(there, family.key);
                let is_wanted = wanted.iter().any(|wanted| text(wanted, family.key) == name);
                if !is_wanted && !untouched.iter().any(|untouched| untouched == name) {
                    let what = format!("{} {name}", family.noun);
                    let input = only(there, &[family.key]);
                    self.call(&what, family.delete, &input).await?;
                    self.told(Outcome::Deleted, &what);
                }
            }
        }
        Ok(())
    }

    /// Updates what is there, if it differs.
    async fn renew(
        &self,
        family: &Family,
        what: &str,
        found: &Value,
        wanted: &Value,
    ) -> Result<Outcome, StartError> {
        let there = match family.describe {
            None => found.clone(),
            Some((operation, member)) => {
                let key = only(found, &[family.key]);
                self.call(what, operation, &key).await?[member].clone()
            }
        };
        if holds(&there, &(family.as_shown)(wanted)) {
            return Ok(Outcome::Unchanged);
        }
        for fixed in family.fixed {
            if there[fixed] != wanted[fixed] {
                return Err(self.error(what, &format!("{fixed} cannot be changed")));
            }
        }
        let update = (family.to_update)(&self.in_pool(&with(&there, wanted)))
            .map_err(|error| self.error(what, &error.to_string()))?;
        self.call(what, family.update, &update).await?;
        Ok(Outcome::Updated)
    }
}
