//! Why the pool refused a transaction.

use alloy_primitives::{B256, U256};
use praxis_primitives::Fault;

/// A refused transaction. The messages begin with the words of geth, which Ethereum's clients look for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PoolError {
    /// The same transaction is there already.
    #[error("already known")]
    AlreadyKnown(B256),
    /// The nonce is used.
    #[error("nonce too low: next nonce {expected}, tx nonce {given}")]
    NonceTooLow {
        /// The account's nonce.
        expected: u64,
        /// The transaction's.
        given: u64,
    },
    /// EIP-2681: no transaction has this nonce.
    #[error("nonce has max value: {0}")]
    NonceMax(u64),
    /// The sender can't pay gas at the fee cap plus value.
    #[error("insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}", overshot(*cost, *balance))]
    InsufficientFunds {
        /// The sender's balance in wei.
        balance: U256,
        /// What the transaction may cost.
        cost: U256,
    },
    /// The sender could pay this transaction, but not also those that wait before it.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, tx cost {cost}, overshot {}",
        overshot(queued.saturating_add(*cost), *balance)
    )]
    Overdraft {
        /// The sender's balance in wei.
        balance: U256,
        /// What its executable transactions may cost, without the one that would be replaced.
        queued: U256,
        /// What the transaction may cost.
        cost: U256,
    },
    /// Another transaction with that nonce pays too much to be replaced.
    #[error("replacement transaction underpriced: max fee and priority fee must rise by {percent} %")]
    Underpriced {
        /// The required rise.
        percent: u128,
    },
    /// The pool is full of better paying ones.
    #[error("txpool is full: everything in it pays more than this transaction")]
    PoolFull,
    /// The sender has as many transactions in the pool as it may.
    #[error("account limit exceeded: pooled {transactions} txs, {bytes} bytes")]
    AccountLimit {
        /// How many.
        transactions: usize,
        /// Their length.
        bytes: usize,
    },
    /// A delegated account has one transaction under way already.
    #[error("in-flight transaction limit reached for delegated accounts")]
    InflightLimit,
    /// A delegated account's transaction must be its next.
    #[error("gapped-nonce tx from delegated accounts: next nonce {expected}, tx nonce {given}")]
    DelegatedGap {
        /// The account's nonce.
        expected: u64,
        /// The transaction's.
        given: u64,
    },
    /// The signer of an authorization has several transactions of its own in the pool.
    #[error("authority already reserved")]
    AuthorityReserved,
    /// EIP-3607.
    #[error("sender not an eoa")]
    SenderHasCode,
    /// The fee cap is below the lowest base fee that the chain can have.
    #[error("max fee per gas less than block base fee: {given} wei, the chain's floor is {floor} wei")]
    FeeTooLow {
        /// The transaction's fee cap.
        given: u128,
        /// The floor.
        floor: u64,
    },
    /// The tip is above the cap.
    #[error("max priority fee per gas higher than max fee per gas: tip {tip}, fee cap {fee_cap}")]
    TipAboveFeeCap {
        /// The priority fee.
        tip: u128,
        /// The fee cap.
        fee_cap: u128,
    },
    /// Gas beyond what a block allows.
    #[error("exceeds block gas limit: tx gas {given}, limit {limit}")]
    GasLimit {
        /// The transaction's gas limit.
        given: u64,
        /// The bound.
        limit: u64,
    },
    /// EIP-7825.
    #[error("transaction gas limit too high (cap: {cap}, tx: {given})")]
    GasLimitAboveCap {
        /// The transaction's gas limit.
        given: u64,
        /// The bound.
        cap: u64,
    },
    /// Less gas than the transaction costs before its first instruction.
    #[error("intrinsic gas too low: gas {given}, minimum needed {needed}")]
    IntrinsicGas {
        /// The transaction's gas limit.
        given: u64,
        /// What it needs.
        needed: u64,
    },
    /// EIP-7623.
    #[error("insufficient gas for floor data gas cost: gas {given}, minimum needed {needed}")]
    FloorGas {
        /// The transaction's gas limit.
        given: u64,
        /// What it needs.
        needed: u64,
    },
    /// EIP-3860.
    #[error("max initcode size exceeded: code size {given}, limit {limit}")]
    InitcodeSize {
        /// Length of the creation code.
        given: usize,
        /// The bound.
        limit: usize,
    },
    /// EIP-7702 wants at least one authorization.
    #[error("set code tx must have at least one authorization tuple")]
    NoAuthorizations,
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

const fn overshot(cost: U256, balance: U256) -> U256 {
    cost.saturating_sub(balance)
}
