//! Why the pool refused a transaction.

use alloy_primitives::{Address, B256, U256};
use praxis_primitives::Fault;

/// A refused transaction. The messages begin with the words that Ethereum clients look for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PoolError {
    /// The same transaction is there already.
    #[error("already known: {0}")]
    AlreadyKnown(B256),
    /// The nonce is used.
    #[error("nonce too low: next nonce {expected}, tx nonce {given}")]
    NonceTooLow {
        /// The account's nonce.
        expected: u64,
        /// The transaction's.
        given: u64,
    },
    /// The nonce is further ahead than the pool keeps.
    #[error("nonce too high: next nonce {expected}, tx nonce {given}, at most {limit} ahead")]
    NonceTooHigh {
        /// The account's nonce.
        expected: u64,
        /// The transaction's.
        given: u64,
        /// The bound.
        limit: usize,
    },
    /// The sender can't pay gas at the fee cap plus value.
    #[error("insufficient funds for gas * price + value: address {address} have {have} want {want}")]
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// Its balance in wei.
        have: U256,
        /// What it would need.
        want: U256,
    },
    /// Another transaction with that nonce pays too much to be replaced.
    #[error("replacement transaction underpriced: max fee and priority fee must rise by {percent} %")]
    Underpriced {
        /// The required rise.
        percent: u128,
    },
    /// The pool is full of better paying ones.
    #[error("transaction underpriced: the pool is full and everything in it pays more")]
    PoolFull,
    /// The fee cap is below the lowest base fee that the chain can have.
    #[error("max fee per gas less than block base fee: {given} wei, the chain's floor is {floor} wei")]
    FeeTooLow {
        /// The transaction's fee cap.
        given: u128,
        /// The floor.
        floor: u64,
    },
    /// The tip is above the cap.
    #[error("max priority fee per gas higher than max fee per gas")]
    TipAboveFeeCap,
    /// Gas beyond what a block or EIP-7825 allows.
    #[error("exceeds block gas limit: tx gas {given}, limit {limit}")]
    GasLimit {
        /// The transaction's gas limit.
        given: u64,
        /// The bound.
        limit: u64,
    },
    /// Less gas than the transaction costs before its first instruction.
    #[error("intrinsic gas too low: gas {given}, minimum needed {needed}")]
    IntrinsicGas {
        /// The transaction's gas limit.
        given: u64,
        /// What it needs.
        needed: u64,
    },
    /// Signed for another chain.
    #[error("invalid chain id for signer: have {given} want {expected}")]
    ChainId {
        /// The transaction's.
        given: u64,
        /// This chain's.
        expected: u64,
    },
    /// A type that the chain does not take.
    #[error("transaction type not supported: {0}")]
    Type(&'static str),
    /// Larger than a transaction may be.
    #[error("oversized data: transaction size {given}, limit {limit}")]
    Oversized {
        /// Its encoded length.
        given: usize,
        /// The bound.
        limit: usize,
    },
    /// The node could not read the sender's account.
    #[error(transparent)]
    Fault(#[from] Fault),
}
