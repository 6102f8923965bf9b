//! The pool itself: its settings, its schema, its factors, its domains and its looks.

use cenote_model::{Operation, UpdateUserPoolDomainRequest, UpdateUserPoolRequest};
use serde_json::{Value, json};

use super::super::compare::{holds, pool_as_shown};
use super::super::document::PoolSeed;
use super::super::{
    elements, failed, members, only, pages, shape, text, with, without, without_empty,
};
use super::{Outcome, Work};
use crate::config::StartError;

/// What only creation can set.
const FIXED: [&str; 3] = [
    "AliasAttributes",
    "UsernameAttributes",
    "UsernameConfiguration",
];

/// The older twins of what a VerificationMessageTemplate says.
const OLDER_MESSAGES: [&str; 3] = [
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
];

impl Work<'_> {
    pub(super) async fn pool_itself(&mut self, seed: &PoolSeed) -> Result<(), StartError> {
        let mut outcome = match self.find_pool(seed).await? {
            Some(id) => {
                self.pool = id;
                self.renew_pool(seed).await?
            }
            None => self.create_pool(seed).await?,
        };
        if let Some(mfa) = &seed.mfa
            && self.factors(seed, mfa).await?
            && outcome == Outcome::Unchanged
        {
            outcome = Outcome::Updated;
        }
        if let Some(wanted) = &seed.sessions {
            let what = "session configuration";
            let there = self
                .call(what, Operation::GetUserPoolSessionConfiguration, &json!({}))
                .await?;
            if !holds(&there, wanted) {
                self.call(what, Operation::SetUserPoolSessionConfiguration, wanted)
                    .await?;
                if outcome == Outcome::Unchanged {
                    outcome = Outcome::Updated;
                }
            }
        }
        self.told(outcome, "");
        Ok(())
    }

    /// The id of the pool, if it is there: by its id where the seed has one, else by its name.
    async fn find_pool(&self, seed: &PoolSeed) -> Result<Option<String>, StartError> {
        if let Some(id) = &seed.id {
            let input = json!({"UserPoolId": id});
            let found = self
                .find("settings", Operation::DescribeUserPool, &input)
                .await?;
            return Ok(found.map(|_| id.clone()));
        }
        let list = pages::all(self.door, self.region, pages::POOLS, &json!({})).await;
        let list = list.map_err(|refusal| failed("the list of pools", &refusal))?;
        let named: Vec<_> = list
            .iter()
            .filter(|pool| text(pool, "Name") == self.shown)
            .collect();
        match named[..] {
            [] => Ok(None),
            [one] => Ok(Some(text(one, "Id").to_owned())),
            _ => Err(self.error(
                "settings",
                "several pools have this name; give the Id of the one that is meant",
            )),
        }
    }

    async fn create_pool(&mut self, seed: &PoolSeed) -> Result<Outcome, StartError> {
        // Factors come first where MFA is required, and can only be set on a pool that is there.
        let input = if seed.mfa.is_some() {
            without(&seed.input, &["MfaConfiguration"])
        } else {
            seed.input.clone()
        };
        let operation = Operation::CreateUserPool;
        let made = match &seed.id {
            Some(id) => self.door.create(self.region, operation, id, &input).await,
            None => self.door.call(self.region, operation, &input).await,
        };
        let made = made.map_err(|refusal| failed(&format!("pool {}", self.shown), &refusal))?;
        text(&made["UserPool"], "Id").clone_into(&mut self.pool);
        Ok(Outcome::Created)
    }

    async fn renew_pool(&self, seed: &PoolSeed) -> Result<Outcome, StartError> {
        let what = "settings";
        let there = self
            .call(what, Operation::DescribeUserPool, &json!({}))
            .await?["UserPool"]
            .clone();
        for fixed in FIXED {
            if !seed.input[fixed].is_null() && !holds(&there[fixed], &seed.input[fixed]) {
                return Err(self.error(what, &format!("{fixed} cannot be changed")));
            }
        }
        let mut outcome = Outcome::Unchanged;
        let missing = self.missing_attributes(&there["SchemaAttributes"], &seed.input["Schema"])?;
        if !missing.is_empty() {
            let input = json!({"CustomAttributes": missing});
            self.call(what, Operation::AddCustomAttributes, &input)
                .await?;
            outcome = Outcome::Updated;
        }
        let mut wanted = without(&seed.input, &FIXED);
        wanted = without(&wanted, &["Schema"]);
        if seed.mfa.is_some() {
            wanted = without(&wanted, &["MfaConfiguration"]);
        }
        let there = with(&there, &json!({"PoolName": there["Name"]}));
        if !holds(&there, &pool_as_shown(&wanted)) {
            let update = self.in_pool(&with(&without_twins(&there, &wanted), &wanted));
            let update = shape::project::<UpdateUserPoolRequest>(&update)
                .map_err(|error| self.error(what, &error.to_string()))?;
            self.call(what, Operation::UpdateUserPool, &update).await?;
            outcome = Outcome::Updated;
        }
        Ok(outcome)
    }

    /// The custom attributes that the pool does not have yet.
    fn missing_attributes(&self, there: &Value, wanted: &Value) -> Result<Vec<Value>, StartError> {
        let mut missing = Vec::new();
        for wanted in elements(wanted) {
            let name = text(wanted, "Name");
            let found = elements(there).find(|there| {
                let full = text(there, "Name");
                full == name
                    || full.strip_prefix("custom:") == Some(name)
                    || full.strip_prefix("dev:custom:") == Some(name)
            });
            match found {
                None => missing.push(wanted.clone()),
                Some(found) if holds(found, &without(wanted, &["Name"])) => {}
                Some(_) => {
                    let text = format!("the attribute {name} cannot be changed");
                    return Err(self.error("schema", &text));
                }
            }
        }
        Ok(missing)
    }

    /// Sets the factors, if they differ. Whether they did.
    async fn factors(&self, seed: &PoolSeed, wanted: &Value) -> Result<bool, StartError> {
        let what = "MFA configuration";
        let state = &seed.input["MfaConfiguration"];
        let wanted = if wanted["MfaConfiguration"].is_null() && !state.is_null() {
            with(wanted, &json!({"MfaConfiguration": state}))
        } else {
            wanted.clone()
        };
        let there = self
            .call(what, Operation::GetUserPoolMfaConfig, &json!({}))
            .await?;
        if holds(&there, &wanted) {
            return Ok(false);
        }
        // Factors are set together; those that the seed leaves alone stay.
        let is_off = text(&wanted, "MfaConfiguration") == "OFF";
        let kept = if is_off {
            only(&there, &["WebAuthnConfiguration"])
        } else {
            there
        };
        self.call(what, Operation::SetUserPoolMfaConfig, &with(&kept, &wanted))
            .await?;
        Ok(true)
    }

    pub(super) async fn domains(&mut self, wanted: &[Value]) -> Result<(), StartError> {
        if wanted.is_empty() && !self.prune {
            return Ok(());
        }
        for wanted in wanted {
            let name = text(wanted, "Domain");
            let what = format!("domain {name}");
            let key = only(wanted, &["Domain"]);
            let there = self
                .call(&what, Operation::DescribeUserPoolDomain, &key)
                .await?["DomainDescription"]
                .clone();
            let outcome = if text(&there, "Domain").is_empty() {
                self.call(&what, Operation::CreateUserPoolDomain, wanted)
                    .await?;
                Outcome::Created
            } else if text(&there, "UserPoolId") != self.pool {
                return Err(self.error(&what, "it is another pool's"));
            } else if holds(&there, wanted) {
                Outcome::Unchanged
            } else {
                let update = self.in_pool(&with(&without_empty(&there), wanted));
                let update = shape::project::<UpdateUserPoolDomainRequest>(&update)
                    .map_err(|error| self.error(&what, &error.to_string()))?;
                self.call(&what, Operation::UpdateUserPoolDomain, &update)
                    .await?;
                Outcome::Updated
            };
            self.told(outcome, &what);
        }
        if self.prune {
            let pool = self
                .call("settings", Operation::DescribeUserPool, &json!({}))
                .await?;
            for member in ["Domain", "CustomDomain"] {
                let name = text(&pool["UserPool"], member);
                if !name.is_empty() && !wanted.iter().any(|it| text(it, "Domain") == name) {
                    let what = format!("domain {name}");
                    let input = json!({"Domain": name});
                    self.call(&what, Operation::DeleteUserPoolDomain, &input)
                        .await?;
                    self.told(Outcome::Deleted, &what);
                }
            }
        }
        Ok(())
    }

    /// The classic looks of the pool and of its clients.
    pub(super) async fn looks(&mut self, seed: &PoolSeed) -> Result<(), StartError> {
        if let Some(wanted) = &seed.ui {
            self.look(wanted, None).await?;
        }
        for client in &seed.clients {
            if let Some(wanted) = &client.ui {
                let id = self.client_id(client).await?;
                self.look(wanted, Some(&id)).await?;
            }
        }
        Ok(())
    }

    async fn look(&mut self, wanted: &Value, client: Option<&str>) -> Result<(), StartError> {
        let what = format!("UI customization of {}", client.unwrap_or("all clients"));
        let key = json!({"ClientId": client.unwrap_or("ALL")});
        let there = self
            .call(&what, Operation::GetUICustomization, &key)
            .await?["UICustomization"]
            .clone();
        // An image cannot be read back: it is set with whatever else differs, or when there is none.
        let has_image = wanted["ImageFile"].is_null() || !there["ImageUrl"].is_null();
        let outcome = if has_image && holds(&there, &without(wanted, &["ImageFile"])) {
            Outcome::Unchanged
        } else {
            self.call(&what, Operation::SetUICustomization, &with(&key, wanted))
                .await?;
            Outcome::Updated
        };
        self.told(outcome, &what);
        Ok(())
    }
}

/// What is there without the older twins of settings: of two twins only one may be given, and the one that
/// the seed gives counts.
fn without_twins(there: &Value, wanted: &Value) -> Value {
    let gives_older = OLDER_MESSAGES.iter().any(|name| !wanted[name].is_null());
    let mut there = if gives_older {
        let template = only(
            &there["VerificationMessageTemplate"],
            &["DefaultEmailOption"],
        );
        with(there, &json!({"VerificationMessageTemplate": template}))
    } else {
        without(there, &OLDER_MESSAGES)
    };
    let config = &wanted["AdminCreateUserConfig"]["UnusedAccountValidityDays"];
    if config.is_null() {
        let config = without(
            &there["AdminCreateUserConfig"],
            &["UnusedAccountValidityDays"],
        );
        there = with(&there, &json!({"AdminCreateUserConfig": config}));
    } else {
        let days = "TemporaryPasswordValidityDays";
        let policies = members(&there["Policies"]).map(|(name, policy)| {
            let policy = without(policy, &[days]);
            (name.clone(), policy)
        });
        let policies: serde_json::Map<_, _> = policies.collect();
        there = with(&there, &json!({"Policies": policies}));
    }
    there
}
