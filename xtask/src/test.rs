//! `cargo xtask test`: installs what the tests need, runs them all, and counts.
//!
//! Every runner's totals are added up; the last line of the output is `N passed, N failed`. What is
//! missing is a failure, never a reason to leave tests out.

mod clients;
mod postgres;
mod tally;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use postgres::Cluster;
use tally::{Runner, Tally};

const USAGE: &str = "usage: cargo xtask test [rust] [python] [node] [browser] [sqlite] [postgres]";

/// What a run covers: everything, or what the words of the command line name.
struct Choice {
    languages: Vec<&'static str>,
    stores: Vec<&'static str>,
}

impl Choice {
    fn from_words(words: &[&str]) -> Result<Self, String> {
        let named = |known: &[&'static str]| -> Vec<&'static str> {
            let found: Vec<_> = known
                .iter()
                .copied()
                .filter(|one| words.contains(one))
                .collect();
            if found.is_empty() {
                known.to_vec()
            } else {
                found
            }
        };
        let languages = ["rust", "python", "node", "browser"];
        let stores = ["sqlite", "postgres"];
        if let Some(unknown) = words
            .iter()
            .find(|word| !languages.contains(word) && !stores.contains(word))
        {
            return Err(format!("{unknown} is no part of the tests\n{USAGE}"));
        }
        Ok(Self {
            languages: named(&languages),
            stores: named(&stores),
        })
    }
}

/// Runs the tests that `words` name, or all, and prints the totals last.
pub(crate) fn run(root: &Path, words: &[&str]) -> ExitCode {
    let choice = match Choice::from_words(words) {
        Ok(choice) => choice,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let mut tally = Tally::default();
    if let Err(why) = run_all(root, &choice, &mut tally) {
        println!("== the tests could not go on: {why}");
        tally.fail();
    }
    println!("{tally}");
    tally.exit_code()
}

fn run_all(root: &Path, choice: &Choice, tally: &mut Tally) -> Result<(), String> {
    let programs = postgres::programs()?;
    let binary = build(root)?;
    let cluster = Cluster::start(&programs)?;
    let mut run = Run {
        root,
        binary,
        cluster: &cluster,
        notes: None,
    };
    if ["rust", "python"].map(|one| choice.languages.contains(&one)) == [true; 2]
        && choice.stores.contains(&"sqlite")
    {
        run.notes = Some(fresh_notes(root)?);
    }
    for language in &choice.languages {
        match *language {
            "rust" => run.rust(&choice.stores, tally)?,
            "python" => run.python(&choice.stores, tally)?,
            "node" => run.node(&choice.stores, tally)?,
            _ => run.browser(&choice.stores, tally)?,
        }
    }
    Ok(())
}

/// Builds the binary that real clients are pointed at; gives its path.
fn build(root: &Path) -> Result<PathBuf, String> {
    println!("== building cenote");
    perform(cargo(root).args(["build", "--locked", "--package", "cenote-server"]))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let binary = target.join("debug").join("cenote");
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(format!("{} was not built", binary.display()))
    }
}

struct Run<'a> {
    root: &'a Path,
    binary: PathBuf,
    cluster: &'a Cluster,
    /// Where a whole run notes which errors were provoked, for the check at its end.
    notes: Option<PathBuf>,
}

