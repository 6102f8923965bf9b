//! The logos of classic pages, at the `ImageUrl` that GetUICustomization shows.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use cenote_idp::Service;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use serde::Deserialize;

/// What matters in the address of a logo: the version keeps caches apart.
#[derive(Deserialize)]
pub(crate) struct Address {
    pool: String,
    client: String,
}

/// Shows the logo of a client, or of all clients.
pub(crate) async fn logo(
    State(service): State<Arc<Service>>,
    Path(Address { pool, client }): Path<Address>,
) -> Response<Body> {
    match cenote_idp::logo(&service, &pool, &client).await {
        Ok((media_type, bytes)) => {
            let headers = [
                (CONTENT_TYPE, media_type),
                (CACHE_CONTROL, "public, max-age=3600"),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => {
            if let Some(detail) = &error.detail {
                tracing::error!(detail, "A logo could not be read");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
            StatusCode::NOT_FOUND.into_response()
        }
    }
}
