//! Shapes on the wire. Nothing outside this crate knows them.

mod block;
mod inference;
mod log;
mod model;
mod pending;
mod receipt;
mod rollup;
mod simulated;
mod trace;
mod transaction;

pub(crate) use block::{RpcBlock, RpcHeader};
pub(crate) use inference::{RpcInference, RpcTensor, TensorInput};
pub(crate) use log::{block_logs, log_at};
pub(crate) use model::{Chunks, Manifest, ModelStatus, RpcModel, RpcRoyalty};
pub(crate) use pending::{open_block, preconfirmed_receipts};
pub(crate) use receipt::{RpcReceipt, prices_of, prices_of_first, receipts_from, receipts_of};
pub use rollup::L1BlockRef;
pub(crate) use rollup::{L2BlockRef, OutputAtBlock, RpcRollupConfig, SyncStatus};
pub(crate) use simulated::{SimulatedCall, SimulatedCallError};
pub(crate) use trace::{RpcTrace, TracedInference};
pub(crate) use transaction::{Position, RpcTransaction};

#[cfg(test)]
mod tests;
