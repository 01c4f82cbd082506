//! The heads of the chain.

use crate::StorageError;
use praxis_primitives::BlockNumHash;

/// The newest block, and how far L1 backs the chain. Always finalized <= safe <= newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// The newest block ("unsafe" in the OP specification, "latest" in JSON-RPC).
    pub head: BlockNumHash,
    /// The newest block that was derived from L1.
    pub safe: BlockNumHash,
    /// The newest block that was derived from finalized L1 blocks.
    pub finalized: BlockNumHash,
}

/// Heads to move; `None` leaves one where it is. The safe head may move back, the finalized one may not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeadUpdate {
    /// The new safe head.
    pub safe: Option<BlockNumHash>,
    /// The new finalized head.
    pub finalized: Option<BlockNumHash>,
}

impl Heads {
    /// All three at genesis.
    pub(crate) const fn genesis(id: BlockNumHash) -> Self {
        Self { head: id, safe: id, finalized: id }
    }

    /// Checks the order.
    pub(crate) const fn check(self) -> Result<Self, StorageError> {
        let (finalized, safe, head) = (self.finalized.number, self.safe.number, self.head.number);
        if finalized > safe || safe > head {
            return Err(StorageError::HeadOrder { finalized, safe, head });
        }
        Ok(self)
    }
}
