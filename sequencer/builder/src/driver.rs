//! The sequencer by the clock.

use crate::{BuilderError, Clock, L1View, Sequencer, Step};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How long the builder waits for L1 before it looks again.
const L1_POLL: Duration = Duration::from_millis(50);

/// How many blocks are built in a row before other tasks get their turn, when the chain is behind the clock.
const CATCH_UP: usize = 16;

/// Whether the builder may build. It may not before derivation has caught up with L1 once: blocks built on a stale
/// head would be replaced.
pub type BuilderGate = watch::Receiver<bool>;

/// Builds a block at each T_ms of `clock` until the process ends. Behind the clock it builds at once until it has caught up.
///
/// # Errors
/// On a fault of the chain. A block that was merely refused is tried again.
pub async fn run(
    sequencer: Arc<Sequencer>,
    l1: Arc<dyn L1View>,
    clock: Clock,
    mut gate: BuilderGate,
) -> Result<(), BuilderError> {
    if gate.wait_for(|open| *open).await.is_err() {
        return Ok(());
    }
    let clock = StopOnDrop(clock);
    let mut waiting_since = None;
    loop {
        // A block is open for its own time at most.
        let wait = (sequencer.next_timestamp_ms() - sequencer.block_time_ms()).saturating_sub(clock.0.now_ms());
        if wait > 0 {
            // Not all of it at once: the clock may be moved meanwhile.
            tokio::time::sleep(Duration::from_millis(wait).min(L1_POLL)).await;
            continue;
        }
        let (core, view, clock) = (sequencer.clone(), l1.clone(), clock.0.clone());
        let steps = tokio::task::spawn_blocking(move || build_due(&core, &*view, &clock)).await;
        match steps {
            Ok(Ok(None)) => waiting_since = None,
            Ok(Ok(Some(number))) => {
                let since = *waiting_since.get_or_insert_with(tokio::time::Instant::now);
                if since.elapsed() > Duration::from_secs(30) {
                    tracing::warn!(number, "no new L2 blocks: L1 has not shown the block that the next one needs");
                    waiting_since = Some(tokio::time::Instant::now());
                }
                tokio::time::sleep(L1_POLL).await;
            }
            Ok(Err(BuilderError::Chain(error))) if !error.is_fault() => {
                tracing::warn!(%error, "the block was not built; trying again");
                tokio::time::sleep(L1_POLL).await;
            }
            Ok(Err(error)) => return Err(error),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

/// Tells a waiting builder that nobody waits for it any more.
struct StopOnDrop(Clock);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Builds the blocks that are due, a bounded number of them, or keeps the next one open until it is; gives the L1 block
/// that it waits for, if it does.
fn build_due(sequencer: &Sequencer, l1: &dyn L1View, clock: &Clock) -> Result<Option<u64>, BuilderError> {
    let _turn = clock.turn();
    for _ in 0..CATCH_UP {
        let early = Duration::from_millis(sequencer.next_timestamp_ms().saturating_sub(clock.now_ms()));
        let due = Instant::now() + early;
        let behind = early.is_zero();
        match sequencer.step_open(l1, (!behind).then_some(due), clock.wanted())? {
            Step::Built(imported) => {
                metrics::histogram!("praxis_block_seconds").record(due.elapsed().as_secs_f64());
                tracing::debug!(
                    number = imported.block.number,
                    transactions = imported.block.body().transactions.len(),
                    inferences = imported.inferences.len(),
                    gas_used = imported.block.gas_used,
                    "built a block"
                );
            }
            Step::WaitingForL1 { number } => return Ok(Some(number)),
            Step::Left => return Ok(None),
            Step::TookBack { to } => tracing::warn!(to, "L1 took back the origin of the head; building from there"),
        }
        if !behind {
            break;
        }
    }
    Ok(None)
}
