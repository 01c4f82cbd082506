//! Why a transaction is not executed.

use alloy_primitives::U256;
use praxis_primitives::Fault;
use revm::context::result::InvalidTransaction as Refused;

/// A transaction that did not execute. Neither leaves a trace in the block.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecuteError {
    /// The transaction cannot stand in the block at this place. A block that holds it is invalid.
    #[error("invalid transaction: {0}")]
    Invalid(#[from] InvalidTransaction),
    /// The node cannot go on with this block.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ExecuteError {
    /// The fault; an invalid transaction where there can be none is one, too.
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            Self::Fault(fault) => fault,
            Self::Invalid(reason) => Fault::new(format!("a system call failed: {reason}")),
        }
    }
}

/// Why a transaction cannot stand in a block at its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTransaction {
    /// The sender has already used the nonce.
    #[error("nonce {given} is too low, the sender's next is {expected}")]
    NonceTooLow {
        /// The sender's next nonce.
        expected: u64,
        /// The transaction's.
        given: u64,
    },
    /// Transactions before it are missing.
    #[error("nonce {given} is too high, the sender's next is {expected}")]
    NonceTooHigh {
        /// The sender's next nonce.
        expected: u64,
        /// The transaction's.
        given: u64,
    },
    /// The sender cannot pay for the value, all of the gas, and on the rollup the L1 and operator fees.
    #[error("insufficient funds: balance {balance}, value, gas and fees cost {cost}")]
    InsufficientFunds {
        /// What they cost at most, in wei.
        cost: U256,
        /// What the sender has, in wei.
        balance: U256,
    },
    /// Value and gas cost more than there can be.
    #[error("value and gas cost more than 2^256 - 1 wei")]
    CostOverflow,
    /// The block has not enough gas left.
    #[error("gas limit {gas_limit} is more than the {gas_left} gas that the block has left")]
    BlockGasExceeded {
        /// The transaction's gas limit.
        gas_limit: u64,
        /// Gas that the block has left.
        gas_left: u64,
    },
    /// The block has no room for its blobs.
    #[error("its blobs take {blob_gas} blob gas, the block has {left} left")]
    BlobGasExceeded {
        /// Blob gas of the transaction.
        blob_gas: u64,
        /// Blob gas that the block has left.
        left: u64,
    },
    /// EIP-7825.
    #[error("gas limit {gas_limit} is more than a transaction may have, {cap}")]
    GasLimitAboveCap {
        /// The transaction's gas limit.
        gas_limit: u64,
        /// The most that it may be.
        cap: u64,
    },
    /// The gas limit does not pay for the transaction itself.
    #[error("gas limit {gas_limit} is less than the {required} gas that the transaction itself costs")]
    IntrinsicGas {
        /// The transaction's gas limit.
        gas_limit: u64,
        /// The least that it must be.
        required: u64,
    },
    /// It offers less than the block's base fee.
    #[error("the fee per gas is below the block's base fee of {base_fee} wei")]
    FeeBelowBaseFee {
        /// Base fee of the block in wei.
        base_fee: u64,
    },
    /// It offers more priority fee than fee.
    #[error("the priority fee is more than the fee per gas")]
    PriorityFeeAboveFee,
    /// It is meant for another chain, or does not say for which.
    #[error("the transaction is for another chain, this is chain {expected}")]
    ChainId {
        /// This chain's id.
        expected: u64,
    },
    /// The rollup takes no blob transactions.
    #[error("blob transactions are not accepted")]
    BlobTransaction,
    /// Only the rollup knows deposits.
    #[error("deposits are not transactions of this chain")]
    DepositOnEthereum,
    /// A deposit claims to be a system transaction, which no longer exist.
    #[error("a deposit must not be marked as a system transaction")]
    SystemDeposit,
    /// The state demands another transaction at this place: a scheduled call.
    #[error("the scheduled call {hash} must come first")]
    ScheduledCallMissing {
        /// Hash of the transaction that is due.
        hash: alloy_primitives::B256,
    },
    /// No scheduled call is due here.
    #[error("no scheduled call is due at this place of the block")]
    NotScheduled,
    /// Deposits stand before scheduled calls and the batch's transactions.
    #[error("a deposit stands after scheduled calls or transactions of a batch")]
    LateDeposit,
    /// EIP-3607.
    #[error("the sender is a contract")]
    SenderHasCode,
    /// EIP-3860.
    #[error("the creation code is longer than 49152 bytes")]
    CreationCodeTooLong,
    /// EIP-7702 wants at least one.
    #[error("the authorization list is empty")]
    EmptyAuthorizationList,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl InvalidTransaction {
    /// Translates revm's reason.
    pub(crate) fn from_revm(reason: Refused, chain_id: u64, base_fee: u64) -> Self {
        match reason {
            Refused::NonceTooLow { tx, state } => Self::NonceTooLow { expected: state, given: tx },
            Refused::NonceTooHigh { tx, state } => Self::NonceTooHigh { expected: state, given: tx },
            Refused::LackOfFundForMaxFee { fee, balance } => Self::InsufficientFunds { cost: *fee, balance: *balance },
            Refused::TxGasLimitGreaterThanCap { gas_limit, cap } => Self::GasLimitAboveCap { gas_limit, cap },
            Refused::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
                Self::IntrinsicGas { gas_limit, required: initial_gas }
            }
            Refused::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
                Self::IntrinsicGas { gas_limit, required: gas_floor }
            }
            Refused::OverflowPaymentInTransaction => Self::CostOverflow,
            Refused::GasPriceLessThanBasefee => Self::FeeBelowBaseFee { base_fee },
            Refused::PriorityFeeGreaterThanMaxFee => Self::PriorityFeeAboveFee,
            Refused::InvalidChainId | Refused::MissingChainId => Self::ChainId { expected: chain_id },
            Refused::RejectCallerWithCode => Self::SenderHasCode,
            Refused::CreateInitCodeSizeLimit => Self::CreationCodeTooLong,
            Refused::EmptyAuthorizationList => Self::EmptyAuthorizationList,
            other => Self::Other(other.to_string()),
        }
    }
}
