//! The head that the pool checks against.

use praxis_primitives::{DataFees, StateReader};
use std::sync::Arc;

/// The state after the newest block, and what the next one asks for.
#[derive(Clone)]
pub struct PoolHead {
    /// State after the newest block.
    pub state: Arc<dyn StateReader + Send + Sync>,
    /// Base fee of the next block, in wei.
    pub base_fee: u64,
    /// Gas limit of the next block.
    pub gas_limit: u64,
    /// What the next block's transactions pay besides their gas; nothing on Ethereum.
    pub data_fees: DataFees,
}

impl PoolHead {
    /// A head with this state, under blocks with this base fee and gas limit.
    pub fn new(state: impl StateReader + Send + Sync + 'static, base_fee: u64, gas_limit: u64) -> Self {
        Self { state: Arc::new(state), base_fee, gas_limit, data_fees: DataFees::default() }
    }

    /// With what a rollup's transactions pay besides their gas.
    pub const fn with_data_fees(mut self, fees: DataFees) -> Self {
        self.data_fees = fees;
        self
    }
}

impl std::fmt::Debug for PoolHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PoolHead")
            .field("base_fee", &self.base_fee)
            .field("gas_limit", &self.gas_limit)
            .finish_non_exhaustive()
    }
}
