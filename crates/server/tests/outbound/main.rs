//! What the server sends, and what it makes of the answers: each target is a fake of the test's own.

mod fake;
mod functions;
mod logs;
mod processes;
mod providers;
mod senders;
#[path = "../support/mod.rs"]
mod support;
mod triggers;
mod watched;
