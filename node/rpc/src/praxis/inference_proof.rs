//! `praxis_getInferenceProof`: what an L1 contract needs to act on what a model said here.

use crate::{Args, Context, Failure};
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_sol_types::SolValue;
use praxis_chain::{InferenceProof, InferenceProofError, inference_proof};
use praxis_contracts::IInferenceProof;
use praxis_primitives::{InferenceRecord, OUTPUT_ROOT_VERSION};
use serde::{Deserialize, Serialize};

/// A claim: by its contract on L1, or by the L2 block that it is about.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Claim {
    Game(Address),
    Block(BlockNumberOrTag),
}

/// The answer. Field by field, `proof` is the struct that `InferenceProof.sol` takes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcInferenceProof {
    /// The output root that the proof leads up to.
    output_root: B256,
    /// The L2 block of that root.
    claimed_block: U64,
    /// The block of the inference.
    block_number: U64,
    proof: RpcProof,
    /// ABI encoding of `proof`, for contracts that take it as bytes.
    encoded: Bytes,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcProof {
    output: RpcOutput,
    claimed_header: Bytes,
    header: Bytes,
    account_proof: Vec<Bytes>,
    storage_proof: Vec<Bytes>,
    records_root: B256,
    records_count: U64,
    record: RpcRecord,
    index: U64,
    branch: Vec<B256>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcOutput {
    version: B256,
    state_root: B256,
    message_passer_storage_root: B256,
    latest_blockhash: B256,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RpcRecord {
    transaction_index: U64,
    call_index: U64,
    caller: Address,
    model: B256,
    input_hash: B256,
    output_hash: B256,
    gas: U64,
    is_static: bool,
    reverted: bool,
}

pub(super) fn get(c: &Context, mut args: Args<'_>) -> Result<Option<RpcInferenceProof>, Failure> {
    let hash: B256 = args.required()?;
    let index: super::Number = args.required()?;
    let claim: Option<Claim> = args.optional()?;
    let view = c.view()?;
    let Some((number, transaction)) = view.reader.transaction_location(hash)? else { return Ok(None) };
    let claimed = match claim {
        // Without a claim, against the block itself: for whoever trusts its output root by other means.
        None => number,
        Some(Claim::Block(tag)) => view.number_of(tag.into())?.ok_or_else(Failure::unknown_block)?,
        Some(Claim::Game(game)) => {
            let message = format!("this node does not look up {game} on L1: give the L2 block that the claim is about");
            return Err(Failure::Rejected(message));
        }
    };
    let entries = view.reader.inferences(number)?.unwrap_or_default();
    let mut of_transaction =
        entries.iter().enumerate().filter(|(_, entry)| entry.record.transaction_index == transaction);
    let wanted = usize::try_from(index.get()).unwrap_or(usize::MAX);
    let Some((position, _)) = of_transaction.nth(wanted) else {
        let count = entries.iter().filter(|entry| entry.record.transaction_index == transaction).count();
        return Err(Failure::Rejected(format!("the transaction ran {count} inferences, so none has index {wanted}")));
    };
    let proof = inference_proof(&view.reader, number, position, claimed)?;
    Ok(Some(RpcInferenceProof::new(number, claimed, proof)))
}

impl From<InferenceProofError> for Failure {
    fn from(error: InferenceProofError) -> Self {
        match error {
            InferenceProofError::Storage(error) => error.into(),
            InferenceProofError::Trie(error) => error.into(),
            InferenceProofError::Fault(fault) => fault.into(),
            refused => Self::Rejected(refused.to_string()),
        }
    }
}

impl RpcInferenceProof {
    fn new(number: u64, claimed: u64, proof: InferenceProof) -> Self {
        Self {
            output_root: proof.output.root(),
            claimed_block: U64::from(claimed),
            block_number: U64::from(number),
            encoded: abi(&proof).abi_encode().into(),
            proof: RpcProof::new(proof),
        }
    }
}

impl RpcProof {
    fn new(proof: InferenceProof) -> Self {
        let (output, record) = (proof.output, proof.record);
        Self {
            output: RpcOutput {
                version: OUTPUT_ROOT_VERSION,
                state_root: output.state_root,
                message_passer_storage_root: output.message_passer_storage_root,
                latest_blockhash: output.block_hash,
            },
            claimed_header: proof.claimed_header,
            header: proof.header,
            account_proof: proof.account_proof,
            storage_proof: proof.storage_proof,
            records_root: proof.commitment.root,
            records_count: U64::from(proof.commitment.count),
            record: RpcRecord {
                transaction_index: U64::from(record.transaction_index),
                call_index: U64::from(record.call_index),
                caller: record.caller,
                model: record.model,
                input_hash: record.input_hash,
                output_hash: record.output_hash,
                gas: U64::from(record.gas),
                is_static: record.is_static,
                reverted: record.reverted,
            },
            index: U64::from(proof.index),
            branch: proof.branch,
        }
    }
}

/// The proof as the contract takes it.
fn abi(proof: &InferenceProof) -> IInferenceProof::Proof {
    IInferenceProof::Proof {
        output: IInferenceProof::OutputRootProof {
            version: OUTPUT_ROOT_VERSION,
            stateRoot: proof.output.state_root,
            messagePasserStorageRoot: proof.output.message_passer_storage_root,
            latestBlockhash: proof.output.block_hash,
        },
        claimedHeader: proof.claimed_header.clone(),
        header: proof.header.clone(),
        accountProof: proof.account_proof.clone(),
        storageProof: proof.storage_proof.clone(),
        recordsRoot: proof.commitment.root,
        recordsCount: proof.commitment.count,
        record: abi_record(&proof.record),
        index: U256::from(proof.index),
        branch: proof.branch.clone(),
    }
}

fn abi_record(record: &InferenceRecord) -> IInferenceProof::Record {
    IInferenceProof::Record {
        transactionIndex: record.transaction_index,
        callIndex: record.call_index,
        caller: record.caller,
        model: record.model,
        inputHash: record.input_hash,
        outputHash: record.output_hash,
        gas: record.gas,
        isStatic: record.is_static,
        reverted: record.reverted,
    }
}
