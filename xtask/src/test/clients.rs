//! Installs the real clients at their pinned versions, once per change of their lists.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{available, find, install, perform};

/// A Python of the tests' own, with the packages of `requirements.txt`; gives its path.
pub(super) fn python(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let environment = root.join("target").join("test-env").join("python");
    let python = environment.join("bin").join("python");
    let requirements = folder.join("requirements.txt");
    let stamp = environment.join("installed.txt");
    if is_current(&requirements, &stamp)? && python.is_file() {
        return Ok(python);
    }
    println!("== installing the Python clients");
    if !available("python3") {
        install(&["python3", "python3-venv"])?;
    }
    let make = || {
        perform(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&environment),
        )
    };
    if make().is_err() {
        // Debian keeps the part that makes such a folder in a package of its own.
        install(&["python3-venv"])?;
        make()?;
    }
    perform(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&requirements),
    )?;
    mark(&requirements, &stamp)?;
    Ok(python)
}

/// The packages of `package-lock.json`, beside the Node tests.
pub(super) fn node(folder: &Path) -> Result<(), String> {
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules").join("installed.json");
    if is_current(&lock, &stamp)? {
        return Ok(());
    }
    println!("== installing the Node clients");
    if !available("npm") {
        install(&["nodejs", "npm"])?;
    }
    perform(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(folder),
    )?;
    mark(&lock, &stamp)
}

/// Chromium's path; installs it where that is possible.
pub(super) fn chromium() -> Result<PathBuf, String> {
    const NAMES: [&str; 2] = ["chromium", "chromium-browser"];
    if let Some(found) = NAMES.into_iter().find_map(find) {
        return Ok(found);
    }
    install(&["chromium"])?;
    find("chromium").ok_or_else(|| "chromium was installed, but it is not found".to_owned())
}

/// Makes sure of the program that makes certificates.
pub(super) fn openssl() -> Result<(), String> {
    if available("openssl") {
        Ok(())
    } else {
        install(&["openssl"])
    }
}

/// Whether what was installed last is what the list says now.
fn is_current(list: &Path, stamp: &Path) -> Result<bool, String> {
    let wanted = read(list)?;
    Ok(fs::read(stamp).is_ok_and(|installed| installed == wanted))
}

fn mark(list: &Path, stamp: &Path) -> Result<(), String> {
    fs::write(stamp, read(list)?).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
