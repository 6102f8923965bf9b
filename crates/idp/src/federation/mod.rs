//! Identity providers: what is stored of them, which of their people are whose users here, and how these
//! sign in.
//!
//! A browser leaves for a provider with a [`Journey`], sealed into what the provider hands back. What the
//! provider says when it returns becomes [`Said`], whatever its protocol, and [`arrive`] makes a sign-in of it.

mod arrive;
pub(crate) mod certificate;
mod details;
pub(crate) mod exchange;
pub(crate) mod fetched;
mod journey;
pub(crate) mod linked;
mod mapping;
mod metadata;
mod oidc;
pub(crate) mod provider;
mod said;
pub mod saml;
mod state;

pub use arrive::Arrival;
pub use journey::Departure;
pub use oidc::respond;
pub(crate) use said::Said;

use cenote_model::IdentityProviderTypeType as Type;

use crate::oauth::{Authorization, Domain, Refusal, Through};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Error};
use journey::Journey;
use provider::Provider;

/// Sends a browser to the provider through which the request asks to sign in. `query` is the request as it
/// came, and `browser` the cookie of an earlier departure.
pub async fn leave(
    cx: &Cx,
    domain: &Domain,
    authorization: &Authorization,
    query: &str,
    browser: Option<&str>,
) -> Result<Departure, Arrival> {
    let unavailable = || Arrival::Page(Refusal::login_option());
    let failed = |error: Error| Arrival::refused(cx, authorization, error);
    let Through::Provider(name) = &authorization.through else {
        return Err(unavailable());
    };
    let provider = Stored::<Provider>::find(cx, Kind::Provider, domain.pool_id(), name).await;
    let provider = provider.map_err(failed)?.ok_or_else(unavailable)?;
    let journey = Journey::begin(cx, &provider, query, browser);
    let left = match provider.value.kind {
        Type::Saml => saml::leave(cx, domain, authorization, &provider, &journey).await,
        _ => oidc::leave(cx, domain, authorization, &provider, &journey).await,
    };
    left.map_err(failed)
}
