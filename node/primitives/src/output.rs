//! The output root, as the OP Stack defines version 0.

use crate::Header;
use alloy_primitives::{B256, keccak256};

/// Version word of the output root.
pub const OUTPUT_ROOT_VERSION: B256 = B256::ZERO;

/// What an output root commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputPreimage {
    /// State root of the block.
    pub state_root: B256,
    /// Storage root of the L2ToL1MessagePasser after the block.
    pub message_passer_storage_root: B256,
    /// Hash of the block.
    pub block_hash: B256,
}

impl OutputPreimage {
    /// Reads the preimage off a sealed rollup header; `None` when it has no withdrawals root, which no rollup block
    /// lacks.
    pub fn of(header: &Header, hash: B256) -> Option<Self> {
        Some(Self {
            state_root: header.state_root,
            message_passer_storage_root: header.withdrawals_root?,
            block_hash: hash,
        })
    }

    /// keccak256(version ‖ state root ‖ message passer storage root ‖ block hash).
    pub fn root(&self) -> B256 {
        let words = [OUTPUT_ROOT_VERSION, self.state_root, self.message_passer_storage_root, self.block_hash];
        keccak256(words.map(|word| word.0).concat())
    }
}
