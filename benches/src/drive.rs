//! Many requests on a number of connections, and what they came to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::Outcome;
use crate::client::Client;
use crate::server::Server;

/// What a scene came to.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) requests: f64,
    /// Seconds from the first request to the last answer.
    pub(crate) wall: f64,
    /// Seconds of server CPU.
    pub(crate) cpu: f64,
    /// Milliseconds, ascending.
    pub(crate) latencies: Vec<f64>,
}

impl Figures {
    /// Microseconds of server CPU a request.
    pub(crate) fn cost(&self) -> f64 {
        self.cpu * 1e6 / self.requests
    }

    /// Takes another round of the same in.
    pub(crate) fn add(&mut self, mut round: Self) {
        self.requests += round.requests;
        self.wall += round.wall;
        self.cpu += round.cpu;
        self.latencies.append(&mut round.latencies);
        self.latencies.sort_by(f64::total_cmp);
    }

    pub(crate) fn percentile(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let at = (share * (self.latencies.len() - 1) as f64) as usize;
        self.latencies[at]
    }
}

/// Runs a number of acts on a number of connections.
pub(crate) async fn drive<A, F>(
    server: &Server,
    clients: usize,
    requests: usize,
    act: A,
) -> Outcome<Figures>
where
    A: Fn(Client, usize) -> F + Send + Sync + Clone + 'static,
    F: Future<Output = Outcome<Client>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let (cpu_before, start) = (server.cpu()?, Instant::now());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let mut client = Client::connect(&server.address).await?;
        let (next, act) = (Arc::clone(&next), act.clone());
        workers.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= requests {
                    return Outcome::Ok(latencies);
                }
                let start = Instant::now();
                client = act(client, n).await?;
                latencies.push(start.elapsed().as_secs_f64() * 1e3);
            }
        });
    }
    let mut latencies = Vec::with_capacity(requests);
    while let Some(worker) = workers.join_next().await {
        latencies.extend(worker??);
    }
    latencies.sort_by(f64::total_cmp);
    let (wall, cpu) = (start.elapsed(), server.cpu()?.saturating_sub(cpu_before));
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let requests = requests as f64;
    Ok(Figures {
        requests,
        wall: wall.as_secs_f64(),
        cpu: cpu.as_secs_f64(),
        latencies,
    })
}
