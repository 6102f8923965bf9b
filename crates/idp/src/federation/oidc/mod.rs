//! Providers of OpenID Connect, and the social ones, which speak OAuth 2.0 each in its own way: where a
//! browser is sent, and what its return leads to.

mod apple;
mod claims;
mod endpoints;
mod id_token;
mod jwk;

use cenote_model::IdentityProviderTypeType as Type;
use serde_json::{Map, Value, json};

use self::claims::Claims;
use self::endpoints::Caller;
use super::arrive::{Arrival, arrive};
use super::journey::{Departure, Journey, Return};
use super::provider::{Provider, USERNAME};
use super::said::{self, Said};
use crate::oauth::{Authorization, Domain, Params, Refusal, encode, with_query};
use crate::pool::Pool;
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// How far the clock of a provider may be off when an age is checked, in seconds.
const SKEW: i64 = 60;

/// Where providers send browsers back to.
fn redirect_uri(domain: &Domain) -> String {
    format!("{}/oauth2/idpresponse", domain.base)
}

/// Whether a provider vouches with ID tokens.
pub(super) const fn has_id_tokens(kind: Type) -> bool {
    matches!(kind, Type::Oidc | Type::Google | Type::SignInWithApple)
}

/// Sends a browser to a provider.
pub(super) async fn leave(
    cx: &Cx,
    domain: &Domain,
    authorization: &Authorization,
    provider: &Stored<Provider>,
    journey: &Journey,
) -> Result<Departure> {
    let kind = provider.value.kind;
    let address = Caller::new(cx, provider).address("authorize_url").await?;
    let state = journey.seal(cx, domain)?;
    let back = redirect_uri(domain);
    let detail = |name| provider.value.detail(name).unwrap_or_default();
    let mut query = vec![
        ("client_id", detail("client_id").to_owned()),
        ("response_type", "code".to_owned()),
        ("redirect_uri", back),
        ("scope", detail("authorize_scopes").to_owned()),
        ("state", state),
    ];
    if has_id_tokens(kind) {
        query.push(("nonce", journey.nonce.clone()));
    }
    if kind == Type::SignInWithApple {
        query.push(("response_mode", "form_post".to_owned()));
    }
    let asked = authorization.prompts.iter().filter(|_| domain.is_managed());
    let mut prompts: Vec<&str> = asked.map(String::as_str).collect();
    // No sign-in is young enough for it.
    if authorization.max_age == Some(0) && !prompts.contains(&"login") {
        prompts.push("login");
    }
    if !prompts.is_empty() {
        query.push(("prompt", prompts.join(" ")));
    }
    if kind == Type::Oidc {
        let max_age = authorization.max_age.map(|seconds| seconds.to_string());
        query.extend(max_age.map(|seconds| ("max_age", seconds)));
        query.extend(
            authorization
                .login_hint
                .clone()
                .map(|hint| ("login_hint", hint)),
        );
        let levels = authorization.levels.iter();
        let levels: Vec<&str> = levels
            .filter_map(|level| provider.value.acr_of(*level))
            .collect();
        if !levels.is_empty() {
            query.push(("acr_values", levels.join(" ")));
        }
    }
    let query = encode(query.iter().map(|(name, value)| (*name, value.as_str())));
    Ok(journey.departure(with_query(&address, &query)))
}

/// Takes what a browser brings back from a provider.
pub async fn respond(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
    browser: Option<&str>,
) -> Result<Arrival> {
    if params.check_once().is_err() {
        return Ok(Arrival::Page(Refusal::journey_over()));
    }
    let Some(state) = params.get("state") else {
        return Ok(Arrival::Page(Refusal::missing("state")));
    };
    let back = match Journey::end(cx, domain, state, browser).await? {
        Ok(back) if back.provider.value.kind != Type::Saml => back,
        Ok(_) => return Ok(Arrival::Page(Refusal::journey_over())),
        Err(arrival) => return Ok(arrival),
    };
    Ok(match said(cx, domain, &back, params).await {
        Ok(said) => arrive(cx, back.authorization, back.journey.nonce, &said).await,
        Err(error) => Arrival::refused(cx, &back.authorization, error),
    })
}

