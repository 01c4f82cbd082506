//! A proposer: the node's own core, with the miner in the place of the contract.

use crate::{L1Miner, TestSequencer};
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_chain::Chain;
use praxis_primitives::Fault;
use praxis_proposer::{ClaimRequest, L2Outputs, ProposerCore};
use std::sync::Arc;

/// Alters a claim before it is made.
pub type AlterClaim = Box<dyn FnMut(&mut ClaimRequest)>;

struct Outputs {
    chain: Arc<Chain>,
    safe: (u64, BlockNumHash),
}

impl L2Outputs for Outputs {
    fn safe(&self) -> Result<Option<(u64, BlockNumHash)>, Fault> {
        Ok(Some(self.safe))
    }

    fn output_root(&self, number: u64) -> Result<Option<B256>, Fault> {
        Ok(self.chain.output(number).ok().map(|output| output.root()))
    }
}

/// See the module.
pub struct TestProposer {
    core: ProposerCore,
    waiting: Option<u64>,
    /// Alters a claim before it is made.
    pub alter: Option<AlterClaim>,
}

impl TestProposer {
    /// Claims at multiples of `interval` L2 blocks.
    pub const fn new(interval: u64) -> Self {
        Self { core: ProposerCore::new(interval), waiting: None, alter: None }
    }

    /// Claims what the sequencer's derivation has confirmed, if it is time for that.
    pub fn step(&mut self, sequencer: &TestSequencer, l1: &mut L1Miner) -> Option<ClaimRequest> {
        let claimed = l1.claims().map(|claim| claim.l2_block_number).max().unwrap_or(0);
        // What was claimed and is not mined yet is not claimed again, unless a reorg took it away.
        if self.waiting.take().is_some_and(|number| number > claimed) {
            return None;
        }
        let follower = sequencer.follower();
        let safe = (follower.safe().number, follower.safe_chain().consumed().l1);
        let outputs = Outputs { chain: sequencer.chain().clone(), safe };
        let mut claim = self.core.next_claim(&outputs, l1.head().number, claimed).expect("readable")?;
        if let Some(alter) = &mut self.alter {
            alter(&mut claim);
        }
        self.waiting = Some(claim.l2_block_number);
        l1.submit_claim(claim);
        Some(claim)
    }
}
