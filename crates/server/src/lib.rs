//! The HTTP server in front of [`cenote_idp`]: the JSON API, the public documents of pools, and the doors
//! for operators and developers. The binary `cenote` adds a database.

mod admin;
mod app;
mod compromised;
pub mod config;
mod confirm;
mod cookies;
mod discovery;
mod feedback;
mod hosts;
mod html;
mod import;
pub mod log;
mod logo;
mod metrics;
mod oauth;
pub mod outbound;
mod pages;
mod peer;
mod rpc;
mod run;
pub mod seed;
mod serve;
mod time;
mod tls;

pub use app::App;
pub use metrics::Metrics;
pub use run::{beside, root_keys, run};
pub use serve::serve;
