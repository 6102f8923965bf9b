//! The users of a pool.

use std::collections::{BTreeMap, BTreeSet};

use cenote_model::Operation;
use serde_json::{Value, json};

use super::super::document::UserSeed;
use super::super::{elements, failed, pages, text, with};
use super::{Outcome, Work};
use crate::config::StartError;

impl Work<'_> {
    pub(super) async fn users(&mut self, wanted: &[UserSeed]) -> Result<(), StartError> {
        let mut kept = BTreeSet::new();
        for seed in wanted {
            let name = text(&seed.input, "Username");
            let outcome = self.user(name, seed, &mut kept).await?;
            self.told(outcome, &format!("user {name}"));
        }
        if self.prune {
            for there in self.all("users", pages::USERS, &json!({})).await? {
                let name = text(&there, "Username");
                if !kept.contains(name) {
                    let what = format!("user {name}");
                    let input = json!({"Username": name});
                    self.call(&what, Operation::AdminDeleteUser, &input).await?;
                    self.told(Outcome::Deleted, &what);
                }
            }
        }
        Ok(())
    }

    async fn user(
        &mut self,
        name: &str,
        seed: &UserSeed,
        kept: &mut BTreeSet<String>,
    ) -> Result<Outcome, StartError> {
        let what = format!("user {name}");
        let key = json!({"Username": name});
        let found = self.find(&what, Operation::AdminGetUser, &key).await?;
        let (there, mut outcome) = if let Some(there) = found {
            let is_new = self.attributes(&what, name, &there, &seed.input).await?;
            let outcome = if is_new {
                Outcome::Updated
            } else {
                Outcome::Unchanged
            };
            (there, outcome)
        } else {
            // Seeds invite nobody, unless they say how.
            let input = if seed.input["DesiredDeliveryMediums"].is_null() {
                with(&seed.input, &json!({"MessageAction": "SUPPRESS"}))
            } else {
                seed.input.clone()
            };
            self.call(&what, Operation::AdminCreateUser, &input).await?;
            let there = self.call(&what, Operation::AdminGetUser, &key).await?;
            (there, Outcome::Created)
        };
        kept.insert(text(&there, "Username").to_owned());
        let mut changed = self.password(&what, &there, name, seed).await?;
        changed |= self.memberships(&what, name, &seed.groups).await?;
        if let Some(enabled) = seed.enabled
            && there["Enabled"] != enabled
        {
            let operation = if enabled {
                Operation::AdminEnableUser
            } else {
                Operation::AdminDisableUser
            };
            self.call(&what, operation, &key).await?;
            changed = true;
        }
        if changed && outcome == Outcome::Unchanged {
            outcome = Outcome::Updated;
        }
        Ok(outcome)
    }

    /// Sets the attributes that differ. Whether there were any.
    async fn attributes(
        &self,
        what: &str,
        name: &str,
        there: &Value,
        wanted: &Value,
    ) -> Result<bool, StartError> {
        let there = by_name(&there["UserAttributes"]);
        let mut differ: Vec<Value> = Vec::new();
        let mut moved = BTreeSet::new();
        for wanted in elements(&wanted["UserAttributes"]) {
            let name = text(wanted, "Name");
            if there.get(name).copied() != wanted["Value"].as_str() {
                differ.push(wanted.clone());
                moved.insert(name);
            }
        }
        // A new address takes the mark of the old one away: it is given again where the seed says so.
        for wanted in elements(&wanted["UserAttributes"]) {
            let mark = text(wanted, "Name");
            let of = mark.strip_suffix("_verified");
            if of.is_some_and(|of| moved.contains(of)) && !moved.contains(mark) {
                differ.push(wanted.clone());
            }
        }
        if differ.is_empty() {
            return Ok(false);
        }
        let input = json!({"Username": name, "UserAttributes": differ});
        self.call(what, Operation::AdminUpdateUserAttributes, &input)
            .await?;
        Ok(true)
    }

    /// Sets the password, if it is not the user's already. Whether it was not.
    async fn password(
        &mut self,
        what: &str,
        there: &Value,
        name: &str,
        seed: &UserSeed,
    ) -> Result<bool, StartError> {
        let Some(password) = &seed.password else {
            return Ok(false);
        };
        if text(there, "UserStatus") == "CONFIRMED" {
            let known = self.door.password_is(&self.pool, name, password).await;
            let known = known
                .map_err(|refusal| failed(&format!("{what} of pool {}", self.shown), &refusal))?;
            match known {
                Some(true) => return Ok(false),
                Some(false) => {}
                None => {
                    let pool = &self.pool;
                    self.note(format!(
                        "left the password of {what} of pool {pool} alone: this service does not \
                         tell whether it is the seed's"
                    ));
                    return Ok(false);
                }
            }
        }
        let input = json!({"Username": name, "Password": password, "Permanent": true});
        self.call(what, Operation::AdminSetUserPassword, &input)
            .await?;
        Ok(true)
    }

    /// Puts the user into groups; with `prune`, takes the user out of all others. Whether anything changed.
    async fn memberships(
        &self,
        what: &str,
        name: &str,
        wanted: &[String],
    ) -> Result<bool, StartError> {
        if wanted.is_empty() && !self.prune {
            return Ok(false);
        }
        let input = json!({"Username": name});
        let there = self.all(what, pages::GROUPS_OF_USER, &input).await?;
        let there: BTreeSet<_> = there.iter().map(|group| text(group, "GroupName")).collect();
        let mut changed = false;
        for group in wanted {
            if !there.contains(group.as_str()) {
                let input = json!({"Username": name, "GroupName": group});
                self.call(what, Operation::AdminAddUserToGroup, &input)
                    .await?;
                changed = true;
            }
        }
        if self.prune {
            for group in there {
                if !wanted.iter().any(|wanted| wanted == group) {
                    let input = json!({"Username": name, "GroupName": group});
                    self.call(what, Operation::AdminRemoveUserFromGroup, &input)
                        .await?;
                    changed = true;
                }
            }
        }
        Ok(changed)
    }
}

fn by_name(attributes: &Value) -> BTreeMap<&str, &str> {
    elements(attributes)
        .map(|attribute| (text(attribute, "Name"), text(attribute, "Value")))
        .collect()
}
