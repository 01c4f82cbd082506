//! The task that connects the core to L1.

use crate::{
    BatcherCore, CoreError, DataKind, DataPolicy, L2Source, MAX_BLOBS_PER_TRANSACTION, Posting, Pulled, ThrottleConfig,
    pack,
};
use alloy_primitives::{B256, U256, keccak256};
use praxis_derive::{EncoderConfig, Submission, SubmissionId, Waiting, blob::encode_blob};
use praxis_l1::{
    BlockTag, L1Client, L1Error, L1Prices, PendingTx, Runway, TRANSFER_GAS, TxError, TxManager, TxRequest, blob_sidecar,
};
use praxis_primitives::RollupConfig;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};
use tracing::{error, info, warn};

/// Takes the most bytes of pool transactions that a block may hold; `None`: as many as fit.
pub type Throttle = Arc<dyn Fn(Option<u64>) + Send + Sync>;

/// How the batcher runs.
#[derive(Debug, Clone, PartialEq)]
pub struct BatcherConfig {
    /// How channels are cut. The salt is filled in when the batcher starts.
    pub encoder: EncoderConfig,
    /// Blobs, calldata or the cheaper one.
    pub data: DataPolicy,
    /// When and how far the builder is slowed down.
    pub throttle: ThrottleConfig,
    /// Warn when the account's ether lasts less than this many days at current spending.
    pub warn_days: f64,
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
            data: DataPolicy::Calldata,
            throttle: ThrottleConfig::default(),
            warn_days: 7.0,
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
    posting: Posting,
    throttle: Option<Throttle>,
    limit: Option<u64>,
    runway: Runway,
    began: Instant,
    /// Each transaction with what it carries.
    in_flight: VecDeque<(Vec<SubmissionId>, PendingTx)>,
    waiting: Option<Waiting>,
    failures: u32,
}

impl<S: L2Source> Batcher<S> {
    /// A batcher that posts `l2`'s blocks through `manager`, whose account must be the configuration's batcher.
    pub fn new(rollup: Arc<RollupConfig>, config: BatcherConfig, l2: S, l1: L1Client, manager: TxManager) -> Self {
        Self {
            posting: Posting::new(config.data),
            throttle: None,
            limit: None,
            runway: Runway::new("batcher", manager.address(), config.warn_days),
            began: Instant::now(),
            in_flight: VecDeque::new(),
            waiting: None,
            failures: 0,
            rollup,
            config,
            l2,
            l1,
            manager,
        }
    }

