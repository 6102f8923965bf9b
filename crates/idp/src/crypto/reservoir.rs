//! Signing keys made ahead of need, so that creating a pool does not wait for prime numbers.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use super::keys::SigningKey;

/// How many keys are ready: two pools' worth.
const READY: usize = 4;

/// How long the first key is put off, so that starting up has the processor for itself.
const START_UP: Duration = Duration::from_millis(250);

/// A thread that keeps a few keys ready. It ends when the reservoir is dropped.
pub struct KeyReservoir {
    keys: Mutex<mpsc::Receiver<SigningKey>>,
    wanted: SyncSender<()>,
}

impl Default for KeyReservoir {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyReservoir {
    /// Starts the thread, which begins to make keys a moment later or when the first one is taken.
    pub fn new() -> Self {
        Self::filled_by(SigningKey::generate)
    }

    /// A reservoir of keys that come from elsewhere, for tests that have no time for prime numbers.
    pub fn filled_by(make: impl Fn() -> SigningKey + Send + 'static) -> Self {
        let (wanted, wants) = sync_channel(1);
        // The thread holds one more in its hands while the channel is full.
        let (ready, keys) = mpsc::channel(READY - 1);
        thread::Builder::new()
            .name("cenote-keys".to_owned())
            .spawn(move || fill(&wants, &ready, make))
            .expect("the operating system gives a thread");
        Self {
            keys: Mutex::new(keys),
            wanted,
        }
    }

    /// A key that nobody else gets: at once while there are any, else as soon as one is made.
    pub async fn take(&self) -> SigningKey {
        // A full channel says that the thread has been told already.
        let _ = self.wanted.try_send(());
        self.keys
            .lock()
            .await
            .recv()
            .await
            .expect("the thread makes keys while this lives")
    }
}

fn fill(wants: &Receiver<()>, ready: &mpsc::Sender<SigningKey>, make: impl Fn() -> SigningKey) {
    if wants.recv_timeout(START_UP) == Err(RecvTimeoutError::Disconnected) {
        return;
    }
    while ready.blocking_send(make()).is_ok() {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::mpsc as std_mpsc;

    use super::*;

    #[tokio::test]
    async fn every_key_is_handed_out_once() {
        let reservoir = KeyReservoir::new();
        let mut kids = BTreeSet::new();
        for _ in 0..READY + 2 {
            kids.insert(reservoir.take().await.kid().to_owned());
        }
        assert_eq!(kids.len(), READY + 2);
    }

    #[tokio::test]
    async fn keys_are_made_ahead_and_no_more_than_needed() {
        let stored = SigningKey::generate().to_pkcs8();
        let (made, count) = std_mpsc::channel();
        let reservoir = KeyReservoir::filled_by(move || {
            made.send(()).unwrap();
            SigningKey::from_pkcs8(&stored).unwrap()
        });
        reservoir.take().await;
        // One was taken, and the rest follow without anybody asking for them.
        for _ in 0..=READY {
            count.recv().unwrap();
        }
        assert!(count.try_recv().is_err());
        reservoir.take().await;
        count.recv().unwrap();
        drop(reservoir);
        // The thread ends, and with it the sender, instead of making keys for ever.
        while count.recv().is_ok() {}
    }
}
