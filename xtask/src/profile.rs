//! The security profile: every rule of `docs/security-profile.md` names tests, and the tests are there. A dash
//! stands for what is not built.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// Where the rules stand.
const PROFILE: &str = "docs/security-profile.md";

/// Where tests are.
const FOLDERS: [&str; 2] = ["crates", "wire-tests"];

/// Checks that the rows count up without a gap, and that each names a test that exists.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let text =
        fs::read_to_string(root.join(PROFILE)).map_err(|error| format!("{PROFILE}: {error}"))?;
    let mut tests = BTreeSet::new();
    for folder in FOLDERS {
        collect(&root.join(folder), &mut tests)?;
    }
    let wrong = complaints(&text, &tests);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// What is wrong with the table.
fn complaints(text: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| S"))
        .collect();
    for (at, row) in rows.iter().enumerate() {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let name = cells.next().unwrap_or_default();
        if name != format!("S{}", at + 1) {
            wrong.push(format!(
                "{PROFILE}: {name} stands where S{} belongs",
                at + 1
            ));
        }
        let named: Vec<&str> = cells
            .nth(2)
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
            .collect();
        if named.is_empty() && !row.ends_with("| – |") {
            wrong.push(format!("{PROFILE}: {name} names no test"));
        }
        let missing = named.iter().filter(|test| !tests.contains(**test));
        wrong.extend(missing.map(|test| format!("{PROFILE}: {name}: there is no test {test}")));
    }
    if rows.is_empty() {
        wrong.push(format!("{PROFILE}: there are no rules"));
    }
    wrong
}

/// The names of all functions, of which tests are some.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_dir() && !["target", "node_modules", ".venv"].contains(&name) {
            collect(&path, tests)?;
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "py")
        {
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let starts = text.lines().filter_map(|line| {
                let line = line.trim_start();
                let line = line.strip_prefix("async ").unwrap_or(line);
                line.strip_prefix("fn ")
                    .or_else(|| line.strip_prefix("def "))
            });
            tests.extend(
                starts.filter_map(|start| start.split_once('(').map(|(name, _)| name.to_owned())),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_up_and_name_tests_that_are_there() {
        let tests = BTreeSet::from(["one".to_owned()]);
        let row = |name: &str, test: &str| format!("| {name} | a rule | C | {test} |\n");
        assert!(complaints(&row("S1", "`one`"), &tests).is_empty());
        assert_eq!(complaints("", &tests).len(), 1);
        for (name, test) in [("S2", "`one`"), ("S1", ""), ("S1", "`one`, `two`")] {
            assert_eq!(
                complaints(&row(name, test), &tests).len(),
                1,
                "{name} {test}"
            );
        }
    }
}
