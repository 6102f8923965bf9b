//! What the server sends on its own.

mod mail;

pub(crate) use mail::{Mailer, deliver};
