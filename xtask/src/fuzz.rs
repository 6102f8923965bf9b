//! `cargo xtask fuzz`: builds the targets of `fuzz/` with coverage counters and lets each run for a while.
//!
//! The compiler's own instrumentation and libFuzzer are enough; neither cargo-fuzz nor a nightly compiler
//! is needed. What crashes a target is kept under `target/fuzz/artifacts`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

const USAGE: &str = "usage: cargo xtask fuzz [--again | --seconds N] [TARGET]...";

/// Targets that run at the same time.
const AT_ONCE: usize = 2;

/// Inputs of a target when the same ones are asked for again.
const RUNS: u32 = 200_000;

/// Targets whose inputs take more than a look, and their number of inputs.
const SLOW: [(&str, u32); 2] = [("oauth", 60_000), ("srp_exchange", 8_000)];

/// Targets that read requests, and know the words of the model.
const KNOW_THE_MODEL: [&str; 2] = ["decode", "http"];

/// A counter on every edge, a table of them, and both sides of comparisons: what libFuzzer goes by.
const INSTRUMENTED: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Clink-dead-code",
];

/// How long a target runs.
#[derive(Clone, Copy)]
enum Until {
    /// So many seconds, from the corpus that earlier runs have left, by chance.
    Seconds(u32),
    /// A number of inputs, from the seeds alone, the same ones each time: what passes once passes again.
    Again,
}

/// Fuzzes the targets that `words` name, or all.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<(), String> {
    let (until, named) = match words {
        ["--again", named @ ..] => (Some(Until::Again), named),
        ["--seconds", seconds, named @ ..] => (seconds.parse().ok().map(Until::Seconds), named),
        named => (Some(Until::Seconds(60)), named),
    };
    let (Some(until), false) = (until, named.iter().any(|name| name.starts_with('-'))) else {
        return Err(USAGE.to_owned());
    };
    let known = names(&root.join("fuzz/src/bin"))?;
    if let Some(name) = named.iter().find(|name| !known.contains(**name)) {
        return Err(format!("no target {name}; there are: {known:?}\n{USAGE}"));
    }
    let chosen = known
        .iter()
        .filter(|name| named.is_empty() || named.contains(&name.as_str()));

    let fuzzer = Fuzzer::build(root, until)?;
    let queue = Mutex::new(chosen);
    let failures = Mutex::new(Vec::new());
    let next = || queue.lock().ok()?.next();
    let work = || {
        while let Some(name) = next() {
            match fuzzer.fuzz(name) {
                Ok(runs) => println!("fuzz: {name}: {runs} runs, no crash"),
                Err(why) => failures.lock().expect("no panic").push(why),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().expect("no panic");
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

/// The targets: files of their names.
fn names(folder: &Path) -> Result<BTreeSet<String>, String> {
    let stem = |path: PathBuf| path.file_stem().and_then(OsStr::to_str).map(str::to_owned);
    Ok(files(folder)?.into_iter().filter_map(stem).collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |error| format!("{}: {error}", folder.display());
    fs::read_dir(folder)
        .map_err(wrong)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(wrong))
        .collect()
}

/// The built targets.
struct Fuzzer<'a> {
    root: &'a Path,
    until: Until,
    /// Everything that is made on the way.
    work: PathBuf,
    binaries: PathBuf,
}

impl<'a> Fuzzer<'a> {
    fn build(root: &'a Path, until: Until) -> Result<Self, String> {
        let work = root.join("target/fuzz");
        let host = host()?;
        let status = Command::new("cargo")
            .args(["build", "--release", "--bins", "--locked"])
            // Named, so that the flags are not for build scripts and procedural macros.
            .args(["--target", &host])
            .arg("--target-dir")
            .arg(&work)
            .env("RUSTFLAGS", INSTRUMENTED.join(" "))
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .current_dir(root.join("fuzz"))
            .status()
            .map_err(|error| format!("cargo: {error}"))?;
        if !status.success() {
            return Err("fuzz: the targets do not build".to_owned());
        }
        let words = words(&root.join("crates/model/src/generated"))?;
        write(&work.join("model.dict"), &words)?;
        Ok(Self {
            root,
            until,
            binaries: work.join(host).join("release"),
            work,
        })
    }

    /// Lets one target run, and says how many inputs it took.
    fn fuzz(&self, name: &str) -> Result<u64, String> {
        let corpus = match self.until {
            Until::Seconds(_) => self.work.join("corpus").join(name),
            Until::Again => self.work.join("again").join(name),
        };
        if matches!(self.until, Until::Again) && corpus.exists() {
            fs::remove_dir_all(&corpus)
                .map_err(|error| format!("{}: {error}", corpus.display()))?;
        }
        let artifacts = self.work.join("artifacts").join(name);
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let log = self.work.join(format!("{name}.log"));
        let wrong = |error| format!("{}: {error}", log.display());
        let output = File::create(&log).map_err(wrong)?;
        let mut command = Command::new(self.binaries.join(name));
        if KNOW_THE_MODEL.contains(&name) {
            command.arg(format!("-dict={}", self.work.join("model.dict").display()));
        }
        match self.until {
            Until::Seconds(seconds) => command.arg(format!("-max_total_time={seconds}")),
            Until::Again => {
                let slow = SLOW.iter().find(|(target, _)| *target == name);
                let runs = slow.map_or(RUNS, |(_, runs)| *runs);
                command.args(["-seed=1", "-reload=0", &format!("-runs={runs}")])
            }
        };
        let status = command
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args(["-timeout=30", "-print_final_stats=1"])
            // The first folder takes what is new, the others are only read.
            .args([&corpus, &self.root.join("fuzz/corpus").join(name)])
            .stderr(output)
            .status()
            .map_err(|error| format!("fuzz: {name}: {error}"))?;
        let text = String::from_utf8_lossy(&fs::read(&log).map_err(wrong)?).into_owned();
        let runs = text
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
            .and_then(|count| count.trim().parse().ok());
        match runs {
            Some(runs) if status.success() => Ok(runs),
            _ => Err(crash(name, &text, &log)),
        }
    }
}

/// What is told of a crash: the panic, the input, and where everything is.
fn crash(name: &str, text: &str, log: &Path) -> String {
    let telling =
        |line: &&str| line.contains(" panicked at ") || line.contains("Test unit written to");
    let panicked = text.lines().skip_while(|line| !telling(line)).take(2);
    let input = text
        .lines()
        .filter(|line| line.contains("Test unit written to"));
    let lines: Vec<_> = panicked.chain(input).collect();
    format!(
        "fuzz: {name}: crashed\n{}\nsee {}",
        lines.join("\n"),
        log.display()
    )
}

/// The names that the model uses, from the generated code, as a dictionary of libFuzzer.
fn words(folder: &Path) -> Result<String, String> {
    let mut words = BTreeSet::new();
    for path in files(folder)? {
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_:-".contains(&byte);
        let fits = |word: &&str| (2..=64).contains(&word.len()) && word.bytes().all(is_plain);
        words.extend(
            text.split('"')
                .filter(fits)
                .map(|word| format!("\"{word}\"\n")),
        );
    }
    Ok(words.into_iter().collect())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The target triple of this machine.
fn host() -> Result<String, String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| format!("rustc: {error}"))?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not name its host".to_owned())
}
