//! What stands beside a pool and its clients: how risks are answered, where logs go, terms, and replicas.

use cenote_model::{Operation, UpdateTermsRequest};
use serde_json::{Value, json};

use super::super::compare::holds;
use super::super::document::{PoolSeed, ReplicaSeed};
use super::super::{
    RISK_MEMBERS, TERMS_NAMES, failed, only, pages, secondaries, shape, text, with,
};
use super::{Outcome, Work};
use crate::config::StartError;

impl Work<'_> {
    /// The risk configurations of the pool and of its clients.
    pub(super) async fn risks(&mut self, seed: &PoolSeed) -> Result<(), StartError> {
        if let Some(wanted) = &seed.risk {
            self.risk("risk configuration", &json!({}), wanted).await?;
        }
        for client in &seed.clients {
            if let Some(wanted) = &client.risk {
                let id = self.client_id(client).await?;
                let what = format!("risk configuration of client {id}");
                self.risk(&what, &json!({"ClientId": id}), wanted).await?;
            }
        }
        Ok(())
    }

    async fn risk(&mut self, what: &str, key: &Value, wanted: &Value) -> Result<(), StartError> {
        let there = self
            .call(what, Operation::DescribeRiskConfiguration, key)
            .await?["RiskConfiguration"]
            .clone();
        let outcome = if holds(&there, wanted) {
            Outcome::Unchanged
        } else {
            // It is set as a whole; what the seed leaves alone stays.
            let whole = with(&only(&there, &RISK_MEMBERS), wanted);
            let set = Operation::SetRiskConfiguration;
            self.call(what, set, &with(key, &whole)).await?;
            Outcome::Updated
        };
        self.told(outcome, what);
        Ok(())
    }

    /// Where the logs of the pool go.
    pub(super) async fn logs(&mut self, wanted: Option<&Value>) -> Result<(), StartError> {
        let Some(wanted) = wanted else { return Ok(()) };
        let what = "log delivery configuration";
        let there = self
            .call(what, Operation::GetLogDeliveryConfiguration, &json!({}))
            .await?;
        let outcome = if holds(&there["LogDeliveryConfiguration"], wanted) {
            Outcome::Unchanged
        } else {
            self.call(what, Operation::SetLogDeliveryConfiguration, wanted)
                .await?;
            Outcome::Updated
        };
        self.told(outcome, what);
        Ok(())
    }

    /// The terms documents of the clients.
    pub(super) async fn terms(&mut self, seed: &PoolSeed) -> Result<(), StartError> {
        for client in &seed.clients {
            if client.terms.is_empty() && !self.prune {
                continue;
            }
            let id = self.client_id(client).await?;
            for name in TERMS_NAMES {
                let wanted = client.terms.iter().find(|it| text(it, "TermsName") == name);
                self.document(&id, name, wanted).await?;
            }
        }
        Ok(())
    }

    async fn document(
        &mut self,
        client: &str,
        name: &str,
        wanted: Option<&Value>,
    ) -> Result<(), StartError> {
        if wanted.is_none() && !self.prune {
            return Ok(());
        }
        let what = format!("{name} of client {client}");
        let key = json!({"ClientId": client, "TermsName": name});
        let describe = Operation::DescribeTermsByClient;
        let asked = self.in_pool(&key);
        let there = match self.door.call(self.region, describe, &asked).await {
            Ok(mut found) => Some(found["Terms"].take()),
            Err(refusal) if refusal.is_absence() => None,
            // Where there is no such thing, there is none too many.
            Err(refusal) if wanted.is_none() && refusal.is_unsupported() => None,
            Err(refusal) => {
                return Err(failed(&format!("{what} of pool {}", self.shown), &refusal));
            }
        };
        let outcome = match (there, wanted) {
            (None, None) => return Ok(()),
            (None, Some(wanted)) => {
                let input = with(&key, wanted);
                self.call(&what, Operation::CreateTerms, &input).await?;
                Outcome::Created
            }
            (Some(there), None) => {
                let input = only(&there, &["TermsId"]);
                self.call(&what, Operation::DeleteTerms, &input).await?;
                Outcome::Deleted
            }
            (Some(there), Some(wanted)) if holds(&there, wanted) => Outcome::Unchanged,
            (Some(there), Some(wanted)) => {
                let update = self.in_pool(&with(&there, wanted));
                let update = shape::project::<UpdateTermsRequest>(&update)
                    .map_err(|error| self.error(&what, &error.to_string()))?;
                self.call(&what, Operation::UpdateTerms, &update).await?;
                Outcome::Updated
            }
        };
        self.told(outcome, &what);
        Ok(())
    }

    /// The replicas of the pool in other Regions.
    pub(super) async fn replicas(&mut self, wanted: &[ReplicaSeed]) -> Result<(), StartError> {
        if wanted.is_empty() && !self.prune {
            return Ok(());
        }
        let all = self.in_pool(&json!({}));
        let there = match pages::all(self.door, self.region, pages::REPLICAS, &all).await {
            Ok(there) => there,
            // Where there is no such thing, there is none too many.
            Err(refusal) if wanted.is_empty() && refusal.is_unsupported() => return Ok(()),
            Err(refusal) => {
                let what = format!("replicas of pool {}", self.shown);
                return Err(failed(&what, &refusal));
            }
        };
        for seed in wanted {
            let region = text(&seed.input, "RegionName");
            let what = format!("replica in {region}");
            let found = secondaries(&there).find(|replica| text(replica, "RegionName") == region);
            let mut outcome = Outcome::Unchanged;
            if found.is_none() {
                self.call(&what, Operation::CreateUserPoolReplica, &seed.input)
                    .await?;
                outcome = Outcome::Created;
            }
            // A new one is not active.
            let status = found.map_or("INACTIVE", |found| text(found, "Status"));
            if let Some(wanted) = seed.status.as_deref().filter(|wanted| *wanted != status) {
                self.turn(&what, region, wanted).await?;
                if outcome == Outcome::Unchanged {
                    outcome = Outcome::Updated;
                }
            }
            self.told(outcome, &what);
        }
        if self.prune {
            for replica in secondaries(&there) {
                let region = text(replica, "RegionName");
                if wanted
                    .iter()
                    .any(|it| text(&it.input, "RegionName") == region)
                {
                    continue;
                }
                let what = format!("replica in {region}");
                if text(replica, "Status") == "ACTIVE" {
                    self.turn(&what, region, "INACTIVE").await?;
                }
                let key = json!({"RegionName": region});
                let delete = Operation::DeleteUserPoolReplica;
                self.call(&what, delete, &key).await?;
                self.told(Outcome::Deleted, &what);
            }
        }
        Ok(())
    }

    /// Turns a replica on or off.
    async fn turn(&self, what: &str, region: &str, status: &str) -> Result<(), StartError> {
        let input = json!({"RegionName": region, "Status": status});
        self.call(what, Operation::UpdateUserPoolReplica, &input)
            .await?;
        Ok(())
    }
}
