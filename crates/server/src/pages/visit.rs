//! One request for a page: what it asks for, who may send it, and how the answer is dressed.

use std::sync::Arc;

use axum::body::Body;
use cenote_idp::hosted::{Reason, Site};
use cenote_idp::oauth::{Authorization, Outcome, Params, Prompt, Refusal, SignedIn};
use cenote_idp::oauth::{Cookie, complete, through};
use cenote_idp::{Cx, Error};
use hyper::header::{HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Response, StatusCode};
use subtle::ConstantTimeEq;

use super::flow::{self, Flow, Step};
use super::look::Look;
use super::text::{self, Language};
use super::view::{Alert, Link, Page};
use super::{Said, dress, plain};
use crate::cookies;
use crate::hosts::At;
use crate::oauth::{failure_page, redirect, refusal_page};

/// A request for a page of a client.
pub(crate) struct Visit {
    pub(crate) at: At,
    /// The query as it came; every link and form carries it along.
    query: String,
    pub(crate) authorization: Box<Authorization>,
    pub(crate) site: Site,
    pub(crate) text: &'static Language,
    look: Arc<Look>,
    csrf: String,
    cookies: Vec<HeaderValue>,
    session: Option<String>,
    page_data: Option<String>,
    /// Whether a passkey is to be added when somebody has signed in.
    pub(crate) wants_passkey: bool,
    /// Whether the user has just agreed that the application gets what it asks for.
    pub(crate) has_consent: bool,
    /// The fields of the form that was sent.
    pub(crate) form: Params,
}

impl Visit {
    /// Reads a request for a page.
    pub(crate) async fn begin(
        at: At,
        headers: &HeaderMap,
        query: String,
    ) -> Result<Self, Box<Response<Body>>> {
        let params = match Params::parse(query.as_bytes()) {
            Ok(params) => params,
            Err(refusal) => {
                let response = refusal_page(&at, &Params::default(), &refusal).await;
                return Err(response.into());
            }
        };
        let authorization = match Authorization::read(&at.cx, &at.domain, &params).await {
            Ok(Outcome::Go(authorization)) => authorization,
            Ok(Outcome::Redirect(location)) => return Err(at.redirect(&location).into()),
            Ok(Outcome::Page(refusal)) => {
                return Err(refusal_page(&at, &params, &refusal).await.into());
            }
            Err(error) => return Err(failure_page(&at, &params, error).await.into()),
        };
        if authorization.prompt == Prompt::None {
            let refusal = Refusal::login_required();
            return Err(at.redirect(&authorization.refused(&at.cx, &refusal)).into());
        }
        let (site, look) = match Self::dressing(&at, authorization.client_id()).await {
            Ok((site, Some(look))) => (site, look),
            Ok((_, None)) => {
                let said = Said::Unavailable;
                let response = plain(&at, &params, StatusCode::BAD_REQUEST, said).await;
                return Err(response.into());
            }
            Err(error) => return Err(failure_page(&at, &params, error).await.into()),
        };
        let cookie = |name| cookies::get(headers, name).map(str::to_owned);
        let mut visit = Self {
            session: cookie(cookies::SESSION),
            page_data: cookie(flow::COOKIE),
            csrf: at.csrf(),
            at,
            query,
            authorization,
            site,
            text: text::english(),
            look,
            cookies: Vec::new(),
            wants_passkey: false,
            has_consent: false,
            form: Params::default(),
        };
        visit.choose_language();
        visit
            .cookies
            .extend(cookies::csrf(&visit.at.domain, &visit.csrf));
        visit.wants_passkey = visit.flow().is_some_and(|flow| flow.wants_passkey);
        Ok(visit)
    }

    /// What the pages of a client are, and how they look; nothing where managed login waits for a style.
    async fn dressing(at: &At, client: &str) -> Result<(Site, Option<Arc<Look>>), Error> {
        let site = Site::find(&at.cx, at.domain.pool_id(), client).await?;
        let site = site.ok_or_else(|| Error::internal("a client of an authorization is gone"))?;
        Ok((site, at.looks.of(&at.cx, &at.domain, client).await?))
    }

