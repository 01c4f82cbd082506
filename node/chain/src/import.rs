//! Importing a block that somebody else (or this node's own builder) sealed.

use crate::{Chain, ChainError, ImportedBlock};
use praxis_primitives::{L2BlockInfo, RecoveredBlock};
use std::sync::Arc;

impl Chain {
    /// Executes a sealed block on the head, compares every field of its header with the execution's, and writes it.
    ///
    /// # Errors
    /// When it does not follow the head, does not begin as a rollup block does, holds an invalid transaction, its header
    /// differs in a field, or the node has a fault. Nothing is written then.
    pub fn import(&self, block: &RecoveredBlock) -> Result<Arc<ImportedBlock>, ChainError> {
        let number = block.number;
        if let Some(config) = self.rollup() {
            // A rollup block that does not begin with its L1 attributes could be built on by nobody.
            L2BlockInfo::of(block.sealed_block(), config).map_err(|error| ChainError::Attributes { number, error })?;
        }
        let _writing = self.writer.lock();
        let parent = self.require_head(number, block.parent_hash)?;
        let state = self.db.state_at(parent.number)?;
        let executed = self.base(&parent, &state).check(block, self.models(&state))?;
        self.commit(executed, false)
    }
}
