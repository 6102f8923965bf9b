//! Runs test runners, shows what they say, and adds up their totals.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;

/// The sum so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
}

/// How the totals of a runner are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    Nextest,
    CargoTest,
    /// `cargo test --doc`: the only one that may find nothing to run.
    Documentation,
    Pytest,
    Node,
}

impl Tally {
    /// Counts something that went wrong outside a test.
    pub(super) fn fail(&mut self) {
        self.failed += 1;
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        if self.failed == 0 && self.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Runs one runner to its end. It counts as a failure when it ran no test, or when it ended badly
    /// without a failed test to show for it.
    pub(super) fn run(
        &mut self,
        name: &str,
        runner: Runner,
        mut command: Command,
    ) -> Result<(), String> {
        println!("== {name}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} cannot be run: {error}"))?;
        let mut found = Self::default();
        for line in lines(child.stdout.take(), child.stderr.take()) {
            println!("{line}");
            found.read(runner, &line);
        }
        let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
        if found == Self::default() && runner != Runner::Documentation {
            println!("== {name}: no test was run");
            found.fail();
        } else if !status.success() && found.failed == 0 {
            println!("== {name}: ended with {status}");
            found.fail();
        }
        println!("== {name}: {found}");
        self.passed += found.passed;
        self.failed += found.failed;
        Ok(())
    }

    /// Takes in one line of a runner's output.
    fn read(&mut self, runner: Runner, line: &str) {
        let line = line.trim();
        match runner {
            Runner::Nextest => {
                if line.starts_with("Summary [") {
                    self.count(line.split_once("run:").map_or("", |(_, totals)| totals));
                }
            }
            Runner::CargoTest | Runner::Documentation => {
                if let Some((_, totals)) = line.split_once("test result: ") {
                    self.count(totals);
                }
            }
            Runner::Pytest => {
                // `5 passed, 1 failed in 3.21s`, with or without a frame of `=`.
                let bare = line.trim_matches(|c| c == '=' || c == ' ');
                if let Some((totals, time)) = bare.rsplit_once(" in ")
                    && time.starts_with(|c: char| c.is_ascii_digit())
                {
                    self.count(totals);
                }
            }
            Runner::Node => {
                if let Some((word, number)) = line
                    .strip_prefix("# ")
                    .and_then(|rest| rest.split_once(' '))
                {
                    self.count(&format!("{number} {word}"));
                }
            }
        }
    }

    /// Adds up `5 passed, 1 failed, …` and its like. A test that was skipped was not run: it failed.
    fn count(&mut self, totals: &str) {
        for part in totals.split([',', ';']) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let found = words
                .windows(2)
                .find_map(|pair| pair[0].parse::<u64>().ok().map(|number| (number, pair[1])));
            match found {
                Some((number, "passed" | "pass")) => self.passed += number,
                Some((
                    number,
                    "failed" | "fail" | "error" | "errors" | "timed" | "exec" | "skipped"
                    | "ignored" | "cancelled" | "todo" | "xfailed" | "xpassed",
                )) => self.failed += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The lines of both streams, as they come.
fn lines(
    out: Option<impl Read + Send + 'static>,
    err: Option<impl Read + Send + 'static>,
) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    forward(out, sender.clone());
    forward(err, sender);
    receiver
}

fn forward(stream: Option<impl Read + Send + 'static>, sender: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(text).is_err() {
                break;
            }
            line.clear();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runner: Runner, lines: &[&str]) -> (u64, u64) {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(runner, line);
        }
        (tally.passed, tally.failed)
    }

    #[test]
    fn nextest_is_read() {
        let line = "     Summary [   3.210s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 0 skipped";
        assert_eq!(read(Runner::Nextest, &["   PASS [ 0.1s] a", line]), (6, 3));
        let all = "     Summary [   0.004s] 1 test run: 1 passed, 0 skipped";
        assert_eq!(read(Runner::Nextest, &[all]), (1, 0));
    }

    #[test]
    fn cargo_test_is_summed_over_its_binaries() {
        let one = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        let two = "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 5 filtered out";
        assert_eq!(
            read(Runner::CargoTest, &[one, "running 3 tests", two]),
            (5, 1)
        );
    }

    #[test]
    fn pytest_is_read_with_and_without_its_frame() {
        let framed = "===== 2 failed, 5 passed, 1 skipped, 3 deselected, 1 error in 3.21s =====";
        assert_eq!(read(Runner::Pytest, &[framed]), (5, 4));
        assert_eq!(
            read(
                Runner::Pytest,
                &["7 passed, 3 deselected in 75.00s (0:01:15)"]
            ),
            (7, 0)
        );
        assert_eq!(
            read(
                Runner::Pytest,
                &["no tests ran in 0.01s", "9 passed in spirit"]
            ),
            (0, 0)
        );
    }

    #[test]
    fn node_is_read_from_its_last_lines_only() {
        let lines = [
            "ok 1 - a",
            "# tests 4",
            "# pass 2",
            "# fail 1",
            "# cancelled 1",
            "# skipped 0",
            "# duration_ms 12",
        ];
        assert_eq!(read(Runner::Node, &lines), (2, 2));
    }

    #[test]
    fn nothing_run_is_no_success() {
        assert_eq!(Tally::default().exit_code(), ExitCode::FAILURE);
        assert_eq!(
            Tally {
                passed: 1,
                failed: 1
            }
            .exit_code(),
            ExitCode::FAILURE
        );
        assert_eq!(
            Tally {
                passed: 1,
                failed: 0
            }
            .exit_code(),
            ExitCode::SUCCESS
        );
    }
}
