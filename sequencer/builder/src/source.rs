//! The pool as a block's source of transactions.

use alloy_consensus::Transaction as _;
use alloy_primitives::B256;
use praxis_chain::TransactionSource;
use praxis_pool::{BestTransactions, Pool};
use praxis_primitives::RecoveredTransaction;
use std::time::{Duration, Instant};

/// Below this much gas nothing fits any more.
const SMALLEST_TRANSACTION_GAS: u64 = 21_000;

/// Hands the pool's best transactions to a block until gas or time is used up, and drops those that turn out invalid.
pub struct PoolSource<'a> {
    pool: &'a Pool,
    best: BestTransactions,
    deadline: Option<Instant>,
}

impl<'a> PoolSource<'a> {
    /// Transactions that pay `base_fee`; none after `budget` has passed. What a block holds is not consensus, so the
    /// builder may look at the clock.
    pub fn new(pool: &'a Pool, base_fee: u64, budget: Option<Duration>) -> Self {
        Self { pool, best: pool.best(base_fee), deadline: budget.map(|b| Instant::now() + b) }
    }
}

impl TransactionSource for PoolSource<'_> {
    fn next(&mut self, gas_left: u64) -> Option<RecoveredTransaction> {
        if gas_left < SMALLEST_TRANSACTION_GAS || self.deadline.is_some_and(|d| Instant::now() >= d) {
            return None;
        }
        loop {
            let pooled = self.best.next()?;
            if pooled.tx.gas_limit() <= gas_left {
                return Some(pooled.tx.clone());
            }
            // It may fit into the next block; what follows it by nonce has to wait with it.
            self.best.skip_sender();
        }
    }

    fn rejected(&mut self, hash: B256, reason: &str) {
        tracing::debug!(%hash, reason, "dropped a transaction that can't be executed");
        self.best.skip_sender();
        self.pool.remove(hash);
    }
}
