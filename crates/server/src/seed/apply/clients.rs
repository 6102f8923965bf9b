//! The app clients of a pool.

use cenote_model::{Operation, UpdateUserPoolClientRequest};
use serde_json::{Value, json};

use super::super::compare::{client_as_shown, holds};
use super::super::document::ClientSeed;
use super::super::{elements, failed, pages, shape, text, with, without};
use super::{Outcome, Work};
use crate::config::StartError;

/// What an update cannot set.
const OF_CREATION: [&str; 2] = ["GenerateSecret", "ClientSecret"];

impl Work<'_> {
    pub(super) async fn clients(&mut self, wanted: &[ClientSeed]) -> Result<(), StartError> {
        if wanted.is_empty() && !self.prune {
            return Ok(());
        }
        let mut kept = Vec::with_capacity(wanted.len());
        for seed in wanted {
            let name = text(&seed.input, "ClientName");
            let what = format!("client {name}");
            let (id, mut outcome) = match self.find_client(seed).await? {
                Some(id) => {
                    let outcome = self.renew_client(&what, &id, &seed.input).await?;
                    (id, outcome)
                }
                None => (self.create_client(&what, seed).await?, Outcome::Created),
            };
            if let Some(branding) = &seed.branding
                && self.branding(&what, &id, branding).await?
                && outcome == Outcome::Unchanged
            {
                outcome = Outcome::Updated;
            }
            if let Some(sessions) = &seed.sessions
                && self.client_sessions(&what, &id, sessions).await?
                && outcome == Outcome::Unchanged
            {
                outcome = Outcome::Updated;
            }
            self.told(outcome, &what);
            kept.push(id);
        }
        if self.prune {
            for there in self.all("clients", pages::CLIENTS, &json!({})).await? {
                let id = text(&there, "ClientId");
                if !kept.iter().any(|kept| kept == id) {
                    let what = format!("client {}", text(&there, "ClientName"));
                    let input = json!({"ClientId": id});
                    self.call(&what, Operation::DeleteUserPoolClient, &input)
                        .await?;
                    self.told(Outcome::Deleted, &what);
                }
            }
        }
        Ok(())
    }

    /// The id of a client that is there.
    pub(super) async fn client_id(&self, seed: &ClientSeed) -> Result<String, StartError> {
        let found = self.find_client(seed).await?;
        found.ok_or_else(|| self.error(text(&seed.input, "ClientName"), "it is not there"))
    }

    /// The id of the client, if it is there: the seed's, or that of the client with its name.
    async fn find_client(&self, seed: &ClientSeed) -> Result<Option<String>, StartError> {
        let name = text(&seed.input, "ClientName");
        let what = format!("client {name}");
        if let Some(id) = &seed.id {
            let input = json!({"ClientId": id});
            let found = self
                .find(&what, Operation::DescribeUserPoolClient, &input)
                .await?;
            return Ok(found.map(|_| id.clone()));
        }
        let list = self.all(&what, pages::CLIENTS, &json!({})).await?;
        let named: Vec<_> = list
            .iter()
            .filter(|client| text(client, "ClientName") == name)
            .collect();
        match named[..] {
            [] => Ok(None),
            [one] => Ok(Some(text(one, "ClientId").to_owned())),
            _ => Err(self.error(
                &what,
                "several clients have this name; give the ClientId of the one that is meant",
            )),
        }
    }

    async fn create_client(&self, what: &str, seed: &ClientSeed) -> Result<String, StartError> {
        let input = self.in_pool(&seed.input);
        let operation = Operation::CreateUserPoolClient;
        let made = match &seed.id {
            Some(id) => self.door.create(self.region, operation, id, &input).await,
            None => self.door.call(self.region, operation, &input).await,
        };
        let made =
            made.map_err(|refusal| failed(&format!("{what} of pool {}", self.shown), &refusal))?;
        Ok(text(&made["UserPoolClient"], "ClientId").to_owned())
    }

    async fn renew_client(
        &self,
        what: &str,
        id: &str,
        wanted: &Value,
    ) -> Result<Outcome, StartError> {
        let key = json!({"ClientId": id});
        let there = self
            .call(what, Operation::DescribeUserPoolClient, &key)
            .await?["UserPoolClient"]
            .clone();
        let mut outcome = Outcome::Unchanged;
        if !holds(&there, &client_as_shown(&without(wanted, &OF_CREATION))) {
            let update = with(&there, &without(wanted, &OF_CREATION));
            let update = shape::project::<UpdateUserPoolClientRequest>(&self.in_pool(&update))
                .map_err(|error| self.error(what, &error.to_string()))?;
            self.call(what, Operation::UpdateUserPoolClient, &update)
                .await?;
            outcome = Outcome::Updated;
        }
        if wanted["GenerateSecret"] == true && text(&there, "ClientSecret").is_empty() {
            self.call(what, Operation::AddUserPoolClientSecret, &key)
                .await?;
            outcome = Outcome::Updated;
        }
        let secret = text(wanted, "ClientSecret");
        if !secret.is_empty() && text(&there, "ClientSecret") != secret {
            self.replace_secret(what, &key, secret).await?;
            outcome = Outcome::Updated;
        }
        Ok(outcome)
    }

    /// Makes this the only secret of a client. There is room for two: the older one goes first where there
    /// are two, and the other when the new one is there.
    async fn replace_secret(
        &self,
        what: &str,
        key: &Value,
        secret: &str,
    ) -> Result<(), StartError> {
        let list = self
            .call(what, Operation::ListUserPoolClientSecrets, key)
            .await?;
        let mut ids = elements(&list["ClientSecrets"])
            .map(|secret| with(key, &json!({"ClientSecretId": secret["ClientSecretId"]})))
            .collect::<Vec<_>>();
        let delete = Operation::DeleteUserPoolClientSecret;
        while ids.len() > 1 {
            self.call(what, delete, &ids.remove(0)).await?;
        }
        let new = with(key, &json!({"ClientSecret": secret}));
        self.call(what, Operation::AddUserPoolClientSecret, &new)
            .await?;
        for old in ids {
            self.call(what, delete, &old).await?;
        }
        Ok(())
    }

    /// Sets for how long a client reuses an SSO session, if it differs. Whether it did.
    async fn client_sessions(
        &self,
        what: &str,
        id: &str,
        wanted: &Value,
    ) -> Result<bool, StartError> {
        let key = json!({"ClientId": id});
        let get = Operation::GetUserPoolClientSessionConfiguration;
        if holds(&self.call(what, get, &key).await?, wanted) {
            return Ok(false);
        }
        let set = Operation::SetUserPoolClientSessionConfiguration;
        self.call(what, set, &with(&key, wanted)).await?;
        Ok(true)
    }

    /// Sets the managed login branding of a client, if it differs. Whether it did.
    async fn branding(&self, what: &str, id: &str, wanted: &Value) -> Result<bool, StartError> {
        let key = json!({"ClientId": id});
        let found = self
            .find(what, Operation::DescribeManagedLoginBrandingByClient, &key)
            .await?;
        let Some(found) = found else {
            let input = with(&key, wanted);
            self.call(what, Operation::CreateManagedLoginBranding, &input)
                .await?;
            return Ok(true);
        };
        let there = &found["ManagedLoginBranding"];
        if holds(there, wanted) {
            return Ok(false);
        }
        let branding = json!({"ManagedLoginBrandingId": there["ManagedLoginBrandingId"]});
        let input = with(&branding, wanted);
        self.call(what, Operation::UpdateManagedLoginBranding, &input)
            .await?;
        Ok(true)
    }
}
