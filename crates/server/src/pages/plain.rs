//! Pages that say one thing: of a refusal, or that something is done. They look like the client's, where one is
//! named that there is.

use std::sync::Arc;

use axum::body::Body;
use cenote_idp::Service;
use cenote_idp::hosted::{Reason, Site};
use cenote_idp::oauth::{Params, Refusal};
use hyper::header::SET_COOKIE;
use hyper::{Response, StatusCode};

use super::look::{self, Look};
use super::text::{self, Language};
use super::view::{Alert, Page};
use super::{dress, refusal};
use crate::cookies;
use crate::hosts::At;

/// What such a page says.
#[derive(Clone, Copy)]
pub(crate) enum Said<'a> {
    /// A sign-up is confirmed.
    Confirmed,
    /// Why it is not.
    NotConfirmed(&'a Reason),
    /// Nobody is signed in any longer.
    SignedOut,
    /// A refusal.
    Refused(&'a Refusal),
    /// The client's pages have no style yet.
    Unavailable,
    /// Something that is not told.
    Failed,
}

impl Said<'_> {
    fn page(self, text: &'static Language, look: Arc<Look>) -> Page {
        let (heading, alert) = match self {
            Self::Confirmed => ("confirmed-heading", Alert::success(text.say("confirmed"))),
            Self::SignedOut => ("signed-out-heading", Alert::success(text.say("signed-out"))),
            Self::NotConfirmed(reason) => ("error-heading", refusal::alert(text, reason)),
            Self::Refused(refused) => {
                ("error-heading", Alert::error(refusal::words(text, refused)))
            }
            Self::Unavailable => ("error-heading", Alert::error(text.say("error-unavailable"))),
            Self::Failed => ("error-heading", Alert::error(text.say("error-page"))),
        };
        let mut page = Page::new(text, look, heading);
        page.alert = Some(alert);
        page
    }
}

/// Such a page on a domain. `params` is the request, as far as it is known.
pub(crate) async fn plain(
    at: &At,
    params: &Params,
    status: StatusCode,
    said: Said<'_>,
) -> Response<Body> {
    let look = match params.get("client_id") {
        Some(client) => look_of(at, client).await,
        None => None,
    };
    let page = said.page(language(at, params), look.unwrap_or_else(look::plain));
    let response = dress::page(page, status, at.domain.base.starts_with("https:"));
    with_language(at, params, at.with_csrf(response))
}

/// Such a page where there is no domain.
pub(crate) fn without_domain(
    service: &Service,
    status: StatusCode,
    said: Said<'_>,
) -> Response<Body> {
    let page = said.page(text::english(), look::plain());
    let is_https = service.config.public_url.starts_with("https:");
    dress::page(page, status, is_https)
}

/// How the pages of a client look, if there is one. That this cannot be found out is no matter on a page that
/// tells of something else.
async fn look_of(at: &At, client: &str) -> Option<Arc<Look>> {
    let site = Site::find(&at.cx, at.domain.pool_id(), client)
        .await
        .ok()??;
    let look = at.looks.of(&at.cx, &at.domain, site.client_id()).await;
    look.ok().flatten()
}

/// The language that managed login is asked for; the classic pages have one alone.
fn asked(at: &At, params: &Params) -> Option<&'static Language> {
    let asked = params.get("lang").and_then(text::of);
    asked.filter(|_| at.domain.is_managed())
}

fn language(at: &At, params: &Params) -> &'static Language {
    let before = at.lang.as_deref().and_then(text::of);
    let before = before.filter(|_| at.domain.is_managed());
    asked(at, params).or(before).unwrap_or_else(text::english)
}

/// Lets the browser keep the language that was asked for.
pub(crate) fn with_language(
    at: &At,
    params: &Params,
    mut response: Response<Body>,
) -> Response<Body> {
    let language = asked(at, params);
    let cookie = language.and_then(|language| cookies::lang(&at.domain, language.code));
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
