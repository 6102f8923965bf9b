//! What the server sends on its own: mail, and calls of the functions that pools name.

mod http;
mod mail;
mod sign;
mod triggers;

pub use http::Http;
pub use mail::{Mailer, deliver};
pub use triggers::Targets;
