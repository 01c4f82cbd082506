//! The sequencer's synchronous core.

use crate::{BuilderError, Open, PoolSource, dev_l1::empty, order::Order};
use alloy_primitives::B256;
use parking_lot::Mutex;
use praxis_chain::{BuiltBlock, Chain, ChainError, ImportedBlock, NoTransactions};
use praxis_derive::{attributes, origin};
use praxis_pool::{Pool, PoolHead};
use praxis_primitives::{
    DataFees, Fault, L1BlockInfo, L2BlockInfo, PayloadAttributes, RecoveredBlock, RecoveredTransaction, RollupConfig,
    StateReader,
};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How many L1 origins are looked back at when L1 does not reach the head's.
const MAX_ORIGINS_BACK: usize = 64;

/// L1 as far as the sequencer has seen it.
pub trait L1View: Send + Sync {
    /// The canonical L1 block of that number; `None` when it is not known (yet).
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>>;
}

/// What one step of the sequencer did.
#[derive(Debug, Clone)]
pub enum Step {
    /// It built and imported a block.
    Built(Arc<ImportedBlock>),
    /// The next block needs an L1 block that is not there yet.
    WaitingForL1 {
        /// Number of the L1 block.
        number: u64,
    },
    /// The open block was left unsealed, because the head moved or the node stops. What was preconfirmed of it comes first
    /// in the next one.
    Left,
    /// L1 dropped the origin of the head: blocks were taken back, their transactions are in the pool again.
    TookBack {
        /// Number of the head now.
        to: u64,
    },
}

/// Builds the rollup's blocks.
pub struct Sequencer {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
    config: Arc<RollupConfig>,
    budget: Option<Duration>,
    /// Most bytes of pool transactions in a block.
    block_bytes: AtomicU64,
    order: Mutex<Order>,
    /// The block that this node's own check refused last.
    refused: Mutex<Option<u64>>,
    /// Transactions that were taken back for good.
    forgotten: Mutex<BTreeSet<B256>>,
}

impl Sequencer {
    /// A sequencer on `chain`; `budget` bounds how long one block takes transactions from the pool.
    ///
    /// # Errors
    /// When `chain` is no rollup.
    pub fn new(chain: Arc<Chain>, pool: Arc<Pool>, budget: Option<Duration>) -> Result<Self, BuilderError> {
        let config = chain.rollup().cloned().ok_or(BuilderError::NotARollup)?;
        let (order, refused, forgotten) = Default::default();
        Ok(Self { chain, pool, config, budget, block_bytes: AtomicU64::new(u64::MAX), order, refused, forgotten })
    }

    /// Preconfirms transactions, and keeps their order in the file at `path` until a block holds them; `sync` waits for the
    /// disk each time, so that they survive a loss of power.
    ///
    /// # Errors
    /// When the file can't be used.
    pub fn keep_order(self, path: &Path, sync: bool) -> Result<Self, BuilderError> {
        let order = Order::open(&self.chain, path, sync)?;
        Ok(Self { order: Mutex::new(order), ..self })
    }

