//! One request for a page: what it asks for, who may send it, and how the answer is dressed.

use std::sync::Arc;

use axum::body::Body;
use cenote_idp::hosted::{Reason, Site};
use cenote_idp::oauth::{Authorization, Outcome, Params, Prompt, Refusal, SignedIn};
use cenote_idp::oauth::{Cookie, complete, through};
use cenote_idp::{Cx, Error, crypto};
use hyper::header::{HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Response, StatusCode};
use subtle::ConstantTimeEq;

use super::dress;
use super::flow::{self, Flow, Step};
use super::look::{self, Look, Looks};
use super::text::{self, Language};
use super::view::{Alert, Link, Page};
use crate::cookies;
use crate::hosts::At;
use crate::oauth::{failure_page, redirect, refusal_page};

/// The cookie that a form's `_csrf` must agree with.
const CSRF: &str = "XSRF-TOKEN";

/// The cookie that keeps the language.
const LANG: &str = "lang";

/// How long the two are kept, in seconds.
const DAY: i64 = 24 * 60 * 60;
const YEAR: i64 = 365 * DAY;

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
    /// The fields of the form that was sent.
    pub(crate) form: Params,
}

impl Visit {
    /// Reads a request for a page.
    pub(crate) async fn begin(
        at: At,
        looks: &Looks,
        headers: &HeaderMap,
        query: String,
    ) -> Result<Self, Box<Response<Body>>> {
        let params = match Params::parse(query.as_bytes()) {
            Ok(params) => params,
            Err(refusal) => return Err(refusal_page(&at, &Params::default(), &refusal).into()),
        };
        let failed = |error| Box::new(failure_page(&at.cx, error));
        let authorization = match Authorization::read(&at.cx, &at.domain, &params).await {
            Ok(Outcome::Go(authorization)) => authorization,
            Ok(Outcome::Redirect(location)) => return Err(redirect(&location).into()),
            Ok(Outcome::Page(refusal)) => return Err(refusal_page(&at, &params, &refusal).into()),
            Err(error) => return Err(failed(error)),
        };
        if authorization.prompt == Prompt::None {
            let refusal = Refusal::login_required();
            return Err(redirect(&authorization.refused(&at.cx, &refusal)).into());
        }
        let client = authorization.client_id();
        let site = Site::find(&at.cx, at.domain.pool_id(), client).await;
        let site = site
            .and_then(|site| {
                site.ok_or_else(|| Error::internal("a client of an authorization is gone"))
            })
            .map_err(failed)?;
        let Some(look) = looks.of(&at.cx, &at.domain, client).await.map_err(failed)? else {
            let page = Page::new(text::english(), look::plain(), "error-heading");
            let response = dress::alone(page, StatusCode::BAD_REQUEST, "error-unavailable");
            return Err(response.into());
        };
        let cookie = |name| cookies::get(headers, name).map(str::to_owned);
        let csrf = cookie(CSRF)
            .filter(|value| value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_graphic()))
            .unwrap_or_else(|| crypto::uuid(&*at.cx.service.entropy).to_string());
        let mut visit = Self {
            session: cookie(cookies::SESSION),
            page_data: cookie(flow::COOKIE),
            at,
            query,
            authorization,
            site,
            text: text::english(),
            look,
            csrf,
            cookies: Vec::new(),
            wants_passkey: false,
            form: Params::default(),
        };
        visit.choose_language(cookie(LANG).as_deref());
        let csrf = visit.csrf.clone();
        visit.set_cookie(CSRF, &csrf, DAY);
        visit.wants_passkey = visit.flow().is_some_and(|flow| flow.wants_passkey);
        Ok(visit)
    }

    /// Managed login speaks the language of `lang`, or the one it was told before.
    fn choose_language(&mut self, before: Option<&str>) {
        if !self.at.domain.is_managed() || self.site.is_lite() {
            return;
        }
        let asked = self.authorization.lang.as_deref().and_then(text::of);
        if let Some(language) = asked {
            self.set_cookie(LANG, language.code, YEAR);
        }
        if let Some(language) = asked.or_else(|| before.and_then(text::of)) {
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
    pub(crate) async fn session_owner(&self) -> Result<Option<SignedIn>, Error> {
        match &self.session {
            Some(cookie) => Cookie::owner(&self.at.cx, &self.authorization, cookie).await,
            None => Ok(None),
        }
    }

    /// Begins the session of the browser, under a new id.
    pub(crate) async fn begin_session(&mut self, signed_in: &mut SignedIn) -> Result<(), Error> {
        let cookie = Cookie::begin(&self.at.cx, &self.authorization, signed_in).await?;
        self.cookies
            .extend(cookies::session(&self.at.domain, &cookie));
        Ok(())
    }

    /// Back to the application.
    pub(crate) async fn finish(&mut self, signed_in: &SignedIn) -> Response<Body> {
        match complete(&self.at.cx, &self.authorization, signed_in).await {
            Ok(location) => {
                self.end_flow();
                let response = redirect(&location);
                self.with_cookies(response)
            }
            Err(error) => self.refused(&error),
        }
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
