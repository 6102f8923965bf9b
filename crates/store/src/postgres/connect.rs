//! The connections: how they are made, how long anything waits, and what a lost one looks like.

use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use cenote_idp::ports::StoreError;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Error, NoTls, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::param::Param;

/// How long to wait for a connection: to be free, or to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long to wait for an answer: a little more than the server itself spends on a statement.
pub(crate) const ANSWER: Duration = Duration::from_secs(12);
/// What each session is told first. A statement that takes longer is stuck, and a transaction that
/// stands open is what is left of a node that died.
const SESSION: &str =
    "SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'";

/// The pool of connections.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    pool: Pool,
    /// Where the server is, for messages.
    place: Arc<str>,
}

impl Connections {
    /// Prepares the pool; nothing is connected yet.
    pub(crate) fn new(url: &str, size: usize) -> Result<Self, StoreError> {
        let mut config: Config = url.parse().map_err(|error| {
            StoreError(format!(
                "the PostgreSQL URL is not valid: {}",
                explain(&error)
            ))
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(ANSWER);
        }
        if config.get_application_name().is_none() {
            config.application_name("cenote");
        }
        let place = place(&config).into();
        // A connection that has been closed is noticed without asking it.
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = if config.get_ssl_mode() == SslMode::Require {
            Manager::from_config(config, tls()?, recycling)
        } else {
            Manager::from_config(config, NoTls, recycling)
        };
        let pool = Pool::builder(manager)
            .max_size(size.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECT))
            .create_timeout(Some(CONNECT))
            .recycle_timeout(Some(CONNECT))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    client
                        .batch_execute(SESSION)
                        .await
                        .map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|error| StoreError(format!("the PostgreSQL pool cannot be made: {error}")))?;
        Ok(Self { pool, place })
    }

    /// A connection of one's own, until it is dropped.
    pub(crate) async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| {
            let place = &self.place;
            StoreError(match error {
                PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => {
                    format!(
                        "no connection to PostgreSQL at {place} became free within {} s",
                        CONNECT.as_secs()
                    )
                }
                PoolError::Timeout(_) => {
                    format!(
                        "cannot connect to PostgreSQL at {place}: no answer within {} s",
                        CONNECT.as_secs()
                    )
                }
                PoolError::Backend(error)
                | PoolError::PostCreateHook(HookError::Backend(error)) => {
                    format!(
                        "cannot connect to PostgreSQL at {place}: {}",
                        explain(&error)
                    )
                }
                other => format!("cannot connect to PostgreSQL at {place}: {other}"),
            })
        })
    }

    /// Asks one question.
    pub(crate) async fn query(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let [rows] = self.query_all([Some((sql, params))]).await?;
        Ok(rows)
    }

    /// Asks questions all at once on one connection, and all a second time when it turns out to be lost:
    /// what is asked here (reading, and deleting what is void) may be asked twice. `None` asks nothing.
    pub(crate) async fn query_all<const N: usize>(
        &self,
        questions: [Option<(&str, &[Param<'_>])>; N],
    ) -> Result<[Vec<Row>; N], StoreError> {
        let mut again = true;
        loop {
            let client = self.client().await?;
            match timeout(ANSWER, ask_all(&client, &questions)).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) if lost(&error) => {
                    discard(client);
                    if !again {
                        return Err(failed(&error));
                    }
                    again = false;
                }
                Ok(Err(error)) => return Err(failed(&error)),
                Err(_) => {
                    discard(client);
                    return Err(no_answer());
                }
            }
        }
    }
}

/// Sends every question before it waits for the first answer.
async fn ask_all<const N: usize>(
    client: &Object,
    questions: &[Option<(&str, &[Param<'_>])>; N],
) -> Result<[Vec<Row>; N], Error> {
    let mut statements = Vec::with_capacity(N);
    for question in questions {
        statements.push(match question {
            Some((sql, _)) => Some(client.prepare_cached(sql).await?),
            None => None,
        });
    }
    let ask = |at: usize| {
        let question = questions[at].zip(statements[at].as_ref());
        Box::pin(async move {
            let Some(((_, params), statement)) = question else {
                return Ok(Vec::new());
            };
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
            client.query(statement, &params).await
        })
    };
    let mut asked: [_; N] = std::array::from_fn(ask);
    let mut answers: [Vec<Row>; N] = std::array::from_fn(|_| Vec::new());
    let mut open = [true; N];
    poll_fn(|context| {
        for ((answer, asked), open) in answers.iter_mut().zip(&mut asked).zip(&mut open) {
            if *open && let Poll::Ready(rows) = asked.as_mut().poll(context) {
                *open = false;
                match rows {
                    Ok(rows) => *answer = rows,
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
        }
        if open.contains(&true) {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    })
    .await?;
    Ok(answers)
}

/// Closes a connection instead of giving it back.
pub(crate) fn discard(client: Object) {
    drop(Object::take(client));
}

/// Whether the connection is gone, or about to be.
pub(crate) fn lost(error: &Error) -> bool {
    let told = error.code().is_some_and(|code| {
        [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
        ]
        .contains(code)
    });
    told || error.is_closed()
        || error
            .source()
            .and_then(|source| source.downcast_ref::<io::Error>())
            .is_some()
}

/// The error for the log, without values: they are what the database was asked to keep.
pub(crate) fn failed(error: &Error) -> StoreError {
    StoreError(format!("PostgreSQL failed: {}", explain(error)))
}

/// The error of a server that does not answer.
pub(crate) fn no_answer() -> StoreError {
    StoreError(format!(
        "PostgreSQL did not answer within {} s",
        ANSWER.as_secs()
    ))
}

/// An error and its causes, in one line.
fn explain(error: &Error) -> String {
    if let Some(told) = error.as_db_error() {
        return format!("{} ({})", told.message(), told.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let host = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        format!(
            "{host}:{}",
            ports.get(index).or(ports.first()).unwrap_or(&5432)
        )
    });
    hosts.collect::<Vec<_>>().join(",")
}

fn tls() -> Result<MakeRustlsConnect, StoreError> {
    let unusable = |what: &dyn std::fmt::Display| {
        StoreError(format!("TLS to PostgreSQL cannot be set up: {what}"))
    };
    let mut roots = rustls::RootCertStore::empty();
    let (usable, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if usable == 0 {
        return Err(unusable(&"the machine trusts no certificate authority"));
    }
    let config = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::aws_lc_rs::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .map_err(|error| unusable(&error))?
    .with_root_certificates(roots)
    .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
