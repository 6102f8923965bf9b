//! From settings to a running server, and to its end.

use std::future::{Future, pending};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cenote_idp::crypto::{KeyReservoir, RootKeys, srp};
use cenote_idp::ports::{Clock, Entropy, Store, SystemClock, SystemEntropy};
use cenote_idp::{Config, Limits, Parts, Service};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;

use crate::Metrics;
use crate::app::App;
use crate::compromised::CompromisedList;
use crate::config::{Posture, RootSource, Settings, StartError};
use crate::outbound::{Http, LogWriter, Providers, Senders, Targets, deliver, deliver_logs};
use crate::seed::{self, Direct, Document};
use crate::{import, serve, tls};

/// How often expired rows are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

/// New connections that the kernel keeps until the server takes them.
const BACKLOG: u32 = 4096;

/// The root key that the settings name; the first start in development makes one.
pub fn root_keys(source: &RootSource, entropy: &dyn Entropy) -> Result<RootKeys, StartError> {
    let keys = match source {
        RootSource::Random => Ok(RootKeys::random(entropy)),
        RootSource::Text(text) => RootKeys::parse(text, "`root_key`"),
        RootSource::File(path) => RootKeys::load(path),
        RootSource::FirstStart(path) if path.exists() => RootKeys::load(path),
        RootSource::FirstStart(path) => {
            first_start(path.parent().unwrap_or(Path::new(".")))?;
            RootKeys::create(path, entropy)
        }
    };
    keys.map_err(|error| StartError::environment(error.to_string()))
}

/// Makes the data folder. A new key could not open what is in a database, so that there must be none.
fn first_start(folder: &Path) -> Result<(), StartError> {
    let shown = folder.display();
    if folder.join("cenote.db").exists() {
        return Err(StartError::environment(format!(
            "{shown} holds a database but not its root key; restore {shown}/root.key from a backup, \
             or start with another --data"
        )));
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        StartError::environment(format!(
            "cannot make the folder {shown}: {error}; choose another with --data"
        ))
    })
}

/// Runs until it is told to stop.
pub async fn run(
    settings: Settings,
    store: Arc<dyn Store>,
    root: RootKeys,
) -> Result<(), StartError> {
    raise_file_limit();
    // A mistake in the seed is found before anything is touched.
    let seed = settings.seed.as_deref().map(Document::open).transpose()?;
    let tls = settings.tls.as_ref().map(tls::open).transpose()?;
    let (tls, certificate) = tls.unzip();
    let (listener, address) = listen("listen", settings.listen)?;
    let for_metrics = settings
        .metrics_listen
        .map(|address| listen("metrics_listen", address))
        .transpose()?;
    let stop = stop_signal()?;
    let url = format!(
        "{}://{address}",
        if tls.is_some() { "https" } else { "http" }
    );

    let clock = Arc::new(SystemClock::default());
    let time: Arc<dyn Clock> = Arc::clone(&clock) as _;
    let http = Http::default();
    let metrics = Arc::new(Metrics::new());
    let senders = Senders::new(&settings, &http, &time, &metrics)?;
    let triggers = Targets::new(&settings, &http, &time, &metrics);
    let service = assemble(&settings, &url, store, root, &time, (&http, triggers)).await?;
    if let Some(seed) = seed {
        plant(&service, &seed).await?;
    }
    let app = App::new(&service, clock, &settings, &metrics);

    let mut tasks = JoinSet::new();
    if let Some((listener, _)) = for_metrics {
        let limits = serve::for_metrics(settings.limits);
        let door = app.for_metrics();
        tasks.spawn(serve::serve(listener, None, door, limits, pending()));
    }
    // The first sign-in by password finds the tables made.
    let warm = Arc::clone(&service);
    tasks.spawn(async move {
        let _busy_or_done = warm.cpu.run(srp::warm_up).await;
    });
    tasks.spawn(sweep(Arc::clone(&service), SWEEP_INTERVAL));
    tasks.spawn(import::work(Arc::clone(&service)));
    if let Some(certificate) = certificate {
        tasks.spawn(certificate.run());
    }
    if let Some(writer) = LogWriter::new(&settings, &http) {
        tasks.spawn(deliver_logs(Arc::clone(&service), writer));
    }
    if settings.posture == Posture::Serve {
        for missing in senders.missing() {
            tracing::warn!("Nobody sends {missing} in the configuration");
        }
    }
    // In development, what has no sender waits in the inbox.
    if settings.posture == Posture::Serve || !senders.is_empty() {
        tasks.spawn(deliver(service, Arc::new(senders)));
    }
    if settings.posture == Posture::Dev && !address.ip().is_loopback() {
        tracing::warn!(
            "Other machines can reach a server for development; its inbox, clock and seeds answer this one \
             alone. Use `cenote serve` for real data"
        );
    }
    announce(&url);
    serve::serve(listener, tls, app, settings.limits, stop).await;
    tasks.shutdown().await;
    Ok(())
}

/// The service on the database that the settings name, for a command that works past the server.
pub async fn beside(
    mut settings: Settings,
    store: Arc<dyn Store>,
    root: RootKeys,
) -> Result<Arc<Service>, StartError> {
    settings.limits.request_rates = false;
    let time: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let url = format!("http://{}", settings.listen);
    let http = Http::default();
    let triggers = Targets::new(&settings, &http, &time, &Arc::default());
    assemble(&settings, &url, store, root, &time, (&http, triggers)).await
}

