//! Committing in one round trip: BEGIN, every statement and COMMIT are sent without waiting.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use cenote_idp::ports::{Change, CommitError, StoreError, Write};
use deadpool_postgres::Object;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Statement};

use super::connect::{ANSWER, Connections, discard, failed, lost, no_answer};
use super::plan::{Step, plan};

type Flight<'a> = Vec<Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>>;

/// Commits a change, or says which write of it was refused.
pub(crate) async fn commit(connections: &Connections, change: &Change) -> Result<(), CommitError> {
    let steps = plan(change);
    if steps.is_empty() {
        return Ok(());
    }
    let (client, statements) = prepared(connections, &steps).await?;
    // A statement alone is a transaction by itself.
    let framed = steps.len() > 1;
    let mut flight: Flight<'_> = Vec::with_capacity(steps.len() + 2);
    if framed {
        flight.push(Box::pin(client.batch_execute("BEGIN")));
    }
    for (step, statement) in steps.iter().zip(&statements) {
        let client = &client;
        flight.push(Box::pin(async move {
            client.execute_raw(statement, &step.params).await.map(drop)
        }));
    }
    if framed {
        flight.push(Box::pin(client.batch_execute("COMMIT")));
    }
    let Ok(failure) = timeout(ANSWER, land(flight)).await else {
        discard(client);
        return Err(no_answer().into());
    };
    let Some((position, error)) = failure else {
        return Ok(());
    };
    if lost(&error) {
        // Whether it was committed is not known, so it is not tried again.
        discard(client);
        return Err(failed(&error).into());
    }
    let step = position
        .checked_sub(usize::from(framed))
        .and_then(|position| steps.get(position));
    Err(refusal(change, step, &error))
}

/// A connection on which every statement of the plan is prepared. None of it has an effect yet, so a
/// connection that turns out to be lost is replaced, once.
async fn prepared(
    connections: &Connections,
    steps: &[Step<'_>],
) -> Result<(Object, Vec<Statement>), StoreError> {
    let mut again = true;
    loop {
        let client = connections.client().await?;
        let Ok(outcome) = timeout(ANSWER, prepare(&client, steps)).await else {
            discard(client);
            return Err(no_answer());
        };
        match outcome {
            Ok(statements) => return Ok((client, statements)),
            Err(error) if again && lost(&error) => {
                discard(client);
                again = false;
            }
            Err(error) => return Err(failed(&error)),
        }
    }
}

async fn prepare(client: &Object, steps: &[Step<'_>]) -> Result<Vec<Statement>, Error> {
    let mut statements = Vec::with_capacity(steps.len());
    for step in steps {
        statements.push(client.prepare_cached(&step.sql).await?);
    }
    Ok(statements)
}

/// Sends everything in order, waits for all of it, and tells the first failure with its position: those
/// behind it only say that the transaction had failed already.
async fn land(mut flight: Flight<'_>) -> Option<(usize, Error)> {
    let mut outcomes: Vec<_> = flight.iter().map(|_| None).collect();
    let mut sent = false;
    let mut next = 0;
    poll_fn(|context| {
        if !sent {
            sent = true;
            // The first poll of each is what sends it.
            for (outcome, future) in outcomes.iter_mut().zip(&mut flight) {
                if let Poll::Ready(result) = future.as_mut().poll(context) {
                    *outcome = Some(result);
                }
            }
        }
        // Answers come in the order of the questions.
        while let (Some(outcome), Some(future)) = (outcomes.get_mut(next), flight.get_mut(next)) {
            if outcome.is_none() {
                let Poll::Ready(result) = future.as_mut().poll(context) else {
                    return Poll::Pending;
                };
                *outcome = Some(result);
            }
            next += 1;
        }
        Poll::Ready(())
    })
    .await;
    outcomes
        .into_iter()
        .enumerate()
        .find_map(|(position, outcome)| Some((position, outcome?.err()?)))
}

/// What a failed statement means. `step` is `None` for BEGIN and COMMIT.
fn refusal(change: &Change, step: Option<&Step<'_>>, error: &Error) -> CommitError {
    let code = error.code();
    if [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .iter()
    .any(|retry| code == Some(retry))
    {
        return CommitError::Conflict { index: usize::MAX };
    }
    let refused = [SqlState::DIVISION_BY_ZERO, SqlState::UNIQUE_VIOLATION]
        .iter()
        .any(|state| code == Some(state));
    match step {
        Some(step) if refused => match change.writes.get(step.index) {
            Some(Write::ClaimName { name, .. }) => CommitError::NameTaken { name: name.clone() },
            Some(Write::Count { kind, .. }) => CommitError::Full { kind: *kind },
            _ => CommitError::Conflict { index: step.index },
        },
        _ => failed(error).into(),
    }
}
