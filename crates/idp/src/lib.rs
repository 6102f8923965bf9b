//! What the service does: Amazon Cognito user pools, callable without a socket.
//!
//! No HTTP, no SQL and no sockets live here. An operation of [`ops`] reads through [`ports::Store`],
//! decides with pure functions, and hands over one [`ports::Change`].

pub mod auth;
mod cached;
mod calendar;
mod config;
mod context;
pub mod crypto;
pub mod discovery;
mod dispatch;
pub mod error;
pub mod federation;
pub mod hosted;
pub mod import;
pub mod look;
pub mod message;
pub mod oauth;
pub mod ops;
mod page;
pub mod pool;
pub mod ports;
pub mod protection;
mod queue;
mod quota;
mod rates;
mod replica;
mod rpc;
pub mod seed;
mod service;
mod stored;
pub mod token;
mod trigger;
pub mod user;
mod user_agent;

pub use config::{Config, IssuerMode};
pub use error::Error;
pub use ops::branding::logo;
pub use ops::sign_up::confirm_by_link;
pub use queue::Queue;
pub use quota::Limits;
pub use rpc::{dispatch, serve};
pub use service::{Cx, Parts, Peer, Service, sweep};

/// What every operation answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;
