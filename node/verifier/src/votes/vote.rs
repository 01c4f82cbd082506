//! What a verifier says about a claim.

use super::{VoteKey, VotePublicKey, VoteSignature};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolValue;
use serde::{Deserialize, Serialize};

/// Where votes count. A signature names all of it, so it means nothing anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoteDomain {
    /// Chain id of the L1.
    pub l1_chain_id: u64,
    /// The contract with the keys.
    pub registry: Address,
    /// Chain id of the L2.
    pub l2_chain_id: u64,
}

/// A verifier's word: the L2 that follows from L1 up to `l1_head` has this output root after this block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vote {
    /// The claim that it is about.
    pub game: Address,
    /// The L2 block.
    pub l2_block: u64,
    /// The output root; zero when the block does not follow from the head.
    pub root: B256,
    /// The L1 block up to which it was derived.
    pub l1_head: B256,
}

/// A vote and who gave it, as verifiers send it to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedVote {
    /// The verifier's number in the registry.
    pub verifier: u32,
    /// What it says.
    pub vote: Vote,
    /// Its signature, in EIP-2537's encoding.
    pub signature: Bytes,
}

impl VoteDomain {
    /// The 32 bytes that are signed for a vote: `Votes.message`.
    pub fn vote_message(&self, vote: &Vote) -> B256 {
        let words = (
            keccak256("praxis verifier vote v1"),
            U256::from(self.l1_chain_id),
            self.registry,
            U256::from(self.l2_chain_id),
            vote.game,
            U256::from(vote.l2_block),
            vote.root,
            vote.l1_head,
        );
        keccak256(words.abi_encode_params())
    }

    /// The 32 bytes that are signed to prove possession of a key: `Votes.possession`. They name the owner, so nobody else can
    /// use the proof.
    pub fn possession_message(&self, owner: Address, key: &VotePublicKey) -> B256 {
        let tag = keccak256("praxis verifier key v1");
        keccak256((tag, U256::from(self.l1_chain_id), self.registry, owner, key.encode()).abi_encode_params())
    }

    /// Signs a vote.
    pub fn sign(&self, verifier: u32, vote: Vote, key: &VoteKey) -> SignedVote {
        SignedVote { verifier, vote, signature: key.sign_vote(&self.vote_message(&vote)).encode() }
    }

    /// The signature, if it is that of `key`.
    pub fn check(&self, signed: &SignedVote, key: &VotePublicKey) -> Option<VoteSignature> {
        let signature = VoteSignature::decode(&signed.signature).ok()?;
        signature.is_of_vote(key, &self.vote_message(&signed.vote)).then_some(signature)
    }
}

impl Vote {
    /// Whether nobody can honestly say both: see `VerifierRegistry.slash`. Both votes are about claims that stand on L1.
    pub fn contradicts(&self, other: &Self) -> bool {
        if self.l2_block != other.l2_block || self.root == other.root {
            return false;
        }
        // Two heads give one block two roots only if one of them gives no such block.
        self.l1_head == other.l1_head || (!self.root.is_zero() && !other.root.is_zero())
    }
}
