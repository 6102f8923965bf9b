//! The images of branding styles. They come from whoever runs the pool and are data here: a drawing that
//! holds a script does not run it.

use axum::body::Body;
use axum::extract::Path;
use axum::response::IntoResponse;
use cenote_idp::look;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Deserialize;

use crate::hosts::At;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What matters in the address of an image: the version keeps caches apart.
#[derive(Deserialize)]
pub(super) struct Address {
    client: String,
    category: String,
    mode: String,
}

/// Shows an image of a client's style.
pub(super) async fn image(
    At { domain, cx, .. }: At,
    Path(address): Path<Address>,
) -> Response<Body> {
    let found = async {
        let style = look::client_style(&cx, domain.pool_id(), &address.client).await?;
        match style {
            Some(style) => style.image(&cx, &address.category, &address.mode).await,
            None => Ok(None),
        }
    };
    match found.await {
        Ok(Some((media_type, bytes))) => {
            let headers = [
                (CONTENT_TYPE, media_type),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (
                    CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'unsafe-inline'; sandbox",
                ),
                (RESOURCE_POLICY, "same-origin"),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            let detail = error.detail.as_deref().unwrap_or_default();
            tracing::error!(request_id = %cx.request_id, detail, "An image could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
