//! Heads: how sure the node is of which block, and going back.

use crate::{Chain, ChainError, ChainEvent, ImportedBlock};
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use std::sync::Arc;

impl Chain {
    fn id_at(&self, number: u64) -> Result<BlockNumHash, ChainError> {
        let header = self.db.header(number)?.ok_or(ChainError::UnknownBlock(number))?;
        Ok(BlockNumHash::new(number, header.hash()))
    }

    /// Moves the safe head, forwards or (after a reorg of L1) backwards.
    ///
    /// # Errors
    /// When there is no such block or the write fails.
    pub fn set_safe(&self, number: u64) -> Result<(), ChainError> {
        let id = self.id_at(number)?;
        if self.safe_head()? != id {
            self.db.set_safe(id)?;
            metrics::gauge!("praxis_safe_block").set(number as f64);
            self.announce(ChainEvent::Safe(id));
        }
        Ok(())
    }

    /// Moves the finalized head forwards; a lower number changes nothing.
    ///
    /// # Errors
    /// When there is no such block or the write fails.
    pub fn set_finalized(&self, number: u64) -> Result<(), ChainError> {
        if self.finalized_head()?.number >= number {
            return Ok(());
        }
        let id = self.id_at(number)?;
        self.db.set_finalized(id)?;
        metrics::gauge!("praxis_finalized_block").set(number as f64);
        self.announce(ChainEvent::Finalized(id));
        Ok(())
    }

    /// Takes back every block above `number`.
    ///
    /// # Errors
    /// When that would take back a final block, or the write fails.
    pub fn unwind_to(&self, number: u64) -> Result<(), ChainError> {
        let _writing = self.writer.lock();
        self.unwind_locked(number)
    }

    /// As [`Self::unwind_to`], but only while `head` is the head: for a role that found out about `head` before, beside
    /// another one that may have moved on meanwhile. Gives whether it was.
    ///
    /// # Errors
    /// As [`Self::unwind_to`].
    pub fn unwind_from(&self, head: B256, number: u64) -> Result<bool, ChainError> {
        let _writing = self.writer.lock();
        if self.head().hash() != head {
            return Ok(false);
        }
        self.unwind_locked(number)?;
        Ok(true)
    }

    /// The same for a caller that holds the writer's lock.
    pub(crate) fn unwind_locked(&self, number: u64) -> Result<(), ChainError> {
        let head = self.head();
        if number >= head.number {
            return Ok(());
        }
        let finalized = self.finalized_head()?;
        if number < finalized.number {
            return Err(ChainError::Final { to: number, finalized: finalized.number });
        }
        let mut removed = Vec::new();
        for n in number + 1..=head.number {
            let block = self.db.block(n)?.ok_or(ChainError::UnknownBlock(n))?;
            let receipts = self.db.receipts(n)?.ok_or(ChainError::UnknownBlock(n))?;
            let inferences = self.db.inferences(n)?.unwrap_or_default();
            removed.push(Arc::new(ImportedBlock { block, receipts, inferences, changed: vec![] }));
        }
        self.db.unwind_to(number)?;
        let header = self.db.header(number)?.ok_or(ChainError::UnknownBlock(number))?;
        let to = BlockNumHash::new(number, header.hash());
        *self.head.write() = header;
        tracing::info!(from = head.number, to = number, "unwound the chain");
        self.announce(ChainEvent::Unwound { to, removed });
        Ok(())
    }
}
