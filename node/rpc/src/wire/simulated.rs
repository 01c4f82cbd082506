//! Calls of simulated blocks.

use super::log_at;
use alloy_primitives::{Bytes, U64};
use alloy_rpc_types_eth::Log;
use praxis_evm::{CallOutcome, CallStatus};
use praxis_primitives::RecoveredBlock;
use serde::Serialize;

/// A call of a simulated block.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SimulatedCall {
    return_data: Bytes,
    logs: Vec<Log>,
    gas_used: U64,
    max_used_gas: U64,
    status: U64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<SimulatedCallError>,
}

/// Why it failed.
#[derive(Debug, Serialize)]
pub(crate) struct SimulatedCallError {
    pub(crate) code: i32,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Bytes>,
}

impl SimulatedCall {
    /// Call `index` of the block, given how many logs the calls before it have.
    pub(crate) fn new(
        block: &RecoveredBlock,
        index: usize,
        logs_before: usize,
        outcome: CallOutcome,
        error: Option<SimulatedCallError>,
    ) -> Self {
        let hash = block.body().transactions.get(index).map(|tx| tx.hash()).unwrap_or_default();
        let numbered = outcome.logs.iter().enumerate();
        Self {
            logs: numbered.map(|(i, log)| log_at(block, index, hash, log, logs_before + i, false)).collect(),
            gas_used: U64::from(outcome.gas_used),
            max_used_gas: U64::from(outcome.gas_before_refunds()),
            status: U64::from(u8::from(outcome.status == CallStatus::Success)),
            return_data: outcome.output,
            error,
        }
    }
}
