//! Unmodified Lambda bootstraps: processes that ask the server for events, started on first use and again
//! when they died.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use cenote_idp::ports::{Clock, TriggerError};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::sync::oneshot;

use super::answer::{error_message, failed, result};
use super::command::exited;
use super::lambda::FunctionName;
use super::process::Process;
use super::runtime_api::{Invocation, Reply, RuntimeApi};
use super::{Call, Fault};
use crate::config::Program;

/// A longer line of a function's log is cut into several.
const MOST_LINE_BYTES: u64 = 8 * 1024;

pub(super) struct Bootstrap {
    program: Program,
    handler: Option<String>,
    clock: Arc<dyn Clock>,
    /// Those that wait for an event; the last one used is the next one used.
    resting: Mutex<Vec<Environment>>,
    most: usize,
}

/// A process and the API that it talks to.
struct Environment {
    arn: String,
    process: Process,
    api: RuntimeApi,
}

impl Bootstrap {
    pub(super) fn new(
        program: &Program,
        handler: Option<&str>,
        most: usize,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        Self {
            program: program.clone(),
            handler: handler.map(str::to_owned),
            clock: Arc::clone(clock),
            resting: Mutex::default(),
            most,
        }
    }

    /// Dropped before its end, it ends the process, which nobody can tell to stop.
    pub(super) async fn invoke(&self, call: &Call) -> Result<Vec<u8>, Fault> {
        let mut environment = match self.take(&call.arn) {
            Some(environment) => environment,
            None => self.start(&call.arn).await?,
        };
        let (reply, answer) = oneshot::channel();
        let patience = i64::try_from(call.timeout.as_millis()).unwrap_or(i64::MAX);
        let invocation = Invocation {
            id: call.request_id.to_string(),
            arn: call.arn.clone(),
            deadline_ms: self.clock.client_ms().saturating_add(patience),
            event: call.event.clone(),
            reply,
        };
        environment.api.hand_over(invocation).await;
        let reply = tokio::select! {
            biased;
            Ok(reply) = answer => reply,
            status = environment.process.wait() => {
                return Err(failed(&exited(call, status.ok())));
            }
        };
        match reply {
            Reply::Result(body) => {
                self.give_back(environment);
                result(call, &body)
            }
            Reply::Error(body) => {
                self.give_back(environment);
                Err(error(&body))
            }
            Reply::InitError(body) => Err(error(&body)),
            Reply::TooLong => {
                self.give_back(environment);
                Err(Fault::Final(TriggerError::Unreadable))
            }
        }
    }

    /// One that rests and lives.
    fn take(&self, arn: &str) -> Option<Environment> {
        let mut resting = self.resting();
        resting.retain_mut(|environment| environment.process.is_running());
        let at = resting
            .iter()
            .rposition(|environment| environment.arn == arn)?;
        Some(resting.remove(at))
    }

    fn give_back(&self, environment: Environment) {
        self.resting().push(environment);
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, Vec<Environment>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn start(&self, arn: &str) -> Result<Environment, Fault> {
        {
            // A pattern may stand for many functions; those that rest longest make room.
            let mut resting = self.resting();
            let surplus = (resting.len() + 1).saturating_sub(self.most);
            resting.drain(..surplus);
        }
        let started = async {
            let api = RuntimeApi::listen().await?;
            let variables = self.variables(arn, &api.address.to_string());
            let process = Process::start(&self.program, variables, Stdio::null())?;
            std::io::Result::Ok((process, api))
        };
        let (mut process, api) = started.await.map_err(|error| {
            tracing::error!(
                trigger.arn = arn,
                program = self.program.command.first(),
                %error,
                "The bootstrap of a trigger cannot be started"
            );
            Fault::Final(TriggerError::Misconfigured)
        })?;
        follow(process.stdout.take(), arn);
        follow(process.stderr.take(), arn);
        Ok(Environment {
            arn: arn.to_owned(),
            process,
            api,
        })
    }

    /// What Lambda tells a runtime.
    fn variables(&self, arn: &str, api: &str) -> Vec<(&'static str, String)> {
        let name = FunctionName::of(arn);
        let mut variables = vec![
            ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", name.name.to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", name.version.to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{}", name.name),
            ),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "cenote".to_owned()),
        ];
        if let Some(region) = name.region {
            variables.push(("AWS_REGION", region.to_owned()));
            variables.push(("AWS_DEFAULT_REGION", region.to_owned()));
        }
        if let Some(handler) = &self.handler {
            variables.push(("_HANDLER", handler.clone()));
        }
        let root = self.program.directory.clone();
        if let Some(root) = root.or_else(|| std::env::current_dir().ok()) {
            variables.push(("LAMBDA_TASK_ROOT", root.display().to_string()));
        }
        variables
    }
}

/// The function's own error.
fn error(body: &[u8]) -> Fault {
    failed(&error_message(body).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()))
}

/// What functions print goes to the log, as long as they run.
fn follow(stream: Option<impl AsyncRead + Send + Unpin + 'static>, arn: &str) {
    let Some(stream) = stream else { return };
    let arn = arn.to_owned();
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while let Ok(1..) = (&mut stream)
            .take(MOST_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .await
        {
            tracing::info!(
                trigger.arn = arn,
                "{}",
                String::from_utf8_lossy(&line).trim_end()
            );
            line.clear();
        }
    });
}
