//! What is asked of a provider: its endpoints, tokens, keys and user info.

use serde_json::{Map, Value};

use cenote_model::IdentityProviderTypeType as Type;

use super::claims::Claims;
use super::id_token::{Expected, IdToken, Key};
use super::{apple, jwk};
use crate::federation::details;
use crate::federation::provider::Provider;
use crate::oauth::{encode, with_query};
use crate::pool::Pool;
use crate::ports::{UpstreamAnswer, UpstreamError, UpstreamRequest};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// Calls one provider.
pub(super) struct Caller<'a> {
    cx: &'a Cx,
    provider: &'a Stored<Provider>,
    /// Its discovery document, once it was needed.
    discovered: Option<Map<String, Value>>,
}

impl<'a> Caller<'a> {
    pub(super) const fn new(cx: &'a Cx, provider: &'a Stored<Provider>) -> Self {
        Self {
            cx,
            provider,
            discovered: None,
        }
    }

    fn detail(&self, name: &str) -> Option<&'a str> {
        self.provider.value.detail(name)
    }

    async fn send(
        &self,
        request: UpstreamRequest,
        late: impl FnOnce() -> Error,
    ) -> Result<UpstreamAnswer> {
        let name = &self.provider.key;
        let answer = self.cx.service.upstream.send(request).await;
        answer.map_err(|error| match error {
            UpstreamError::TimedOut => late(),
            UpstreamError::Broken => Error::provider_reset(),
            UpstreamError::TooLong => Error::provider_answer(name, "answer: it is too long"),
            UpstreamError::Forbidden(detail) => Error::provider_forbidden(name, detail),
        })
    }

    /// Sends a request whose answer is a JSON object; `what` is the word for one that is not.
    async fn object(
        &self,
        request: UpstreamRequest,
        what: &str,
        late: impl FnOnce() -> Error,
    ) -> Result<Map<String, Value>> {
        let name = &self.provider.key;
        let answer = self.send(request, late).await?;
        let body: Option<Map<String, Value>> = serde_json::from_slice(&answer.body).ok();
        if !(200..300).contains(&answer.status) {
            let said = body.as_ref().and_then(complaint).unwrap_or_default();
            return Err(Error::provider_refused(
                name,
                &answer.status.to_string(),
                &said,
            ));
        }
        body.ok_or_else(|| Error::provider_answer(name, what))
    }

    /// An endpoint by the name of its detail, or from the discovery document.
    pub(super) async fn address(&mut self, detail: &str) -> Result<String> {
        let found = self.find_address(detail).await?;
        found.ok_or_else(|| Error::provider_answer(&self.provider.key, "discovery document"))
    }

    async fn find_address(&mut self, detail: &str) -> Result<Option<String>> {
        if let Some(address) = self.detail(detail) {
            return Ok(Some(address.to_owned()));
        }
        let Some(issuer) = self.detail("oidc_issuer") else {
            return Ok(None);
        };
        let member = match detail {
            "authorize_url" => "authorization_endpoint",
            "token_url" => "token_endpoint",
            "attributes_url" => "userinfo_endpoint",
            other => other,
        };
        if self.discovered.is_none() {
            let request = UpstreamRequest {
                url: format!("{issuer}/.well-known/openid-configuration"),
                ..UpstreamRequest::default()
            };
            let what = "discovery document";
            let document = self.object(request, what, Error::provider_timeout).await?;
            if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
                return Err(Error::provider_answer(&self.provider.key, what));
            }
            self.discovered = Some(document);
        }
        let discovered = self.discovered.as_ref().and_then(|it| it.get(member));
        let address = discovered.and_then(Value::as_str);
        Ok(address
            .filter(|address| details::is_address(address))
            .map(str::to_owned))
    }

    /// Redeems a code, as the client that the pool is to the provider.
    pub(super) async fn tokens(
        &mut self,
        code: &str,
        redirect_uri: &str,
        pool: &Pool,
    ) -> Result<Map<String, Value>> {
        let address = self.address("token_url").await?;
        let provider = &self.provider.value;
        let secret = if provider.kind == Type::SignInWithApple {
            Some(apple::client_secret(self.cx, pool, provider)?)
        } else {
            provider.secret(self.cx, pool, "client_secret")?
        };
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("client_id", self.detail("client_id").unwrap_or_default()),
        ];
        form.extend(secret.as_deref().map(|secret| ("client_secret", secret)));
        let form = encode(form);
        let request = if self.detail("token_request_method") == Some("GET") {
            UpstreamRequest {
                url: with_query(&address, &form),
                ..UpstreamRequest::default()
            }
        } else {
            UpstreamRequest {
                url: address,
                form: Some(form),
                bearer: None,
            }
        };
        self.object(request, "token response", Error::token_endpoint_timeout)
            .await
    }

    /// Checks an ID token of the provider and answers its claims.
    pub(super) async fn check(
        &mut self,
        token: &str,
        nonce: Option<&str>,
        pool: &Pool,
    ) -> Result<Map<String, Value>> {
        let token = IdToken::parse(token)?;
        self.check_signature(&token, pool).await?;
        token.claims(&self.expected(nonce))
    }

    /// The same of an access token in the form of a JWT.
    pub(super) async fn check_access(
        &mut self,
        token: &str,
        pool: &Pool,
    ) -> Result<Map<String, Value>> {
        let token = IdToken::parse(token)?;
        self.check_signature(&token, pool).await?;
        token.access_claims(&self.expected(None))
    }

    fn expected<'e>(&'e self, nonce: Option<&'e str>) -> Expected<'e> {
        Expected {
            issuer: self.detail("oidc_issuer").unwrap_or_default(),
            client_id: self.detail("client_id").unwrap_or_default(),
            nonce,
            now: self.cx.now() / 1000,
        }
    }

    async fn check_signature(&mut self, token: &IdToken<'_>, pool: &Pool) -> Result<()> {
        let secret;
        let keys;
        let key = if token.is_by_secret() {
            secret = self.provider.value.secret(self.cx, pool, "client_secret")?;
            let secret = secret.as_deref().filter(|secret| !secret.is_empty());
            Key::Secret(secret.ok_or_else(|| Error::bad_id_token("signature"))?)
        } else {
            let request = UpstreamRequest {
                url: self.address("jwks_uri").await?,
                ..UpstreamRequest::default()
            };
            let set = self.object(request, "key set", Error::jwks_timeout).await?;
            keys = jwk::list(&set);
            Key::Public(token.key_in(&keys)?)
        };
        token.verify(&key)
    }

    /// What the provider tells about whose access token it is. Where the address takes the names of what is
    /// asked for, those that are known already are left out; if there are no others, nothing is asked.
    pub(super) async fn user_info(
        &mut self,
        access_token: Option<&str>,
        known: &Claims<'_>,
    ) -> Result<Map<String, Value>> {
        let (Some(token), Some(mut url)) =
            (access_token, self.find_address("attributes_url").await?)
        else {
            return Ok(Map::new());
        };
        if self.detail("attributes_url_add_attributes") == Some("true") {
            let missing = known.missing();
            if missing.is_empty() {
                return Ok(Map::new());
            }
            url.push_str(&missing.join(","));
        }
        let is_post = self.detail("attributes_request_method") == Some("POST");
        let request = UpstreamRequest {
            url,
            form: is_post.then(String::new),
            bearer: Some(token.to_owned()),
        };
        self.object(request, "user info", Error::provider_timeout)
            .await
    }
}

/// What a refusal says: `error` and `error_description`, or the message inside the error.
fn complaint(body: &Map<String, Value>) -> Option<String> {
    let error = body.get("error")?;
    let said = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let (Some(code), description) = (said(Some(error)), said(body.get("error_description"))) else {
        return said(error.get("message"));
    };
    Some(match description {
        Some(description) => format!("{code} {description}"),
        None => code,
    })
}
