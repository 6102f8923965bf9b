//! A program per call: the event on stdin, the answer on stdout, an error in the exit status and on stderr.

use std::process::{ExitStatus, Stdio};

use cenote_idp::ports::TriggerError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::answer::{error_message, failed, result};
use super::lambda::FunctionName;
use super::process::Process;
use super::{Call, Fault, MOST_BYTES};
use crate::config::Program;

/// What is kept of stderr.
const MOST_STDERR_BYTES: usize = 64 * 1024;

pub(super) async fn invoke(program: &Program, call: &Call) -> Result<Vec<u8>, Fault> {
    let name = FunctionName::of(&call.arn);
    let variables = [
        ("AWS_LAMBDA_FUNCTION_NAME", name.name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", name.version.to_owned()),
        ("CENOTE_FUNCTION_ARN", call.arn.clone()),
        ("CENOTE_REQUEST_ID", call.request_id.to_string()),
    ];
    let mut process = Process::start(program, variables, Stdio::piped()).map_err(|error| {
        tracing::error!(
            trigger.arn = call.arn,
            program = program.command.first(),
            %error,
            "The program of a trigger cannot be started"
        );
        Fault::Final(TriggerError::Misconfigured)
    })?;
    let (stdin, stdout, stderr) = (
        process.stdin.take(),
        process.stdout.take(),
        process.stderr.take(),
    );
    let feed = async {
        if let Some(mut stdin) = stdin
            && let Err(error) = stdin.write_all(&call.event).await
        {
            // A program need not read what it does not care for.
            tracing::debug!(trigger.arn = call.arn, %error, "A program did not read its event");
        }
    };
    let ((), stdout, stderr, status) = tokio::join!(
        feed,
        read(stdout, MOST_BYTES),
        read(stderr, MOST_STDERR_BYTES),
        process.wait(),
    );
    let stderr = String::from_utf8_lossy(&stderr.bytes).into_owned();
    if !stderr.trim().is_empty() {
        tracing::info!(trigger.arn = call.arn, "{}", stderr.trim_end());
    }
    if let Some(message) = error_message(&stdout.bytes) {
        return Err(failed(&message));
    }
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(failed(&message(&stderr, status, call))),
        Err(_) => return Err(Fault::Final(TriggerError::Misconfigured)),
    }
    if stdout.is_cut {
        return Err(Fault::Final(TriggerError::Unreadable));
    }
    result(call, &stdout.bytes)
}

/// The last line of stderr, where interpreters put what went wrong.
fn message(stderr: &str, status: ExitStatus, call: &Call) -> String {
    let last = stderr.lines().map(str::trim).rfind(|line| !line.is_empty());
    last.map_or_else(|| exited(call, Some(status)), str::to_owned)
}

/// What Lambda says of a runtime that ended without a word.
pub(super) fn exited(call: &Call, status: Option<ExitStatus>) -> String {
    let reason = match status.and_then(|status| status.code()) {
        Some(0) => "Runtime exited without providing a reason".to_owned(),
        Some(code) => format!("Runtime exited with error: exit status {code}"),
        None => "Runtime exited with error: signal: killed".to_owned(),
    };
    format!("RequestId: {} Error: {reason}", call.request_id)
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    is_cut: bool,
}

/// Reads to the end and keeps the beginning.
async fn read(stream: Option<impl AsyncRead + Unpin>, most: usize) -> Output {
    let mut output = Output::default();
    let Some(mut stream) = stream else {
        return output;
    };
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = stream.read(&mut piece).await {
        let room = most - output.bytes.len();
        output.is_cut |= length > room;
        output.bytes.extend_from_slice(&piece[..length.min(room)]);
    }
    output
}
