//! The reader threads: each owns a connection that cannot write, and takes reads from one queue.

use std::thread::{self, JoinHandle};

use cenote_idp::ports::StoreError;
use crossbeam_channel::{Receiver, Sender};
use rusqlite::Connection;

use super::Read;

/// The readers of one database. Dropping them waits for what they were asked already.
#[derive(Debug)]
pub(crate) struct Readers {
    queue: Option<Sender<Read>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts one thread for each connection.
    pub(crate) fn start(connections: Vec<Connection>) -> Result<Self, StoreError> {
        // Not bounded: each read in it belongs to a request that waits, and the server bounds those.
        let (queue, reads) = crossbeam_channel::unbounded();
        // Threads that were started are joined even when a later one cannot be.
        let mut readers = Self {
            queue: Some(queue),
            threads: Vec::with_capacity(connections.len()),
        };
        for connection in connections {
            let reads = reads.clone();
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
        let sent = self
            .queue
            .as_ref()
            .is_some_and(|queue| queue.send(read).is_ok());
        if sent {
            Ok(())
        } else {
            Err(StoreError(
                "the readers of the database have stopped".to_owned(),
            ))
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn work(reads: &Receiver<Read>, connection: &Connection) {
    for read in reads {
        read(connection);
    }
}
