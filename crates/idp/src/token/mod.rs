//! Tokens: signing keys, claims, access-token checks, refresh tokens and revocation.

mod acr;
mod caller;
mod derived;
mod grant;
mod issue;
mod jwt;
mod keys;
mod machine;
mod presented;
mod refresh;
pub(crate) mod session;
mod sign;

pub(crate) use acr::Level;
pub(crate) use caller::{Caller, authenticate, authenticate_for};
pub(crate) use derived::{Wish, derive};
pub(crate) use grant::{Grant, shows};
pub(crate) use issue::{SignIn, attribute_claim, issue, sign_in};
pub(crate) use jwt::is_signed;
pub(crate) use keys::{PoolKeys, new_key_writes};
pub(crate) use machine::of_client;
pub(crate) use presented::{Hint, Party, Presented, check as check_presented, hint};
pub(crate) use refresh::{RefreshToken, redeem, refresh, revoke, revoke_family};
pub(crate) use sign::TokenUse;

use crate::pool::Pool;
use crate::{IssuerMode, Service};

/// The scope that lets a token call the user pools API.
pub(crate) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The issuer of a pool: `iss` in its tokens and in its discovery document.
pub(crate) fn issuer(service: &Service, pool: &Pool) -> String {
    use cenote_model::IssuerType;
    match service.config.issuer {
        IssuerMode::Local => format!("{}/{}", service.config.public_url, pool.id),
        IssuerMode::Aws => {
            let updated = pool
                .shape
                .issuer_configuration
                .as_ref()
                .is_some_and(|configuration| configuration.r#type == Some(IssuerType::Updated));
            let host = if updated {
                "issuer-cognito-idp"
            } else {
                "cognito-idp"
            };
            format!("https://{host}.{}.amazonaws.com/{}", pool.region, pool.id)
        }
    }
}
