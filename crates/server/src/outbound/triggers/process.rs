//! Programs that the server starts.

use std::io;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use crate::config::Program;

/// The server's own variables may hold its secrets.
const OWN_VARIABLES: &str = "CENOTE_";

/// A running program, ended with everything that it started when this is dropped.
pub(super) struct Process {
    child: Child,
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
}

impl Process {
    /// Starts a program with these variables beside those of its configuration.
    pub(super) fn start(
        program: &Program,
        variables: impl IntoIterator<Item = (&'static str, String)>,
        stdin: Stdio,
    ) -> io::Result<Self> {
        let (name, arguments) = program
            .command
            .split_first()
            .ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(name);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OWN_VARIABLES) {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .envs(variables)
            .envs(&program.environment)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        if let Some(directory) = &program.directory {
            command.current_dir(directory);
        }
        let mut child = command.spawn()?;
        Ok(Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
        })
    }

    /// Waits for its end.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Whether it still runs.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // `kill_on_drop` reaches the program alone, not what a shell started for it. Once it was waited for,
        // its id may be another's.
        #[cfg(unix)]
        if let Some(group) = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            use rustix::process::{Signal, kill_process_group};
            if let Err(error) = kill_process_group(group, Signal::KILL) {
                tracing::debug!(%error, "A program was gone before it was ended");
            }
        }
    }
}