    /// From the next block on, blocks hold at most this many bytes of transactions besides what was promised; `None`: as
    /// many as fit. For a batcher that falls behind.
    pub fn limit_block_bytes(&self, limit: Option<u64>) {
        self.block_bytes.store(limit.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The chain that it builds on.
    pub const fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Time between two blocks.
    pub fn block_time_ms(&self) -> u64 {
        self.config.block_time_ms
    }

    /// T_ms of the block that comes next.
    pub fn next_timestamp_ms(&self) -> u64 {
        self.config.timestamp_ms(self.chain.head().number + 1)
    }

    /// Builds the next block, or says what it waits for.
    ///
    /// # Errors
    /// When the chain refuses the block or has a fault.
    pub fn step(&self, l1: &dyn L1View) -> Result<Step, BuilderError> {
        self.step_open(l1, None, &AtomicBool::new(false))
    }

    /// The same, with a block that stays open until then, unless `stop` is set meanwhile.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn step_open(&self, l1: &dyn L1View, until: Option<Instant>, stop: &AtomicBool) -> Result<Step, BuilderError> {
        let head = self.chain.block_info(self.chain.head().number)?;
        if self.origin_is_gone(&head, l1)? {
            return match self.take_back(head, l1)? {
                Some(to) => Ok(Step::TookBack { to }),
                // Derivation moved the head meanwhile (the next look shows from where to go on), or nothing may go back.
                None => Ok(Step::WaitingForL1 { number: head.l1_origin.number }),
            };
        }
        let Some(current) = l1.block(head.l1_origin.number) else {
            return Ok(Step::WaitingForL1 { number: head.l1_origin.number });
        };
        let next = l1.block(head.l1_origin.number + 1);
        let choice = match origin::next_origin(&self.config, &head, &current, next.as_deref()) {
            Ok(choice) => choice,
            // The view is between two L1 chains; the next look at it shows which one stays.
            Err(reorged) => {
                tracing::debug!(%reorged, "waiting for L1 to settle");
                return Ok(Step::WaitingForL1 { number: reorged.next_number });
            }
        };
        let origin = match next {
            Some(next) if choice.advance => next,
            _ => current,
        };
        let attributes = attributes::build(&self.config, &head, &origin, false, vec![])?;
        let open = Open { until, budget: self.budget, bytes: self.block_bytes.load(Ordering::Relaxed), stop };
        let Some(built) = self.build(&attributes, choice.deposits_only, open)? else { return Ok(Step::Left) };
        let imported = self.chain.import(&built.block).map_err(|error| self.refused(&built.block, error))?;
        self.order.lock().sealed(imported.block.body().transactions.iter())?;
        self.update_pool(&imported)?;
        Ok(Step::Built(imported))
    }

    /// The next block; `None` when it was left.
    fn build(
        &self,
        attributes: &PayloadAttributes,
        deposits_only: bool,
        open: Open<'_>,
    ) -> Result<Option<BuiltBlock>, BuilderError> {
        if deposits_only {
            let early = open.until.map(|until| until.saturating_duration_since(Instant::now()));
            early.into_iter().for_each(std::thread::sleep);
            return Ok(Some(self.chain.build(attributes, &mut NoTransactions)?));
        }
        let mut order = self.order.lock();
        let mut source = PoolSource::new(&self.chain, &self.pool, &mut order, open);
        let built = self.chain.build(attributes, &mut source);
        let complete = source.finish()?;
        Ok(Some(built?).filter(|_| complete))
    }

    /// What follows when this node's own check refuses a block that it built. Whatever of its memory led to that is
    /// forgotten, so the next try is a fresh one; when that is refused too, the node is broken.
    fn refused(&self, block: &RecoveredBlock, error: ChainError) -> BuilderError {
        if error.is_fault() {
            return error.into();
        }
        let (number, diverged) = (block.number, error.is_divergence());
        tracing::error!(number, %error, "the block that was built does not hold");
        let again = diverged && self.refused.lock().replace(number) == Some(number);
        // One file for each number: a node that fails again and again does not fill its disk.
        let divergence = diverged.then(|| self.chain.diagnose(block, self.chain.db().path()));
        self.chain.forget_results();
        match divergence {
            Some(Ok(divergence)) if again => BuilderError::Diverged(Box::new(divergence)),
            Some(Ok(divergence)) => {
                tracing::error!("{divergence}");
                error.into()
            }
            Some(Err(unknown)) => {
                tracing::error!(error = %unknown, "where building and checking part can't be said");
                error.into()
            }
            None => error.into(),
        }
    }

    /// Whether L1 has another block where this one's origin was. Where L1 does not reach that far (a reorg to a chain that
    /// is still shorter) the newest earlier origin that it does reach decides.
    fn origin_is_gone(&self, block: &L2BlockInfo, l1: &dyn L1View) -> Result<bool, BuilderError> {
        let mut info = *block;
        for _ in 0..MAX_ORIGINS_BACK {
            if let Some(known) = l1.block(info.l1_origin.number) {
                return Ok(known.hash != info.l1_origin.hash);
            }
            let Some(earlier) = info.number.checked_sub(info.sequence_number + 1) else { break };
            info = self.chain.block_info(earlier)?;
        }
        Ok(false)
    }

    /// Goes back to the last block whose origin L1 still has: doubling strides first, then halving, so that a short
    /// reorg costs a few reads and a long one a few more. `None` when `head` is final, or is not the head any more.
    fn take_back(&self, head: L2BlockInfo, l1: &dyn L1View) -> Result<Option<u64>, BuilderError> {
        let floor = self.chain.finalized_head()?.number;
        let (mut bad, mut stride) = (head.number, 1);
        let mut good = loop {
            let candidate = bad.saturating_sub(stride).max(floor);
            if candidate == floor || !self.origin_is_gone(&self.chain.block_info(candidate)?, l1)? {
                break candidate;
            }
            bad = candidate;
            stride *= 2;
        };
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if self.origin_is_gone(&self.chain.block_info(middle)?, l1)? { bad = middle } else { good = middle }
        }
        if good == head.number {
            tracing::error!(
                head = good,
                "L1 took back the origin of a final block; restart from an empty data directory"
            );
            return Ok(None);
        }
        let removed = self.transactions_above(good, head.number)?;
        if !self.chain.unwind_from(head.hash, good)? {
            return Ok(None);
        }
        self.readd(removed)?;
        Ok(Some(good))
    }

