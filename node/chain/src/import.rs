//! Importing a block that somebody else (or this node's own builder) sealed.

use crate::{Chain, ChainError, ImportedBlock, execute::Purpose};
use praxis_evm::{BlockContext, ExecuteError, check_header};
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
        let context = BlockContext::of_block(&self.spec, &parent, block.header())
            .map_err(|mismatch| ChainError::Header { number, mismatch })?;
        let mut executor = self.executor(&context, &state, Purpose::Check)?;
        let transactions: Vec<_> = block.clone_transactions_recovered().collect();
        for (index, tx) in transactions.iter().enumerate() {
            executor.execute(tx).map_err(|error| match error {
                ExecuteError::Invalid(reason) => {
                    ChainError::InvalidTransaction { number, index, reason: reason.to_string() }
                }
                ExecuteError::Fault(fault) => ChainError::fault(number, fault),
            })?;
        }
        let output = executor.finish().map_err(|fault| ChainError::fault(number, fault))?;
        let executed = self.close(&context, &parent, &state, transactions, output)?;
        check_header(executed.block.header(), block.header())
            .map_err(|mismatch| ChainError::Header { number, mismatch })?;
        self.commit(executed)
    }
}
