//! Mail from the outbox to a mail server of the test's own.

mod support;

use std::slice;
use std::sync::{Arc, Mutex};

use cenote_idp::ports::{Clock, SystemClock};
use cenote_server::config::{Posture, Smtp, SmtpSecurity};
use cenote_server::outbound::{Http, Senders, deliver};
use hyper::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use support::{Server, plain, settings};

const MINUTE_MS: i64 = 60 * 1000;

/// A mail server that answers the content of each message with the next of its replies, and hands
/// on what it was given.
async fn mail_server(
    server: &Server,
    replies: &'static [&'static str],
) -> (Arc<Senders>, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, mails) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let replies = Arc::new(Mutex::new(replies.iter()));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&replies), sender.clone()));
        }
    });
    let mut settings = settings(Posture::Dev);
    settings.smtp = Some(Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::None,
        credentials: None,
        from: "Cenote <no-reply@example.com>".to_owned(),
    });
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let senders = Senders::new(&settings, &Http::default(), &clock, &server.metrics);
    (Arc::new(senders.unwrap()), mails)
}

async fn converse(
    stream: TcpStream,
    replies: Arc<Mutex<slice::Iter<'static, &'static str>>>,
    mails: mpsc::UnboundedSender<String>,
) {
    let mut stream = BufReader::new(stream);
    let mut mail = None;
    let mut reply = "220 test";
    loop {
        if !reply.is_empty() {
            let line = format!("{reply}\r\n");
            if stream.write_all(line.as_bytes()).await.is_err() {
                return;
            }
        }
        let mut line = String::new();
        if stream
            .read_line(&mut line)
            .await
            .is_ok_and(|length| length > 0)
        {
            reply = match (&mut mail, line.trim_end()) {
                (Some(_), ".") => {
                    mails.send(mail.take().unwrap_or_default()).unwrap();
                    let mut replies = replies.lock().unwrap();
                    replies.next().expect("no more mail is expected")
                }
                (Some(mail), text) => {
                    mail.extend([text, "\n"]);
                    ""
                }
                (None, "DATA") => {
                    mail = Some(String::new());
                    "354 go on"
                }
                (None, _) => "250 ok",
            };
        } else {
            return;
        }
    }
}

