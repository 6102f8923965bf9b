//! The load generator: a real client of the HTTP API, which prints for each kind of request the rate, the
//! latencies, and the requests per CPU-second of the server beside the limit that cryptography and HTTP set,
//! measured in the same run on the same machine.

mod client;
mod drive;
mod floor;
mod limit;
mod mailbox;
mod passkey;
mod scene;
mod seed;
mod server;
mod sign;
mod timing;
mod totp;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures a Cenote server on this machine.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs every scene against `cenote serve` on embedded storage.
    Run {
        /// The binary to measure.
        #[arg(long, default_value = "target/release/cenote")]
        server: PathBuf,
        /// Users in the pool before the load begins.
        #[arg(long, default_value_t = 1_000)]
        users: usize,
        /// Requests of each kind.
        #[arg(long, default_value_t = 4_000)]
        requests: usize,
        /// Only scenes whose names contain this text.
        #[arg(long, default_value = "")]
        only: String,
        /// A data directory to fill at the first run and to measure again at the next.
        #[arg(long)]
        keep: Option<PathBuf>,
    },
    /// Measures the primitives alone.
    Micro,
    /// Compares response times of users who are there with those of users who are not.
    Timing {
        /// Calls of each kind.
        #[arg(long, default_value_t = 600)]
        samples: usize,
    },
    /// Serves the cryptography of each request and nothing else (started by `run`).
    #[command(hide = true)]
    Floor,
}

#[tokio::main]
async fn main() -> Outcome {
    match Cli::parse().command {
        Command::Run {
            server,
            users,
            requests,
            only,
            keep,
        } => scene::run(&server, keep.as_deref(), users, requests, &only).await,
        Command::Micro => {
            println!("one core:");
            limit::print(&limit::measure());
            println!("every core at once:");
            limit::print(&limit::measure_loaded());
            Ok(())
        }
        Command::Timing { samples } => timing::run(samples).await,
        Command::Floor => floor::serve().await,
    }
}
