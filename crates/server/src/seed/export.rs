//! A document from what is there: what `apply` needs to make the same again, as far as the API shows it.

use std::collections::BTreeMap;

use cenote_model::{
    CreateGroupRequest, CreateIdentityProviderRequest, CreateManagedLoginBrandingRequest,
    CreateResourceServerRequest, CreateTermsRequest, CreateUserPoolClientRequest,
    CreateUserPoolDomainRequest, CreateUserPoolRequest, Decode, Operation,
    SetLogDeliveryConfigurationRequest, SetRiskConfigurationRequest,
    SetUserPoolClientSessionConfigurationRequest, SetUserPoolMfaConfigRequest,
    SetUserPoolSessionConfigurationRequest,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::document::Form;
use super::door::{Door, Refusal};
use super::pages::{self, Listing};
use super::{
    RISK_MEMBERS, TERMS_NAMES, elements, failed, members, only, secondaries, shape, text, with,
    without, without_empty,
};
use crate::config::StartError;

/// Attributes that nobody sets.
const NOT_SET: [&str; 2] = ["sub", "identities"];

/// For how long a client reuses an SSO session where nothing was set.
const SSO_MINUTES: i64 = 60;

/// What is exported.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The pools; all of the region if there is none.
    pub pools: Vec<String>,
    /// The region of pools that are not named.
    pub region: String,
    /// Whether users are exported.
    pub users: bool,
    /// How it is written.
    pub form: Form,
}

/// Writes the document, and says what it could not hold.
pub async fn export(door: &dyn Door, choice: &Choice) -> Result<(String, Vec<String>), StartError> {
    let mut ids = choice.pools.clone();
    if ids.is_empty() {
        let list = pages::all(door, &choice.region, pages::POOLS, &json!({})).await;
        let list = list.map_err(|refusal| failed("the list of pools", &refusal))?;
        ids = list
            .iter()
            .map(|pool| text(pool, "Id").to_owned())
            .collect();
    }
    let mut pools = Vec::with_capacity(ids.len());
    let mut notes = Vec::new();
    for id in &ids {
        let region = id.split_once('_').map_or("", |(region, _)| region);
        let look = Look { door, region, id };
        pools.push(look.pool(choice.users, &mut notes).await?);
    }
    let document = json!({"UserPools": pools});
    let written = match choice.form {
        Form::Json => serde_json::to_string_pretty(&document)
            .map(|text| text + "\n")
            .ok(),
        Form::Yaml => serde_saphyr::to_string(&document).ok(),
    };
    let written = written.ok_or_else(|| StartError::environment("the document cannot be written"));
    Ok((written?, notes))
}

/// A look into one pool.
struct Look<'a> {
    door: &'a dyn Door,
    region: &'a str,
    id: &'a str,
}

