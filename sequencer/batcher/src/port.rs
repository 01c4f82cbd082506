//! What the batcher needs to know of L2. The node's chain implements it; so does a test's.

use alloy_eips::BlockNumHash;
use praxis_primitives::{Fault, L2BlockInfo, SealedBlock};

/// How far derivation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafeView {
    /// The safe head.
    pub safe: L2BlockInfo,
    /// The last L1 block that derivation consumed to its end to reach it.
    pub derived_l1: BlockNumHash,
}

/// The sequencer's chain as the batcher sees it.
pub trait L2Source: Send + Sync {
    /// Number of the newest block.
    ///
    /// # Errors
    /// When the node cannot read its database.
    fn head(&self) -> Result<u64, Fault>;

    /// How far derivation is; `None` until it has caught up with L1 since the node started. Never a default: a safe
    /// head read as genesis would post the whole chain again.
    ///
    /// # Errors
    /// When the node cannot read its database.
    fn safe(&self) -> Result<Option<SafeView>, Fault>;

    /// The canonical block `number`, if there is one.
    ///
    /// # Errors
    /// When the node cannot read its database.
    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault>;
}

impl<T: L2Source + ?Sized> L2Source for std::sync::Arc<T> {
    fn head(&self) -> Result<u64, Fault> {
        (**self).head()
    }
    fn safe(&self) -> Result<Option<SafeView>, Fault> {
        (**self).safe()
    }
    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault> {
        (**self).block(number)
    }
}
