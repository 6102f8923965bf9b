//! The worker: takes the active job on by one batch at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use cenote_model::UserImportJobStatusType as Status;
use data_encoding::BASE64;

use super::upload::{PART, part_key};
use super::{Active, File, Job, Progress, active, context, find, line, row};
use crate::pool::Pool;
use crate::ports::{Change, Expect, Kind, Write};
use crate::stored::Stored;
use crate::user::{self, User, names};
use crate::{Cx, Error, Result, Service, quota};

/// Rows of one change.
const BATCH: usize = 250;

/// How long the log of a job can be read.
const LOG_MS: i64 = 90 * 24 * 60 * 60 * 1000;

const DONE: &str = "Import Job Completed Successfully.";
const GIVEN_UP: &str = "Too many users have failed or been skipped during the import.";
const HEADER: &str = "The header of the file does not match the user pool.";
const TOO_LONG: &str = "The file has too many rows.";
const FULL: &str = "The user pool has as many users as it may have.";
const FILE_GONE: &str = "The file is no longer there.";

/// Takes the active job on by one batch. `false` means that there is nothing to do.
pub async fn step(service: &Arc<Service>) -> Result<bool> {
    let cx = context(service, None);
    let Some(active) = active(&cx).await? else {
        return Ok(false);
    };
    let Active { pool, region, job } = &active.value;
    let cx = context(service, Some(region.clone()));
    let Some(pool) = service.pool(pool).await? else {
        cx.commit(Change::new().with(active.delete())).await?;
        return Ok(true);
    };
    let Some(mut job) = find(&cx, &pool.id, job).await? else {
        cx.commit(Change::new().with(active.delete())).await?;
        return Ok(true);
    };
    match advance(&cx, &pool, &active, &mut job, BATCH).await {
        // Somebody took a name, changed the job, or works on it too.
        Err(error) if error.retry => {}
        outcome => return outcome.map(|()| true),
    }
    let Some(mut job) = find(&cx, &pool.id, &active.value.job).await? else {
        return Ok(true);
    };
    match advance(&cx, &pool, &active, &mut job, 1).await {
        Err(error) if !error.retry => Err(error),
        _ => Ok(true),
    }
}

/// One step of a job: it begins, goes on by up to `rows` rows, or ends.
async fn advance(
    cx: &Cx,
    pool: &Pool,
    active: &Stored<Active>,
    job: &mut Stored<Job>,
    rows: usize,
) -> Result<()> {
    let mut change = Change::new();
    match job.value.status {
        Status::Pending => job.value.status = Status::InProgress,
        Status::InProgress => go_on(cx, pool, &mut job.value, rows, &mut change).await?,
        Status::Stopping => job.value.end(Status::Stopped, None, cx.now()),
        _ => {}
    }
    let is_over = !matches!(
        job.value.status,
        Status::Pending | Status::InProgress | Status::Stopping
    );
    change.push(job.update()?);
    if is_over {
        change.push(active.delete());
    }
    cx.commit(change).await
}

/// The lines that come next in a file.
struct Text {
    bytes: Vec<u8>,
    is_last: bool,
}

/// Reads what follows an offset: the rest of its part and the part after it, in which a line of the longest
/// kind ends.
async fn read(cx: &Cx, pool: &Pool, job: &Job, file: &File) -> Result<Option<Text>> {
    let offset = usize::try_from(job.progress.offset).unwrap_or(usize::MAX);
    let first = u32::try_from(offset / PART).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(2 * PART);
    let end = first.saturating_add(2).min(file.parts);
    for part in first..end {
        let key = part_key(&job.id, &file.upload, part);
        let Some(stored) = Stored::<String>::find(cx, Kind::ImportPart, &pool.id, &key).await?
        else {
            return Ok(None);
        };
        let plain = BASE64.decode(stored.value.as_bytes());
        let plain = plain.map_err(|_| Error::internal(format!("import part {key}: not base64")))?;
        bytes.extend_from_slice(&plain);
    }
    bytes.drain(..(offset - first as usize * PART).min(bytes.len()));
    Ok(Some(Text {
        bytes,
        is_last: end == file.parts,
    }))
}

/// What became of a row.
enum Outcome {
    Imported(Box<User>),
    Skipped(&'static str),
    Failed(String),
}

async fn go_on(
    cx: &Cx,
    pool: &Pool,
    job: &mut Job,
    rows: usize,
    change: &mut Change,
) -> Result<()> {
    let text = match &job.file {
        Some(file) => read(cx, pool, job, file).await?,
        None => None,
    };
    let Some(text) = text else {
        job.end(Status::Failed, Some(FILE_GONE), cx.now());
        return Ok(());
    };
    let mut rest = text.bytes.as_slice();
    if job.progress.lines == 0 && !begin(pool, job, &mut rest, text.is_last) {
        job.end(Status::Failed, Some(HEADER), cx.now());
        return Ok(());
    }
    if job.progress.in_long_line {
        pass_over(&mut job.progress, &mut rest);
    }
    let mut outcomes = Vec::new();
    let mut taken = BTreeSet::new();
    while outcomes.len() < rows
        && let Some((line, length)) = line::first(rest, text.is_last)
    {
        rest = &rest[length..];
        job.progress.offset += length as u64;
        job.progress.lines += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let outcome = outcome(cx, pool, job, line, &mut taken).await?;
        outcomes.push((job.progress.lines, outcome));
    }
    let is_stuck = outcomes.is_empty() && !rest.is_empty() && !text.is_last;
    if is_stuck {
        // A line that is longer than two parts: the rest of it is left out by the next steps.
        job.progress.in_long_line = true;
        job.progress.offset += rest.len() as u64;
        job.progress.lines += 1;
        let reason = "The row is too long.".to_owned();
        outcomes.push((job.progress.lines, Outcome::Failed(reason)));
    }
    let is_done = text.is_last && rest.is_empty();
    let limits = cx.service.config.limits;
    let new = outcomes
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Imported(_)))
        .count();
    let room = quota::check_users(cx, pool, i64::try_from(new).unwrap_or(i64::MAX)).await;
    if let Err(error) = room {
        if error != Error::too_many_users() {
            return Err(error);
        }
        job.end(Status::Failed, Some(FULL), cx.now());
        return Ok(());
    }
    record(cx, pool, job, outcomes, change)?;
    let imported = job.progress.imported;
    let left_out = job.progress.skipped + job.progress.failed;
    if job.progress.lines > limits.import_rows + 1 {
        job.end(Status::Failed, Some(TOO_LONG), cx.now());
    } else if left_out > imported
        && (left_out >= limits.import_failures || (is_done && imported == 0))
    {
        job.end(Status::Failed, Some(GIVEN_UP), cx.now());
    } else if is_done {
        job.end(Status::Succeeded, Some(DONE), cx.now());
    }
    Ok(())
}

