//! The state transition: a block's transactions, with their inferences, on a state.
//!
//! [`BlockExecutor`] executes a block, [`simulate`] and [`estimate_gas`] one call of `eth_call` and `eth_estimateGas`; all of
//! them run the same EVM with the same precompile. [`BlockExecutor::trace`] and [`trace_call`] do the same under a tracer's eyes. [`assemble_header`] makes the header that execution determines, for the
//! builder and for the import path alike. Knows no storage, no clock and no tokio.

mod access_list;
mod affordable;
mod bare_storage;
mod block_state;
mod changes;
mod chunks;
mod context;
mod database;
mod env;
mod estimate;
mod ethereum;
mod evm;
mod executor;
mod frames;
mod handler;
mod header;
mod invalid;
mod layered;
mod memory;
mod notes;
mod outcome;
mod overrides;
mod schedule;
mod simulate;
mod simulated_block;
mod system;
mod terms;
mod trace;
mod watch;

pub use access_list::create_access_list;
pub use block_state::FirstChanges;
pub use context::{BlockContext, EthereumParts, MAX_EXTRA_DATA_BYTES};
pub use estimate::{EstimateError, estimate_gas};
pub use executor::BlockExecutor;
pub use header::{
    HeaderMismatch, assemble_header, check_header, check_terms, receipt_with_state, receipts_root, transactions_root,
};
pub use invalid::{ExecuteError, InvalidTransaction};
pub use layered::LayeredState;
pub use memory::{InMemoryModels, InMemoryState};
pub use notes::{AccountNote, TxNotes};
pub use outcome::{ExecutionOutput, TxOutcome, TxStatus};
pub use overrides::{AccountOverride, StateOverrides};
pub use praxis_precompile::{
    DEFAULT_CACHE_BYTES, DEFAULT_RESULT_BYTES, KNOWN_ENGINES, ModelAccess, ModelCache, PreparedModel, ResultCache,
};
pub use simulate::{CALL_GAS_CAP, CallOutcome, CallRequest, CallStatus, SimulateError, simulate};
pub use trace::{TraceError, Tracer, trace_call};
pub use watch::TraceLimits;

#[cfg(test)]
mod tests;
