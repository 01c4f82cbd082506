//! What the proposer needs to know of L2.

use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_primitives::Fault;

/// The derived chain as the proposer sees it.
pub trait L2Outputs: Send + Sync {
    /// Number of the safe head and the last L1 block that derivation consumed to reach it; `None` until derivation has
    /// caught up since the node started.
    ///
    /// # Errors
    /// When the node cannot read its database.
    fn safe(&self) -> Result<Option<(u64, BlockNumHash)>, Fault>;

    /// The output root after the canonical block `number`, if there is such a block.
    ///
    /// # Errors
    /// When the node cannot read its database.
    fn output_root(&self, number: u64) -> Result<Option<B256>, Fault>;
}

impl<T: L2Outputs + ?Sized> L2Outputs for std::sync::Arc<T> {
    fn safe(&self) -> Result<Option<(u64, BlockNumHash)>, Fault> {
        (**self).safe()
    }
    fn output_root(&self, number: u64) -> Result<Option<B256>, Fault> {
        (**self).output_root(number)
    }
}
