//! L1 blocks in order: checks that each builds on the one before, and keeps those that may still be L1 origins.

use crate::{Checkpoint, CriticalError, PipelineError, ResetError, TemporaryError, attributes::follows};
use alloy_eips::BlockNumHash;
use praxis_primitives::{L1BlockInfo, RollupConfig};
use std::{collections::VecDeque, sync::Arc};

/// The L1 blocks from the safe head's origin to the one under derivation.
#[derive(Debug, Clone)]
pub(crate) struct L1Traversal {
    blocks: VecDeque<Arc<L1BlockInfo>>,
    last: Option<BlockNumHash>,
    next_number: u64,
    /// Blocks whose hashes are known before they come.
    expected: [BlockNumHash; 2],
    consumed: bool,
}

impl L1Traversal {
    pub(crate) fn new(config: &RollupConfig, checkpoint: &Checkpoint) -> Self {
        Self {
            blocks: VecDeque::new(),
            last: None,
            next_number: checkpoint.first_l1_block(config),
            expected: [checkpoint.l1, checkpoint.safe.l1_origin],
            consumed: true,
        }
    }

    /// Number of the L1 block that is wanted next.
    pub(crate) const fn next_number(&self) -> u64 {
        self.next_number
    }

    /// The block under derivation; `None` when it is consumed and the next one is wanted.
    pub(crate) fn current(&self) -> Option<&Arc<L1BlockInfo>> {
        if self.consumed { None } else { self.blocks.back() }
    }

    pub(crate) fn push(&mut self, block: Arc<L1BlockInfo>) -> Result<(), PipelineError> {
        if let Some(current) = self.current() {
            return Err(TemporaryError::NotConsumed { given: block.number, current: current.number }.into());
        }
        if block.number != self.next_number {
            return Err(TemporaryError::OutOfOrder { given: block.number, wanted: self.next_number }.into());
        }
        if let Some(last) = &self.last
            && !follows(&block, last)
        {
            let (number, given_parent) = (block.number, block.parent_hash);
            return Err(ResetError::L1Reorg { number, given_parent, expected_parent: last.hash }.into());
        }
        for expected in self.expected {
            if expected.number == block.number && expected.hash != block.hash {
                return Err(ResetError::L1Mismatch { expected, given: block.hash }.into());
            }
        }
        self.last = Some(block.id());
        self.next_number = block.number.saturating_add(1);
        self.consumed = false;
        self.blocks.push_back(block);
        Ok(())
    }

    /// Marks the current block as consumed. As an L1 origin it needs no batches, and a window of blocks with their
    /// calldata would fill the memory.
    pub(crate) fn consume(&mut self) {
        self.consumed = true;
        if let Some(block) = self.blocks.back_mut().filter(|block| !block.batcher_transactions.is_empty()) {
            *block = Arc::new(L1BlockInfo { batcher_transactions: Vec::new(), ..L1BlockInfo::clone(block) });
        }
    }

    /// Drops the blocks before `origin`, but never the current one.
    pub(crate) fn prune(&mut self, origin: u64) {
        while self.blocks.len() > 1 && self.blocks.front().is_some_and(|block| block.number < origin) {
            self.blocks.pop_front();
        }
    }

    /// A held block by number.
    pub(crate) fn block(&self, number: u64) -> Option<&Arc<L1BlockInfo>> {
        let first = self.blocks.front()?.number;
        self.blocks.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// A held block that has to be there.
    pub(crate) fn origin(&self, number: u64) -> Result<&Arc<L1BlockInfo>, CriticalError> {
        self.block(number).ok_or(CriticalError::MissingOrigin { number })
    }
}
