//! The document: read, and checked as a whole before anything of it is applied.

use std::collections::BTreeSet;
use std::path::Path;

use cenote_model::{
    AdminCreateUserRequest, AdminSetUserPasswordRequest, CreateGroupRequest,
    CreateIdentityProviderRequest, CreateManagedLoginBrandingRequest, CreateResourceServerRequest,
    CreateTermsRequest, CreateUserPoolClientRequest, CreateUserPoolDomainRequest,
    CreateUserPoolReplicaRequest, CreateUserPoolRequest, Decode, DescribeUserPoolClientRequest,
    DescribeUserPoolRequest, SetLogDeliveryConfigurationRequest, SetRiskConfigurationRequest,
    SetUICustomizationRequest, SetUserPoolClientSessionConfigurationRequest,
    SetUserPoolMfaConfigRequest, SetUserPoolSessionConfigurationRequest,
    UpdateUserPoolReplicaRequest,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::shape;
use crate::config::StartError;

/// Stands for a pool's id while its parts are checked.
const SOME_POOL: &str = "us-east-1_seed";

/// Stands for a client's id while its parts are checked.
const SOME_CLIENT: &str = "seed";

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// For people.
    Yaml,
    /// For programs.
    Json,
}

/// A seed whose every member is known.
#[derive(Debug)]
pub struct Document {
    pub(super) pools: Vec<PoolSeed>,
}

/// A pool and what is in it. Every value is an input of the API without the ids of pool and client.
#[derive(Debug)]
pub(super) struct PoolSeed {
    pub(super) id: Option<String>,
    pub(super) input: Value,
    pub(super) mfa: Option<Value>,
    pub(super) sessions: Option<Value>,
    pub(super) providers: Vec<Value>,
    pub(super) resource_servers: Vec<Value>,
    pub(super) groups: Vec<Value>,
    pub(super) clients: Vec<ClientSeed>,
    pub(super) domains: Vec<Value>,
    pub(super) ui: Option<Value>,
    pub(super) risk: Option<Value>,
    pub(super) logs: Option<Value>,
    pub(super) replicas: Vec<ReplicaSeed>,
    pub(super) users: Vec<UserSeed>,
}

/// A client.
#[derive(Debug)]
pub(super) struct ClientSeed {
    pub(super) id: Option<String>,
    pub(super) input: Value,
    pub(super) ui: Option<Value>,
    pub(super) branding: Option<Value>,
    pub(super) risk: Option<Value>,
    pub(super) sessions: Option<Value>,
    pub(super) terms: Vec<Value>,
}

/// A replica of a pool.
#[derive(Debug)]
pub(super) struct ReplicaSeed {
    pub(super) input: Value,
    /// ACTIVE or INACTIVE.
    pub(super) status: Option<String>,
}

/// A user.
#[derive(Debug)]
pub(super) struct UserSeed {
    pub(super) input: Value,
    pub(super) password: Option<String>,
    pub(super) groups: Vec<String>,
    pub(super) enabled: Option<bool>,
}

impl Document {
    /// Reads a file: JSON if it is called so, else YAML.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| StartError::config(format!("cannot read {shown}: {error}")))?;
        let is_json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let form = if is_json { Form::Json } else { Form::Yaml };
        Self::read(&text, form).map_err(|error| StartError::config(format!("{shown}: {error}")))
    }

    /// Reads a text. The error is one line that names the place.
    pub fn read(text: &str, form: Form) -> Result<Self, String> {
        let value: Value = match form {
            Form::Json => serde_json::from_str(text).map_err(|error| error.to_string())?,
            Form::Yaml => serde_saphyr::from_str(text).map_err(|error| {
                let text = error.to_string();
                text.lines().next().unwrap_or_default().to_owned()
            })?,
        };
        let mut members = Members::of(value, String::new())?;
        let pools = members.list("UserPools", pool)?;
        members.end()?;
        distinct(&pools, "UserPools", "PoolName", |pool| {
            pool.id
                .clone()
                .unwrap_or_else(|| pool.input["PoolName"].to_string())
        })?;
        Ok(Self { pools })
    }
}

