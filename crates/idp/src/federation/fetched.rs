//! The metadata of a SAML provider that has an address for it: read when the provider is set up, and anew every
//! few hours when somebody signs in.

use serde::{Deserialize, Serialize};

use super::metadata::{self, Metadata};
use super::provider::Provider;
use crate::pool::Pool;
use crate::ports::{Change, CommitError, UpstreamRequest};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// How long a document counts that says nothing else.
const LIFETIME_MS: i64 = 6 * 60 * 60 * 1000;

/// How long one that could not be read anew is left alone.
const RETRY_MS: i64 = 5 * 60 * 1000;

/// A document, as it was read last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fetched {
    pub(crate) text: String,
    /// When it is to be read anew, in milliseconds since the epoch.
    next_at: i64,
}

/// Reads the document of a provider that is being set up, where it has an address.
pub(crate) async fn set_up(cx: &Cx, provider: &mut Provider) -> Result<()> {
    provider.metadata = None;
    match provider.detail("MetadataURL").map(str::to_owned) {
        Some(url) => read(cx, provider, url).await,
        None => Ok(()),
    }
}

/// What counts of a provider's metadata now.
pub(super) async fn current(cx: &Cx, pool: &Pool, provider: &Stored<Provider>) -> Result<Metadata> {
    let now = cx.now();
    let lives = |known: &Metadata| known.valid_until.is_none_or(|until| now < until);
    let known = provider.value.metadata();
    let Some(url) = provider.value.detail("MetadataURL") else {
        return known.filter(lives).ok_or_else(Error::metadata_expired);
    };
    let is_due = provider
        .value
        .metadata
        .as_ref()
        .is_none_or(|read| read.next_at <= now);
    let known = known.filter(lives);
    if let Some(known) = &known {
        // One request reads it anew, the others go on with what is known.
        if !is_due || !claim(cx, provider, now).await? {
            return Ok(known.clone());
        }
    }
    // What was claimed has another version now.
    let fresh = Stored::<Provider>::find(cx, provider.kind, &pool.id, &provider.key).await?;
    let Some(mut fresh) = fresh.filter(|fresh| fresh.value.id == provider.value.id) else {
        return known.ok_or_else(Error::metadata_expired);
    };
    match (read(cx, &mut fresh.value, url.to_owned()).await, known) {
        (Ok(()), _) => {
            let found = fresh.value.metadata().ok_or_else(Error::metadata_expired)?;
            keep(cx, fresh).await?;
            Ok(found)
        }
        (Err(error), Some(known)) => {
            let (request_id, detail) = (cx.request_id, error.to_string());
            tracing::warn!(%request_id, detail, "The metadata of a provider could not be read anew");
            Ok(known)
        }
        (Err(error), None) => Err(error),
    }
}

/// Says that the document is being read anew; whether nobody else did.
async fn claim(cx: &Cx, provider: &Stored<Provider>, now: i64) -> Result<bool> {
    let mut claimed = provider.clone();
    if let Some(read) = &mut claimed.value.metadata {
        read.next_at = now + RETRY_MS;
    }
    keep(cx, claimed).await
}

/// Stores what has changed, unless somebody else was faster.
async fn keep(cx: &Cx, provider: Stored<Provider>) -> Result<bool> {
    match cx.try_commit(Change::new().with(provider.update()?)).await {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Reads the document at an address into a provider.
async fn read(cx: &Cx, provider: &mut Provider, url: String) -> Result<()> {
    let request = UpstreamRequest {
        url,
        ..UpstreamRequest::default()
    };
    let answer = cx.service.upstream.send(request).await;
    let answer = answer.map_err(|error| Error::metadata_unread(error.to_string()))?;
    if answer.status != 200 {
        return Err(Error::metadata_unread(format!("status {}", answer.status)));
    }
    let text = String::from_utf8(answer.body).ok();
    let found = text.and_then(|text| Some((metadata::read(&text)?, text)));
    let (found, text) = found.ok_or_else(Error::metadata_at_address)?;
    let next_at = cx.now() + LIFETIME_MS;
    let until = found
        .valid_until
        .map_or(next_at, |until| until.min(next_at));
    provider.show_endpoints(&found);
    provider.metadata = Some(Fetched {
        text,
        next_at: until,
    });
    Ok(())
}