    /// Managed login speaks the language of `lang`, or the one it was told before.
    fn choose_language(&mut self) {
        if !self.at.domain.is_managed() || self.site.is_lite() {
            return;
        }
        let asked = self.authorization.lang.as_deref().and_then(text::of);
        if let Some(language) = asked {
            let cookie = cookies::lang(&self.at.domain, language.code);
            self.cookies.extend(cookie);
        }
        let before = self.at.lang.as_deref().and_then(text::of);
        if let Some(language) = asked.or(before) {
            self.text = language;
        }
    }

    /// Takes the form that was sent, if this browser has its page from here.
    pub(crate) fn take(
        &mut self,
        headers: &HeaderMap,
        form: Params,
    ) -> Result<(), Box<Response<Body>>> {
        let sent = form.get("_csrf").unwrap_or_default();
        let known = self.csrf.as_bytes().ct_eq(sent.as_bytes());
        // A site next door can write cookies, but not say that it is this one.
        let from = headers.get("sec-fetch-site");
        let is_own = from.is_none_or(|from| from == "same-origin" || from == "none");
        if !bool::from(known) || !is_own || form.check_once().is_err() {
            return Err(self.failed(StatusCode::FORBIDDEN, "error-form").into());
        }
        self.form = form;
        Ok(())
    }

