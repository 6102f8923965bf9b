//! A service on an in-memory database, called as the server calls it.

pub(crate) mod clients;
pub(crate) mod groups;
pub(crate) mod imports;
pub(crate) mod mfa;
pub(crate) mod oauth;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod pools;
pub(crate) mod providers;
pub(crate) mod saml;
pub(crate) mod seen;
pub(crate) mod sessions;
pub(crate) mod signing;
pub(crate) mod triggers;
pub(crate) mod watched;
pub(crate) mod world;

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use cenote_idp::crypto::{KeyReservoir, RootKeys, SigningKey};
use cenote_idp::message::{self, InboxMessage, InboxQuery};
use cenote_idp::ports::{Clock, NoTriggers, NoUpstream, Store, SystemEntropy, Triggers};
use cenote_idp::{Config, Cx, IssuerMode, Limits, OAuthRules, Parts, Peer, Service, dispatch};
use cenote_model::{ErrorCode, Operation};
use cenote_store::SqliteStore;
use serde_json::{Value, json};
use uuid::Uuid;

/// Where the clock of a test begins: some time in 2026, not on a full second.
pub(crate) const START_MS: i64 = 1_780_000_000_123;

/// The threads that each service computes on.
pub(crate) const CPU_THREADS: usize = 2;

/// The root key of a service that is not told another.
pub(crate) const ROOT: [u8; 32] = [7; 32];

