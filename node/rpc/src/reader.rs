//! Reading blocks and state by number, hash or tag, through one snapshot per request: whatever a request reads belongs
//! together, also while the chain grows or is reorganised.

use crate::{Context, Failure};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256};
use praxis_chain::{ChainState, PendingBlock};
use praxis_evm::BlockContext;
use praxis_primitives::{L2BlockInfo, Receipt, RecoveredBlock, RollupConfig, SealedHeader, StateReader};
use praxis_storage::{Heads, Reader, StateView, StorageError};
use std::sync::Arc;

/// A block with its receipts.
pub(crate) type BlockAndReceipts = (RecoveredBlock, Vec<Receipt>);

/// The chain as of one instant.
pub(crate) struct View {
    pub(crate) reader: Reader,
    pub(crate) heads: Heads,
    rollup: Option<Arc<RollupConfig>>,
    open: Option<Arc<PendingBlock>>,
}

impl Context {
    /// The chain as of now.
    pub(crate) fn view(&self) -> Result<View, Failure> {
        let reader = self.chain.db().reader();
        let heads = reader.heads()?.ok_or_else(Failure::unknown_block)?;
        Ok(View { reader, heads, rollup: self.chain.rollup().cloned(), open: self.chain.pending() })
    }

    /// State that a call or a question about an account means, and the block that a call sees: within the open block for
    /// the pending tag, if this node builds.
    pub(crate) fn chain_state(&self, id: Option<BlockId>) -> Result<(BlockContext, ChainState), Failure> {
        if id.is_some_and(|id| id.is_pending())
            && let Some(open) = self.chain.pending()
        {
            return Ok((open.opening().context.clone(), ChainState::Pending(open.state())));
        }
        let (header, state) = self.state(id)?;
        Ok((BlockContext::at_header(self.chain.spec(), &header), ChainState::Block(state)))
    }

    /// State after the block that is meant, the head's if none is named, with that block's header.
    pub(crate) fn state(&self, id: Option<BlockId>) -> Result<(SealedHeader, StateView), Failure> {
        let view = self.view()?;
        let header = view.header(id.unwrap_or(BlockId::latest()))?.ok_or_else(Failure::unknown_block)?;
        let state = view.reader.state_at(header.number)?;
        Ok((header, state))
    }

    /// The same for proofs of one account: those of the message passer go further back than states where old ones are
    /// forgotten.
    pub(crate) fn state_for_proofs_of(&self, address: Address, id: Option<BlockId>) -> Result<StateView, Failure> {
        let view = self.view()?;
        let number = view.number_of(id.unwrap_or(BlockId::latest()))?.ok_or_else(Failure::unknown_block)?;
        Ok(view.reader.state_for_proofs_of(address, number)?)
    }
}

impl View {
    /// The open block, if the pending tag is meant and this node builds.
    pub(crate) fn open(&self, id: BlockId) -> Option<&PendingBlock> {
        self.open.as_deref().filter(|_| id.is_pending())
    }

    /// The number of the block that is meant; `None` when there is none. The head stands for the pending block too.
    pub(crate) fn number_of(&self, id: BlockId) -> Result<Option<u64>, Failure> {
        let head = self.heads.head.number;
        Ok(match id {
            // Blocks that a reorg took back are not kept, so each that is found is canonical.
            BlockId::Hash(hash) => self.reader.number_of(hash.block_hash)?,
            BlockId::Number(BlockNumberOrTag::Latest | BlockNumberOrTag::Pending) => Some(head),
            BlockId::Number(BlockNumberOrTag::Earliest) => Some(0),
            BlockId::Number(BlockNumberOrTag::Safe) => Some(self.heads.safe.number),
            BlockId::Number(BlockNumberOrTag::Finalized) => Some(self.heads.finalized.number),
            BlockId::Number(BlockNumberOrTag::Number(number)) => (number <= head).then_some(number),
        })
    }

    /// A header.
    pub(crate) fn header(&self, id: BlockId) -> Result<Option<SealedHeader>, Failure> {
        match self.number_of(id)? {
            Some(number) => Ok(self.reader.header(number)?),
            None => Ok(None),
        }
    }

    /// A block.
    pub(crate) fn block(&self, id: BlockId) -> Result<Option<RecoveredBlock>, Failure> {
        match self.number_of(id)? {
            Some(number) => Ok(self.reader.block(number)?),
            None => Ok(None),
        }
    }

    /// A block with its receipts.
    pub(crate) fn block_and_receipts(&self, id: BlockId) -> Result<Option<BlockAndReceipts>, Failure> {
        let Some(block) = self.block(id)? else { return Ok(None) };
        let receipts = self.reader.receipts(block.number)?;
        Ok(receipts.map(|receipts| (block, receipts)))
    }

    /// The block that holds a transaction, and its index there.
    pub(crate) fn find_transaction(&self, hash: B256) -> Result<Option<(RecoveredBlock, usize)>, Failure> {
        let Some((number, index)) = self.reader.transaction_location(hash)? else { return Ok(None) };
        Ok(self.reader.block(number)?.map(|block| (block, index as usize)))
    }

    /// T_ms of a block, on the rollup alone.
    pub(crate) fn timestamp_ms(&self, number: u64) -> Option<u64> {
        self.rollup.as_ref().map(|config| config.timestamp_ms(number))
    }

    /// Whether this is the rollup.
    pub(crate) const fn is_rollup(&self) -> bool {
        self.rollup.is_some()
    }

    /// A rollup block as op-node speaks of it.
    pub(crate) fn l2_block(&self, number: u64) -> Result<L2BlockInfo, Failure> {
        let config = self.rollup.as_ref().ok_or_else(Failure::unknown_block)?;
        let block = self.reader.block(number)?.ok_or_else(Failure::unknown_block)?;
        L2BlockInfo::of(block.sealed_block(), config)
            .map_err(|error| Failure::Fault(format!("stored block {number} is no rollup block: {error}")))
    }

    /// The nonce that the deposit at `index` of the block used: what its sender's account had before the block, and one
    /// for each of its transactions before this one. `None` when there is no such deposit, or the history needed for
    /// that is pruned.
    pub(crate) fn deposit_nonce(&self, block: &RecoveredBlock, index: usize) -> Result<Option<u64>, Failure> {
        let deposit = block.body().transactions.get(index).is_some_and(|tx| tx.is_deposit());
        let (true, Some(parent), Some(sender)) = (deposit, block.number.checked_sub(1), block.senders().get(index))
        else {
            return Ok(None);
        };
        let state = match self.reader.state_at(parent) {
            Ok(state) => state,
            Err(StorageError::Pruned { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let before = state.account(*sender)?.unwrap_or_default().nonce;
        let in_block = block.senders().iter().take(index).filter(|other| *other == sender).count();
        Ok(Some(before + in_block as u64))
    }

    /// [`Self::deposit_nonce`] for every transaction of the block.
    pub(crate) fn deposit_nonces(&self, block: &RecoveredBlock) -> Result<Vec<Option<u64>>, Failure> {
        (0..block.body().transactions.len()).map(|index| self.deposit_nonce(block, index)).collect()
    }
}