    fn transactions_above(&self, from: u64, to: u64) -> Result<Vec<RecoveredTransaction>, BuilderError> {
        let mut transactions = Vec::new();
        for number in from + 1..=to {
            if let Some(block) = self.chain.db().block(number).map_err(praxis_chain::ChainError::from)? {
                transactions.extend(block.clone_transactions_recovered().filter(|tx| !tx.is_deposit()));
            }
        }
        Ok(transactions)
    }

    /// Puts transactions of blocks that are gone back into the pool; those that no longer fit are dropped.
    ///
    /// # Errors
    /// When the chain's state can't be read.
    pub fn readd(&self, transactions: Vec<RecoveredTransaction>) -> Result<(), BuilderError> {
        self.pool.update_all(pool_head(&self.chain)?)?;
        for tx in transactions {
            let hash = tx.hash();
            if self.forgotten.lock().remove(&hash) {
                continue;
            }
            if let Err(error) = self.pool.add(tx) {
                tracing::debug!(%hash, %error, "a transaction of a block that L1 took back is not valid any more");
            }
        }
        Ok(())
    }

    /// Takes back every block above `number` for good: their transactions are forgotten, and so are those that wait.
    ///
    /// # Errors
    /// When a block above it is final, or the chain has a fault.
    pub fn go_back(&self, number: u64) -> Result<(), BuilderError> {
        let removed = self.transactions_above(number, self.chain.head().number)?;
        self.forgotten.lock().extend(removed.iter().map(|tx| tx.hash()));
        self.order.lock().forget()?;
        empty(&self.pool);
        self.chain.unwind_to(number)?;
        Ok(self.pool.update_all(pool_head(&self.chain)?)?)
    }

    /// Brings the pool up to a new block.
    ///
    /// # Errors
    /// When the chain's state can't be read.
    pub fn update_pool(&self, imported: &ImportedBlock) -> Result<(), BuilderError> {
        update_pool(&self.chain, &self.pool, imported)
    }
}

/// The chain's head as the pool sees it.
///
/// # Errors
/// When the chain's state can't be read.
pub fn pool_head(chain: &Chain) -> Result<PoolHead, ChainError> {
    let head = chain.head();
    let (state, base_fee) = (chain.state_at(head.number)?, chain.spec().base_fee_after(head.header()));
    let data_fees = data_fees(chain, &state).map_err(|fault| ChainError::Fault { number: head.number, fault })?;
    let block = chain.db().block(head.number)?.ok_or(ChainError::UnknownBlock(head.number))?;
    Ok(PoolHead::new(state, base_fee, chain.gas_limit_after(block.sealed_block())?).with_data_fees(data_fees))
}

/// What transactions pay besides their gas on this state: nothing on Ethereum.
fn data_fees(chain: &Chain, state: &impl StateReader) -> Result<DataFees, Fault> {
    chain.rollup().map(|_| DataFees::read(state)).transpose().map(Option::unwrap_or_default)
}

/// Moves the pool to the block `imported`, the head.
///
/// # Errors
/// When the chain's state can't be read.
pub fn update_pool(chain: &Chain, pool: &Pool, imported: &ImportedBlock) -> Result<(), BuilderError> {
    let state = chain.state_at(imported.block.number)?;
    let base_fee = chain.spec().base_fee_after(imported.block.header());
    let data_fees = data_fees(chain, &state)?;
    let gas_limit = chain.gas_limit_after(imported.block.sealed_block())?;
    let head = PoolHead::new(state, base_fee, gas_limit).with_data_fees(data_fees);
    pool.update(head, imported.changed.iter().copied())?;
    Ok(())
}
