//! The operations, one file or folder per family. Each reads, decides, and commits one change.

pub(crate) mod account;
pub(crate) mod branding;
pub(crate) mod clients;
pub(crate) mod devices;
pub(crate) mod domains;
pub(crate) mod groups;
pub(crate) mod imports;
pub(crate) mod limits;
pub(crate) mod mfa;
pub(crate) mod passkeys;
pub(crate) mod passwords;
pub(crate) mod pools;
pub(crate) mod protection;
pub(crate) mod providers;
pub(crate) mod replicas;
pub(crate) mod resource_servers;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod tags;
pub(crate) mod tokens;
pub(crate) mod users;
