//! A queue of work for threads that sleep while there is none. Whoever waits neither spins nor yields: on a
//! busy machine the threads that have work want the processor.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue with a bound.
pub struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    bound: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    sleepers: usize,
    is_closed: bool,
}

impl<T> fmt::Debug for Queue<T> {
    /// Shows nothing of the work, which need not be a thing to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}

impl<T> Queue<T> {
    /// An empty queue that takes no more than `bound` pieces of work at a time.
    pub const fn new(bound: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                sleepers: 0,
                is_closed: false,
            }),
            filled: Condvar::new(),
            bound,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that can panic happens while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece of work; gives it back when the queue is full or closed.
    pub fn push(&self, work: T) -> Result<(), T> {
        self.add(work, self.bound)
    }

    /// Adds work that was taken once already and goes on: there is always room for it. A closed queue gives
    /// it back.
    pub fn push_again(&self, work: T) -> Result<(), T> {
        self.add(work, usize::MAX)
    }

    /// Whether [`Queue::push`] would give work back now.
    pub fn is_full(&self) -> bool {
        let state = self.lock();
        state.is_closed || state.waiting.len() >= self.bound
    }

    fn add(&self, work: T, bound: usize) -> Result<(), T> {
        let mut state = self.lock();
        if state.is_closed || state.waiting.len() >= bound {
            return Err(work);
        }
        state.waiting.push_back(work);
        let wakes = state.sleepers > 0;
        drop(state);
        if wakes {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// The next piece of work, as soon as there is one; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                return Some(work);
            }
            if state.is_closed {
                return None;
            }
            state.sleepers += 1;
            state = self
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.sleepers -= 1;
        }
    }

    /// Takes no more work; what is there already is still handed out.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn work_is_handed_out_in_turn_up_to_the_bound() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(1), Ok(()));
        assert_eq!(queue.push(2), Ok(()));
        assert_eq!(queue.push(3), Err(3));
        assert_eq!(queue.pop(), Some(1));
        assert_eq!(queue.push(3), Ok(()));
        assert_eq!(queue.push_again(1), Ok(()));
        assert_eq!(queue.pop(), Some(2));
        assert_eq!(queue.pop(), Some(3));
        assert_eq!(queue.pop(), Some(1));
    }

    #[test]
    fn a_closed_queue_hands_out_what_it_has_and_ends() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(1), Ok(()));
        queue.close();
        assert_eq!(queue.push(2), Err(2));
        assert_eq!(queue.push_again(3), Err(3));
        assert_eq!(queue.pop(), Some(1));
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn several_threads_share_all_of_the_work() {
        let queue = Arc::new(Queue::new(usize::MAX));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let queue = Arc::clone(&queue);
                thread::spawn(move || std::iter::from_fn(|| queue.pop()).collect::<Vec<u32>>())
            })
            .collect();
        for work in 0..1000 {
            assert_eq!(queue.push(work), Ok(()));
        }
        queue.close();
        let mut done: Vec<u32> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        done.sort_unstable();
        assert_eq!(done, (0..1000).collect::<Vec<u32>>());
    }
}
