//! Signing out at the SAML provider through which somebody came.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::audience;
use super::logout::{self, SignedOut};
use super::request::{self, Head};
use crate::auth::Via;
use crate::crypto::Purpose;
use crate::federation::provider::Provider;
use crate::federation::{certificate, fetched};
use crate::oauth::{Domain, Params, Refusal};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// How long a provider may keep the browser.
const LIFETIME: Duration = Duration::from_mins(5);

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
        until: cx.now() + i64::try_from(LIFETIME.as_millis()).unwrap_or_default(),
    };
    let state = waiting.seal(cx, domain)?;
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
    let Some(waiting) = Waiting::open(cx, domain, state) else {
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

impl Waiting {
    fn seal(&self, cx: &Cx, domain: &Domain) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error.to_string()))?;
        let service = &cx.service;
        let context = context(domain);
        let sealed = service.sealer.seal(
            Purpose::Federation,
            context.as_bytes(),
            &plain,
            &*service.entropy,
        );
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    fn open(cx: &Cx, domain: &Domain, sealed: &str) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let keys = &cx.service.sealer;
        let plain = keys
            .open(Purpose::Federation, context(domain).as_bytes(), &sealed)
            .ok()?;
        let waiting: Self = serde_json::from_slice(&plain).ok()?;
        (waiting.until > cx.now()).then_some(waiting)
    }
}

fn context(domain: &Domain) -> String {
    format!("sign-out/{}/{}", domain.pool_id(), domain.base)
}
