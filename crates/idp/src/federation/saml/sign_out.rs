//! Signing out at the SAML provider through which somebody came.

use serde::{Deserialize, Serialize};

use super::audience;
use super::logout::{self, SignedOut};
use super::request::{self, Head};
use crate::auth::Via;
use crate::federation::provider::Provider;
use crate::federation::state::{self, LIFETIME_MS, Way};
use crate::federation::{certificate, fetched};
use crate::oauth::{Domain, Params, Refusal};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// What the provider hands back.
#[derive(Serialize, Deserialize)]
struct Waiting {
    /// The request that is to be answered.
    request: String,
    /// The name of the provider, and the id of what had that name.
    provider: String,
    provider_id: String,
    /// Where the browser goes in the end.
    target: String,
    /// Milliseconds since the epoch.
    until: i64,
}

/// Where a browser goes whose session has ended: to the target, but first to its provider when that wants to
/// know. Its being out of reach keeps nobody from signing out here.
pub(crate) async fn leave(cx: &Cx, domain: &Domain, via: Via, target: String) -> Result<String> {
    let pool = &domain.pool;
    let Some(session) = via.session else {
        return Ok(target);
    };
    let provider = Stored::<Provider>::find(cx, Kind::Provider, &pool.id, &via.provider).await?;
    let Some(provider) = provider.filter(|it| it.value.is_on("IDPSignout")) else {
        return Ok(target);
    };
    let metadata = match fetched::current(cx, pool, &provider).await {
        Ok(metadata) => metadata,
        Err(error) => {
            let (request_id, detail) = (cx.request_id, error.to_string());
            tracing::info!(%request_id, detail, "A provider is not told of a sign-out");
            return Ok(target);
        }
    };
    let Some(destination) = &metadata.sign_out else {
        return Ok(target);
    };
    let key = certificate::signing(cx, pool).await?.key(cx, pool)?;
    let id = format!("_{}", cx.uuid());
    let head = Head {
        id: &id,
        destination,
        issuer: &audience(pool),
        now: cx.now(),
    };
    let asked = logout::request(&head, &session.name, session.index.as_deref());
    let waiting = Waiting {
        request: id,
        provider: provider.key,
        provider_id: provider.value.id,
        target,
        until: cx.now() + LIFETIME_MS,
    };
    let state = state::seal(cx, domain, Way::Out, &waiting)?;
    Ok(request::address(destination, &asked, &state, Some(&key)))
}

/// Where a browser goes that comes back from the sign-out at its provider.
pub async fn signed_out(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
) -> Result<Result<String, Refusal>> {
    if params.check_once().is_err() {
        return Ok(Err(Refusal::saml_state()));
    }
    let Some(state) = params.get("RelayState") else {
        return Ok(Err(Refusal::missing("RelayState")));
    };
    let Some(message) = params.get("SAMLResponse") else {
        return Ok(Err(Refusal::missing("SAMLResponse")));
    };
    let waiting = state::open::<Waiting>(cx, domain, Way::Out, state);
    let Some(waiting) = waiting.filter(|waiting| waiting.until > cx.now()) else {
        return Ok(Err(Refusal::saml_state()));
    };
    let pool = &domain.pool;
    let provider =
        Stored::<Provider>::find(cx, Kind::Provider, &pool.id, &waiting.provider).await?;
    let Some(provider) = provider.filter(|it| it.value.id == waiting.provider_id) else {
        return Ok(Err(Refusal::saml_state()));
    };
    let metadata = match fetched::current(cx, pool, &provider).await {
        Ok(metadata) => metadata,
        Err(error) => return Ok(Err(Refusal::of_federation(error))),
    };
    let (message, recipient) = (message.to_owned(), format!("{}/saml2/logout", domain.base));
    let request = waiting.request;
    let checked = cx
        .cpu(move || {
            let expected = SignedOut {
                issuer: &metadata.entity_id,
                keys: &metadata.keys,
                recipient: &recipient,
                request: &request,
            };
            logout::check_signed_out(&message, &expected)
        })
        .await?;
    Ok(match checked {
        Ok(()) => Ok(waiting.target),
        Err(flaw) => Err(Refusal::of_federation(Error::saml(flaw))),
    })
}
