//! The chain as the exchange of unsafe blocks sees it.

use crate::{Chain, ChainError};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_primitives::{Address, B256, U256};
use praxis_contracts::{addresses::L1_BLOCK, layout::L1_BLOCK_EIP1559_SLOT};
use praxis_primitives::{
    BlockNumHash, Fault, L1BlockInfo, L2BlockInfo, RecoveredBlock, RollupConfig, SealedBlock, StateReader,
};
use praxis_storage::StorageError;
use praxis_sync::{Imported, UnsafeChain};
use std::sync::Arc;

/// Bits below the signer in its slot.
const SIGNER_SHIFT: usize = 64;

/// L1 as far as a role has seen it.
pub trait SeenL1: Send + Sync {
    /// The canonical L1 block of that number, if it is one of the recent ones.
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>>;

    /// Whether everything on L1 has been derived once.
    fn caught_up(&self) -> bool;
}

/// A rollup's chain, and L1.
pub struct UnsafeView<L1> {
    chain: Arc<Chain>,
    config: Arc<RollupConfig>,
    l1: L1,
}

impl<L1: SeenL1> UnsafeView<L1> {
    /// The view of `chain`; `None` of one that is no rollup's.
    pub fn new(chain: Arc<Chain>, l1: L1) -> Option<Self> {
        let config = chain.rollup().cloned()?;
        Some(Self { chain, config, l1 })
    }
}

impl Chain {
    /// The key that signs the children of block `number`: `unsafeBlockSigner` of L1Block in its state. `None` where none is set or
    /// the state is no longer kept.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unsafe_block_signer(&self, number: u64) -> Result<Option<Address>, ChainError> {
        let state = match self.db.state_at(number) {
            Ok(state) => state,
            Err(StorageError::NoSuchBlock { .. } | StorageError::Pruned { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let word = state.storage(L1_BLOCK, L1_BLOCK_EIP1559_SLOT).map_err(|fault| ChainError::fault(number, fault))?;
        let signer = Address::from_word(B256::from(word >> U256::from(SIGNER_SHIFT)));
        Ok(Some(signer).filter(|signer| !signer.is_zero()))
    }
}

impl<L1: SeenL1> UnsafeChain for UnsafeView<L1> {
    fn head(&self) -> BlockNumHash {
        let head = self.chain.head();
        BlockNumHash::new(head.number, head.hash())
    }

    fn safe(&self) -> Result<BlockNumHash, Fault> {
        self.chain.safe_head().map_err(Fault::new)
    }

    fn info(&self, number: u64) -> Result<Option<L2BlockInfo>, Fault> {
        let Some(block) = self.block(number)? else { return Ok(None) };
        L2BlockInfo::of(&block, &self.config).map(Some).map_err(Fault::new)
    }

    fn block(&self, number: u64) -> Result<Option<SealedBlock>, Fault> {
        Ok(self.chain.db.block(number).map_err(Fault::new)?.map(RecoveredBlock::into_sealed_block))
    }

    fn signer_after(&self, number: u64) -> Result<Option<Address>, Fault> {
        self.chain.unsafe_block_signer(number).map_err(Fault::new)
    }

    fn import(&self, block: &SealedBlock) -> Result<Imported, Fault> {
        let signers: Result<Vec<_>, _> = block.body().transactions.iter().map(|tx| tx.recover_signer()).collect();
        let Ok(signers) = signers else {
            return Ok(Imported::Refused("the signature of a transaction has no signer".into()));
        };
        match self.chain.import(&RecoveredBlock::new_sealed(block.clone(), signers)) {
            Ok(_) => Ok(Imported::Done),
            Err(ChainError::NotOnHead { .. }) => Ok(Imported::NotOnHead),
            Err(error) if error.is_fault() => Err(Fault::new(error)),
            Err(error) => Ok(Imported::Refused(error.to_string())),
        }
    }

    fn unwind(&self, head: B256, to: u64) -> Result<bool, Fault> {
        self.chain.unwind_from(head, to).map_err(Fault::new)
    }

    fn l1(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.l1.block(number)
    }

    fn caught_up(&self) -> bool {
        self.l1.caught_up()
    }
}
