//! What can go wrong with a chain.

use praxis_evm::HeaderMismatch;
use praxis_primitives::{Fault, L1AttributesError};
use praxis_storage::StorageError;
use praxis_trie::TrieError;

/// A chain operation that did not happen. Nothing of it is on disk.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The database failed. The node stops: going on could lose what it acknowledged.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The trie's nodes do not fit together.
    #[error("the state trie is damaged: {0}; restart with an empty data directory to derive the chain again from L1")]
    Trie(#[from] TrieError),
    /// The chain has a version of the inference engine that this build does not run.
    #[error(
        "the rollup has version {version} of the inference engine from {from_ms} ms on, which this build does not run: \
         install a newer praxis"
    )]
    Engine {
        /// The version.
        version: u32,
        /// From which L2 time on it is live.
        from_ms: u64,
    },
    /// The node could not execute what every healthy node can.
    #[error("block {number} could not be executed: {fault}")]
    Fault {
        /// Number of the block.
        number: u64,
        /// Why.
        fault: Fault,
    },
    /// A block does not follow the head.
    #[error("block {number} has parent {parent}, but the head is block {head_number}, {head}")]
    NotOnHead {
        /// Number of the block.
        number: u64,
        /// Its parent.
        parent: alloy_primitives::B256,
        /// Number of the head.
        head_number: u64,
        /// The head.
        head: alloy_primitives::B256,
    },
    /// A block holds a transaction that can't be in it.
    #[error("block {number}: transaction {index} is invalid: {reason}")]
    InvalidTransaction {
        /// Number of the block.
        number: u64,
        /// Index of the transaction.
        index: usize,
        /// Why.
        reason: String,
    },
    /// A header says something else than execution.
    #[error("block {number}: {mismatch}")]
    Header {
        /// Number of the block.
        number: u64,
        /// The first field that differs.
        mismatch: HeaderMismatch,
    },
    /// A block does not begin as every rollup block does.
    #[error("block {number}: {error}")]
    Attributes {
        /// Number of the block.
        number: u64,
        /// What is wrong with it.
        error: L1AttributesError,
    },
    /// A file for whoever looks into a difference was not written.
    #[error("{path} can't be written: {reason}", path = path.display())]
    WitnessFile {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no such block.
    #[error("there is no block {0} in this database")]
    UnknownBlock(u64),
    /// A head may not go there.
    #[error("the chain can't be unwound to block {to}: block {finalized} is final")]
    Final {
        /// Where it was to go.
        to: u64,
        /// The finalized block.
        finalized: u64,
    },
}

impl ChainError {
    pub(crate) const fn fault(number: u64, fault: Fault) -> Self {
        Self::Fault { number, fault }
    }

    /// Whether the node itself is broken, so that trying again or taking another block does not help.
    pub const fn is_fault(&self) -> bool {
        matches!(self, Self::Storage(_) | Self::Trie(_) | Self::Fault { .. })
    }

    /// Whether a block did not come out as whoever sealed it says.
    pub const fn is_divergence(&self) -> bool {
        matches!(self, Self::Header { .. } | Self::InvalidTransaction { .. })
    }
}
