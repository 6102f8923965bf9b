//! What is generated where: the families and patches of operations.toml, checked against the model.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::Deserialize;

use super::service::{Kind, Operation, Service, Shape};

/// The module for shapes that several families use.
pub(super) const SHARED: &str = "shared";

/// operations.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choices {
    families: IndexMap<String, Vec<String>>,
    auth: BTreeMap<String, Auth>,
    errors_also: BTreeMap<String, BTreeSet<String>>,
    common_errors: IndexMap<String, u16>,
    patches: BTreeMap<String, Patch>,
}

/// Where the service differs from its model in one shape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    /// For the reader of the file.
    #[serde(rename = "why")]
    _why: String,
    pattern: Option<String>,
    accepts: Option<String>,
    #[serde(default)]
    enum_also: Vec<String>,
    #[serde(default)]
    required_also: Vec<String>,
}

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub(super) enum Auth {
    Iam,
    AccessToken,
    Public,
}

impl Auth {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Iam => "signature",
            Self::AccessToken => "access token",
            Self::Public => "none",
        }
    }
}

/// The model and the choices, as one thing that adds up.
pub(super) struct Plan {
    pub(super) service: Service,
    choices: Choices,
    /// The module of every shape that operations reach.
    homes: BTreeMap<String, String>,
    /// Shapes that arrive in requests.
    inputs: BTreeSet<String>,
}

impl Plan {
    pub(super) fn new(mut service: Service, choices: &str) -> Result<Self, String> {
        let choices: Choices = toml::from_str(choices).map_err(|error| error.to_string())?;
        service.operations.sort_keys();
        patch(&mut service, &choices)?;
        for (name, operation) in &service.operations {
            operation.check(name)?;
        }
        let mut plan = Self {
            service,
            choices,
            homes: BTreeMap::new(),
            inputs: BTreeSet::new(),
        };
        plan.check_choices()?;
        plan.settle()?;
        match plan
            .choices
            .patches
            .iter()
            .find(|(name, patch)| patch.accepts.is_some() && !plan.is_input(name))
        {
            Some((name, _)) => Err(format!("{name} is never checked, so nothing accepts more")),
            None => Ok(plan),
        }
    }

    fn check_choices(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for name in self.choices.families.values().flatten() {
            if !seen.insert(name) {
                return Err(format!("{name} is in two families"));
            }
        }
        let known: BTreeSet<_> = self.service.operations.keys().collect();
        if let Some(odd) = seen.symmetric_difference(&known).next() {
            return Err(format!(
                "{odd} is not both an operation and a member of a family"
            ));
        }
        let mut named = self
            .choices
            .auth
            .keys()
            .chain(self.choices.errors_also.keys());
        match named.find(|name| !known.contains(name)) {
            Some(odd) => Err(format!("{odd} is not an operation")),
            None => Ok(()),
        }
    }

    /// Finds which shapes are reached, from where.
    fn settle(&mut self) -> Result<(), String> {
        let mut users = BTreeMap::<String, BTreeSet<&str>>::new();
        for (name, operation) in &self.service.operations {
            let family = self.family(name);
            for root in [Some(&operation.input), operation.output.as_ref()]
                .into_iter()
                .flatten()
            {
                let mut reached = BTreeSet::new();
                self.reach(&root.shape, &mut Vec::new(), &mut reached)?;
                for shape in reached {
                    users.entry(shape).or_default().insert(family);
                }
            }
        }
        let homes = users
            .into_iter()
            .map(|(shape, families)| match families.first() {
                Some(family) if families.len() == 1 => (shape, (*family).to_owned()),
                _ => (shape, SHARED.to_owned()),
            });
        let homes = homes.collect();
        let mut inputs = BTreeSet::new();
        for operation in self.service.operations.values() {
            self.reach(&operation.input.shape, &mut Vec::new(), &mut inputs)?;
        }
        self.homes = homes;
        self.inputs = inputs;
        Ok(())
    }

