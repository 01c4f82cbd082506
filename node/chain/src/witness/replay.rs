//! Executing a block without a database.

use super::ExecutionWitness;
use crate::{ChainError, execute::Base};
use alloy_consensus::constants::KECCAK_EMPTY;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use praxis_evm::{ExecutionOutput, ModelAccess, ModelCache};
use praxis_model::{ModelFault, ModelStore, id::model_id};
use praxis_primitives::{Account, ChainSpec, Fault, Header, RecoveredBlock, SealedHeader, StateReader};
use praxis_trie::{WitnessNodes, account_at, slot_at};
use std::{collections::BTreeMap, sync::Arc};

/// What a replay gave.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Receipts, inferences and changed accounts of the block.
    pub output: ExecutionOutput,
    /// The state root before the block. Whoever trusts it may trust what came out.
    pub parent_state_root: B256,
}

/// Executes `block` on nothing but `witness`, runs every inference of it, and compares every field of its header. What
/// follows is as true as the block's parent hash: everything else is checked against it.
///
/// # Errors
/// When the witness lacks something that the block reads or holds something else, or the block is not what its header says.
pub fn replay(
    spec: &ChainSpec,
    block: &RecoveredBlock,
    witness: &ExecutionWitness,
    models: Arc<ModelCache>,
) -> Result<Replayed, ChainError> {
    let number = block.number;
    let (parent, hashes) = ancestors(block, witness).map_err(|fault| ChainError::fault(number, fault))?;
    let state = WitnessState {
        nodes: WitnessNodes::new(parent.state_root, witness.state.iter().cloned()),
        codes: witness.codes.iter().map(|code| (keccak256(code), code.clone())).collect(),
        hashes,
    };
    let store = WitnessModels(witness.models.iter().map(|plan| (model_id(plan), plan.clone())).collect());
    let base = Base { spec, parent: &parent, state: &state, nodes: &state.nodes, hook: None, warm: None };
    let executed = base.check(block, ModelAccess::new(Arc::new(store), models))?;
    Ok(Replayed { output: executed.output, parent_state_root: parent.state_root })
}

/// The parent, and the hashes of the headers in the witness by number: each is named by the next, the last by the block.
fn ancestors(block: &RecoveredBlock, witness: &ExecutionWitness) -> Result<(SealedHeader, BTreeMap<u64, B256>), Fault> {
    let mut hashes = BTreeMap::new();
    let (mut expected, mut number, mut parent) = (block.parent_hash, block.number, None);
    for rlp in witness.headers.iter().rev() {
        let header: Header = alloy_rlp::decode_exact(rlp)
            .map_err(|error| Fault::new(format!("a header of the witness does not decode: {error}")))?;
        let hash = keccak256(rlp);
        if hash != expected || number.checked_sub(1) != Some(header.number) {
            return Err(Fault::new(format!(
                "the witness has header {hash} of block {}, where the parent of block {number}, {expected}, must stand",
                header.number
            )));
        }
        hashes.insert(header.number, hash);
        (expected, number) = (header.parent_hash, header.number);
        parent.get_or_insert_with(|| SealedHeader::new(header, hash));
    }
    parent.map(|parent| (parent, hashes)).ok_or_else(|| Fault::new("the witness lacks the parent's header"))
}

/// State out of a witness. Each read walks down from the state root.
struct WitnessState {
    nodes: WitnessNodes,
    codes: BTreeMap<B256, Bytes>,
    hashes: BTreeMap<u64, B256>,
}

impl StateReader for WitnessState {
    fn account(&self, address: Address) -> Result<Option<Account>, Fault> {
        Ok(account_at(&self.nodes, address).map_err(Fault::new)?.map(|(account, _)| account))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, Fault> {
        let Some((_, root)) = account_at(&self.nodes, address).map_err(Fault::new)? else { return Ok(U256::ZERO) };
        slot_at(&self.nodes, address, root, slot).map_err(Fault::new)
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, Fault> {
        if code_hash == KECCAK_EMPTY {
            return Ok(Bytes::new());
        }
        self.codes.get(&code_hash).cloned().ok_or_else(|| Fault::new(format!("the witness lacks the code {code_hash}")))
    }

    fn block_hash(&self, number: u64) -> Result<B256, Fault> {
        let missing = || Fault::new(format!("the witness lacks the header of block {number}"));
        self.hashes.get(&number).copied().ok_or_else(missing)
    }
}

struct WitnessModels(BTreeMap<B256, Bytes>);

impl ModelStore for WitnessModels {
    /// A model that the state knows and the witness lacks is a fault of the witness: the caller treats it as one.
    fn model_bytes(&self, id: B256) -> Result<Option<Vec<u8>>, ModelFault> {
        Ok(self.0.get(&id).map(|plan| plan.to_vec()))
    }
}
