//! Functions behind the Invoke API, the Runtime Interface Emulator and webhooks.

use aws_lc_rs::hmac;
use cenote_idp::ports::{TriggerError, Triggers};
use cenote_server::config::{Trigger, TriggerTarget};
use cenote_server::outbound::{Http, Targets};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

use crate::fake::{ARN, Fake, NAME, Say, clock, metrics, settings, targets};

const EVENT: &str = r#"{"triggerSource":"PreSignUp_SignUp","response":{}}"#;
const THROWN: &str = r#"{"errorMessage":"not you","errorType":"Error"}"#;

fn lambda(url: &str) -> TriggerTarget {
    TriggerTarget::Lambda {
        endpoint: url.to_owned(),
        function: None,
    }
}

fn webhook(url: &str) -> TriggerTarget {
    TriggerTarget::Webhook {
        url: url.to_owned(),
        secret: b"0123456789abcdef0123456789abcdef".to_vec(),
    }
}

fn rie(url: &str) -> TriggerTarget {
    TriggerTarget::Rie(url.to_owned())
}

fn refused(name: &str) -> TriggerError {
    TriggerError::Refused(name.to_owned())
}

fn failed(message: &str) -> TriggerError {
    TriggerError::Failed(message.to_owned())
}

/// What comes of a script, and how often the target was asked.
async fn outcome(
    target: fn(&str) -> TriggerTarget,
    script: Vec<Say>,
) -> (Result<String, TriggerError>, usize) {
    let fake = Fake::new(script).await;
    let targets = targets(target(&fake.url), 250, 4);
    let outcome = targets.call(NAME, ARN, EVENT.as_bytes(), Uuid::nil()).await;
    let outcome = outcome.map(|answer| String::from_utf8(answer).unwrap());
    (outcome, fake.seen().len())
}

#[tokio::test]
async fn lambda_is_invoked_with_a_signature_for_the_region_of_the_arn() {
    let fake = Fake::new([Say::ok(EVENT), Say::status(202)]).await;
    let targets = targets(lambda(&fake.url), 5_000, 4);
    let id = Uuid::new_v4();
    let answer = targets
        .call(NAME, &format!("{ARN}:live"), EVENT.as_bytes(), id)
        .await;
    assert_eq!(answer, Ok(EVENT.as_bytes().to_vec()));
    assert_eq!(targets.tell(NAME, ARN, EVENT.as_bytes(), id).await, Ok(()));
    let [called, told] = &fake.seen()[..] else {
        panic!("two requests");
    };
    let function = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-3%3A111122223333%3Afunction%3Apre-sign-up/invocations";
    assert_eq!(called.path, format!("{function}?Qualifier=live"));
    assert_eq!(told.path, function);
    assert_eq!(called.body, EVENT);
    assert_eq!(called.header("x-amz-invocation-type"), "RequestResponse");
    assert_eq!(told.header("x-amz-invocation-type"), "Event");
    assert_eq!(called.header("amz-sdk-invocation-id"), id.to_string());
    assert_eq!(called.header("x-amz-security-token"), "a-session");
    assert_eq!(
        called.header("host"),
        fake.url.strip_prefix("http://").unwrap()
    );
    let authorization = called.header("authorization");
    let day = &called.header("x-amz-date")[..8];
    let start = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{day}/eu-west-3/lambda/aws4_request, \
         SignedHeaders=amz-sdk-invocation-id;content-type;host;x-amz-date;x-amz-invocation-type;\
         x-amz-security-token, Signature="
    );
    assert!(authorization.starts_with(&start), "{authorization}");
}

#[tokio::test]
async fn a_function_may_have_a_name_of_its_own_and_an_endpoint_for_each_region() {
    let fake = Fake::new([Say::ok("{}")]).await;
    let target = TriggerTarget::Lambda {
        endpoint: format!("{}/{{region}}", fake.url),
        function: Some("PreSignUp".to_owned()),
    };
    let targets = targets(target, 5_000, 4);
    let answer = targets.call(NAME, ARN, EVENT.as_bytes(), Uuid::nil()).await;
    assert_eq!(answer, Ok(b"{}".to_vec()));
    assert_eq!(
        fake.seen()[0].path,
        "/eu-west-3/2015-03-31/functions/PreSignUp/invocations"
    );
}

