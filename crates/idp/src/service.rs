//! The running service, and the context of one request.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use cenote_model::Operation;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::cached::Cached;
use crate::config::Config;
use crate::crypto::{CpuPool, KeyReservoir, Purpose, RootKeys, Sealer};
use crate::pool::domain::{self, Domain};
use crate::pool::{Client, Pool};
use crate::ports::{
    Change, Clock, CommitError, CompromisedPasswords, Entropy, Expect, Kind, Record, Store,
    StoreError, Triggers, Upstream, Write,
};
use crate::rates::{Rates, Share};
use crate::stored::Stored;
use crate::token::PoolKeys;
use crate::trigger::Answers;
use crate::user::attempts::Attempts;
use crate::{Error, Result};

/// How long another node's change may go unseen in the caches in front of a shared database.
const SHARED_STALENESS: Duration = Duration::from_secs(1);

/// Jobs that may wait for the CPU threads before requests are refused.
const CPU_QUEUE: usize = 1024;

/// What a service is put together from.
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The functions that pools call.
    pub triggers: Arc<dyn Triggers>,
    /// The identity providers of pools.
    pub upstream: Arc<dyn Upstream>,
    /// The list of compromised passwords, if there is one.
    pub compromised_passwords: Option<Arc<dyn CompromisedPasswords>>,
    /// What seals secrets.
    pub root: RootKeys,
    /// Where signing keys come from.
    pub keys: KeyReservoir,
    /// The identity of the deployment.
    pub config: Config,
    /// The number of cores to use for cryptography.
    pub cpu_threads: usize,
    /// Whether requests are counted against the rates of their categories.
    pub request_rates: bool,
}

/// Everything that requests share.
pub struct Service {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The functions that pools call.
    pub triggers: Arc<dyn Triggers>,
    /// The identity providers of pools.
    pub upstream: Arc<dyn Upstream>,
    /// The list of compromised passwords, if there is one.
    pub compromised_passwords: Option<Arc<dyn CompromisedPasswords>>,
    /// Threads for RSA and SRP.
    pub cpu: CpuPool,
    /// Seals what the database must not show.
    pub sealer: Arc<Sealer>,
    /// The identity of the deployment.
    pub config: Config,
    /// Told when this process has put a message into the outbox.
    pub posted: Notify,
    /// How many messages this process has given up.
    pub messages_given_up: AtomicU64,
    /// How many records of pools' logs this process has given up.
    pub log_records_given_up: AtomicU64,
    pub(crate) keys: KeyReservoir,
    pub(crate) attempts: Attempts,
    pub(crate) rates: Rates,
    pools: Cached<Pool>,
    clients: Cached<Client>,
    pool_keys: Cached<PoolKeys>,
    revoked: Cached<bool>,
    domains: Cached<Domain>,
}

impl Service {
    /// Puts the service together.
    pub fn new(parts: Parts) -> Arc<Self> {
        let is_shared = parts.store.shared();
        let fresh_for = is_shared.then_some(SHARED_STALENESS);
        let rates = Rates::new(parts.request_rates, Arc::clone(&parts.clock));
        Arc::new(Self {
            store: parts.store,
            clock: parts.clock,
            entropy: parts.entropy,
            triggers: parts.triggers,
            upstream: parts.upstream,
            compromised_passwords: parts.compromised_passwords,
            cpu: CpuPool::new(parts.cpu_threads, CPU_QUEUE),
            sealer: Arc::new(Sealer::new(parts.root)),
            config: parts.config,
            posted: Notify::new(),
            messages_given_up: AtomicU64::new(0),
            log_records_given_up: AtomicU64::new(0),
            keys: parts.keys,
            attempts: Attempts::new(is_shared),
            rates,
            pools: Cached::new(1_000, fresh_for),
            clients: Cached::new(10_000, fresh_for),
            pool_keys: Cached::new(1_000, fresh_for),
            revoked: Cached::new(100_000, fresh_for),
            domains: Cached::new(1_000, fresh_for),
        })
    }

    /// Checks that the root key is the one that the stored data was sealed with; the first start leaves the
    /// mark for it. The error is one line for whoever starts the server.
    pub async fn check_root_key(&self) -> Result<(), String> {
        const KEY: &str = "root-key";
        let read = self
            .store
            .record(Kind::SigningKey, "", KEY)
            .await
            .map_err(|error| error.0)?;
        if let Some(record) = read {
            let sealed = data_encoding::BASE64
                .decode(record.doc.as_bytes())
                .unwrap_or_default();
            return match self
                .sealer
                .open(Purpose::SigningKey, KEY.as_bytes(), &sealed)
            {
                Ok(_) => Ok(()),
                Err(_) => Err("the root key does not open the stored data; \
                               start with the key that the data was sealed with"
                    .to_owned()),
            };
        }
        let sealed = self
            .sealer
            .seal(Purpose::SigningKey, KEY.as_bytes(), b"", &*self.entropy);
        let write = Write::Put {
            kind: Kind::SigningKey,
            pool: String::new(),
            key: KEY.to_owned(),
            doc: data_encoding::BASE64.encode(&sealed),
            expires_at: None,
            expect: Expect::Any,
        };
        self.store
            .commit(Change::new().with(write))
            .await
            .map_err(|error| error.to_string())
    }

