//! The JSON API: `POST /` with an `X-Amz-Target`.

mod body;
mod reply;
mod sigv4;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use axum::body::{Body, Bytes};
use cenote_idp::{Cx, Peer, crypto};
use cenote_model::{AuthClass, ErrorCode, Operation};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, Response, body::Body as HttpBody};
use uuid::Uuid;

use crate::app::Shared;
use crate::config::is_region;
use crate::peer;

pub(crate) use self::body::LONG_BODIES;
pub(crate) use self::reply::{Refusal, not_found, open_to_browsers, preflight, refuse};
pub(crate) use self::sigv4::{Verifier, encode, request_hash, signing_key};

const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService.";

/// Answers one call.
pub(crate) async fn answer<B>(shared: &Shared, request: Request<B>) -> Response<Body>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let begun = Instant::now();
    let request_id = crypto::uuid(&*shared.service.entropy);
    let (parts, body) = request.into_parts();
    let operation = operation(&parts.headers);
    let outcome = match operation {
        Some(operation) => attempt(shared, operation, &parts, body, request_id).await,
        None => Err(Refusal::unknown_operation()),
    };
    let error = outcome.as_ref().err().map(Refusal::name);
    match operation {
        Some(operation) => shared.metrics.request(operation, error, begun.elapsed()),
        None => shared.metrics.unknown_operation(error.unwrap_or_default()),
    }
    match outcome {
        Ok(output) => reply::success(request_id, output),
        Err(refusal) => {
            log(&refusal, operation, request_id);
            refuse(request_id, &refusal)
        }
    }
}

async fn attempt<B>(
    shared: &Shared,
    operation: Operation,
    parts: &Parts,
    body: B,
    request_id: Uuid,
) -> Result<Option<Vec<u8>>, Refusal>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if !has_json_type(&parts.headers) {
        return Err(Refusal::bare(ErrorCode::Serialization));
    }
    let body = body::read(shared, body).await?;
    let (region, is_signed) = authenticate(shared, operation, parts, &body)?;
    let peer = Peer {
        is_signed,
        ..peer::of(&parts.headers, parts.extensions.get().copied())
    };
    let cx = Cx::new(shared.service.clone(), region, request_id, peer);
    let output = unless_it_panics(cenote_idp::serve(cx, operation, body)).await;
    output
        .ok_or_else(|| Refusal::from(cenote_idp::Error::internal("the operation panicked")))?
        .map_err(|error| {
            if !is_declared(operation, error.code) {
                tracing::error!(
                    %request_id,
                    operation = operation.name(),
                    error = error.code.name(),
                    "Defect: the operation answered with an error that its model does not declare"
                );
            }
            Refusal::from(error)
        })
}

/// Whether the model declares the error, or the framework in front of every operation has it.
fn is_declared(operation: Operation, code: ErrorCode) -> bool {
    code == ErrorCode::Serialization || operation.info().errors.contains(&code)
}

fn operation(headers: &HeaderMap) -> Option<Operation> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    Operation::from_name(target.strip_prefix(TARGET_PREFIX)?)
}

fn has_json_type(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    ["application/x-amz-json-1.1", "application/x-amz-json-1.0"]
        .iter()
        .any(|accepted| essence.eq_ignore_ascii_case(accepted))
}

/// Checks the signature where the operation's class and the posture ask for one, and finds the region
/// that the caller means. The second answer is whether a signature counts: in development any does.
fn authenticate(
    shared: &Shared,
    operation: Operation,
    parts: &Parts,
    body: &[u8],
) -> Result<(Option<String>, bool), Refusal> {
    let needs_signature = operation.info().auth == AuthClass::Iam;
    let second = shared.service.clock.client_ms().div_euclid(1000);
    let is_signed = match &shared.verifier {
        Some(verifier) if needs_signature => {
            verifier.check(parts, body, second)?;
            true
        }
        // Either a signature or the client's secret will do.
        Some(verifier) if operation == Operation::GetDerivedToken => {
            verifier.check(parts, body, second).is_ok()
        }
        Some(_) => false,
        None => sigv4::region(&parts.headers).is_some(),
    };
    let told = sigv4::region(&parts.headers).or_else(|| region_of_host(parts));
    let Some(region) = told.filter(|region| is_region(region)) else {
        return Ok((None, is_signed));
    };
    let regions = &shared.service.config.regions;
    if regions.is_empty() || regions.iter().any(|known| known == region) {
        return Ok((Some(region.to_owned()), is_signed));
    }
    if needs_signature {
        return Err(Refusal::new(
            ErrorCode::InvalidSignature,
            sigv4::wrong_region(region),
        ));
    }
    Ok((None, is_signed))
}

/// The Region in a name like `cognito-idp.eu-west-1.amazonaws.com`, which is all that requests without a
/// signature tell.
fn region_of_host(parts: &Parts) -> Option<&str> {
    let host = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => parts.headers.get(HOST)?.to_str().ok()?,
    };
    let (region, _) = host.strip_prefix("cognito-idp.")?.split_once('.')?;
    Some(region)
}

/// `None` when it panicked: the caller gets an answer, and the connection lives on.
async fn unless_it_panics<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    // What a panic leaves half-done is dropped with the future; the shared state behind it has locks
    // that notice, or none.
    std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

/// One line for a failed request. Never what it carried.
fn log(refusal: &Refusal, operation: Option<Operation>, request_id: Uuid) {
    let operation = operation.map_or("unknown", Operation::name);
    let error = refusal.name();
    match (refusal.status().as_u16(), refusal.detail()) {
        (500, detail) => {
            let detail = detail.unwrap_or_default();
            tracing::error!(%request_id, operation, error, detail, "Request failed on our side");
        }
        _ if error == ErrorCode::TooManyRequests.name() => {
            tracing::info!(%request_id, operation, error, "Request turned away");
        }
        _ => tracing::debug!(%request_id, operation, error, "Request refused"),
    }
}
