//! What the chain tells those who follow it.

use alloy_eips::BlockNumHash;
use alloy_primitives::Address;
use praxis_primitives::{InferenceEntry, Receipt, RecoveredBlock};
use std::sync::Arc;

/// A block that is on disk.
#[derive(Debug, Clone)]
pub struct ImportedBlock {
    /// The block.
    pub block: RecoveredBlock,
    /// Its receipts, in order.
    pub receipts: Vec<Receipt>,
    /// Its inferences, in order.
    pub inferences: Vec<InferenceEntry>,
    /// Accounts whose nonce, balance, code or storage it changed, in order. Empty for a block that is taken back.
    pub changed: Vec<Address>,
}

/// A change of the chain.
#[derive(Debug, Clone)]
pub enum ChainEvent {
    /// A new head.
    Imported(Arc<ImportedBlock>),
    /// The blocks above `to` are gone; they are listed from the lowest.
    Unwound {
        /// The head now.
        to: BlockNumHash,
        /// What was there.
        removed: Vec<Arc<ImportedBlock>>,
    },
    /// Derivation has confirmed the chain up to here.
    Safe(BlockNumHash),
    /// The L1 blocks that it came from are final.
    Finalized(BlockNumHash),
}
