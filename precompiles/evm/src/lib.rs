//! The inference precompile at `0xA1` inside revm.
//!
//! [`InferencePrecompiles`] stands beside Ethereum's precompiles: `dispatch` guards and decodes a call, `infer`, `observe`
//! and `validate` hold the logic, [`gas`] the prices. A call that fails by its input is an outcome (a revert with the ABI's
//! error, or out of gas); a node that cannot compute has a fault, which reaches the caller of the EVM as an error and is
//! never part of the chain.
//!
//! What a transaction has inferred, and which models are warm in it, stands in the precompile's transient storage, so a
//! reverted frame undoes it. Knows no storage and no clock.

pub mod gas;

mod abi;
mod cache;
mod dispatch;
mod engine;
mod infer;
mod journal;
mod l1_block;
mod observe;
mod outcome;
mod provider;
mod records;
mod registry;
mod results;
mod validate;

pub use cache::{DEFAULT_CACHE_BYTES, ModelAccess, ModelCache};
pub use engine::PreparedModel;
pub use praxis_contracts::addresses::INFERENCE as PRECOMPILE_ADDRESS;
pub use praxis_model::KNOWN_ENGINES;
pub use provider::InferencePrecompiles;
pub use results::{DEFAULT_RESULT_BYTES, ResultCache};

#[cfg(test)]
mod tests;
