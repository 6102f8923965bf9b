//! A connection that goes to the CPU threads with a request that computes, and writes the answer there: its own
//! thread would sleep by then, and waking it costs more than writing.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_task::Runnable;
use tokio::runtime::Handle;

use super::{CpuPool, Job, is_cpu_thread};

thread_local! {
    /// The connection that this thread is at work on.
    static CURRENT: RefCell<Option<Arc<Connection>>> = const { RefCell::new(None) };
}

/// The connection that the caller serves.
pub(super) fn current() -> Option<Arc<Connection>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Where a connection goes on.
#[derive(Default)]
pub(super) struct Connection {
    /// Its request computes: it goes on on the CPU threads.
    computes: AtomicBool,
    at_home: Mutex<AtHome>,
}

/// What the connection's task of the runtime knows.
#[derive(Default)]
struct AtHome {
    /// The connection, when it is ready to go on.
    ready: Option<Runnable>,
    /// Wakes the task.
    task: Option<Waker>,
    has_ended: bool,
}

impl Connection {
    /// From the next poll on the connection is on the CPU threads, until what is answered here is dropped.
    pub(super) fn compute(&self) -> impl Drop + '_ {
        self.computes.store(true, Ordering::Release);
        Defer(|| self.computes.store(false, Ordering::Release))
    }

    fn at_home(&self) -> MutexGuard<'_, AtHome> {
        // Nothing that can panic happens while it is locked.
        self.at_home.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_home(&self, news: impl FnOnce(&mut AtHome)) {
        let mut home = self.at_home();
        news(&mut home);
        let task = home.task.clone();
        // Who is woken takes the lock.
        drop(home);
        if let Some(task) = task {
            task.wake();
        }
    }

    /// Serves the connection while it does not compute, and until it has ended.
    async fn at_home_until_it_ends(&self) {
        poll_fn(|context| {
            let mut home = self.at_home();
            if home.has_ended {
                return Poll::Ready(());
            }
            match &mut home.task {
                Some(task) => task.clone_from(context.waker()),
                none => *none = Some(context.waker().clone()),
            }
            let ready = home.ready.take();
            drop(home);
            if let Some(connection) = ready {
                connection.run();
            }
            Poll::Pending
        })
        .await;
    }
}

impl CpuPool {
    /// Serves a connection on the caller's runtime, and on these threads while [`CpuPool::carry`] is at work
    /// for it. It serves one request at a time.
    pub fn connect(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let place = Arc::new(Connection::default());
        let runtime = Handle::current();
        let here = Arc::clone(&place);
        let connection = async move {
            let _ended = Defer(|| here.tell_home(|home| home.has_ended = true));
            let mut connection = pin!(connection);
            poll_fn(|context| {
                // Timers and sockets belong to the runtime.
                let _entered = is_cpu_thread().then(|| runtime.enter());
                CURRENT.set(Some(Arc::clone(&here)));
                let _left = Defer(|| CURRENT.set(None));
                connection.as_mut().poll(context)
            })
            .await;
        };
        let jobs = Arc::clone(&self.jobs);
        let goes_on = Arc::clone(&place);
        let schedule = move |connection| {
            if goes_on.computes.load(Ordering::Acquire) {
                // A closed queue gives it back, and to drop it ends the connection.
                drop(jobs.push_again(Job::Continue(connection)));
            } else {
                goes_on.tell_home(|home| home.ready = Some(connection));
            }
        };
        let (connection, task) = async_task::spawn(connection, schedule);
        task.detach();
        connection.schedule();
        tokio::spawn(async move { place.at_home_until_it_ends().await });
    }
}

/// Does something when it is dropped.
struct Defer<F: FnMut()>(F);

impl<F: FnMut()> Drop for Defer<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;
    use crate::crypto::CpuError;

    #[tokio::test]
    async fn a_connection_comes_with_its_requests_and_leaves_with_their_answers() {
        let pool = Arc::new(CpuPool::new(1, 1));
        let (done, mut outcome) = oneshot::channel();
        let (next, comes) = oneshot::channel::<()>();
        let jobs = Arc::clone(&pool);
        pool.connect(async move {
            let home = thread::current().id();
            assert!(!is_cpu_thread());
            assert_eq!(jobs.carry(async { is_cpu_thread() }).await, Ok(true));
            assert!(
                is_cpu_thread(),
                "the answer is written where it was computed"
            );
            comes.await.unwrap();
            assert_eq!(thread::current().id(), home);

            let failed = jobs.carry(async { panic!("a request of this test") }).await;
            assert_eq!(failed, Err::<u8, _>(CpuError::Panicked));
            assert!(done.send(jobs.carry(async { 3 }).await).is_ok());
        });
        // The thread is free while the connection waits for its next request.
        while pool.taken() < 1 {
            tokio::task::yield_now().await;
        }
        while pool.run(|| 2).await != Ok(2) {}
        assert!(outcome.try_recv().is_err());
        next.send(()).unwrap();
        assert_eq!(outcome.await, Ok(Ok(3)));
    }

    #[tokio::test]
    async fn a_request_that_waits_goes_on_where_it_computes() {
        let pool = Arc::new(CpuPool::new(1, 1));
        let (send, answered) = oneshot::channel::<u8>();
        let (done, outcome) = oneshot::channel();
        let jobs = Arc::clone(&pool);
        pool.connect(async move {
            let request = async move {
                let answered = tokio::time::timeout(std::time::Duration::MAX, answered).await;
                assert!(is_cpu_thread());
                answered.unwrap().unwrap()
            };
            assert!(done.send(jobs.carry(request).await).is_ok());
        });
        while pool.taken() < 1 {
            tokio::task::yield_now().await;
        }
        // The one thread there is goes on with other work while the request waits.
        while pool.run(|| 2).await != Ok(2) {}
        send.send(7).unwrap();
        assert_eq!(outcome.await, Ok(Ok(7)));
    }

    #[tokio::test]
    async fn a_connection_stays_when_there_is_no_room() {
        let pool = Arc::new(CpuPool::new(1, 1));
        let (started, runs) = std::sync::mpsc::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let mut running = pin!(pool.run(move || {
            started.send(()).unwrap();
            released.recv().unwrap();
        }));
        let mut waiting = pin!(pool.run(|| 2));
        poll_fn(|context| {
            assert!(running.as_mut().poll(context).is_pending());
            runs.recv().unwrap();
            assert!(waiting.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let (done, outcome) = oneshot::channel();
        let jobs = Arc::clone(&pool);
        pool.connect(async move {
            let refused = jobs.carry(async { 3 }).await;
            assert!(done.send((refused, is_cpu_thread())).is_ok());
        });
        assert_eq!(outcome.await, Ok((Err(CpuError::Busy), false)));
        assert_eq!(pool.refused(), 1);
        release.send(()).unwrap();
        assert_eq!((running.await, waiting.await), (Ok(()), Ok(2)));
    }
}
