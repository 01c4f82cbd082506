//! Execution witnesses: everything that executing one block reads, so that whoever has the parent's hash can execute it
//! without a database.

mod record;
mod replay;

use crate::{Chain, ChainError, execute::Base};
use alloy_primitives::{B256, Bytes};
use praxis_evm::ModelAccess;
use praxis_precompile::{DEFAULT_CACHE_BYTES, ModelCache};
use praxis_primitives::RecoveredBlock;
use praxis_storage::StateView;
use record::{RecordingModels, RecordingState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use replay::{Replayed, replay};

/// What a block reads beside its own bytes. The first four fields are those of `debug_executionWitness` as other clients
/// serve it; everything in it is checked against a hash when it is used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionWitness {
    /// RLP of the trie nodes on the paths that were read or changed, of the state before the block.
    pub state: Vec<Bytes>,
    /// Codes that were run.
    pub codes: Vec<Bytes>,
    /// What the nodes' keys are hashes of: addresses (20 bytes), each followed by its slots (32 bytes).
    pub keys: Vec<Bytes>,
    /// RLP of headers, oldest first: the parent's, and as many before it as the block asked for hashes of.
    pub headers: Vec<Bytes>,
    /// Plans of the models that were asked for, in their canonical encoding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Bytes>,
}

impl Chain {
    /// The witness of block `number`, which is executed again for it.
    ///
    /// # Errors
    /// When there is no such block, it is genesis, the state before it has been pruned, or the node has a fault.
    pub fn execution_witness(&self, number: u64) -> Result<ExecutionWitness, ChainError> {
        let before = number.checked_sub(1).ok_or(ChainError::UnknownBlock(0))?;
        let block = self.db.block(number)?.ok_or(ChainError::UnknownBlock(number))?;
        Ok(self.witness_of(&block, &self.db.state_at(before)?)?.0)
    }

    /// The witness of executing `block` on `state`, and how that ended: of a block that does not come out as its header
    /// says, too.
    pub(crate) fn witness_of(
        &self,
        block: &RecoveredBlock,
        state: &StateView,
    ) -> Result<(ExecutionWitness, Result<B256, ChainError>), ChainError> {
        let number = state.block().number;
        let parent = state.reader().header(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let fault = |fault| ChainError::fault(block.number, fault);
        let recording = RecordingState::new(state, state);
        let models = Arc::new(RecordingModels::new(Arc::new(state.clone())));
        // A cache of its own: a model that another block has prepared would not be asked for.
        let access = ModelAccess::new(models.clone(), Arc::new(ModelCache::new(DEFAULT_CACHE_BYTES)));
        let base = Base { hook: None, ..self.base(&parent, state) };
        let base = Base { state: &recording, nodes: recording.nodes(), warm: None, ..base };
        let ended = base.check(block, access).map(|executed| executed.block.hash());
        let (mut witness, oldest) = recording.finish().map_err(fault)?;
        for number in oldest.unwrap_or(parent.number).min(parent.number)..=parent.number {
            let header = state.reader().header(number)?.ok_or(ChainError::UnknownBlock(number))?;
            witness.headers.push(alloy_rlp::encode(header.header()).into());
        }
        witness.models = models.taken();
        Ok((witness, ended))
    }
}