    /// The pool, if it exists.
    pub(crate) async fn pool(&self, id: &str) -> Result<Option<Arc<Pool>>> {
        let region = id.split_once('_').map_or("", |(region, _)| region);
        let read = async {
            let record = self.store.record(Kind::Pool, region, id).await?;
            record.as_ref().map(Pool::from_record).transpose()
        };
        self.pools.get(id, read).await
    }

    /// The client with this id, whatever its pool.
    pub(crate) async fn client(&self, id: &str) -> Result<Option<Arc<Client>>> {
        let read = async {
            let record = self.store.client(id).await?;
            record.as_ref().map(Client::from_record).transpose()
        };
        self.clients.get(id, read).await
    }

    /// The domain of this name; a prefix is one of a Region.
    pub(crate) async fn domain(&self, region: &str, name: &str) -> Result<Option<Arc<Domain>>> {
        let place = domain::place(region, name);
        let read = async {
            let record = self.store.record(Kind::Domain, place, name).await?;
            let stored = record.map(|record| Stored::from_record(Kind::Domain, record));
            Ok(stored.transpose()?.map(|stored| stored.value))
        };
        self.domains.get(&format!("{place}/{name}"), read).await
    }

    /// The signing keys of a pool, parsed.
    pub(crate) async fn pool_keys(&self, pool: &str) -> Result<Option<Arc<PoolKeys>>> {
        let read = async {
            let records = self
                .store
                .records(Kind::SigningKey, pool, "", None, 16)
                .await?;
            PoolKeys::from_records(self, pool, &records)
        };
        self.pool_keys.get(pool, read).await
    }

    /// Whether a token family was revoked.
    pub(crate) async fn is_revoked(&self, pool: &str, origin_jti: &str) -> Result<bool> {
        let read = async {
            Ok(Some(
                self.store
                    .record(Kind::Revocation, pool, origin_jti)
                    .await?
                    .is_some(),
            ))
        };
        Ok(self
            .revoked
            .get(origin_jti, read)
            .await?
            .is_some_and(|revoked| *revoked))
    }

    /// Commits, and tells who sends messages of a new one.
    async fn commit(self: &Arc<Self>, change: Change) -> Result<(), CommitError> {
        let posts = change
            .writes
            .iter()
            .any(|write| matches!(write, Write::Queue(_)));
        self.commit_cached(change).await?;
        if posts {
            self.posted.notify_one();
        }
        Ok(())
    }

    /// Commits, and forgets what the caches hold of the records that the change wrote. Changes of attempts
    /// are announced.
    async fn commit_cached(self: &Arc<Self>, change: Change) -> Result<(), CommitError> {
        let cached: Vec<(Kind, String, String)> = change
            .writes
            .iter()
            .filter_map(|write| match write {
                Write::Put {
                    kind, pool, key, ..
                }
                | Write::Delete {
                    kind, pool, key, ..
                } => {
                    const KINDS: [Kind; 6] = [
                        Kind::Pool,
                        Kind::Client,
                        Kind::SigningKey,
                        Kind::Revocation,
                        Kind::Domain,
                        Kind::Attempt,
                    ];
                    KINDS
                        .contains(kind)
                        .then(|| (*kind, pool.clone(), key.clone()))
                }
                _ => None,
            })
            .collect();
        if cached.is_empty() {
            return self.store.commit(change).await;
        }
        for (_, pool, key) in cached.iter().filter(|(kind, ..)| *kind == Kind::Attempt) {
            self.attempts.begin(pool, key);
        }
        // In a task of its own: when the caller hangs up and the request is dropped, the change may be
        // committed all the same, and the caches must not keep what was there before.
        let service = Arc::clone(self);
        let task = tokio::spawn(async move {
            let outcome = service.store.commit(change).await;
            for (kind, pool, key) in cached {
                match kind {
                    Kind::Pool => service.pools.forget(&key),
                    Kind::Client => service.clients.forget(&key),
                    Kind::SigningKey => service.pool_keys.forget(&pool),
                    Kind::Attempt => service.attempts.end(&pool, &key),
                    Kind::Domain => service.domains.forget(&format!("{pool}/{key}")),
                    _ => service.revoked.forget(&key),
                }
            }
            outcome
        });
        task.await
            .unwrap_or_else(|error| Err(StoreError(error.to_string()).into()))
    }
}

