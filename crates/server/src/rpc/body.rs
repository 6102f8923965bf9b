//! Reads a request's body within bounds of size, time and memory.

use std::error::Error;

use axum::body::Bytes;
use cenote_model::ErrorCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::StatusCode;
use hyper::body::Body;

use super::Refusal;
use crate::app::Shared;

/// A body that declares at most this length is read at once; longer ones share a few places, so that
/// senders of long bodies who never finish hold little memory together.
const SHORT_BYTES: u64 = 32 * 1024;

/// How many long bodies are read at the same time.
pub(crate) const LONG_BODIES: usize = 64;

pub(super) async fn read<B>(shared: &Shared, body: B) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let limit = shared.limits.body_bytes;
    let size = body.size_hint();
    if size.lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let is_short = size.upper().is_some_and(|upper| upper <= SHORT_BYTES);
    let reading = async {
        // Never closed, so there is always a place in the end.
        let _place = if is_short {
            None
        } else {
            shared.long_bodies.acquire().await.ok()
        };
        // Boxed, since bodies of a test may not be `Unpin`.
        Limited::new(Box::pin(body), limit).collect().await
    };
    match tokio::time::timeout(shared.limits.body_timeout, reading).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        // The sender went away or broke the protocol.
        Ok(Err(_)) => Err(Refusal::bare(ErrorCode::Serialization)),
        Err(_) => Err(Refusal::plain(
            StatusCode::REQUEST_TIMEOUT,
            "RequestTimeoutException",
            "The request body did not arrive in time.".to_owned(),
        )),
    }
}

fn too_large(limit: usize) -> Refusal {
    Refusal::plain(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLargeException",
        format!("The request body is longer than {limit} bytes."),
    )
}
