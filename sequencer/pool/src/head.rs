//! The head that the pool checks against.

use praxis_primitives::StateReader;
use std::sync::Arc;

/// The state after the newest block, and what the next one asks for.
#[derive(Clone)]
pub struct PoolHead {
    /// State after the newest block.
    pub state: Arc<dyn StateReader + Send + Sync>,
    /// Base fee of the next block, in wei.
    pub base_fee: u64,
}

impl PoolHead {
    /// A head with this state, under blocks with this base fee.
    pub fn new(state: impl StateReader + Send + Sync + 'static, base_fee: u64) -> Self {
        Self { state: Arc::new(state), base_fee }
    }
}

impl std::fmt::Debug for PoolHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PoolHead").field("base_fee", &self.base_fee).finish_non_exhaustive()
    }
}