/// The id of a client of a new pool.
async fn client(server: &Server) -> String {
    let pool = server.pool().await;
    let body = json!({"UserPoolId": pool, "ClientName": "app"}).to_string();
    let app = server.call("CreateUserPoolClient", body).await.json();
    app["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Signs a user up, whose address then gets a code.
async fn sign_up(server: &Server) -> String {
    let body = json!({
        "ClientId": client(server).await,
        "Username": "ann",
        "Password": "Correct-Horse-9",
        "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}],
    });
    let reply = server.call("SignUp", body.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let inbox = server.get("/_cenote/inbox", &[]).await.json();
    inbox["messages"][0]["code"].as_str().unwrap().to_owned()
}

/// The messages that a sender could take within this time.
async fn due_within(server: &Server, ms: i64) -> usize {
    let then = server.service.clock.now_ms() + ms;
    server
        .service
        .store
        .due_messages(then, 100)
        .await
        .unwrap()
        .len()
}

/// The messages that a sender could take within a day.
async fn waiting(server: &Server) -> usize {
    due_within(server, 24 * 60 * MINUTE_MS).await
}

/// Until the worker has recorded what became of its messages.
async fn until_none_waits(server: &Server) {
    while waiting(server).await > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_message_becomes_a_mail_once() {
    let server = Server::dev();
    let code = sign_up(&server).await;
    assert_eq!(waiting(&server).await, 1);
    let (mailer, mut mails) = mail_server(&server, &["250 taken"]).await;
    let worker = tokio::spawn(deliver(Arc::clone(&server.service), mailer));
    let mail = mails.recv().await.unwrap();
    for line in [
        "From: Cenote <no-reply@example.com>",
        "To: ann@example.com",
        "Subject: Your verification code",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(mail.lines().any(|found| found == line), "{line} in {mail}");
    }
    assert!(
        mail.contains(&format!("Your confirmation code is {code}")),
        "{mail}"
    );
    until_none_waits(&server).await;
    worker.abort();
}

#[tokio::test]
async fn what_is_put_off_is_sent_again_later() {
    let server = Server::dev();
    sign_up(&server).await;
    let (mailer, mut mails) = mail_server(&server, &["451 later", "250 taken"]).await;
    let worker = tokio::spawn(deliver(Arc::clone(&server.service), mailer));
    let first = mails.recv().await.unwrap();
    // The worker keeps it for longer than the pause before the second try.
    while due_within(&server, MINUTE_MS).await == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(waiting(&server).await, 1);
    let hour = plain(
        Method::POST,
        "/_cenote/clock",
        &[],
        "{\"advance_seconds\":3600}",
    );
    server.send(hour).await;
    let id = |mail: &str| {
        let line = mail.lines().find(|line| line.starts_with("Message-ID: "));
        line.expect("an id").to_owned()
    };
    assert_eq!(id(&first), id(&mails.recv().await.unwrap()));
    until_none_waits(&server).await;
    worker.abort();
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up() {
    let server = Server::dev();
    sign_up(&server).await;
    let (mailer, mut mails) = mail_server(&server, &["550 no such user"]).await;
    let worker = tokio::spawn(deliver(Arc::clone(&server.service), mailer));
    mails.recv().await.unwrap();
    until_none_waits(&server).await;
    let given_up = server
        .get("/_cenote/inbox?state=given_up", &[])
        .await
        .json();
    assert_eq!(given_up["messages"][0]["to"], "ann@example.com");
    assert_eq!(given_up["messages"][0]["tries"], 1);
    // It is counted once it is recorded.
    while server.get("/_cenote/health", &[]).await.json()["messages_given_up"] != 1 {
        tokio::task::yield_now().await;
    }
    worker.abort();
    let health = server.get("/_cenote/health", &[]).await.json();
    assert_eq!(health, json!({"status": "ok", "messages_given_up": 1}));
    let counted = server.counted().await;
    for line in [
        "cenote_messages_total{medium=\"EMAIL\",outcome=\"refused\"} 1\n",
        "cenote_messages_given_up_total 1\n",
    ] {
        assert!(counted.contains(line), "{line} in {counted}");
    }
}

#[tokio::test]
async fn two_workers_send_each_message_once() {
    let server = Server::dev();
    let client = client(&server).await;
    for n in 0..10 {
        let body = json!({
            "ClientId": client,
            "Username": format!("user{n}"),
            "Password": "Correct-Horse-9",
            "UserAttributes": [{"Name": "email", "Value": format!("user{n}@example.com")}],
        });
        let reply = server.call("SignUp", body.to_string()).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    let (one, mut its_mails) = mail_server(&server, &["250 taken"; 10]).await;
    let (other, mut others) = mail_server(&server, &["250 taken"; 10]).await;
    let workers = [one, other].map(|mailer| {
        let service = Arc::clone(&server.service);
        tokio::spawn(deliver(service, mailer))
    });
    until_none_waits(&server).await;
    let mut to = Vec::new();
    while let Some(mail) = its_mails.try_recv().ok().or_else(|| others.try_recv().ok()) {
        to.extend(
            mail.lines()
                .find_map(|line| line.strip_prefix("To: "))
                .map(str::to_owned),
        );
    }
    to.sort();
    let expected: Vec<_> = (0..10).map(|n| format!("user{n}@example.com")).collect();
    assert_eq!(to, expected);
    for worker in workers {
        worker.abort();
    }
}

#[tokio::test]
async fn mail_is_from_whom_the_pool_says() {
    let server = Server::dev();
    let pool = json!({
        "PoolName": "p",
        "AutoVerifiedAttributes": ["email"],
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/pool.example",
            "From": "The Pool <no-reply@pool.example>",
            "ReplyToEmailAddress": "help@pool.example",
            "ConfigurationSet": "set",
        },
    });
    let pool = server.call("CreateUserPool", pool.to_string()).await;
    let pool = pool.json()["UserPool"]["Id"].clone();
    let body = json!({
        "UserPoolId": pool,
        "Username": "ann",
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}],
    });
    let reply = server.call("AdminCreateUser", body.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let (mailer, mut mails) = mail_server(&server, &["250 taken"]).await;
    let worker = tokio::spawn(deliver(Arc::clone(&server.service), mailer));
    let mail = mails.recv().await.unwrap();
    for line in [
        "Reply-To: help@pool.example",
        "X-SES-CONFIGURATION-SET: set",
    ] {
        assert!(mail.lines().any(|found| found == line), "{line} in {mail}");
    }
    let from = mail.lines().find(|line| line.starts_with("From: "));
    let from = from.expect("a sender");
    assert!(
        from.contains("The Pool") && from.ends_with("<no-reply@pool.example>"),
        "{from}"
    );
    assert!(
        mail.contains("123456789012:identity/pool.example"),
        "{mail}"
    );
    let id = mail.lines().find(|line| line.starts_with("Message-ID: "));
    assert!(
        id.is_some_and(|id| id.ends_with("@pool.example>")),
        "{mail}"
    );
    worker.abort();
}