fn pool(value: Value, path: &str) -> Result<PoolSeed, String> {
    let mut members = Members::of(value, path.to_owned())?;
    let id = members.text("Id")?;
    if let Some(id) = &id {
        let ids = json!({"UserPoolId": id});
        shape::read::<DescribeUserPoolRequest>(&ids, path)?;
        if !id.contains('_') {
            return Err(format!("{path}.Id is {id:?}; give one like us-east-1_dev"));
        }
    }
    let seed = PoolSeed {
        id,
        mfa: members.one::<SetUserPoolMfaConfigRequest>("MfaConfig")?,
        sessions: members.one::<SetUserPoolSessionConfigurationRequest>("SessionConfiguration")?,
        providers: members.many::<CreateIdentityProviderRequest>("IdentityProviders")?,
        resource_servers: members.many::<CreateResourceServerRequest>("ResourceServers")?,
        groups: members.many::<CreateGroupRequest>("Groups")?,
        clients: members.list("Clients", client)?,
        domains: members.many::<CreateUserPoolDomainRequest>("Domains")?,
        ui: members.one::<SetUICustomizationRequest>("UICustomization")?,
        risk: members.one::<SetRiskConfigurationRequest>("RiskConfiguration")?,
        logs: members.one::<SetLogDeliveryConfigurationRequest>("LogDeliveryConfiguration")?,
        replicas: members.list("Replicas", replica)?,
        users: members.list("Users", user)?,
        input: members.rest::<CreateUserPoolRequest>()?,
    };
    for (list, name, member) in [
        (&seed.providers, "IdentityProviders", "ProviderName"),
        (&seed.resource_servers, "ResourceServers", "Identifier"),
        (&seed.groups, "Groups", "GroupName"),
        (&seed.domains, "Domains", "Domain"),
    ] {
        distinct(list, &format!("{path}.{name}"), member, |value| {
            value[member].to_string()
        })?;
    }
    distinct(
        &seed.clients,
        &format!("{path}.Clients"),
        "ClientName",
        |client| {
            client
                .id
                .clone()
                .unwrap_or_else(|| client.input["ClientName"].to_string())
        },
    )?;
    distinct(
        &seed.replicas,
        &format!("{path}.Replicas"),
        "RegionName",
        |replica| replica.input["RegionName"].to_string(),
    )?;
    distinct(&seed.users, &format!("{path}.Users"), "Username", |user| {
        user.input["Username"].to_string()
    })?;
    Ok(seed)
}

fn client(value: Value, path: &str) -> Result<ClientSeed, String> {
    let mut members = Members::of(value, path.to_owned())?;
    let id = members.text("ClientId")?;
    if let Some(id) = &id {
        let ids = json!({"UserPoolId": SOME_POOL, "ClientId": id});
        shape::read::<DescribeUserPoolClientRequest>(&ids, path)?;
    }
    let terms = members.many::<CreateTermsRequest>("Terms")?;
    distinct(&terms, &format!("{path}.Terms"), "TermsName", |terms| {
        terms["TermsName"].to_string()
    })?;
    Ok(ClientSeed {
        id,
        terms,
        risk: members.one::<SetRiskConfigurationRequest>("RiskConfiguration")?,
        ui: members.one::<SetUICustomizationRequest>("UICustomization")?,
        sessions: members
            .one::<SetUserPoolClientSessionConfigurationRequest>("SessionConfiguration")?,
        branding: members.one::<CreateManagedLoginBrandingRequest>("ManagedLoginBranding")?,
        input: members.rest::<CreateUserPoolClientRequest>()?,
    })
}

fn replica(value: Value, path: &str) -> Result<ReplicaSeed, String> {
    let mut members = Members::of(value, path.to_owned())?;
    let status = members.text("Status")?;
    let input = members.rest::<CreateUserPoolReplicaRequest>()?;
    if let Some(status) = &status {
        let update = json!({
            "UserPoolId": SOME_POOL, "RegionName": input["RegionName"], "Status": status,
        });
        shape::read::<UpdateUserPoolReplicaRequest>(&update, path)?;
    }
    Ok(ReplicaSeed { input, status })
}

