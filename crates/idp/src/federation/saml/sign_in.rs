//! Signing in at a SAML provider: where a browser is sent, and what its return leads to.

use aws_lc_rs::digest::{SHA256, digest};
use cenote_model::IdentityProviderTypeType as Type;
use data_encoding::HEXLOWER;
use serde_json::json;

use super::request::{self, Head};
use super::{Assertion, Expected, Flaw, Session, audience, response};
use crate::federation::arrive::{Arrival, arrive};
use crate::federation::certificate;
use crate::federation::fetched;
use crate::federation::journey::{Departure, Journey};
use crate::federation::provider::{OWN_USERS, Provider};
use crate::federation::said::{Said, list};
use crate::federation::state;
use crate::oauth::{Authorization, Domain, Outcome, Params, Prompt, Refusal, Through};
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// Where providers answer.
fn answer_to(domain: &Domain) -> String {
    format!("{}/saml2/idpresponse", domain.base)
}

/// The id of the request that a journey began with; it must not begin with a digit.
fn request_id(journey: &Journey) -> String {
    format!("_{}", journey.id)
}

/// Sends a browser to a provider.
pub(in crate::federation) async fn leave(
    cx: &Cx,
    domain: &Domain,
    authorization: &Authorization,
    provider: &Stored<Provider>,
    journey: &Journey,
) -> Result<Departure> {
    let pool = &domain.pool;
    let metadata = fetched::current(cx, pool, provider).await?;
    let key = match provider.value.detail("RequestSigningAlgorithm") {
        Some(_) => Some(certificate::signing(cx, pool).await?.key(cx, pool)?),
        None => None,
    };
    let head = Head {
        id: &request_id(journey),
        destination: &metadata.sign_in,
        issuer: &audience(pool),
        now: cx.now(),
    };
    // A request has no word for how old a sign-in may be.
    let anew = authorization.prompt == Prompt::Login || authorization.max_age.is_some();
    let request = request::sign_in(&head, &answer_to(domain), anew);
    let state = journey.seal(cx, domain)?;
    let location = request::address(&metadata.sign_in, &request, &state, key.as_ref());
    Ok(journey.departure(location))
}

/// Takes what a browser brings back from a provider: the answer to a request of here, or one that nobody asked
/// for, where the provider may send such.
pub async fn respond(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
    browser: Option<&str>,
) -> Result<Arrival> {
    let page = |refusal| Ok(Arrival::Page(refusal));
    if params.check_once().is_err() {
        return page(Refusal::saml_state());
    }
    let (state, message) = (params.get("RelayState"), params.get("SAMLResponse"));
    let Some(state) = state else {
        return page(Refusal::missing("RelayState"));
    };
    let Some(message) = message else {
        return page(Refusal::missing("SAMLResponse"));
    };
    // What is sealed here has no such sign in it.
    let (provider, authorization, journey) = if state.contains('=') {
        match unasked(cx, domain, state).await? {
            Ok((provider, authorization)) => (provider, authorization, None),
            Err(arrival) => return Ok(arrival),
        }
    } else {
        match Journey::end(cx, domain, state, browser).await? {
            Ok(back) if back.provider.value.kind == Type::Saml => {
                (back.provider, back.authorization, Some(back.journey))
            }
            Ok(_) | Err(Arrival::Page(_)) => return page(Refusal::saml_state()),
            Err(arrival) => return Ok(arrival),
        }
    };
    let request = journey.as_ref().map(request_id);
    let nonce = journey.map_or_else(|| state::nonce(cx), |journey| journey.nonce);
    let said = said(cx, domain, &provider, message, request).await;
    Ok(match said {
        Ok(said) => arrive(cx, authorization, nonce, &said).await,
        Err(error) => Arrival::refused(cx, &authorization, error),
    })
}

