//! The sign-in pages, as a browser sees them: every page, what follows it, and what keeps others out.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod browser;
mod consent;
mod endpoints;
mod guards;
mod https;
mod looks;
mod passkeys;
mod plain;
mod providers;
mod second_steps;
mod sign_in;
mod triggers;
