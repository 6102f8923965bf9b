//! What the server sends on its own.

mod mail;

pub use mail::{Mailer, deliver};
