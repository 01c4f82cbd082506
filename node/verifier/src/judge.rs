//! Claims against the replayed chain. No I/O beyond the chain's own database.

use crate::SafeHistory;
use alloy_primitives::{Address, B256};
use praxis_chain::{Chain, ChainError};
use praxis_derive::Checkpoint;
use praxis_l1::Claim;
use praxis_primitives::{L1Attributes, OutputPreimage};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many judged claims are kept, so that a reorg of L1 can take them back: more than can be made within any L1's time to
/// finality.
const MAX_JUDGED: usize = 10_000;

/// A claim that the replayed chain contradicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The contract on L1 that is the claim.
    pub game: Address,
    /// The L2 block that it is about.
    pub l2_block: u64,
    /// The newest block before it whose claim was right: what differs lies above that one.
    pub last_right: Option<u64>,
    /// L1 block that holds the claim.
    pub l1_block: u64,
    /// L1 block up to which the claim says that its L2 block follows.
    pub l1_head: u64,
    /// What was claimed.
    pub claimed: B256,
    /// What the replay gives; zero when the L2 block does not follow from L1 up to the claim's head.
    pub replayed: B256,
    /// The replay's block, state root and message passer root; `None` when there is no such block.
    pub preimage: Option<OutputPreimage>,
    /// No batch on L1 covers the block: nothing backs the claim.
    pub forced: bool,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { game, l2_block, l1_block, l1_head, claimed, replayed, .. } = self;
        write!(
            f,
            "the first wrong claim is about block {l2_block}: claim {game} in L1 block {l1_block} says output root {claimed}, "
        )?;
        let Some(preimage) = &self.preimage else {
            return write!(
                f,
                "but nothing on L1 backs this claim: L1 up to block {l1_head}, which the claim names, does not give block \
                 {l2_block}"
            );
        };
        write!(f, "but replaying L1 gives {replayed} (block hash {})", preimage.block_hash)?;
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
    Wrong(Claim, Box<Difference>),
}

impl Verdict {
    /// The claim, and the output root that the replay gives for its block: zero when the block does not follow from the
    /// claim's L1 head. This is what a verifier signs.
    pub fn signed(&self) -> (&Claim, B256) {
        match self {
            Self::Right(claim) => (claim, claim.output_root),
            Self::Wrong(claim, difference) => (claim, difference.replayed),
        }
    }
}

/// A claim that has been compared.
#[derive(Debug)]
struct Judged {
    claim: Claim,
    /// `None`: it was right.
    difference: Option<Difference>,
}

/// What is kept of claims that no reorg comes back to.
#[derive(Debug, Default)]
struct Settled {
    right: u64,
    last_right: Option<u64>,
    first_difference: Option<Difference>,
}

/// Compares claims with the replayed chain. A claim names the L1 block up to which it follows, and that block lies before the
/// claim: so once the claim's own L1 block is derived, all is known that decides it, and nothing that comes later on L1 changes
/// the verdict.
#[derive(Debug, Default)]
pub struct Judge {
    /// By L1 block and place in it.
    judged: BTreeMap<(u64, u64), Judged>,
    settled: Settled,
}

impl Judge {
    /// L1 reorganised, and derivation went back to `to`: claims in L1 blocks that are gone were not made.
    pub fn rewind(&mut self, to: &Checkpoint) {
        self.judged.retain(|_, judged| judged.claim.l1.number <= to.l1.number);
    }

    /// Judges the claims of an L1 block that is derived to its end, on `chain`, which may be further; `safe` says how far it was
    /// at which L1 block.
    ///
    /// # Errors
    /// When the chain can't be read.
    pub fn judge(
        &mut self,
        chain: &Chain,
        safe: &SafeHistory,
        claims: impl IntoIterator<Item = Claim>,
    ) -> Result<Vec<Verdict>, ChainError> {
        let mut verdicts = Vec::new();
        for claim in claims {
            let difference = self.compare(chain, safe, &claim)?;
            verdicts.push(match &difference {
                None => Verdict::Right(claim),
                Some(difference) => Verdict::Wrong(claim, Box::new(difference.clone())),
            });
            self.keep(Judged { claim, difference });
        }
        Ok(verdicts)
    }

    fn compare(&self, chain: &Chain, safe: &SafeHistory, claim: &Claim) -> Result<Option<Difference>, ChainError> {
        let number = claim.l2_block_number;
        let wrong = Difference {
            game: claim.game,
            l2_block: number,
            last_right: self.last_right_before(number),
            l1_block: claim.l1.number,
            l1_head: claim.l1_head.number,
            claimed: claim.output_root,
            replayed: B256::ZERO,
            preimage: None,
            forced: false,
        };
        if number > safe.at(claim.l1_head.number) {
            return Ok(Some(wrong));
        }
        let preimage = chain.output(number)?;
        let replayed = preimage.root();
        if replayed == claim.output_root {
            return Ok(None);
        }
        let block = chain.db().block(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let first = block.body().transactions.first();
        let forced = first.and_then(|tx| L1Attributes::from_transaction(tx).ok()).is_some_and(|a| a.forced);
        Ok(Some(Difference { replayed, preimage: Some(preimage), forced, ..wrong }))
    }

    fn keep(&mut self, judged: Judged) {
        self.judged.insert((judged.claim.l1.number, judged.claim.index), judged);
        while self.judged.len() > MAX_JUDGED {
            let Some((_, Judged { claim, difference })) = self.judged.pop_first() else { break };
            match difference {
                None => {
                    self.settled.right += 1;
                    self.settled.last_right = self.settled.last_right.max(Some(claim.l2_block_number));
                }
                Some(difference) => {
                    let first = &mut self.settled.first_difference;
                    if first.as_ref().is_none_or(|first| difference.l2_block < first.l2_block) {
                        *first = Some(difference);
                    }
                }
            }
        }
    }

    fn last_right_before(&self, number: u64) -> Option<u64> {
        let judged = self.judged.values().filter(|judged| judged.difference.is_none());
        let blocks = judged.map(|judged| judged.claim.l2_block_number).chain(self.settled.last_right);
        blocks.filter(|block| *block < number).max()
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
        let judged = self.judged.values().filter_map(|judged| judged.difference.as_ref());
        judged.chain(&self.settled.first_difference).min_by_key(|difference| difference.l2_block)
    }
}
