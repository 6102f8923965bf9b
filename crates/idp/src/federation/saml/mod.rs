//! SAML 2.0, as a service provider: what is asked of an identity provider, and what is believed of its answers.
//!
//! A response is read from one tree: the one that its signature was checked on. Of a signature nothing counts
//! but whether one of the keys in the provider's metadata made it over the element that it stands in.

mod encryption;
mod logout;
mod request;
mod response;
mod signature;
mod xml;

pub(crate) use logout::sign_out;
pub(crate) use request::{Head, address, sign_in};
pub use response::{Assertion, Expected, NameId, read};
pub use logout::{SignedOut, signed_out};
pub use signature::VerifyingKeys;
pub(crate) use xml::bytes;

pub use crate::error::saml::Flaw;

/// The most characters of a message.
pub const LONGEST: usize = 100_000;

/// How far the clock of a provider may be off.
const SKEW_MS: i64 = 3 * 60 * 1000;
