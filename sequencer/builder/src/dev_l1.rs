//! The embedded L1: an Ethereum chain that seals a block each second, alone.

use crate::{BuilderError, Open, PoolSource, driver::now_ms, order::Order, sequencer::update_pool};
use alloy_primitives::{B256, keccak256};
use praxis_chain::{Chain, ImportedBlock};
use praxis_pool::Pool;
use praxis_primitives::PayloadAttributes;
use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

/// How far behind the head the safe block of the embedded L1 stands.
pub const DEV_L1_SAFE_DEPTH: u64 = 2;
/// How far behind the head its finalized block stands.
pub const DEV_L1_FINALIZED_DEPTH: u64 = 8;

/// Seals the blocks of the embedded L1.
pub struct DevL1 {
    chain: Arc<Chain>,
    pool: Arc<Pool>,
}

impl DevL1 {
    /// A block producer on `chain`.
    pub const fn new(chain: Arc<Chain>, pool: Arc<Pool>) -> Self {
        Self { chain, pool }
    }

    /// Seals a block at `timestamp` (seconds), or one second after its parent if that is later.
    ///
    /// # Errors
    /// When the chain refuses the block or has a fault.
    pub fn seal(&self, timestamp: u64) -> Result<Arc<ImportedBlock>, BuilderError> {
        let head = self.chain.head();
        let number = head.number + 1;
        let attributes = PayloadAttributes {
            number,
            parent_hash: head.hash(),
            timestamp_ms: timestamp.max(head.timestamp + 1) * 1000,
            // A development chain has no beacon chain to give randomness; the parent's hash stands in for it.
            prev_randao: keccak256(head.hash()),
            parent_beacon_block_root: B256::ZERO,
            l1_origin: Default::default(),
            sequence_number: 0,
            forced: false,
            gas_limit: self.chain.spec().genesis.gas_limit,
            extra_data: Default::default(),
            transactions: vec![],
        };
        let (mut order, stop) = (Order::default(), AtomicBool::new(false));
        let open = Open { until: None, budget: None, bytes: u64::MAX, stop: &stop };
        let built = self.chain.build(&attributes, &mut PoolSource::new(&self.chain, &self.pool, &mut order, open))?;
        let imported = self.chain.import(&built.block)?;
        update_pool(&self.chain, &self.pool, &imported)?;
        self.chain.set_safe(number.saturating_sub(DEV_L1_SAFE_DEPTH))?;
        self.chain.set_finalized(number.saturating_sub(DEV_L1_FINALIZED_DEPTH))?;
        Ok(imported)
    }
}

/// Seals a block of the embedded L1 every `block_time_s` seconds until the process ends.
///
/// # Errors
/// On a fault of the chain.
pub async fn run_dev_l1(l1: Arc<DevL1>, block_time_s: u64) -> Result<(), BuilderError> {
    let mut ticks = tokio::time::interval(Duration::from_secs(block_time_s.max(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let core = l1.clone();
        match tokio::task::spawn_blocking(move || core.seal(now_ms() / 1000)).await {
            Ok(sealed) => drop(sealed?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
