//! Chores of the repository: `cargo xtask codegen`, `cargo xtask check`, `cargo xtask test`.

mod check;
mod codegen;
mod dependencies;
mod fuzz;
mod profile;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask codegen [--model PATH]   regenerate; with --model, take over a new service model first
       cargo xtask check                    format, lints, generated files, lengths, profile, licences
       cargo xtask test [WORD]...           every test, or those of: rust python node browser sqlite postgres
       cargo xtask fuzz [--seconds N] [TARGET]...   fuzz every target, or those, for 60 seconds or N each";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    let result = match words.as_slice() {
        ["codegen"] => codegen(&root, None),
        ["codegen", "--model", model] => codegen(&root, Some(Path::new(model))),
        ["check"] => check::run(&root),
        ["test", words @ ..] => return test::run(&root, words),
        ["fuzz", words @ ..] => fuzz::run(&root, words),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn codegen(root: &Path, model: Option<&Path>) -> Result<(), String> {
    if let Some(model) = model {
        codegen::adopt(root, model)?;
    }
    for path in codegen::run(root, codegen::Mode::Write)? {
        println!("changed {}", path.display());
    }
    Ok(())
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