    /// A field of the form, if it was filled in.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.form.get(name)
    }

    /// The context of the request.
    pub(crate) fn cx(&self) -> &Cx {
        &self.at.cx
    }

    /// A path of the domain with the query of this request.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}?{}", self.at.domain.path_prefix, self.query)
    }

    /// Where to sign in through a provider.
    pub(crate) fn path_through(&self, provider: &str) -> String {
        let query = through(&self.query, provider);
        format!("{}/oauth2/authorize?{query}", self.at.domain.path_prefix)
    }

    /// Sends the browser on to sign in through a provider.
    pub(crate) fn go_through(&mut self, provider: &str) -> Response<Body> {
        let response = redirect(&self.path_through(provider));
        self.with_cookies(response)
    }

    /// The look of the page.
    pub(crate) fn look(&self) -> &Look {
        &self.look
    }

    /// A link to such a path.
    pub(crate) fn link(&self, question: Option<&str>, label: &str, path: &str) -> Link {
        Link {
            question: question.map(|key| self.text.say(key)),
            label: self.text.say(label),
            href: self.path(path),
        }
    }

    /// A page of this client.
    pub(crate) fn page(&self, heading: &str) -> Page {
        let mut page = Page::new(self.text, Arc::clone(&self.look), heading);
        page.csrf.clone_from(&self.csrf);
        page
    }

    fn set_cookie(&mut self, name: &str, value: &str, max_age: i64) {
        let cookie = cookies::set(&self.at.domain, name, value, max_age);
        self.cookies.extend(cookie);
    }

    /// Shows a page.
    pub(crate) fn show(&mut self, page: Page) -> Response<Body> {
        self.show_with(page, StatusCode::OK)
    }

    fn show_with(&mut self, page: Page, status: StatusCode) -> Response<Body> {
        let response = dress::page(page, status, self.at.domain.base.starts_with("https:"));
        self.with_cookies(response)
    }

    fn with_cookies(&mut self, mut response: Response<Body>) -> Response<Body> {
        for cookie in self.cookies.drain(..) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// A page that says what went wrong and leads back to the sign-in.
    pub(crate) fn failed(&mut self, status: StatusCode, key: &str) -> Response<Body> {
        let mut page = self.page("error-heading");
        page.alert = Some(Alert::error(self.text.say(key)));
        page.links = vec![self.link(None, "back-to-sign-in", "/login")];
        self.end_flow();
        self.show_with(page, status)
    }

    /// The page for who took too long.
    pub(crate) fn expired(&mut self) -> Response<Body> {
        self.failed(StatusCode::BAD_REQUEST, "error-expired")
    }

    /// The page for what broke on our side; the log is told of it.
    pub(crate) fn broken(&mut self, error: &Error) -> Response<Body> {
        let request_id = self.at.cx.request_id;
        let detail = error.detail.as_deref().unwrap_or_default();
        tracing::error!(%request_id, detail, "A page could not be made");
        self.failed(StatusCode::INTERNAL_SERVER_ERROR, "error-server")
    }

    /// Sends the browser on to a page of the domain.
    pub(crate) fn go(&mut self, path: &str) -> Response<Body> {
        let response = redirect(&self.path(path));
        self.with_cookies(response)
    }

    /// Sends the browser on to a page that goes on from here.
    pub(crate) fn go_on(&mut self, path: &str, mut flow: Flow) -> Response<Body> {
        flow.wants_passkey = self.wants_passkey;
        let client = self.authorization.client_id();
        let Some(value) = flow.seal(&self.at.cx, &self.at.domain, client) else {
            return self.broken(&Error::internal("what a page tells the next is too long"));
        };
        self.set_cookie(flow::COOKIE, &value, flow::SECONDS);
        self.go(path)
    }

    /// Where the last page left off.
    pub(crate) fn flow(&self) -> Option<Flow> {
        let value = self.page_data.as_deref()?;
        Flow::open(&self.at.cx, &self.at.domain, self.site.client_id(), value)
    }

    /// Forgets where the last page left off.
    pub(crate) fn end_flow(&mut self) {
        if self.page_data.is_some() {
            self.set_cookie(flow::COOKIE, "", 0);
        }
    }

    /// To the sign-in page, which tells how this went.
    pub(crate) fn send_to_sign_in(&mut self, username: String, key: &str) -> Response<Body> {
        self.go_on("/login", Flow::new(username, Step::Told(key.to_owned())))
    }

    /// Who has signed in with this browser, if that is enough for the request.
    pub(crate) async fn signed_in(&self) -> Result<Option<SignedIn>, Error> {
        match &self.session {
            Some(cookie) => Cookie::reuse(&self.at.cx, &self.authorization, cookie).await,
            None => Ok(None),
        }
    }

    /// Who has signed in with this browser, whatever the request wants of the sign-in.
    async fn session_owner(&self) -> Result<Option<SignedIn>, Error> {
        match &self.session {
            Some(cookie) => Cookie::owner(&self.at.cx, &self.authorization, cookie).await,
            None => Ok(None),
        }
    }

    /// Who has signed in, or has just done so and is at such a step.
    pub(crate) async fn known_at(
        &self,
        is_step: fn(&Step) -> bool,
    ) -> Result<Option<SignedIn>, Error> {
        match self.flow() {
            Some(flow) if is_step(&flow.step) => self.session_owner().await,
            _ => self.signed_in().await,
        }
    }

    /// Begins the session of the browser, under a new id.
    pub(crate) async fn begin_session(&mut self, signed_in: &mut SignedIn) -> Result<(), Error> {
        let cookie = Cookie::begin(&self.at.cx, &self.authorization, signed_in).await?;
        self.cookies
            .extend(cookies::session(&self.at.domain, &cookie));
        Ok(())
    }

    /// Back to the application, once the user has agreed where that is asked.
    pub(crate) async fn finish(&mut self, signed_in: &SignedIn) -> Response<Body> {
        if self.authorization.asks_consent && !self.has_consent {
            return self.go_on("/login", Flow::new(signed_in.username(), Step::Consent));
        }
        match complete(&self.at.cx, &self.authorization, signed_in).await {
            Ok(location) => {
                self.end_flow();
                let response = redirect(&location);
                self.with_cookies(response)
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Back to the application, which gets nothing.
    pub(crate) fn deny(&mut self) -> Response<Body> {
        self.end_flow();
        let refusal = Refusal::access_denied();
        let response = redirect(&self.authorization.refused(&self.at.cx, &refusal));
        self.with_cookies(response)
    }

    /// A refusal that ends the sign-in.
    pub(crate) fn refused(&mut self, error: &Error) -> Response<Body> {
        match Reason::of(error) {
            Reason::SessionOver => self.expired(),
            Reason::Broken => self.broken(error),
            reason => {
                let mut page = self.page("error-heading");
                page.alert = Some(super::refusal::alert(self.text, &reason));
                page.links = vec![self.link(None, "back-to-sign-in", "/login")];
                self.end_flow();
                self.show_with(page, StatusCode::BAD_REQUEST)
            }
        }
    }
}
