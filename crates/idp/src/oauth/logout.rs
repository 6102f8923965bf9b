//! Signing out in the browser: where it goes afterwards.

use super::authorization::{client_of, with_query};
use super::params::encode;
use super::{Cookie, Domain, Params, Refusal};
use crate::federation::saml;
use crate::{Cx, Error, token};

/// Where OpenID Connect clients ask to be sent afterwards.
const AFTERWARDS: &str = "post_logout_redirect_uri";

/// Where a browser goes that signs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logout {
    /// To an address of the application.
    Application(String),
    /// To the sign-in page, with this query.
    SignIn(String),
    /// Nowhere: a page says why.
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

/// Decides where to go: to a registered sign-out address, or to the sign-in page on the way to a registered
/// callback. The session is ended by the caller in the first two cases.
pub async fn logout(cx: &Cx, domain: &Domain, params: &Params) -> Result<Logout, Error> {
    if let Some(name) = ["client_id", "logout_uri", "redirect_uri", AFTERWARDS]
        .into_iter()
        .find(|name| params.is_repeated(name))
    {
        return Ok(Logout::Page(Refusal::repeated(name)));
    }
    let hinted = match params.get("id_token_hint") {
        Some(hint) => token::hint(cx, &domain.pool, hint).await?,
        None => None,
    };
    let hinted = hinted.as_ref().map(|hint| hint.client.as_str());
    let Some(client_id) = params.get("client_id").or(hinted) else {
        return Ok(Logout::Page(Refusal::missing("client_id")));
    };
    let Some(client) = client_of(cx, domain, client_id).await? else {
        return Ok(Logout::Page(Refusal::unknown_client()));
    };
    let is_in = |list: &Option<Vec<String>>, uri: &str| list.iter().flatten().any(|one| one == uri);
    if let Some(uri) = params.get("logout_uri") {
        return Ok(if is_in(&client.shape.logout_urls, uri) {
            Logout::Application(uri.to_owned())
        } else {
            Logout::Page(Refusal::redirect_mismatch())
        });
    }
    if params.get("redirect_uri").is_none()
        && let Some(uri) = params.get(AFTERWARDS)
    {
        // OpenID Connect RP-Initiated Logout 1.0; no request of the service's own dialect has it alone.
        let is_own = hinted.is_none_or(|hinted| hinted == client_id);
        if !is_own || !is_in(&client.shape.logout_urls, uri) {
            return Ok(Logout::Page(Refusal::redirect_mismatch()));
        }
        let state = params.get("state").map(|state| encode([("state", state)]));
        return Ok(Logout::Application(match state {
            Some(state) => with_query(uri, &state),
            None => uri.to_owned(),
        }));
    }
    let Some(uri) = params.get("redirect_uri") else {
        return Ok(Logout::Page(Refusal::missing("logout_uri")));
    };
    if !is_in(&client.shape.callback_urls, uri) {
        return Ok(Logout::Page(Refusal::redirect_mismatch()));
    }
    let Some(response_type) = params.get("response_type") else {
        return Ok(Logout::Page(Refusal::missing("response_type")));
    };
    let all = client.shape.allowed_oauth_scopes.as_deref();
    let all = all.unwrap_or_default().join(" ");
    let scope = params.get("scope").unwrap_or(&all);
    let query = [
        Some(("client_id", client_id)),
        Some(("redirect_uri", uri)),
        Some(("response_type", response_type)),
        Some(("scope", scope)).filter(|(_, scope)| !scope.is_empty()),
        params.get("state").map(|state| ("state", state)),
        params.get("nonce").map(|nonce| ("nonce", nonce)),
    ];
    Ok(Logout::SignIn(encode(query.into_iter().flatten())))
}