impl Look<'_> {
    async fn pool(&self, users: bool, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let described = self.call(Operation::DescribeUserPool, &json!({})).await?;
        let there = &described["UserPool"];
        let mut whole = self.settings(there)?;
        let mut put = |name: &str, value: Value| {
            let is_empty = value.as_array().is_some_and(Vec::is_empty) || value.is_null();
            if !is_empty {
                whole = with(&whole, &json!({name: value}));
            }
        };
        put("Id", self.id.into());
        put("MfaConfig", self.factors().await?);
        let sessions = self.sessions(notes).await?;
        let tracks = text(&sessions, "UserSessionTracking") == "ENABLED";
        put("SessionConfiguration", sessions);
        put("ResourceServers", self.resource_servers().await?);
        let providers = self.providers(notes).await?;
        let mut groups = self.all(pages::GROUPS, &json!({})).await?;
        // Each provider has a group for its users, which comes by itself.
        groups.retain(|group| {
            let of = text(group, "GroupName")
                .strip_prefix(self.id)
                .and_then(|rest| rest.strip_prefix('_'));
            !elements(&providers).any(|provider| Some(text(provider, "ProviderName")) == of)
        });
        put("IdentityProviders", providers);
        put("Groups", self.each::<CreateGroupRequest>(&groups)?);
        put("Clients", self.clients(there, tracks, notes).await?);
        put("Domains", self.domains(there).await?);
        put("UICustomization", self.look("ALL", notes).await?);
        if is_protected(there) {
            put("RiskConfiguration", self.risk(&json!({}), notes).await?);
        }
        put("LogDeliveryConfiguration", self.logs(notes).await?);
        put("Replicas", self.replicas(notes).await?);
        if users {
            put("Users", self.users(there, &groups, notes).await?);
        }
        Ok(whole)
    }

    /// The settings as CreateUserPool takes them, without those that say the same twice.
    fn settings(&self, there: &Value) -> Result<Value, StartError> {
        let schema: Vec<_> = elements(&there["SchemaAttributes"])
            .filter_map(attribute)
            .collect();
        let mut input = with(
            &without(
                there,
                &[
                    "SmsVerificationMessage",
                    "EmailVerificationMessage",
                    "EmailVerificationSubject",
                    "MfaConfiguration",
                ],
            ),
            &json!({"PoolName": there["Name"]}),
        );
        let config = without(
            &there["AdminCreateUserConfig"],
            &["UnusedAccountValidityDays"],
        );
        input = with(&input, &json!({"AdminCreateUserConfig": config}));
        if !schema.is_empty() {
            input = with(&input, &json!({"Schema": schema}));
        }
        let input = self.as_input::<CreateUserPoolRequest>(&input)?;
        Ok(without_empty(&input))
    }

    async fn factors(&self) -> Result<Value, StartError> {
        let there = self
            .call(Operation::GetUserPoolMfaConfig, &json!({}))
            .await?;
        let there = self.as_input::<SetUserPoolMfaConfigRequest>(&there)?;
        let is_plain = text(&there, "MfaConfiguration") == "OFF" && members(&there).count() == 1;
        Ok(if is_plain { Value::Null } else { there })
    }

    /// How sessions are tracked, where the service tracks them.
    async fn sessions(&self, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let operation = Operation::GetUserPoolSessionConfiguration;
        match self.look_at(operation, &json!({}), notes).await? {
            Some(there) => self.as_input::<SetUserPoolSessionConfigurationRequest>(&there),
            None => Ok(Value::Null),
        }
    }

    async fn resource_servers(&self) -> Result<Value, StartError> {
        let list = self.all(pages::RESOURCE_SERVERS, &json!({})).await?;
        self.each::<CreateResourceServerRequest>(&list)
    }

    async fn providers(&self, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let mut whole = Vec::new();
        for listed in self.all(pages::PROVIDERS, &json!({})).await? {
            let key = only(&listed, &["ProviderName"]);
            let there = self.call(Operation::DescribeIdentityProvider, &key).await?;
            let there = &there["IdentityProvider"];
            if text(there, "ProviderType") == "SignInWithApple" {
                notes.push(format!(
                    "{}: the private_key of SignInWithApple is not shown; add it to its ProviderDetails",
                    self.id
                ));
            }
            whole.push(self.as_input::<CreateIdentityProviderRequest>(there)?);
        }
        Ok(whole.into())
    }

    async fn clients(
        &self,
        pool: &Value,
        tracks_sessions: bool,
        notes: &mut Vec<String>,
    ) -> Result<Value, StartError> {
        let mut whole = Vec::new();
        for listed in self.all(pages::CLIENTS, &json!({})).await? {
            let key = only(&listed, &["ClientId"]);
            let there = self.call(Operation::DescribeUserPoolClient, &key).await?;
            let there = &there["UserPoolClient"];
            let mut client = with(&self.as_input::<CreateUserPoolClientRequest>(there)?, &key);
            let branding = Operation::DescribeManagedLoginBrandingByClient;
            if let Some(found) = self.look_at(branding, &key, notes).await? {
                let found = with(&found["ManagedLoginBranding"], &key);
                let found = self.as_input::<CreateManagedLoginBrandingRequest>(&found)?;
                client = with(&client, &json!({"ManagedLoginBranding": found}));
            }
            let look = self.look(text(&key, "ClientId"), notes).await?;
            if !look.is_null() {
                client = with(&client, &json!({"UICustomization": look}));
            }
            let get = Operation::GetUserPoolClientSessionConfiguration;
            if tracks_sessions
                && let Some(found) = self.look_at(get, &key, notes).await?
                && found["SSOSession"]["MaxValidityMinutes"] != SSO_MINUTES
            {
                type Set = SetUserPoolClientSessionConfigurationRequest;
                let sessions = self.as_input::<Set>(&with(&found, &key))?;
                client = with(&client, &json!({"SessionConfiguration": sessions}));
            }
            let terms = self.terms(&key, notes).await?;
            if !terms.is_empty() {
                client = with(&client, &json!({"Terms": terms}));
            }
            if is_protected(pool)
                && let risk @ Value::Object(_) = self.risk(&key, notes).await?
            {
                client = with(&client, &json!({"RiskConfiguration": risk}));
            }
            whole.push(client);
        }
        Ok(whole.into())
    }

    async fn domains(&self, pool: &Value) -> Result<Value, StartError> {
        let mut whole = Vec::new();
        for member in ["Domain", "CustomDomain"] {
            let name = text(pool, member);
            if !name.is_empty() {
                let key = json!({"Domain": name});
                let there = self.call(Operation::DescribeUserPoolDomain, &key).await?;
                let there = without_empty(&there["DomainDescription"]);
                whole.push(self.as_input::<CreateUserPoolDomainRequest>(&there)?);
            }
        }
        Ok(whole.into())
    }

    /// The classic customization of a client, or of all. Its image cannot be read back.
    async fn look(&self, client: &str, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let key = json!({"ClientId": client});
        let operation = Operation::GetUICustomization;
        let Some(answer) = self.look_at(operation, &key, notes).await? else {
            return Ok(Value::Null);
        };
        let there = &answer["UICustomization"];
        // A client without one of its own is shown that of all.
        if text(there, "ClientId") != client {
            return Ok(Value::Null);
        }
        if !there["ImageUrl"].is_null() {
            notes.push(format!("{}: the logo of {client} is not exported", self.id));
        }
        let css = only(there, &["CSS"]);
        Ok(if members(&css).count() == 0 {
            Value::Null
        } else {
            css
        })
    }

    /// The terms documents of a client.
    async fn terms(&self, key: &Value, notes: &mut Vec<String>) -> Result<Vec<Value>, StartError> {
        let mut whole = Vec::new();
        for name in TERMS_NAMES {
            let key = with(key, &json!({"TermsName": name}));
            let operation = Operation::DescribeTermsByClient;
            if let Some(found) = self.look_at(operation, &key, notes).await? {
                let found = with(&found["Terms"], &key);
                whole.push(self.as_input::<CreateTermsRequest>(&found)?);
            }
        }
        Ok(whole)
    }

    /// What was set of the answers to risks, for the pool or a client.
    async fn risk(&self, key: &Value, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let operation = Operation::DescribeRiskConfiguration;
        let Some(found) = self.look_at(operation, key, notes).await? else {
            return Ok(Value::Null);
        };
        let found = only(&found["RiskConfiguration"], &RISK_MEMBERS);
        if members(&found).count() == 0 {
            return Ok(Value::Null);
        }
        self.as_input::<SetRiskConfigurationRequest>(&found)
    }

    async fn logs(&self, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let operation = Operation::GetLogDeliveryConfiguration;
        let found = self.look_at(operation, &json!({}), notes).await?;
        let found = found.unwrap_or_default()["LogDeliveryConfiguration"].take();
        if elements(&found["LogConfigurations"]).count() == 0 {
            return Ok(Value::Null);
        }
        self.as_input::<SetLogDeliveryConfigurationRequest>(&found)
    }

    /// The replicas with their own tags, which their regions tell.
    async fn replicas(&self, notes: &mut Vec<String>) -> Result<Value, StartError> {
        let operation = Operation::ListUserPoolReplicas;
        let Some(answer) = self.look_at(operation, &json!({}), notes).await? else {
            return Ok(Value::Null);
        };
        let list: Vec<_> = elements(&answer["UserPoolReplicas"]).cloned().collect();
        let mut whole = Vec::new();
        for replica in secondaries(&list) {
            let mut seed = only(replica, &["RegionName"]);
            if text(replica, "Status") == "ACTIVE" {
                seed["Status"] = "ACTIVE".into();
            }
            let arn = json!({"ResourceArn": replica["UserPoolArn"]});
            let (region, operation) = (text(replica, "RegionName"), Operation::ListTagsForResource);
            let tags = self.door.call(region, operation, &arn).await;
            let tags = tags.map_err(|refusal| self.failed(operation, &refusal))?;
            if members(&tags["Tags"]).count() > 0 {
                seed["UserPoolTags"] = tags["Tags"].clone();
            }
            whole.push(seed);
        }
        Ok(whole.into())
    }

    async fn users(
        &self,
        pool: &Value,
        groups: &[Value],
        notes: &mut Vec<String>,
    ) -> Result<Value, StartError> {
        let mut of_user: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for group in groups {
            let key = only(group, &["GroupName"]);
            for member in self.all(pages::MEMBERS, &key).await? {
                let name = text(&member, "Username").to_owned();
                of_user
                    .entry(name)
                    .or_default()
                    .push(text(group, "GroupName"));
            }
        }
        let mut whole = Vec::new();
        let (mut federated, mut passwords) = (0, 0);
        for there in self.all(pages::USERS, &json!({})).await? {
            if text(&there, "UserStatus") == "EXTERNAL_PROVIDER" {
                federated += 1;
                continue;
            }
            passwords += usize::from(text(&there, "UserStatus") == "CONFIRMED");
            let attributes: Vec<_> = elements(&there["Attributes"])
                .filter(|attribute| !NOT_SET.contains(&text(attribute, "Name")))
                .collect();
            let name = text(&there, "Username");
            let mut user = json!({"Username": sign_in_name(pool, &there)});
            if !attributes.is_empty() {
                user["UserAttributes"] = json!(attributes);
            }
            if let Some(groups) = of_user.get(name) {
                user["Groups"] = json!(groups);
            }
            if there["Enabled"] == false {
                user["Enabled"] = false.into();
            }
            whole.push(user);
        }
        // The service lists them by ids that are another service's tomorrow.
        whole.sort_by(|one, other| text(one, "Username").cmp(text(other, "Username")));
        if passwords > 0 {
            notes.push(format!(
                "{}: {passwords} users have a password, which no service shows; add Password to them",
                self.id
            ));
        }
        if federated > 0 {
            notes.push(format!(
                "{}: {federated} users of identity providers are left out; they come by themselves",
                self.id
            ));
        }
        Ok(whole.into())
    }

    async fn ask(&self, operation: Operation, input: &Value) -> Result<Value, Refusal> {
        // A domain is described by its name alone.
        let input = if operation == Operation::DescribeUserPoolDomain {
            input.clone()
        } else {
            self.in_pool(input)
        };
        self.door.call(self.region, operation, &input).await
    }

    /// Looks at what need not be there, on services that need not have the operation.
    async fn look_at(
        &self,
        operation: Operation,
        input: &Value,
        notes: &mut Vec<String>,
    ) -> Result<Option<Value>, StartError> {
        match self.ask(operation, input).await {
            Ok(answer) => Ok(Some(answer)),
            Err(refusal) if refusal.is_absence() => Ok(None),
            Err(refusal) if refusal.is_unsupported() => {
                notes.push(format!(
                    "{}: left out, since the service does not answer {}: {refusal}",
                    self.id,
                    operation.name()
                ));
                Ok(None)
            }
            Err(refusal) => Err(self.failed(operation, &refusal)),
        }
    }

    async fn call(&self, operation: Operation, input: &Value) -> Result<Value, StartError> {
        let answer = self.ask(operation, input).await;
        answer.map_err(|refusal| self.failed(operation, &refusal))
    }

    async fn all(&self, listing: Listing, input: &Value) -> Result<Vec<Value>, StartError> {
        let list = pages::all(self.door, self.region, listing, &self.in_pool(input)).await;
        list.map_err(|refusal| self.failed(listing.operation, &refusal))
    }

    fn failed(&self, operation: Operation, refusal: &Refusal) -> StartError {
        failed(&format!("{} of {}", operation.name(), self.id), refusal)
    }

    fn in_pool(&self, input: &Value) -> Value {
        with(input, &json!({"UserPoolId": self.id}))
    }

    fn each<T: Decode + Serialize>(&self, list: &[Value]) -> Result<Value, StartError> {
        let inputs = list.iter().map(|value| self.as_input::<T>(value));
        Ok(inputs.collect::<Result<Vec<_>, _>>()?.into())
    }

    /// What is shown, as the input that makes it; without the ids of pool and client.
    fn as_input<T: Decode + Serialize>(&self, shown: &Value) -> Result<Value, StartError> {
        let input = shape::project::<T>(&self.in_pool(shown))
            .map_err(|error| StartError::environment(format!("{}: {error}", self.id)))?;
        Ok(without(&input, &["UserPoolId", "ClientId"]))
    }
}

/// Whether a pool has threat protection, without which there is nothing to ask of risks.
fn is_protected(pool: &Value) -> bool {
    ["AUDIT", "ENFORCED"].contains(&text(&pool["UserPoolAddOns"], "AdvancedSecurityMode"))
}

/// An attribute of the schema as CreateUserPool takes it, unless every pool has it.
fn attribute(shown: &Value) -> Option<Value> {
    let full = text(shown, "Name");
    let custom = full
        .strip_prefix("dev:custom:")
        .or_else(|| full.strip_prefix("custom:"));
    match custom {
        Some(name) => Some(with(shown, &json!({"Name": name}))),
        // Of standard attributes pools differ in what is required.
        None if full != "sub" && shown["Required"] == true => Some(shown.clone()),
        None => None,
    }
}

/// What a user is created as: in a pool that signs in by address, the address.
fn sign_in_name<'a>(pool: &Value, user: &'a Value) -> &'a str {
    elements(&pool["UsernameAttributes"])
        .filter_map(Value::as_str)
        .find_map(|wanted| {
            elements(&user["Attributes"])
                .find(|attribute| text(attribute, "Name") == wanted)
                .map(|attribute| text(attribute, "Value"))
        })
        .unwrap_or_else(|| text(user, "Username"))
}
