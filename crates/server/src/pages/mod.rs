//! The sign-in pages of a domain: classic and managed login. They are rendered here, work without scripts,
//! and run the operations that applications call. What must outlive a page travels in sealed cookies.

mod account;
mod challenge;
mod dress;
mod flow;
mod image;
mod login;
mod look;
mod passkeys;
mod plain;
mod providers;
mod refusal;
mod style;
mod text;
mod view;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, Request, State};
use axum::handler::Handler;
use axum::routing::{any, get};
use cenote_idp::Service;
use hyper::{HeaderMap, Method, Response, StatusCode, Uri};

use crate::confirm::confirm_user;
use crate::hosts::At;
use crate::oauth::form;
use crate::rpc;
use visit::Visit;

pub(crate) use look::Looks;
pub(crate) use plain::{Said, plain, with_language, without_domain};

/// The pages; each answers for the domain that its request was sent to.
pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route("/{page}", any(enter))
        .route("/{page}/", any(enter))
        .route("/{folder}/{page}", any(answer))
        .route(
            "/_look/{client}/{version}/{category}/{mode}",
            get(image::image),
        )
}

/// The pages that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Login,
    SignUp,
    Confirm,
    ResendCode,
    Forgot,
    Reset,
    Challenge,
    AddPasskey,
}

impl Door {
    /// The page of a path, in whatever case.
    fn of(path: &str) -> Option<Self> {
        let name = path.trim_matches('/').to_ascii_lowercase();
        Some(match name.as_str() {
            "login" => Self::Login,
            "signup" => Self::SignUp,
            "confirm" => Self::Confirm,
            "resendcode" => Self::ResendCode,
            "forgotpassword" => Self::Forgot,
            "confirmforgotpassword" => Self::Reset,
            "mfa" | "changepassword" => Self::Challenge,
            "passkeys/add" => Self::AddPasskey,
            _ => return None,
        })
    }
}

/// Answers a request for a page or for a link that confirms, which needs no domain.
async fn enter(State(service): State<Arc<Service>>, request: Request) -> Response<Body> {
    let name = request.uri().path().trim_matches('/');
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    if is_read && name.eq_ignore_ascii_case("confirmUser") {
        confirm_user.call(request, service).await
    } else {
        answer.call(request, service).await
    }
}

/// Answers a request for a page of a domain.
async fn answer(
    uri: Uri,
    at: At,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let Some(door) = Door::of(uri.path()) else {
        return rpc::not_found(at.cx.request_id);
    };
    let is_sent = match method {
        Method::GET | Method::HEAD => false,
        Method::POST => true,
        _ => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return response;
        }
    };
    let mut visit = match Visit::begin(at, &headers, query.unwrap_or_default()).await {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    if is_sent {
        let form = form::params(&headers, body).await.unwrap_or_default();
        if let Err(response) = visit.take(&headers, form) {
            return *response;
        }
    }
    open(door, &mut visit, is_sent).await
}

async fn open(door: Door, visit: &mut Visit, is_sent: bool) -> Response<Body> {
    // Without users of its own the client has no page for them.
    if door != Door::Login && !visit.site.has_local_users() {
        return visit.go("/login");
    }
    match (door, is_sent) {
        (Door::Login, false) => login::get(visit).await,
        (Door::Login, true) => login::post(visit).await,
        (Door::SignUp, _) => account::sign_up(visit, is_sent).await,
        (Door::Confirm, _) => account::confirm(visit, is_sent).await,
        // A link must not send mail.
        (Door::ResendCode, false) => visit.go("/confirm"),
        (Door::ResendCode, true) => account::resend_code(visit).await,
        (Door::Forgot, _) => account::forgot(visit, is_sent).await,
        (Door::Reset, _) => account::reset(visit, is_sent).await,
        (Door::AddPasskey, _) => passkeys::add(visit, is_sent).await,
        (Door::Challenge, false) => challenge::get(visit).await,
        (Door::Challenge, true) => challenge::post(visit).await,
    }
}