/// Deletes one bounded batch of expired rows and says how many there were.
pub async fn sweep(service: &Service) -> Result<usize, StoreError> {
    const BATCH: usize = 500;
    service.store.sweep(service.clock.now_ms(), BATCH).await
}

/// The context of one request.
#[derive(Clone)]
pub struct Cx {
    /// What requests share.
    pub service: Arc<Service>,
    /// The Region of the request's credential scope, or else of its Host, when it had one.
    pub region: Option<String>,
    /// The request's id, as answered in `x-amzn-RequestId`.
    pub request_id: Uuid,
    /// Who sent the request.
    pub peer: Peer,
    /// The operation that it is for; the pages and endpoints of a domain have none.
    pub(crate) operation: Option<Operation>,
    /// What triggers have answered in this request.
    pub(crate) answers: Answers,
    /// What it takes of the request rates of its user or pool, where they are counted.
    pub(crate) share: Option<Share>,
    /// The id of what is created, when a seed chose it.
    pub(crate) fixed_id: Option<String>,
}

/// What is known of the machine and program that sent a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// Its address: of the connection, or the one that a declared proxy vouches for.
    pub ip: Option<IpAddr>,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// Whether it signed the request with AWS credentials that count. Only asked where an operation takes
    /// other proof as well: the others are not called without what they need.
    pub is_signed: bool,
}

impl Cx {
    /// The context of a request; for the members see there.
    pub fn new(
        service: Arc<Service>,
        region: Option<String>,
        request_id: Uuid,
        peer: Peer,
    ) -> Self {
        Self {
            service,
            region,
            request_id,
            peer,
            operation: None,
            answers: Answers::default(),
            share: None,
            fixed_id: None,
        }
    }

    /// Milliseconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        self.service.clock.now_ms()
    }

    /// The region that this request is for.
    pub(crate) fn region(&self) -> &str {
        self.region
            .as_deref()
            .unwrap_or(&self.service.config.default_region)
    }

    /// A random UUID (version 4).
    pub(crate) fn uuid(&self) -> Uuid {
        crate::crypto::uuid(&*self.service.entropy)
    }

    /// The pool, or ResourceNotFoundException.
    pub(crate) async fn pool(&self, id: &str) -> Result<Arc<Pool>> {
        let found = self.service.pool(id).await?;
        let pool = found.ok_or_else(|| Error::pool_not_found(id))?;
        // A request sees the pools of the Region that it is for.
        if !crate::replica::is_there(self, &pool).await? {
            return Err(Error::pool_not_found(id));
        }
        if let Some(share) = &self.share {
            share.of_pool(&pool.id)?;
        }
        Ok(pool)
    }

    /// Counts the request to the user that it is about.
    pub(crate) fn count_user(&self, sub: &str) -> Result<()> {
        match &self.share {
            Some(share) => share.of_user(sub),
            None => Ok(()),
        }
    }

    /// A client by its id alone, with its pool, or ResourceNotFoundException.
    pub(crate) async fn client(&self, id: &str) -> Result<(Arc<Pool>, Arc<Client>)> {
        let client = self
            .service
            .client(id)
            .await?
            .ok_or_else(|| Error::client_not_found(id))?;
        let pool = self
            .service
            .pool(&client.pool_id)
            .await?
            .ok_or_else(|| Error::client_not_found(id))?;
        if !crate::replica::is_there(self, &pool).await? {
            return Err(Error::client_not_found(id));
        }
        Ok((pool, client))
    }

    /// A client of this pool, or ResourceNotFoundException.
    pub(crate) async fn client_of(&self, pool: &Pool, id: &str) -> Result<Arc<Client>> {
        let client = self.service.client(id).await?;
        client
            .filter(|client| client.pool_id == pool.id)
            .ok_or_else(|| Error::client_not_found(id))
    }

    /// Commits a change; a conflict makes the operation run again.
    pub(crate) async fn commit(&self, change: Change) -> Result<()> {
        Ok(self.service.commit(change).await?)
    }

    /// Commits a change for a caller who has his own answer to a conflict.
    pub(crate) async fn try_commit(&self, change: Change) -> Result<(), CommitError> {
        self.service.commit(change).await
    }

    /// One record that is not expired.
    pub(crate) async fn live(&self, kind: Kind, pool: &str, key: &str) -> Result<Option<Record>> {
        let record = self.service.store.record(kind, pool, key).await?;
        Ok(self.unless_expired(record))
    }

    /// The record, if it is not expired.
    pub(crate) fn unless_expired(&self, record: Option<Record>) -> Option<Record> {
        let now = self.now();
        record.filter(|record| record.expires_at.is_none_or(|expires_at| expires_at > now))
    }

    /// Runs CPU-heavy work on its own threads; refuses when they have too much to do.
    pub(crate) async fn cpu<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        Ok(self.service.cpu.run(work).await?)
    }
}
