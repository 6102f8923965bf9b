//! Claims of a provider from all that it says: the ID token's go before those of the user info.

use std::collections::BTreeMap;

use cenote_model::IdentityProviderTypeType as Type;
use serde_json::{Map, Value};

use crate::federation::provider::Provider;
use crate::federation::said::{self, TOKENS};
use crate::{Error, Result};

pub(super) struct Claims<'a> {
    provider: &'a Provider,
    /// What the ID token calls him.
    subject: Option<String>,
    said: Map<String, Value>,
}

impl<'a> Claims<'a> {
    /// Those of an ID token, of which there may be none.
    pub(super) fn new(provider: &'a Provider, id_claims: &Map<String, Value>) -> Self {
        let subject = id_claims.get("sub").and_then(Value::as_str);
        Self {
            provider,
            subject: subject.map(str::to_owned),
            said: id_claims.clone(),
        }
    }

    /// Adds the name that comes along when somebody first signs in with Apple: never again, and unsigned.
    pub(super) fn add_apple_name(&mut self, user: Option<&str>) {
        let user: Option<Value> = user.and_then(|user| serde_json::from_str(user).ok());
        let name = user.as_ref().and_then(|user| user.get("name"));
        let part = |part: &str| Some(name?.get(part)?.as_str()?.trim().to_owned());
        let (first, last) = (part("firstName"), part("lastName"));
        let whole = [first.as_deref(), last.as_deref()];
        let whole: Vec<&str> = whole
            .into_iter()
            .flatten()
            .filter(|it| !it.is_empty())
            .collect();
        if !whole.is_empty() {
            self.add("name", whole.join(" ").into());
        }
        for (claim, value) in [("firstName", first), ("lastName", last)] {
            if let Some(value) = value {
                self.add(claim, value.into());
            }
        }
    }

    fn add(&mut self, name: &str, value: Value) {
        self.said.entry(name).or_insert(value);
    }

    /// Adds the user info, which has to be the same person's (OpenID Connect Core 1.0, 5.3.2).
    pub(super) fn add_user_info(
        &mut self,
        user_info: &Map<String, Value>,
        provider: &str,
    ) -> Result<()> {
        let whose = user_info.get("sub").and_then(Value::as_str);
        let is_oidc = self.provider.kind == Type::Oidc && !user_info.is_empty();
        if is_oidc && whose != self.subject.as_deref() {
            return Err(Error::provider_answer(provider, "user info"));
        }
        for (name, value) in user_info {
            self.add(name, value.clone());
        }
        Ok(())
    }

    /// The names that the mapping asks for and that nothing was said of yet.
    pub(super) fn missing(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.provider.mapping.values().map(String::as_str).collect();
        names.retain(|name| !TOKENS.contains(name) && !self.said.contains_key(*name));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// One as a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        said::text(self.said.get(name)?)
    }

    /// All as texts.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        said::texts(&self.said)
    }
}
