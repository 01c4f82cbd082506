//! Why a transaction was not included.

use crate::L1Error;
use alloy_primitives::{Address, B256, U256, utils::format_ether};

/// A transaction that was not included.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TxError {
    /// The account cannot pay.
    #[error(
        "{address} cannot pay for {label} on L1: it needs {} ETH and has {}; send ether to it",
        format_ether(*needed), format_ether(*has)
    )]
    InsufficientBalance {
        /// What was to be sent.
        label: String,
        /// The account.
        address: Address,
        /// Most that it may cost, with everything that is under way, in wei.
        needed: U256,
        /// The balance in wei.
        has: U256,
    },
    /// It would revert.
    #[error("{label} would revert on L1: {reason}")]
    WouldRevert {
        /// What was to be sent.
        label: String,
        /// The revert reason.
        reason: String,
    },
    /// It is in a block and reverted.
    #[error("{label} reverted on L1 in transaction {hash}")]
    Reverted {
        /// What was sent.
        label: String,
        /// The transaction.
        hash: B256,
    },
    /// The L1 node does not take it.
    #[error("L1 refused {label}: {reason}")]
    Rejected {
        /// What was to be sent.
        label: String,
        /// What it said.
        reason: String,
    },
    /// L1 answered something that no later attempt will change.
    #[error("{label}: {error}")]
    L1 {
        /// What was to be sent.
        label: String,
        /// What happened.
        error: Box<L1Error>,
    },
    /// Signing failed.
    #[error("{label} could not be signed: {reason}")]
    Signing {
        /// What was to be sent.
        label: String,
        /// Why.
        reason: String,
    },
    /// The manager was stopped before the transaction was included; it may be included all the same.
    #[error("the transaction manager was stopped")]
    Stopped,
}
