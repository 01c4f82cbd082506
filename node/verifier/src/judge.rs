//! Claims against the replayed chain. No I/O beyond the chain's own database.

use praxis_chain::{Chain, ChainError};
use praxis_l1::Claim;
use praxis_primitives::{L1Attributes, OutputPreimage};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many claims may wait for their blocks. Claims come from one account that L1 charges for each of them.
const MAX_PENDING: usize = 100_000;

/// A claim that the replayed chain contradicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Place of the claim among all claims.
    pub claim_index: u64,
    /// The L2 block that it is about.
    pub l2_block: u64,
    /// The newest block before it whose claim was right: what differs lies above that one.
    pub last_right: Option<u64>,
    /// L1 block that holds the claim.
    pub l1_block: u64,
    /// What was claimed.
    pub claimed: alloy_primitives::B256,
    /// What the replay gives.
    pub replayed: alloy_primitives::B256,
    /// The replay's block, state root and message passer root.
    pub preimage: OutputPreimage,
    /// No batch on L1 covers the block: nothing backs the claim.
    pub forced: bool,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { claim_index, l2_block, l1_block, claimed, replayed, .. } = self;
        write!(
            f,
            "the first wrong claim is about block {l2_block}: claim {claim_index} in L1 block {l1_block} says output root \
             {claimed}, but replaying L1 gives {replayed} (block hash {})",
            self.preimage.block_hash
        )?;
        match self.last_right {
            Some(right) if right + 1 < *l2_block => {
                write!(f, "; the chains part in blocks {} to {l2_block}", right + 1)?
            }
            _ => {}
        }
        if self.forced {
            write!(
                f,
                "; nothing on L1 backs this claim: no valid batch covers block {l2_block}, and its window has passed"
            )?;
        }
        Ok(())
    }
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The replay gives the same.
    Right(Claim),
    /// It does not.
    Wrong(Box<Difference>),
}

/// Compares claims with the replayed chain, in the order of their blocks.
#[derive(Debug, Default)]
pub struct Judge {
    pending: BTreeMap<(u64, u64), Claim>,
    last_right: Option<u64>,
    right: u64,
    first_difference: Option<Difference>,
}

impl Judge {
    /// Takes the claims of an L1 block that is derived to its end. Claims made earlier than what they are about are kept
    /// until derivation comes there.
    pub fn add(&mut self, claims: impl IntoIterator<Item = Claim>) {
        for claim in claims {
            if self.pending.len() >= MAX_PENDING {
                tracing::error!(claim.index, "too many claims about blocks that L1 does not hold; dropping this one");
                continue;
            }
            self.pending.insert((claim.l2_block_number, claim.index), claim);
        }
    }

    /// L1 took back the blocks above `l1`: what was claimed there was not.
    pub fn rewind(&mut self, l1: u64) {
        self.pending.retain(|_, claim| claim.l1.number <= l1);
    }

    /// Judges every claim up to block `safe` of `chain`.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub fn judge(&mut self, chain: &Chain, safe: u64) -> Result<Vec<Verdict>, ChainError> {
        let mut verdicts = Vec::new();
        while let Some(entry) = self.pending.first_entry() {
            if entry.key().0 > safe {
                break;
            }
            let claim = entry.remove();
            verdicts.push(self.compare(chain, claim)?);
        }
        Ok(verdicts)
    }

    fn compare(&mut self, chain: &Chain, claim: Claim) -> Result<Verdict, ChainError> {
        let number = claim.l2_block_number;
        let preimage = chain.output(number)?;
        let replayed = preimage.root();
        if replayed == claim.output_root {
            self.right += 1;
            self.last_right = self.last_right.max(Some(number));
            return Ok(Verdict::Right(claim));
        }
        let block = chain.db().block(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let first = block.body().transactions.first();
        let forced = first.and_then(|tx| L1Attributes::from_transaction(tx).ok()).is_some_and(|a| a.forced);
        let difference = Difference {
            claim_index: claim.index,
            l2_block: number,
            last_right: self.last_right,
            l1_block: claim.l1.number,
            claimed: claim.output_root,
            replayed,
            preimage,
            forced,
        };
        if self.first_difference.as_ref().is_none_or(|known| known.l2_block > number) {
            self.first_difference = Some(difference.clone());
        }
        Ok(Verdict::Wrong(Box::new(difference)))
    }

    /// How many claims were right.
    pub const fn right(&self) -> u64 {
        self.right
    }

    /// The newest block whose claim was right.
    pub const fn last_right(&self) -> Option<u64> {
        self.last_right
    }

    /// The wrong claim about the lowest block.
    pub const fn first_difference(&self) -> Option<&Difference> {
        self.first_difference.as_ref()
    }

    /// Claims about blocks that L1 does not give (yet), lowest first.
    pub fn pending(&self) -> impl Iterator<Item = &Claim> {
        self.pending.values()
    }
}