    /// Tells `throttle` how many bytes a block may hold while much waits for L1.
    #[must_use]
    pub fn with_throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = Some(throttle);
        self
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
        self.say_waiting(core.waiting());
        self.measure(core);
        self.watch_balance().await;
        while self.in_flight.len() < self.config.max_in_flight.max(1) {
            let submissions: Vec<_> =
                std::iter::from_fn(|| core.next_submission()).take(MAX_BLOBS_PER_TRANSACTION).collect();
            if submissions.is_empty() {
                break;
            }
            self.post(core, submissions).await?;
        }
        Ok(())
    }

    /// Says once that posting has stopped because it would be in vain, and once that it goes on.
    fn say_waiting(&mut self, waiting: Option<Waiting>) {
        if waiting == self.waiting {
            return;
        }
        match &waiting {
            Some(waiting) => {
                warn!("{waiting}");
                // Every batch under way is as late or later. What is not signed yet never will be.
                self.in_flight.clear();
            }
            None => info!("batches go on: the sequencing window is open again"),
        }
        metrics::gauge!("praxis_batcher_window_passed").set(if waiting.is_some() { 1.0 } else { 0.0 });
        self.waiting = waiting;
    }

    async fn watch_balance(&mut self) {
        let now = self.began.elapsed();
        if !self.runway.is_due(now) {
            return;
        }
        let (balance, prices) = (self.l1.balance(self.manager.address()).await, self.l1.prices().await);
        if let (Ok(balance), Ok(prices)) = (balance, prices) {
            let blobs = if self.posting.kind() == DataKind::Blobs { MAX_BLOBS_PER_TRANSACTION } else { 0 };
            // Fees are offered at twice the price.
            let next = prices.cost(TRANSFER_GAS, blobs).saturating_mul(U256::from(2));
            self.runway.sample(now, balance, next);
        }
    }

    /// Sends submissions, as one blob transaction or as one plain transaction each. What can't be sent is encoded again.
    async fn post(&mut self, core: &mut BatcherCore, submissions: Vec<Submission>) -> Result<(), LookError> {
        let first = submissions.first().map(|first| first.id);
        let posted = self.try_post(submissions).await;
        if let (Err(_), Some(first)) = (&posted, first) {
            core.requeue(first);
        }
        posted
    }

    async fn try_post(&mut self, submissions: Vec<Submission>) -> Result<(), LookError> {
        let prices = self.l1.prices().await.map_err(LookError::L1)?;
        let before = self.posting.kind();
        let kind = self.posting.choose(&submissions, prices);
        if kind != before {
            let L1Prices { base_fee, blob_base_fee, .. } = prices;
            info!(?kind, base_fee, blob_base_fee, "the other way to L1 is cheaper now");
        }
        match kind {
            DataKind::Blobs => self.post_blobs(&submissions).await,
            DataKind::Calldata => {
                for submission in submissions {
                    let label = label(std::slice::from_ref(&submission));
                    count("calldata", submission.calldata.len());
                    let request = TxRequest::data(label, self.rollup.batch_inbox, submission.calldata);
                    self.send(vec![submission.id], request).await?;
                }
                Ok(())
            }
        }
    }

    async fn post_blobs(&mut self, submissions: &[Submission]) -> Result<(), LookError> {
        let label = label(submissions);
        let failed = |reason: String| LookError::Tx(TxError::Rejected { label: label.clone(), reason });
        let packed = pack(submissions);
        count("blobs", packed.iter().map(|data| data.len()).sum());
        metrics::counter!("praxis_batcher_blobs_sent_total").increment(packed.len() as u64);
        let made = tokio::task::spawn_blocking(move || {
            let blobs: Result<Vec<_>, _> = packed.iter().map(|data| encode_blob(data)).collect();
            blob_sidecar(&blobs.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
        });
        let sidecar = made.await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
        let ids = submissions.iter().map(|submission| submission.id).collect();
        self.send(ids, TxRequest::blobs(label, self.rollup.batch_inbox, sidecar)).await
    }

    async fn send(&mut self, ids: Vec<SubmissionId>, request: TxRequest) -> Result<(), LookError> {
        let pending = self.manager.send(request).await.map_err(LookError::Tx)?;
        self.in_flight.push_back((ids, pending));
        Ok(())
    }

    /// Takes the results that have come. A failure drops everything after it too: frames count in order only.
    fn collect(&mut self, core: &mut BatcherCore) -> Result<(), LookError> {
        while let Some((ids, pending)) = self.in_flight.front_mut() {
            match pending.try_included() {
                None => break,
                Some(Ok(included)) => {
                    ids.iter().for_each(|id| core.confirm(*id, included.block.number));
                    self.in_flight.pop_front();
                    metrics::counter!("praxis_batcher_transactions_included").increment(1);
                }
                Some(Err(error)) => {
                    if let Some(first) = ids.first() {
                        core.requeue(*first);
                    }
                    self.in_flight.clear();
                    if matches!(error, TxError::Rejected { .. }) {
                        self.posting.refused();
                    }
                    return Err(LookError::Tx(error));
                }
            }
        }
        Ok(())
    }

    fn measure(&mut self, core: &BatcherCore) {
        let pending = core.encoder().map_or(0, praxis_derive::Encoder::pending_bytes);
        metrics::gauge!("praxis_batcher_pending_bytes").set(pending as f64);
        metrics::gauge!("praxis_batcher_in_flight").set(self.in_flight.len() as f64);
        metrics::gauge!("praxis_batcher_restarts").set(core.restarts() as f64);
        let limit = self.config.throttle.limit(pending as u64);
        metrics::gauge!("praxis_batcher_block_bytes_limit").set(limit.map_or(f64::INFINITY, |limit| limit as f64));
        if limit.is_some() != self.limit.is_some() {
            match limit {
                Some(limit) => warn!(pending, limit, "much waits for L1: blocks hold less for now"),
                None => info!(pending, "blocks hold as much as fits again"),
            }
        }
        if limit != self.limit
            && let Some(throttle) = &self.throttle
        {
            throttle(limit);
        }
        self.limit = limit;
    }
}

fn count(way: &'static str, bytes: usize) {
    metrics::counter!("praxis_batcher_bytes_sent", "way" => way).increment(bytes as u64);
}

fn label(submissions: &[Submission]) -> String {
    match submissions {
        [] => "no batch".to_owned(),
        [one] => {
            let (first, last) = (one.blocks.start(), one.blocks.end());
            format!("the batch of L2 blocks {first} to {last} (channel {})", one.channel)
        }
        [first, .., last] => {
            let (first, last) = (first.blocks.start(), last.blocks.end());
            format!("{} frames of the batches of L2 blocks {first} to {last}", submissions.len())
        }
    }
}

enum LookError {
    L1(L1Error),
    Tx(TxError),
    Core(CoreError),
}
