//! What to claim next.

use crate::L2Outputs;
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_primitives::Fault;

/// Most L2 blocks between two claims: a proof from a claim must reach the claim before it through EIP-2935.
const MAX_INTERVAL: u64 = 8000;

/// The contract sees the hashes of 256 L1 blocks; a claim that waits in the mempool needs some of them.
const MAX_L1_AGE: u64 = 200;

/// A claim to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The L2 block.
    pub l2_block_number: u64,
    /// The output root after it.
    pub output_root: B256,
    /// An L1 block from which it was derived; the claim is void where that block is not on L1.
    pub l1: BlockNumHash,
}

/// Decides what to claim; see the crate.
#[derive(Debug, Clone)]
pub struct ProposerCore {
    interval: u64,
    candidate: Option<ClaimRequest>,
}

impl ProposerCore {
    /// A core that claims at multiples of `interval` L2 blocks after the claim before.
    pub const fn new(interval: u64) -> Self {
        Self { interval: if interval == 0 { 1 } else { interval }, candidate: None }
    }

    /// The L2 block to claim after `claimed` when `safe` is the safe head: the newest that is a whole number of intervals on,
    /// so that a proposer that was away catches up at once.
    pub const fn target(&self, claimed: u64, safe: u64) -> Option<u64> {
        let behind = safe.saturating_sub(claimed);
        let reach = if MAX_INTERVAL > self.interval { MAX_INTERVAL } else { self.interval };
        let whole = if behind < reach { behind / self.interval } else { reach / self.interval };
        if whole == 0 { None } else { Some(claimed + whole * self.interval) }
    }

    /// What to claim now. `claimed` is the newest claim's L2 block as of the L1 block `l1_head`.
    ///
    /// The L1 block that a claim names must be older than the head: some nodes estimate gas in the head's own context,
    /// where its hash is not to be had. So a claim may wait for the next L1 block.
    ///
    /// # Errors
    /// When the chain cannot be read.
    pub fn next_claim(
        &mut self,
        l2: &dyn L2Outputs,
        l1_head: u64,
        claimed: u64,
    ) -> Result<Option<ClaimRequest>, Fault> {
        self.candidate = self.candidate.filter(|candidate| {
            candidate.l2_block_number >= claimed.saturating_add(self.interval)
                && l1_head.saturating_sub(candidate.l1.number) <= MAX_L1_AGE
        });
        if self.candidate.is_none() {
            self.candidate = self.find(l2, l1_head, claimed)?;
        }
        match self.candidate {
            Some(candidate) if candidate.l1.number < l1_head => Ok(self.candidate.take()),
            _ => Ok(None),
        }
    }

    fn find(&self, l2: &dyn L2Outputs, l1_head: u64, claimed: u64) -> Result<Option<ClaimRequest>, Fault> {
        let Some((safe, l1)) = l2.safe()? else { return Ok(None) };
        if l1_head.saturating_sub(l1.number) > MAX_L1_AGE {
            return Ok(None); // Derivation is far behind; it will come.
        }
        let Some(l2_block_number) = self.target(claimed, safe) else { return Ok(None) };
        let Some(output_root) = l2.output_root(l2_block_number)? else { return Ok(None) };
        Ok(Some(ClaimRequest { l2_block_number, output_root, l1 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    struct Outputs {
        safe: Option<u64>,
        l1: u64,
    }

    fn hash(number: u64) -> B256 {
        U256::from(number + 1).into()
    }

    impl L2Outputs for Outputs {
        fn safe(&self) -> Result<Option<(u64, BlockNumHash)>, Fault> {
            Ok(self.safe.map(|safe| (safe, BlockNumHash::new(self.l1, hash(self.l1)))))
        }
        fn output_root(&self, number: u64) -> Result<Option<B256>, Fault> {
            Ok(self.safe.is_some_and(|safe| number <= safe).then(|| hash(number)))
        }
    }

    #[test]
    fn claims_stand_at_whole_intervals_of_safe_blocks_only() {
        let core = ProposerCore::new(40);
        assert_eq!(core.target(0, 39), None);
        assert_eq!(core.target(0, 40), Some(40));
        assert_eq!(core.target(40, 125), Some(120));
        assert_eq!(core.target(120, 40), None, "the safe head went back");
        assert_eq!(core.target(0, 100_000), Some(8000), "a claim reaches the one before");
    }

    #[test]
    fn a_claim_waits_until_its_l1_block_is_older_than_the_head_and_keeps_that_block() {
        let mut core = ProposerCore::new(10);
        assert_eq!(core.next_claim(&Outputs { safe: Some(12), l1: 5 }, 5, 0).unwrap(), None);
        let claim = core.next_claim(&Outputs { safe: Some(16), l1: 6 }, 6, 0).unwrap().unwrap();
        assert_eq!((claim.l2_block_number, claim.output_root, claim.l1.number), (10, hash(10), 5));
    }

    #[test]
    fn nothing_is_claimed_twice_or_before_derivation_is_known() {
        let mut core = ProposerCore::new(10);
        assert_eq!(core.next_claim(&Outputs { safe: None, l1: 5 }, 9, 0).unwrap(), None);
        assert_eq!(core.next_claim(&Outputs { safe: Some(12), l1: 5 }, 5, 0).unwrap(), None);
        assert_eq!(core.next_claim(&Outputs { safe: Some(12), l1: 5 }, 6, 10).unwrap(), None, "another claimed it");
        assert!(core.next_claim(&Outputs { safe: Some(20), l1: 5 }, 6, 10).unwrap().is_some());
        assert_eq!(core.next_claim(&Outputs { safe: Some(40), l1: 5 }, 300, 20).unwrap(), None, "derivation is behind");
    }
}
