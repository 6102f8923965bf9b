//! `PUT /_import/{pool}/{job}`: where the file of an import job is uploaded, and the worker that imports it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::response::IntoResponse;
use cenote_idp::Service;
use cenote_idp::import::{MOST_BYTES, UploadRefusal, begin_upload, log, step};
use http_body_util::BodyExt;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

/// The header that the signed address demands, and its value.
const ENCRYPTION: (&str, &str) = ("x-amz-server-side-encryption", "aws:kms");

/// How long an upload may rest.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the worker looks for a job while there is none.
const INTERVAL: Duration = Duration::from_secs(1);

/// What the address carries besides pool and job.
#[derive(Deserialize)]
pub(crate) struct Signed {
    #[serde(default)]
    signature: String,
}

/// Stores the file of a job.
pub(crate) async fn upload(
    State(service): State<Arc<Service>>,
    Path((pool, job)): Path<(String, String)>,
    Query(signed): Query<Signed>,
    request: Request,
) -> Response<Body> {
    if let Err(refusal) = check_headers(request.headers()) {
        return refuse(&refusal);
    }
    let mut upload = match begin_upload(&service, &pool, &job, &signed.signature).await {
        Ok(upload) => upload,
        Err(refusal) => return refuse(&refusal),
    };
    let mut body = request.into_body();
    loop {
        let frame = match tokio::time::timeout(PATIENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => {
                return answer(
                    StatusCode::BAD_REQUEST,
                    "RequestTimeout",
                    "The file did not arrive.",
                );
            }
        };
        if let Some(bytes) = frame.data_ref()
            && let Err(refusal) = upload.push(bytes).await
        {
            return refuse(&refusal);
        }
    }
    match upload.finish().await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

/// The header that is part of the signature must be there, and the file must not be too long.
fn check_headers(headers: &HeaderMap) -> Result<(), UploadRefusal> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    if header(ENCRYPTION.0) != Some(ENCRYPTION.1) {
        return Err(UploadRefusal::Signature);
    }
    let length = header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > MOST_BYTES) {
        return Err(UploadRefusal::TooLarge);
    }
    Ok(())
}

/// Refuses as a signed address of S3 does.
fn refuse(refusal: &UploadRefusal) -> Response<Body> {
    let (status, code, message) = match refusal {
        UploadRefusal::Signature => (
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. \
             The header x-amz-server-side-encryption: aws:kms is part of it.",
        ),
        UploadRefusal::Expired => (StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"),
        UploadRefusal::Job => (
            StatusCode::FORBIDDEN,
            "AccessDenied",
            "The user import job does not wait for a file.",
        ),
        UploadRefusal::TooLarge => (
            StatusCode::BAD_REQUEST,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
        ),
        UploadRefusal::Internal(error) => {
            let detail = error.detail.as_deref().unwrap_or_default();
            tracing::error!(detail, "An import file could not be stored");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "We encountered an internal error. Please try again.",
            )
        }
    };
    answer(status, code, message)
}

fn answer(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, [(CONTENT_TYPE, "application/xml")], text).into_response()
}

/// Which part of a log is read.
#[derive(Deserialize)]
pub(crate) struct Page {
    #[serde(default)]
    part: u32,
}

/// `GET /_cenote/imports/{pool}/{job}`: a part of the log of a job, in development.
pub(crate) async fn show_log(
    State(service): State<Arc<Service>>,
    Path((pool, job)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Response<Body> {
    match log(&service, &pool, &job, page.part).await {
        Ok(Some(text)) => text.into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            let detail = error.detail.as_deref().unwrap_or_default();
            tracing::error!(detail, "The log of an import could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Imports what there is to import, for as long as the server runs.
pub(crate) async fn work(service: Arc<Service>) {
    loop {
        match step(&service).await {
            // Requests come between two batches.
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => tokio::time::sleep(INTERVAL).await,
            Err(error) => {
                let detail = error.detail.as_deref().unwrap_or_default();
                tracing::error!(
                    error = error.code.name(),
                    detail,
                    "An import does not go on"
                );
                tokio::time::sleep(INTERVAL).await;
            }
        }
    }
}
