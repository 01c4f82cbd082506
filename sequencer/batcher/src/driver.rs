//! The task that connects the core to L1.

use crate::{BatcherCore, CoreError, L2Source, Pulled};
use alloy_primitives::{B256, keccak256};
use praxis_derive::{EncoderConfig, Submission, SubmissionId};
use praxis_l1::{BlockTag, L1Client, L1Error, PendingTx, TxError, TxManager, TxRequest};
use praxis_primitives::RollupConfig;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

/// How the batcher runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatcherConfig {
    /// How channels are cut. The salt is filled in when the batcher starts.
    pub encoder: EncoderConfig,
    /// Time between two looks at L1 and L2.
    pub poll_interval: Duration,
    /// Longest wait between two looks while L1 does not answer or the account cannot pay.
    pub max_backoff: Duration,
    /// Most transactions between signing and inclusion.
    pub max_in_flight: usize,
    /// Longest wait at the start for transactions that an earlier process left in the mempool.
    pub start_timeout: Duration,
}

impl Default for BatcherConfig {
    fn default() -> Self {
        Self {
            encoder: EncoderConfig::default(),
            poll_interval: Duration::from_millis(500),
            max_backoff: Duration::from_secs(15),
            max_in_flight: 8,
            start_timeout: Duration::from_secs(120),
        }
    }
}

/// The batcher.
pub struct Batcher<S> {
    rollup: Arc<RollupConfig>,
    config: BatcherConfig,
    l2: S,
    l1: L1Client,
    manager: TxManager,
    in_flight: VecDeque<(SubmissionId, PendingTx)>,
    failures: u32,
}

impl<S: L2Source> Batcher<S> {
    /// A batcher that posts `l2`'s blocks through `manager`, whose account must be the configuration's batcher.
    pub const fn new(
        rollup: Arc<RollupConfig>,
        config: BatcherConfig,
        l2: S,
        l1: L1Client,
        manager: TxManager,
    ) -> Self {
        Self { rollup, config, l2, l1, manager, in_flight: VecDeque::new(), failures: 0 }
    }

    /// Runs until the task is dropped, or a block cannot be batched.
    ///
    /// # Errors
    /// Only such as no later attempt would change.
    pub async fn run(mut self) -> Result<(), CoreError> {
        let (salt, l1_head) = self.start().await;
        let encoder = EncoderConfig { salt, ..self.config.encoder.clone() };
        let mut core = BatcherCore::new(self.rollup.clone(), encoder, l1_head);
        loop {
            match self.look(&mut core).await {
                Ok(()) => self.failures = 0,
                Err(LookError::L1(error)) => {
                    self.failures = self.failures.saturating_add(1);
                    warn!("batches wait: {error}");
                }
                Err(LookError::Tx(error)) => {
                    self.failures = self.failures.saturating_add(1);
                    error!("a batch was not posted and will be tried again: {error}");
                }
                Err(LookError::Core(CoreError::Fault(fault))) => {
                    self.failures = self.failures.saturating_add(1);
                    error!("{fault}");
                }
                Err(LookError::Core(error)) => return Err(error),
            }
            sleep(self.pause()).await;
        }
    }

    fn pause(&self) -> Duration {
        let factor = 1u32.checked_shl(self.failures.min(16)).unwrap_or(u32::MAX);
        let longest = self.config.max_backoff.max(self.config.poll_interval);
        self.config.poll_interval.saturating_mul(factor).min(longest)
    }

    /// Waits for what an earlier process left in the mempool, so that its batches are derived rather than posted twice.
    /// Gives a salt that no earlier start had (nonce and L1 head move on with every channel that was posted) and the
    /// number of the newest L1 block.
    async fn start(&mut self) -> (B256, u64) {
        let began = Instant::now();
        let address = self.manager.address();
        loop {
            let nonces = async {
                let (included, known) = (self.l1.nonce(address, false).await?, self.l1.nonce(address, true).await?);
                let head = self.l1.head(BlockTag::Latest).await?.map(|(id, _)| id);
                Ok::<_, L1Error>((included, known, head))
            };
            match nonces.await {
                Ok((included, known, head)) => {
                    let patient = began.elapsed() < self.config.start_timeout;
                    if included >= known || !patient {
                        let (number, hash) = head.map_or((0, B256::ZERO), |head| (head.number, head.hash));
                        let salt = [address.as_slice(), &included.to_be_bytes(), hash.as_slice()].concat();
                        self.failures = 0;
                        return (keccak256(salt), number);
                    }
                    info!(waiting = known - included, "waiting for batches in the mempool from an earlier run");
                }
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    warn!("the batcher cannot start yet: {error}");
                }
            }
            sleep(self.pause()).await;
        }
    }

    async fn look(&mut self, core: &mut BatcherCore) -> Result<(), LookError> {
        self.collect(core)?;
        let head = self.l1.head(BlockTag::Latest).await.map_err(LookError::L1)?;
        let Some((head, _)) = head else { return Ok(()) };
        match core.pull(&self.l2, head.number).map_err(LookError::Core)? {
            Pulled::SafeHeadUnknown => info!("the batcher waits until derivation has caught up with L1"),
            Pulled::Forced(number) => info!(number, "the batcher waits until a forced block is safe"),
            Pulled::UpToDate | Pulled::More => {}
        }
        if let Some(waiting) = core.waiting() {
            warn!("{waiting}");
        }
        self.measure(core);
        while self.in_flight.len() < self.config.max_in_flight.max(1) {
            let Some(submission) = core.next_submission() else { break };
            self.send(core, submission).await?;
        }
        Ok(())
    }

    async fn send(&mut self, core: &mut BatcherCore, submission: Submission) -> Result<(), LookError> {
        let Submission { id, channel, blocks, calldata } = submission;
        let label = format!("the batch of L2 blocks {} to {} (channel {channel})", blocks.start(), blocks.end());
        metrics::counter!("praxis_batcher_bytes_sent").increment(calldata.len() as u64);
        match self.manager.send(TxRequest::data(label, self.rollup.batch_inbox, calldata)).await {
            Ok(pending) => self.in_flight.push_back((id, pending)),
            Err(error) => {
                core.requeue(id);
                return Err(LookError::Tx(error));
            }
        }
        Ok(())
    }

    /// Takes the results that have come. A failure drops everything after it too: frames count in order only.
    fn collect(&mut self, core: &mut BatcherCore) -> Result<(), LookError> {
        while let Some((id, pending)) = self.in_flight.front_mut() {
            let id = *id;
            match pending.try_included() {
                None => break,
                Some(Ok(included)) => {
                    core.confirm(id, included.block.number);
                    self.in_flight.pop_front();
                    metrics::counter!("praxis_batcher_transactions_included").increment(1);
                }
                Some(Err(error)) => {
                    core.requeue(id);
                    self.in_flight.clear();
                    return Err(LookError::Tx(error));
                }
            }
        }
        Ok(())
    }

    fn measure(&self, core: &BatcherCore) {
        let pending = core.encoder().map_or(0, praxis_derive::Encoder::pending_bytes);
        metrics::gauge!("praxis_batcher_pending_bytes").set(pending as f64);
        metrics::gauge!("praxis_batcher_in_flight").set(self.in_flight.len() as f64);
        metrics::gauge!("praxis_batcher_restarts").set(core.restarts() as f64);
    }
}

enum LookError {
    L1(L1Error),
    Tx(TxError),
    Core(CoreError),
}