/// Puts the service together; `url` is where it listens.
async fn assemble(
    settings: &Settings,
    url: &str,
    store: Arc<dyn Store>,
    root: RootKeys,
    time: &Arc<dyn Clock>,
    (http, triggers): (&Http, Targets),
) -> Result<Arc<Service>, StartError> {
    let config = Config {
        account_id: settings.account_id.clone(),
        default_region: settings.default_region.clone(),
        public_url: settings
            .public_url
            .clone()
            .unwrap_or_else(|| url.to_owned()),
        prefix_host: settings.prefix_host.clone(),
        issuer: settings.issuer,
        regions: settings.regions.clone(),
        limits: Limits::default(),
        oauth: settings.oauth.clone(),
        delivers_logs: !settings.log_destinations.is_empty(),
    };
    let compromised = settings.compromised_passwords.as_deref();
    let compromised = compromised.map(CompromisedList::open).transpose()?;
    let service = Service::new(Parts {
        store,
        clock: Arc::clone(time),
        entropy: Arc::new(SystemEntropy),
        triggers: Arc::new(triggers),
        upstream: Arc::new(Providers::new(settings, http)),
        compromised_passwords: compromised.map(|list| Arc::new(list) as _),
        root,
        keys: KeyReservoir::new(),
        config,
        cpu_threads: std::thread::available_parallelism().map_or(1, NonZero::get),
        request_rates: settings.limits.request_rates,
    });
    service
        .check_root_key()
        .await
        .map_err(StartError::environment)?;
    Ok(service)
}

/// Applies the seed of a development server.
async fn plant(service: &Arc<Service>, seed: &Document) -> Result<(), StartError> {
    let door = Direct(Arc::clone(service));
    let region = &service.config.default_region;
    let report = seed::apply(&door, seed, region, false).await?;
    for line in &report.lines {
        tracing::info!("Seed: {line}");
    }
    tracing::info!("Seed: {report}");
    Ok(())
}

/// `key` is the one that sets the address.
fn listen(key: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let open = || {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        }?;
        // A restart need not wait for the connections of the process before it to be forgotten.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    open().map_err(|error: io::Error| {
        StartError::environment(format!(
            "cannot listen on {address}: {error}; end what listens there, or choose another address with `{key}`"
        ))
    })
}

/// One line on stdout for whoever waits for the server.
fn announce(url: &str) {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "listening on {url}").and_then(|()| stdout.flush());
    if let Err(error) = written {
        tracing::debug!(%error, "Nobody reads stdout");
    }
}

/// Every connection is a file to the kernel, and the usual limit of 1024 is less than the server's own.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "The limit of open files stays as it is");
    }
}

/// Deletes what has expired, batch after batch, for as long as the server runs.
async fn sweep(service: Arc<Service>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        loop {
            match cenote_idp::sweep(&service).await {
                Ok(0) => break,
                Ok(rows) => tracing::debug!(rows, "Expired rows were deleted"),
                Err(error) => {
                    tracing::error!(detail = %error, "Expired rows could not be deleted");
                    break;
                }
            }
        }
    }
}

/// Comes when the process is asked to end.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, StartError> {
    use tokio::signal::unix::{SignalKind, signal};

    let listen = |kind| {
        signal(kind)
            .map_err(|error| StartError::environment(format!("cannot wait for signals: {error}")))
    };
    let (mut terminate, mut interrupt) = (
        listen(SignalKind::terminate())?,
        listen(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Comes when the process is asked to end.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, StartError> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Cannot wait for signals");
        }
    })
}

#[cfg(test)]
mod tests {
    use cenote_idp::ports::{Change, Expect, Kind, Write};
    use cenote_store::SqliteStore;

    use super::*;
    use crate::config::{self, DevArgs};

    /// Writes so many records that have expired, and one that lasts.
    fn records(expired: usize) -> Change {
        let put = |key: String, expires_at| Write::Put {
            kind: Kind::Consumed,
            pool: "pool".to_owned(),
            key,
            doc: "{}".to_owned(),
            expires_at,
            expect: Expect::Any,
        };
        let mut change = Change::new().with(put("lasting".to_owned(), None));
        for number in 0..expired {
            change.push(put(format!("expired-{number}"), Some(1)));
        }
        change
    }

    /// Waits until one record is left, and answers its key.
    async fn last(service: &Service) -> String {
        loop {
            let found = service.store.records(Kind::Consumed, "pool", "", None, 2);
            let mut found = found.await.expect("records");
            if found.len() == 1 {
                return found.remove(0).key;
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn the_server_sweeps_what_has_expired_again_and_again() {
        let args = DevArgs {
            memory: true,
            ..DevArgs::default()
        };
        let settings = config::dev(args, &|_| None).expect("development needs nothing");
        let store = Arc::new(SqliteStore::memory().expect("a database in memory"));
        let service = beside(settings, store, RootKeys::new([7; 32], [])).await;
        let service = service.expect("a service");
        let sweeper = tokio::spawn(sweep(Arc::clone(&service), Duration::from_millis(1)));
        // More than one batch, and then less.
        for expired in [1200, 3] {
            let written = service.store.commit(records(expired)).await;
            written.expect("a commit");
            let last = tokio::time::timeout(Duration::from_mins(1), last(&service));
            assert_eq!(last.await.expect("swept in time"), "lasting");
        }
        sweeper.abort();
    }
}