#[tokio::test]
async fn answers_of_lambda_mean_what_its_api_says() {
    const UNHANDLED: &[(&str, &str)] = &[("x-amz-function-error", "Unhandled")];
    const DENIED: &[(&str, &str)] = &[("x-amzn-errortype", "AccessDeniedException:http://x/")];
    let busy = || Say::status(429);
    for (script, expected, asked) in [
        (vec![Say::ok(EVENT)], Ok(EVENT.to_owned()), 1),
        (vec![Say::ok("null")], Ok("null".to_owned()), 1),
        (vec![Say::ok("<html>")], Err(TriggerError::Unreadable), 1),
        (
            vec![Say(200, UNHANDLED, THROWN.to_owned())],
            Err(failed("not you")),
            1,
        ),
        (
            vec![Say(200, UNHANDLED, "null".to_owned())],
            Err(failed("Unhandled")),
            1,
        ),
        // Without the header, an object of that form is what the function returned.
        (vec![Say::ok(THROWN)], Ok(THROWN.to_owned()), 1),
        (
            vec![Say(403, DENIED, String::new())],
            Err(refused("AccessDeniedException")),
            1,
        ),
        (
            vec![Say::status(404)],
            Err(refused("ResourceNotFoundException")),
            1,
        ),
        (vec![Say::status(500)], Err(refused("ServiceException")), 1),
        (
            vec![Say(307, &[("location", "/elsewhere")], String::new())],
            Err(refused("ServiceException")),
            1,
        ),
        (vec![busy(), Say::ok("{}")], Ok("{}".to_owned()), 2),
        (
            vec![busy(), busy(), busy()],
            Err(refused("TooManyRequestsException")),
            3,
        ),
        (vec![], Err(TriggerError::TimedOut), 3),
        (
            vec![Say::ok(&" ".repeat(6 * 1024 * 1024 + 1))],
            Err(TriggerError::Unreadable),
            1,
        ),
    ] {
        assert_eq!(outcome(lambda, script).await, (expected, asked));
    }
}

#[tokio::test]
async fn errors_of_the_interface_emulator_are_told_by_their_form() {
    for (script, expected, asked) in [
        (vec![Say::ok(EVENT)], Ok(EVENT.to_owned()), 1),
        (vec![Say::ok(THROWN)], Err(failed("not you")), 1),
        (
            vec![Say::ok("Task timed out after 3.00 seconds")],
            Err(failed("Task timed out after 3.00 seconds")),
            1,
        ),
        (
            vec![Say(502, &[], THROWN.to_owned())],
            Err(failed("not you")),
            1,
        ),
        (vec![Say::status(504)], Err(refused("ServiceException")), 1),
        (
            vec![Say::status(400), Say::ok("{}")],
            Ok("{}".to_owned()),
            2,
        ),
    ] {
        assert_eq!(outcome(rie, script).await, (expected, asked));
    }
    let fake = Fake::new([Say::ok("{}")]).await;
    let answer = targets(rie(&fake.url), 5_000, 1)
        .call(NAME, ARN, EVENT.as_bytes(), Uuid::nil())
        .await;
    assert_eq!(answer, Ok(b"{}".to_vec()));
    assert_eq!(
        fake.seen()[0].path,
        "/2015-03-31/functions/function/invocations"
    );
    assert_eq!(fake.seen()[0].body, EVENT);
}

#[tokio::test]
async fn webhooks_answer_with_an_event_or_an_error() {
    for (script, expected, asked) in [
        (vec![Say::ok(EVENT)], Ok(EVENT.to_owned()), 1),
        (vec![Say::ok(THROWN)], Err(failed("not you")), 1),
        (
            vec![Say(422, &[], THROWN.to_owned())],
            Err(failed("not you")),
            1,
        ),
        (
            vec![Say(500, &[], THROWN.to_owned())],
            Err(refused("ServiceException")),
            1,
        ),
        (
            vec![Say::status(401)],
            Err(refused("AccessDeniedException")),
            1,
        ),
        (
            vec![Say(302, &[("location", "/elsewhere")], String::new())],
            Err(refused("ServiceException")),
            1,
        ),
        (vec![Say::ok("fine")], Err(TriggerError::Unreadable), 1),
        (vec![Say::ok("")], Err(TriggerError::Unreadable), 1),
        (
            vec![Say::status(429), Say::ok("{}")],
            Ok("{}".to_owned()),
            2,
        ),
        (vec![], Err(TriggerError::TimedOut), 3),
    ] {
        assert_eq!(outcome(webhook, script).await, (expected, asked));
    }
}

#[tokio::test]
async fn webhooks_are_signed_and_every_attempt_has_the_same_id() {
    let fake = Fake::new([Say::status(429), Say::ok("{}"), Say::ok("done")]).await;
    let targets = targets(webhook(&fake.url), 5_000, 4);
    let id = Uuid::new_v4();
    let answer = targets.call(NAME, ARN, EVENT.as_bytes(), id).await;
    assert_eq!(answer, Ok(b"{}".to_vec()));
    // Nobody reads what comes back from one that is only told.
    assert_eq!(targets.tell(NAME, ARN, b"{}", id).await, Ok(()));
    let seen = fake.seen();
    let ids: Vec<&str> = seen.iter().map(|seen| seen.header("webhook-id")).collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    assert_eq!(seen[0].header("cenote-function-arn"), ARN);
    for seen in &seen {
        let timestamp = seen.header("webhook-timestamp");
        let text = format!("{}.{timestamp}.{}", seen.header("webhook-id"), seen.body);
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"0123456789abcdef0123456789abcdef");
        let signature = data_encoding::BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref());
        assert_eq!(seen.header("webhook-signature"), format!("v1,{signature}"));
    }
}

