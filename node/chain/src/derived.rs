//! The chain as L1 confirms it: derivation's attributes, executed or found to be there already.

use crate::{Chain, ChainError, ImportedBlock, NoTransactions, execute::Purpose};
use alloy_eips::BlockNumHash;
use alloy_primitives::Bytes;
use praxis_derive::{
    Checkpoint, CheckpointLog, CriticalError, DerivationPipeline, EventLog, PipelineError, Step, WantedBlobs,
    attributes_of_block,
};
use praxis_primitives::{L1BlockInfo, L2BlockInfo, PayloadAttributes};
use praxis_storage::Database;
use std::sync::Arc;

/// Key of the checkpoints among the database's values.
const CHECKPOINTS: &str = "derivation/checkpoints";

/// Drops the stored checkpoints above L2 block `number`.
pub(crate) fn truncate_checkpoints(db: &Database, number: u64) -> Result<(), ChainError> {
    let Some(log) = db.meta_get(CHECKPOINTS)?.as_deref().and_then(CheckpointLog::decode) else { return Ok(()) };
    let newest = log.at_or_below_l2(number);
    let mut kept = log.iter().take_while(|checkpoint| checkpoint.l1.number <= newest.l1.number).copied();
    let Some(genesis) = kept.next() else { return Ok(()) };
    let mut log = CheckpointLog::new(genesis);
    kept.for_each(|checkpoint| log.push(checkpoint));
    Ok(db.meta_put(CHECKPOINTS, &log.encode())?)
}

/// Why the safe chain does not go on.
#[derive(Debug, thiserror::Error)]
pub enum SafeChainError {
    /// The chain refused or has a fault.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Derivation says what to do: wait, rewind or stop.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The chain is no rollup.
    #[error("only a rollup's chain can be derived from L1")]
    NotARollup,
    /// The stored checkpoints can't be read.
    #[error(
        "the stored derivation checkpoints are damaged; restart with an empty data directory to derive the chain again"
    )]
    Checkpoints,
}

impl From<CriticalError> for SafeChainError {
    fn from(error: CriticalError) -> Self {
        Self::Pipeline(error.into())
    }
}

/// What one step did.
#[derive(Debug, Clone)]
pub enum Derived {
    /// The safe head moved to the next block.
    Block {
        /// The block.
        info: L2BlockInfo,
        /// The L1 block whose data completed it.
        l1: BlockNumHash,
        /// No batch covers it.
        forced: bool,
        /// The block with its receipts, where it had to be executed; `None` where the very same was there already.
        executed: Option<Arc<ImportedBlock>>,
    },
    /// One L1 block is derived to its end.
    Consumed(Checkpoint),
    /// Push the canonical L1 block of this number.
    NeedL1(u64),
    /// Push these blobs of the L1 block that was pushed last.
    NeedBlobs(Vec<WantedBlobs>),
}

/// Drives one chain's safe head from L1 blocks. Synchronous: whoever owns it fetches the L1 blocks.
pub struct SafeChain {
    chain: Arc<Chain>,
    pipeline: DerivationPipeline,
    log: CheckpointLog,
    safe: L2BlockInfo,
}

impl SafeChain {
    /// Goes on where this chain's database left off.
    ///
    /// # Errors
    /// When the chain is no rollup, or its database can't be read.
    pub fn open(chain: Arc<Chain>) -> Result<Self, SafeChainError> {
        let config = chain.rollup().cloned().ok_or(SafeChainError::NotARollup)?;
        let log = match chain.db.meta_get(CHECKPOINTS).map_err(ChainError::from)? {
            Some(bytes) => CheckpointLog::decode(&bytes).ok_or(SafeChainError::Checkpoints)?,
            None => CheckpointLog::new(Checkpoint::genesis(&config)),
        };
        let pipeline = DerivationPipeline::new(config, log.latest())?;
        let safe = *pipeline.safe();
        Ok(Self { chain, pipeline, log, safe })
    }

    /// The chain.
    pub const fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// The safe head as derivation stands. After a restart it may stand below the stored one until it has caught up.
    pub const fn safe(&self) -> &L2BlockInfo {
        &self.safe
    }

    /// Number of the L1 block to push next.
    pub const fn next_l1(&self) -> u64 {
        self.pipeline.next_l1()
    }

    /// The last L1 block that is derived to its end.
    pub fn consumed(&self) -> Checkpoint {
        self.log.latest()
    }

    /// The L1 blocks of the recent past that are derived to their end, ascending, genesis first.
    pub fn checkpoints(&self) -> impl Iterator<Item = &Checkpoint> {
        self.log.iter()
    }

    /// What was dropped, accepted and forced.
    pub const fn events(&self) -> &EventLog {
        self.pipeline.events()
    }

    /// Takes the next L1 block.
    ///
    /// # Errors
    /// Reset when L1 reorganised; then call [`Self::rewind`].
    pub fn push_l1(&mut self, block: Arc<L1BlockInfo>) -> Result<(), SafeChainError> {
        Ok(self.pipeline.push_l1(block)?)
    }

    /// Takes the blobs that the last step wanted, each checked against its versioned hash.
    ///
    /// # Errors
    /// Temporary when they are not as many as were wanted.
    pub fn push_blobs(&mut self, blobs: Vec<Bytes>) -> Result<(), SafeChainError> {
        Ok(self.pipeline.push_blobs(blobs)?)
    }

