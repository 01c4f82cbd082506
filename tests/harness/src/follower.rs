//! Feeds L1 to a safe chain, as the node's driver does over the network.

use crate::L1Miner;
use alloy_eips::BlockNumHash;
use praxis_chain::{Chain, Derived, SafeChain, SafeChainError};
use praxis_derive::{Checkpoint, PipelineError};
use praxis_primitives::{L1BlockInfo, L2BlockInfo};
use std::sync::Arc;

/// A block that became safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafeBlock {
    /// The block.
    pub info: L2BlockInfo,
    /// The L1 block that completed it.
    pub l1: BlockNumHash,
    /// No batch covers it.
    pub forced: bool,
    /// It had to be executed: the chain did not hold it.
    pub executed: bool,
}

/// What following L1 came to.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    /// Blocks that became safe, in order.
    pub blocks: Vec<SafeBlock>,
    /// L1 blocks that were derived to their end.
    pub consumed: Vec<Checkpoint>,
    /// L1 reorganised: derivation went back to here.
    pub rewound_to: Option<Checkpoint>,
}

/// A safe chain and where it stands on L1.
pub struct Follower {
    safe: SafeChain,
    last: Option<BlockNumHash>,
}

impl Follower {
    /// Goes on where the chain's database left off.
    pub fn open(chain: Arc<Chain>) -> Self {
        Self { safe: SafeChain::open(chain).expect("derivation opens"), last: None }
    }

    /// The safe chain.
    pub const fn safe_chain(&self) -> &SafeChain {
        &self.safe
    }

    /// The safe head.
    pub const fn safe(&self) -> &L2BlockInfo {
        self.safe.safe()
    }

    /// Derives to the end of L1.
    ///
    /// # Errors
    /// Whatever stops the safe chain, other than a reorg of L1.
    pub fn follow(&mut self, l1: &L1Miner) -> Result<Followed, SafeChainError> {
        self.follow_to(l1, u64::MAX)
    }

    /// Derives up to and with L1 block `last`.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub fn follow_to(&mut self, l1: &L1Miner, last: u64) -> Result<Followed, SafeChainError> {
        let mut followed = Followed::default();
        if self.last.is_some_and(|id| !l1.is_canonical(id)) {
            self.rewind(l1, &mut followed)?;
        }
        if !self.go_on(l1, &mut followed)? {
            return Ok(followed);
        }
        while let Some(block) = l1.at(self.safe.next_l1()).filter(|block| block.number <= last) {
            let id = block.id();
            match self.derive(l1, block.clone(), &mut followed) {
                Err(SafeChainError::Pipeline(PipelineError::Reset(_))) => {
                    assert!(followed.rewound_to.is_none(), "a second rewind on the same L1");
                    self.rewind(l1, &mut followed)?;
                }
                other => {
                    self.last = Some(id);
                    if !other? {
                        break;
                    }
                }
            }
        }
        if let Some(finalized) = l1.finalized() {
            self.safe.finalize(finalized.number)?;
        }
        Ok(followed)
    }

    fn rewind(&mut self, l1: &L1Miner, followed: &mut Followed) -> Result<(), SafeChainError> {
        let checkpoint = self.safe.rewind(|known| Ok::<_, SafeChainError>(l1.is_canonical(known)))?;
        followed.rewound_to = Some(checkpoint);
        self.last = None;
        Ok(())
    }

    fn derive(
        &mut self,
        l1: &L1Miner,
        block: Arc<L1BlockInfo>,
        followed: &mut Followed,
    ) -> Result<bool, SafeChainError> {
        self.safe.push_l1(block)?;
        self.go_on(l1, followed)
    }

    /// Derives the L1 block that was pushed to its end. False when a blob of it is not to be had.
    fn go_on(&mut self, l1: &L1Miner, followed: &mut Followed) -> Result<bool, SafeChainError> {
        loop {
            match self.safe.step()? {
                Derived::NeedL1(_) => return Ok(true),
                Derived::NeedBlobs(wanted) => {
                    let hashes = wanted.iter().flat_map(|tx| &tx.hashes);
                    let Some(blobs) = hashes.map(|hash| l1.blob(*hash).cloned()).collect() else { return Ok(false) };
                    self.safe.push_blobs(blobs)?;
                }
                Derived::Consumed(checkpoint) => followed.consumed.push(checkpoint),
                Derived::Block { info, l1, forced, executed } => {
                    followed.blocks.push(SafeBlock { info, l1, forced, executed: executed.is_some() });
                }
            }
        }
    }
}
