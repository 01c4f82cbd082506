//! From an output root down to one inference: what `contracts/src/L1/InferenceProof.sol` checks in one call.

use alloy_eips::eip2935::HISTORY_SERVE_WINDOW;
use alloy_primitives::{B256, Bytes, U256};
use praxis_contracts::addresses::HISTORY_STORAGE;
use praxis_primitives::{Fault, InferenceCommitment, InferenceRecord, OutputPreimage, SealedHeader, merkle_branch};
use praxis_storage::{Reader, StorageError};
use praxis_trie::{AccountProof, TrieError, account_proof};

/// How many blocks before the claimed one its state knows the hashes of (EIP-2935).
pub const HISTORY_BLOCKS: u64 = HISTORY_SERVE_WINDOW as u64;

/// A proof of one inference against an output root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InferenceProof {
    /// What the output root commits to.
    pub output: OutputPreimage,
    /// RLP of the header of the block that the output root is of.
    pub claimed_header: Bytes,
    /// RLP of the header of the inference's block; empty when it is the claimed block itself.
    pub header: Bytes,
    /// Nodes from the claimed state root down to EIP-2935's contract; empty with `header`.
    pub account_proof: Vec<Bytes>,
    /// Nodes from that contract's storage root down to the slot with the hash of the inference's block; empty with `header`.
    pub storage_proof: Vec<Bytes>,
    /// What the inference's block commits to.
    pub commitment: InferenceCommitment,
    /// The inference.
    pub record: InferenceRecord,
    /// Its position among the block's records.
    pub index: u32,
    /// Siblings from the record up to the commitment's root.
    pub branch: Vec<B256>,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum InferenceProofError {
    /// The chain has no such block.
    #[error("there is no block {0}")]
    NoBlock(u64),
    /// The block holds fewer inferences.
    #[error("block {number} has {count} inferences, so none at position {position}")]
    NoInference {
        /// The block.
        number: u64,
        /// How many it has.
        count: usize,
        /// The position that was asked for.
        position: usize,
    },
    /// The claimed block's state does not know the block's hash.
    #[error(
        "an output root of block {claimed} proves inferences of the blocks {first} to {claimed}, not of block {number}: \
         choose a claim about block {number} or one of the {HISTORY_BLOCKS} after it"
    )]
    OutOfReach {
        /// The inference's block.
        number: u64,
        /// The claimed block.
        claimed: u64,
        /// The oldest block that it proves.
        first: u64,
    },
    /// The database failed, or what the proof is made of was pruned.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The claimed state's trie does not fit together.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// What is stored contradicts itself.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Proves the inference at `position` of block `number` against the output root of block `claimed`. Everything that the
/// contract compares is compared here before.
///
/// # Errors
/// When a block or the inference is not there, `claimed` does not reach it, or the state after `claimed` was pruned.
pub fn inference_proof(
    reader: &Reader,
    number: u64,
    position: usize,
    claimed: u64,
) -> Result<InferenceProof, InferenceProofError> {
    let first = claimed.saturating_sub(HISTORY_BLOCKS);
    if number > claimed || number < first {
        return Err(InferenceProofError::OutOfReach { number, claimed, first });
    }
    let header = sealed(reader, number)?;
    let entries = reader.inferences(number)?.unwrap_or_default();
    let records: Vec<InferenceRecord> = entries.into_iter().map(|entry| entry.record).collect();
    let (Some(record), Ok(index)) = (records.get(position), u32::try_from(position)) else {
        return Err(InferenceProofError::NoInference { number, count: records.len(), position });
    };
    let leaves: Vec<_> = records.iter().map(InferenceRecord::encode).collect();
    let (Some(commitment), Some(branch)) = (InferenceCommitment::of(&records), merkle_branch(&leaves, position)) else {
        return Err(InferenceProofError::NoInference { number, count: records.len(), position });
    };
    if header.requests_hash != Some(praxis_primitives::inference_requests(&records).requests_hash()) {
        return Err(Fault::new(format!("block {number}'s stored inferences are not those of its header")).into());
    }
    let claimed_header = sealed(reader, claimed)?;
    let output = OutputPreimage::of(claimed_header.header(), claimed_header.hash())
        .ok_or_else(|| Fault::new(format!("block {claimed} is no rollup block")))?;
    let mut proof = InferenceProof {
        output,
        claimed_header: alloy_rlp::encode(claimed_header.header()).into(),
        header: Bytes::new(),
        account_proof: Vec::new(),
        storage_proof: Vec::new(),
        commitment,
        record: record.clone(),
        index,
        branch,
    };
    if number != claimed {
        let history = hash_in_history(reader, &header, claimed)?;
        proof.header = alloy_rlp::encode(header.header()).into();
        proof.account_proof = history.proof;
        proof.storage_proof = history.storage.into_iter().flat_map(|slot| slot.proof).collect();
    }
    Ok(proof)
}

fn sealed(reader: &Reader, number: u64) -> Result<SealedHeader, InferenceProofError> {
    reader.header(number)?.ok_or(InferenceProofError::NoBlock(number))
}

/// The proof that the state after `claimed` holds the hash of `header`.
fn hash_in_history(reader: &Reader, header: &SealedHeader, claimed: u64) -> Result<AccountProof, InferenceProofError> {
    let state = reader.state_at(claimed)?;
    let slot = U256::from(header.number % HISTORY_BLOCKS);
    let proof = account_proof(&state, HISTORY_STORAGE, &[slot])?;
    let held = proof.storage.first().map(|slot| B256::from(slot.value));
    if held != Some(header.hash()) {
        let (number, held) = (header.number, held.unwrap_or_default());
        let message = format!("the state after block {claimed} has {held} as the hash of block {number}");
        return Err(Fault::new(message).into());
    }
    Ok(proof)
}
