//! The writer thread: group commit.
//!
//! It takes what has queued up, runs each piece under a savepoint of its own, and commits them all in one
//! transaction. Answers leave after the commit only, so what was acknowledged is on the disk; marks of used
//! one-time values alone are with the operating system by then, and not flushed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use cenote_idp::ports::{CommitError, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::Read;
use super::apply::Refused;

/// How many pieces of work one transaction takes at most, so that the first of them does not wait for long.
const BATCH: usize = 256;
/// How many may wait; whoever comes next waits to be let in.
const QUEUE: usize = 1024;

/// Something to write: it says how many rows it touched, or why it was refused.
pub(crate) type Task = Box<dyn FnOnce(&Connection) -> Result<usize, Refused> + Send>;
type Answer = Result<usize, CommitError>;

struct Work {
    task: Task,
    /// Whether it must be on the disk when it is answered.
    lasting: bool,
    reply: oneshot::Sender<Answer>,
}

enum Job {
    Write(Work),
    Read(Read),
}

/// The handle of the writer thread. Dropping it waits until everything queued is committed.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    transactions: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the thread on its connection.
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let transactions = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&transactions);
        let thread = thread::Builder::new()
            .name("cenote-writer".to_owned())
            .spawn(move || work(jobs, &connection, &counter))
            .map_err(|error| StoreError(format!("cannot start the writer thread: {error}")))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            transactions,
        })
    }

    /// Runs a task and answers when it is committed, and on the disk if it is to be lasting.
    pub(crate) async fn write(&self, task: Task, lasting: bool) -> Answer {
        let (reply, answer) = oneshot::channel();
        let work = Work {
            task,
            lasting,
            reply,
        };
        self.send(Job::Write(work)).await?;
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Runs a read on the writer's connection, between two transactions.
    pub(crate) async fn read(&self, read: Read) -> Result<(), StoreError> {
        self.send(Job::Read(read)).await
    }

    /// How many transactions were committed that wrote something and were flushed.
    pub(crate) fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    async fn send(&self, job: Job) -> Result<(), StoreError> {
        match &self.queue {
            Some(queue) => queue.send(job).await.map_err(|_| stopped()),
            None => Err(stopped()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError("the writer of the database has stopped".to_owned())
}

fn work(mut jobs: mpsc::Receiver<Job>, connection: &Connection, transactions: &AtomicU64) {
    let (mut next, mut flushes) = (None, true);
    while let Some(job) = next.take().or_else(|| jobs.blocking_recv()) {
        match job {
            Job::Read(read) => read(connection),
            Job::Write(first) => {
                let mut batch = vec![first];
                while batch.len() < BATCH {
                    match jobs.try_recv() {
                        Ok(Job::Write(work)) => batch.push(work),
                        Ok(read @ Job::Read(_)) => {
                            // A read must not see what is not committed.
                            next = Some(read);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                commit(connection, batch, &mut flushes, transactions);
            }
        }
    }
}

/// Commits a batch and answers all of it. `flushes` is how the connection commits at present.
fn commit(connection: &Connection, batch: Vec<Work>, flushes: &mut bool, transactions: &AtomicU64) {
    let lasting = batch.iter().any(|work| work.lasting);
    let mut replies = Vec::with_capacity(batch.len());
    let mut answers = Vec::with_capacity(batch.len());
    let mut tasks = Vec::with_capacity(batch.len());
    for Work { task, reply, .. } in batch {
        tasks.push(task);
        replies.push(reply);
    }
    let outcome = flush_at_commit(connection, lasting, flushes)
        .and_then(|()| transaction(connection, tasks, &mut answers));
    match outcome {
        Ok(()) => {
            let wrote = |answer: &Answer| matches!(answer, Ok(rows) if *rows > 0);
            if lasting && answers.iter().any(wrote) {
                transactions.fetch_add(1, Ordering::Relaxed);
            }
            for (reply, answer) in replies.into_iter().zip(answers) {
                let _ = reply.send(answer);
            }
        }
        Err(error) => {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            // A refusal is no better: it may rest on a write of this batch that is now undone.
            let text = format!("SQLite could not commit: {error}");
            tracing::error!(error = %error, "SQLite could not commit");
            for reply in replies {
                let _ = reply.send(Err(StoreError(text.clone()).into()));
            }
        }
    }
}

/// Lets commits wait for the disk or not. What is committed without stays in order: the next flush takes it along.
fn flush_at_commit(
    connection: &Connection,
    wanted: bool,
    flushes: &mut bool,
) -> rusqlite::Result<()> {
    if wanted != *flushes {
        let level = if wanted { "FULL" } else { "NORMAL" };
        connection.pragma_update(None, "synchronous", level)?;
        *flushes = wanted;
    }
    Ok(())
}

fn transaction(
    connection: &Connection,
    tasks: Vec<Task>,
    answers: &mut Vec<Answer>,
) -> rusqlite::Result<()> {
    run(connection, "BEGIN IMMEDIATE")?;
    for task in tasks {
        run(connection, "SAVEPOINT one")?;
        let answer = match task(connection) {
            Ok(rows) => Ok(rows),
            // A full disk and its like may end the whole transaction, the earlier tasks with it.
            Err(Refused::Failed(error)) if connection.is_autocommit() => return Err(error),
            Err(refused) => {
                run(connection, "ROLLBACK TO one")?;
                Err(refused.into())
            }
        };
        run(connection, "RELEASE one")?;
        answers.push(answer);
    }
    run(connection, "COMMIT")
}

fn run(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}
