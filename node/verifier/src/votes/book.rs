//! The votes about claims, counted. No I/O.

use super::{SignedVote, Vote, VoteDomain, VotePublicKey, VoteSignature};
use alloy_primitives::{Address, B256, Bytes, U256};
use std::collections::{BTreeMap, VecDeque};

/// Claims whose votes are kept; the oldest go first. More than stand in a window of a week at the least interval.
const MAX_CASES: usize = 8_192;
/// Contradictions that wait to be reported.
const MAX_EVIDENCE: usize = 256;

/// Who may vote about a claim: weights one second before it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Electorate {
    /// Key and weight of each verifier that had any.
    pub members: BTreeMap<u32, (VotePublicKey, U256)>,
    /// All weight, that of slashed verifiers included.
    pub total: U256,
}

/// What more than two thirds of the weight say about a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    /// The output root.
    pub root: B256,
    /// Who says it, rising.
    pub signers: Vec<u32>,
    /// The sum of their signatures.
    pub signature: Bytes,
}

/// Two votes of one verifier that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The vote that came first.
    pub first: SignedVote,
    /// The other.
    pub second: SignedVote,
}

/// Why a vote was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoteRefused {
    /// This verifier does not know the claim, perhaps not yet.
    #[error("there is no open claim {0} here; it may not be derived yet")]
    UnknownClaim(Address),
    /// The vote is about another block or head than the claim.
    #[error("the vote names another L2 block or L1 head than the claim {0}")]
    OtherClaim(Address),
    /// Only those count who were verifiers when the claim was made.
    #[error("verifier {0} had no weight when the claim was made, or was slashed since")]
    NoWeight(u32),
    /// Not the verifier's signature.
    #[error("the signature is not that of verifier {0} over this vote")]
    BadSignature(u32),
}

/// What a vote did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It counts.
    New,
    /// It was there already.
    Known,
    /// It contradicts an earlier vote: neither wins anything, both are evidence.
    Contradiction,
}

#[derive(Debug)]
struct Case {
    l2_block: u64,
    l1_head: B256,
    electorate: Electorate,
    votes: BTreeMap<u32, (SignedVote, VoteSignature)>,
}

/// See the module.
#[derive(Debug)]
pub struct VoteBook {
    domain: VoteDomain,
    cases: BTreeMap<Address, Case>,
    order: VecDeque<Address>,
    evidence: VecDeque<Contradiction>,
}

impl VoteBook {
    /// A book without claims.
    pub const fn new(domain: VoteDomain) -> Self {
        Self { domain, cases: BTreeMap::new(), order: VecDeque::new(), evidence: VecDeque::new() }
    }

    /// Where its votes count.
    pub const fn domain(&self) -> &VoteDomain {
        &self.domain
    }

    /// Takes votes about a claim from now on.
    pub fn open(&mut self, game: Address, l2_block: u64, l1_head: B256, electorate: Electorate) {
        let votes = BTreeMap::new();
        if self.cases.insert(game, Case { l2_block, l1_head, electorate, votes }).is_none() {
            self.order.push_back(game);
        }
        while self.cases.len() > MAX_CASES {
            let Some(oldest) = self.order.pop_front() else { break };
            self.cases.remove(&oldest);
        }
    }

    /// Whether votes about a claim are taken.
    pub fn is_open(&self, game: Address) -> bool {
        self.cases.contains_key(&game)
    }

    /// Forgets a claim that has ended, or that L1 took back.
    pub fn close(&mut self, game: Address) {
        if self.cases.remove(&game).is_some() {
            self.order.retain(|open| *open != game);
        }
    }

    /// Takes a vote from anybody. The signature is checked last, and not for a vote that is known.
    ///
    /// # Errors
    /// When it does not count.
    pub fn submit(&mut self, signed: SignedVote) -> Result<Taken, VoteRefused> {
        let Vote { game, .. } = signed.vote;
        let case = self.cases.get(&game).ok_or(VoteRefused::UnknownClaim(game))?;
        if (signed.vote.l2_block, signed.vote.l1_head) != (case.l2_block, case.l1_head) {
            return Err(VoteRefused::OtherClaim(game));
        }
        let verifier = signed.verifier;
        let (key, _) = case.electorate.members.get(&verifier).ok_or(VoteRefused::NoWeight(verifier))?;
        let earlier = self.earlier(&signed);
        if earlier.is_some_and(|earlier| earlier.vote == signed.vote) {
            return Ok(Taken::Known);
        }
        let signature = self.domain.check(&signed, key).ok_or(VoteRefused::BadSignature(verifier))?;
        if let Some(first) = earlier.cloned() {
            if self.evidence.len() < MAX_EVIDENCE && !self.evidence.iter().any(|e| e.first.verifier == verifier) {
                self.evidence.push_back(Contradiction { first, second: signed });
            }
            return Ok(Taken::Contradiction);
        }
        if let Some(case) = self.cases.get_mut(&game) {
            case.votes.insert(verifier, (signed, signature));
        }
        Ok(Taken::New)
    }

    /// The vote of the same verifier about the same claim, or one about another claim that contradicts this one.
    fn earlier(&self, signed: &SignedVote) -> Option<&SignedVote> {
        let same = self.cases.get(&signed.vote.game).and_then(|case| case.votes.get(&signed.verifier));
        if let Some((vote, _)) = same {
            return Some(vote);
        }
        let others = self.cases.values().filter(|case| case.l2_block == signed.vote.l2_block);
        let mut votes = others.filter_map(|case| case.votes.get(&signed.verifier)).map(|(vote, _)| vote);
        votes.find(|vote| vote.vote.contradicts(&signed.vote))
    }

    /// All votes about a claim.
    pub fn votes(&self, game: Address) -> Vec<SignedVote> {
        let case = self.cases.get(&game);
        case.map(|case| case.votes.values().map(|(vote, _)| vote.clone()).collect()).unwrap_or_default()
    }

    /// What more than two thirds say about a claim, if they say the same.
    pub fn quorum(&self, game: Address) -> Option<Quorum> {
        let case = self.cases.get(&game)?;
        let mut by_root: BTreeMap<B256, (U256, Vec<u32>)> = BTreeMap::new();
        for (verifier, (signed, _)) in &case.votes {
            let Some((_, weight)) = case.electorate.members.get(verifier) else { continue };
            let (sum, signers) = by_root.entry(signed.vote.root).or_default();
            *sum = sum.saturating_add(*weight);
            signers.push(*verifier);
        }
        let enough =
            |sum: U256| sum.saturating_mul(U256::from(3)) > case.electorate.total.saturating_mul(U256::from(2));
        let (root, (_, signers)) = by_root.into_iter().find(|(_, (sum, _))| enough(*sum))?;
        let parts = signers.iter().filter_map(|signer| case.votes.get(signer)).map(|(_, signature)| signature);
        let signature = VoteSignature::sum(parts)?.encode();
        Some(Quorum { root, signers, signature })
    }

    /// The oldest contradiction that was not taken yet.
    pub fn take_evidence(&mut self) -> Option<Contradiction> {
        self.evidence.pop_front()
    }

    /// Puts a contradiction back that could not be reported.
    pub fn put_back(&mut self, contradiction: Contradiction) {
        self.evidence.push_front(contradiction);
    }
}
