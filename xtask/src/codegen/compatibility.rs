//! docs/compatibility.md: each operation, and each known difference with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use super::plan::Plan;

/// The key of what concerns all operations.
const EVERYWHERE: &str = "everywhere";

/// differences.toml: by operation, family, or all of them.
pub(super) type Differences = BTreeMap<String, Vec<Difference>>;

/// Where this service differs from the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    what: String,
    why: String,
}

/// The page. A difference of something that there is not is refused.
pub(super) fn page(plan: &Plan, differences: &Differences) -> Result<String, String> {
    let operations = &plan.service.operations;
    let known: BTreeSet<_> = plan
        .families()
        .flat_map(|(family, names)| names.iter().map(String::as_str).chain([family]))
        .chain([EVERYWHERE])
        .collect();
    if let Some(odd) = differences.keys().find(|key| !known.contains(key.as_str())) {
        return Err(format!("differences: {odd} is no operation and no family"));
    }
    let mut page = format!(
        "# Compatibility\n\n\
         The {} operations of the user pools API are there. Constraints of the model are checked for all of them, \
         in the words of the service. What is known to differ stands below the table.\n\n\
         | Family | Operation | Authorization | Differs |\n|---|---|---|---|\n",
        operations.len(),
    );
    for (family, names) in plan.families() {
        for name in names {
            let auth = plan.auth(name, &operations[name])?.label();
            let differs = if differences.contains_key(name) {
                format!("[yes](#{})", name.to_lowercase())
            } else {
                String::new()
            };
            let _ = writeln!(page, "| {family} | {name} | {auth} | {differs} |");
        }
    }
    page.push_str("\n## What differs, and why\n");
    section(&mut page, "Everywhere", differences.get(EVERYWHERE));
    for (family, names) in plan.families() {
        let title = format!("All of {family}");
        section(&mut page, &title, differences.get(family));
        for name in names {
            section(&mut page, name, differences.get(name));
        }
    }
    Ok(page)
}

fn section(page: &mut String, title: &str, differences: Option<&Vec<Difference>>) {
    let Some(differences) = differences else {
        return;
    };
    let _ = write!(page, "\n### {title}\n\n");
    for Difference { what, why } in differences {
        let _ = writeln!(page, "- {what} *{why}*");
    }
}
