//! The threads that RSA, SRP and hashing run on.
//!
//! They keep heavy work off the threads that serve connections, and their queue is bounded: when it
//! is full a request is refused at once instead of everybody waiting longer.
//!
//! They take single jobs, and whole requests, which then compute, and read, without a hand-over in between:
//! waking a thread costs more than reading a row. A connection that was started here comes with its request and
//! writes the answer where it was computed.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::thread;

use async_task::Runnable;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::queue::Queue;

mod connection;

enum Job {
    /// Runs once.
    Call(Box<dyn FnOnce() + Send>),
    /// Runs until it has to wait for something, and comes back when that is there.
    Continue(Runnable),
}

thread_local! {
    static IS_CPU_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Whether the caller is on a thread that computes: it serves no connection, so that it may also wait for a disk.
pub fn is_cpu_thread() -> bool {
    IS_CPU_THREAD.get()
}

/// Why a job gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CpuError {
    /// The queue is full: the job did not start.
    #[error("too much work is waiting")]
    Busy,
    /// The job panicked; the thread goes on.
    #[error("the work panicked")]
    Panicked,
}

/// A fixed number of threads with a bounded queue. They end when the pool is dropped and the queue
/// is empty.
pub struct CpuPool {
    jobs: Arc<Queue<Job>>,
    taken: AtomicU64,
    refused: AtomicU64,
}

impl CpuPool {
    /// Starts the threads; `queue` jobs may wait beside those that run.
    pub fn new(threads: usize, queue: usize) -> Self {
        let jobs = Arc::new(Queue::<Job>::new(queue));
        for number in 0..threads.max(1) {
            let waiting = Arc::clone(&jobs);
            thread::Builder::new()
                .name(format!("cenote-cpu-{number}"))
                .spawn(move || work(&waiting))
                .expect("the operating system gives a thread");
        }
        Self {
            jobs,
            taken: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// How many jobs were queued so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// How many jobs and requests found the queue full so far.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn push(&self, job: Job) -> Result<(), CpuError> {
        self.jobs.push(job).map_err(|_| self.refuse())
    }

    fn refuse(&self) -> CpuError {
        self.refused.fetch_add(1, Ordering::Relaxed);
        CpuError::Busy
    }

    /// Runs a job and answers what it gives; at once for a caller who is on such a thread already. A job whose
    /// caller has gone before it starts is skipped.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CpuError> {
        if is_cpu_thread() {
            self.taken.fetch_add(1, Ordering::Relaxed);
            return catch_unwind(AssertUnwindSafe(job)).map_err(|_| CpuError::Panicked);
        }
        let (answer, answered) = oneshot::channel();
        let job = Job::Call(Box::new(move || {
            if answer.is_closed() {
                return;
            }
            // The job owns what it works on, so nothing half-changed outlives a panic.
            if let Ok(value) = catch_unwind(AssertUnwindSafe(job)) {
                // The caller may have gone in the meantime.
                drop(answer.send(value));
            }
        }));
        self.push(job)?;
        self.taken.fetch_add(1, Ordering::Relaxed);
        answered.await.map_err(|_| CpuError::Panicked)
    }

