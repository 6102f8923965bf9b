//! Functions that are programs: one per call, or a bootstrap that asks for events.

use std::collections::BTreeMap;
use std::time::Duration;

use cenote_idp::ports::{TriggerError, Triggers};
use cenote_server::config::{Program, TriggerTarget};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fake::{ARN, NAME, targets};

/// A runtime as small as it can be: what the event's `do` says is done.
const RUNTIME: &str = r#"
import json, os, sys, time, urllib.request
root = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"

def post(path, value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    try:
        urllib.request.urlopen(urllib.request.Request(root + path, body, method="POST"))
        return 202
    except urllib.error.HTTPError as error:
        return error.code

if os.environ["_HANDLER"] == "broken":
    post("init/error", {"errorMessage": "no module", "errorType": "Runtime.ImportModuleError"})
    sys.exit(1)
while True:
    with urllib.request.urlopen(root + "invocation/next") as answer:
        event, headers = json.load(answer), answer.headers
    id, act = headers["Lambda-Runtime-Aws-Request-Id"], event["do"]
    if act == "answer":
        left = int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - time.time()
        post(f"invocation/{id}/response", {
            "pid": os.getpid(), "id": id, "arn": headers["Lambda-Runtime-Invoked-Function-Arn"],
            "in time": 0 < left <= 5, "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
            "region": os.environ["AWS_REGION"], "extra": os.environ.get("EXTRA"),
            "unknown": post("invocation/other/response", {}),
        })
    elif act == "throw":
        post(f"invocation/{id}/error", {"errorMessage": "not you", "errorType": "Error"})
    elif act == "garbage":
        post(f"invocation/{id}/response", b"<html>")
    elif act == "too much":
        post(f"invocation/{id}/response", b" " * (6 * 1024 * 1024 + 1))
    elif act == "die":
        os._exit(3)
    else:
        time.sleep(60)
"#;

fn program(command: &[&str]) -> Program {
    Program {
        command: command.iter().map(|part| (*part).to_owned()).collect(),
        directory: None,
        environment: BTreeMap::from([("EXTRA".to_owned(), "from the file".to_owned())]),
    }
}

fn bootstrap(handler: &str) -> TriggerTarget {
    TriggerTarget::Bootstrap {
        program: program(&["python3", "-c", RUNTIME]),
        handler: Some(handler.to_owned()),
    }
}

/// What a Python program answers to an event, within `timeout_ms`.
async fn command(script: &str, timeout_ms: u64) -> Result<Value, TriggerError> {
    let target = TriggerTarget::Command(program(&["python3", "-c", script]));
    let answer = targets(target, timeout_ms, 4)
        .call(NAME, ARN, br#"{"request":{"n":1}}"#, Uuid::nil())
        .await;
    answer.map(|answer| serde_json::from_slice(&answer).expect("JSON"))
}

fn failed<T>(message: &str) -> Result<T, TriggerError> {
    Err(TriggerError::Failed(message.to_owned()))
}

#[tokio::test]
async fn a_command_reads_the_event_and_writes_its_answer() {
    let answer = command(
        "import json, os, sys\n\
         event = json.load(sys.stdin)\n\
         event['response'] = {name: os.environ.get(name) for name in \
         ('AWS_LAMBDA_FUNCTION_NAME', 'CENOTE_FUNCTION_ARN', 'CENOTE_REQUEST_ID', 'EXTRA')}\n\
         print('seen', file=sys.stderr)\n\
         json.dump(event, sys.stdout)",
        5_000,
    )
    .await;
    let expected = json!({"request": {"n": 1}, "response": {
        "AWS_LAMBDA_FUNCTION_NAME": "pre-sign-up",
        "CENOTE_FUNCTION_ARN": ARN,
        "CENOTE_REQUEST_ID": "00000000-0000-0000-0000-000000000000",
        "EXTRA": "from the file",
    }});
    assert_eq!(answer, Ok(expected));
}

#[tokio::test]
async fn a_command_fails_with_the_last_line_of_stderr_or_an_error_object() {
    let crash = "import sys; sys.stdin.read(); raise ValueError('not you')";
    assert_eq!(command(crash, 5_000).await, failed("ValueError: not you"));
    let silent = "import sys; sys.exit(7)";
    let text = "RequestId: 00000000-0000-0000-0000-000000000000 Error: \
                Runtime exited with error: exit status 7";
    assert_eq!(command(silent, 5_000).await, failed(text));
    let object = r#"print('{"errorMessage": "not you", "errorType": "Error"}')"#;
    assert_eq!(command(object, 5_000).await, failed("not you"));
}

#[tokio::test]
async fn a_command_without_json_is_unreadable_and_one_that_is_not_there_misconfigured() {
    for script in [
        "print('hello')",
        "pass",
        "print(' ' * (6 * 1024 * 1024 + 1))",
    ] {
        let answer = command(script, 5_000).await;
        assert_eq!(answer, Err(TriggerError::Unreadable), "{script}");
    }
    let nowhere = TriggerTarget::Command(program(&["/nowhere/function"]));
    let answer = targets(nowhere, 5_000, 1)
        .call(NAME, ARN, b"{}", Uuid::nil())
        .await;
    assert_eq!(answer, Err(TriggerError::Misconfigured));
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_hangs_is_ended_with_its_children() {
    let folder = std::env::temp_dir().join(format!("cenote-hang-{}", Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let script = "sh -c 'sleep 30; true' & echo $! >> children; wait";
    let target = TriggerTarget::Command(Program {
        directory: Some(folder.clone()),
        ..program(&["sh", "-c", script])
    });
    let answer = targets(target, 400, 1)
        .call(NAME, ARN, b"{}", Uuid::nil())
        .await;
    assert_eq!(answer, Err(TriggerError::TimedOut));
    let children = std::fs::read_to_string(folder.join("children")).unwrap();
    let children: Vec<&str> = children.lines().collect();
    assert_eq!(children.len(), 3, "one for each attempt");
    let dead = |child: &str| {
        let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    };
    // A signal takes a moment to arrive.
    let all_dead = async {
        while !children.iter().all(|child| dead(child)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(1), all_dead)
        .await
        .expect("no child outlives its deadline");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_bootstrap_serves_one_event_after_another_in_one_process() {
    let targets = targets(bootstrap("main"), 5_000, 2);
    let mut pids = Vec::new();
    for id in [Uuid::new_v4(), Uuid::new_v4()] {
        let answer = targets
            .call(NAME, ARN, br#"{"do":"answer"}"#, id)
            .await
            .unwrap();
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        pids.push(answer["pid"].take());
        let expected = json!({
            "pid": null, "id": id.to_string(), "arn": ARN, "in time": true, "name": "pre-sign-up",
            "region": "eu-west-3", "extra": "from the file", "unknown": 400,
        });
        assert_eq!(answer, expected);
    }
    assert_eq!(pids[0], pids[1]);
}

#[tokio::test]
async fn what_a_bootstrap_may_do_wrong() {
    let targets = targets(bootstrap("main"), 1_500, 1);
    let act = async |what: &str| {
        let event = json!({"do": what}).to_string();
        targets.call(NAME, ARN, event.as_bytes(), Uuid::nil()).await
    };
    assert_eq!(act("throw").await, failed("not you"));
    assert_eq!(act("garbage").await, Err(TriggerError::Unreadable));
    assert_eq!(act("too much").await, Err(TriggerError::Unreadable));
    // It lives still, and is started anew when it died or was ended.
    assert!(act("answer").await.is_ok());
    let text = "RequestId: 00000000-0000-0000-0000-000000000000 Error: \
                Runtime exited with error: exit status 3";
    assert_eq!(act("die").await, failed(text));
    assert!(act("answer").await.is_ok());
    assert_eq!(act("hang").await, Err(TriggerError::TimedOut));
    assert!(act("answer").await.is_ok());
}

#[tokio::test]
async fn a_bootstrap_that_does_not_get_as_far_as_its_function_says_why() {
    let broken = targets(bootstrap("broken"), 5_000, 1);
    let answer = broken.call(NAME, ARN, b"{}", Uuid::nil()).await;
    assert_eq!(answer, failed("no module"));
    let nowhere = TriggerTarget::Bootstrap {
        program: program(&["/nowhere/bootstrap"]),
        handler: None,
    };
    let answer = targets(nowhere, 5_000, 1)
        .call(NAME, ARN, b"{}", Uuid::nil())
        .await;
    assert_eq!(answer, Err(TriggerError::Misconfigured));
}
