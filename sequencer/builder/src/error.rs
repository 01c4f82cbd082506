//! Why no block was built.

use praxis_chain::{ChainError, Divergence};
use praxis_primitives::Fault;

/// A block that was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuilderError {
    /// The chain refused it or has a fault.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// This node refuses what it builds, twice in a row.
    #[error("this node builds blocks that its own check refuses, so it is broken: {0}")]
    Diverged(Box<Divergence>),
    /// The pool could not be brought up to the new head.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The L1 origin does not fit the head.
    #[error(transparent)]
    Attributes(#[from] praxis_derive::attributes::AttributesError),
    /// The node was set up as a sequencer of something that is no rollup.
    #[error("the sequencer needs a rollup's chain specification")]
    NotARollup,
}
