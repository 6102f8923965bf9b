//! The reader threads: each has a connection that cannot write, and takes reads from one queue. Callers who may
//! wait for a disk themselves borrow a connection that is free.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use cenote_idp::Queue;
use cenote_idp::ports::StoreError;
use rusqlite::Connection;

use super::Read;

/// The readers of one database. Dropping them waits for what they were asked already.
#[derive(Debug)]
pub(crate) struct Readers {
    queue: Arc<Queue<Read>>,
    connections: Vec<Arc<Mutex<Connection>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts one thread for each connection.
    pub(crate) fn start(connections: Vec<Connection>) -> Result<Self, StoreError> {
        // Not bounded: each read in it belongs to a request that waits, and the server bounds those.
        let queue = Arc::new(Queue::new(usize::MAX));
        // Threads that were started are joined even when a later one cannot be.
        let mut readers = Self {
            queue: Arc::clone(&queue),
            connections: Vec::with_capacity(connections.len()),
            threads: Vec::with_capacity(connections.len()),
        };
        for connection in connections {
            let reads = Arc::clone(&queue);
            let connection = Arc::new(Mutex::new(connection));
            readers.connections.push(Arc::clone(&connection));
            let thread = thread::Builder::new()
                .name("cenote-reader".to_owned())
                .spawn(move || work(&reads, &connection))
                .map_err(|error| StoreError(format!("cannot start a reader thread: {error}")))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Hands a read to whichever thread is free first.
    pub(crate) fn send(&self, read: Read) -> Result<(), StoreError> {
        self.queue
            .push(read)
            .map_err(|_| StoreError("the readers of the database have stopped".to_owned()))
    }

    /// A connection that nobody reads with at the moment.
    pub(crate) fn free(&self) -> Option<MutexGuard<'_, Connection>> {
        let mut connections = self.connections.iter();
        connections.find_map(|connection| connection.try_lock().ok())
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn work(reads: &Queue<Read>, connection: &Mutex<Connection>) {
    while let Some(read) = reads.pop() {
        // A read that panicked has left nothing in the connection.
        read(&connection.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