/// An SmsConfiguration, which pools need to verify phone numbers by themselves.
pub(crate) fn sms() -> Value {
    json!({"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "test"})
}

/// A clock that stands still unless it is moved.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    /// Moves the clock.
    pub(crate) fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Keys that all tests share in turn: making primes would take longer than everything else.
fn ready_made() -> SigningKey {
    static KEYS: LazyLock<[Vec<u8>; 6]> =
        LazyLock::new(|| std::array::from_fn(|_| SigningKey::generate().to_pkcs8().to_vec()));
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    SigningKey::from_pkcs8(&KEYS[next % KEYS.len()]).expect("a key that was made here")
}

/// One service of one test.
#[derive(Clone)]
pub(crate) struct Harness {
    pub(crate) service: Arc<Service>,
    pub(crate) clock: Arc<TestClock>,
    /// Where its requests come from.
    pub(crate) peer: Peer,
    /// The pool whose administrators relay what its users send in a sign-in.
    relays: Option<String>,
}

impl Harness {
    #[expect(
        clippy::unused_async,
        reason = "setting a scene reads alike whether or not it waits"
    )]
    pub(crate) async fn new() -> Self {
        Self::on(Arc::new(
            SqliteStore::memory().expect("a database in memory"),
        ))
    }

    /// A service that counts requests against the rates of their categories.
    #[expect(
        clippy::unused_async,
        reason = "setting a scene reads alike whether or not it waits"
    )]
    pub(crate) async fn counting() -> Self {
        Self::adjusted(|parts| parts.request_rates = true)
    }

    /// A service that calls these triggers.
    pub(crate) fn with_triggers(triggers: Arc<dyn Triggers>) -> Self {
        Self::adjusted(|parts| parts.triggers = triggers)
    }

    /// A service with bounds that are soon reached.
    pub(crate) fn with_limits(limits: Limits) -> Self {
        Self::adjusted(|parts| parts.config.limits = limits)
    }

    /// A service on this store.
    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        Self::adjusted(|parts| parts.store = store)
    }

    /// A service put together from other parts than usual.
    pub(crate) fn adjusted(adjust: impl FnOnce(&mut Parts)) -> Self {
        let store = Arc::new(SqliteStore::memory().expect("a database in memory"));
        let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
        Self::node(store, clock, RootKeys::new(ROOT, []), adjust)
    }

    /// Another node on the same database at the same time, with root keys of its own.
    pub(crate) fn beside(&self, root: RootKeys) -> Self {
        let (store, clock) = (&self.service.store, &self.clock);
        Self::node(Arc::clone(store), Arc::clone(clock), root, |_| {})
    }

    fn node(
        store: Arc<dyn Store>,
        clock: Arc<TestClock>,
        root: RootKeys,
        adjust: impl FnOnce(&mut Parts),
    ) -> Self {
        let config = Config {
            account_id: "000000000000".to_owned(),
            default_region: "us-east-1".to_owned(),
            public_url: "http://localhost:9229".to_owned(),
            prefix_host: None,
            issuer: IssuerMode::Local,
            regions: Vec::new(),
            delivers_logs: true,
            oauth: OAuthRules::default(),
            limits: Limits::default(),
        };
        let mut parts = Parts {
            store,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy),
            triggers: Arc::new(NoTriggers),
            upstream: Arc::new(NoUpstream),
            compromised_passwords: None,
            root,
            keys: KeyReservoir::filled_by(ready_made),
            config,
            cpu_threads: CPU_THREADS,
            request_rates: false,
        };
        adjust(&mut parts);
        Self {
            service: Service::new(parts),
            clock,
            peer: Peer::default(),
            relays: None,
        }
    }

    /// The same service, whose sign-ins go through the administrators of a pool.
    pub(crate) fn relayed(&self, pool: &str) -> Self {
        Self {
            relays: Some(pool.to_owned()),
            ..self.clone()
        }
    }

    /// The same service, called from elsewhere.
    pub(crate) fn from(&self, ip: &str, user_agent: &str) -> Self {
        let peer = Peer {
            ip: Some(ip.parse().expect("an address")),
            user_agent: Some(user_agent.to_owned()),
            ..Peer::default()
        };
        Self {
            peer,
            ..self.clone()
        }
    }

    /// Calls an operation; an answer without a body is `null`. A refusal is the error's name and text,
    /// and must be one that the model declares for the operation.
    pub(crate) async fn call(
        &self,
        operation: &str,
        input: Value,
    ) -> Result<Value, (String, String)> {
        let operation = match (&self.relays, operation) {
            (Some(_), "InitiateAuth") => "AdminInitiateAuth",
            (Some(_), "RespondToAuthChallenge") => "AdminRespondToAuthChallenge",
            _ => return self.call_in(None, operation, input).await,
        };
        let mut input = with(input, json!({"UserPoolId": self.relays}));
        if input["AuthFlow"] == "USER_PASSWORD_AUTH" {
            input["AuthFlow"] = "ADMIN_USER_PASSWORD_AUTH".into();
        }
        self.call_in(None, operation, input).await
    }

    /// Calls an operation in a region.
    pub(crate) async fn call_in(
        &self,
        region: Option<&str>,
        operation: &str,
        input: Value,
    ) -> Result<Value, (String, String)> {
        let operation = Operation::from_name(operation).expect("an operation of the model");
        let cx = Cx::new(
            Arc::clone(&self.service),
            region.map(str::to_owned),
            Uuid::new_v4(),
            self.peer.clone(),
        );
        match dispatch(&cx, operation, input.to_string().as_bytes()).await {
            Ok(body) => {
                seen::note(operation.name(), "success");
                Ok(body.map_or(Value::Null, |body| {
                    serde_json::from_slice(&body).expect("a JSON answer")
                }))
            }
            Err(error) => {
                seen::note(operation.name(), error.code.name());
                let is_common = error.code == ErrorCode::Serialization;
                assert!(
                    is_common || operation.info().errors.contains(&error.code),
                    "{} does not declare {error} ({:?})",
                    operation.name(),
                    error.detail,
                );
                Err((
                    error.code.name().to_owned(),
                    error.message.unwrap_or_default(),
                ))
            }
        }
    }

    /// Calls an operation that must succeed.
    pub(crate) async fn ok(&self, operation: &str, input: Value) -> Value {
        let answer = self.call(operation, input).await;
        answer
            .unwrap_or_else(|(name, message)| panic!("{operation} was refused: {name}: {message}"))
    }

    /// Creates a pool with these settings and answers its id.
    pub(crate) async fn pool(&self, settings: Value) -> String {
        let made = self
            .ok(
                "CreateUserPool",
                with(json!({"PoolName": "test"}), settings),
            )
            .await;
        text(&made["UserPool"]["Id"])
    }

    /// Creates a client with these settings and answers its id.
    pub(crate) async fn client(&self, pool: &str, settings: Value) -> String {
        let input = with(json!({"UserPoolId": pool, "ClientName": "test"}), settings);
        let made = self.ok("CreateUserPoolClient", input).await;
        text(&made["UserPoolClient"]["ClientId"])
    }

    /// Everything that was sent to a user (username, `sub` or address), newest first.
    pub(crate) async fn inbox(&self, pool: &str, user: &str) -> Vec<InboxMessage> {
        let query = InboxQuery {
            pool: Some(pool.to_owned()),
            user: Some(user.to_owned()),
            ..Default::default()
        };
        message::inbox(&self.service, &query)
            .await
            .expect("the inbox")
    }

    /// The newest code or temporary password that was sent to a user.
    pub(crate) async fn code(&self, pool: &str, user: &str) -> String {
        let messages = self.inbox(pool, user).await;
        messages
            .into_iter()
            .find_map(|message| message.code)
            .expect("a code in the inbox")
    }
}

/// The members of both objects; those of the second count.
pub(crate) fn with(mut first: Value, second: Value) -> Value {
    let Value::Object(second) = second else {
        panic!("settings are an object")
    };
    first.as_object_mut().expect("an object").extend(second);
    first
}

/// A JSON string.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// A refusal, as [`Harness::call`] answers it.
pub(crate) fn refusal(name: &str, message: &str) -> Result<Value, (String, String)> {
    Err((name.to_owned(), message.to_owned()))
}