/// What a provider that nobody asked wants to sign in for: it says so in place of a state. It must be allowed to,
/// and the application may have no providers but such.
async fn unasked(
    cx: &Cx,
    domain: &Domain,
    state: &str,
) -> Result<Result<(Stored<Provider>, Box<Authorization>), Arrival>> {
    let page = |refusal| Ok(Err(Arrival::Page(refusal)));
    let Ok(params) = Params::parse(state.as_bytes()) else {
        return page(Refusal::relay_state());
    };
    if params.get("client_id").is_none() {
        return page(Refusal::relay_state());
    }
    let authorization = match Authorization::read(cx, domain, &params).await? {
        Outcome::Go(authorization) => authorization,
        Outcome::Page(refusal) => return page(refusal),
        Outcome::Redirect(location) => return Ok(Err(Arrival::elsewhere(location))),
    };
    let Through::Provider(name) = &authorization.through else {
        return page(Refusal::relay_state());
    };
    let supported = authorization
        .client
        .shape
        .supported_identity_providers
        .iter();
    let mut found = None;
    for one in supported.flatten() {
        let provider = match one.as_str() {
            OWN_USERS => None,
            one => Stored::<Provider>::find(cx, Kind::Provider, domain.pool_id(), one).await?,
        };
        let Some(provider) = provider.filter(|it| it.value.kind == Type::Saml) else {
            return page(Refusal::saml_state());
        };
        if provider.key == *name && provider.value.is_on("IDPInit") {
            found = Some(provider);
        }
    }
    match found {
        Some(provider) => Ok(Ok((provider, authorization))),
        None => page(Refusal::saml_state()),
    }
}

/// What a provider says, if it is believed.
async fn said(
    cx: &Cx,
    domain: &Domain,
    provider: &Stored<Provider>,
    message: &str,
    request: Option<String>,
) -> Result<Said> {
    let pool = &domain.pool;
    let metadata = fetched::current(cx, pool, provider).await?;
    let decryption = match (
        &provider.value.encryption,
        provider.value.wants_encryption(),
    ) {
        (_, false) => None,
        (Some(certified), true) => Some(certified.pkcs8(cx, pool)?),
        (None, true) => return Err(Error::internal("a provider without a key to encrypt for")),
    };
    let (message, audience, recipient, now) = (
        message.to_owned(),
        audience(pool),
        answer_to(domain),
        cx.now(),
    );
    let assertion = cx
        .cpu(move || {
            let expected = Expected {
                issuer: &metadata.entity_id,
                keys: &metadata.keys,
                audience: &audience,
                recipient: &recipient,
                request: request.as_deref(),
                decryption: decryption.as_ref().map(|key| key.as_slice()),
                now,
            };
            response::read(&message, &expected)
        })
        .await?
        .map_err(Error::saml)?;
    spend(cx, pool, &provider.value, &assertion).await?;
    let text = |values: Vec<String>| match <[String; 1]>::try_from(values) {
        Ok([one]) => one,
        Err(values) if values.is_empty() => String::new(),
        Err(values) => list(values.iter().map(String::as_str)),
    };
    let attributes = assertion.attributes.into_iter();
    let attributes = attributes
        .map(|(name, values)| (name, text(values)))
        .collect();
    Ok(Said {
        shown: json!({"samlResponse": attributes}),
        attributes,
        session: provider.value.is_on("IDPSignout").then(|| Session {
            name: assertion.name.clone(),
            index: assertion.session,
        }),
        subject: assertion.name.value,
        provider: provider.clone(),
        acr: None,
        access_token: None,
        id_token: None,
    })
}

/// Makes sure that an assertion is used once.
async fn spend(cx: &Cx, pool: &Pool, provider: &Provider, assertion: &Assertion) -> Result<()> {
    let name = format!("{}/{}", provider.id, assertion.id);
    let digest = HEXLOWER.encode(digest(&SHA256, name.as_bytes()).as_ref());
    let key = format!("saml/{digest}");
    let write = Write::mark(&pool.id, key, cx.now(), assertion.until);
    match cx.try_commit(Change::new().with(write)).await {
        Ok(()) => Ok(()),
        Err(CommitError::Conflict { .. }) => Err(Error::saml(Flaw::Replayed)),
        Err(error) => Err(error.into()),
    }
}
