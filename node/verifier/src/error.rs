//! Why following L1 stopped.

use praxis_chain::{ChainError, SafeChainError};
use praxis_derive::PipelineError;
use praxis_l1::L1Error;

/// Following L1 does not go on.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// L1 can't be read.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// One L1 block can't be read.
    #[error("L1 block {number} can't be read: {error}")]
    Block {
        /// Its number.
        number: u64,
        /// Why.
        error: L1Error,
    },
    /// The chain or its derivation failed.
    #[error(transparent)]
    Safe(#[from] SafeChainError),
}

impl From<ChainError> for DriverError {
    fn from(error: ChainError) -> Self {
        Self::Safe(error.into())
    }
}

impl DriverError {
    /// Whether L1 has reorganised, so that going back is what helps.
    pub(crate) const fn is_reset(&self) -> bool {
        matches!(self, Self::Safe(SafeChainError::Pipeline(PipelineError::Reset(_))))
    }

    /// Whether trying again later can help: L1 was away, or answered badly.
    pub const fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::L1(_) | Self::Block { .. } | Self::Safe(SafeChainError::Pipeline(PipelineError::Temporary(_)))
        )
    }
}