    fn reach<'a>(
        &'a self,
        shape: &'a str,
        way: &mut Vec<&'a str>,
        reached: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        if way.contains(&shape) {
            return Err(format!("{shape} contains itself, which needs a box"));
        }
        if !reached.insert(shape.to_owned()) {
            return Ok(());
        }
        way.push(shape);
        for next in self.shape(shape)?.neighbours() {
            self.reach(next, way, reached)?;
        }
        way.pop();
        Ok(())
    }

    pub(super) fn shape(&self, name: &str) -> Result<&Shape, String> {
        self.service
            .shapes
            .get(name)
            .ok_or_else(|| format!("no shape {name}"))
    }

    /// The module of a shape.
    pub(super) fn home(&self, shape: &str) -> &str {
        self.homes.get(shape).map_or(SHARED, String::as_str)
    }

    /// The shapes that live in a module, by name.
    pub(super) fn residents<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a str> {
        self.homes
            .iter()
            .filter(move |(_, home)| *home == module)
            .map(|(shape, _)| shape.as_str())
    }

    pub(super) fn is_input(&self, shape: &str) -> bool {
        self.inputs.contains(shape)
    }

    /// The families, in the order of operations.toml, with their operations.
    pub(super) fn families(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.choices
            .families
            .iter()
            .map(|(family, operations)| (family.as_str(), operations.as_slice()))
    }

    pub(super) fn family(&self, operation: &str) -> &str {
        let mut families = self.families();
        families
            .find(|(_, operations)| operations.iter().any(|name| name == operation))
            .map_or("", |(family, _)| family)
    }

    pub(super) fn auth(&self, name: &str, operation: &Operation) -> Result<Auth, String> {
        if let Some(auth) = self.choices.auth.get(name) {
            return Ok(*auth);
        }
        let carries_token = self
            .shape(&operation.input.shape)?
            .members()
            .any(|(member, _)| member == "AccessToken");
        Ok(match (operation.unsigned(name)?, carries_token) {
            (false, _) => Auth::Iam,
            (true, true) => Auth::AccessToken,
            (true, false) => Auth::Public,
        })
    }

    /// What an operation may answer beside the errors that the model lists for it.
    pub(super) fn errors_also(&self, operation: &str) -> impl Iterator<Item = &str> {
        let also = self.choices.errors_also.get(operation);
        also.into_iter().flatten().map(String::as_str)
    }

    /// Every error code with its status, in order of name.
    pub(super) fn errors(&self) -> Result<BTreeMap<&str, u16>, String> {
        let modelled = self
            .service
            .shapes
            .iter()
            .filter(|(_, shape)| shape.is_exception());
        let mut errors: BTreeMap<_, _> = modelled
            .map(|(name, shape)| (name.as_str(), if shape.is_fault() { 500 } else { 400 }))
            .collect();
        for (name, status) in &self.choices.common_errors {
            if errors.insert(name, *status).is_some() {
                return Err(format!("{name} is modelled already"));
            }
        }
        Ok(errors)
    }

    /// The pattern that decides, where it is not the one that messages show.
    pub(super) fn accepts(&self, shape: &str) -> Option<&str> {
        self.choices.patches.get(shape)?.accepts.as_deref()
    }
}

fn patch(service: &mut Service, choices: &Choices) -> Result<(), String> {
    for (name, patch) in &choices.patches {
        let kind = if patch.required_also.is_empty() {
            Kind::String
        } else {
            Kind::Structure
        };
        let shape = service
            .shapes
            .get_mut(name)
            .filter(|shape| shape.kind == kind);
        let shape = shape.ok_or_else(|| format!("{name} is no shape that is patched so"))?;
        shape.require(&patch.required_also);
        if patch.pattern.is_some() {
            shape.pattern.clone_from(&patch.pattern);
        }
        if !patch.enum_also.is_empty() {
            shape
                .words
                .as_mut()
                .ok_or_else(|| format!("{name} is not an enumeration"))?
                .extend_from_slice(&patch.enum_also);
        }
    }
    Ok(())
}
