//! What op-node answers, in its own spelling: snake case beside camel case, plain numbers.

use alloy_primitives::{Address, B256};
use praxis_primitives::{BlockNumHash, L2BlockInfo, OutputPreimage, RollupConfig};
use serde::Serialize;

/// Number and hash, plain.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct BlockId {
    hash: B256,
    number: u64,
}

impl From<BlockNumHash> for BlockId {
    fn from(id: BlockNumHash) -> Self {
        Self { hash: id.hash, number: id.number }
    }
}

/// An L1 block, as far as the rollup's status tells of it. All zero: not known yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct L1BlockRef {
    /// Hash.
    pub hash: B256,
    /// Number.
    pub number: u64,
    /// Hash of the parent.
    pub parent_hash: B256,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
}

/// An L2 block.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct L2BlockRef {
    hash: B256,
    number: u64,
    parent_hash: B256,
    timestamp: u64,
    /// Not in op-node's answer, whose blocks come by whole seconds.
    timestamp_ms: u64,
    #[serde(rename = "l1origin")]
    l1_origin: BlockId,
    sequence_number: u64,
}

impl From<L2BlockInfo> for L2BlockRef {
    fn from(info: L2BlockInfo) -> Self {
        Self {
            hash: info.hash,
            number: info.number,
            parent_hash: info.parent_hash,
            timestamp: info.timestamp_ms / 1000,
            timestamp_ms: info.timestamp_ms,
            l1_origin: info.l1_origin.into(),
            sequence_number: info.sequence_number,
        }
    }
}

/// `optimism_syncStatus`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct SyncStatus {
    pub(crate) current_l1: L1BlockRef,
    pub(crate) current_l1_finalized: L1BlockRef,
    pub(crate) head_l1: L1BlockRef,
    pub(crate) safe_l1: L1BlockRef,
    pub(crate) finalized_l1: L1BlockRef,
    pub(crate) unsafe_l2: L2BlockRef,
    pub(crate) safe_l2: L2BlockRef,
    pub(crate) finalized_l2: L2BlockRef,
    pub(crate) pending_safe_l2: L2BlockRef,
    pub(crate) cross_unsafe_l2: L2BlockRef,
    pub(crate) local_safe_l2: L2BlockRef,
}

/// `optimism_outputAtBlock`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputAtBlock {
    version: B256,
    output_root: B256,
    block_ref: L2BlockRef,
    withdrawal_storage_root: B256,
    state_root: B256,
    sync_status: SyncStatus,
}

impl OutputAtBlock {
    pub(crate) fn new(output: &OutputPreimage, block: L2BlockRef, sync_status: SyncStatus) -> Self {
        Self {
            version: praxis_primitives::OUTPUT_ROOT_VERSION,
            output_root: output.root(),
            block_ref: block,
            withdrawal_storage_root: output.message_passer_storage_root,
            state_root: output.state_root,
            sync_status,
        }
    }
}

/// `optimism_rollupConfig`: op-node's fields, and under `praxis` the whole configuration as its file has it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RpcRollupConfig {
    genesis: Genesis,
    /// Whole seconds; `block_time_ms` is exact.
    block_time: u64,
    block_time_ms: u64,
    max_sequencer_drift: u64,
    seq_window_size: u64,
    channel_timeout: u64,
    l1_chain_id: u64,
    l2_chain_id: u64,
    batch_inbox_address: Address,
    praxis: RollupConfig,
}

#[derive(Debug, Clone, Serialize)]
struct Genesis {
    l1: BlockId,
    l2: BlockId,
    l2_time: u64,
    system_config: SystemConfig,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SystemConfig {
    batcher_addr: Address,
    gas_limit: u64,
}

impl RpcRollupConfig {
    pub(crate) fn new(config: &RollupConfig) -> Self {
        Self {
            genesis: Genesis {
                l1: config.genesis.l1.into(),
                l2: config.genesis.l2.into(),
                l2_time: config.genesis.l2_time_ms / 1000,
                system_config: SystemConfig { batcher_addr: config.batcher, gas_limit: config.gas_limit },
            },
            block_time: config.block_time_ms / 1000,
            block_time_ms: config.block_time_ms,
            max_sequencer_drift: config.max_sequencer_drift_ms / 1000,
            seq_window_size: config.sequencing_window,
            channel_timeout: config.channel_timeout,
            l1_chain_id: config.l1_chain_id,
            l2_chain_id: config.l2_chain_id,
            batch_inbox_address: config.batch_inbox,
            praxis: config.clone(),
        }
    }
}
