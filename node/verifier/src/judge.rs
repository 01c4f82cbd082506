//! Claims against the replayed chain. No I/O beyond the chain's own database.

use praxis_chain::{Chain, ChainError};
use praxis_derive::Checkpoint;
use praxis_l1::Claim;
use praxis_primitives::{L1Attributes, OutputPreimage};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many claims may wait for their blocks. Claims come from one account that L1 charges for each of them.
const MAX_PENDING: usize = 100_000;

/// How many judged claims are kept, so that a reorg of L1 can take them back: more than can be made within any L1's time to
/// finality.
const MAX_JUDGED: usize = 10_000;

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

/// A claim that has been compared.
#[derive(Debug)]
struct Judged {
    claim: Claim,
    /// `None`: it was right.
    difference: Option<Difference>,
}

/// What is kept of claims about blocks so old that no reorg comes back to them.
#[derive(Debug, Default)]
struct Settled {
    right: u64,
    last_right: Option<u64>,
    first_difference: Option<Difference>,
}

/// Compares claims with the replayed chain, in the order of their blocks.
#[derive(Debug, Default)]
pub struct Judge {
    /// By block and index, as below.
    pending: BTreeMap<(u64, u64), Claim>,
    judged: BTreeMap<(u64, u64), Judged>,
    settled: Settled,
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
            self.pending.insert(key(&claim), claim);
        }
    }

    /// L1 reorganised, and derivation went back to `to`: what was claimed on L1 blocks that are gone was not, right or
    /// wrong; what was claimed about L2 blocks that are gone is judged again.
    pub fn rewind(&mut self, to: &Checkpoint) {
        let stands = |claim: &Claim| claim.l1.number <= to.l1.number;
        let again = self.judged.split_off(&(to.safe.number.saturating_add(1), 0));
        self.judged.retain(|_, judged| stands(&judged.claim));
        self.pending.extend(again.into_iter().map(|(key, judged)| (key, judged.claim)));
        self.pending.retain(|_, claim| stands(claim));
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
            let claim = *entry.get();
            let difference = self.compare(chain, &claim)?;
            self.pending.pop_first();
            verdicts.push(match &difference {
                None => Verdict::Right(claim),
                Some(difference) => Verdict::Wrong(Box::new(difference.clone())),
            });
            self.keep(Judged { claim, difference });
        }
        Ok(verdicts)
    }

    fn compare(&self, chain: &Chain, claim: &Claim) -> Result<Option<Difference>, ChainError> {
        let number = claim.l2_block_number;
        let preimage = chain.output(number)?;
        let replayed = preimage.root();
        if replayed == claim.output_root {
            return Ok(None);
        }
        let block = chain.db().block(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let first = block.body().transactions.first();
        let forced = first.and_then(|tx| L1Attributes::from_transaction(tx).ok()).is_some_and(|a| a.forced);
        Ok(Some(Difference {
            claim_index: claim.index,
            l2_block: number,
            last_right: self.last_right_before(number),
            l1_block: claim.l1.number,
            claimed: claim.output_root,
            replayed,
            preimage,
            forced,
        }))
    }

    fn keep(&mut self, judged: Judged) {
        self.judged.insert(key(&judged.claim), judged);
        while self.judged.len() > MAX_JUDGED {
            let Some((_, Judged { claim, difference })) = self.judged.pop_first() else { break };
            match difference {
                None => {
                    self.settled.right += 1;
                    self.settled.last_right = self.settled.last_right.max(Some(claim.l2_block_number));
                }
                Some(difference) => {
                    self.settled.first_difference.get_or_insert(difference);
                }
            }
        }
    }

    fn last_right_before(&self, number: u64) -> Option<u64> {
        let mut below = self.judged.range(..(number, 0)).rev();
        let judged = below.find(|(_, judged)| judged.difference.is_none()).map(|((block, _), _)| *block);
        judged.or(self.settled.last_right.filter(|block| *block < number))
    }

    /// How many claims were right.
    pub fn right(&self) -> u64 {
        let judged = self.judged.values().filter(|judged| judged.difference.is_none()).count();
        self.settled.right + judged as u64
    }

    /// The newest block whose claim was right.
    pub fn last_right(&self) -> Option<u64> {
        self.last_right_before(u64::MAX)
    }

    /// The wrong claim about the lowest block.
    pub fn first_difference(&self) -> Option<&Difference> {
        let judged = self.judged.values().find_map(|judged| judged.difference.as_ref());
        self.settled.first_difference.as_ref().or(judged)
    }

    /// Claims about blocks that L1 does not give (yet), lowest first.
    pub fn pending(&self) -> impl Iterator<Item = &Claim> {
        self.pending.values()
    }
}

const fn key(claim: &Claim) -> (u64, u64) {
    (claim.l2_block_number, claim.index)
}
