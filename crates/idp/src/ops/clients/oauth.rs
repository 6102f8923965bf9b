//! The OAuth settings of a client: providers, flows, scopes and redirect addresses.

use std::collections::HashSet;

use cenote_model::{ClientTypeType, OAuthFlowType, UserPoolClientType};

use crate::federation::provider::OWN_USERS;
use crate::pool::{Pool, scopes};
use crate::ports::Kind;
use crate::{Cx, Error, Result};

/// The scopes that every pool has.
const SCOPES: [&str; 5] = [
    "phone",
    "email",
    "openid",
    "profile",
    "aws.cognito.signin.user.admin",
];

/// Schemes that would run or read something in place of opening an application.
const UNSAFE_SCHEMES: [&str; 5] = ["javascript", "data", "vbscript", "file", "blob"];

/// What a client names and its pool has.
pub(super) struct Known {
    scopes: HashSet<String>,
    providers: HashSet<String>,
}

/// Looks up the custom scopes and the identity providers that a client names.
pub(super) async fn known(cx: &Cx, pool: &Pool, shape: &UserPoolClientType) -> Result<Known> {
    let allowed = shape.allowed_oauth_scopes.iter().flatten();
    let existing = scopes::existing(cx, pool, allowed).await?;
    let mut known = Known {
        scopes: existing.into_iter().map(str::to_owned).collect(),
        providers: HashSet::new(),
    };
    if scopes::registers_clients(pool) {
        known.scopes.insert(scopes::REGISTRATION.to_owned());
    }
    for provider in shape.supported_identity_providers.iter().flatten() {
        let record = cx.service.store.record(Kind::Provider, &pool.id, provider);
        if provider == OWN_USERS || record.await?.is_some() {
            known.providers.insert(provider.clone());
        }
    }
    Ok(known)
}

/// Drops empty lists and checks the rest.
pub(super) fn settle(
    pool: &Pool,
    shape: &mut UserPoolClientType,
    is_confidential: bool,
    known: &Known,
) -> Result<()> {
    shape.callback_urls.take_if(|list| list.is_empty());
    shape.logout_urls.take_if(|list| list.is_empty());
    shape.allowed_oauth_flows.take_if(|list| list.is_empty());
    shape.allowed_oauth_scopes.take_if(|list| list.is_empty());

    let providers = shape.supported_identity_providers.iter().flatten();
    if let Some(unknown) = providers
        .into_iter()
        .find(|provider| !known.providers.contains(*provider))
    {
        return Err(Error::provider_not_found(unknown, &pool.id));
    }
    for url in shape
        .callback_urls
        .iter()
        .chain(&shape.logout_urls)
        .flatten()
    {
        check_url(url)?;
    }
    if let Some(default) = &shape.default_redirect_uri
        && !shape
            .callback_urls
            .as_ref()
            .is_some_and(|urls| urls.contains(default))
    {
        return Err(Error::default_redirect(default));
    }
    let is_on = shape.allowed_oauth_flows_user_pool_client == Some(true);
    if is_on && (shape.allowed_oauth_flows.is_none() || shape.allowed_oauth_scopes.is_none()) {
        return Err(Error::oauth_lists_missing());
    }
    check_grants(shape, is_confidential)?;
    let is_registered = shape.client_type == Some(ClientTypeType::Dcr);
    let mut scopes = shape.allowed_oauth_scopes.iter().flatten();
    if is_registered && scopes.clone().any(|scope| scope == scopes::REGISTRATION) {
        return Err(Error::registered_with_scope(scopes::REGISTRATION));
    }
    match scopes.find(|scope| !SCOPES.contains(&scope.as_str()) && !known.scopes.contains(*scope)) {
        Some(unknown) => Err(Error::scope_not_found(unknown)),
        None => Ok(()),
    }
}

fn check_grants(shape: &UserPoolClientType, is_confidential: bool) -> Result<()> {
    let flows = shape.allowed_oauth_flows.as_deref().unwrap_or_default();
    let is_for_people = flows
        .iter()
        .any(|flow| *flow != OAuthFlowType::ClientCredentials);
    if flows.contains(&OAuthFlowType::ClientCredentials) {
        if is_for_people {
            return Err(Error::machine_flow_not_alone());
        }
        if !is_confidential {
            return Err(Error::machine_flow_without_secret());
        }
    }
    if is_for_people && shape.callback_urls.is_none() {
        return Err(Error::callbacks_missing());
    }
    Ok(())
}

/// A redirect address is absolute and has no fragment. Plain HTTP is for the caller's own machine;
/// applications may have schemes of their own.
pub(crate) fn check_url(url: &str) -> Result<()> {
    if url.contains('#') {
        return Err(Error::url_with_fragment(url));
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(Error::url_not_absolute(url));
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let scheme = scheme.to_ascii_lowercase();
    if !is_scheme || rest.is_empty() || UNSAFE_SCHEMES.contains(&scheme.as_str()) {
        return Err(Error::url_not_absolute(url));
    }
    if scheme != "http" && scheme != "https" {
        return Ok(());
    }
    let host = rest.strip_prefix("//").map(host_of).unwrap_or_default();
    // Browsers take a backslash for a slash, so that the host would be another one than is read here.
    if host.is_empty() || rest.contains('\\') {
        return Err(Error::url_not_absolute(url));
    }
    let is_here = ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|here| host.eq_ignore_ascii_case(here));
    if scheme == "http" && !is_here {
        return Err(Error::url_without_tls(url));
    }
    Ok(())
}

/// The host of what follows `//`: without user, port, path and query.
fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    match host.find(']') {
        Some(end) => &host[..=end],
        None => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_addresses_are_safe_places() {
        for url in [
            "https://example.com",
            "https://example.com:8443/cb?x=1",
            "http://localhost",
            "http://LOCALHOST:3000/cb",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/cb",
            "myapp://signin",
            "com.example.app:/cb",
        ] {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
        for url in [
            "http://example.com",
            "http://localhost.example.com",
            "http://localhost@example.com/",
            "http://localhost:3000@example.com/",
            "HTTP://example.com",
        ] {
            assert_eq!(check_url(url), Err(Error::url_without_tls(url)), "{url}");
        }
        for url in [
            "example.com/cb",
            "/cb",
            "https:",
            "https:example.com",
            "https:///cb",
            "://example.com",
            "1app://x",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            // A browser reads a slash, and another host than the one that looks like it.
            r"http://localhost\@example.com/",
            r"http://example.com\@localhost/",
        ] {
            assert_eq!(check_url(url), Err(Error::url_not_absolute(url)), "{url}");
        }
        assert_eq!(
            check_url("https://a.example/#x"),
            Err(Error::url_with_fragment("https://a.example/#x"))
        );
    }
}