#[tokio::test]
async fn a_host_that_is_away_is_tried_three_times() {
    let nobody = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let targets = targets(lambda(&format!("http://{nobody}")), 5_000, 4);
    let answer = targets.call(NAME, ARN, EVENT.as_bytes(), Uuid::nil()).await;
    assert_eq!(answer, Err(refused("ServiceException")));
}

#[tokio::test]
async fn what_no_table_fits_is_misconfigured_and_what_is_too_long_is_not_sent() {
    let fake = Fake::new([]).await;
    let mut settings = settings();
    settings.triggers = vec![Trigger {
        arn: ARN.to_owned(),
        target: webhook(&fake.url),
        timeout: Duration::from_secs(5),
        concurrency: 1,
    }];
    let targets = Targets::new(&settings, &Http::default(), &clock(), &metrics());
    let other = targets
        .call(NAME, "arn:aws:lambda:x", b"{}", Uuid::nil())
        .await;
    assert_eq!(other, Err(TriggerError::Misconfigured));
    let long = vec![b' '; 6 * 1024 * 1024 + 1];
    let too_long = Err(refused("RequestTooLargeException"));
    assert_eq!(targets.call(NAME, ARN, &long, Uuid::nil()).await, too_long);
    let told = targets
        .tell(NAME, ARN, &long[..=1024 * 1024], Uuid::nil())
        .await;
    assert_eq!(told.map(|()| Vec::new()), too_long);
    assert_eq!(fake.seen().len(), 0);
}

#[tokio::test]
async fn the_first_table_that_fits_counts() {
    let (first, second) = (
        Fake::new([Say::ok("1")]).await,
        Fake::new([Say::ok("2")]).await,
    );
    let mut settings = settings();
    settings.triggers = [("*:pre-sign-up", &first), ("*", &second)]
        .map(|(arn, fake)| Trigger {
            arn: arn.to_owned(),
            target: webhook(&fake.url),
            timeout: Duration::from_secs(5),
            concurrency: 1,
        })
        .into();
    let targets = Targets::new(&settings, &Http::default(), &clock(), &metrics());
    assert_eq!(
        targets.call(NAME, ARN, b"{}", Uuid::nil()).await,
        Ok(b"1".to_vec())
    );
    let other = format!("{ARN}:live");
    assert_eq!(
        targets.call(NAME, &other, b"{}", Uuid::nil()).await,
        Ok(b"2".to_vec())
    );
}

#[tokio::test]
async fn a_dead_target_holds_up_nobody_but_itself() {
    let (dead, alive) = (Fake::new([]).await, Fake::new([Say::ok("{}")]).await);
    let mut settings = settings();
    settings.triggers = [("dead*", &dead), ("*", &alive)]
        .map(|(arn, fake)| Trigger {
            arn: arn.to_owned(),
            target: webhook(&fake.url),
            timeout: Duration::from_millis(300),
            concurrency: 1,
        })
        .into();
    let targets = Arc::new(Targets::new(
        &settings,
        &Http::default(),
        &clock(),
        &metrics(),
    ));
    let one = |arn: &'static str| {
        let targets = Arc::clone(&targets);
        tokio::spawn(async move { targets.call(NAME, arn, b"{}", Uuid::nil()).await })
    };
    let (first, second) = (one("dead"), one("dead too"));
    assert_eq!(one("alive").await.unwrap(), Ok(b"{}".to_vec()));
    assert!(!first.is_finished() && !second.is_finished());
    let mut outcomes = [first.await.unwrap(), second.await.unwrap()];
    outcomes.sort_by_key(|outcome| matches!(outcome, Err(TriggerError::TimedOut)));
    assert_eq!(
        outcomes,
        [
            Err(refused("TooManyRequestsException")),
            Err(TriggerError::TimedOut)
        ]
    );
}

#[tokio::test]
async fn a_function_goes_on_when_the_caller_hangs_up() {
    let fake = Fake::new([Say::status(429), Say::ok("{}")]).await;
    let targets = targets(webhook(&fake.url), 5_000, 1);
    let call = targets.call(NAME, ARN, EVENT.as_bytes(), Uuid::nil());
    // Hung up before the second attempt.
    let hung_up = tokio::time::timeout(Duration::from_millis(20), call).await;
    assert!(hung_up.is_err());
    let all = async {
        while fake.seen().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), all)
        .await
        .expect("the second attempt comes");
}
