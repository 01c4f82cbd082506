//! The rollup that tests run, and how they open its chain.

use crate::{BATCHER, L1Miner, account};
use alloy_eips::BlockNumHash;
use alloy_primitives::{Address, B256, U256};
use praxis_chain::{Chain, ChainOptions};
use praxis_evm::{ModelCache, ResultCache};
use praxis_primitives::{FeeParams, RollupConfig, RollupGenesis};
use praxis_storage::{DatabaseOptions, Durability};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;

/// Chain id of the tests' L2.
pub const L2_CHAIN_ID: u64 = 77_901;
/// Number of the L1 block after which derivation begins.
pub const L1_GENESIS_NUMBER: u64 = 100;
/// Its timestamp in seconds.
pub const L1_GENESIS_TIME: u64 = 1_700_000_000;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// L2 blocks every 250 ms; windows that a test passes in a few steps. Its L2 genesis hash is still zero.
pub fn base_config(l1: &L1Miner) -> RollupConfig {
    RollupConfig {
        genesis: RollupGenesis {
            l1: l1.head().id(),
            l2: BlockNumHash::new(0, B256::ZERO),
            l2_time_ms: l1.head().timestamp * 1000,
            balances: (0..10).map(|i| (account(i).address, U256::from(1000 * ETHER))).collect(),
        },
        l1_chain_id: 77_900,
        l2_chain_id: L2_CHAIN_ID,
        block_time_ms: 250,
        max_sequencer_drift_ms: 20_000,
        sequencing_window: 16,
        channel_timeout: 6,
        batch_inbox: Address::repeat_byte(0xff),
        batcher: BATCHER,
        l1: Default::default(),
        claim_interval: 4,
        gas_limit: 30_000_000,
        fee_vaults: Default::default(),
        engines: praxis_primitives::first_engine(),
        development: Default::default(),
        tx_gas_cap: praxis_primitives::default_tx_gas_cap(),
        scalars: Default::default(),
        fees: FeeParams { denominator: 1000, elasticity: 2, initial_base_fee: 1_000_000, min_base_fee: 1_000 },
    }
}

/// Fills in the hash of the L2 genesis block.
pub fn with_genesis(mut config: RollupConfig) -> Arc<RollupConfig> {
    let spec = Arc::new(config.clone()).chain_spec();
    config.genesis.l2.hash = Chain::genesis_hash(&spec).expect("the genesis state makes a trie");
    Arc::new(config)
}

/// A directory that is gone with the test, in memory where the system has a place for that.
pub fn temporary_directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a temporary directory")
}

/// A small database that survives the death of the process, and a model cache of its own.
pub fn chain_options() -> ChainOptions {
    let database = DatabaseOptions {
        durability: Durability::ProcessCrash,
        cache_bytes: 8 << 20,
        write_buffer_bytes: 4 << 20,
        open_files: 64,
        node_cache_bytes: 4 << 20,
        origin: None,
    };
    ChainOptions {
        models: Arc::new(ModelCache::default()),
        results: Arc::new(ResultCache::default()),
        database,
        diff_hook: None,
    }
}
