//! Importing users from a file: what a job is, and which one is active.

mod line;
mod row;
mod upload;
mod work;

use std::sync::Arc;

use cenote_model::{
    PasswordHashingAlgorithmType, Timestamp, UserImportJobStatusType as Status, UserImportJobType,
};
use serde::{Deserialize, Serialize};

use crate::pool::Pool;
use crate::ports::{Expect, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result, Service};

pub(crate) use row::header;
pub(crate) use upload::link;
pub use upload::{MOST_BYTES, Upload, UploadRefusal, begin as begin_upload};
pub use work::{log, step};

/// A job that is not started after so long is expired, and its file is gone.
pub(crate) const LIFETIME_MS: i64 = 48 * 60 * 60 * 1000;

/// The key of the record that names the one active job of the account; its pool is empty.
const ACTIVE: &str = "active";

/// A job as it is stored. The key sorts newest first, and ends with the job's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role_arn: String,
    status: Status,
    pub(crate) url: String,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    /// How the passwords of the file are hashed, if it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<PasswordHashingAlgorithmType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The file, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<File>,
    /// How far the file is worked off.
    #[serde(default)]
    progress: Progress,
}

/// An uploaded file: parts of the same length, but for the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct File {
    upload: String,
    parts: u32,
    bytes: u64,
}

/// What has been done of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// The bytes before the next line.
    offset: u64,
    /// The lines before it.
    lines: u64,
    /// Whether these bytes end within a line that is too long.
    #[serde(default)]
    in_long_line: bool,
    /// What the columns are, in order.
    columns: Vec<String>,
    imported: i64,
    skipped: i64,
    failed: i64,
    /// The parts of the log.
    logged: u32,
}

/// Which job is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Active {
    pool: String,
    region: String,
    job: String,
}

impl Job {
    /// A job that waits for its file.
    pub(crate) fn new(
        id: String,
        name: String,
        role_arn: String,
        algorithm: Option<PasswordHashingAlgorithmType>,
        url: String,
        now: i64,
    ) -> Self {
        Self {
            id,
            name,
            role_arn,
            status: Status::Created,
            url,
            created_at: now,
            algorithm,
            started_at: None,
            completed_at: None,
            message: None,
            file: None,
            progress: Progress::default(),
        }
    }

    /// The status by now: a job that was not started in time is expired.
    pub(crate) fn status(&self, now: i64) -> Status {
        if self.status == Status::Created && now >= self.created_at + LIFETIME_MS {
            Status::Expired
        } else {
            self.status
        }
    }

    /// The shape of Describe.
    pub(crate) fn shape(&self, pool: &str, now: i64) -> UserImportJobType {
        let status = self.status(now);
        let expired = "The user import job has expired.";
        let message = match status {
            Status::Expired => Some(expired.to_owned()),
            _ => self.message.clone(),
        };
        UserImportJobType {
            job_name: Some(self.name.clone()),
            job_id: Some(self.id.clone()),
            user_pool_id: Some(pool.to_owned()),
            pre_signed_url: Some(self.url.clone()),
            creation_date: Some(Timestamp(self.created_at)),
            start_date: self.started_at.map(Timestamp),
            completion_date: self.completed_at.map(Timestamp),
            status: Some(status),
            cloud_watch_logs_role_arn: Some(self.role_arn.clone()),
            imported_users: Some(self.progress.imported),
            skipped_users: Some(self.progress.skipped),
            failed_users: Some(self.progress.failed),
            completion_message: message,
            password_hashing_algorithm: self.algorithm,
        }
    }

    fn end(&mut self, status: Status, message: Option<&str>, now: i64) {
        self.status = status;
        self.message = message.map(str::to_owned);
        self.completed_at = Some(now);
    }
}

/// The key of a job that is created now.
pub(crate) fn key(id: &str, now: i64) -> String {
    format!("{:013}/{id}", 9_999_999_999_999 - now)
}

/// The key of the record that leads from a job's id to its key.
fn pointer_key(id: &str) -> String {
    format!("{id}/job")
}

/// The writes that store a new job.
pub(crate) fn insert(pool: &Pool, key: &str, job: Job, now: i64) -> Result<Vec<Write>> {
    let pointer = Stored::new(Kind::ImportPart, &pool.id, pointer_key(&job.id), key);
    let job = Stored::new(Kind::ImportJob, &pool.id, key, job);
    Ok(vec![pointer.insert(now)?, job.insert(now)?])
}

/// The job of this id, if there is one.
async fn find(cx: &Cx, pool: &str, id: &str) -> Result<Option<Stored<Job>>> {
    let pointer = Stored::<String>::find(cx, Kind::ImportPart, pool, &pointer_key(id)).await?;
    match pointer {
        Some(pointer) => Stored::find(cx, Kind::ImportJob, pool, &pointer.value).await,
        None => Ok(None),
    }
}

/// The job of this id, or ResourceNotFoundException.
pub(crate) async fn existing(cx: &Cx, pool: &Pool, id: &str) -> Result<Stored<Job>> {
    find(cx, &pool.id, id)
        .await?
        .ok_or_else(|| Error::job_not_found(id))
}

async fn active(cx: &Cx) -> Result<Option<Stored<Active>>> {
    Stored::find(cx, Kind::ImportJob, "", ACTIVE).await
}

/// Refuses to change a pool into which users are being imported.
pub(crate) async fn refuse_while_active(cx: &Cx, pool: &Pool) -> Result<()> {
    match active(cx).await? {
        Some(active) if active.value.pool == pool.id => Err(Error::import_in_progress()),
        _ => Ok(()),
    }
}

/// Starts a job; the worker takes it up.
pub(crate) async fn start(cx: &Cx, pool: &Pool, job: &mut Stored<Job>) -> Result<Vec<Write>> {
    let now = cx.now();
    let status = job.value.status(now);
    if status != Status::Created {
        return Err(Error::job_not_startable(status));
    }
    if job.value.file.is_none() {
        return Err(Error::job_without_file());
    }
    if pool.shape.auto_verified_attributes.is_none() {
        return Err(Error::job_without_auto_verification());
    }
    if active(cx).await?.is_some() {
        return Err(Error::another_job_is_active());
    }
    job.value.status = Status::Pending;
    job.value.started_at = Some(now);
    let active = Stored::new(
        Kind::ImportJob,
        "",
        ACTIVE,
        Active {
            pool: pool.id.clone(),
            region: pool.region.clone(),
            job: job.value.id.clone(),
        },
    );
    Ok(vec![active.put(Expect::Absent { now })?, job.update()?])
}

/// Stops a job: at once when it is not started, and otherwise as soon as the worker sees it.
pub(crate) fn stop(cx: &Cx, job: &mut Stored<Job>) -> Result<Write> {
    let now = cx.now();
    match job.value.status(now) {
        Status::Created => job.value.end(Status::Stopped, None, now),
        Status::Pending | Status::InProgress => job.value.status = Status::Stopping,
        status => return Err(Error::job_not_stoppable(status)),
    }
    job.update()
}

/// A context for work that no request asks for.
fn context(service: &Arc<Service>, region: Option<String>) -> Cx {
    let id = crate::crypto::uuid(&*service.entropy);
    Cx::new(Arc::clone(service), region, id, crate::Peer::default())
}
