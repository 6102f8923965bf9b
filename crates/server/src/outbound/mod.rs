//! What the server sends on its own: messages, calls of the functions and identity providers that pools name,
//! and the records of their logs.

mod http;
mod kms;
mod logs;
mod mail;
mod providers;
mod reach;
mod ses;
mod sign;
mod sms;
mod sns;
mod triggers;
mod worker;

pub use http::Http;
pub(crate) use http::HttpError;
pub(crate) use kms::{Context, LocalKeys};
pub use logs::{LogWriter, deliver_logs, deliver_some};
pub use providers::Providers;
pub(crate) use sign::{Scope, signed};
pub use triggers::Targets;
pub use worker::{Senders, deliver};
