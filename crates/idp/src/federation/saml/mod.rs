//! SAML 2.0, as a service provider: what is asked of an identity provider, and what is believed of its answers.
//!
//! A response is read from one tree: the one that its signature was checked on. Of a signature nothing counts
//! but whether one of the keys in the provider's metadata made it over the element that it stands in.

mod encryption;
mod logout;
mod request;
mod response;
mod sign_in;
mod sign_out;
mod signature;
mod xml;

use serde::{Deserialize, Serialize};

pub use logout::{SignedOut, check_signed_out};
pub use response::{Assertion, Expected, NameId, read};
pub(super) use sign_in::leave;
pub use sign_in::respond;
pub(crate) use sign_out::leave as sign_out;
pub use sign_out::signed_out;
pub use signature::VerifyingKeys;
pub(super) use xml::bytes;

pub use crate::error::saml::Flaw;
use crate::pool::Pool;

/// The most characters of a message.
pub const LONGEST: usize = 100_000;

/// The session of somebody at a provider that wants to know when it ends here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    name: NameId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<String>,
}

/// The name that a pool has at providers.
fn audience(pool: &Pool) -> String {
    format!("urn:amazon:cognito:sp:{}", pool.id)
}

/// How far the clock of a provider may be off.
const SKEW_MS: i64 = 3 * 60 * 1000;
