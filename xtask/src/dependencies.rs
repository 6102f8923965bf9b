//! What the binary is made of: licences that we may ship, and no crate twice without a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// `dependencies.toml` at the root.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// SPDX ids.
    licences: BTreeSet<String>,
    /// Crates that may be there in several versions, each with the reason.
    duplicates: BTreeMap<String, String>,
}

/// Checks that the lock file of a workspace says what its manifests ask for.
pub(crate) fn locked(root: &Path, manifest: &str) -> Result<(), String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--manifest-path", manifest])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{manifest}: the lock file is not up to date; run `cargo metadata --manifest-path {manifest} > /dev/null`\n{}",
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// Checks every crate that ends up in the binary or builds it.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let path = root.join("dependencies.toml");
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rules: Rules =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut problems = BTreeSet::new();
    for line in tree(root)?.lines() {
        // A crate that stands there again is marked so.
        let mut words = line.trim_end_matches(" (*)").split('\t');
        let (Some(package), Some(licence)) = (words.next(), words.next()) else {
            continue;
        };
        let mut package = package.split(' ');
        let (Some(name), Some(version)) = (package.next(), package.next()) else {
            continue;
        };
        versions
            .entry(name.to_owned())
            .or_default()
            .insert(version.to_owned());
        if !is_allowed(&rules, licence)? {
            problems.insert(format!(
                "{name} {version}: the licence {licence:?} is not on the list"
            ));
        }
    }
    for (name, versions) in &versions {
        if versions.len() > 1 && !rules.duplicates.contains_key(name) {
            problems.insert(format!("{name} is there in several versions: {versions:?}"));
        }
    }
    for name in rules.duplicates.keys() {
        if versions.get(name).is_none_or(|versions| versions.len() < 2) {
            problems.insert(format!(
                "{name} is no longer there twice: take it off dependencies.toml"
            ));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems.into_iter().collect::<Vec<_>>().join("\n"))
}

fn is_allowed(rules: &Rules, licence: &str) -> Result<bool, String> {
    let parsed = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX)
        .map_err(|error| format!("the licence {licence:?}: {error}"))?;
    Ok(parsed.evaluate(|requirement| {
        requirement
            .license
            .id()
            .is_some_and(|id| rules.licences.contains(id.name))
    }))
}

fn tree(root: &Path) -> Result<String, String> {
    let output = Command::new("cargo")
        .args([
            "tree",
            "--package",
            "cenote-server",
            "--edges",
            "normal,build",
            "--locked",
        ])
        .args(["--prefix", "none", "--format", "{p}\t{l}"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
