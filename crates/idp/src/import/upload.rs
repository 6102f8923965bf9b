//! Uploading the file of a job to its signed address.

use std::sync::Arc;

use cenote_model::UserImportJobStatusType as Status;
use data_encoding::{BASE64, BASE64URL_NOPAD};

use super::{File, LIFETIME_MS, context, find};
use crate::crypto::Purpose;
use crate::ports::{Change, Expect, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result, Service};

/// How long the address of an upload is good.
const LINK_MS: i64 = 15 * 60 * 1000;

/// The longest file.
pub const MOST_BYTES: u64 = 100 * 1024 * 1024;

/// The length of a part of a file.
pub(super) const PART: usize = 256 * 1024;

/// Why an upload is refused.
#[derive(Debug)]
pub enum UploadRefusal {
    /// The address was not made here, or was changed.
    Signature,
    /// The address is no longer good.
    Expired,
    /// The job has been started, or is gone.
    Job,
    /// The file is longer than [`MOST_BYTES`].
    TooLarge,
    /// Something broke on our side.
    Internal(Error),
}

impl From<Error> for UploadRefusal {
    fn from(error: Error) -> Self {
        Self::Internal(error)
    }
}

fn scope(pool: &str, job: &str) -> String {
    format!("upload/{pool}/{job}")
}

/// The address where the file of a new job is put.
pub(crate) fn link(cx: &Cx, pool: &str, job: &str) -> String {
    let expires_at = (cx.now() + LINK_MS).to_string();
    let sealed = cx.service.sealer.seal(
        Purpose::PageToken,
        scope(pool, job).as_bytes(),
        expires_at.as_bytes(),
        &*cx.service.entropy,
    );
    format!(
        "{}/_import/{pool}/{job}?signature={}",
        cx.service.config.public_url,
        BASE64URL_NOPAD.encode(&sealed)
    )
}

/// A file that is being uploaded: what arrives is stored part by part.
pub struct Upload {
    cx: Cx,
    pool: String,
    job: String,
    id: String,
    parts: u32,
    bytes: u64,
    rest: Vec<u8>,
}

/// Begins an upload to a signed address.
pub async fn begin(
    service: &Arc<Service>,
    pool: &str,
    job: &str,
    signature: &str,
) -> Result<Upload, UploadRefusal> {
    let cx = context(service, None);
    let expires_at = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .ok()
        .and_then(|sealed| {
            let scope = scope(pool, job);
            let opened = service
                .sealer
                .open(Purpose::PageToken, scope.as_bytes(), &sealed);
            opened.ok()
        })
        .and_then(|plain| std::str::from_utf8(&plain).ok()?.parse::<i64>().ok())
        .ok_or(UploadRefusal::Signature)?;
    if expires_at <= cx.now() {
        return Err(UploadRefusal::Expired);
    }
    let upload = Upload {
        pool: pool.to_owned(),
        job: job.to_owned(),
        id: cx.uuid().simple().to_string(),
        cx,
        parts: 0,
        bytes: 0,
        rest: Vec::with_capacity(PART),
    };
    upload.waiting().await?;
    Ok(upload)
}

/// The key of a part of a file.
pub(super) fn part_key(job: &str, upload: &str, part: u32) -> String {
    format!("{job}/file/{upload}/{part:06}")
}

impl Upload {
    /// The job, which must still wait for its file.
    async fn waiting(&self) -> Result<Stored<super::Job>, UploadRefusal> {
        let job = find(&self.cx, &self.pool, &self.job).await?;
        job.filter(|job| job.value.status(self.cx.now()) == Status::Created)
            .ok_or(UploadRefusal::Job)
    }

    /// Takes the next bytes.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), UploadRefusal> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MOST_BYTES {
            return Err(UploadRefusal::TooLarge);
        }
        let mut bytes = bytes;
        while self.rest.len() + bytes.len() >= PART {
            let (now, later) = bytes.split_at(PART - self.rest.len());
            self.rest.extend_from_slice(now);
            self.store().await?;
            bytes = later;
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    async fn store(&mut self) -> Result<(), UploadRefusal> {
        let part = Write::Put {
            kind: Kind::ImportPart,
            pool: self.pool.clone(),
            key: part_key(&self.job, &self.id, self.parts),
            doc: format!("\"{}\"", BASE64.encode(&self.rest)),
            expires_at: Some(self.cx.now() + 2 * LIFETIME_MS),
            expect: Expect::Any,
        };
        self.cx.commit(Change::new().with(part)).await?;
        self.parts += 1;
        self.rest.clear();
        Ok(())
    }

    /// Hands the file to its job. A second upload takes the place of the first.
    pub async fn finish(mut self) -> Result<(), UploadRefusal> {
        if !self.rest.is_empty() {
            self.store().await?;
        }
        let file = File {
            upload: self.id.clone(),
            parts: self.parts,
            bytes: self.bytes,
        };
        // Starting the job, or another upload, may come in between: what is there then decides.
        for _ in 0..4 {
            let mut job = self.waiting().await?;
            job.value.file = Some(file.clone());
            let write = job.update()?;
            match self.cx.commit(Change::new().with(write)).await {
                Err(error) if error.retry => {}
                outcome => return Ok(outcome?),
            }
        }
        Err(Error::busy().into())
    }
}
