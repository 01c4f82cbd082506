//! Errors of the pipeline, classed by what the caller has to do.

use crate::attributes::AttributesError;
use alloy_eips::BlockNumHash;
use alloy_primitives::B256;

/// What went wrong in the pipeline, by what the caller has to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PipelineError {
    /// Call again later, or with something else; the pipeline's state did not change.
    #[error(transparent)]
    Temporary(#[from] TemporaryError),
    /// Find the newest checkpoint that is still on L1 and reset to it.
    #[error(transparent)]
    Reset(#[from] ResetError),
    /// Stop: going on would derive a wrong chain.
    #[error(transparent)]
    Critical(#[from] CriticalError),
}

/// The call came too early or too late.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemporaryError {
    /// An L1 block that the pipeline does not want now.
    #[error("L1 block {given} was pushed, but the next one is {wanted}")]
    OutOfOrder {
        /// Number of the block that was pushed.
        given: u64,
        /// Number of the block that is wanted.
        wanted: u64,
    },
    /// Blobs that do not answer to [`crate::Step::NeedBlobs`].
    #[error("{given} blobs were pushed, but {wanted} are wanted")]
    Blobs {
        /// How many were pushed.
        given: usize,
        /// How many are wanted now.
        wanted: usize,
    },
    /// An L1 block was pushed before the last one was consumed.
    #[error("L1 block {given} was pushed, but block {current} is not consumed yet: step until it is")]
    NotConsumed {
        /// Number of the block that was pushed.
        given: u64,
        /// Number of the block under derivation.
        current: u64,
    },
}

/// The L1 or L2 chain is no longer the one that the pipeline followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResetError {
    /// The pushed L1 block does not build on the one before.
    #[error("L1 reorganised: block {number} builds on {given_parent}, not on {expected_parent}")]
    L1Reorg {
        /// Number of the pushed block.
        number: u64,
        /// The parent that it names.
        given_parent: B256,
        /// The block pushed before it.
        expected_parent: B256,
    },
    /// A pushed L1 block is not the one that the checkpoint or the safe head names.
    #[error("L1 reorganised: block {} is {given}, but derivation had seen {}", expected.number, expected.hash)]
    L1Mismatch {
        /// The block as the pipeline knows it.
        expected: BlockNumHash,
        /// The hash of the pushed block.
        given: B256,
    },
    /// The safe head given to `step` is neither the one before nor a child of it.
    #[error(
        "the L2 safe head moved to block {} ({}), which is not a child of block {} ({})",
        given.number, given.hash, expected_parent.number, expected_parent.hash
    )]
    SafeHead {
        /// The head that was given.
        given: BlockNumHash,
        /// The head before.
        expected_parent: BlockNumHash,
    },
}

/// Nothing that happens on L1 may cause one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CriticalError {
    /// A configuration that derivation cannot hold in memory.
    #[error(
        "sequencing window {sequencing_window} and channel timeout {channel_timeout} are {} L1 blocks together, but \
         derivation holds at most {}", sequencing_window.saturating_add(*channel_timeout), crate::limits::MAX_L1_BLOCKS
    )]
    Windows {
        /// `sequencing_window` of the configuration.
        sequencing_window: u64,
        /// `channel_timeout` of the configuration.
        channel_timeout: u64,
    },
    /// The checkpoint names an L1 block before its safe head's L1 origin, or before genesis.
    #[error(
        "the checkpoint at L1 block {l1} cannot be: its safe head has L1 origin {origin}, the rollup began at {genesis}"
    )]
    Checkpoint {
        /// Its L1 block.
        l1: u64,
        /// Its safe head's L1 origin.
        origin: u64,
        /// The rollup's first L1 block.
        genesis: u64,
    },
    /// Attributes were rejected that hold no transaction of a batch.
    #[error("block {number} holds only deposits, yet execution rejected it: the node's execution is at fault")]
    DepositsRejected {
        /// Number of the block.
        number: u64,
    },
    /// `reject` without attributes to reject.
    #[error("no attributes are waiting to be executed, so there is nothing to reject")]
    NothingToReject,
    /// An accepted batch does not build.
    #[error("attributes of an accepted batch do not build: {0}")]
    Attributes(#[from] AttributesError),
    /// An L1 block that has to be there is not.
    #[error("L1 block {number} is needed as an L1 origin, but the pipeline does not hold it")]
    MissingOrigin {
        /// Its number.
        number: u64,
    },
}
