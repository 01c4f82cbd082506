//! What execution gives.

use alloy_eips::eip7685::Requests;
use alloy_primitives::{Address, B256, Bytes, Log};
use praxis_primitives::{InferenceEntry, ModelChunk, Receipt, StateBefore, StateDiff};
use revm::context::result::{ExecutionResult, HaltReason};

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TxStatus {
    /// It succeeded.
    Success,
    /// It reverted; the output holds the reason.
    Reverted,
    /// It was stopped, and used all of its gas. The reason is for people.
    Halted(String),
    /// A deposit that could not begin (its gas does not pay for itself, or its value is more than its sender has). Mint
    /// and nonce are kept, all of its gas is used.
    FailedDeposit(String),
}

/// A transaction in a block. Its receipt and inferences stay with the executor:
/// [`BlockExecutor::last_receipt`](crate::BlockExecutor::last_receipt),
/// [`BlockExecutor::last_inferences`](crate::BlockExecutor::last_inferences).
#[derive(Debug, Clone)]
pub struct TxOutcome {
    /// How it ended.
    pub status: TxStatus,
    /// Gas used, refunds deducted.
    pub gas_used: u64,
    /// What the call returned or reverted with; the code of a created contract.
    pub output: Bytes,
    /// Address of the contract that the transaction created.
    pub created: Option<Address>,
}

impl TxOutcome {
    /// Whether it succeeded.
    pub fn success(&self) -> bool {
        self.status == TxStatus::Success
    }
}

/// What a block's execution gives.
#[derive(Debug, Clone, Default)]
pub struct ExecutionOutput {
    /// A receipt for each transaction.
    pub receipts: Vec<Receipt>,
    /// Gas used by all of them.
    pub gas_used: u64,
    /// Blob gas used by all of them.
    pub blob_gas_used: u64,
    /// Before Byzantium, the state root after each transaction, which its receipt holds; for whoever has the trie to fill
    /// in. Empty since.
    pub state_roots: Vec<B256>,
    /// What changed.
    pub diff: StateDiff,
    /// What stood in the parent's state where something changed.
    pub before: StateBefore,
    /// Inferences of all transactions, in order.
    pub inferences: Vec<InferenceEntry>,
    /// Model chunks that successful transactions brought in.
    pub chunks: Vec<ModelChunk>,
    /// EIP-7685 requests: on the rollup the commitment to the inferences or nothing, on Ethereum those to the beacon chain.
    pub requests: Requests,
}

/// revm's result taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) status: TxStatus,
    pub(crate) gas_used: u64,
    /// Before refunds are deducted, with EIP-7623's floor.
    pub(crate) gas_spent: u64,
    pub(crate) output: Bytes,
    pub(crate) created: Option<Address>,
    pub(crate) logs: Vec<Log>,
}

impl Ended {
    pub(crate) fn failed_deposit(reason: String, gas_limit: u64) -> Self {
        Self {
            status: TxStatus::FailedDeposit(reason),
            gas_used: gas_limit,
            gas_spent: gas_limit,
            output: Bytes::new(),
            created: None,
            logs: Vec::new(),
        }
    }

    pub(crate) fn new(result: ExecutionResult<HaltReason>) -> Self {
        let gas_used = result.tx_gas_used();
        let created = result.created_address();
        let gas = *result.gas();
        let gas_spent = gas.total_gas_spent().max(gas.floor_gas());
        let (status, output, logs) = match result {
            ExecutionResult::Success { logs, output, .. } => (TxStatus::Success, output.into_data(), logs),
            ExecutionResult::Revert { output, .. } => (TxStatus::Reverted, output, Vec::new()),
            ExecutionResult::Halt { reason, .. } => (TxStatus::Halted(format!("{reason:?}")), Bytes::new(), Vec::new()),
        };
        Self { status, gas_used, gas_spent, output, created, logs }
    }
}