impl Run<'_> {
    /// What every test process is told.
    fn tell(&self, mut command: Command, store: &str) -> Command {
        command
            .env("CENOTE_BIN", &self.binary)
            .env("CENOTE_TEST_POSTGRES", self.cluster.url("postgres"))
            .env("CENOTE_WIRE_STORE", store);
        if let Some(notes) = &self.notes {
            command.env("CENOTE_EXACTNESS", notes);
        }
        command
    }

    /// All crates once, then the Rust client once more on PostgreSQL, then the examples in the docs.
    fn rust(&self, stores: &[&str], tally: &mut Tally) -> Result<(), String> {
        let nextest = available("cargo-nextest");
        let tests = |arguments: &[&str]| {
            let mut command = cargo(self.root);
            if nextest {
                command.args(["nextest", "run", "--no-fail-fast"]);
            } else {
                command.args(["test", "--all-targets", "--no-fail-fast"]);
            }
            command.arg("--locked").args(arguments);
            command
        };
        let runner = if nextest {
            Runner::Nextest
        } else {
            Runner::CargoTest
        };
        if stores.contains(&"sqlite") {
            tally.run("Rust", runner, self.tell(tests(&["--workspace"]), "sqlite"))?;
            let mut docs = cargo(self.root);
            docs.args(["test", "--locked", "--workspace", "--doc", "--no-fail-fast"]);
            tally.run(
                "Rust examples",
                Runner::Documentation,
                self.tell(docs, "sqlite"),
            )?;
        }
        if stores.contains(&"postgres") {
            let database = self.cluster.create("wire_rust")?;
            let mut command = self.tell(tests(&["--package", "cenote-wire-tests"]), "postgres");
            command.env("CENOTE_WIRE_DATABASE", database);
            tally.run("Rust client on PostgreSQL", runner, command)?;
        }
        Ok(())
    }

    fn python(&self, stores: &[&str], tally: &mut Tally) -> Result<(), String> {
        let folder = self.root.join("wire-tests").join("python");
        let python = clients::python(self.root, &folder)?;
        for store in stores {
            let mut command = Command::new(&python);
            command
                .args(["-m", "pytest", "--color=no", "-q"])
                .current_dir(&folder)
                .env("PYTHONDONTWRITEBYTECODE", "1");
            tally.run(
                &format!("Python clients on {store}"),
                Runner::Pytest,
                self.tell(command, store),
            )?;
        }
        Ok(())
    }

    fn node(&self, stores: &[&str], tally: &mut Tally) -> Result<(), String> {
        let folder = self.root.join("wire-tests").join("node");
        clients::node(&folder)?;
        self.node_tests(("Node clients", "wire_node"), &folder, &[], stores, tally)
    }

    /// Chromium, by way of Node. Its tests start the server with what those of the Node clients have.
    fn browser(&self, stores: &[&str], tally: &mut Tally) -> Result<(), String> {
        let folders = self.root.join("wire-tests");
        clients::node(&folders.join("node"))?;
        let folder = folders.join("browser");
        clients::node(&folder)?;
        let chromium = clients::chromium()?;
        clients::openssl()?;
        let environment = [("CENOTE_CHROMIUM", chromium.as_path())];
        let names = ("Chromium", "wire_browser");
        self.node_tests(names, &folder, &environment, stores, tally)
    }

    /// Runs the tests of a folder with Node. `names` are what the run is called and its database.
    fn node_tests(
        &self,
        (name, database): (&str, &str),
        folder: &Path,
        environment: &[(&str, &Path)],
        stores: &[&str],
        tally: &mut Tally,
    ) -> Result<(), String> {
        for store in stores {
            let mut command = Command::new("node");
            command
                .args([
                    "--test",
                    "--test-concurrency=1",
                    "--test-reporter=tap",
                    "tests/",
                ])
                .current_dir(folder)
                .envs(environment.iter().copied());
            let mut command = self.tell(command, store);
            if *store == "postgres" {
                command.env("CENOTE_WIRE_DATABASE", self.cluster.create(database)?);
            }
            tally.run(&format!("{name} on {store}"), Runner::Node, command)?;
        }
        Ok(())
    }
}

/// A file for notes without those of an earlier run.
fn fresh_notes(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("target");
    let path = folder.join("exactness.txt");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, ""))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// The cargo that runs this very program, at the root of the repository.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Where a program is found on the PATH.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}

/// Whether a program is found on the PATH.
fn available(program: &str) -> bool {
    find(program).is_some()
}

/// Runs a command to its end; anything but success is an error that names it.
fn perform(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(error) => Err(format!("{program} cannot be run: {error}")),
    }
}

/// Installs Debian packages where that is possible: as root, with apt.
fn install(packages: &[&str]) -> Result<(), String> {
    let wanted = packages.join(" ");
    if !is_root() || !available("apt-get") {
        return Err(format!(
            "{wanted} is missing; install it (on Debian: apt-get install {wanted})"
        ));
    }
    println!("== installing {wanted}");
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    perform(apt().args(["update", "--quiet"]))?;
    perform(
        apt()
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages),
    )
}

/// Whether this process is root's: the owner of its own entry in /proc says so.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;

    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}