fn user(value: Value, path: &str) -> Result<UserSeed, String> {
    let mut members = Members::of(value, path.to_owned())?;
    let password = members.text("Password")?;
    if let Some(password) = &password {
        let input = json!({"UserPoolId": SOME_POOL, "Username": "u", "Password": password});
        shape::read::<AdminSetUserPasswordRequest>(&input, path)?;
    }
    let groups = members.list("Groups", |value, place| match value {
        Value::String(name) => Ok(name),
        _ => Err(format!("{place} is not the name of a group")),
    })?;
    let enabled = match members.take("Enabled") {
        None => None,
        Some(Value::Bool(enabled)) => Some(enabled),
        Some(_) => return Err(format!("{path}.Enabled is not true or false")),
    };
    let input = members.rest::<AdminCreateUserRequest>()?;
    if password.is_some() && !input["TemporaryPassword"].is_null() {
        return Err(format!(
            "{path} has both Password and TemporaryPassword; keep one of them"
        ));
    }
    if input["MessageAction"] == "RESEND" {
        return Err(format!(
            "{path}.MessageAction is RESEND, which is for users who are there already; \
             give DesiredDeliveryMediums to invite a new one"
        ));
    }
    Ok(UserSeed {
        input,
        password,
        groups,
        enabled,
    })
}

/// Refuses two things of one name.
fn distinct<T>(
    list: &[T],
    path: &str,
    member: &str,
    name: impl Fn(&T) -> String,
) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    match list
        .iter()
        .map(name)
        .find(|name| !seen.insert(name.clone()))
    {
        Some(name) => Err(format!(
            "{path}: {member} {name} stands there twice; keep one of them"
        )),
        None => Ok(()),
    }
}

/// The members of an object that were not looked at yet.
struct Members {
    left: Map<String, Value>,
    path: String,
}

impl Members {
    fn of(value: Value, path: String) -> Result<Self, String> {
        match value {
            Value::Object(left) => Ok(Self { left, path }),
            _ if path.is_empty() => Err("a seed is an object with the member UserPools".to_owned()),
            _ => Err(format!("{path} is not an object")),
        }
    }

    fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!(
                "{} is not a text; put it in quotes",
                self.place(name)
            )),
        }
    }

    /// A member that is a list of things which `read` understands.
    fn list<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value, &str) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let path = self.place(name);
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .into_iter()
                .enumerate()
                .map(|(index, value)| read(value, &format!("{path}[{index}]")))
                .collect(),
            Some(_) => Err(format!("{path} is not a list")),
        }
    }

    /// A member that is a list of inputs of the API.
    fn many<T: Decode + Serialize>(&mut self, name: &str) -> Result<Vec<Value>, String> {
        self.list(name, |value, path| {
            Self::of(value, path.to_owned())?.rest::<T>()
        })
    }

    /// A member that is an input of the API.
    fn one<T: Decode + Serialize>(&mut self, name: &str) -> Result<Option<Value>, String> {
        let path = self.place(name);
        self.take(name)
            .map(|value| Self::of(value, path)?.rest::<T>())
            .transpose()
    }

    /// What is left is an input of the API, apart from the ids of pool and client.
    fn rest<T: Decode + Serialize>(self) -> Result<Value, String> {
        const IDS: [(&str, &str); 2] = [("UserPoolId", SOME_POOL), ("ClientId", SOME_CLIENT)];
        let mut given = self.left;
        for (name, some) in IDS {
            if given.contains_key(name) {
                return Err(format!(
                    "{}.{name} does not stand here: the place says it",
                    self.path
                ));
            }
            given.insert(name.to_owned(), some.into());
        }
        // Not every input has both ids.
        let mut given = Value::Object(given);
        let known =
            shape::project::<T>(&given).map_err(|error| format!("{}: {error}", self.path))?;
        if let Some(given) = given.as_object_mut() {
            given.retain(|name, _| {
                IDS.iter().all(|(id, _)| id != name) || known.get(name).is_some()
            });
        }
        let mut known = shape::read::<T>(&given, &self.path)?;
        if let Some(known) = known.as_object_mut() {
            known.retain(|name, _| IDS.iter().all(|(id, _)| id != name));
        }
        Ok(known)
    }

    /// Nothing else stands here.
    fn end(self) -> Result<(), String> {
        match self.left.keys().next() {
            Some(name) => Err(format!(
                "{} is not a member that a seed has; correct it",
                self.place(name)
            )),
            None => Ok(()),
        }
    }
}
