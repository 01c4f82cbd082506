//! Why a call gives no result.

use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{Panic, PanicKind, SolError};

/// Why a call gives no result. Only the first two are outcomes.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The call reverts with this data.
    Revert(Bytes),
    /// The call's gas does not pay for the work.
    OutOfGas,
    /// The node cannot compute. It stops before this block.
    Fault(String),
}

impl Stop {
    /// Reverts with an error of the ABI.
    pub(crate) fn error(error: &impl SolError) -> Self {
        Self::Revert(error.abi_encode().into())
    }

    /// Reverts without data, as a Solidity contract does when it cannot decode its calldata or is sent value.
    pub(crate) const fn empty() -> Self {
        Self::Revert(Bytes::new())
    }

    /// Reverts as Solidity does for an index out of range.
    pub(crate) fn index_out_of_range() -> Self {
        Self::panic(PanicKind::ArrayOutOfBounds)
    }

    /// Reverts as Solidity does for an argument that overflows.
    pub(crate) fn overflow() -> Self {
        Self::panic(PanicKind::UnderOverflow)
    }

    fn panic(kind: PanicKind) -> Self {
        Self::error(&Panic { code: U256::from(kind as u32) })
    }

    pub(crate) fn fault(reason: impl core::fmt::Display) -> Self {
        Self::Fault(reason.to_string())
    }
}
