//! What the server sends on its own: messages, and calls of the functions that pools name.

mod http;
mod kms;
mod mail;
mod ses;
mod sign;
mod sms;
mod sns;
mod triggers;
mod worker;

pub use http::Http;
pub(crate) use http::HttpError;
pub(crate) use kms::{Context, LocalKeys};
pub(crate) use sign::{Scope, signed};
pub use triggers::Targets;
pub use worker::{Senders, deliver};