    /// The L1 block that was pushed and is not derived to its end yet.
    pub fn current_l1(&self) -> Option<BlockNumHash> {
        self.pipeline.current_l1()
    }

    /// Goes on by one block, one L1 block, or until L1 is needed.
    ///
    /// # Errors
    /// When the chain or the pipeline fails; see their classes.
    pub fn step(&mut self) -> Result<Derived, SafeChainError> {
        loop {
            match self.pipeline.step(&self.safe)? {
                Step::NeedL1(number) => return Ok(Derived::NeedL1(number)),
                Step::NeedBlobs(wanted) => return Ok(Derived::NeedBlobs(wanted)),
                Step::Consumed(checkpoint) => {
                    self.log.push(checkpoint);
                    self.store_log()?;
                    return Ok(Derived::Consumed(checkpoint));
                }
                Step::Attributes(attributes) => {
                    if let Some(derived) = self.apply(&attributes)? {
                        return Ok(derived);
                    }
                }
            }
        }
    }

    /// Makes the block of `attributes` the safe head; `None` when a transaction of its batch is invalid.
    fn apply(&mut self, attributes: &PayloadAttributes) -> Result<Option<Derived>, SafeChainError> {
        let executed = if self.is_there(attributes)? {
            None
        } else {
            match self.execute(attributes)? {
                Ok(imported) => Some(imported),
                Err(reason) => {
                    self.pipeline.reject(reason)?;
                    return Ok(None);
                }
            }
        };
        self.safe = match &executed {
            // It became safe with its own commit.
            Some(imported) => self.chain.info_of(imported.block.sealed_block())?,
            None => self.chain.block_info(attributes.number)?,
        };
        if executed.is_none() && self.chain.safe_head()?.number < attributes.number {
            self.chain.set_safe(attributes.number)?;
        }
        let l1 = self.pipeline.current_l1().unwrap_or(attributes.l1_origin);
        Ok(Some(Derived::Block { info: self.safe, l1, forced: attributes.forced, executed }))
    }

    /// Whether the chain holds the block of exactly these attributes.
    fn is_there(&self, attributes: &PayloadAttributes) -> Result<bool, SafeChainError> {
        if self.chain.head().number < attributes.number {
            return Ok(false);
        }
        let number = attributes.number;
        let block = self.chain.db.block(number).map_err(ChainError::from)?.ok_or(ChainError::UnknownBlock(number))?;
        let config = self.chain.rollup().ok_or(SafeChainError::NotARollup)?;
        let there = attributes_of_block(config, block.sealed_block())
            .map_err(|error| ChainError::Attributes { number, error })?;
        Ok(there == *attributes)
    }

    fn execute(&self, attributes: &PayloadAttributes) -> Result<Result<Arc<ImportedBlock>, String>, SafeChainError> {
        let parent = attributes.number - 1;
        // Taken before the head is looked at: beside a sequencer, the head moves until the lock is held.
        let _writing = self.chain.writer.lock();
        if self.chain.head().number > parent {
            tracing::warn!(from = attributes.number, "L1 holds other blocks than this node; following L1");
            if self.chain.safe_head()?.number > parent {
                self.chain.set_safe(parent)?;
            }
            self.chain.unwind_locked(parent)?;
        }
        match self.chain.execute_attributes(attributes, &mut NoTransactions, Purpose::Check)? {
            Ok(executed) => Ok(Ok(self.chain.commit(executed, true)?)),
            Err(bad) => Ok(Err(format!("transaction {} is invalid: {}", bad.index, bad.reason))),
        }
    }

    /// After a reorg of L1: goes back to the last L1 block that `canonical` still knows, and the safe head with it. Blocks
    /// above stay as unsafe ones until derivation comes to them again.
    ///
    /// # Errors
    /// What `canonical` gives, or the chain.
    pub fn rewind<E>(&mut self, canonical: impl FnMut(BlockNumHash) -> Result<bool, E>) -> Result<Checkpoint, E>
    where
        E: From<SafeChainError>,
    {
        let checkpoint = self.log.rewind(canonical)?;
        self.reset_to(checkpoint)?;
        Ok(checkpoint)
    }

    fn reset_to(&mut self, checkpoint: Checkpoint) -> Result<(), SafeChainError> {
        self.pipeline.reset(checkpoint)?;
        self.safe = checkpoint.safe;
        if self.chain.safe_head()?.number > checkpoint.safe.number {
            self.chain.set_safe(checkpoint.safe.number)?;
        }
        self.store_log()
    }

    /// L1 is final up to `l1`: so is what was derived from it.
    ///
    /// # Errors
    /// When the chain can't be written.
    pub fn finalize(&mut self, l1: u64) -> Result<(), SafeChainError> {
        // Until L1 has shown again the block that derivation went on from, what was derived may be of an L1 chain that is
        // gone: a node that was away can see a final block above the fork first.
        if self.pipeline.next_l1() <= self.log.latest().l1.number {
            return Ok(());
        }
        let final_checkpoint = self.log.iter().take_while(|c| c.l1.number <= l1).last().copied();
        if let Some(checkpoint) = final_checkpoint {
            self.chain.set_finalized(checkpoint.safe.number)?;
            self.log.prune(l1);
        }
        Ok(())
    }

    fn store_log(&self) -> Result<(), SafeChainError> {
        self.chain.db.meta_put(CHECKPOINTS, &self.log.encode()).map_err(ChainError::from)?;
        Ok(())
    }
}
