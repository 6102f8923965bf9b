//! Signing out in the browser: where it goes afterwards.

use super::authorization::with_query;
use super::client::client_of;
use super::params::encode;
use super::{Cookie, Domain, Params, Refusal};
use crate::federation::saml;
use crate::token::Hint;
use crate::{Cx, Error, token};

/// Where OpenID Connect clients ask to be sent afterwards.
const AFTERWARDS: &str = "post_logout_redirect_uri";

/// The ID token with which they say who signs out.
const HINT: &str = "id_token_hint";

/// What else of the next authorization request goes on to the sign-in page. A challenge that was lost on the
/// way would leave its code unprotected.
const CARRIED: [&str; 5] = [
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "resource",
];

/// Where a browser goes that signs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logout {
    /// To an address of the application.
    Application(String),
    /// To the sign-in page, with this query.
    SignIn(String),
    /// Nowhere: a page says that the session is over.
    Nowhere,
    /// Nowhere, and the session goes on: a page says why.
    Page(Refusal),
}

/// Ends the session of a browser, and says where it goes: to the target, but first to the provider through which
/// the session began, where that wants to know.
pub async fn end_session(
    cx: &Cx,
    domain: &Domain,
    cookie: &str,
    target: String,
) -> Result<String, Error> {
    Cookie::end(cx, domain, cookie).await?;
    match Cookie::via(cx, domain, cookie) {
        Some(via) => saml::sign_out(cx, domain, via, target).await,
        None => Ok(target),
    }
}

/// Decides where to go: to a registered sign-out address, to the sign-in page on the way to a registered
/// callback, or nowhere else. The session is ended by the caller unless a page says why not. `cookie` is that of the
/// browser.
pub async fn logout(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
    cookie: Option<&str>,
) -> Result<Logout, Error> {
    if let Some(name) = ["client_id", "logout_uri", "redirect_uri", AFTERWARDS, HINT]
        .into_iter()
        .find(|name| params.is_repeated(name))
    {
        return Ok(Logout::Page(Refusal::repeated(name)));
    }
    let hint = match params.get(HINT) {
        Some(hint) => token::hint(cx, &domain.pool, hint).await?,
        None => None,
    };
    let (logout_uri, redirect_uri) = (params.get("logout_uri"), params.get("redirect_uri"));
    if logout_uri.is_none() && redirect_uri.is_none() {
        return standard(cx, domain, params, hint.as_ref(), cookie).await;
    }
    let hinted = hint.as_ref().map(|hint| hint.client.as_str());
    let Some(client_id) = params.get("client_id").or(hinted) else {
        return Ok(Logout::Page(Refusal::missing("client_id")));
    };
    let Some(client) = client_of(cx, domain, client_id).await? else {
        return Ok(Logout::Page(Refusal::unknown_client()));
    };
    if let Some(uri) = logout_uri {
        return Ok(if is_in(client.shape.logout_urls.as_deref(), uri) {
            Logout::Application(uri.to_owned())
        } else {
            Logout::Page(Refusal::redirect_mismatch())
        });
    }
    let uri = redirect_uri.unwrap_or_default();
    if !is_in(client.shape.callback_urls.as_deref(), uri) {
        return Ok(Logout::Page(Refusal::redirect_mismatch()));
    }
    let Some(response_type) = params.get("response_type") else {
        return Ok(Logout::Page(Refusal::missing("response_type")));
    };
    let all = client.shape.allowed_oauth_scopes.as_deref();
    let all = all.unwrap_or_default().join(" ");
    let scope = params.get("scope").unwrap_or(&all);
    let fixed = [
        Some(("client_id", client_id)),
        Some(("redirect_uri", uri)),
        Some(("response_type", response_type)),
        Some(("scope", scope)).filter(|(_, scope)| !scope.is_empty()),
    ];
    let carried = CARRIED.map(|name| params.get(name).map(|value| (name, value)));
    let query = fixed.into_iter().chain(carried).flatten();
    Ok(Logout::SignIn(encode(query)))
}

fn is_in(list: Option<&[String]>, uri: &str) -> bool {
    list.unwrap_or_default().iter().any(|one| one == uri)
}

/// OpenID Connect RP-Initiated Logout 1.0; no request that the service takes is one. A hint must be good, the
/// client's, and of whoever has signed in.
async fn standard(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
    hint: Option<&Hint>,
    cookie: Option<&str>,
) -> Result<Logout, Error> {
    let page = |refusal| Ok(Logout::Page(refusal));
    let hinted = hint.map(|hint| hint.client.as_str());
    let client_id = params.get("client_id").or(hinted);
    let is_bad = match hint {
        Some(hint) => {
            let owner = cookie.and_then(|cookie| Cookie::sub(cx, domain, cookie));
            client_id != hinted || owner.is_some_and(|sub| sub != hint.sub)
        }
        None => params.get(HINT).is_some(),
    };
    if is_bad {
        return page(Refusal::malformed(HINT));
    }
    let client = match client_id {
        Some(id) => match client_of(cx, domain, id).await? {
            Some(client) => Some(client),
            None => return page(Refusal::unknown_client()),
        },
        None => None,
    };
    let Some(uri) = params.get(AFTERWARDS) else {
        return Ok(Logout::Nowhere);
    };
    let Some(client) = client else {
        return page(Refusal::missing("client_id"));
    };
    if !is_in(client.shape.logout_urls.as_deref(), uri) {
        return page(Refusal::redirect_mismatch());
    }
    let state = params.get("state").map(|state| encode([("state", state)]));
    Ok(Logout::Application(match state {
        Some(state) => with_query(uri, &state),
        None => uri.to_owned(),
    }))
}
