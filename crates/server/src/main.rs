//! The binary `cenote`: reads the configuration, opens the database and runs the server.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cenote_idp::Service;
use cenote_idp::crypto::RootKeys;
use cenote_idp::ports::{Store, SystemEntropy};
use cenote_server::config::{
    self, Cli, Command, RootKeyArgs, ServeArgs, Settings, StartError, Storage,
};
use cenote_server::seed::{self, Document};
use cenote_store::{PostgresStore, SqliteStore};
use clap::Parser;

fn main() -> ExitCode {
    match execute(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn execute(command: Command) -> Result<(), StartError> {
    let variable = |name: &str| std::env::var(name).ok();
    match command {
        Command::Dev(args) => serve(config::dev(args, &variable)?),
        Command::Serve(args) => serve(config::serve(&args, &variable)?),
        Command::RootKey(args) => root_key(&args),
        Command::Apply(args) => {
            let document = Document::open(&args.file)?;
            with_service(args.place.config.as_deref(), |service| {
                seed::run_apply(&args, &document, service, &variable)
            })
        }
        Command::Export(args) => with_service(args.place.config.as_deref(), |service| {
            seed::run_export(&args, service, &variable)
        }),
    }
}

/// Does work past the server whose configuration this is; without one there is no service of our own.
fn with_service<F>(
    config: Option<&Path>,
    work: impl FnOnce(Option<Arc<Service>>) -> F,
) -> Result<(), StartError>
where
    F: Future<Output = Result<(), StartError>>,
{
    let variable = |name: &str| std::env::var(name).ok();
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| StartError::environment(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        let service = match config {
            None => None,
            Some(path) => {
                let args = ServeArgs {
                    config: Some(path.to_owned()),
                };
                let settings = config::serve(&args, &variable)?;
                let root = cenote_server::root_keys(&settings.root, &SystemEntropy)?;
                let store = open(&settings.storage).await?;
                Some(cenote_server::beside(settings, store, root).await?)
            }
        };
        work(service).await
    })
}

fn root_key(args: &RootKeyArgs) -> Result<(), StartError> {
    RootKeys::create(&args.out, &SystemEntropy)
        .map(drop)
        .map_err(|error| StartError::environment(error.to_string()))
}

fn serve(settings: Settings) -> Result<(), StartError> {
    cenote_server::log::start(&settings.log)?;
    let root = cenote_server::root_keys(&settings.root, &SystemEntropy)?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| StartError::environment(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        let store = open(&settings.storage).await?;
        cenote_server::run(settings, store, root).await
    })
}

async fn open(storage: &Storage) -> Result<Arc<dyn Store>, StartError> {
    let store: Result<Arc<dyn Store>, _> = match storage {
        Storage::Memory => SqliteStore::memory().map(|store| Arc::new(store) as _),
        Storage::Directory(folder) => SqliteStore::open(folder).map(|store| Arc::new(store) as _),
        Storage::Postgres { url, connections } => PostgresStore::connect(url, *connections)
            .await
            .map(|store| Arc::new(store) as _),
    };
    store.map_err(|error| StartError::environment(error.to_string()))
}