/// Leaves out what is read of a line that is too long.
fn pass_over(progress: &mut Progress, rest: &mut &[u8]) {
    let end = rest.iter().position(|byte| *byte == b'\n');
    let length = end.map_or(rest.len(), |end| end + 1);
    progress.offset += length as u64;
    progress.in_long_line = end.is_none();
    *rest = &rest[length..];
}

/// Reads the header; `false` when it is not the pool's.
fn begin(pool: &Pool, job: &mut Job, rest: &mut &[u8], is_last: bool) -> bool {
    let Some((line, length)) = line::first(rest, is_last) else {
        return false;
    };
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    let columns = line::fields(line);
    if !row::is_header(pool, &columns, job.algorithm.is_some()) {
        return false;
    }
    *rest = &rest[length..];
    job.progress.offset = length as u64;
    job.progress.lines = 1;
    job.progress.columns = columns;
    true
}

/// What becomes of a row; `taken` holds the names of the users before it in the batch.
async fn outcome(
    cx: &Cx,
    pool: &Pool,
    job: &Job,
    line: &[u8],
    taken: &mut BTreeSet<String>,
) -> Result<Outcome> {
    let Ok(line) = std::str::from_utf8(line) else {
        return Ok(Outcome::Failed("The row is not UTF-8.".to_owned()));
    };
    if line.chars().count() > line::MOST_CHARS {
        return Ok(Outcome::Failed("The row is too long.".to_owned()));
    }
    let user = match row::user(
        cx,
        pool,
        &job.progress.columns,
        job.algorithm,
        line::fields(line),
    ) {
        Ok(user) => user,
        Err(reason) => return Ok(Outcome::Failed(reason)),
    };
    let own = names::of(pool, &user);
    for name in &own {
        let store = &cx.service.store;
        if taken.contains(name) || store.user_by_name(&pool.id, name).await?.is_some() {
            return Ok(Outcome::Skipped("The user exists already."));
        }
    }
    taken.extend(own);
    Ok(Outcome::Imported(Box::new(user)))
}

/// Counts the outcomes, and adds the writes for new users and for the log.
fn record(
    cx: &Cx,
    pool: &Pool,
    job: &mut Job,
    outcomes: Vec<(u64, Outcome)>,
    change: &mut Change,
) -> Result<()> {
    change.push(pool.require());
    let mut log = Vec::with_capacity(outcomes.len());
    for (number, outcome) in outcomes {
        let (word, text) = match outcome {
            Outcome::Imported(user) => {
                job.progress.imported += 1;
                let mut own = Change::new();
                user::insert(pool, &user, &mut own)?;
                let writes = own.writes.into_iter();
                change
                    .writes
                    .extend(writes.filter(|write| !matches!(write, Write::Require { .. })));
                ("SUCCEEDED", "The user was imported.".to_owned())
            }
            Outcome::Skipped(reason) => {
                job.progress.skipped += 1;
                ("SKIPPED", reason.to_owned())
            }
            Outcome::Failed(reason) => {
                job.progress.failed += 1;
                ("FAILED", reason)
            }
        };
        let text = text.trim();
        if word != "SUCCEEDED" {
            let (pool, job) = (&pool.id, &job.id);
            tracing::info!(%pool, %job, line = number, word, text, "A row makes no user");
        }
        log.push(format!("[{word}] Line Number {number} - {text}\n"));
    }
    if !log.is_empty() {
        let part = job.progress.logged;
        job.progress.logged += 1;
        let key = log_key(&job.id, part);
        let stored = Stored::new(Kind::ImportPart, &pool.id, key, log.concat());
        let mut write = stored.put(Expect::Any)?;
        if let Write::Put { expires_at, .. } = &mut write {
            *expires_at = Some(cx.now() + LOG_MS);
        }
        change.push(write);
    }
    Ok(())
}

fn log_key(job: &str, part: u32) -> String {
    format!("{job}/log/{part:06}")
}

/// A page of a job's log: the lines of the part of this number, or `None` after the last.
pub async fn log(service: &Service, pool: &str, job: &str, part: u32) -> Result<Option<String>> {
    let key = log_key(job, part);
    let record = service.store.record(Kind::ImportPart, pool, &key).await?;
    record
        .map(|record| Stored::from_record(Kind::ImportPart, record).map(|stored| stored.value))
        .transpose()
}
