//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::file::Issuer;
use crate::seed::Form;

/// Cenote: the Amazon Cognito user pools API as free software.
#[derive(Debug, Parser)]
#[command(name = "cenote", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run for development: loopback, any AWS credentials, an inbox and a movable clock
    Dev(DevArgs),
    /// Run for real: signatures are checked, a public address and a root key are required
    Serve(ServeArgs),
    /// Write a new root key to a file
    RootKey(RootKeyArgs),
    /// Make a service what a seed says: pools, clients, groups, users and more
    Apply(ApplyArgs),
    /// Write a seed from what a service has
    Export(ExportArgs),
}

/// `cenote dev`.
#[derive(Clone, Debug, Default, Args)]
pub struct DevArgs {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:9229]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Folder for the database and the root key [default: ./cenote-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep everything in memory
    #[arg(long, conflicts_with_all = ["data", "database"])]
    pub memory: bool,
    /// Use PostgreSQL, e.g. postgres://user@host/database
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// What the issuer of tokens is made of: this server's address, or the real service's [default: local]
    #[arg(long, value_enum)]
    pub issuer: Option<Issuer>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Seed (YAML or JSON) to apply before requests are taken
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
}

/// `cenote serve`.
#[derive(Clone, Debug, Default, Args)]
pub struct ServeArgs {
    /// Configuration file (TOML); every key outside of [[tables]] can be a CENOTE_ variable too
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `cenote root-key`.
#[derive(Clone, Debug, Args)]
pub struct RootKeyArgs {
    /// The file to make; it must not exist yet
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Which service a seed is about.
#[derive(Clone, Debug, Default, Args)]
pub struct PlaceArgs {
    /// Address of the service; requests are signed with the credentials of AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY [default: http://127.0.0.1:9229]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Configuration file of `cenote serve`: work on its database, past the server
    #[arg(long, value_name = "FILE", conflicts_with = "endpoint")]
    pub config: Option<PathBuf>,
    /// Region of pools without an id [default: AWS_REGION, else us-east-1]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// `cenote apply`.
#[derive(Clone, Debug, Args)]
pub struct ApplyArgs {
    /// The seed: JSON if it is called so, else YAML
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// See there.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Delete what the pools of the seed have and the seed has not
    #[arg(long)]
    pub prune: bool,
}

/// `cenote export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// See there.
    #[command(flatten)]
    pub place: PlaceArgs,
    /// A pool to export; without any, all of the region
    #[arg(long = "pool", value_name = "ID")]
    pub pools: Vec<String>,
    /// Leave users out
    #[arg(long)]
    pub without_users: bool,
    /// How the seed is written
    #[arg(long, value_enum, default_value = "yaml")]
    pub format: Form,
}