    /// Runs a whole request on these threads. Whatever it waits for, no thread waits with it; only its start
    /// can be refused. It ends when its caller goes.
    pub async fn carry<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, CpuError> {
        let Some(here) = connection::current() else {
            return self.carry_alone(request).await;
        };
        if self.jobs.is_full() {
            return Err(self.refuse());
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        let _computing = here.compute();
        let mut request = pin!(request);
        let mut is_here = false;
        poll_fn(|context| {
            if !is_here {
                is_here = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let polled = AssertUnwindSafe(|| request.as_mut().poll(context));
            match catch_unwind(polled) {
                Ok(polled) => polled.map(Ok),
                Err(_) => Poll::Ready(Err(CpuError::Panicked)),
            }
        })
        .await
    }

    /// Carries a request without the connection that it came by, which serves others meanwhile.
    async fn carry_alone<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, CpuError> {
        let runtime = Handle::current();
        let request = async move {
            let mut request = pin!(request);
            poll_fn(|context| {
                // Timers and sockets belong to the caller's runtime.
                let _entered = runtime.enter();
                request.as_mut().poll(context)
            })
            .await
        };
        let jobs = Arc::clone(&self.jobs);
        let schedule = move |runnable| {
            // A closed queue gives it back, and to drop it ends the request.
            drop(jobs.push_again(Job::Continue(runnable)));
        };
        let (runnable, task) = async_task::spawn(request, schedule);
        self.push(Job::Continue(runnable))?;
        task.fallible().await.ok_or(CpuError::Panicked)
    }
}

impl Drop for CpuPool {
    fn drop(&mut self) {
        self.jobs.close();
    }
}

fn work(waiting: &Queue<Job>) {
    IS_CPU_THREAD.set(true);
    while let Some(job) = waiting.pop() {
        match job {
            Job::Call(call) => call(),
            // The request owns what it works on, so nothing half-changed outlives a panic.
            Job::Continue(request) => drop(catch_unwind(AssertUnwindSafe(|| request.run()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::Poll;

    use super::*;

    /// A job that says when it runs and then waits to be let go.
    fn blocker() -> (impl FnOnce() -> u8, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let (started, runs) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let job = move || {
            started.send(()).unwrap();
            released.recv().unwrap();
            1
        };
        (job, runs, release)
    }

    /// Polls once, so that the job is queued, and expects no answer yet.
    macro_rules! queue {
        ($future:expr) => {
            poll_fn(|context| {
                assert!($future.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await
        };
    }

    #[tokio::test]
    async fn jobs_answer() {
        let pool = CpuPool::new(2, 8);
        let name = pool
            .run(|| thread::current().name().map(str::to_owned))
            .await
            .unwrap();
        assert!(name.unwrap().starts_with("cenote-cpu-"));
    }

    #[tokio::test]
    async fn a_whole_request_computes_where_it_is_and_waits_nowhere() {
        let pool = Arc::new(CpuPool::new(1, 1));
        let (send, answered) = oneshot::channel::<u8>();
        let jobs = Arc::clone(&pool);
        let mut carried = pin!(pool.carry(async move {
            let before = thread::current().id();
            let computed = jobs.run(|| thread::current().id()).await;
            assert!(is_cpu_thread());
            assert_eq!(computed, Ok(before));
            tokio::time::timeout(std::time::Duration::MAX, answered)
                .await
                .unwrap()
                .unwrap()
        }));
        queue!(carried);
        // The one thread there is goes on with other work while the request waits.
        while pool.run(|| 2).await != Ok(2) {}
        send.send(7).unwrap();
        assert_eq!(carried.await, Ok(7));
        assert!(!is_cpu_thread());
    }

    #[tokio::test]
    async fn a_request_that_panics_or_finds_no_room_is_told_so() {
        let pool = CpuPool::new(1, 1);
        let failed = pool.carry(async { panic!("a request of this test") }).await;
        assert_eq!(failed, Err::<u8, _>(CpuError::Panicked));

        let (job, runs, release) = blocker();
        let mut running = pin!(pool.run(job));
        queue!(running);
        runs.recv().unwrap();
        let mut waiting = pin!(pool.carry(async { 2 }));
        queue!(waiting);
        assert_eq!(pool.carry(async { 3 }).await, Err(CpuError::Busy));
        release.send(()).unwrap();
        assert_eq!(running.await, Ok(1));
        assert_eq!(waiting.await, Ok(2));
    }

    #[tokio::test]
    async fn a_request_ends_when_its_caller_goes() {
        let pool = CpuPool::new(1, 4);
        let (held, released) = mpsc::channel::<()>();
        let (never, waits) = oneshot::channel::<()>();
        {
            let mut abandoned = Box::pin(pool.carry(async move {
                let _held = held;
                waits.await
            }));
            queue!(abandoned);
            while pool.run(|| 1).await != Ok(1) {}
        }
        while pool.run(|| 2).await != Ok(2) {}
        assert_eq!(released.recv(), Err(mpsc::RecvError));
        drop(never);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_recovers() {
        let pool = CpuPool::new(1, 1);
        let (job, runs, release) = blocker();
        let mut running = pin!(pool.run(job));
        queue!(running);
        runs.recv().unwrap();
        let mut waiting = pin!(pool.run(|| 2));
        queue!(waiting);
        assert_eq!(pool.run(|| 3).await, Err(CpuError::Busy));
        assert_eq!(pool.refused(), 1);

        release.send(()).unwrap();
        assert_eq!(running.await, Ok(1));
        assert_eq!(waiting.await, Ok(2));
        assert_eq!(pool.run(|| 4).await, Ok(4));
        assert_eq!(pool.taken(), 3);
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_and_the_thread_goes_on() {
        let pool = CpuPool::new(1, 1);
        for _ in 0..3 {
            let failed = pool.run(|| -> u8 { panic!("a job of this test") }).await;
            assert_eq!(failed, Err(CpuError::Panicked));
        }
        assert_eq!(pool.run(|| 5).await, Ok(5));
    }

    #[tokio::test]
    async fn a_job_whose_caller_has_gone_is_skipped() {
        let pool = CpuPool::new(1, 2);
        let (job, runs, release) = blocker();
        let mut running = pin!(pool.run(job));
        queue!(running);
        runs.recv().unwrap();

        let (ran, has_run) = mpsc::channel();
        {
            let mut abandoned = Box::pin(pool.run(move || ran.send(())));
            queue!(abandoned);
        }
        release.send(()).unwrap();
        assert_eq!(running.await, Ok(1));
        assert_eq!(pool.run(|| 6).await, Ok(6));
        assert!(has_run.try_recv().is_err());
    }
}
