//! The embedded L1: an Ethereum chain that seals a block each second, alone.

use crate::{
    BuilderError, Clock, Open, PoolSource,
    order::Order,
    sequencer::{pool_head, update_pool},
};
use alloy_primitives::{B256, Bytes, keccak256};
use parking_lot::{Mutex, MutexGuard};
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
    past: Mutex<Past>,
}

/// What the embedded L1 knows of going back.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// How often it has gone back. Stands in the blocks, so that none of them is ever made twice: what was built on a block
    /// that is gone must not find it again.
    times: u64,
    /// Blocks above this one are not final, because it may still go back to it.
    pub(crate) hold: Option<u64>,
}

impl DevL1 {
    /// A block producer on `chain`.
    pub fn new(chain: Arc<Chain>, pool: Arc<Pool>) -> Self {
        Self { chain, pool, past: Mutex::default() }
    }

    /// Its chain.
    pub(crate) const fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Keeps others from sealing.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Past> {
        self.past.lock()
    }

    /// Seals a block at `timestamp` (seconds), or one second after its parent if that is later.
    ///
    /// # Errors
    /// When the chain refuses the block or has a fault.
    pub fn seal(&self, timestamp: u64) -> Result<Arc<ImportedBlock>, BuilderError> {
        self.seal_locked(timestamp, &self.lock())
    }

    /// Takes back every block above `number`, and forgets the transactions that wait.
    pub(crate) fn go_back(&self, number: u64, past: &mut Past) -> Result<(), BuilderError> {
        past.times += 1;
        self.chain.unwind_to(number)?;
        if self.chain.safe_head()?.number > number {
            self.chain.set_safe(number)?;
        }
        empty(&self.pool);
        Ok(self.pool.update_all(pool_head(&self.chain)?)?)
    }

    /// As [`Self::seal`], for who holds the lock.
    pub(crate) fn seal_locked(&self, timestamp: u64, past: &Past) -> Result<Arc<ImportedBlock>, BuilderError> {
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
            extra_data: if past.times == 0 { Bytes::new() } else { past.times.to_be_bytes().into() },
            transactions: vec![],
        };
        let (mut order, stop) = (Order::default(), AtomicBool::new(false));
        let open = Open { until: None, budget: None, bytes: u64::MAX, stop: &stop };
        let built = self.chain.build(&attributes, &mut PoolSource::new(&self.chain, &self.pool, &mut order, open))?;
        let imported = self.chain.import(&built.block)?;
        update_pool(&self.chain, &self.pool, &imported)?;
        // After going back to a block that is final, the safe one is not below it.
        let safe = number.saturating_sub(DEV_L1_SAFE_DEPTH).max(self.chain.finalized_head()?.number);
        self.chain.set_safe(safe)?;
        let finalized = number.saturating_sub(DEV_L1_FINALIZED_DEPTH);
        self.chain.set_finalized(past.hold.map_or(finalized, |hold| hold.min(finalized)))?;
        Ok(imported)
    }
}

/// Drops every transaction that waits.
pub(crate) fn empty(pool: &Pool) {
    let (pending, queued) = pool.content();
    pending.iter().chain(&queued).for_each(|tx| pool.remove(tx.hash()));
}

/// Seals a block of the embedded L1 every `block_time_s` seconds until the process ends.
///
/// # Errors
/// On a fault of the chain.
pub async fn run_dev_l1(l1: Arc<DevL1>, clock: Clock, block_time_s: u64) -> Result<(), BuilderError> {
    let mut ticks = tokio::time::interval(Duration::from_secs(block_time_s.max(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (core, clock) = (l1.clone(), clock.clone());
        match tokio::task::spawn_blocking(move || core.seal(clock.now_ms() / 1000)).await {
            Ok(sealed) => drop(sealed?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
