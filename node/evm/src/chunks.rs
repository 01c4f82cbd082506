//! Model chunks out of logs.

use alloy_primitives::Log;
use alloy_sol_types::SolEvent;
use praxis_contracts::{IModelRegistry, addresses::MODEL_REGISTRY};
use praxis_primitives::{Fault, ModelChunk};

/// The chunks that a successful transaction brought in.
///
/// # Errors
/// When ModelRegistry emitted a chunk's log in another form than its interface says: this node's idea of the contract is
/// wrong, and it would store other bytes than the chain holds.
pub(crate) fn of_logs(logs: &[Log]) -> Result<Vec<ModelChunk>, Fault> {
    logs.iter().filter(|log| is_chunk(log)).map(chunk).collect()
}

fn is_chunk(log: &Log) -> bool {
    log.address == MODEL_REGISTRY && log.topics().first() == Some(&IModelRegistry::Chunk::SIGNATURE_HASH)
}

fn chunk(log: &Log) -> Result<ModelChunk, Fault> {
    let event = IModelRegistry::Chunk::decode_log(log)
        .map_err(|error| Fault::new(format!("a chunk's log of ModelRegistry does not decode: {error}")))?
        .data;
    Ok(ModelChunk { model: event.id, index: event.index, data: event.data })
}
