//! The state transition: a block's transactions, with their inferences, on a state.
//!
//! [`BlockExecutor`] executes a block, [`simulate`] and [`estimate_gas`] one call of `eth_call` and `eth_estimateGas`; all of
//! them run the same EVM with the same precompile. [`assemble_header`] makes the header that execution determines, for the
//! builder and for the import path alike. Knows no storage, no clock and no tokio.

mod chunks;
mod context;
mod database;
mod diff;
mod env;
mod estimate;
mod evm;
mod executor;
mod handler;
mod header;
mod invalid;
mod memory;
mod outcome;
mod overrides;
mod simulate;
mod system;

pub use context::{BlockContext, MAX_EXTRA_DATA_BYTES};
pub use estimate::{EstimateError, estimate_gas};
pub use executor::BlockExecutor;
pub use header::{HeaderMismatch, assemble_header, check_header, receipts_root, transactions_root};
pub use invalid::{ExecuteError, InvalidTransaction};
pub use memory::{InMemoryModels, InMemoryState};
pub use outcome::{ExecutionOutput, TxOutcome, TxStatus};
pub use overrides::{AccountOverride, StateOverrides};
pub use praxis_precompile::{
    DEFAULT_CACHE_BYTES, DEFAULT_RESULT_BYTES, KNOWN_ENGINES, ModelAccess, ModelCache, PreparedModel, ResultCache,
};
pub use simulate::{CALL_GAS_CAP, CallOutcome, CallRequest, CallStatus, SimulateError, simulate};

#[cfg(test)]
mod tests;