/// Checks a token of a provider that somebody presents, and answers its claims. An access token has to be a
/// JWT that names the client that the pool is to the provider.
pub(super) async fn check_token(
    cx: &Cx,
    pool: &Pool,
    provider: &Stored<Provider>,
    token: &str,
    is_access: bool,
) -> Result<Map<String, Value>> {
    let mut caller = Caller::new(cx, provider);
    if is_access {
        caller.check_access(token, pool).await
    } else {
        caller.check(token, None, pool).await
    }
}

/// Checks that somebody had signed in at the provider at most so many seconds before he was sent there.
fn check_age(claims: &Map<String, Value>, sent_at: i64, most: i64) -> Result<()> {
    let signed_in_at = claims.get("auth_time").and_then(Value::as_i64);
    let oldest = sent_at.saturating_sub(most).saturating_sub(SKEW);
    match signed_in_at {
        Some(at) if at >= oldest => Ok(()),
        _ => Err(Error::bad_id_token("auth_time")),
    }
}

/// Asks the provider who it is.
async fn said(cx: &Cx, domain: &Domain, back: &Return, params: &Params) -> Result<Said> {
    let Return {
        journey, provider, ..
    } = back;
    let name = &provider.key;
    // RFC 9207: the answer of another provider is not for this one.
    let issuer = provider.value.detail("oidc_issuer");
    if let (Some(said), Some(issuer)) = (params.get("iss"), issuer)
        && said != issuer
    {
        return Err(Error::provider_answer(name, "issuer"));
    }
    if let Some(error) = params.get("error") {
        let detail = params.get("error_description").unwrap_or_default();
        return Err(Error::provider_refused(name, error, detail));
    }
    let code = params
        .get("code")
        .ok_or_else(|| Error::provider_answer(name, "authorization response"))?;
    let mut caller = Caller::new(cx, provider);
    let tokens = caller
        .tokens(code, &redirect_uri(domain), &domain.pool)
        .await?;
    let token = |name: &str| tokens.get(name).and_then(Value::as_str).map(str::to_owned);
    let (access_token, id_token) = (token("access_token"), token("id_token"));
    let mut id_claims = Map::new();
    if has_id_tokens(provider.value.kind) {
        let id_token = id_token
            .as_deref()
            .ok_or_else(|| Error::bad_id_token("in the answer"))?;
        id_claims = caller
            .check(id_token, Some(&journey.nonce), &domain.pool)
            .await?;
    }
    if provider.value.kind == Type::Oidc
        && let Some(most) = back.authorization.max_age
    {
        check_age(&id_claims, journey.begun_at() / 1000, most)?;
    }
    let mut claims = Claims::new(&provider.value, &id_claims);
    if provider.value.kind == Type::SignInWithApple {
        claims.add_apple_name(params.get("user"));
    }
    let user_info = caller.user_info(access_token.as_deref(), &claims).await?;
    claims.add_user_info(&user_info, name)?;
    let source = provider.value.mapping.get(USERNAME);
    let subject = source.and_then(|source| claims.text(source));
    let subject = subject.filter(|subject| !subject.is_empty());
    Ok(Said {
        subject: subject.ok_or_else(|| Error::provider_answer(name, "subject"))?,
        shown: json!({
            "tokenResponse": said::texts(&tokens),
            "idToken": id_claims,
            "userInfo": user_info,
        }),
        acr: id_claims
            .get("acr")
            .and_then(Value::as_str)
            .map(str::to_owned),
        attributes: claims.texts(),
        provider: provider.clone(),
        access_token,
        id_token,
        session: None,
    })
}
