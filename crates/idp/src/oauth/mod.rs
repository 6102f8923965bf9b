//! OAuth 2.0 and OpenID Connect: what the endpoints and pages of a domain decide.

mod authorization;
mod browser;
mod client;
mod code;
mod domain;
mod exchange;
mod logout;
mod machine;
mod params;
mod register;
mod response;
mod revoke;
mod sign_in;
mod token;
mod user_info;

pub(crate) use authorization::with_query;
pub use authorization::{Authorization, Outcome, Prompt, Through};
pub use browser::Cookie;
pub use domain::Domain;
pub use logout::{Logout, end_session, logout};
pub(crate) use params::encode;
pub use params::{Params, through};
pub use register::register;
pub use response::{complete, complete_silently};
pub use revoke::revoke;
pub use sign_in::{Progress, answer, passkey_options, with_choice, with_password};
pub use token::token;
pub use user_info::user_info;

pub use crate::auth::SignedIn;
pub use crate::error::oauth::{OAuthCode, Refusal, Shown};

/// What endpoints answer.
pub type Result<T> = std::result::Result<T, Refusal>;
