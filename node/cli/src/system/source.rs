//! The chain as batcher and proposer see it.

use alloy_eips::BlockNumHash;
use alloy_primitives::B256;
use praxis_batcher::{L2Source, SafeView};
use praxis_chain::Chain;
use praxis_primitives::{Fault, SealedBlock};
use praxis_proposer::L2Outputs;
use praxis_verifier::SyncStatus;
use std::sync::Arc;
use tokio::sync::watch;

/// A chain, and how far its derivation is.
#[derive(Clone)]
pub(crate) struct ChainSource {
    chain: Arc<Chain>,
    status: watch::Receiver<SyncStatus>,
}

impl ChainSource {
    pub(crate) const fn new(chain: Arc<Chain>, status: watch::Receiver<SyncStatus>) -> Self {
        Self { chain, status }
    }

    /// Where derivation stands; nothing before it has caught up, and nothing in the moment after a reorg in which the
    /// chain no longer holds the block that the status names.
    fn synced(&self) -> Result<Option<SyncStatus>, Fault> {
        let status = *self.status.borrow();
        let known = self.chain.db().hash_of(status.safe.number).map_err(Fault::new)?;
        Ok((status.synced && known == Some(status.safe.hash)).then_some(status))
    }
}

impl L2Source for ChainSource {
    fn head(&self) -> Result<u64, Fault> {
        Ok(self.chain.head().number)
    }

    fn safe(&self) -> Result<Option<SafeView>, Fault> {
        let Some(status) = self.synced()? else { return Ok(None) };
        let safe = self.chain.block_info(status.safe.number).map_err(Fault::new)?;
        Ok(Some(SafeView { safe, derived_l1: status.l1_current }))
    }

    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault> {
        Ok(self.chain.db().block(number).map_err(Fault::new)?.map(|block| block.into_sealed_block()))
    }
}

impl L2Outputs for ChainSource {
    fn safe(&self) -> Result<Option<(u64, BlockNumHash)>, Fault> {
        Ok(self.synced()?.map(|status| (status.safe.number, status.l1_current)))
    }

    fn output_root(&self, number: u64) -> Result<Option<B256>, Fault> {
        if self.chain.db().hash_of(number).map_err(Fault::new)?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.chain.output(number).map_err(Fault::new)?.root()))
    }
}
